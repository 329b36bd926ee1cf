/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * tipwire: simulated subscriber lines for DAHDI. Port n of a span of FXS channels is joined by a
 * pair of wires to port n of a span of telephone (FXO) channels. This header is what programs may
 * ask of a pair, on either end's descriptor.
 *
 * Strict by default: what two wires and a line card would not carry does not cross (README.md in
 * the folder above).
 */
#ifndef TIPWIRE_H
#define TIPWIRE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TIPWIRE_LINES_MAX	256
#define TIPWIRE_TAPS_MAX	64
#define TIPWIRE_MS_MAX		1000	/* the longest time a knob takes */

/* What a meter across the pair shows. Times are CLOCK_MONOTONIC, 0 before the first. */
struct tipwire_meter {
	__u64 now_ns;		/* the last tick, to which the rest belongs */
	__u64 ring_on_ns;	/* ring voltage last came */
	__u64 ring_off_ns;	/* ring voltage last went */
	__u64 closed_ns;	/* loop current last began to flow */
	__u64 opened_ns;	/* loop current last stopped */
	__u32 battery;		/* 1: direct voltage between the wires, seen from the telephone */
	__u32 reversed;		/* 1: ring is positive */
	__u32 ringing;		/* 1: ring voltage on the wires */
	__u32 current_flows;	/* 1: the loop is closed and fed */
	__u32 told_off_hook;	/* 1: the FXS channel was told off-hook (the knobs delay it) */
	__u32 onhook_ms;	/* for how long on-hook transmission is still allowed */
	__u32 ring_bursts;	/* how often ring voltage came since the module was loaded */
	__u32 ticks;		/* ms since the module was loaded */
	__s32 vmwi_messages;	/* DAHDI_VMWI as last set */
	__u32 vmwi_type;	/* DAHDI_VMWI_CONFIG as last set */
};

/* What may be made worse about a pair. All zero is a perfect pair. */
struct tipwire_knobs {
	__u32 cut;		/* 1: a wire is cut */
	__u32 bounce_ms;	/* so long each change of the hook switch chatters, every ms */
	__u32 sample_ms;	/* the card looks at the hook once in so many ms (0: at each tick) */
	__u32 settle_ms;	/* and believes it when it stayed the same for so long */
	__u32 trip_ms;		/* lifting in a burst is noticed, and ends it, so much later */
	__u32 taps;		/* of the hybrid's echo; 0: no echo */
	__s16 tap[TIPWIRE_TAPS_MAX];	/* Q15: what comes back of each sample sent, 125 us a tap */
};

#define TIPWIRE_METER		_IOR(0xDA, 60, struct tipwire_meter)
#define TIPWIRE_GET_KNOBS	_IOR(0xDA, 61, struct tipwire_knobs)
#define TIPWIRE_SET_KNOBS	_IOW(0xDA, 62, struct tipwire_knobs)	/* EINVAL: out of range */
/* 1: opens the telephone's loop by a contact in series, as a dial does; 0: closes it. Unlike
 * DAHDI_HOOK it leaves the telephone's channel alone: no buffer is flushed. Crosses at the next
 * tick, 1 ms or less. */
#define TIPWIRE_BREAK		_IOW(0xDA, 63, int)

#endif
