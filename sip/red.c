/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "sip/red.h"

#define HEAD_BYTES 4 /* of a block that another one follows: 1 bit, type 7, timestamp offset 14, length 10 */
#define FOLLOWS    0x80
#define HEADS_MAX  32

struct heads {
	size_t count;  /* of blocks beside the last */
	size_t length; /* of all heads */
};

/* The last head is one byte. */
static bool heads_find(struct heads *heads, const uint8_t *bytes, size_t length)
{
	heads->count = heads->length = 0;
	while (heads->length < length && bytes[heads->length] & FOLLOWS) {
		heads->length += HEAD_BYTES;
		heads->count++;
	}
	heads->length++;
	return heads->length <= length && heads->count <= HEADS_MAX;
}

static size_t block_length(const uint8_t *head)
{
	return (size_t)(head[2] & 3) << 8 | head[3];
}

static uint32_t block_age(const uint8_t *head)
{
	return (uint32_t)head[1] << 6 | head[2] >> 2;
}

size_t ua_red_parse(struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX], const struct ua_rtp_packet *packet)
{
	const uint8_t *head = packet->payload, *end = packet->payload + packet->payload_length, *at;
	struct heads heads;
	size_t count = 0;

	if (!heads_find(&heads, packet->payload, packet->payload_length))
		return 0;
	at = packet->payload + heads.length;
	for (size_t i = 0; i <= heads.count; i++, head += HEAD_BYTES) {
		size_t back = heads.count - i, length = back ? block_length(head) : (size_t)(end - at);

		if (length > (size_t)(end - at))
			return 0;
		if (length && back < UA_RED_BLOCKS_MAX) {
			blocks[count] = *packet;
			blocks[count].payload_type = *head & ~FOLLOWS;
			blocks[count].marker = packet->marker && !back;
			blocks[count].sequence = (uint16_t)(packet->sequence - back);
			blocks[count].timestamp -= back ? block_age(head) : 0;
			blocks[count].payload = at;
			blocks[count++].payload_length = length;
		}
		at += length;
	}
	return count;
}

size_t ua_red_compose(uint8_t *bytes, size_t size, uint8_t payload_type, const struct ua_red_block *earlier,
	const uint8_t *present, size_t present_length)
{
	bool again = earlier && earlier->length && earlier->length <= UA_RED_BYTES_MAX && earlier->age <= UA_RED_OFFSET_MAX;
	size_t length = (again ? HEAD_BYTES + earlier->length : 0) + 1 + present_length;

	if (length > size)
		return 0;
	if (again) {
		*bytes++ = FOLLOWS | payload_type;
		*bytes++ = (uint8_t)(earlier->age >> 6);
		*bytes++ = (uint8_t)(earlier->age << 2 | earlier->length >> 8);
		*bytes++ = (uint8_t)earlier->length;
	}
	*bytes++ = payload_type;
	if (again) {
		memcpy(bytes, earlier->bytes, earlier->length);
		bytes += earlier->length;
	}
	memcpy(bytes, present, present_length);
	return length;
}
