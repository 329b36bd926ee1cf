/* SPDX-License-Identifier: BSD-3-Clause */
/* The body of an INFO; of which type its first byte tells. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "sip/key_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"application/dtmf-relay", "application/dtmf", "text/plain"};
	const char *type = size ? types[data[0] % 3] : "";
	struct ua_key_info info;

	if (size && ua_key_info_parse(&info, type, strlen(type), (const char *)data + 1, size - 1) == 0) {
		assert(info.key && strchr("0123456789*#ABCD", info.key));
		assert(info.ms >= UA_KEY_INFO_MS_MIN && info.ms <= UA_KEY_INFO_MS_MAX);
	}
	return 0;
}
