/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks made from a seed, and the playout on them in virtual time. */
#ifndef TIPRING_TESTS_PLAYOUT_TRACES_H
#define TIPRING_TESTS_PLAYOUT_TRACES_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/media/playout.h"

#define TRACE_FRAME     160  /* samples of a packet */
#define TRACE_BLOCK     80   /* of what is played at once */
#define TRACE_RATE_HZ   8000

/* How a network treats packets of 20 ms. */
struct trace {
	const char *name;
	unsigned seconds;
	double loss;              /* share of packets */
	double burst_packets;     /* mean length of what is lost together; 0: each for itself */
	double jitter_ms;         /* beyond the fastest, exponential, half of this in the mean; none overtakes another */
	double overtaken;         /* share that comes 30 to 50 ms later than it would, behind others */
	double drift_ppm;         /* the sender's clock is faster by this */
	unsigned restart_s;       /* another source, or another clock of the same, so often */
	unsigned stall_ms;        /* once, at 10 s: nothing for so long, then all at once */
	double missed_ms;         /* of delay: by so much the goal is missed, and by no more */
};

/* What came of it. Milliseconds, shares of all time or of all packets. */
struct trace_result {
	double delay_ms;          /* mean, beyond the fastest packet */
	double fixed_ms;          /* of the smallest fixed buffer that leaves 1 % late, knowing all */
	double delay_end_ms, delay_most_ms;
	double stall_over_ms;     /* how much more delay there is 5 s after the end of the stall than before it */
	double concealed, late;
	double gap_ms;            /* longest stretch that was made up */
	unsigned gaps;            /* stretches over 40 ms */
	struct playout_stats stats;
};

extern const struct playout_config trace_config;

/* Plays speech that is made from the seed; hear gets each block, NULL: nobody. */
typedef void trace_hear_h(const int16_t *samples, size_t count, void *arg);
/* What is said: sample number n. NULL in its place: speech. */
typedef int16_t trace_say_h(unsigned long n);
struct trace_result trace_play(const struct trace *trace, unsigned seed, trace_say_h *say, trace_hear_h *hear, void *arg);

#endif
