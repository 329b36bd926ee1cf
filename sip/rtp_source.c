/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "sip/rtp_source.h"

/* RFC 3550 A.1 */
#define FORWARD_MAX  3000
#define BACKWARD_MAX 100
#define NO_JUMP      0x10000u
#define LOST_AT_ONCE_MAX 1000 /* that are looked at one by one */

/* ---- bursts and gaps ---- */

/* What is open ended at its last loss. One loss alone among many that sound is no burst. */
static void flock_close(struct ua_rtp_flock *flock)
{
	if (flock->open_lost > 1) {
		flock->bursts++;
		flock->burst_packets += flock->open_packets;
		flock->burst_lost += flock->open_lost;
	} else {
		flock->gap_packets += flock->open_packets;
		flock->gap_lost += flock->open_lost;
	}
	flock->open_packets = flock->open_lost = 0;
}

static void flock_lost(struct ua_rtp_flock *flock)
{
	if (flock->sounded >= UA_RTP_GMIN || !flock->open_lost) {
		flock_close(flock);
		flock->gap_packets += flock->sounded;
	} else {
		flock->open_packets += flock->sounded;
	}
	flock->sounded = 0;
	flock->open_packets++;
	flock->open_lost++;
}

/* ---- sequence and jitter ---- */

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
	if (ahead < FORWARD_MAX && ahead > 0) {
		for (unsigned i = 1; i < ahead && i <= LOST_AT_ONCE_MAX; i++)
			flock_lost(&source->flock);
		source->highest += ahead;
	}
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
	int32_t change = (int32_t)(transit - source->transit);
	bool first = source->received == 1;

	if (!first && packet->timestamp == source->timestamp)
		return;
	source->timestamp = packet->timestamp;
	source->transit = transit;
	if (change < 0)
		change = -change;
	/* A jump of more than a second is another clock. */
	if (!first && (uint32_t)change < clock_hz)
		source->jitter_16 += (uint32_t)change - ((source->jitter_16 + 8) >> 4);
}

void ua_rtp_source_take(struct ua_rtp_source *source, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz)
{
	if (!sequence_take(source, packet))
		return;
	source->received_in_all++;
	source->flock.sounded++;
	jitter_take(source, packet, now_ns, clock_hz);
}

void ua_rtp_source_discard(struct ua_rtp_source *source, uint32_t packets)
{
	for (uint32_t i = 0; i < packets && i < LOST_AT_ONCE_MAX; i++) {
		source->flock.sounded -= source->flock.sounded > 0;
		flock_lost(&source->flock);
	}
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

/* ---- what is told of it ---- */

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

static uint8_t share_256(uint64_t part, uint64_t whole)
{
	uint64_t share = whole ? part * 256 / whole : 0;

	return (uint8_t)(share > 255 ? 255 : share);
}

static uint16_t to_16(uint64_t value)
{
	return (uint16_t)(value > 65535 ? 65535 : value);
}

void ua_rtp_source_voip(const struct ua_rtp_source *source, unsigned packet_ms, uint64_t discarded, struct ua_rtcp_voip *voip)
{
	uint64_t lost = ua_rtp_source_lost(source), due = lost + source->received_in_all;
	struct ua_rtp_flock flock = source->flock;

	flock_close(&flock);
	flock.gap_packets += flock.sounded;
	voip->ssrc = source->ssrc;
	voip->loss = share_256(lost, due);
	voip->discard = share_256(discarded, due);
	voip->burst_density = share_256(flock.burst_lost, flock.burst_packets);
	voip->gap_density = share_256(flock.gap_lost, flock.gap_packets);
	voip->burst_ms = to_16(flock.bursts ? (uint64_t)flock.burst_packets * packet_ms / flock.bursts : 0);
	voip->gap_ms = to_16((uint64_t)flock.gap_packets * packet_ms / (flock.bursts + 1));
	voip->gmin = UA_RTP_GMIN;
}
