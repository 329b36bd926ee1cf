/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/rtp_source.h"

/* RFC 3550 A.1 */
#define FORWARD_MAX  3000
#define BACKWARD_MAX 100
#define NO_JUMP      0x10000u

static void begin(struct ua_rtp_source *source, const struct ua_rtp_packet *packet)
{
	source->known = true;
	source->ssrc = packet->ssrc;
	source->base = source->highest = packet->sequence;
	source->jumped = NO_JUMP;
	source->received = 1;
	source->expected_before = source->received_before = 0;
	source->jitter_16 = 0;
}

static uint32_t expected(const struct ua_rtp_source *source)
{
	return source->known ? source->highest - source->base + 1 : 0;
}

static uint64_t lost_now(const struct ua_rtp_source *source)
{
	return expected(source) > source->received ? expected(source) - source->received : 0;
}

static void begin_anew(struct ua_rtp_source *source, const struct ua_rtp_packet *packet)
{
	source->lost_before += lost_now(source);
	begin(source, packet);
}

/* False: a packet from nowhere that does not count. A second one that goes on from there is a sender that started again. */
static bool sequence_take(struct ua_rtp_source *source, const struct ua_rtp_packet *packet)
{
	uint16_t ahead = (uint16_t)(packet->sequence - (uint16_t)source->highest);

	if (!source->known || packet->ssrc != source->ssrc || packet->sequence == source->jumped) {
		begin_anew(source, packet);
		return true;
	}
	if (ahead >= FORWARD_MAX && ahead <= 0x10000 - BACKWARD_MAX) {
		source->jumped = (packet->sequence + 1u) & 0xffff;
		return false;
	}
	if (ahead < FORWARD_MAX)
		source->highest += ahead;
	source->jumped = NO_JUMP;
	source->received++;
	return true;
}

static uint32_t arrival(uint64_t now_ns, unsigned clock_hz)
{
	return (uint32_t)(now_ns / 1000 * (clock_hz / 1000) / 1000);
}

/* Packets of one event bear one timestamp: they tell nothing of jitter. */
static void jitter_take(struct ua_rtp_source *source, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz)
{
	uint32_t transit = arrival(now_ns, clock_hz) - packet->timestamp;
	uint32_t later = transit - source->transit, change = later <= INT32_MAX ? later : 0u - later;
	bool first = source->received == 1;

	if (!first && packet->timestamp == source->timestamp)
		return;
	source->timestamp = packet->timestamp;
	source->transit = transit;
	/* A jump of more than a second is another clock. */
	if (!first && change < clock_hz)
		source->jitter_16 += change - ((source->jitter_16 + 8) >> 4);
}

void ua_rtp_source_take(struct ua_rtp_source *source, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz)
{
	if (!sequence_take(source, packet))
		return;
	source->received_in_all++;
	jitter_take(source, packet, now_ns, clock_hz);
}

uint64_t ua_rtp_source_received(const struct ua_rtp_source *source)
{
	return source->received_in_all;
}

uint64_t ua_rtp_source_lost(const struct ua_rtp_source *source)
{
	return source->lost_before + lost_now(source);
}

uint32_t ua_rtp_source_jitter(const struct ua_rtp_source *source)
{
	return source->jitter_16 >> 4;
}

void ua_rtp_source_block(struct ua_rtp_source *source, struct ua_rtcp_block *block)
{
	uint32_t due = expected(source) - source->expected_before;
	uint32_t came = source->received - source->received_before;

	*block = (struct ua_rtcp_block){
		.ssrc = source->ssrc,
		.fraction = due > came ? (uint8_t)((((uint64_t)due - came) * 256 - 1) / due) : 0,
		.lost = (int32_t)(expected(source) - source->received),
		.highest = source->highest,
		.jitter = ua_rtp_source_jitter(source),
	};
	source->expected_before = expected(source);
	source->received_before = source->received;
}
