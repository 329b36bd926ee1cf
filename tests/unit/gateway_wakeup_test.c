/* SPDX-License-Identifier: BSD-3-Clause */
/* Wake-up calls: their texts, and what a line makes of them while the clocks go on, stop or step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "gateway/wakeup.h"
#include "tests/unit/gateway_calls.h"

#define SEVEN 1772434800 /* Monday, 2026-03-02 07:00:00 UTC */
#define MINUTE 60
#define DAY (24 * 60 * MINUTE)

static uint64_t now_ms;

static int make_etsi(void **state)
{
	const char *at;

	(void)state;
	line_world_make("[1-4]xx");
	assert_null(features_make(&world.profile.features, FEATURES_ETSI, "", &at));
	world.wall_s = SEVEN - 2 * MINUTE;
	now_ms = 5000000;
	return 0;
}

static void passes_s(unsigned seconds)
{
	while (seconds-- > 0) {
		now_ms += 1000;
		world.wall_s++;
		line_wakeup_review(world.line, now_ms, world.wall_s);
	}
}

static void dials(const char *digits)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials(digits);
}

static void hangs_up(void)
{
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	media_obeys();
}

static const char *item(void)
{
	return subscriber_get(&world.subscriber, SUBSCRIBER_WAKEUP);
}

static void set(const char *text)
{
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_WAKEUP, text), 0);
}

/* ---- texts ---- */

static void test_texts(void **state)
{
	static const char *const right[] = {"07:00", "23:59 daily", "2026-03-02 07:00", "2028-02-29 00:00 daily"};
	static const char *const wrong[] = {"7:00", "24:00", "07:60", "0700", "07:00 ", "07:00 dailyx", "2026-02-29 07:00",
		"2026-13-01 07:00", "2026-00-01 07:00", "2026-03-00 07:00", "1969-03-02 07:00", "2026-03-02", "daily", "2026-03-02 07:0"};
	char text[WAKEUP_TEXT_MAX + 1];
	struct wakeup wakeup;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_true(wakeup_parse(&wakeup, right[i]));
		wakeup_print(&wakeup, text);
		assert_string_equal(text, right[i]);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (wakeup_parse(&wakeup, wrong[i]))
			fail_msg("taken: %s", wrong[i]);
	}
}

static void assert_next(const char *time, int64_t not_before_s, const char *expected)
{
	char text[WAKEUP_TEXT_MAX + 1];
	struct wakeup wakeup;

	assert_true(wakeup_parse(&wakeup, time));
	wakeup_date(&wakeup, not_before_s);
	wakeup_print(&wakeup, text);
	assert_string_equal(text, expected);
}

static void test_the_next_time(void **state)
{
	(void)state;
	assert_next("07:00", SEVEN - MINUTE, "2026-03-02 07:00");
	assert_next("07:00", SEVEN + 59, "2026-03-02 07:00");
	assert_next("07:00", SEVEN + 60, "2026-03-03 07:00");
	assert_next("00:00 daily", SEVEN, "2026-03-03 00:00 daily");
	assert_next("06:59", SEVEN + 29ll * DAY, "2026-04-01 06:59");
}

static void test_the_night_in_which_clocks_are_set(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	/* Sunday, 2026-03-29: 02:00 becomes 03:00 (01:00 UTC); October 25th: 03:00 becomes 02:00. */
	assert_next("07:00", 1774738800 - 60, "2026-03-29 07:00");
	assert_next("07:00", 1774760400, "2026-03-29 07:00");
	assert_next("07:00", 1774760400 + 60, "2026-03-30 07:00");
	assert_next("07:00", 1792908000 + 60, "2026-10-26 07:00");
	setenv("TZ", "UTC0", 1);
	tzset();
}

/* ---- codes ---- */

static void test_codes_set_tell_and_clear(void **state)
{
	static const char *const wrong[] = {"*55*2400#", "*55*0760#", "*55*9999*1#"};

	(void)state;
	dials("*#55#");
	assert_state("congestion");
	hangs_up();
	dials("*55*0700#");
	assert_state("confirmed");
	assert_string_equal(item(), "2026-03-02 07:00");
	hangs_up();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		dials(wrong[i]);
		assert_state("congestion");
		assert_string_equal(item(), "2026-03-02 07:00");
		hangs_up();
	}
	dials("*#55#");
	assert_state("confirmed");
	hangs_up();
	/* Of the minute that it is, tomorrow's. */
	dials("*55*0658*1#");
	assert_string_equal(item(), "2026-03-03 06:58 daily");
	hangs_up();
	dials("#55#");
	assert_state("confirmed");
	assert_string_equal(item(), "");
	assert_int_equal(world.invite_count, 0);
}

static void test_nanp_codes_are_complete_at_the_fourth_digit(void **state)
{
	const char *at;

	(void)state;
	assert_null(features_make(&world.profile.features, FEATURES_NANP, "", &at));
	dials("*52070");
	assert_state("dialling");
	phone_dials("0");
	assert_state("confirmed");
	hangs_up();
	assert_string_equal(item(), "2026-03-02 07:00");
	dials("*530730");
	hangs_up();
	assert_string_equal(item(), "2026-03-02 07:30 daily");
	dials("*56");
	assert_state("confirmed");
	hangs_up();
	dials("*54");
	assert_state("confirmed");
	assert_string_equal(item(), "");
}

/* ---- calls ---- */

static void test_it_rings_once_at_the_time(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_DND, "on"), 0);
	passes_s(119);
	assert_state("idle");
	passes_s(1);
	assert_state("wakeup");
	assert_true(world.wish.ring);
	assert_int_equal(world.timer_ms, 60000);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("awake");
	assert_int_equal(world.wish.tone, FXS_TONE_STUTTER);
	assert_string_equal(item(), "");
	hangs_up();
	/* The clock is set back: not again. */
	world.wall_s = SEVEN - 30;
	passes_s(1000);
	assert_state("idle");
	assert_int_equal(world.invite_count, 0);
}

static void test_who_is_awake_may_dial(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(120);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102");
	assert_string_equal(call_sent()->to, "102");
}

static void test_words_are_said_where_there_are_any(void **state)
{
	static int16_t samples[8000];

	(void)state;
	world.whole.prompts.sounds[PROMPT_WAKE_UP_CALL] = (struct sound){samples, 8000};
	set("2026-03-02 07:00");
	passes_s(120);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("announcement");
	assert_int_equal(world.wish.prompts.count, 1);
	time_is_up();
	assert_state("dial-tone");
}

static void test_a_daily_call_moves_on_to_the_next_day(void **state)
{
	(void)state;
	set("2026-03-02 07:00 daily");
	passes_s(120);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	hangs_up();
	assert_string_equal(item(), "2026-03-03 07:00 daily");
	world.wall_s = SEVEN - 10;
	passes_s(600);
	assert_state("idle");
	world.wall_s = SEVEN + DAY - 1;
	passes_s(1);
	assert_state("wakeup");
}

static void not_answered(unsigned seconds)
{
	assert_state("wakeup");
	passes_s(60);
	time_is_up();
	assert_state("idle");
	passes_s(seconds);
}

static void test_without_an_answer_it_rings_three_times(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(120);
	not_answered(299);
	assert_state("idle");
	assert_string_equal(item(), "2026-03-02 07:00"); /* a restart would begin anew */
	/* By the monotonic clock: set back, the other one makes nothing later. */
	world.wall_s = SEVEN - 3 * MINUTE;
	passes_s(1);
	not_answered(300);
	not_answered(300);
	assert_state("idle");
	assert_string_equal(item(), "");
}

static void test_the_rings_that_follow_are_not_late(void **state)
{
	(void)state;
	world.profile.wakeup_late_s = 60;
	set("2026-03-02 07:00");
	passes_s(120);
	world.wall_s += 3600; /* nor does a clock that is set forward make them so */
	not_answered(300);
	not_answered(300);
	not_answered(300);
	assert_state("idle");
	assert_string_equal(item(), "");
}

static void test_after_a_ring_a_line_that_is_busy_for_long_is_not_woken_either(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(120);
	assert_state("wakeup");
	time_is_up();
	phone_does(MEDIA_EVENT_LIFTED, 0);
	passes_s(1799);
	assert_string_not_equal(item(), "");
	passes_s(61);
	assert_string_equal(item(), "");
	hangs_up();
	passes_s(100);
	assert_state("idle");
}

static void test_another_time_ends_the_ringing_of_the_last(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(120);
	not_answered(10);
	set("2026-03-02 07:02");
	passes_s(60);
	assert_state("wakeup");
	set("");
	not_answered(400);
	assert_state("idle");
}

static void test_a_busy_line_is_woken_a_minute_later(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(110);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	passes_s(10);
	assert_state("dial-tone");
	hangs_up();
	passes_s(59);
	assert_state("idle");
	passes_s(1);
	assert_state("wakeup");
}

static void test_a_line_that_is_busy_for_long_is_not_woken(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(110);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	passes_s(10 + 1800);
	assert_string_equal(item(), "");
	hangs_up();
	passes_s(100);
	assert_state("idle");
}

static void test_a_port_out_of_order_rings_later(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	world.report.fault = true;
	line_media_changed(world.line);
	passes_s(150);
	assert_state("idle");
	world.report.fault = false;
	line_media_changed(world.line);
	passes_s(30);
	assert_state("wakeup");
}

static void test_missed_while_down(void **state)
{
	(void)state;
	/* Little too late: it rings. */
	set("2026-03-02 06:30");
	passes_s(1);
	assert_state("wakeup");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	hangs_up();
	/* Much too late: once it is dropped, daily it is tomorrow's. */
	set("2026-03-02 06:00");
	passes_s(1);
	assert_state("idle");
	assert_string_equal(item(), "");
	set("2026-02-27 07:00 daily");
	passes_s(1);
	assert_state("idle");
	assert_string_equal(item(), "2026-03-02 07:00 daily");
}

static void test_what_an_operator_sets_gets_its_date(void **state)
{
	(void)state;
	set("07:00");
	passes_s(1);
	assert_string_equal(item(), "2026-03-02 07:00");
	set("06:00 daily");
	passes_s(1);
	assert_string_equal(item(), "2026-03-03 06:00 daily");
	/* Made while the clock was wrong by years. */
	set("2031-01-01 07:30 daily");
	passes_s(1);
	assert_string_equal(item(), "2026-03-02 07:30 daily");
	/* A date that somebody wants is not touched. */
	set("2031-01-01 07:30");
	passes_s(1);
	assert_string_equal(item(), "2031-01-01 07:30");
}

static void test_a_call_during_the_ringing_finds_the_line_busy(void **state)
{
	(void)state;
	set("2026-03-02 07:00");
	passes_s(120);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	assert_state("wakeup");
}

#define WAKEUP_TEST(test) cmocka_unit_test_setup_teardown(test, make_etsi, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_the_next_time),
		cmocka_unit_test(test_the_night_in_which_clocks_are_set),
		WAKEUP_TEST(test_codes_set_tell_and_clear),
		WAKEUP_TEST(test_nanp_codes_are_complete_at_the_fourth_digit),
		WAKEUP_TEST(test_it_rings_once_at_the_time),
		WAKEUP_TEST(test_who_is_awake_may_dial),
		WAKEUP_TEST(test_words_are_said_where_there_are_any),
		WAKEUP_TEST(test_a_daily_call_moves_on_to_the_next_day),
		WAKEUP_TEST(test_without_an_answer_it_rings_three_times),
		WAKEUP_TEST(test_the_rings_that_follow_are_not_late),
		WAKEUP_TEST(test_after_a_ring_a_line_that_is_busy_for_long_is_not_woken_either),
		WAKEUP_TEST(test_another_time_ends_the_ringing_of_the_last),
		WAKEUP_TEST(test_a_busy_line_is_woken_a_minute_later),
		WAKEUP_TEST(test_a_line_that_is_busy_for_long_is_not_woken),
		WAKEUP_TEST(test_a_port_out_of_order_rings_later),
		WAKEUP_TEST(test_missed_while_down),
		WAKEUP_TEST(test_what_an_operator_sets_gets_its_date),
		WAKEUP_TEST(test_a_call_during_the_ringing_finds_the_line_busy),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
