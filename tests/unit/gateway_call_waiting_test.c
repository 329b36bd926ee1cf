/* SPDX-License-Identifier: BSD-3-Clause */
/* A call that comes while the line has another: it waits with a tone, is taken, or rings later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

static void test_a_call_waits_with_a_tone_and_a_flash_takes_it(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	assert_true(second->rings_waiting);
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
	assert_int_equal(streams_at_ear(), 1);
	flash();
	assert_true(second->picked_up);
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
	assert_int_equal(streams_at_ear(), 1);
	flash();
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
}

static void test_a_call_that_waits_too_long_is_refused(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	assert_int_equal(world.waiting_timer_ms, 180000);
	waiting_time_is_up();
	assert_true(second->ended);
	assert_false(first->ended);
	assert_int_equal(second->answers, 1);
	assert_state("talking");
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_a_third_call_is_refused(void **state)
{
	(void)state;
	talk();
	call_comes(PCMU);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	flash();
	assert_int_equal(call_comes(PCMU)->refused, 486);
}

static void test_hanging_up_rings_with_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	hang_up_after_ms(9000);
	assert_true(first->ended);
	assert_state("ringing");
	assert_true(world.wish.ring);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(second->picked_up);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_caller_who_gives_up_waiting_takes_the_tone_along(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	call_ends(second, 487, false);
	assert_state("talking");
	assert_false(first->ended);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
	flash();
	assert_state("recall");
}

static void test_without_call_waiting_the_caller_hears_busy(void **state)
{
	(void)state;
	world.profile.call_waiting = false;
	talk();
	assert_int_equal(call_comes(PCMU)->refused, 486);
}

/* ---- a call waits while another is held ---- */

static struct ua_invite *call_waits_while_dialling(void)
{
	struct ua_invite *third;

	flash();
	third = call_comes(PCMU);
	assert_state("recall");
	assert_true(third->rings_waiting);
	assert_int_equal(world.wish.tone, FXS_TONE_RECALL_DIAL);
	return third;
}

static void test_a_call_that_comes_while_a_second_is_dialled_waits_until_that_is_done(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling(), *second;

	(void)state;
	phone_dials("10");
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
	phone_dials("3#");
	second = call_sent();
	call_progresses(second, 180, NULL);
	assert_int_equal(world.wish.tone, FXS_TONE_RINGBACK);
	call_is_answered(second, PCMU);
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
	assert_int_equal(streams_at_ear(), 1);
	/* The key is for those two first. */
	flash();
	assert_state("three-way");
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_false(third->picked_up);
	flash();
	assert_true(third->picked_up);
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_call_that_comes_between_digits_is_no_digit(void **state)
{
	struct ua_invite *third;
	unsigned starts;

	(void)state;
	talk();
	flash();
	phone_dials("10");
	starts = world.timer_starts;
	third = call_comes(PCMU);
	assert_state("dialling");
	assert_int_equal(world.timer_starts, starts);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	waiting_time_is_up();
	assert_true(third->ended);
	phone_dials("3#");
	assert_string_equal(call_sent()->to, "103");
}

static void test_a_flash_while_dialling_goes_back_and_the_next_takes_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling();

	(void)state;
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_false(third->picked_up);
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
	flash();
	assert_true(third->picked_up);
	assert_int_equal(first->offered, UA_SENDONLY);
}

static void test_hung_up_on_the_held_call_rings_first_and_then_the_one_that_waits(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling();

	(void)state;
	hang_up_after_ms(9000);
	assert_state("ring-back");
	assert_false(first->ended || third->ended);
	call_ends(first, 0, true);
	assert_state("ringing");
	assert_true(world.wish.ring);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(third->picked_up);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_hanging_up_at_once_after_the_flash_rings_with_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling();

	(void)state;
	hang_up_after_ms(1500);
	assert_true(first->ended);
	assert_false(third->ended);
	assert_state("ringing");
}

static void test_a_transfer_leaves_the_call_that_waits_and_it_rings(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling(), *second;

	(void)state;
	phone_dials("103#");
	second = call_sent();
	call_is_answered(second, PCMU);
	hang_up_after_ms(9000);
	assert_state("transferring");
	assert_ptr_equal(first->referred_to, second);
	call_transfer_done(first, 200);
	assert_true(first->ended && second->ended);
	assert_false(third->ended);
	assert_state("ringing");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(third->picked_up);
}

static void test_leaving_a_three_way_call_rings_with_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling(), *second;

	(void)state;
	phone_dials("103#");
	second = call_sent();
	call_is_answered(second, PCMU);
	flash();
	assert_state("three-way");
	hang_up_after_ms(9000);
	assert_true(first->ended && second->ended);
	assert_state("ringing");
	call_ends(third, 487, false);
	assert_state("idle");
}

static void test_a_flash_never_holds_who_has_not_answered(void **state)
{
	struct ua_invite *first = talk(), *third = call_waits_while_dialling(), *second;

	(void)state;
	phone_dials("103#");
	second = call_sent();
	call_ends(first, 0, true);
	flash();
	assert_true(second->ended && third->picked_up);
	assert_state("talking");
	assert_int_equal(sockets(), 1);
}

static void test_no_call_waits_beside_two_or_while_a_second_is_called(void **state)
{
	(void)state;
	talk();
	flash();
	phone_dials("103#");
	assert_int_equal(call_comes(PCMU)->refused, 486);
	call_is_answered(&world.invites[1], PCMU);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	flash();
	assert_int_equal(call_comes(PCMU)->refused, 486);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_call_waits_with_a_tone_and_a_flash_takes_it),
		LINE_TEST(test_a_call_that_waits_too_long_is_refused),
		LINE_TEST(test_a_third_call_is_refused),
		LINE_TEST(test_hanging_up_rings_with_the_call_that_waits),
		LINE_TEST(test_a_caller_who_gives_up_waiting_takes_the_tone_along),
		LINE_TEST(test_without_call_waiting_the_caller_hears_busy),
		LINE_TEST(test_a_call_that_comes_while_a_second_is_dialled_waits_until_that_is_done),
		LINE_TEST(test_a_call_that_comes_between_digits_is_no_digit),
		LINE_TEST(test_a_flash_while_dialling_goes_back_and_the_next_takes_the_call_that_waits),
		LINE_TEST(test_hung_up_on_the_held_call_rings_first_and_then_the_one_that_waits),
		LINE_TEST(test_hanging_up_at_once_after_the_flash_rings_with_the_call_that_waits),
		LINE_TEST(test_a_transfer_leaves_the_call_that_waits_and_it_rings),
		LINE_TEST(test_leaving_a_three_way_call_rings_with_the_call_that_waits),
		LINE_TEST(test_a_flash_never_holds_who_has_not_answered),
		LINE_TEST(test_no_call_waits_beside_two_or_while_a_second_is_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
