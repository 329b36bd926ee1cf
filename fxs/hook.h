/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judges raw hook edges: bounce, dial pulse, flash, on-hook. Pure code, the same for every driver;
 * the media thread feeds it with each edge and with time, and hands its verdicts to call control.
 *
 * A slow pulse is as long as a quick recall, so the mode in which a break began decides:
 *
 *   break (loop open) in ms   <15       15..130      flash_min..flash_max   longer
 *   IDLE                      bounce    on-hook      on-hook                on-hook
 *   COLLECTING                bounce    dial pulse   flash (if longer       on-hook
 *                                                    than a pulse)
 *   IN_CALL                   bounce    bounce unless in the flash window   on-hook
 *   IN_CALL, flash off        bounce    on-hook      on-hook                on-hook
 *
 * Limits belong to the shorter side, but a break of bounce_ms is no bounce. On-hook is told as soon
 * as the break is too long for anything else, lifting at its very edge.
 */
#ifndef TIPRING_FXS_HOOK_H
#define TIPRING_FXS_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fxs_hook_mode {
	FXS_HOOK_IDLE,       /* nothing is going on: ringing, or parked */
	FXS_HOOK_COLLECTING, /* dial tone or digits awaited: breaks may be pulses */
	FXS_HOOK_IN_CALL,    /* a call is up or being set up: breaks may be a flash */
};

/* All in ms. A flash window with flash_max_ms == 0 means that flash is off. */
struct fxs_hook_config {
	unsigned bounce_ms;      /* shorter breaks are contact bounce; default 15 */
	unsigned make_ms;        /* shorter makes do not end a break; default 8 (22 pulses/s have 13) */
	unsigned pulse_max_ms;   /* longest break of a dial pulse; default 130 */
	unsigned pulse_gap_ms;   /* make that ends a digit's pulse train; default 200 */
	unsigned flash_min_ms;   /* default 80 */
	unsigned flash_max_ms;   /* default 1200; 0: flash off */
	unsigned on_hook_ms;     /* with flash off, in a call: break that is a hang-up; default 15 */
};

extern const struct fxs_hook_config fxs_hook_defaults;

enum fxs_hook_verdict_kind {
	FXS_HOOK_OFF_HOOK,    /* the telephone was lifted */
	FXS_HOOK_ON_HOOK,     /* the telephone was hung up */
	FXS_HOOK_FLASH,
	FXS_HOOK_PULSE_BEGUN, /* first break of a digit, or of a flash: dial tone must stop now */
	FXS_HOOK_DIGIT,       /* a pulse train ended; digit is '0'..'9' */
};

struct fxs_hook_verdict {
	enum fxs_hook_verdict_kind kind;
	char digit;         /* for FXS_HOOK_DIGIT */
	uint64_t at_ns;     /* when the verdict became certain */
	uint64_t edge_ns;   /* the edge that it began with (ON_HOOK: when the loop opened) */
};

/* At most so many from one call: a late make edge can bring PULSE_BEGUN, ON_HOOK and OFF_HOOK. */
#define FXS_HOOK_VERDICTS_MAX 3

struct fxs_hook; /* opaque */

/* EINVAL: limits that contradict each other. off_hook is the loop as it is; it gives no verdict. */
int fxs_hook_alloc(struct fxs_hook **hookp, const struct fxs_hook_config *config, bool off_hook,
	uint64_t now_ns);
void fxs_hook_free(struct fxs_hook *hook);

/*
 * Each returns how many verdicts it wrote. An edge that repeats the known level is ignored. An edge
 * may be older than the last step (what was judged then stands), but not than the last edge.
 */
size_t fxs_hook_edge(struct fxs_hook *hook, bool off_hook, uint64_t at_ns,
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX]);
size_t fxs_hook_step(struct fxs_hook *hook, uint64_t now_ns,
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX]);

/* A break or pulse train in progress is judged by the mode in which it began. */
void fxs_hook_mode_set(struct fxs_hook *hook, enum fxs_hook_mode mode);

/* When fxs_hook_step must be called next; UINT64_MAX: not before the next edge. */
uint64_t fxs_hook_next_ns(const struct fxs_hook *hook);

/* The judged state (not the raw loop): true from OFF_HOOK to ON_HOOK. */
bool fxs_hook_is_off_hook(const struct fxs_hook *hook);

/* The raw loop, as the last edge told it: open from the first instant of a pulse, a flash or a hang-up. */
bool fxs_hook_loop_is_closed(const struct fxs_hook *hook);

#endif
