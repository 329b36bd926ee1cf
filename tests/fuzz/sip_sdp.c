/* SPDX-License-Identifier: BSD-3-Clause */
/* A session description from anywhere, our answer to it, and that answer read again. */
#include <stdint.h>
#include <stdlib.h>

#include "sip/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ua_sdp_local local = {
	.addr = "192.0.2.9", .port = 40000, .direction = UA_SENDRECV, .ptime_ms = 20,
	.formats = {{8, UA_CODEC_PCMA}, {0, UA_CODEC_PCMU}, {101, UA_CODEC_TELEPHONE_EVENT},
		{9, UA_CODEC_G722}, {107, UA_CODEC_OPUS}, {0, UA_CODEC_RED}},
	.format_count = 6,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_sdp offer, answer, again;
	char text[UA_SDP_TEXT_MAX];
	size_t length;

	if (ua_sdp_parse(&offer, (const char *)data, size))
		return 0;
	if (ua_sdp_answer(&answer, &offer, &local))
		return 0;
	length = ua_sdp_print(&answer, 1, 1, text, sizeof(text));
	/* What we write we can read, with as many lines as we were offered. */
	if (!length || ua_sdp_parse(&again, text, length) || again.other_count != offer.other_count ||
	    again.audio_index != offer.audio_index)
		abort();
	return 0;
}
