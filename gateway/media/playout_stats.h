/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of the packets of a stream, counted for reports (RFC 3611 s4.7) and for the operator. Pure. All counts
 * are of packets where nothing else is said, and begin with the stream.
 */
#ifndef TIPRING_GATEWAY_MEDIA_PLAYOUT_STATS_H
#define TIPRING_GATEWAY_MEDIA_PLAYOUT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#define PLAYOUT_BURST_GMIN 16 /* so many good ones in a row end a burst (RFC 3611 s4.7.2) */

/* The packets in the order of their sequence as a chain of two states, burst and gap, and what happened in each
 * (RFC 3611 A.2): bad is lost, or came too late. */
struct playout_bursts {
	uint32_t burst_packets, burst_bad; /* in all bursts */
	uint32_t gap_packets, gap_bad;     /* in all gaps between them */
	uint32_t bursts;                   /* how many there were */
	/* private: since the last bad one; the burst that may become one */
	uint32_t good_run, run_packets, run_bad;
};

struct playout_stats {
	uint32_t played;     /* decoded when they were due */
	uint32_t lost;       /* were not there when they were due, and have not come since */
	uint32_t discarded;  /* came too late, or found no room */
	uint32_t duplicates;
	uint32_t reordered;  /* came after one with a higher number, and were played all the same */
	uint32_t restarts;   /* of the source or its clock; the first start counts */
	uint64_t played_samples;    /* in all, of whatever */
	uint64_t concealed_samples; /* made up because something was lost or late */
	uint64_t pause_samples;     /* comfort noise, because the far end was silent */
	uint64_t shortened_samples, lengthened_samples; /* cut out and put in to change the delay */
	/* Of the delay that the playout adds to the fastest packet of late, in ms: now, what it aims at, the most so far,
	 * and what it may be at most. */
	uint16_t delay_ms, delay_nominal_ms, delay_max_ms, delay_limit_ms;
	struct playout_bursts bursts;
};

/* The next packet in the order of sequence was good, or bad. */
void playout_bursts_note(struct playout_bursts *bursts, bool good);

#endif
