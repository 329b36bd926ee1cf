/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the subscriber means depends on the calls that there are and on the line's style: the same flash holds, swaps, joins or
 * brings back. Here it becomes the event that the table knows.
 */
#include "gateway/line/line_private.h"

#define NS_PER_MS 1000000ull

static bool talks(const struct line *line)
{
	return line->state == LINE_TALKING || line->state == LINE_THREE_WAY;
}

static bool called_rings(const struct line *line)
{
	return line->state == LINE_RINGBACK || line->state == LINE_EARLY_MEDIA;
}

static bool three_at_ear(const struct line *line)
{
	return line->state == LINE_THREE_WAY || line->state == LINE_THREE_RINGS || line->state == LINE_THREE_EARLY;
}

static enum line_event flash_alone(const struct line *line)
{
	return line_gets_dial_tone(line) ? LINE_EV_FLASH : LINE_EV_FLASH_BARRED;
}

/* ... to the active party, who was not only called for the held one. */
static bool has_talked(const struct line *line)
{
	return line_has(line, LINE_ROLE_ACTIVE) && leg_is_up(line->legs[line->place[LINE_ROLE_ACTIVE]].leg);
}

/* A transfer is under way, or was refused: back to what there was before. */
static enum line_event flash_while_referring(const struct line *line)
{
	return has_talked(line) ? LINE_EV_R_BACK : LINE_EV_FLASH_BACK;
}

static bool is_referring(const struct line *line)
{
	return line->state == LINE_REFERRING || line->state == LINE_NOT_REFERRED;
}

static enum line_event flash_between_two(const struct line *line)
{
	if (line->second_came_in || !line->config->profile->three_way)
		return LINE_EV_FLASH_SWAP;
	return line_confers(line) ? LINE_EV_FLASH_CONFER : LINE_EV_FLASH_JOIN;
}

/* One that waits has its turn when no other is held: there is one key for two calls. */
static enum line_event flash_bellcore(const struct line *line)
{
	if (line->state == LINE_CONFERRING)
		return LINE_EVENT_COUNT;
	if (line->state == LINE_TALKING && line_conference_can_drop(line))
		return LINE_EV_FLASH_DROP;
	if (!line_has(line, LINE_ROLE_HELD))
		return line_waits(line) ? LINE_EV_FLASH_TAKE : flash_alone(line);
	if (three_at_ear(line))
		return LINE_EV_FLASH_JOIN;
	if (talks(line))
		return flash_between_two(line);
	return called_rings(line) && line->config->profile->three_way && !line_confers(line) ? LINE_EV_FLASH_JOIN : LINE_EV_FLASH_BACK;
}

static enum line_event flash_etsi(const struct line *line)
{
	if (line->state == LINE_R_DIGIT)
		return line_r_digit_back(line);
	if (line->state == LINE_CONFERRING)
		return LINE_EVENT_COUNT;
	if (line_has(line, LINE_ROLE_HELD))
		return talks(line) ? LINE_EV_FLASH_R : LINE_EV_FLASH_BACK;
	if (line_waits(line))
		return line->state == LINE_TALKING ? LINE_EV_FLASH_R : LINE_EV_FLASH_TAKE;
	return flash_alone(line);
}

/* What the far end has refused to act upon is acted upon here. */
static enum line_event flash_network(const struct line *line)
{
	const struct leg *leg = line->legs[line->place[LINE_ROLE_ACTIVE]].leg;

	if (line_has(line, LINE_ROLE_HELD) || (line->state == LINE_TALKING && leg && !leg_takes_flash(leg)))
		return flash_bellcore(line);
	return line->state == LINE_TALKING ? LINE_EV_FLASH_OUT : flash_alone(line);
}

/* LINE_EVENT_COUNT: a flash that means nothing. */
enum line_event line_judge_flash(const struct line *line)
{
	static enum line_event (*const styles[])(const struct line *line) = {
		[CONFIG_FLASH_BELLCORE] = flash_bellcore,
		[CONFIG_FLASH_ETSI] = flash_etsi,
		[CONFIG_FLASH_NETWORK] = flash_network,
	};

	/* Who is being connected with somebody else waits for that. */
	if ((line->emergency && line_has(line, LINE_ROLE_ACTIVE)) || line_referral_waits(line))
		return LINE_EVENT_COUNT;
	if (is_referring(line))
		return flash_while_referring(line);
	return styles[line->config->profile->flash_style](line);
}

/* A hang-up that follows the flash so closely was meant as one from the start. */
static bool bounced(const struct line *line, uint64_t at_ns)
{
	return line->state == LINE_RECALL &&
		at_ns - line->flash_at_ns <= line->config->profile->flash_bounce_ms * NS_PER_MS;
}

/* All at once are at the ear, or were when the flash came. */
static bool is_conference(const struct line *line)
{
	return line->state == LINE_THREE_WAY || (line->state == LINE_R_DIGIT && line->r_digit_from == LINE_THREE_WAY);
}

/* ... or did before the first was taken back. */
static bool second_rings(const struct line *line)
{
	return called_rings(line) || line->state == LINE_THREE_RINGS || line->state == LINE_THREE_EARLY;
}

/* The second was called from here, and at least rings. */
static bool transfers(const struct line *line)
{
	const struct config_profile *profile = line->config->profile;

	if (!line_has(line, LINE_ROLE_HELD) || !line_has(line, LINE_ROLE_ACTIVE))
		return false;
	if (is_conference(line))
		return profile->three_way_leave;
	return profile->transfer && !line->second_came_in && !line->emergency &&
		(line->state == LINE_TALKING || line->state == LINE_R_DIGIT || second_rings(line));
}

static bool keeps_emergency(const struct line *line)
{
	return line->emergency && line->state == LINE_TALKING && line->config->profile->emergency_hold_s;
}

/* The called party may go to another telephone. */
static bool suspends(const struct line *line)
{
	return line->config->profile->csh_s && line->state == LINE_TALKING && line_has(line, LINE_ROLE_ACTIVE) &&
		line->legs[line->place[LINE_ROLE_ACTIVE]].came_in;
}

enum line_event line_judge_hang_up(const struct line *line, uint64_t at_ns)
{
	if (keeps_emergency(line))
		return LINE_EV_HANG_UP_KEPT;
	if (transfers(line))
		return line->config->profile->transfer_blind && second_rings(line) ? LINE_EV_HANG_UP_TRANSFER_BLIND :
			LINE_EV_HANG_UP_TRANSFER;
	if (line_has(line, LINE_ROLE_HELD) && !bounced(line, at_ns) && !is_conference(line))
		return LINE_EV_HANG_UP_HELD;
	if (line_waits(line))
		return LINE_EV_HANG_UP_WAITING;
	return suspends(line) ? LINE_EV_HANG_UP_SUSPEND : LINE_EV_HANG_UP;
}

/* The subscriber has one call: talks in it, or has left it to dial. A third beside two would have no key. */
static bool has_one_call(const struct line *line)
{
	bool collects = line->state == LINE_RECALL || line->state == LINE_DIALLING;

	return line_has(line, LINE_ROLE_HELD) ? collects : line->state == LINE_TALKING;
}

/* None waits where the key is the network's. */
enum line_event line_judge_call_in(const struct line *line)
{
	bool may_wait = line_call_waiting(line) && !line->once.no_waiting && !line->emergency &&
		line->config->profile->flash_style != CONFIG_FLASH_NETWORK && has_one_call(line) &&
		!line_has(line, LINE_ROLE_WAITING);

	return may_wait ? LINE_EV_CALL_WAITS : LINE_EV_CALL_IN;
}

enum line_event line_judge_timeout(const struct line *line)
{
	unsigned delay_s;

	if (line->state == LINE_DIAL_TONE && line_hotline(line, &delay_s)[0])
		return LINE_EV_HOTLINE;
	if (line->state == LINE_ANNOUNCEMENT)
		return line_announced(line);
	if (line->state == LINE_R_DIGIT)
		return line_r_digit_back(line);
	if (line->state == LINE_NOT_REFERRED && has_talked(line))
		return LINE_EV_R_BACK;
	return LINE_EV_TIMEOUT;
}
