/* SPDX-License-Identifier: BSD-3-Clause */
/* A three-way call in a conference of the network's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

static int make(void **state)
{
	(void)state;
	line_world_make("x.T");
	strcpy(world.profile.conference.text, "sip:rooms@example.org");
	return 0;
}

static struct {
	struct ua_invite *first, *second, *focus;
} calls;

/* Two calls and a flash between them. */
static void confer(void)
{
	calls.first = talk();
	calls.second = talk_to_second();
	flash();
	assert_state("conferring");
	calls.focus = call_sent();
	assert_int_equal(world.invite_count, 3);
}

/* The second is talked to, the first held, and nobody else is there. */
static void assert_as_before(void)
{
	assert_state("talking");
	assert_int_equal(calls.first->offered, UA_SENDONLY);
	assert_int_equal(calls.first->offers, 1);
	assert_int_equal(calls.second->offers, 0);
	assert_false(calls.first->ended || calls.second->ended);
	assert_int_equal(streams_at_ear(), 1);
	media_obeys();
	line_media_changed(world.line);
	assert_int_equal(sockets(), 2);
}

static void test_both_parties_are_sent_there_and_its_call_takes_their_place(void **state)
{
	(void)state;
	confer();
	assert_string_equal(calls.focus->to, "sip:rooms@example.org");
	assert_null(calls.first->focus);
	assert_int_equal(streams_at_ear(), 1); /* the second goes on talking */
	call_progresses(calls.focus, 180, NULL);
	call_is_answered(calls.focus, PCMU);
	assert_ptr_equal(calls.first->focus, calls.focus);
	assert_ptr_equal(calls.second->focus, calls.focus);
	call_transfer_done(calls.second, 200);
	assert_state("conferring");
	assert_false(calls.second->ended);
	call_transfer_done(calls.first, 200);
	assert_state("talking");
	assert_true(calls.first->ended && calls.second->ended);
	assert_false(calls.focus->ended);
	assert_int_equal(calls.focus->offers, 0);
	media_obeys();
	line_media_changed(world.line);
	assert_int_equal(sockets(), 1);
	assert_int_equal(streams_at_ear(), 1);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("idle");
	assert_true(calls.focus->ended);
}

static void conferenced(void)
{
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.first, 200);
	call_transfer_done(calls.second, 200);
	assert_state("talking");
}

static void test_a_flash_drops_whom_it_got_last(void **state)
{
	(void)state;
	conferenced();
	flash();
	assert_state("talking");
	assert_string_equal(calls.focus->dropped, "sip:103@example.org");
	call_transfer_done(calls.focus, 200);
	assert_state("talking");
	assert_false(calls.focus->ended);
	flash(); /* a call as others now */
	assert_state("recall");
	assert_int_equal(calls.focus->offered, UA_SENDONLY);
}

static void test_a_focus_that_lets_nobody_go_changes_nothing(void **state)
{
	(void)state;
	conferenced();
	flash();
	call_transfer_done(calls.focus, 403);
	assert_state("talking");
	assert_false(calls.focus->ended);
}

static void test_a_conference_that_refuses_finds_the_calls_as_they_were(void **state)
{
	(void)state;
	confer();
	call_ends(calls.focus, 503, false);
	assert_as_before();
}

static void test_a_party_that_will_not_go_there_finds_the_calls_as_they_were(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.first, 200);
	call_transfer_done(calls.second, 603);
	assert_string_equal(calls.focus->dropped, "sip:102@example.org"); /* he does not stay there alone */
	assert_true(calls.focus->ended);
	assert_as_before();
}

static void test_the_held_party_that_has_gone_there_is_held_there_when_the_other_will_not(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.first, 200);
	call_ends(calls.first, 0, true);
	call_transfer_done(calls.second, 603);
	assert_state("talking");
	assert_false(calls.focus->ended || calls.second->ended);
	assert_string_equal(calls.focus->dropped, "");
	assert_int_equal(calls.focus->offered, UA_SENDONLY);
	assert_int_equal(streams_at_ear(), 1);
	media_obeys();
	line_media_changed(world.line);
	assert_int_equal(sockets(), 2);
	flash(); /* and it can be tried again */
	assert_state("conferring");
}

static void test_whom_the_subscriber_talked_to_is_talked_to_there_when_the_other_will_not(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.second, 200);
	call_ends(calls.second, 0, true);
	call_transfer_done(calls.first, 603);
	assert_state("talking");
	assert_false(calls.focus->ended || calls.first->ended);
	assert_int_equal(calls.focus->offers, 0);
	assert_int_equal(streams_at_ear(), 1);
	call_ends(calls.focus, 0, true); /* he hangs up */
	assert_state("released");
	flash();
	assert_state("talking");
	assert_int_equal(calls.first->offered, UA_SENDRECV);
}

static void test_a_conference_that_ends_with_one_in_it_leaves_no_dead_call(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.second, 200);
	call_ends(calls.second, 0, true);
	call_ends(calls.focus, 0, true);
	assert_state("released");
	flash();
	assert_state("talking");
	assert_int_equal(calls.first->offered, UA_SENDRECV);
	media_obeys();
	line_media_changed(world.line);
	assert_int_equal(sockets(), 1);
}

static void test_a_late_answer_of_the_other_party_changes_nothing(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.second, 603);
	assert_as_before();
	call_transfer_done(calls.first, 200);
	assert_as_before();
	flash(); /* and nothing of another attempt */
	call_is_answered(call_sent(), PCMU);
	call_transfer_done(calls.second, 200);
	assert_state("conferring");
	call_transfer_done(calls.first, 200);
	assert_state("talking");
}

static void test_nobody_tells_in_time(void **state)
{
	(void)state;
	world.profile.transfer_s = 30;
	confer();
	assert_int_equal(world.timer_ms, 30000);
	call_is_answered(calls.focus, PCMU);
	time_is_up();
	assert_true(calls.focus->ended);
	assert_as_before();
}

static void test_a_party_that_is_there_may_end_its_call_by_itself(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_transfer_done(calls.second, 200);
	call_ends(calls.second, 0, true);
	assert_state("conferring");
	call_transfer_done(calls.first, 200);
	assert_state("talking");
	assert_false(calls.focus->ended);
	assert_true(calls.first->ended);
}

static void test_a_party_that_leaves_ends_the_attempt(void **state)
{
	(void)state;
	confer();
	call_ends(calls.first, 0, true);
	assert_state("talking");
	assert_true(calls.focus->ended);
	assert_false(calls.second->ended);
	flash();
	assert_state("recall");
}

static void test_the_second_who_leaves_ends_the_attempt_too(void **state)
{
	(void)state;
	confer();
	call_is_answered(calls.focus, PCMU);
	call_ends(calls.second, 0, true);
	assert_state("released");
	assert_true(calls.focus->ended);
	assert_false(calls.first->ended);
	flash();
	assert_state("talking");
	assert_int_equal(calls.first->offered, UA_SENDRECV);
}

static void test_hanging_up_meanwhile_ends_all(void **state)
{
	(void)state;
	confer();
	flash(); /* means nothing here */
	assert_state("conferring");
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("idle");
	assert_true(calls.first->ended && calls.second->ended && calls.focus->ended);
}

static void test_etsi_joins_by_r3(void **state)
{
	(void)state;
	world.profile.flash_style = CONFIG_FLASH_ETSI;
	world.profile.r_digit_s = 4;
	calls.first = talk();
	calls.second = talk_to_second();
	flash();
	assert_state("r-digit");
	phone_dials("3");
	assert_state("conferring");
	assert_string_equal(call_sent()->to, "sip:rooms@example.org");
}

static void test_a_second_that_still_rings_is_left(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	flash();
	phone_dials("103#");
	call_progresses(call_sent(), 180, NULL);
	flash();
	assert_state("talking");
	assert_int_equal(world.invite_count, 2);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_a_number_is_called_as_it_stands(void **state)
{
	(void)state;
	strcpy(world.profile.conference.text, "900");
	confer();
	assert_string_equal(calls.focus->to, "900");
}

#define conference_test(test) cmocka_unit_test_setup_teardown(test, make, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		conference_test(test_both_parties_are_sent_there_and_its_call_takes_their_place),
		conference_test(test_a_flash_drops_whom_it_got_last),
		conference_test(test_a_focus_that_lets_nobody_go_changes_nothing),
		conference_test(test_a_conference_that_refuses_finds_the_calls_as_they_were),
		conference_test(test_a_party_that_will_not_go_there_finds_the_calls_as_they_were),
		conference_test(test_the_held_party_that_has_gone_there_is_held_there_when_the_other_will_not),
		conference_test(test_whom_the_subscriber_talked_to_is_talked_to_there_when_the_other_will_not),
		conference_test(test_a_conference_that_ends_with_one_in_it_leaves_no_dead_call),
		conference_test(test_a_late_answer_of_the_other_party_changes_nothing),
		conference_test(test_nobody_tells_in_time),
		conference_test(test_a_party_that_is_there_may_end_its_call_by_itself),
		conference_test(test_a_party_that_leaves_ends_the_attempt),
		conference_test(test_the_second_who_leaves_ends_the_attempt_too),
		conference_test(test_hanging_up_meanwhile_ends_all),
		conference_test(test_etsi_joins_by_r3),
		conference_test(test_a_second_that_still_rings_is_left),
		conference_test(test_a_number_is_called_as_it_stands),
	};

	return cmocka_run_group_tests_name("gateway conference", tests, NULL, NULL);
}
