/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One pair of wires between a line card's port and a telephone: what flows, what is seen at either
 * end and which sound passes, in steps of 1 ms. It knows nothing of DAHDI. The caller serialises
 * calls on one pair.
 */
#ifndef PAIR_H
#define PAIR_H

#include <linux/types.h>
#include "tipwire.h"

#define PAIR_SAMPLES	8	/* in a step */
#define PAIR_OHT_MS	6000	/* on-hook transmission is allowed so long after a ring, as by cards */

enum pair_feed { PAIR_FED, PAIR_RING, PAIR_OPEN };

struct pair {
	struct tipwire_knobs knobs;
	/* what the two ends do */
	bool off_hook;		/* the telephone's hook switch */
	bool broken;		/* a contact in series is open: a dial */
	bool reverse;		/* the card has swapped the wires */
	/* what follows from it */
	bool contact;		/* the loop as the wires feel it, chatter included */
	bool last_switch;
	bool tripped;		/* this burst of ring voltage was answered */
	bool current_flows, told_off_hook, battery, ringing;
	bool seen;		/* the card's last look at the hook */
	__u32 chatter_ms, settle_ms, untold_ms, since_look_ms;
	__u32 onhook_ms, ring_bursts;
	__u64 ring_on_ns, ring_off_ns, closed_ns, opened_ns;
	__s16 past[TIPWIRE_TAPS_MAX];
	unsigned int newest;
};

/* One ms: the card feeds the pair as FEED says. */
void pair_step(struct pair *p, enum pair_feed feed, __u64 now_ns);

/* Whether sound passes now, towards the telephone and from it. */
bool pair_hears(const struct pair *p);
bool pair_speaks(const struct pair *p);

/* The hybrid: adds to IN what comes back of OUT (linear samples, PAIR_SAMPLES each). */
void pair_echo(struct pair *p, const __s16 *out, __s16 *in);

#endif
