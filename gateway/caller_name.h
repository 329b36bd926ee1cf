/* SPDX-License-Identifier: BSD-3-Clause */
/* Who calls, as a person reads it. */
#ifndef TIPRING_GATEWAY_CALLER_NAME_H
#define TIPRING_GATEWAY_CALLER_NAME_H

#include "sip/agent.h"

#define CALLER_NAME_MAX (UA_NAME_MAX + 4)

/* The name, or the number where there is none, after a mark of what the network says of the number: "[V] " it is the caller's,
 * "[?] " it may be anybody's; "anonymous" for who hides. */
void caller_name_show(char name[CALLER_NAME_MAX], const struct ua_incoming *incoming);

#endif
