/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two gateways with a telephone line each, a network between them, and a machine on either line, in virtual time. Of a gateway
 * the whole media plane is real: canceller, digits, fax tones, streams over UDP sockets, playout. What control does with it in a call that is up
 * stands here: the wishes that a line of this use has, and those after a fax was heard. A line is two wires: what goes to the
 * machine is rounded by the law and loses 3 dB, comes back through a hybrid of 12 dB, and there is noise.
 */
#ifndef TIPRING_TESTS_MACHINE_LINES_H
#define TIPRING_TESTS_MACHINE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/echo.h"
#include "gateway/media/media.h"
#include "gateway/use.h"

#define LINES_BLOCK 80
#define LINES       2

/* What is at the end of a line: hears a block, then says the one that goes out meanwhile. */
struct machine {
	void (*hear)(void *arg, const int16_t *samples, size_t count);
	void (*say)(void *arg, int16_t *samples, size_t count); /* they are silence before */
	void *arg;
};

struct lines_config {
	enum use use;
	bool fax_detect;
	bool key_events;   /* keys go as events (RFC 4733), both ways */
	bool redundant;    /* each packet has the one before within (RFC 2198) */
	unsigned delay_ms; /* of the network */
	double jitter_ms;  /* beyond it, exponential, half of this in the mean; none overtakes another */
	double loss;       /* share of packets, each for itself */
	double drift_ppm;  /* the second gateway's clock is faster by this */
	unsigned seed;
};

/* Of each line. */
struct lines_result {
	bool machine;      /* a fax was heard */
	unsigned lost;     /* packets, in the network on the way to it */
	struct playout_stats playout;
	enum dsp_echo_state echo; /* of its canceller now; DSP_ECHO_OFF: it has none */
};

struct lines;

void lines_make(struct lines **linesp, const struct lines_config *config, const struct machine machines[LINES]);
/* So long, or until done says so, which is asked every 10 ms; false: it did not. */
bool lines_run(struct lines *lines, unsigned ms, bool (*done)(void *arg), void *arg);
unsigned lines_now_ms(const struct lines *lines);
void lines_result(struct lines *lines, struct lines_result results[LINES]);
void lines_free(struct lines *lines);

#endif
