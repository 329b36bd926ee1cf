/* SPDX-License-Identifier: BSD-3-Clause */
/* Style `etsi`: R, the flash, and the digit after it that says what is meant with two calls, or with one and one that waits. */
#include "gateway/line/line_private.h"

/* By digit, from 0. */
static const enum line_event between_two[] = {
	LINE_EV_R_RELEASE, LINE_EV_R_TAKE, LINE_EV_R_SWAP, LINE_EV_R_JOIN, LINE_EV_R_TRANSFER,
};
static const enum line_event while_one_waits[] = {
	LINE_EV_R_REJECT, LINE_EV_R_ACCEPT, LINE_EV_R_HOLD, LINE_EV_R_JOIN_WAITING,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The calls as they were. */
enum line_event line_r_digit_back(const struct line *line)
{
	return line->r_digit_from == LINE_THREE_WAY ? LINE_EV_R_BACK_ALL : LINE_EV_R_BACK;
}

static bool is_permitted(const struct line *line, enum line_event event)
{
	const struct config_profile *profile = line->config->profile;

	if (event == LINE_EV_R_JOIN || event == LINE_EV_R_JOIN_WAITING)
		return profile->three_way;
	return event != LINE_EV_R_TRANSFER || profile->transfer;
}

/* With a held call beside, the one that waits can only be refused: there is no place for it. */
static bool is_about_waiting(const struct line *line, char digit)
{
	return line_waits(line) && (digit == '0' || !line_has(line, LINE_ROLE_HELD));
}

enum line_event line_r_digit_event(const struct line *line, char digit)
{
	bool waits = is_about_waiting(line, digit);
	size_t place = (size_t)(digit - '0');
	enum line_event event;

	if (digit < '0' || place >= (waits ? COUNT(while_one_waits) : COUNT(between_two)))
		return line_r_digit_back(line);
	event = waits ? while_one_waits[place] : between_two[place];
	if (!is_permitted(line, event))
		return line_r_digit_back(line);
	return event == LINE_EV_R_JOIN && line_confers(line) ? LINE_EV_FLASH_CONFER : event;
}

void line_r_digit_abandon(struct line *line)
{
	if (line->state == LINE_R_DIGIT)
		line_dispatch(line, line_r_digit_back(line));
}
