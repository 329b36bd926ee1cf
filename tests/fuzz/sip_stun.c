/* SPDX-License-Identifier: BSD-3-Clause */
/* An answer from a STUN server, or from whoever sends to our port: its first bytes are taken as the id that was asked with. */
#include <stdint.h>
#include <stdlib.h>

#include "sip/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_stun_mapped mapped = {.port = 1, .is_ipv6 = true};

	if (size < UA_STUN_ID_BYTES)
		return 0;
	if (ua_stun_answer(&mapped, data, data + UA_STUN_ID_BYTES, size - UA_STUN_ID_BYTES) != 0 && (mapped.port != 1 || !mapped.is_ipv6))
		abort();
	return 0;
}
