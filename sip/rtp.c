/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <errno.h>
#include <sys/random.h>

#include "sip/rtp.h"

#define RTCP_TYPE_FIRST 72 /* SR, 200, read as a payload type */
#define RTCP_TYPE_LAST  76

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

static void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, (uint16_t)(value >> 16));
	put16(bytes + 2, (uint16_t)value);
}

/* The length of everything before the payload, 0 when the packet is too short for what it says. */
static size_t header_length(const uint8_t *bytes, size_t length)
{
	size_t header = UA_RTP_HEADER_BYTES + 4u * (bytes[0] & 0x0f);

	if (!(bytes[0] & 0x10))
		return header <= length ? header : 0;
	if (header + 4 > length)
		return 0;
	header += 4 + 4u * get16(bytes + header + 2);
	return header <= length ? header : 0;
}

int ua_rtp_decode(struct ua_rtp_packet *packet, const uint8_t *bytes, size_t length)
{
	size_t header, padding;
	uint8_t type;

	if (length < UA_RTP_HEADER_BYTES || bytes[0] >> 6 != 2)
		return EBADMSG;
	type = bytes[1] & 0x7f;
	if (type >= RTCP_TYPE_FIRST && type <= RTCP_TYPE_LAST)
		return EBADMSG;
	header = header_length(bytes, length);
	if (!header)
		return EBADMSG;
	padding = bytes[0] & 0x20 ? bytes[length - 1] : 0;
	if (bytes[0] & 0x20 && (padding == 0 || header + padding > length))
		return EBADMSG;
	*packet = (struct ua_rtp_packet){
		.payload_type = type,
		.marker = bytes[1] >> 7,
		.sequence = get16(bytes + 2),
		.timestamp = get32(bytes + 4),
		.ssrc = get32(bytes + 8),
		.payload = bytes + header,
		.payload_length = length - header - padding,
	};
	return 0;
}

void ua_rtp_sender_init(struct ua_rtp_sender *sender)
{
	struct ua_rtp_sender start;

	if (getrandom(&start, sizeof(start), 0) != sizeof(start))
		start = (struct ua_rtp_sender){.ssrc = 1, .timestamp = 1, .sequence = 1};
	start.sequence &= 0x7fff; /* RFC 3711 s3.3.1: the first packets may be lost and still be read */
	*sender = start;
}

size_t ua_rtp_sender_packet(struct ua_rtp_sender *sender, uint8_t *bytes, size_t size,
	uint8_t payload_type, bool marker, const uint8_t *payload, size_t payload_length,
	unsigned samples)
{
	if (size < UA_RTP_HEADER_BYTES + payload_length)
		return 0;
	bytes[0] = 0x80;
	bytes[1] = (uint8_t)(payload_type | (marker ? 0x80 : 0));
	put16(bytes + 2, sender->sequence++);
	put32(bytes + 4, sender->timestamp);
	put32(bytes + 8, sender->ssrc);
	memcpy(bytes + UA_RTP_HEADER_BYTES, payload, payload_length);
	sender->timestamp += samples;
	return UA_RTP_HEADER_BYTES + payload_length;
}
