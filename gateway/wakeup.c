/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/wakeup.h"

#define MINUTE_S 60

/* Each 0 in the pattern stands for a digit. */
static bool looks_like(const char *text, const char *pattern)
{
	size_t i = 0;

	while (pattern[i] && (pattern[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == pattern[i]))
		i++;
	return !pattern[i];
}

static int number(const char *text, int length)
{
	int value = 0;

	while (length-- > 0)
		value = value * 10 + *text++ - '0';
	return value;
}

static int days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static const char *date_take(struct wakeup *wakeup, const char *text)
{
	if (!looks_like(text, "0000-00-00 "))
		return text;
	wakeup->year = number(text, 4);
	wakeup->month = number(text + 5, 2);
	wakeup->day = number(text + 8, 2);
	return text + strlen("0000-00-00 ");
}

static bool is_date(const struct wakeup *wakeup)
{
	return wakeup->year >= 1970 && wakeup->month >= 1 && wakeup->month <= 12 && wakeup->day >= 1 &&
		wakeup->day <= days_of(wakeup->year, wakeup->month);
}

bool wakeup_parse(struct wakeup *wakeup, const char *text)
{
	const char *rest;

	memset(wakeup, 0, sizeof(*wakeup));
	rest = date_take(wakeup, text);
	if (!looks_like(rest, "00:00") || (rest != text && !is_date(wakeup)))
		return false;
	wakeup->hour = number(rest, 2);
	wakeup->minute = number(rest + 3, 2);
	rest += strlen("00:00");
	wakeup->daily = strcmp(rest, " daily") == 0;
	return wakeup->hour < 24 && wakeup->minute < 60 && (wakeup->daily || !*rest);
}

void wakeup_print(const struct wakeup *wakeup, char text[WAKEUP_TEXT_MAX + 1])
{
	char date[12] = "";

	if (wakeup->year)
		snprintf(date, sizeof(date), "%04u-%02u-%02u ", (unsigned)wakeup->year % 10000, (unsigned)wakeup->month % 100,
			(unsigned)wakeup->day % 100);
	snprintf(text, WAKEUP_TEXT_MAX + 1, "%s%02u:%02u%s", date, (unsigned)wakeup->hour % 100, (unsigned)wakeup->minute % 100,
		wakeup->daily ? " daily" : "");
}

int64_t wakeup_due_s(const struct wakeup *wakeup)
{
	struct tm local = {
		.tm_year = wakeup->year - 1900, .tm_mon = wakeup->month - 1, .tm_mday = wakeup->day,
		.tm_hour = wakeup->hour, .tm_min = wakeup->minute, .tm_isdst = -1,
	};

	return mktime(&local);
}

static void date_set(struct wakeup *wakeup, struct tm *local)
{
	local->tm_hour = 12; /* whatever the clocks do in the night */
	local->tm_isdst = -1;
	mktime(local);
	wakeup->year = local->tm_year + 1900;
	wakeup->month = local->tm_mon + 1;
	wakeup->day = local->tm_mday;
}

void wakeup_date(struct wakeup *wakeup, int64_t not_before_s)
{
	time_t minute_s = (time_t)(not_before_s - not_before_s % MINUTE_S);
	struct tm local;

	if (!localtime_r(&minute_s, &local))
		return;
	date_set(wakeup, &local);
	if (wakeup_due_s(wakeup) >= minute_s)
		return;
	local.tm_mday++;
	date_set(wakeup, &local);
}
