/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet with redundancy from anywhere: its blocks lie within it. */
#include <stdint.h>
#include <stdlib.h>

#include "sip/red.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX], packet = {.payload = data, .payload_length = size};
	size_t count = ua_red_parse(blocks, &packet);

	if (count > UA_RED_BLOCKS_MAX)
		abort();
	while (count-- > 0) {
		if (blocks[count].payload < data || blocks[count].payload + blocks[count].payload_length > data + size)
			abort();
	}
	return 0;
}
