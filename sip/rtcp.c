/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "sip/rtcp.h"

enum { TYPE_SR = 200, TYPE_RR = 201, TYPE_SDES = 202, TYPE_BYE = 203, TYPE_XR = 207 };
#define TYPE_FIRST 192 /* what RFC 5761 leaves to RTCP */
#define TYPE_LAST  223

#define HEADER_BYTES      4
#define SENDER_BYTES      20
#define BLOCK_BYTES       24
#define SDES_CNAME        1
#define XR_VOIP           7
#define XR_VOIP_BYTES     36 /* with the block's own header */
#define INTERVAL_NS       5000000000ull
#define NS_PER_S          1000000000ull
#define ROUND_TRIP_MAX_MS 30000

/* ---- writing ---- */

struct writer {
	uint8_t *at;
};

static void put8(struct writer *writer, unsigned value)
{
	*writer->at++ = (uint8_t)value;
}

static void put16(struct writer *writer, unsigned value)
{
	put8(writer, value >> 8);
	put8(writer, value);
}

static void put32(struct writer *writer, uint32_t value)
{
	put16(writer, value >> 16);
	put16(writer, value);
}

/* Begins a packet; packet_end writes its length, in words less one. */
static uint8_t *packet_begin(struct writer *writer, unsigned count, unsigned type)
{
	uint8_t *begin = writer->at;

	put8(writer, 0x80 | count);
	put8(writer, type);
	put16(writer, 0);
	return begin;
}

static void packet_end(struct writer *writer, uint8_t *begin)
{
	struct writer header = {begin + 2};

	put16(&header, (unsigned)(writer->at - begin) / 4 - 1);
}

static void put_block(struct writer *writer, const struct ua_rtcp_block *block)
{
	const int32_t most = 0x7fffff;
	int32_t lost = block->lost > most ? most : block->lost < -most - 1 ? -most - 1 : block->lost;

	put32(writer, block->ssrc);
	put32(writer, (uint32_t)block->fraction << 24 | ((uint32_t)lost & 0xffffff));
	put32(writer, block->highest);
	put32(writer, block->jitter);
	put32(writer, block->last_sr);
	put32(writer, block->delay);
}

static void put_report(struct writer *writer, const struct ua_rtcp_report *report)
{
	uint8_t *begin = packet_begin(writer, report->has_block, report->sends ? TYPE_SR : TYPE_RR);

	put32(writer, report->ssrc);
	if (report->sends) {
		put32(writer, (uint32_t)(report->ntp >> 32));
		put32(writer, (uint32_t)report->ntp);
		put32(writer, report->timestamp);
		put32(writer, report->packets);
		put32(writer, report->octets);
	}
	if (report->has_block)
		put_block(writer, &report->block);
	packet_end(writer, begin);
}

/* The list of items ends with a zero, and goes on with zeros to a word's end. */
static void put_name(struct writer *writer, const struct ua_rtcp_report *report)
{
	uint8_t *begin = packet_begin(writer, 1, TYPE_SDES);
	size_t length = strnlen(report->cname, UA_RTCP_CNAME_BYTES - 1);

	put32(writer, report->ssrc);
	put8(writer, SDES_CNAME);
	put8(writer, (unsigned)length);
	memcpy(writer->at, report->cname, length);
	writer->at += length;
	do
		put8(writer, 0);
	while ((writer->at - begin) % 4);
	packet_end(writer, begin);
}

static void put_voip(struct writer *writer, const struct ua_rtcp_report *report)
{
	uint8_t *begin = packet_begin(writer, 0, TYPE_XR);
	const struct ua_rtcp_voip *voip = &report->voip;
	const uint8_t bytes[] = {voip->loss, voip->discard, voip->burst_density, voip->gap_density};
	const uint8_t levels[] = {voip->signal_dbm0, voip->noise_dbm0, voip->echo_return_loss_db, voip->gmin, voip->r,
		voip->external_r, voip->mos_lq, voip->mos_cq, voip->config, 0};

	put32(writer, report->ssrc);
	put16(writer, XR_VOIP << 8);
	put16(writer, XR_VOIP_BYTES / 4 - 1);
	put32(writer, voip->ssrc);
	for (size_t i = 0; i < sizeof(bytes); i++)
		put8(writer, bytes[i]);
	put16(writer, voip->burst_ms);
	put16(writer, voip->gap_ms);
	put16(writer, voip->round_trip_ms);
	put16(writer, voip->end_system_ms);
	for (size_t i = 0; i < sizeof(levels); i++)
		put8(writer, levels[i]);
	put16(writer, voip->buffer_ms);
	put16(writer, voip->buffer_max_ms);
	put16(writer, voip->buffer_limit_ms);
	packet_end(writer, begin);
}

static void put_bye(struct writer *writer, const struct ua_rtcp_report *report)
{
	uint8_t *begin = packet_begin(writer, 1, TYPE_BYE);

	put32(writer, report->ssrc);
	packet_end(writer, begin);
}

size_t ua_rtcp_compose(const struct ua_rtcp_report *report, uint8_t *bytes, size_t size)
{
	struct writer writer = {bytes};

	if (size < UA_RTCP_BYTES_MAX)
		return 0;
	put_report(&writer, report);
	if (report->cname[0])
		put_name(&writer, report);
	if (report->has_voip)
		put_voip(&writer, report);
	if (report->bye)
		put_bye(&writer, report);
	return (size_t)(writer.at - bytes);
}

/* ---- reading ---- */

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

/* One packet of the compound: what follows its header and the reporter. */
struct packet {
	unsigned count, type;
	const uint8_t *bytes;
	size_t length;
};

static void read_block(struct ua_rtcp_report *report, const uint8_t *bytes, uint32_t ssrc)
{
	uint32_t losses = get32(bytes + 4);

	if (report->has_block || get32(bytes) != ssrc)
		return;
	report->has_block = true;
	report->block = (struct ua_rtcp_block){
		.ssrc = ssrc,
		.fraction = (uint8_t)(losses >> 24),
		.lost = (int32_t)(losses & 0xffffff) - (losses & 0x800000 ? 0x1000000 : 0),
		.highest = get32(bytes + 8),
		.jitter = get32(bytes + 12),
		.last_sr = get32(bytes + 16),
		.delay = get32(bytes + 20),
	};
}

static int read_report(struct ua_rtcp_report *report, const struct packet *packet, uint32_t ssrc)
{
	const uint8_t *bytes = packet->bytes;
	size_t sender = packet->type == TYPE_SR ? SENDER_BYTES : 0;

	if (packet->length < sender + packet->count * (size_t)BLOCK_BYTES)
		return EBADMSG;
	if (sender) {
		report->sends = true;
		report->ntp = (uint64_t)get32(bytes) << 32 | get32(bytes + 4);
		report->timestamp = get32(bytes + 8);
		report->packets = get32(bytes + 12);
		report->octets = get32(bytes + 16);
	}
	for (unsigned i = 0; i < packet->count; i++)
		read_block(report, bytes + sender + i * BLOCK_BYTES, ssrc);
	return 0;
}

/* Of the first chunk, which is about the reporter where there are but two parties. */
static int read_name(struct ua_rtcp_report *report, const struct packet *packet)
{
	const uint8_t *at = packet->bytes, *end = at + packet->length;

	while (packet->count && at < end && at[0] != 0) {
		if (end - at < 2 || end - at - 2 < at[1])
			return EBADMSG;
		if (at[0] == SDES_CNAME) {
			size_t length = at[1] < UA_RTCP_CNAME_BYTES ? at[1] : UA_RTCP_CNAME_BYTES - 1;

			memcpy(report->cname, at + 2, length);
			report->cname[length] = 0;
		}
		at += 2 + at[1];
	}
	return 0;
}

static void read_voip(struct ua_rtcp_report *report, const uint8_t *bytes, uint32_t ssrc)
{
	if (get32(bytes) != ssrc)
		return;
	report->has_voip = true;
	report->voip = (struct ua_rtcp_voip){
		.ssrc = ssrc,
		.loss = bytes[4], .discard = bytes[5], .burst_density = bytes[6], .gap_density = bytes[7],
		.burst_ms = get16(bytes + 8), .gap_ms = get16(bytes + 10),
		.round_trip_ms = get16(bytes + 12), .end_system_ms = get16(bytes + 14),
		.signal_dbm0 = bytes[16], .noise_dbm0 = bytes[17], .echo_return_loss_db = bytes[18], .gmin = bytes[19],
		.r = bytes[20], .external_r = bytes[21], .mos_lq = bytes[22], .mos_cq = bytes[23],
		.config = bytes[24],
		.buffer_ms = get16(bytes + 26), .buffer_max_ms = get16(bytes + 28), .buffer_limit_ms = get16(bytes + 30),
	};
}

static int read_extended(struct ua_rtcp_report *report, const struct packet *packet, uint32_t ssrc)
{
	const uint8_t *at = packet->bytes, *end = at + packet->length;

	while (at < end) {
		size_t length = HEADER_BYTES + 4u * get16(at + 2); /* a whole number of words is left */

		if ((size_t)(end - at) < length)
			return EBADMSG;
		if (at[0] == XR_VOIP && length >= XR_VOIP_BYTES)
			read_voip(report, at + HEADER_BYTES, ssrc);
		at += length;
	}
	return 0;
}

static int read_packet(struct ua_rtcp_report *report, const struct packet *packet, uint32_t ssrc)
{
	switch (packet->type) {
	case TYPE_SR:
	case TYPE_RR:
		return read_report(report, packet, ssrc);
	case TYPE_SDES:
		return read_name(report, packet);
	case TYPE_XR:
		return read_extended(report, packet, ssrc);
	case TYPE_BYE:
		report->bye = packet->count > 0;
		return 0;
	default:
		return 0;
	}
}

bool ua_rtcp_is(const uint8_t *bytes, size_t length)
{
	return length >= 2 && bytes[0] >> 6 == 2 && bytes[1] >= TYPE_FIRST && bytes[1] <= TYPE_LAST;
}

/* Takes the first packet off. Padding is the last one's alone, and is passed over with what is not known at its end. */
static int packet_take(struct packet *packet, const uint8_t **bytes, size_t *left)
{
	size_t length = *left < HEADER_BYTES ? 0 : HEADER_BYTES + 4u * get16(*bytes + 2);
	bool padded = length && (*bytes)[0] & 0x20;
	size_t padding;

	if (!ua_rtcp_is(*bytes, *left) || length < 2 * HEADER_BYTES || length > *left || (padded && length != *left))
		return EBADMSG;
	padding = padded ? (*bytes)[length - 1] : 0;
	if (padding % 4 || padding > length - 2 * HEADER_BYTES || (padded && !padding))
		return EBADMSG;
	*packet = (struct packet){
		.count = (*bytes)[0] & 0x1f,
		.type = (*bytes)[1],
		.bytes = *bytes + 2 * HEADER_BYTES,
		.length = length - padding - 2 * HEADER_BYTES,
	};
	*bytes += length;
	*left -= length;
	return 0;
}

int ua_rtcp_parse(struct ua_rtcp_report *report, const uint8_t *bytes, size_t length, uint32_t ssrc)
{
	struct ua_rtcp_report result = {0};
	struct packet packet;
	bool first = true;

	if (length < 2 * HEADER_BYTES || (bytes[1] != TYPE_SR && bytes[1] != TYPE_RR))
		return EBADMSG;
	result.ssrc = get32(bytes + HEADER_BYTES);
	while (length) {
		/* A goodbye to all or to none has no source. */
		if (!first && length >= HEADER_BYTES && bytes[0] >> 6 == 2 && get16(bytes + 2) == 0 && !(bytes[0] & 0x20)) {
			bytes += HEADER_BYTES;
			length -= HEADER_BYTES;
			continue;
		}
		if (packet_take(&packet, &bytes, &length) != 0 || read_packet(&result, &packet, ssrc) != 0)
			return EBADMSG;
		first = false;
	}
	*report = result;
	return 0;
}

/* ---- names and times ---- */

void ua_rtcp_cname(char cname[UA_RTCP_CNAME_BYTES])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	uint8_t random[20]; /* 100 bits of them tell, and RFC 7022 wants 96 */

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		memset(random, 0, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		cname[i] = letters[random[i] % 32];
	cname[sizeof(random)] = 0;
}

uint64_t ua_rtcp_ntp(uint64_t now_ns)
{
	return now_ns / NS_PER_S << 32 | ((now_ns % NS_PER_S) << 32) / NS_PER_S;
}

uint32_t ua_rtcp_ntp_middle(uint64_t ntp)
{
	return (uint32_t)(ntp >> 16);
}

uint32_t ua_rtcp_round_trip_ms(const struct ua_rtcp_block *block, uint64_t now_ns)
{
	uint32_t middle = ua_rtcp_ntp_middle(ua_rtcp_ntp(now_ns)), trip = middle - block->last_sr - block->delay;
	uint64_t ms = ((uint64_t)trip * 1000 + 0x8000) >> 16;

	/* The peer's rounding can make a trip of nothing negative. */
	if (!block->last_sr || ms > ROUND_TRIP_MAX_MS)
		return 0;
	return (uint32_t)ms;
}

uint64_t ua_rtcp_interval_ns(bool first, uint32_t dice)
{
	uint64_t interval_ns = first ? INTERVAL_NS / 2 : INTERVAL_NS;

	return interval_ns / 2 + ((interval_ns >> 8) * (dice >> 8) >> 16);
}
