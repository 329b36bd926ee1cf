/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What has come of one RTP source, and what has not: loss by sequence numbers, jitter (RFC 3550 A.1, A.3, A.8), and how
 * losses flock together (RFC 3611 s4.7.2). No clock, no allocation; media thread. Zeroed: nothing has come.
 */
#ifndef TIPRING_SIP_RTP_SOURCE_H
#define TIPRING_SIP_RTP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "sip/rtcp.h"
#include "sip/rtp.h"

/* So many packets in a row that sound end a burst of losses (RFC 3611 s4.7.2 recommends it). */
#define UA_RTP_GMIN 16

/* Losses in a burst, which begins and ends with one, and between bursts; in packets. */
struct ua_rtp_flock {
	uint32_t bursts, burst_packets, burst_lost, gap_packets, gap_lost;
	uint32_t open_packets, open_lost; /* of what may yet become a burst */
	uint32_t sounded;                 /* since the last loss */
};

struct ua_rtp_source {
	bool known;
	uint32_t ssrc;
	uint32_t base, highest;  /* sequence, with its turns in the upper half */
	uint32_t jumped;         /* where a sequence would go on that jumped; above 16 bits: nowhere */
	uint32_t received;       /* since base */
	uint32_t expected_before, received_before; /* at the last block */
	uint32_t timestamp, transit, jitter_16;    /* jitter times 16 */
	uint64_t received_in_all, lost_before;     /* of all sources there were */
	struct ua_rtp_flock flock;
};

/* A packet came, at now_ns, of a format with this clock. */
void ua_rtp_source_take(struct ua_rtp_source *source, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz);
/* So many packets that came did not sound: they were too late. */
void ua_rtp_source_discard(struct ua_rtp_source *source, uint32_t packets);

uint64_t ua_rtp_source_received(const struct ua_rtp_source *source);
uint64_t ua_rtp_source_lost(const struct ua_rtp_source *source);
uint32_t ua_rtp_source_jitter(const struct ua_rtp_source *source); /* in units of the timestamps */

/* A block for a report, without last_sr and delay; the next one's fraction counts from here. */
void ua_rtp_source_block(struct ua_rtp_source *source, struct ua_rtcp_block *block);

/* Fills in loss, bursts and gaps; packet_ms: the length of a packet; discarded: packets in all that were too late. */
void ua_rtp_source_voip(const struct ua_rtp_source *source, unsigned packet_ms, uint64_t discarded, struct ua_rtcp_voip *voip);

#endif
