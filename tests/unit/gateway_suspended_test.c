/* SPDX-License-Identifier: BSD-3-Clause */
/* A called party hangs up to go to another telephone, and the caller waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/gateway_calls.h"

static struct ua_invite *talk_called(void)
{
	struct ua_invite *invite = call_comes(PCMU);

	world.profile.csh_s = 30;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	return invite;
}

static void test_a_called_party_may_go_to_another_telephone(void **state)
{
	struct ua_invite *invite = talk_called();

	(void)state;
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("suspended");
	assert_false(invite->ended);
	assert_int_equal(invite->offers, 0);
	assert_int_equal(world.timer_ms, 30000);
	assert_false(world.wish.ring);
	assert_int_equal(streams_at_ear(), 0);
	assert_int_equal(world.wish.feed, FXS_FEED_IDLE);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	assert_int_equal(world.timer_ms, 0);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("suspended");
}

static void test_a_called_party_who_does_not_come_back_ends_the_call(void **state)
{
	struct ua_invite *invite = talk_called();

	(void)state;
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	time_is_up();
	assert_state("idle");
	assert_true(invite->ended);
}

static void test_the_caller_does_not_wait_for_a_called_party(void **state)
{
	struct ua_invite *invite = talk_called();

	(void)state;
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	call_ends(invite, 0, true);
	assert_state("idle");
	assert_int_equal(sockets(), 0);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("dial-tone");
}

static void test_only_a_call_that_came_in_is_suspended(void **state)
{
	struct ua_invite *invite;

	(void)state;
	talk_called();
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	time_is_up();
	invite = talk();
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("idle");
	assert_true(invite->ended);
}

static void test_with_another_call_hanging_up_is_as_ever(void **state)
{
	struct ua_invite *first = talk_called();

	(void)state;
	call_comes(PCMU);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_true(first->ended);
	assert_state("ringing");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	flash();
	hang_up_after_ms(3000);
	assert_state("ring-back");
}

static void test_a_call_that_is_taken_over_has_come_in_too(void **state)
{
	struct ua_invite *second;

	(void)state;
	second = call_replaces(talk_called(), PCMU);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("suspended");
	assert_false(second->ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_called_party_may_go_to_another_telephone),
		LINE_TEST(test_a_called_party_who_does_not_come_back_ends_the_call),
		LINE_TEST(test_the_caller_does_not_wait_for_a_called_party),
		LINE_TEST(test_only_a_call_that_came_in_is_suspended),
		LINE_TEST(test_with_another_call_hanging_up_is_as_ever),
		LINE_TEST(test_a_call_that_is_taken_over_has_come_in_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
