/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The telephone's end of two wires, whatever carries them: a dummy line's socket (wires_dummy.c) or
 * the telephone channel of a DAHDI pair (wires_dahdi.c).
 *
 * The exchange's clock is the only one: each block of sound that comes is answered by one block of
 * the same length, so there is one handler for both. On a dummy line sound comes only while the
 * exchange's line is active; on DAHDI it always runs.
 *
 * Sound is linear PCM, 16 bit, FXS_RATE_HZ, full scale +3.14 dBm0 = 32767. Time is CLOCK_MONOTONIC in
 * nanoseconds and always an argument, virtual in flow tests. Functions return 0 or a positive errno
 * and never block. One thread at a time.
 */
#ifndef TIPRING_GATEWAY_PHONE_WIRES_H
#define TIPRING_GATEWAY_PHONE_WIRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fxs/fxs.h"

struct wires_ops;

/* Two wires; an implementation embeds it as its first member. */
struct wires {
	const struct wires_ops *ops;
};

struct wires_config {
	const char *path; /* dummy: the exchange's socket; dahdi: NULL or "/dev/dahdi" */
	const char *line; /* dummy: the line's name; dahdi: the number of the telephone's channel */
};

/*
 * What the wires tell, in the order in which it happened, from within step only. at_ns is when it
 * happened as exactly as the wires can tell, but for sound never later than the step's now_ns. A
 * handler may call hook_set but not close.
 */
struct wires_handlers {
	/* Ring voltage came on or went off. */
	void (*ring)(bool on, uint64_t at_ns, void *arg);
	/* What feeds the loop. The first one tells that the exchange knows the telephone; wires
	 * that cannot see the feed report FXS_FEED_ACTIVE once, at the first step. */
	void (*feed)(enum fxs_feed feed, uint64_t at_ns, void *arg);
	/* Sound begins or ends to flow; a new flow counts its samples from 0. */
	void (*flow)(bool on, uint64_t at_ns, void *arg);
	/* A block came and is answered by said, which the handler fills; an on-hook telephone says
	 * silence. at_ns is when its last sample sounds: now on a card, which gives what has
	 * sounded; a block's time later than now on a dummy line, whose exchange sends what is
	 * about to sound. */
	void (*sound)(const int16_t *heard, int16_t *said, size_t count, uint64_t at_ns, void *arg);
	/* The last call of all: EPIPE the exchange is gone, ENODEV, EBUSY, EPROTO it refused. */
	void (*lost)(int err, void *arg);
};

struct wires_ops {
	const char *name; /* "dummy", "dahdi" */

	/* Connects, on-hook. The handlers and arg must live as long as the wires. ENOENT or
	 * ECONNREFUSED: no exchange there; EINVAL: not a line's name. What else the exchange
	 * refuses comes to lost. */
	int (*open)(struct wires **wiresp, const struct wires_config *config,
		const struct wires_handlers *handlers, void *arg);
	void (*close)(struct wires *wires); /* leaves the loop open; NULL is fine */

	/* A descriptor for poll() and the events (POLLIN, POLLPRI) at which to call step; the same
	 * for the wires' life. */
	int (*fd)(const struct wires *wires);
	short (*poll_events)(const struct wires *wires);
	/* Takes what has come and calls the handlers; fine to call when nothing has. */
	void (*step)(struct wires *wires, uint64_t now_ns);

	/* Closes (off-hook) or opens the loop, at at_ns: not later than now, not earlier than the
	 * last block. The hook's contact decides nothing else: pulses and flash are made of it. */
	int (*hook_set)(struct wires *wires, bool off_hook, uint64_t at_ns);
};

extern const struct wires_ops wires_dummy_ops;
extern const struct wires_ops wires_dahdi_ops; /* not there in a build --without-dahdi */

#endif
