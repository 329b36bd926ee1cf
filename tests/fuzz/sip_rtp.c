/* SPDX-License-Identifier: BSD-3-Clause */
/* An RTP packet from anywhere: its payload lies within it. */
#include <stdint.h>
#include <stdlib.h>

#include "sip/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_rtp_packet packet;

	if (ua_rtp_decode(&packet, data, size))
		return 0;
	if (packet.payload < data + UA_RTP_HEADER_BYTES ||
	    packet.payload + packet.payload_length > data + size)
		abort();
	return 0;
}
