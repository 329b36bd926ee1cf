/* SPDX-License-Identifier: BSD-3-Clause */
/* One line in what seldom comes together; random sequences (tests/soak) found most of it. */
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

static int make(void **state)
{
	const char *why;
	size_t at;

	(void)state;
	line_world_make("(1xx|[*#]x.T)");
	return digitmap_parse(&world.profile.emergency, "112", &at, &why);
}

static struct ua_invite *call_103(void)
{
	flash();
	phone_dials("103");
	return call_sent();
}

/* ---- who is left rings, and not for ever ---- */

static void test_a_held_call_rings_back_for_its_own_time(void **state)
{
	(void)state;
	talk_in_map();
	call_progresses(call_103(), 180, NULL);
	world.now_ms += 9000;
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("transfer-rings");
	time_is_up();
	assert_state("ring-back");
	assert_int_equal(world.timer_ms, 180000);
	time_is_up();
	assert_state("idle");
}

static void test_the_held_call_rings_when_an_emergency_call_that_was_kept_ends(void **state)
{
	struct ua_invite *first = talk_in_map();

	(void)state;
	flash();
	phone_dials("112");
	call_is_answered(call_sent(), PCMU);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("kept");
	call_ends(call_sent(), 0, true);
	assert_state("ring-back");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
}

/* ---- calls that wait ---- */

static void test_a_waiting_call_that_ends_leaves_no_timer(void **state)
{
	struct ua_invite *waiting;

	(void)state;
	talk_in_map();
	waiting = call_comes(PCMU);
	assert_int_not_equal(world.waiting_timer_ms, 0);
	call_ends(waiting, 487, false);
	assert_int_equal(world.waiting_timer_ms, 0);
}

static void test_a_waiting_call_that_cannot_be_answered_leaves_the_first_to_the_flash_key(void **state)
{
	struct ua_invite *first = talk_in_map();

	(void)state;
	call_comes(PCMU);
	world.answer_err = ENOTCONN;
	flash();
	assert_state("congestion");
	assert_true(call_sent()->ended);
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
}

/* ---- transfers while something else happens ---- */

static void test_who_takes_a_held_call_over_is_held(void **state)
{
	struct ua_invite *first = talk_in_map(), *heir;

	(void)state;
	flash();
	heir = call_replaces(first, PCMU);
	assert_true(first->ended);
	assert_int_equal(heir->offered, UA_SENDONLY);
	flash();
	assert_state("talking");
	assert_int_equal(heir->offered, UA_SENDRECV);
}

static void test_the_hold_of_a_call_just_answered_goes_out_after_the_ack(void **state)
{
	struct ua_invite *invite;

	(void)state;
	world.offers_take_time = true;
	invite = call_comes(PCMU);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	flash();
	assert_int_equal(invite->offers, 0);
	call_is_acknowledged(invite, NULL);
	assert_int_equal(invite->offered, UA_SENDONLY);
}

static void test_a_flash_does_not_disturb_who_is_being_connected(void **state)
{
	struct ua_invite *first = talk_in_map(), *second;

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	second = call_sent();
	flash();
	assert_state("talking");
	assert_int_equal(first->offers, 0);
	call_is_answered(second, PCMU);
	assert_state("talking");
	assert_true(first->ended);
	assert_false(second->ended);
	assert_true(world.report_ended);
}

static void test_a_flash_that_ends_the_new_call_is_reported(void **state)
{
	struct ua_invite *first = talk_in_map(), *second;

	(void)state;
	assert_int_equal(call_is_referred(first, "sip:103@example.org", "103", ""), 202);
	second = call_sent();
	call_ends(first, 0, true);
	assert_state("calling");
	flash();
	assert_state("dial-tone");
	assert_true(second->ended);
	assert_true(world.report_ended);
	assert_int_equal(world.reported, 487);
}

static struct ua_invite *transfer_blind(void)
{
	struct ua_invite *first = talk_in_map();

	flash();
	phone_dials("*98103");
	assert_state("referring");
	return first;
}

static void test_a_transfer_that_was_taken_back_and_succeeds_ends_its_call_alone(void **state)
{
	struct ua_invite *first = transfer_blind(), *second;

	(void)state;
	flash();
	assert_state("talking");
	second = call_103();
	call_is_answered(second, PCMU);
	call_transfer_done(first, 200);
	assert_true(first->ended);
	assert_false(second->ended);
	assert_state("talking");
	assert_int_equal(sockets(), 1);
}

static void test_what_may_come_at_any_time_surprises_nowhere(void **state)
{
	static const enum line_event events[] = {
		LINE_EV_HELD_ENDED, LINE_EV_WAITING_ENDED, LINE_EV_DIGIT, LINE_EV_DIGIT_LOST, LINE_EV_TRANSFER_FAILED,
	};

	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		for (size_t e = 0; e < sizeof(events) / sizeof(events[0]); e++)
			assert_true(line_fsm_step(s, events[e]).known);
	}
}

#define RARE_TEST(name) cmocka_unit_test_setup_teardown(name, make, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RARE_TEST(test_a_held_call_rings_back_for_its_own_time),
		RARE_TEST(test_the_held_call_rings_when_an_emergency_call_that_was_kept_ends),
		RARE_TEST(test_a_waiting_call_that_ends_leaves_no_timer),
		RARE_TEST(test_a_waiting_call_that_cannot_be_answered_leaves_the_first_to_the_flash_key),
		RARE_TEST(test_who_takes_a_held_call_over_is_held),
		RARE_TEST(test_the_hold_of_a_call_just_answered_goes_out_after_the_ack),
		RARE_TEST(test_a_flash_does_not_disturb_who_is_being_connected),
		RARE_TEST(test_a_flash_that_ends_the_new_call_is_reported),
		RARE_TEST(test_a_transfer_that_was_taken_back_and_succeeds_ends_its_call_alone),
		RARE_TEST(test_what_may_come_at_any_time_surprises_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
