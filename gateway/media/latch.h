/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose packets a stream takes: one source at a time, held on to ("latched") once it is known, so that a stranger who sends
 * to the same port is neither heard nor keeps the peer out. No sockets, no clock, no allocation; media thread.
 *
 * How well a source fits what the peer said of itself (its session description) decides:
 *   - a source of the very address and port is taken at once, also in the place of one that fits less;
 *   - any other must show LATCH_PACKETS packets of one SSRC whose sequence goes on; a peer behind an address translator is
 *     such. Until anybody is latched, and as long as it is alone, it is heard meanwhile;
 *   - who is latched gives way when it has said nothing for LATCH_SILENT_MS, and only to one that fits better, that is at the
 *     same host, or that goes on with the SSRC and sequence, which a stranger does not know (a translator that forgot its
 *     binding makes such a one);
 *   - a new stream (latch_reset) begins with nobody;
 *   - after a new description in the same stream (latch_describe) who was latched before goes on to be, or a stranger could take the moment;
 *     whoever fits the new one takes its place as above, and anybody may once it has said nothing for LATCH_FORMER_MS.
 * A stranger who sends a sequence like a telephone before a peer behind a translator does cannot be told from it: what is
 * signed can (SRTP).
 */
#ifndef TIPRING_GATEWAY_MEDIA_LATCH_H
#define TIPRING_GATEWAY_MEDIA_LATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/address.h"

#define LATCH_PACKETS      3
#define LATCH_STEP_MAX     3    /* of the sequence, between two of these: some may be lost */
#define LATCH_SILENT_MS    1000
#define LATCH_FORMER_MS    200
#define LATCH_FORMER_MAX_MS 1000 /* who goes on for longer after a new description is the peer */
#define LATCH_CANDIDATES   8
#define LATCH_CANDIDATE_MS 500  /* one that says nothing for so long begins anew */

struct latch_packet {
	union address source;
	uint32_t ssrc;
	uint16_t sequence;
};

struct latch {
	union address said; /* by the peer; port 0: nothing yet */
	unsigned fit;       /* of the latched source; 0: nobody is latched */
	struct latch_packet last; /* of it */
	uint32_t silent_samples;  /* since then */
	uint32_t former_samples;  /* for how long it has been the former one */
	struct latch_candidate {
		struct latch_packet last;
		unsigned packets;        /* in order; 0: free */
		uint32_t silent_samples;
	} candidates[LATCH_CANDIDATES];
};

void latch_reset(struct latch *latch, const union address *said);
/* The peer says another address. */
void latch_describe(struct latch *latch, const union address *said);

/* So much time has passed. */
void latch_pass(struct latch *latch, uint32_t samples);

/* A packet came that is RTP of an agreed payload type; returns whether it is taken. */
bool latch_take(struct latch *latch, const struct latch_packet *packet);

/* The latched source; NULL: none. */
const union address *latch_source(const struct latch *latch);

#endif
