/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What has come of one RTP source, and what has not: loss by sequence numbers, and jitter (RFC 3550 A.1, A.3, A.8). No clock,
 * no allocation; media thread. Zeroed: nothing has come.
 */
#ifndef TIPRING_SIP_RTP_SOURCE_H
#define TIPRING_SIP_RTP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "sip/rtcp.h"
#include "sip/rtp.h"

struct ua_rtp_source {
	bool known;
	uint32_t ssrc;
	uint32_t base, highest;  /* sequence, with its turns in the upper half */
	uint32_t jumped;         /* where a sequence would go on that jumped; above 16 bits: nowhere */
	uint32_t received;       /* since base */
	uint32_t expected_before, received_before; /* at the last block */
	uint32_t timestamp, transit, jitter_16;    /* jitter times 16 */
	uint64_t received_in_all, lost_before;     /* of all sources there were */
};

/* A packet came, at now_ns, of a format with this clock. */
void ua_rtp_source_take(struct ua_rtp_source *source, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz);

uint64_t ua_rtp_source_received(const struct ua_rtp_source *source);
uint64_t ua_rtp_source_lost(const struct ua_rtp_source *source);
uint32_t ua_rtp_source_jitter(const struct ua_rtp_source *source); /* in units of the timestamps */

/* A block for a report, without last_sr and delay; the next one's fraction counts from here. */
void ua_rtp_source_block(struct ua_rtp_source *source, struct ua_rtcp_block *block);

#endif
