/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a wake-up call is due, as a text: "[2026-03-02 ]07:00[ daily]". Without a date it is the next time that the clock shows that. Local
 * time; on a day that has not that hour, what mktime makes of it. Pure.
 */
#ifndef TIPRING_GATEWAY_WAKEUP_H
#define TIPRING_GATEWAY_WAKEUP_H

#include <stdbool.h>
#include <stdint.h>

#define WAKEUP_TEXT_MAX 22 /* bytes */

struct wakeup {
	int year, month, day; /* 0: no date */
	int hour, minute;
	bool daily;
};

/* false: not such a text, or no time of this calendar. */
bool wakeup_parse(struct wakeup *wakeup, const char *text);
void wakeup_print(const struct wakeup *wakeup, char text[WAKEUP_TEXT_MAX + 1]);

/* Gives it the first date on which it is not before the minute of that time. */
void wakeup_date(struct wakeup *wakeup, int64_t not_before_s);
/* When it is due, in seconds since 1970; it has a date. */
int64_t wakeup_due_s(const struct wakeup *wakeup);

#endif
