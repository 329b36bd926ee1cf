/* SPDX-License-Identifier: BSD-3-Clause */
/* A resolv.conf that whoever gives out addresses has had written. */
#include <assert.h>

#include "sip/name_servers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sa addrs[UA_NAMESERVERS_MAX];
	unsigned count = ua_resolv_conf_parse(addrs, UA_NAMESERVERS_MAX, 53, (const char *)data, size);

	assert(count <= UA_NAMESERVERS_MAX);
	for (unsigned i = 0; i < count; i++)
		assert(sa_af(&addrs[i]) == AF_INET || sa_af(&addrs[i]) == AF_INET6);
	return 0;
}
