/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Digits that are barred by the time of day, "mon-fri 18:00-07:00 (0x.T); sat,sun (0x.T|1xx)": rows with a ; between them, each
 *
 *   row   := [days] [from "-" to] map       without days every day, without times the whole day
 *   days  := day ["-" day] ("," day ["-" day])*     mon tue wed thu fri sat sun
 *   from, to := HH:MM                       24:00 is an end
 *
 * and a digit map in its brackets (digitmap.h). Where the end is not after the beginning, the hours last until the next day: what
 * begins on a Friday at 18:00 is in force on Saturday at 06:59. Local time. Pure; control thread.
 */
#ifndef TIPRING_GATEWAY_HOURS_H
#define TIPRING_GATEWAY_HOURS_H

#include <stdint.h>
#include <time.h>

#include "gateway/digitmap.h"

#define HOURS_ROWS_MAX 8

struct hours_row {
	uint8_t days;      /* bit as tm_wday: on which they begin */
	unsigned from, to; /* minutes of a day; to may be that of the next one */
	struct digitmap map;
};

struct hours {
	struct hours_row rows[HOURS_ROWS_MAX];
	unsigned count;
};

/* EINVAL: *error_at is where in the text it went wrong, *error_why says what. "": no rows. */
int hours_parse(struct hours *hours, const char *text, size_t *error_at, const char **error_why);

/* At that time, weekday, hour and minute of which count, the digits make a number that is barred. */
bool hours_bar(const struct hours *hours, const struct tm *local, const char *digits);

#endif
