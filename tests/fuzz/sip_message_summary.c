/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdint.h>

#include "sip/message_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_message_summary summary;

	if (ua_message_summary_parse(&summary, (const char *)data, size) == 0)
		assert(summary.voice_new <= UA_MESSAGE_COUNT_MAX && summary.voice_old <= UA_MESSAGE_COUNT_MAX);
	return 0;
}
