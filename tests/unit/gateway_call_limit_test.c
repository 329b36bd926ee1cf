/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a call may last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

static void limit(unsigned seconds, unsigned warning_s)
{
	world.profile.max_call_s = seconds;
	world.profile.max_call_warning_s = warning_s;
}

static void test_a_call_that_lasts_too_long_is_warned_once_and_ended(void **state)
{
	struct ua_invite *invite;
	uint8_t beeps = world.wish.beep_serial;

	(void)state;
	limit(60, 10);
	invite = talk();
	call_lasts(49999);
	assert_int_equal(world.wish.beep_serial, beeps);
	call_lasts(1);
	assert_int_equal(world.wish.beep_serial, beeps + 1);
	call_lasts(9999);
	assert_int_equal(world.wish.beep_serial, beeps + 1);
	assert_false(invite->ended);
	call_lasts(1);
	assert_true(invite->ended);
	assert_int_equal(invite->end_cause, 102);
	assert_state("released");
	assert_int_equal(world.wish.tone, FXS_TONE_BUSY);
	/* Time that passes without a call, or while one rings, counts for none. */
	call_lasts(100000);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	media_obeys();
	invite = call_comes(PCMU);
	call_lasts(100000);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	call_lasts(59999);
	assert_false(invite->ended);
	call_lasts(1);
	assert_true(invite->ended);
}

static void test_each_of_two_calls_has_a_time_of_its_own(void **state)
{
	struct ua_invite *first, *second;

	(void)state;
	limit(60, 0);
	first = talk();
	call_lasts(40000);
	second = talk_to_second();
	call_lasts(20000);
	assert_true(first->ended);
	assert_false(second->ended);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	call_lasts(39999);
	assert_false(second->ended);
	call_lasts(1);
	assert_true(second->ended);
	assert_state("released");
}

static void test_an_emergency_call_lasts_as_long_as_it_lasts(void **state)
{
	const char *why;
	size_t at;

	(void)state;
	limit(60, 10);
	assert_int_equal(digitmap_parse(&world.profile.emergency, "102", &at, &why), 0);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102");
	call_is_answered(call_sent(), PCMU);
	call_lasts(1000000);
	assert_false(call_sent()->ended);
	assert_state("talking");
}

static void test_without_a_limit_a_call_has_no_end(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	call_lasts(100000000);
	assert_false(invite->ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_call_that_lasts_too_long_is_warned_once_and_ended),
		LINE_TEST(test_each_of_two_calls_has_a_time_of_its_own),
		LINE_TEST(test_an_emergency_call_lasts_as_long_as_it_lasts),
		LINE_TEST(test_without_a_limit_a_call_has_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
