/* SPDX-License-Identifier: BSD-3-Clause */
/* The flash key in its styles: R and a digit, a third party that still rings, and the network's flash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fxs/hook.h"
#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

static int make_etsi(void **state)
{
	line_test_begin(state);
	world.profile.flash_style = CONFIG_FLASH_ETSI;
	return 0;
}

static void r(char digit)
{
	flash();
	assert_state("r-digit");
	assert_int_equal(streams_at_ear(), 0);
	assert_int_equal(world.wish.hook_mode, FXS_HOOK_COLLECTING);
	assert_int_equal(world.timer_ms, 4000);
	phone_does(MEDIA_EVENT_DIGIT, digit);
}

/* ---- etsi ---- */

static void test_r_with_one_call_gives_dial_tone_and_every_digit_is_dialled(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	assert_string_equal(second->to, "103");
	assert_int_equal(first->offered, UA_SENDONLY);
}

static void test_r_0_releases_the_held_call(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('0');
	assert_state("talking");
	assert_true(first->ended);
	assert_false(second->ended);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_1_releases_the_active_call_and_takes_the_other(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('1');
	assert_state("talking");
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_2_swaps(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('2');
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
	r('2');
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_int_equal(second->offered, UA_SENDRECV);
	assert_state("talking");
}

static void test_r_3_joins_and_r_2_parts_again(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('3');
	assert_state("three-way");
	assert_true(world.wish.hears[0]);
	assert_int_equal(streams_at_ear(), 2);
	r('2');
	assert_state("talking");
	assert_int_equal(second->offered, UA_SENDONLY);
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_4_transfers_now_and_confirms(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('4');
	assert_state("referring");
	assert_ptr_equal(first->referred_to, second);
	call_transfer_done(first, 200);
	assert_state("confirmed");
	assert_int_equal(world.wish.tone, FXS_TONE_CONFIRM);
	assert_true(first->ended && second->ended);
	time_is_up();
	assert_state("dial-tone");
}

static void test_a_transfer_that_fails_is_told_and_the_calls_are_back(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('4');
	call_transfer_done(first, 603);
	assert_state("not-referred");
	assert_int_equal(world.wish.tone, FXS_TONE_BUSY);
	time_is_up();
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	r('1');
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_a_transfer_that_fails_after_its_target_left_gives_the_held_call_back(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('4');
	call_ends(second, 0, true);
	assert_state("referring");
	call_transfer_done(first, 487);
	time_is_up();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_hanging_up_during_a_transfer_leaves_it_going_on(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	talk_to_second();
	r('4');
	hang_up_after_ms(9000);
	assert_state("transferring");
	call_transfer_done(first, 200);
	assert_state("idle");
}

static void test_no_digit_or_another_leaves_the_calls_as_they_were(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();
	unsigned offers = first->offers + second->offers;

	(void)state;
	r('9');
	assert_state("talking");
	r('*');
	assert_state("talking");
	flash();
	time_is_up();
	assert_state("talking");
	flash();
	flash();
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	assert_int_equal(first->offers + second->offers, offers);
	r('3');
	r('7');
	assert_state("three-way");
	assert_int_equal(streams_at_ear(), 2);
}

static void test_three_way_and_transfer_may_be_off(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	world.profile.three_way = world.profile.transfer = false;
	talk_to_second();
	r('3');
	assert_state("talking");
	r('4');
	assert_state("talking");
	assert_null(first->referred_to);
}

static void test_r_digit_is_heard_with_dial_tone_where_the_profile_says_so(void **state)
{
	(void)state;
	talk();
	talk_to_second();
	flash();
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
	flash();
	world.profile.r_digit_tone = true;
	flash();
	assert_int_equal(world.wish.tone, FXS_TONE_RECALL_DIAL);
}

static void test_r_0_rejects_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('0');
	assert_state("talking");
	assert_int_equal(second->refused, 486);
	assert_false(first->ended);
	assert_int_equal(world.waiting_timer_ms, 0);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_r_1_ends_the_first_and_takes_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('1');
	assert_state("talking");
	assert_true(first->ended);
	assert_true(second->picked_up);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_2_holds_the_first_and_takes_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('2');
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_true(second->picked_up);
	r('2');
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
}

static void test_r_3_takes_the_call_that_waits_into_a_conference(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('3');
	assert_state("three-way");
	assert_true(second->picked_up);
	assert_int_equal(first->offers, 0);
	assert_int_equal(streams_at_ear(), 2);
}

static void test_beside_two_calls_the_one_that_waits_is_only_refused(void **state)
{
	struct ua_invite *first = talk(), *second, *third, *fourth;

	(void)state;
	flash();
	third = call_comes(PCMU);
	phone_dials("103#");
	second = call_sent();
	call_is_answered(second, PCMU);
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
	r('2');
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
	r('0');
	assert_int_equal(third->refused, 486);
	assert_false(first->ended || second->ended);
	r('0');
	assert_true(second->ended);

	flash();
	fourth = call_comes(PCMU);
	phone_dials("104#");
	call_is_answered(call_sent(), PCMU);
	r('4');
	call_transfer_done(first, 200);
	assert_state("confirmed");
	assert_false(fourth->ended);
	flash();
	assert_true(fourth->picked_up);
}

static void test_a_call_that_ends_while_r_waits_for_its_digit_leaves_the_other(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	flash();
	call_ends(second, 0, true);
	assert_state("released");
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);

	second = call_comes(PCMU);
	flash();
	assert_state("r-digit");
	call_ends(second, 487, false);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_of_three_one_that_leaves_while_r_waits_leaves_the_other(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	talk_to_second();
	r('3');
	flash();
	call_ends(first, 0, true);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_hanging_up_while_r_waits_is_hanging_up(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	flash();
	hang_up_after_ms(9000);
	assert_state("ringing");
	assert_true(first->ended);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(second->picked_up);
}

/* ---- bellcore: the third still rings ---- */

static struct ua_invite *second_rings(void)
{
	flash();
	phone_dials("103#");
	call_progresses(call_sent(), 180, NULL);
	assert_state("ringback");
	return call_sent();
}

static void test_a_flash_while_the_second_rings_brings_the_first_back_with_the_ringing(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	assert_state("three-rings");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(world.wish.tone, FXS_TONE_RINGBACK);
	assert_int_equal(streams_at_ear(), 1);
	call_is_answered(second, PCMU);
	assert_state("three-way");
	assert_int_equal(streams_at_ear(), 2);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_another_flash_drops_the_second_that_rings(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_false(first->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_second_that_is_refused_while_the_first_is_back_leaves_the_first(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	call_ends(second, 486, false);
	assert_state("talking");
	assert_false(first->ended);
	assert_int_equal(streams_at_ear(), 1);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_hanging_up_while_the_second_rings_with_the_first_back_transfers(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	assert_int_equal(first->offered, UA_SENDONLY);
	call_is_answered(second, PCMU);
	assert_ptr_equal(first->referred_to, second);
}

static void test_without_three_way_the_second_that_rings_is_dropped(void **state)
{
	struct ua_invite *first, *second;

	(void)state;
	world.profile.three_way = false;
	first = talk();
	second = second_rings();
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_leaving_a_three_way_call_may_connect_the_others(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	world.profile.three_way_leave = true;
	flash();
	assert_state("three-way");
	hang_up_after_ms(9000);
	assert_state("transferring");
	assert_ptr_equal(first->referred_to, second);
	call_transfer_done(first, 200);
	assert_state("idle");
}

/* ---- network ---- */

static void test_the_network_s_flash_is_told_and_nothing_else_happens(void **state)
{
	struct ua_invite *first;

	(void)state;
	world.profile.flash_style = CONFIG_FLASH_NETWORK;
	first = talk();
	flash();
	assert_int_equal(first->flashes, 1);
	assert_int_equal(first->offers, 0);
	assert_state("talking");
	assert_int_equal(call_comes(PCMU)->refused, 486);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_flash_that_the_network_refuses_acts_here_from_then_on(void **state)
{
	struct ua_invite *first;

	(void)state;
	world.profile.flash_style = CONFIG_FLASH_NETWORK;
	first = talk();
	flash();
	call_info_is_answered(first, 503); /* not now */
	flash();
	assert_int_equal(first->flashes, 2);
	call_info_is_answered(first, 200);
	flash();
	assert_int_equal(first->flashes, 3);
	call_info_is_answered(first, 415);
	assert_state("recall"); /* that one too */
	assert_int_equal(first->offered, UA_SENDONLY);
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	flash();
	assert_int_equal(first->flashes, 3);
	assert_state("recall");
	flash();
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	first = talk(); /* another far end may know it */
	flash();
	assert_int_equal(first->flashes, 1);
}

static void test_a_refused_flash_does_nothing_when_the_call_is_over(void **state)
{
	struct ua_invite *first;

	(void)state;
	world.profile.flash_style = CONFIG_FLASH_NETWORK;
	first = talk();
	flash();
	call_ends(first, 0, true);
	assert_state("released");
	assert_int_equal(first->offers, 0);
}

static void test_a_hold_that_is_refused_does_not_keep_the_next_flash_from_acting(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	flash();
	assert_int_equal(first->offered, UA_SENDONLY);
	call_has_changed(first, NULL);
	/* RFC 3261 s14.1: the session that a re-INVITE could not change goes on as it was | the subscriber has recall dial tone, the far end is not heard */
	assert_state("recall");
	assert_int_equal(streams_at_ear(), 0);
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	call_has_changed(first, NULL);
	assert_int_equal(streams_at_ear(), 1);
	flash();
	assert_state("recall");
	assert_int_equal(first->offers, 3);
	assert_int_equal(first->offered, UA_SENDONLY);
}

#define etsi_test(test) cmocka_unit_test_setup_teardown(test, make_etsi, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		etsi_test(test_r_with_one_call_gives_dial_tone_and_every_digit_is_dialled),
		etsi_test(test_r_0_releases_the_held_call),
		etsi_test(test_r_1_releases_the_active_call_and_takes_the_other),
		etsi_test(test_r_2_swaps),
		etsi_test(test_r_3_joins_and_r_2_parts_again),
		etsi_test(test_r_4_transfers_now_and_confirms),
		etsi_test(test_a_transfer_that_fails_is_told_and_the_calls_are_back),
		etsi_test(test_a_transfer_that_fails_after_its_target_left_gives_the_held_call_back),
		etsi_test(test_hanging_up_during_a_transfer_leaves_it_going_on),
		etsi_test(test_no_digit_or_another_leaves_the_calls_as_they_were),
		etsi_test(test_three_way_and_transfer_may_be_off),
		etsi_test(test_r_digit_is_heard_with_dial_tone_where_the_profile_says_so),
		etsi_test(test_r_0_rejects_the_call_that_waits),
		etsi_test(test_r_1_ends_the_first_and_takes_the_call_that_waits),
		etsi_test(test_r_2_holds_the_first_and_takes_the_call_that_waits),
		etsi_test(test_r_3_takes_the_call_that_waits_into_a_conference),
		etsi_test(test_beside_two_calls_the_one_that_waits_is_only_refused),
		etsi_test(test_a_call_that_ends_while_r_waits_for_its_digit_leaves_the_other),
		etsi_test(test_of_three_one_that_leaves_while_r_waits_leaves_the_other),
		etsi_test(test_hanging_up_while_r_waits_is_hanging_up),
		LINE_TEST(test_a_flash_while_the_second_rings_brings_the_first_back_with_the_ringing),
		LINE_TEST(test_another_flash_drops_the_second_that_rings),
		LINE_TEST(test_a_second_that_is_refused_while_the_first_is_back_leaves_the_first),
		LINE_TEST(test_hanging_up_while_the_second_rings_with_the_first_back_transfers),
		LINE_TEST(test_without_three_way_the_second_that_rings_is_dropped),
		LINE_TEST(test_leaving_a_three_way_call_may_connect_the_others),
		LINE_TEST(test_the_network_s_flash_is_told_and_nothing_else_happens),
		LINE_TEST(test_a_flash_that_the_network_refuses_acts_here_from_then_on),
		LINE_TEST(test_a_refused_flash_does_nothing_when_the_call_is_over),
		LINE_TEST(test_a_hold_that_is_refused_does_not_keep_the_next_flash_from_acting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
