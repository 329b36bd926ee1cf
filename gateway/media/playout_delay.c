/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/playout_delay.h"

#define WINDOW_PACKETS 400
#define LATE_PER_CENT  1
#define MARGIN_SHARE   4   /* of the slowest's delay, where none shall be late: the next window has a slower one as likely as not */
#define BENEFIT_PACKETS 100 /* taken for fast: chance brings a few late ones together, and early in a call one is many */
#define LATE_RUN_SHARE 170 /* one event that delays many packets counts for less than one in a hundred */

void playout_delay_reset(struct playout_delay *delay, const struct playout_delay_limits *limits)
{
	memset(delay, 0, sizeof(*delay));
	delay->limits = *limits;
	delay->target = limits->start;
}

/* What would be moved out at the top stays in the last. */
static void shift_up(uint16_t *bins, unsigned by)
{
	unsigned over = 0;

	for (unsigned i = PLAYOUT_DELAY_BINS - by; i < PLAYOUT_DELAY_BINS; i++)
		over += bins[i];
	memmove(bins + by, bins, (PLAYOUT_DELAY_BINS - by) * sizeof(*bins));
	memset(bins, 0, by * sizeof(*bins));
	bins[PLAYOUT_DELAY_BINS - 1] = (uint16_t)(bins[PLAYOUT_DELAY_BINS - 1] + over);
}

/* A packet that is faster than all others. */
static void base_lower(struct playout_delay *delay, uint32_t transit)
{
	unsigned by = (delay->base - transit + PLAYOUT_DELAY_BIN - 1) / PLAYOUT_DELAY_BIN;

	delay->base -= by * PLAYOUT_DELAY_BIN;
	if (by >= PLAYOUT_DELAY_BINS)
		by = PLAYOUT_DELAY_BINS - 1;
	shift_up(delay->newer, by);
	shift_up(delay->older, by);
	delay->top = delay->top + by < PLAYOUT_DELAY_BINS ? delay->top + by : PLAYOUT_DELAY_BINS - 1;
}

/* The fastest have been forgotten. */
static void base_raise(struct playout_delay *delay)
{
	unsigned by = 0;

	while (by < PLAYOUT_DELAY_BINS - 1 && !delay->newer[by] && !delay->older[by])
		by++;
	memmove(delay->newer, delay->newer + by, (PLAYOUT_DELAY_BINS - by) * sizeof(delay->newer[0]));
	memmove(delay->older, delay->older + by, (PLAYOUT_DELAY_BINS - by) * sizeof(delay->older[0]));
	memset(delay->newer + PLAYOUT_DELAY_BINS - by, 0, by * sizeof(delay->newer[0]));
	memset(delay->older + PLAYOUT_DELAY_BINS - by, 0, by * sizeof(delay->older[0]));
	delay->base += by * PLAYOUT_DELAY_BIN;
}

static void window_move(struct playout_delay *delay)
{
	memcpy(delay->older, delay->newer, sizeof(delay->older));
	memset(delay->newer, 0, sizeof(delay->newer));
	delay->older_count = delay->newer_count;
	delay->newer_count = 0;
	base_raise(delay);
	delay->top = PLAYOUT_DELAY_BINS - 1;
	while (delay->top > 0 && !delay->older[delay->top])
		delay->top--;
}

static unsigned quantile(const struct playout_delay *delay)
{
	unsigned late = delay->limits.none_late ? 0 : (delay->newer_count + delay->older_count + BENEFIT_PACKETS) * LATE_PER_CENT / 100;
	unsigned bin = delay->top, slower = 0;

	for (; bin > 0; bin--) {
		slower += delay->newer[bin] + delay->older[bin];
		if (slower > late)
			break;
	}
	return bin * PLAYOUT_DELAY_BIN * (delay->limits.none_late ? MARGIN_SHARE + 1 : MARGIN_SHARE) / MARGIN_SHARE;
}

static unsigned within(unsigned value, unsigned min, unsigned max)
{
	return value < min ? min : value > max ? max : value;
}

/* A stall delays many packets and is one event all the same: the first of them, which it delays most, count. */
static bool counts(struct playout_delay *delay, uint32_t transit)
{
	unsigned run_max = (delay->newer_count + delay->older_count) / LATE_RUN_SHARE;

	if (playout_delay_excess(delay, transit) <= 0) {
		delay->late_run = 0;
		return true;
	}
	return ++delay->late_run <= (run_max ? run_max : 1);
}

void playout_delay_note(struct playout_delay *delay, uint32_t transit)
{
	unsigned bin;

	if (!delay->packets)
		delay->base = transit;
	if ((int32_t)(transit - delay->base) < 0)
		base_lower(delay, transit);
	if (transit - delay->base > delay->limits.max + PLAYOUT_DELAY_BIN || !counts(delay, transit))
		return; /* for one that no delay would help none is learnt */
	bin = (transit - delay->base + PLAYOUT_DELAY_BIN - 1) / PLAYOUT_DELAY_BIN;
	if (bin >= PLAYOUT_DELAY_BINS)
		bin = PLAYOUT_DELAY_BINS - 1;
	if (bin > delay->top)
		delay->top = bin;
	delay->newer[bin]++;
	delay->packets += delay->packets < PLAYOUT_DELAY_EVIDENCE;
	if (++delay->newer_count >= WINDOW_PACKETS)
		window_move(delay);
	delay->target = within(quantile(delay), delay->limits.min, delay->limits.max);
	if (delay->packets < PLAYOUT_DELAY_EVIDENCE && delay->target < delay->limits.start)
		delay->target = delay->limits.start;
}

int32_t playout_delay_excess(const struct playout_delay *delay, uint32_t transit)
{
	return (int32_t)(transit - delay->base - delay->target);
}
