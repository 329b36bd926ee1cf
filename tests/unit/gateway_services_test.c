/* SPDX-License-Identifier: BSD-3-Clause */
/* One line with more than one call: hold, swap, call waiting, three-way, and who is at the ear meanwhile. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "gateway/line_private.h"
#include "tests/unit/gateway_calls.h"


static int make(void **state)
{
	(void)state;
	line_world_make("x.T");
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	line_world_free();
	return 0;
}

static void test_a_flash_holds_and_another_brings_the_call_back(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	flash();
	assert_state("recall");
	assert_int_equal(world.wish.tone, FXS_TONE_RECALL_DIAL);
	assert_int_equal(invite->offered, UA_SENDONLY);
	assert_int_equal(streams_at_ear(), 0);
	assert_int_equal(sockets(), 1);
	flash();
	assert_state("talking");
	assert_int_equal(invite->offered, UA_SENDRECV);
	assert_int_equal(invite->offers, 2);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_beep_changes_nothing_else(void **state)
{
	struct media_wish before;

	(void)state;
	talk();
	before = world.wish;
	line_beep(world.line);
	assert_int_equal(world.wish.beep_serial, before.beep_serial + 1);
	before.beep_serial++;
	assert_memory_equal(&world.wish, &before, sizeof(before));
}

static const struct stream_wish *held_stream(void)
{
	return &world.wish.streams[world.line->place[LINE_ROLE_HELD]];
}

static void make_with_hold_tone(void)
{
	strcpy(world.profile.hold_sound.text, CONFIG_HOLD_TONE);
	line_world_again();
}

static void test_who_is_held_hears_the_hold_sound_and_not_the_telephone(void **state)
{
	struct ua_invite *first;

	(void)state;
	first = talk();
	flash();
	assert_false(held_stream()->sends); /* that is silence */
	hang_up_after_ms(0);
	make_with_hold_tone();
	first = talk();
	assert_false(world.wish.streams[0].plays_hold);
	flash();
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_true(held_stream()->sends);
	assert_true(held_stream()->plays_hold);
	assert_false(held_stream()->receives);
	flash();
	assert_false(world.wish.streams[0].plays_hold);
	assert_true(world.wish.streams[0].sends);
}

static void test_the_hold_sound_goes_nowhere_when_the_held_party_holds_too(void **state)
{
	struct ua_invite *first;

	(void)state;
	make_with_hold_tone();
	first = talk();
	assert_int_equal(call_is_offered(first, sdp_with("127.0.0.1", "0", "a=sendonly\r\n")), 0);
	flash();
	assert_false(held_stream()->sends);
	assert_int_equal(call_is_offered(first, sdp_with("127.0.0.1", "0", "a=inactive\r\n")), 0);
	assert_false(held_stream()->sends);
	assert_int_equal(call_is_offered(first, sdp_with("127.0.0.1", "0", "a=recvonly\r\n")), 0);
	assert_true(held_stream()->sends);
	assert_int_equal(call_is_offered(first, sdp_with("0.0.0.0", "0", "")), 0); /* RFC 2543's hold */
	assert_false(held_stream()->sends);
}

static void test_a_hold_may_be_offered_as_inactive(void **state)
{
	struct ua_invite *first;

	(void)state;
	world.profile.hold_offer = CONFIG_HOLD_INACTIVE;
	line_world_again();
	first = talk();
	flash();
	assert_int_equal(first->offered, UA_INACTIVE);
	assert_false(held_stream()->sends);
	flash();
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_the_hold_sound_goes_on_when_the_telephone_is_hung_up(void **state)
{
	(void)state;
	make_with_hold_tone();
	talk();
	flash();
	phone_dials("103#");
	call_progresses(call_sent(), 180, NULL);
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	assert_true(held_stream()->plays_hold);
	call_ends(call_sent(), 486, false);
	assert_state("ring-back");
	assert_true(held_stream()->plays_hold);
}

static void test_nothing_disturbs_the_call_of_a_machine(void **state)
{
	static const enum use machines[] = {USE_FAX, USE_MODEM, USE_ALARM};

	(void)state;
	strcpy(world.profile.hold_sound.text, CONFIG_HOLD_TONE);
	strcpy(world.subscriber.texts[SUBSCRIBER_CALL_WAITING], "on");
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		uint8_t beep_serial;

		world.profile.use = machines[i];
		line_world_again();
		talk();
		assert_int_equal(call_comes(PCMU)->refused, 486);
		assert_int_equal(world.wish.tone, MEDIA_TONE_NONE);
		beep_serial = world.wish.beep_serial;
		line_beep(world.line);
		assert_int_equal(world.wish.beep_serial, beep_serial);
		flash(); /* where the profile has one */
		assert_false(held_stream()->sends);
		hang_up_after_ms(0);
	}
	world.profile.use = USE_TTY;
	line_world_again();
	talk();
	assert_int_equal(call_comes(PCMU)->refused, 0);
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
}

static void test_a_hold_waits_for_the_offer_that_is_under_way(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	world.offer_err = EBUSY;
	flash();
	assert_int_equal(invite->offers, 0);
	world.offer_err = 0;
	invite->handlers->changed(invite, NULL, invite->arg);
	assert_int_equal(invite->offered, UA_SENDONLY);
	assert_int_equal(invite->offers, 1);
}

static void test_hanging_up_soon_after_a_flash_ends_all(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	flash();
	hang_up_after_ms(2000);
	assert_state("idle");
	assert_true(invite->ended);
	assert_false(world.wish.ring);
}

static void test_hanging_up_later_makes_the_held_call_ring(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	world.profile.recall_ring = 7;
	flash();
	hang_up_after_ms(2001);
	assert_state("ring-back");
	assert_true(world.wish.ring);
	assert_int_equal(world.wish.pattern, 7);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_int_equal(invite->offered, UA_SENDRECV);
	assert_false(world.wish.ring);
}

static void test_a_held_call_that_nobody_lifts_for_ends(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	flash();
	hang_up_after_ms(3000);
	time_is_up();
	assert_true(invite->ended);
	assert_state("idle");
}

static void test_a_held_party_that_leaves_stops_the_ringing(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	flash();
	hang_up_after_ms(3000);
	call_ends(invite, 0, true);
	assert_state("idle");
	assert_false(world.wish.ring);
	media_obeys();
	assert_int_equal(sockets(), 0);
}

static void test_a_flash_while_the_second_is_called_ends_it_and_brings_the_first_back(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	flash();
	phone_dials("103#");
	second = call_sent();
	assert_state("calling");
	flash();
	assert_true(second->ended);
	assert_false(first->ended);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_a_second_call_that_is_refused_leaves_the_first_held(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	flash();
	phone_dials("103#");
	call_ends(call_sent(), 486, false);
	assert_state("busy");
	hang_up_after_ms(9000);
	assert_state("ring-back");
	assert_false(first->ended);
}

static void test_a_flash_joins_two_calls_and_drops_the_last(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	assert_int_equal(streams_at_ear(), 1);
	flash();
	assert_state("three-way");
	assert_true(world.wish.hears[0]);
	assert_int_equal(streams_at_ear(), 2);
	assert_int_equal(first->offered, UA_SENDRECV);
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_false(first->ended);
	assert_false(world.wish.hears[0]);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_of_three_whoever_leaves_the_others_go_on(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	flash();
	call_ends(second, 0, true);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	hang_up_after_ms(9000);
	assert_true(first->ended);
	assert_state("idle");
}

static void test_without_three_way_a_flash_swaps(void **state)
{
	struct ua_invite *first, *second;

	(void)state;
	world.profile.three_way = world.profile.transfer = false;
	first = talk();
	second = talk_to_second();
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
	assert_int_equal(streams_at_ear(), 1);
	hang_up_after_ms(9000);
	assert_true(first->ended);
	assert_state("ring-back");
}

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

static void test_hanging_up_between_two_calls_connects_them(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	hang_up_after_ms(9000);
	assert_state("transferring");
	assert_ptr_equal(first->referred_to, second);
	assert_int_equal(world.timer_ms, 30000);
	assert_false(world.wish.ring);
	call_transfer_done(first, 200);
	assert_true(first->ended);
	assert_true(second->ended);
	assert_state("idle");
}

static void test_a_transfer_that_fails_gives_the_held_call_back(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	hang_up_after_ms(9000);
	call_transfer_done(first, 603);
	assert_state("ring-back");
	assert_true(second->ended);
	assert_false(first->ended);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_a_transfer_without_word_gives_the_held_call_back_in_time(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	hang_up_after_ms(9000);
	time_is_up();
	assert_state("ring-back");
	assert_true(second->ended);
	assert_false(first->ended);
}

static void test_hanging_up_while_the_second_rings_transfers_when_it_answers(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	flash();
	phone_dials("103#");
	second = call_sent();
	call_progresses(second, 180, NULL);
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	assert_null(first->referred_to);
	call_is_answered(second, PCMU);
	assert_ptr_equal(first->referred_to, second);
	assert_state("transferring");
}

static struct ua_invite *hang_up_while_the_second_rings(void)
{
	world.profile.transfer_blind = true;
	flash();
	phone_dials("103#");
	call_progresses(call_sent(), 180, NULL);
	hang_up_after_ms(9000);
	assert_state("transfer-clears");
	assert_true(call_sent()->given_up);
	assert_false(call_sent()->ended);
	return call_sent();
}

static void test_the_second_that_rings_may_be_given_up_and_called_by_the_first(void **state)
{
	struct ua_invite *first = talk(), *second = hang_up_while_the_second_rings();

	(void)state;
	assert_string_equal(first->referred_user, "");
	call_ends(second, 487, false);
	assert_state("transferring");
	assert_string_equal(first->referred_user, "103");
	call_transfer_done(first, 200);
	assert_true(first->ended);
	assert_state("idle");
}

static void test_the_second_that_answers_while_it_is_given_up_is_connected(void **state)
{
	struct ua_invite *first = talk(), *second = hang_up_while_the_second_rings();

	(void)state;
	call_is_answered(second, PCMU);
	assert_ptr_equal(first->referred_to, second);
	assert_state("transferring");
}

static void test_a_second_that_is_never_given_up_gives_the_first_back(void **state)
{
	struct ua_invite *first = talk(), *second = hang_up_while_the_second_rings();

	(void)state;
	time_is_up();
	assert_state("ring-back");
	assert_true(second->ended);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_lifting_while_the_second_is_given_up_or_called_takes_the_first_back(void **state)
{
	struct ua_invite *first = talk(), *second = hang_up_while_the_second_rings();

	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
	second = hang_up_while_the_second_rings();
	call_ends(second, 487, false);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_second_that_does_not_answer_is_no_transfer(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	flash();
	phone_dials("103#");
	second = call_sent();
	call_progresses(second, 180, NULL);
	hang_up_after_ms(9000);
	call_ends(second, 486, false);
	assert_state("ring-back");
	assert_false(first->ended);
}

static void test_lifting_during_a_transfer_takes_the_call_back(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	talk_to_second();
	hang_up_after_ms(9000);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	call_transfer_done(first, 603);
	assert_state("talking");
}

static void test_the_far_end_may_connect_us_with_somebody_else(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	second = call_sent();
	assert_string_equal(second->to, "103");
	call_progresses(second, 180, NULL);
	assert_int_equal(world.reported, 180);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
	assert_false(first->ended);
	call_is_answered(second, PCMU);
	assert_int_equal(world.reported, 200);
	assert_true(world.report_ended);
	assert_true(first->ended);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_who_cannot_be_reached_for_a_transfer_leaves_the_call(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	call_ends(call_sent(), 486, false);
	assert_int_equal(world.reported, 486);
	assert_true(world.report_ended);
	assert_false(first->ended);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_who_connects_us_and_leaves_is_not_missed(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	second = call_sent();
	call_ends(first, 0, true);
	assert_state("calling");
	call_progresses(second, 180, NULL);
	assert_state("ringback");
	call_is_answered(second, PCMU);
	assert_int_equal(world.reported, 200);
	assert_state("talking");
}

static void test_who_connects_us_and_leaves_lets_us_hear_the_other_ring(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	second = call_sent();
	call_progresses(second, 180, NULL);
	assert_state("talking");
	call_ends(first, 0, true);
	assert_state("ringback");
	call_ends(second, 486, false);
	assert_state("busy");

	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	first = talk();
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	call_progresses(call_sent(), 183, PCMU);
	call_ends(first, 0, true);
	assert_state("early-media");
}

static void test_hanging_up_during_a_transfer_ends_both_calls(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	hang_up_after_ms(9000);
	assert_true(first->ended);
	assert_true(call_sent()->ended);
	assert_int_equal(world.reported, 487);
	assert_state("idle");
}

static void test_nobody_makes_us_call_what_we_may_not(void **state)
{
	const char *why;
	size_t at;
	struct ua_invite *first;

	(void)state;
	line_world_free();
	line_world_make("1xx");
	first = talk_in_map();
	assert_int_equal(call_is_referred(first, "sip:900@example.org", "900", ""), 403);
	assert_int_equal(call_is_referred(first, "sip:103@evil.example", "103", ""), 403);
	assert_int_equal(call_is_referred(first, "sip:alice@example.org", "alice", ""), 403);
	assert_int_equal(call_is_referred(first, "sips:103@192.0.2.1", "103", "a;to-tag=1;from-tag=2"), 403);
	assert_int_equal(digitmap_parse(&world.profile.barred, "105", &at, &why), 0);
	assert_int_equal(call_is_referred(first, "sip:105@example.org", "105", ""), 403);
	assert_int_equal(call_is_referred(first, "tel:105", "105", ""), 403);
	assert_int_equal(call_is_referred(first, "sip:101@example.org", "101", ""), 403); /* itself */
	world.account.accept_transfers = CONFIG_REACH_OFF;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 403);
	assert_int_equal(call_is_referred(first, "sip:h", "", "a;to-tag=1;from-tag=2"), 403);
	assert_int_equal(world.invite_count, 1);
}

static void test_whom_we_are_connected_with_by_sips_is_called_so_or_not_at_all(void **state)
{
	struct ua_invite *first;

	(void)state;
	line_world_free();
	line_world_make("1xx");
	first = talk_in_map();
	world.account.transport = UA_TCP;
	assert_int_equal(call_is_referred(first, "sips:103@example.org", "103", ""), 403);
	assert_int_equal(world.invite_count, 1);
	world.account.transport = UA_TLS;
	/* RFC 5630 s5.1.1.3: a sips: Refer-To is called as such | it is, and refused where the account has no TLS */
	assert_int_equal(call_is_referred(first, "sips:103@example.org", "103", ""), 202);
	assert_string_equal(call_sent()->to, "sips:103@example.org");
}

static void test_other_domains_are_called_where_the_account_says_so(void **state)
{
	struct ua_invite *first;

	(void)state;
	line_world_free();
	line_world_make("1xx");
	world.account.accept_transfers = CONFIG_REACH_ON;
	first = talk_in_map();
	assert_int_equal(call_is_referred(first, "sip:900@elsewhere.example", "900", ""), 403);
	assert_int_equal(call_is_referred(first, "sip:101@elsewhere.example", "101", ""), 202);
	assert_string_equal(call_sent()->to, "sip:101@elsewhere.example");
}

static void test_a_chain_of_transfers_has_an_end(void **state)
{
	struct ua_invite *call = talk();

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(call_is_referred(call, "sip:103@example.org", "103", ""), 202);
		call = call_sent();
		call_is_answered(call, PCMU);
	}
	assert_int_equal(call_is_referred(call, "sip:103@example.org", "103", ""), 403);
	hang_up_after_ms(9000);
	assert_int_equal(call_is_referred(talk(), "sip:103@example.org", "103", ""), 202);
}

static void test_whom_a_call_is_transferred_to_may_be_named_by_his_address(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	talk_to_second();
	hang_up_after_ms(9000);
	assert_false(first->referred_by_address);
	call_transfer_done(first, 200);

	world.account.transfer_by_address = true;
	first = talk();
	talk_to_second();
	hang_up_after_ms(9000);
	assert_true(first->referred_by_address);
}

static struct ua_invite *call_in_map(enum config_reach reach)
{
	line_world_free();
	line_world_make("1xx");
	world.account.follow_redirects = reach;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102");
	return call_sent();
}

static void test_a_called_party_who_is_elsewhere_is_called_there(void **state)
{
	struct ua_invite *first = call_in_map(CONFIG_REACH_DOMAIN), *second;

	(void)state;
	call_progresses(first, 180, NULL);
	call_moves(first, "103", "example.org");
	second = call_sent();
	assert_ptr_not_equal(first, second);
	assert_string_equal(second->to, "103");
	assert_state("ringback");
	assert_int_equal(sockets(), 1);
	call_is_answered(second, PCMU);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	media_obeys();
	hang_up_after_ms(9000);
	assert_true(second->ended);
}

static void test_a_called_party_at_a_sips_address_is_called_so_or_not_at_all(void **state)
{
	struct ua_invite *first = call_in_map(CONFIG_REACH_DOMAIN);

	(void)state;
	world.account.transport = UA_TLS;
	call_moves_to(first, "sips:103@example.org", "103", "example.org");
	/* RFC 5630 s5.1.1: a sips: Contact of a 3xx does not become sip: | nor where a number there would be dialled */
	assert_string_equal(call_sent()->to, "sips:103@example.org");
	first = call_in_map(CONFIG_REACH_DOMAIN);
	world.account.transport = UA_TLS;
	world.account.sips = true;
	call_moves_to(first, "sips:103@example.org", "103", "example.org");
	assert_string_equal(call_sent()->to, "103");
	first = call_in_map(CONFIG_REACH_ON);
	world.account.transport = UA_TCP;
	call_moves_to(first, "sips:103@elsewhere.example", "103", "elsewhere.example");
	/* RFC 5630 s5.1.1: ... and is not called over anything but TLS | without it the call has failed */
	assert_ptr_equal(call_sent(), first);
	assert_state("congestion");
}

static void test_the_sound_of_where_one_was_sent_on_from_is_over(void **state)
{
	struct ua_invite *first = call_in_map(CONFIG_REACH_DOMAIN);

	(void)state;
	call_progresses(first, 183, PCMU);
	assert_state("early-media");
	call_moves(first, "103", "example.org");
	assert_state("ringback");
	assert_int_equal(world.wish.tone, FXS_TONE_RINGBACK);
	call_progresses(call_sent(), 180, NULL);
	assert_state("ringback");
	call_progresses(call_sent(), 183, PCMU);
	assert_state("early-media");
}

static void test_lifting_while_the_second_rings_hears_it_again(void **state)
{
	(void)state;
	talk();
	flash();
	phone_dials("103#");
	call_progresses(call_sent(), 180, NULL);
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("ringback");
	call_progresses(call_sent(), 183, PCMU);
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("early-media");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_who_is_elsewhere_is_called_only_where_that_is_allowed(void **state)
{
	static const struct {
		enum config_reach reach;
		const char *user, *host, *to; /* NULL: nowhere */
	} rows[] = {
		{CONFIG_REACH_OFF, "103", "example.org", NULL},
		{CONFIG_REACH_DOMAIN, "103", "elsewhere.example", NULL},
		{CONFIG_REACH_ON, "103", "elsewhere.example", "sip:103@elsewhere.example"},
		{CONFIG_REACH_ON, "900", "example.org", NULL},
		{CONFIG_REACH_ON, "", "example.org", NULL},
		{CONFIG_REACH_ON, "101", "example.org", NULL}, /* oneself */
		{CONFIG_REACH_DOMAIN, "104", "", "104"},       /* tel: */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ua_invite *first = call_in_map(rows[i].reach);

		call_moves(first, rows[i].user, rows[i].host);
		if (rows[i].to)
			assert_string_equal(call_sent()->to, rows[i].to);
		else
			assert_ptr_equal(call_sent(), first);
		assert_state(rows[i].to ? "calling" : "congestion");
	}
}

static void test_a_call_is_not_sent_on_for_ever(void **state)
{
	(void)state;
	call_in_map(CONFIG_REACH_DOMAIN);
	for (int i = 3; i < 8; i++) {
		char number[4] = {'1', '0', (char)('0' + i)};

		call_moves(call_sent(), number, "example.org");
		assert_state("calling");
		media_obeys();
	}
	call_moves(call_sent(), "108", "example.org");
	assert_state("congestion");
	assert_int_equal(world.invite_count, 6);
}

static void test_a_call_that_goes_in_circles_is_given_up_where_it_was_before(void **state)
{
	(void)state;
	call_in_map(CONFIG_REACH_DOMAIN);
	call_moves(call_sent(), "103", "example.org");
	media_obeys();
	call_moves(call_sent(), "104", "example.org");
	media_obeys();
	assert_state("calling");
	call_moves(call_sent(), "103", "EXAMPLE.org");
	/* RFC 3261 s8.1.3.4: an address of a 3xx is tried once | who sends a call to where it was before is not followed */
	assert_state("congestion");
	assert_int_equal(world.invite_count, 3);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102");
	call_moves(call_sent(), "103", "example.org");
	assert_state("calling");
}

static const struct ua_moved places[] = {
	{"sip:900@example.org", "900", "example.org", "", ""}, /* barred */
	{"sip:103@example.org", "103", "example.org", "", ""},
	{"sip:104@example.org", "104", "example.org", "", ""},
};

static void test_of_several_places_the_next_is_called_when_one_fails(void **state)
{
	(void)state;
	call_moves_to_some(call_in_map(CONFIG_REACH_DOMAIN), places, 3);
	assert_string_equal(call_sent()->to, "103");
	call_progresses(call_sent(), 183, PCMU);
	assert_state("early-media");
	call_ends(call_sent(), 404, false);
	/* RFC 3261 s8.1.3.4: when one of several places fails the next is tried | a final response over 399, or none, leads there; sound of before is over */
	assert_string_equal(call_sent()->to, "104");
	assert_state("ringback");
	media_obeys();
	call_moves(call_sent(), "105", "example.org");
	assert_string_equal(call_sent()->to, "105");
	call_ends(call_sent(), 408, false);
	assert_int_equal(world.invite_count, 4);
	assert_state("busy");
}

static void test_who_declines_is_not_called_at_the_next_place(void **state)
{
	(void)state;
	call_moves_to_some(call_in_map(CONFIG_REACH_DOMAIN), places, 3);
	media_obeys();
	call_ends(call_sent(), 603, false);
	/* RFC 3261 s21.6: 6xx speaks for the called one wherever he is | no further place is tried */
	assert_int_equal(world.invite_count, 2);
}

static void test_places_of_an_earlier_call_are_not_called(void **state)
{
	(void)state;
	call_moves_to_some(call_in_map(CONFIG_REACH_DOMAIN), places, 3);
	media_obeys();
	call_is_answered(call_sent(), PCMU);
	call_ends(call_sent(), 0, true);
	assert_int_equal(world.invite_count, 2);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	media_obeys();
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102");
	media_obeys();
	call_ends(call_sent(), 404, false);
	assert_int_equal(world.invite_count, 3);
}

static void test_a_call_may_be_repeated_by_a_proxy(void **state)
{
	static const struct ua_moved elsewhere = {"sip:102@example.org", "102", "example.org", "sip:a.example;lr", "a.example"};

	(void)state;
	call_moves_to_some(call_in_map(CONFIG_REACH_DOMAIN), &elsewhere, 1);
	assert_state("congestion"); /* the proxy has to be allowed */
	call_in_map(CONFIG_REACH_DOMAIN);
	strcpy(world.account.redirect_hosts.text, "a.example");
	call_moves_to_some(call_sent(), &elsewhere, 1);
	/* RFC 3261 s21.3.4: after 305 the request is repeated by the proxy | once, where the account's policy allows that host */
	assert_string_equal(call_sent()->proxy, "sip:a.example;lr");
	assert_string_equal(call_sent()->to, "102");
	media_obeys();
	call_moves_to_some(call_sent(), &elsewhere, 1);
	assert_state("congestion");
}

static void test_listed_hosts_are_as_good_as_the_own_domain(void **state)
{
	static const struct {
		const char *hosts, *host;
		bool followed;
	} rows[] = {
		{"a.example b.example", "B.example", true},
		{"a.example, b.example", "a.example", true},
		{"a.example", "a.example.org", false},
		{"a.example.org", "a.example", false},
		{"a.example", "example", false},
		{"", "a.example", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ua_invite *first = call_in_map(CONFIG_REACH_DOMAIN);

		strcpy(world.account.redirect_hosts.text, rows[i].hosts);
		call_moves(first, "103", rows[i].host);
		assert_state(rows[i].followed ? "calling" : "congestion");
	}
	call_in_map(CONFIG_REACH_OFF);
	strcpy(world.account.redirect_hosts.text, "a.example");
	call_moves(call_sent(), "103", "a.example");
	assert_state("congestion");
}

static void test_nobody_is_sent_at_night_where_one_may_not_call_then(void **state)
{
	const char *why;
	size_t at;

	(void)state;
	call_in_map(CONFIG_REACH_ON);
	assert_int_equal(hours_parse(&world.profile.barred_hours, "(103)", &at, &why), 0);
	call_moves(call_sent(), "103", "example.org");
	assert_state("congestion");
	call_in_map(CONFIG_REACH_ON);
	assert_int_equal(hours_parse(&world.profile.barred_hours, "(104)", &at, &why), 0);
	call_moves(call_sent(), "103", "example.org");
	assert_state("calling");
}

static void test_whom_we_are_to_call_may_be_elsewhere_too(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	world.account.follow_redirects = CONFIG_REACH_DOMAIN;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	call_moves(call_sent(), "104", "example.org");
	assert_string_equal(call_sent()->to, "104");
	assert_false(world.report_ended);
	call_is_answered(call_sent(), PCMU);
	assert_int_equal(world.reported, 200);
	assert_true(first->ended);
}

static void test_who_is_queued_hears_ringing(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102#");
	call_progresses(call_sent(), 181, NULL);
	assert_state("calling");
	call_progresses(call_sent(), 182, NULL);
	assert_state("ringback");
	call_progresses(call_sent(), 181, NULL);
	assert_state("ringback");
}

static void test_who_takes_a_call_over_is_answered_without_ringing(void **state)
{
	struct ua_invite *first = talk(), *second = call_replaces(first, PCMU);

	(void)state;
	assert_true(second->picked_up);
	assert_false(second->rings);
	assert_true(first->ended);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_who_takes_over_a_call_that_rings_there_answers_it(void **state)
{
	struct ua_invite *first, *second;

	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102#");
	first = call_sent();
	call_progresses(first, 180, NULL);
	second = call_replaces(first, PCMU);
	assert_true(second->picked_up);
	assert_true(first->ended);
	assert_state("talking");
}

/* ---- called subscriber held ---- */

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

#define SERVICES_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVICES_TEST(test_a_flash_holds_and_another_brings_the_call_back),
		SERVICES_TEST(test_a_beep_changes_nothing_else),
		SERVICES_TEST(test_who_is_held_hears_the_hold_sound_and_not_the_telephone),
		SERVICES_TEST(test_the_hold_sound_goes_nowhere_when_the_held_party_holds_too),
		SERVICES_TEST(test_a_hold_may_be_offered_as_inactive),
		SERVICES_TEST(test_the_hold_sound_goes_on_when_the_telephone_is_hung_up),
		SERVICES_TEST(test_nothing_disturbs_the_call_of_a_machine),
		SERVICES_TEST(test_a_hold_waits_for_the_offer_that_is_under_way),
		SERVICES_TEST(test_hanging_up_soon_after_a_flash_ends_all),
		SERVICES_TEST(test_hanging_up_later_makes_the_held_call_ring),
		SERVICES_TEST(test_a_held_call_that_nobody_lifts_for_ends),
		SERVICES_TEST(test_a_held_party_that_leaves_stops_the_ringing),
		SERVICES_TEST(test_a_flash_while_the_second_is_called_ends_it_and_brings_the_first_back),
		SERVICES_TEST(test_a_second_call_that_is_refused_leaves_the_first_held),
		SERVICES_TEST(test_a_flash_joins_two_calls_and_drops_the_last),
		SERVICES_TEST(test_of_three_whoever_leaves_the_others_go_on),
		SERVICES_TEST(test_without_three_way_a_flash_swaps),
		SERVICES_TEST(test_a_call_waits_with_a_tone_and_a_flash_takes_it),
		SERVICES_TEST(test_a_call_that_waits_too_long_is_refused),
		SERVICES_TEST(test_a_third_call_is_refused),
		SERVICES_TEST(test_hanging_up_rings_with_the_call_that_waits),
		SERVICES_TEST(test_a_caller_who_gives_up_waiting_takes_the_tone_along),
		SERVICES_TEST(test_without_call_waiting_the_caller_hears_busy),
		SERVICES_TEST(test_a_call_that_comes_while_a_second_is_dialled_waits_until_that_is_done),
		SERVICES_TEST(test_a_call_that_comes_between_digits_is_no_digit),
		SERVICES_TEST(test_a_flash_while_dialling_goes_back_and_the_next_takes_the_call_that_waits),
		SERVICES_TEST(test_hung_up_on_the_held_call_rings_first_and_then_the_one_that_waits),
		SERVICES_TEST(test_hanging_up_at_once_after_the_flash_rings_with_the_call_that_waits),
		SERVICES_TEST(test_a_transfer_leaves_the_call_that_waits_and_it_rings),
		SERVICES_TEST(test_leaving_a_three_way_call_rings_with_the_call_that_waits),
		SERVICES_TEST(test_a_flash_never_holds_who_has_not_answered),
		SERVICES_TEST(test_no_call_waits_beside_two_or_while_a_second_is_called),
		SERVICES_TEST(test_hanging_up_between_two_calls_connects_them),
		SERVICES_TEST(test_a_transfer_that_fails_gives_the_held_call_back),
		SERVICES_TEST(test_a_transfer_without_word_gives_the_held_call_back_in_time),
		SERVICES_TEST(test_hanging_up_while_the_second_rings_transfers_when_it_answers),
		SERVICES_TEST(test_the_second_that_rings_may_be_given_up_and_called_by_the_first),
		SERVICES_TEST(test_the_second_that_answers_while_it_is_given_up_is_connected),
		SERVICES_TEST(test_a_second_that_is_never_given_up_gives_the_first_back),
		SERVICES_TEST(test_lifting_while_the_second_is_given_up_or_called_takes_the_first_back),
		SERVICES_TEST(test_a_second_that_does_not_answer_is_no_transfer),
		SERVICES_TEST(test_lifting_during_a_transfer_takes_the_call_back),
		SERVICES_TEST(test_the_far_end_may_connect_us_with_somebody_else),
		SERVICES_TEST(test_who_cannot_be_reached_for_a_transfer_leaves_the_call),
		SERVICES_TEST(test_who_connects_us_and_leaves_is_not_missed),
		SERVICES_TEST(test_who_connects_us_and_leaves_lets_us_hear_the_other_ring),
		SERVICES_TEST(test_hanging_up_during_a_transfer_ends_both_calls),
		SERVICES_TEST(test_nobody_makes_us_call_what_we_may_not),
		SERVICES_TEST(test_whom_we_are_connected_with_by_sips_is_called_so_or_not_at_all),
		SERVICES_TEST(test_other_domains_are_called_where_the_account_says_so),
		SERVICES_TEST(test_a_chain_of_transfers_has_an_end),
		SERVICES_TEST(test_whom_a_call_is_transferred_to_may_be_named_by_his_address),
		SERVICES_TEST(test_a_called_party_who_is_elsewhere_is_called_there),
		SERVICES_TEST(test_a_called_party_at_a_sips_address_is_called_so_or_not_at_all),
		SERVICES_TEST(test_the_sound_of_where_one_was_sent_on_from_is_over),
		SERVICES_TEST(test_lifting_while_the_second_rings_hears_it_again),
		SERVICES_TEST(test_who_is_elsewhere_is_called_only_where_that_is_allowed),
		SERVICES_TEST(test_a_call_is_not_sent_on_for_ever),
		SERVICES_TEST(test_a_call_that_goes_in_circles_is_given_up_where_it_was_before),
		SERVICES_TEST(test_of_several_places_the_next_is_called_when_one_fails),
		SERVICES_TEST(test_who_declines_is_not_called_at_the_next_place),
		SERVICES_TEST(test_places_of_an_earlier_call_are_not_called),
		SERVICES_TEST(test_a_call_may_be_repeated_by_a_proxy),
		SERVICES_TEST(test_listed_hosts_are_as_good_as_the_own_domain),
		SERVICES_TEST(test_nobody_is_sent_at_night_where_one_may_not_call_then),
		SERVICES_TEST(test_whom_we_are_to_call_may_be_elsewhere_too),
		SERVICES_TEST(test_who_is_queued_hears_ringing),
		SERVICES_TEST(test_who_takes_a_call_over_is_answered_without_ringing),
		SERVICES_TEST(test_who_takes_over_a_call_that_rings_there_answers_it),
		SERVICES_TEST(test_a_called_party_may_go_to_another_telephone),
		SERVICES_TEST(test_a_called_party_who_does_not_come_back_ends_the_call),
		SERVICES_TEST(test_the_caller_does_not_wait_for_a_called_party),
		SERVICES_TEST(test_only_a_call_that_came_in_is_suspended),
		SERVICES_TEST(test_with_another_call_hanging_up_is_as_ever),
		SERVICES_TEST(test_a_call_that_is_taken_over_has_come_in_too),
		SERVICES_TEST(test_a_call_that_lasts_too_long_is_warned_once_and_ended),
		SERVICES_TEST(test_each_of_two_calls_has_a_time_of_its_own),
		SERVICES_TEST(test_an_emergency_call_lasts_as_long_as_it_lasts),
		SERVICES_TEST(test_without_a_limit_a_call_has_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
