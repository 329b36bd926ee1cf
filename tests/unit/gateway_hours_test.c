/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/hours.h"

enum { SUN, MON, TUE, WED, THU, FRI, SAT };

/* hhmm: 1830 */
static bool barred(const char *text, int weekday, int hhmm, const char *digits)
{
	static struct hours hours;
	const struct tm local = {.tm_wday = weekday, .tm_hour = hhmm / 100, .tm_min = hhmm % 100, .tm_sec = 59};
	const char *why;
	size_t at;

	if (hours_parse(&hours, text, &at, &why) != 0)
		fail_msg("%s: at %zu: %s", text, at, why);
	return hours_bar(&hours, &local, digits);
}

static void test_hours_of_a_day(void **state)
{
	(void)state;
	assert_false(barred("", MON, 1200, "0123"));
	assert_false(barred("mon 08:00-17:30 (0x.T)", MON, 759, "0123"));
	assert_true(barred("mon 08:00-17:30 (0x.T)", MON, 800, "0123"));
	assert_true(barred("mon 08:00-17:30 (0x.T)", MON, 1729, "0123"));
	assert_false(barred("mon 08:00-17:30 (0x.T)", MON, 1730, "0123"));
	assert_false(barred("mon 08:00-17:30 (0x.T)", TUE, 1200, "0123"));
	assert_false(barred("mon 08:00-17:30 (0x.T)", MON, 1200, "123"));
	assert_true(barred("20:00-24:00 (0x.T)", WED, 2359, "0"));
	assert_false(barred("20:00-24:00 (0x.T)", WED, 0, "0"));
}

static void test_hours_over_midnight_belong_to_the_day_they_begin_on(void **state)
{
	static const char text[] = "mon-fri 18:00-07:00 (0x.T)";

	(void)state;
	assert_true(barred(text, MON, 1800, "01"));
	assert_true(barred(text, TUE, 0, "01"));
	assert_true(barred(text, TUE, 659, "01"));
	assert_false(barred(text, TUE, 700, "01"));
	assert_true(barred(text, SAT, 659, "01"));
	assert_false(barred(text, SAT, 1800, "01"));
	assert_false(barred(text, SUN, 600, "01"));
	assert_false(barred(text, MON, 659, "01"));
}

static void test_days_in_many_ways(void **state)
{
	(void)state;
	assert_true(barred("(0x.T)", WED, 300, "01"));
	assert_true(barred("sat,sun (0x.T)", SUN, 0, "01"));
	assert_true(barred("sat,sun (0x.T)", SAT, 2359, "01"));
	assert_false(barred("sat,sun (0x.T)", FRI, 2359, "01"));
	assert_true(barred("fri-mon (0x.T)", SUN, 1200, "01"));
	assert_true(barred("fri-mon (0x.T)", MON, 1200, "01"));
	assert_false(barred("fri-mon (0x.T)", TUE, 1200, "01"));
	assert_true(barred("mon,wed-thu,sun(0x.T)", THU, 1200, "01"));
	assert_false(barred("mon,wed-thu,sun(0x.T)", TUE, 1200, "01"));
}

static void test_each_row_counts(void **state)
{
	static const char text[] = " mon-fri 18:00-07:00 (0x.T|19xxx) ; sat,sun (0x.T); 12:00-13:00 (1xx) ";

	(void)state;
	assert_true(barred(text, MON, 1900, "19123"));
	assert_false(barred(text, SUN, 1900, "19123"));
	assert_true(barred(text, SUN, 1900, "0"));
	assert_true(barred(text, THU, 1230, "102"));
	assert_false(barred(text, THU, 1300, "102"));
	/* Not a whole number. */
	assert_false(barred(text, THU, 1230, "10"));
}

static void test_what_is_wrong_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *why;
	} rows[] = {
		{"mo 18:00-07:00 (0x.T)", 0, "not a day"},
		{"mon-fry (1)", 4, "not a day"},
		{"mon, tue (1)", 4, "not a day"},
		{"monday (1)", 3, "not a day"},
		{"mon 25:00-07:00 (1)", 9, "00:00 to 24:00"},
		{"mon 07:60-08:00 (1)", 9, "00:00 to 24:00"},
		{"mon 7:00-8:00 (1)", 4, "00:00 to 24:00"},
		{"mon 24:00-08:00 (1)", 15, "00:00 to 24:00"},
		{"mon 08:00 (1)", 10, "00:00 to 24:00"},
		{"mon 08:00-08:00 (1)", 15, "whole day has no times"},
		{"mon 08:00-09:00", 15, "brackets"},
		{"mon 08:00-09:00 1xx", 16, "brackets"},
		{"mon (1xx", 8, "a ) is missing"},
		{"mon (1q)", 7, "not one of"},
		{"mon (1); ;", 9, "brackets"},
		{"(1);(1);(1);(1);(1);(1);(1);(1);(1)", 32, "more than 8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct hours hours;
		const char *why;
		size_t at;

		assert_int_equal(hours_parse(&hours, rows[i].text, &at, &why), EINVAL);
		if (!strstr(why, rows[i].why) || at != rows[i].at)
			fail_msg("%s: at %zu: %s", rows[i].text, at, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hours_of_a_day),
		cmocka_unit_test(test_hours_over_midnight_belong_to_the_day_they_begin_on),
		cmocka_unit_test(test_days_in_many_ways),
		cmocka_unit_test(test_each_row_counts),
		cmocka_unit_test(test_what_is_wrong_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
