/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "gateway/caller_name.h"

void caller_name_show(char name[CALLER_NAME_MAX], const struct ua_incoming *incoming)
{
	static const char *const marks[] = {
		[UA_VERIFICATION_NONE] = "",
		[UA_VERIFICATION_PASSED] = "[V] ",
		[UA_VERIFICATION_FAILED] = "[?] ",
	};
	const char *shown = incoming->caller_name[0] ? incoming->caller_name : incoming->caller_user;

	if (incoming->anonymous)
		snprintf(name, CALLER_NAME_MAX, "anonymous");
	else
		snprintf(name, CALLER_NAME_MAX, "%s%s", marks[incoming->verification], shown);
}
