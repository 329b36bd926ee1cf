/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the subscriber means depends on the calls that there are: the same flash holds, swaps, joins or brings back. Here it
 * becomes the event that the table knows. Style `bellcore`: one key, no digit after it.
 */
#include "gateway/line_private.h"

#define NS_PER_MS 1000000ull

static bool talks(const struct line *line)
{
	return line->state == LINE_TALKING || line->state == LINE_THREE_WAY;
}

static enum line_event flash_between_two(const struct line *line)
{
	if (line->second_came_in || !line->config->profile->three_way)
		return LINE_EV_FLASH_SWAP;
	return LINE_EV_FLASH_JOIN;
}

enum line_event line_judge_flash(const struct line *line)
{
	bool held = line_has(line, LINE_ROLE_HELD);

	if (line_waits(line))
		return LINE_EV_FLASH_TAKE;
	if (held)
		return talks(line) ? flash_between_two(line) : LINE_EV_FLASH_BACK;
	return line_gets_dial_tone(line) ? LINE_EV_FLASH : LINE_EV_FLASH_BARRED;
}

/* A hang-up that follows the flash so closely was meant as one from the start. */
static bool bounced(const struct line *line, uint64_t at_ns)
{
	return line->state == LINE_RECALL &&
		at_ns - line->flash_at_ns <= line->config->profile->flash_bounce_ms * NS_PER_MS;
}

/* The second was called from here, and at least rings. */
static bool transfers(const struct line *line)
{
	return line->config->profile->transfer && !line->second_came_in && line_has(line, LINE_ROLE_HELD) &&
		line_has(line, LINE_ROLE_ACTIVE) && (line->state == LINE_TALKING ||
		line->state == LINE_RINGBACK || line->state == LINE_EARLY_MEDIA);
}

enum line_event line_judge_hang_up(const struct line *line, uint64_t at_ns)
{
	if (line_waits(line))
		return LINE_EV_HANG_UP_WAITING;
	if (transfers(line))
		return LINE_EV_HANG_UP_TRANSFER;
	if (line_has(line, LINE_ROLE_HELD) && !bounced(line, at_ns))
		return LINE_EV_HANG_UP_HELD;
	return LINE_EV_HANG_UP;
}

/* One call more than the one that is talked in: a third would leave the subscriber without a key for it. */
enum line_event line_judge_call_in(const struct line *line)
{
	bool may_wait = line->config->profile->call_waiting && line->state == LINE_TALKING &&
		!line_has(line, LINE_ROLE_HELD) && !line_has(line, LINE_ROLE_WAITING);

	return may_wait ? LINE_EV_CALL_WAITS : LINE_EV_CALL_IN;
}
