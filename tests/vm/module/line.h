/* SPDX-License-Identifier: GPL-2.0 */
/* A line of tipwire: a pair and the two DAHDI channels that it joins. Shared by spans.c and ask.c. */
#ifndef LINE_H
#define LINE_H

#include <linux/spinlock.h>
#include <dahdi/kernel.h>
#include "pair.h"

struct end {
	struct dahdi_chan *chan;
	struct line *line;
	enum dahdi_txsig tx;		/* set by the core under the channel's lock, read by the tick */
};

struct line {
	spinlock_t lock;		/* of the pair; never held while calling the core */
	struct pair pair;
	struct end port, phone;
	bool told_reversed;
	s32 vmwi_messages;
	u32 vmwi_type;
};

extern u32 tipwire_ticks;	/* since the module was loaded */
extern u64 tipwire_tick_ns;	/* CLOCK_MONOTONIC of the last one */

bool tipwire_knobs_ok(const struct tipwire_knobs *k);
int tipwire_ioctl(struct dahdi_chan *chan, unsigned int cmd, unsigned long data);

#endif
