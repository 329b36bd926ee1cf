/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "sip/reg_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_contact(const struct ua_reg_contact *contact, void *arg)
{
	(void)arg;
	assert(memchr(contact->uri, 0, sizeof(contact->uri)) && contact->uri[0]);
	assert(!strpbrk(contact->uri, "\r\n\t"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_reg_info info;

	(void)ua_reg_info_parse(&info, (const char *)data, size);
	ua_reg_info_contacts((const char *)data, size, on_contact, NULL);
	return 0;
}
