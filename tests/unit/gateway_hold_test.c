/* SPDX-License-Identifier: BSD-3-Clause */
/* A line that holds a call, calls a second one and joins them; and who is at the ear meanwhile. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_flash_holds_and_another_brings_the_call_back),
		LINE_TEST(test_a_beep_changes_nothing_else),
		LINE_TEST(test_who_is_held_hears_the_hold_sound_and_not_the_telephone),
		LINE_TEST(test_the_hold_sound_goes_nowhere_when_the_held_party_holds_too),
		LINE_TEST(test_a_hold_may_be_offered_as_inactive),
		LINE_TEST(test_the_hold_sound_goes_on_when_the_telephone_is_hung_up),
		LINE_TEST(test_nothing_disturbs_the_call_of_a_machine),
		LINE_TEST(test_a_hold_waits_for_the_offer_that_is_under_way),
		LINE_TEST(test_hanging_up_soon_after_a_flash_ends_all),
		LINE_TEST(test_hanging_up_later_makes_the_held_call_ring),
		LINE_TEST(test_a_held_call_that_nobody_lifts_for_ends),
		LINE_TEST(test_a_held_party_that_leaves_stops_the_ringing),
		LINE_TEST(test_a_flash_while_the_second_is_called_ends_it_and_brings_the_first_back),
		LINE_TEST(test_a_second_call_that_is_refused_leaves_the_first_held),
		LINE_TEST(test_a_flash_joins_two_calls_and_drops_the_last),
		LINE_TEST(test_of_three_whoever_leaves_the_others_go_on),
		LINE_TEST(test_without_three_way_a_flash_swaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
