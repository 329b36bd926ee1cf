/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the playout: how long sound has to wait. Of each packet comes its transit: when it came less when its first
 * sample was said, on two clocks that have nothing in common, so that only differences mean something. A histogram of
 * the last 400 to 800 packets, above the fastest of them, tells which delay leaves one in a hundred late, or, for machines, which none of them would
 * have needed. Samples of the line's clock throughout; pure.
 */
#ifndef TIPRING_GATEWAY_MEDIA_PLAYOUT_DELAY_H
#define TIPRING_GATEWAY_MEDIA_PLAYOUT_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#define PLAYOUT_DELAY_BIN  20  /* samples: 2.5 ms */
#define PLAYOUT_DELAY_BINS 176 /* 440 ms */
#define PLAYOUT_DELAY_EVIDENCE 25 /* packets, before it is less than it began with */

struct playout_delay_limits {
	unsigned start, min, max;
	bool none_late; /* a quarter more than the slowest took */
};

struct playout_delay {
	struct playout_delay_limits limits;
	uint32_t base;    /* transit of the fastest */
	unsigned target;  /* above it */
	unsigned packets; /* since the start, up to PLAYOUT_DELAY_EVIDENCE */
	unsigned late_run;
	unsigned top;     /* no bin above it has anything */
	unsigned newer_count, older_count;
	uint16_t newer[PLAYOUT_DELAY_BINS], older[PLAYOUT_DELAY_BINS];
};

void playout_delay_reset(struct playout_delay *delay, const struct playout_delay_limits *limits);
void playout_delay_note(struct playout_delay *delay, uint32_t transit);
/* How much longer than needed the sound waits that is played with this transit now; negative: shorter. */
int32_t playout_delay_excess(const struct playout_delay *delay, uint32_t transit);

#endif
