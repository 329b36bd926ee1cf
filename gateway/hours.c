/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "gateway/hours.h"

#define DAYS        7
#define EVERY_DAY   0x7f
#define DAY_MINUTES (24 * 60)
#define ROW_MAX     511 /* bytes of one row's digit map */

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " ");
}

/* DAYS: none. */
static unsigned day_take(const char **p)
{
	static const char *const names[DAYS] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	unsigned day = 0;

	while (day < DAYS && strncmp(*p, names[day], 3) != 0)
		day++;
	if (day < DAYS)
		*p += 3;
	return day;
}

static const char *days_parse(struct hours_row *row, const char **p)
{
	static const char wrong[] = "not a day; allowed are mon tue wed thu fri sat sun, as mon-fri or sat,sun";

	do {
		unsigned first = day_take(p), last = first;

		if (first < DAYS && **p == '-') {
			(*p)++;
			last = day_take(p);
		}
		if (first == DAYS || last == DAYS)
			return wrong;
		for (unsigned day = first; day != last; day = (day + 1) % DAYS)
			row->days |= (uint8_t)(1u << day);
		row->days |= (uint8_t)(1u << last);
	} while (*(*p)++ == ',');
	(*p)--;
	return **p == ' ' || **p == '(' ? NULL : wrong;
}

/* false: not HH:MM. */
static bool time_take(const char **p, unsigned *minute)
{
	const char *c = *p;

	for (int i = 0; i < 5; i++) {
		if (i == 2 ? c[i] != ':' : !isdigit((unsigned char)c[i]))
			return false;
	}
	*minute = (unsigned)((c[0] - '0') * 10 + c[1] - '0') * 60 + (unsigned)((c[3] - '0') * 10 + c[4] - '0');
	*p += 5;
	return c[3] <= '5' && *minute <= DAY_MINUTES;
}

static const char *times_parse(struct hours_row *row, const char **p)
{
	static const char wrong[] = "not two times; allowed is 00:00 to 24:00, as 18:00-07:00";

	if (!time_take(p, &row->from) || *(*p)++ != '-' || !time_take(p, &row->to) || row->from == DAY_MINUTES)
		return wrong;
	if (row->from == row->to)
		return "an end that is the beginning; the whole day has no times";
	if (row->to < row->from)
		row->to += DAY_MINUTES;
	return NULL;
}

static const char *map_parse(struct hours_row *row, const char **p)
{
	size_t length = strcspn(*p, ";"), at;
	const char *why;
	char text[ROW_MAX + 1];

	if (length > ROW_MAX)
		return "a digit map of more than 511 bytes";
	memcpy(text, *p, length);
	while (length > 0 && text[length - 1] == ' ')
		length--;
	text[length] = 0;
	if (digitmap_parse(&row->map, text, &at, &why) != 0) {
		*p += at;
		return why;
	}
	*p += strcspn(*p, ";");
	return NULL;
}

static const char *row_parse(struct hours_row *row, const char **p)
{
	const char *why = NULL;

	*row = (struct hours_row){.to = DAY_MINUTES};
	if (islower((unsigned char)**p))
		why = days_parse(row, p);
	else
		row->days = EVERY_DAY;
	if (why)
		return why;
	*p = skip_blanks(*p);
	if (isdigit((unsigned char)**p))
		why = times_parse(row, p);
	if (why)
		return why;
	*p = skip_blanks(*p);
	return **p == '(' ? map_parse(row, p) : "a digit map in brackets is missing";
}

int hours_parse(struct hours *hours, const char *text, size_t *error_at, const char **error_why)
{
	const char *p = skip_blanks(text);

	hours->count = 0;
	*error_why = NULL;
	while (*p && !*error_why) {
		if (hours->count == HOURS_ROWS_MAX)
			*error_why = "more than 8 rows";
		else
			*error_why = row_parse(&hours->rows[hours->count], &p);
		if (*error_why)
			break;
		hours->count++;
		p = skip_blanks(p + (*p == ';'));
	}
	*error_at = (size_t)(p - text);
	return *error_why ? EINVAL : 0;
}

static bool row_lasts(const struct hours_row *row, const struct tm *local)
{
	unsigned minute = (unsigned)(local->tm_hour * 60 + local->tm_min);
	unsigned today = (unsigned)local->tm_wday, yesterday = (today + DAYS - 1) % DAYS;

	return (row->days & 1u << today && minute >= row->from && minute < row->to) ||
		(row->days & 1u << yesterday && minute + DAY_MINUTES < row->to);
}

bool hours_bar(const struct hours *hours, const struct tm *local, const char *digits)
{
	for (unsigned i = 0; i < hours->count; i++) {
		if (row_lasts(&hours->rows[i], local) && digitmap_match(&hours->rows[i].map, digits) >= DIGITMAP_TIMER)
			return true;
	}
	return false;
}
