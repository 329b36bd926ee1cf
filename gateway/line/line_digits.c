/* SPDX-License-Identifier: BSD-3-Clause */
/* Digits of a line: what they are together to feature codes, digit map, directory and emergency numbers. */
#include <ctype.h>
#include <string.h>

#include "gateway/line/line_private.h"

static enum digitmap_verdict number_judge(const struct line *line, const char *digits)
{
	return digitmap_or(digitmap_match(&line->config->profile->digit_map, digits),
		directory_match(line->directory, digits));
}

bool line_number_is_emergency(const struct line *line, const char *digits)
{
	return digitmap_match(&line->config->profile->emergency, digits) >= DIGITMAP_TIMER;
}

/* What a place has not is no code. */
static bool dials_nothing(const struct line *line, const struct feature_match *match)
{
	return match->feature == FEATURE_SPEED_DIAL && match->place &&
		!subscriber_has(line->subscriber, SUBSCRIBER_SPEED + (match->place - '0'));
}

static enum digitmap_verdict code_judge(struct line *line)
{
	enum digitmap_verdict verdict =
		features_match(&line->config->profile->features, line->digits, &line->feature);

	return verdict != DIGITMAP_NEVER && dials_nothing(line, &line->feature) ? DIGITMAP_NEVER : verdict;
}

/* A number at the end of a code is complete when it would be by itself; and the whole is nothing but a code then. */
static enum digitmap_verdict open_code_judge(struct line *line)
{
	enum digitmap_verdict verdict = number_judge(line, line->feature.number);

	line->is_feature = verdict >= DIGITMAP_TIMER;
	return verdict;
}

/* An emergency number and a code wait for nothing; a code that begins like a number does not make the number wait. */
static enum digitmap_verdict judge(struct line *line)
{
	enum digitmap_verdict emergency = digitmap_match(&line->config->profile->emergency, line->digits);
	enum digitmap_verdict code = code_judge(line), number;

	line->is_feature = code == DIGITMAP_COMPLETE && emergency != DIGITMAP_COMPLETE;
	if (emergency == DIGITMAP_COMPLETE || code == DIGITMAP_COMPLETE)
		return DIGITMAP_COMPLETE;
	if (code == DIGITMAP_TIMER)
		return open_code_judge(line);
	number = digitmap_or(number_judge(line, line->digits), emergency);
	line->is_feature = code >= DIGITMAP_TIMER;
	if (code == DIGITMAP_MORE && isdigit((unsigned char)line->digits[0]) && number != DIGITMAP_NEVER)
		return number;
	return digitmap_or(number, code);
}

static enum line_event whole(const struct line *line)
{
	return line->is_feature ? LINE_EV_FEATURE : LINE_EV_NUMBER;
}

enum line_event line_digits_end(struct line *line)
{
	return judge(line) >= DIGITMAP_TIMER ? whole(line) : LINE_EV_NO_NUMBER;
}

/* # ends a number, where it belongs to no code. */
static bool ends_number(struct line *line, size_t length)
{
	return line->digit == '#' && line->config->profile->hash_sends && length > 0 && code_judge(line) == DIGITMAP_NEVER;
}

enum line_event line_digits_add(struct line *line)
{
	size_t length = strlen(line->digits);
	enum digitmap_verdict verdict;

	if (length == LINE_DIGITS_MAX)
		return LINE_EV_NO_NUMBER;
	line->digits[length] = line->digit;
	line->digits[length + 1] = 0;
	if (ends_number(line, length)) {
		line->digits[length] = 0;
		return line_digits_end(line);
	}
	verdict = judge(line);
	if (verdict == DIGITMAP_COMPLETE)
		return whole(line);
	if (verdict == DIGITMAP_ENOUGH)
		loop_timer_start(line->timer, line->config->profile->complete_s * 1000u);
	return verdict == DIGITMAP_NEVER ? LINE_EV_NO_NUMBER : LINE_EVENT_COUNT;
}

bool line_number_is_barred(const struct line *line, const char *dialled)
{
	const struct config_profile *profile = line->config->profile;
	time_t now_s = (time_t)loop_wall_s(line->loop);
	struct tm local;

	return digitmap_match(&profile->barred, dialled) >= DIGITMAP_TIMER ||
		(localtime_r(&now_s, &local) && hours_bar(&profile->barred_hours, &local, dialled));
}

bool line_number_sent(const struct line *line, const char *dialled, char number[LINE_NUMBER_MAX])
{
	const struct digitmap *map = &line->config->profile->digit_map;

	if (line_number_is_barred(line, dialled))
		return false;
	if (digitmap_match(map, dialled) < DIGITMAP_TIMER) {
		strcpy(number, dialled);
		return directory_find(line->directory, dialled) || line_number_is_emergency(line, dialled);
	}
	return digitmap_rewrite(map, dialled, number, LINE_NUMBER_MAX) > 0;
}
