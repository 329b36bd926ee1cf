/* SPDX-License-Identifier: BSD-3-Clause */
/* Two legs that talk past the telephone: calls that are forwarded from here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/gateway_calls.h"

#define FIRST  MEDIA_CALLS /* streams of the first bridge */
#define SECOND (MEDIA_CALLS + 1)

static int make(void **state)
{
	(void)state;
	line_world_make("([1-4]xx|9x.T|[*#]x.T)");
	world.profile.forward_by = CONFIG_FORWARD_BRIDGE;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, "300"), 0);
	return 0;
}

/* It rings first. */
static int make_no_answer(void **state)
{
	make(state);
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, ""), 0);
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_NO_ANSWER, "300"), 0);
	return 0;
}

static unsigned bridges(void)
{
	struct line_status status;

	line_status_get(world.line, &status);
	return status.bridges;
}

static struct ua_invite *caller, *target;

static void forward(void)
{
	caller = call_comes(PCMU);
	target = call_sent();
	assert_ptr_not_equal(caller, target);
	assert_ptr_equal(target->instead_of, caller);
	assert_int_equal(bridges(), 1);
}

static void connect_both(void)
{
	forward();
	call_is_answered(target, sdp_with("127.0.0.1", "8", ""));
	assert_true(caller->picked_up);
}

static void assert_over(void)
{
	assert_int_equal(bridges(), 0);
	assert_int_equal(sockets(), 0);
}

static void test_a_call_is_answered_when_the_target_answers(void **state)
{
	(void)state;
	forward();
	assert_string_equal(target->to, "300");
	assert_int_equal(target->forwarded, UA_FORWARD_ALWAYS);
	assert_true(caller->told_forwarded);
	assert_false(caller->rings);
	call_progresses(target, 180, NULL);
	assert_true(caller->rings);
	assert_false(world.wish.streams[FIRST].sends);
	assert_false(caller->picked_up);
	call_is_answered(target, sdp_with("127.0.0.1", "8", ""));
	assert_true(caller->picked_up);
	assert_true(world.wish.streams[FIRST].sends && world.wish.streams[FIRST].receives);
	assert_true(world.wish.streams[SECOND].sends && world.wish.streams[SECOND].receives);
	assert_int_equal(world.wish.streams[FIRST].codec, DSP_CODEC_PCMU);
	assert_int_equal(world.wish.streams[SECOND].codec, DSP_CODEC_PCMA);
	assert_int_equal(world.wish.hears[FIRST], 1u << SECOND);
	assert_int_equal(world.wish.hears[SECOND], 1u << FIRST);
	assert_int_equal(world.bridge_timers_ms[0], 0);
}

static void test_what_the_targets_network_says_is_passed_on(void **state)
{
	(void)state;
	forward();
	call_progresses(target, 183, PCMU);
	assert_true(caller->progressed);
	assert_true(world.wish.streams[FIRST].sends && world.wish.streams[SECOND].receives);
	call_progresses(target, 180, NULL);
	assert_false(caller->rings);
	call_progresses(target, 183, PCMU);
	call_is_answered(target, PCMU);
	assert_true(caller->picked_up);
}

static void test_a_network_that_falls_silent_leaves_the_tone_to_the_caller(void **state)
{
	(void)state;
	forward();
	call_progresses(target, 183, PCMU);
	assert_true(world.wish.streams[FIRST].sends);
	call_progresses(target, 199, NULL);
	assert_true(caller->rings);
	assert_false(world.wish.streams[FIRST].sends);
	call_progresses(target, 199, NULL);
	call_progresses(target, 183, PCMU);
	assert_true(world.wish.streams[FIRST].sends);
	call_is_answered(target, PCMU);
	assert_true(caller->picked_up);
}

static void test_a_caller_without_offer_hears_that_it_rings(void **state)
{
	(void)state;
	caller = call_comes(NULL);
	target = call_sent();
	call_progresses(target, 183, PCMU);
	assert_false(caller->progressed);
	assert_true(caller->rings);
	call_is_answered(target, PCMU);
	assert_true(caller->picked_up);
}

static void test_the_telephone_is_free_meanwhile(void **state)
{
	struct ua_invite *other;

	(void)state;
	connect_both();
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, ""), 0);
	time_is_up(); /* of the ring that told of it */
	assert_state("idle");
	other = call_comes(PCMU);
	assert_state("ringing");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_true(other->picked_up);
	assert_true(world.wish.streams[FIRST].sends);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("idle");
	assert_int_equal(bridges(), 1);
	assert_false(caller->ended || target->ended);
}

static void test_whoever_ends_ends_the_other(void **state)
{
	(void)state;
	connect_both();
	call_ends(caller, 0, true);
	assert_true(target->ended);
	assert_over();
	connect_both();
	call_ends(target, 0, true);
	assert_true(caller->ended);
	assert_over();
}

static void test_a_caller_who_gives_up_ends_the_call_to_the_target(void **state)
{
	(void)state;
	forward();
	call_ends(caller, 0, false);
	assert_true(target->ended);
	assert_over();
	forward();
	call_progresses(target, 183, PCMU);
	call_ends(caller, 0, false);
	assert_true(target->ended);
	assert_over();
}

static void assert_refused(unsigned status, unsigned told)
{
	forward();
	call_ends(target, status, false);
	assert_int_equal(caller->refused, told);
	assert_over();
	media_obeys();
}

static void test_a_refusal_is_passed_on(void **state)
{
	(void)state;
	assert_refused(486, 486);
	assert_refused(603, 603);
	assert_refused(404, 404);
}

static void test_a_refusal_that_means_this_line_is_not(void **state)
{
	(void)state;
	assert_refused(407, 480);
	assert_refused(302, 480);
	assert_refused(408, 480);
	assert_refused(0, 480);
}

static void follow_anywhere(void)
{
	world.account = (struct config_account){.user = {"100"}, .domain = {"example.org"}, .follow_redirects = CONFIG_REACH_ON};
}

static void test_a_target_that_is_elsewhere_is_called_there(void **state)
{
	struct ua_invite *first;

	(void)state;
	follow_anywhere();
	forward();
	first = target;
	call_progresses(first, 183, PCMU);
	assert_true(world.wish.streams[FIRST].sends);
	call_moves(first, "301", "example.org");
	target = call_sent();
	assert_ptr_not_equal(target, first);
	assert_string_equal(target->to, "301");
	assert_ptr_equal(target->instead_of, caller);
	assert_int_equal(target->forwarded, UA_FORWARD_ALWAYS);
	assert_int_equal(bridges(), 1);
	assert_false(world.wish.streams[FIRST].sends); /* no sound is made there yet */
	call_moves(target, "302", "elsewhere.example");
	target = call_sent();
	assert_string_equal(target->to, "sip:302@elsewhere.example");
	call_is_answered(target, PCMU);
	assert_true(caller->picked_up);
	call_ends(caller, 0, true);
	assert_true(target->ended);
	media_obeys();
	line_media_changed(world.line);
	assert_over();
}

static void assert_not_followed(const char *user)
{
	forward();
	call_moves(target, user, "example.org");
	assert_ptr_equal(call_sent(), target);
	assert_int_equal(caller->refused, 480);
	media_obeys();
	assert_over();
}

static void test_a_target_that_is_where_the_line_may_not_call_is_not(void **state)
{
	(void)state;
	assert_not_followed("301"); /* off */
	follow_anywhere();
	assert_not_followed("700"); /* no number */
	assert_not_followed("100"); /* itself */
	forward();
	call_moves(target, "301", "example.org");
	target = call_sent();
	call_moves(target, "301", "example.org"); /* in circles */
	assert_ptr_equal(call_sent(), target);
	assert_int_equal(caller->refused, 480);
	media_obeys();
	forward(); /* and the next one begins anew */
	call_moves(target, "301", "example.org");
	assert_ptr_not_equal(call_sent(), target);
}

static void test_a_target_that_does_not_answer(void **state)
{
	(void)state;
	forward();
	call_progresses(target, 180, NULL);
	assert_int_equal(world.bridge_timers_ms[0], 180000);
	bridge_time_is_up(0);
	assert_int_equal(caller->refused, 480);
	assert_true(target->ended);
	assert_over();
}

static void test_no_more_bridges_than_there_are(void **state)
{
	struct ua_invite *third;

	(void)state;
	for (unsigned i = 0; i < LINE_BRIDGES_MAX; i++) {
		call_comes(PCMU);
		assert_int_equal(bridges(), i + 1);
	}
	third = call_comes(PCMU);
	assert_int_equal(third->refused, 486);
	assert_int_equal(bridges(), LINE_BRIDGES_MAX);
}

static void test_without_a_codec_in_common_nobody_is_called(void **state)
{
	(void)state;
	caller = call_comes(sdp_with("127.0.0.1", "9", ""));
	assert_int_equal(caller->refused, 488);
	assert_ptr_equal(call_sent(), caller);
	assert_over();
}

static void test_a_line_that_may_not_call_forwards_nothing(void **state)
{
	(void)state;
	world.registration = UA_REG_FAILED;
	caller = call_comes(PCMU);
	assert_int_equal(caller->refused, 480);
	assert_state("idle"); /* no splash tells of a call that went nowhere */
	assert_over();
}

static void test_a_call_with_no_hop_left(void **state)
{
	(void)state;
	world.send_err = ELOOP;
	caller = call_comes(PCMU);
	assert_int_equal(caller->refused, 483);
	assert_over();
}

static void test_a_caller_who_cannot_be_answered(void **state)
{
	(void)state;
	forward();
	world.answer_err = ENOMEM;
	call_is_answered(target, PCMU);
	assert_true(caller->ended && target->ended);
	assert_over();
}

static void test_a_hold_is_passed_on(void **state)
{
	(void)state;
	connect_both();
	assert_int_equal(call_is_offered(caller, sdp_with("127.0.0.1", "0", "a=sendonly\r\n")), 0);
	assert_int_equal(target->offered, UA_SENDONLY);
	call_is_changed(target, sdp_with("127.0.0.1", "8", "a=recvonly\r\n"));
	assert_int_equal(caller->offers, 0); /* that is no wish of the target's */
	assert_false(world.wish.streams[FIRST].sends);
	assert_true(world.wish.streams[SECOND].sends);
	assert_int_equal(call_is_offered(caller, PCMU), 0);
	assert_int_equal(target->offered, UA_SENDRECV);
	call_is_changed(target, sdp_with("127.0.0.1", "8", ""));
	assert_true(world.wish.streams[FIRST].sends && world.wish.streams[SECOND].receives);
}

static void test_both_may_hold_at_once(void **state)
{
	(void)state;
	connect_both();
	assert_int_equal(call_is_offered(caller, sdp_with("127.0.0.1", "0", "a=inactive\r\n")), 0);
	assert_int_equal(target->offered, UA_INACTIVE);
	call_is_changed(target, sdp_with("127.0.0.1", "8", "a=inactive\r\n"));
	assert_int_equal(call_is_offered(target, sdp_with("127.0.0.1", "8", "a=sendonly\r\n")), 0);
	assert_int_equal(caller->offered, UA_SENDONLY);
	call_is_changed(caller, sdp_with("127.0.0.1", "0", "a=inactive\r\n"));
	assert_int_equal(call_is_offered(caller, PCMU), 0);
	assert_int_equal(target->offered, UA_SENDRECV);
	call_is_changed(target, sdp_with("127.0.0.1", "8", "a=sendonly\r\n"));
	assert_int_equal(call_is_offered(target, sdp_with("127.0.0.1", "8", "")), 0);
	assert_int_equal(caller->offered, UA_SENDRECV);
}

static void test_the_old_way_of_hold_is_passed_on(void **state)
{
	(void)state;
	connect_both();
	assert_int_equal(call_is_offered(target, sdp_with("0.0.0.0", "8", "")), 0);
	assert_int_equal(caller->offered, UA_SENDONLY);
}

static void test_a_hold_waits_for_an_offer_that_is_under_way(void **state)
{
	(void)state;
	connect_both();
	world.offer_err = EBUSY;
	assert_int_equal(call_is_offered(caller, sdp_with("127.0.0.1", "0", "a=sendonly\r\n")), 0);
	assert_int_equal(target->offers, 0);
	world.offer_err = 0;
	call_is_changed(target, sdp_with("127.0.0.1", "8", ""));
	assert_int_equal(target->offered, UA_SENDONLY);
}

static void test_neither_end_is_connected_with_somebody_else(void **state)
{
	(void)state;
	connect_both();
	assert_int_equal(call_is_referred(caller, "sip:301@example.org", "301", ""), 603);
	assert_int_equal(bridges(), 1);
}

static void test_a_side_that_is_dead_ends_both(void **state)
{
	(void)state;
	connect_both();
	call_is_unreachable(target);
	assert_int_equal(bridges(), 1);
	world.report.silent_ids[SECOND] = world.wish.streams[SECOND].id;
	line_media_changed(world.line);
	assert_true(caller->ended && target->ended);
	assert_over();
}

static void test_a_line_that_is_shut_ends_its_bridges(void **state)
{
	(void)state;
	connect_both();
	line_shut(world.line);
	assert_true(caller->ended && target->ended);
	assert_over();
}

static void test_a_bridge_lasts_no_longer_than_any_call(void **state)
{
	(void)state;
	world.profile.max_call_s = 60;
	connect_both();
	assert_int_equal(world.bridge_timers_ms[0], 60000);
	bridge_time_is_up(0);
	assert_true(caller->ended && target->ended);
	assert_int_equal(caller->end_cause, 102);
	assert_int_equal(target->end_cause, 102);
	assert_over();
}

static void test_a_call_that_was_forwarded_too_often(void **state)
{
	const struct ua_incoming five = {.caller_user = "102", .diversions = 5}, four = {.caller_user = "102", .diversions = 4};

	(void)state;
	assert_int_equal(call_comes_as(&five, PCMU)->refused, 482);
	assert_int_equal(call_comes_as(&four, PCMU)->refused, 0);
}

static void test_a_call_that_comes_back(void **state)
{
	const struct ua_incoming back = {.caller_user = "102", .diversions = 1, .came_back = true};

	(void)state;
	assert_int_equal(call_comes_as(&back, PCMU)->refused, 482);
	world.profile.forward_by = CONFIG_FORWARD_REDIRECT;
	assert_int_equal(call_comes_as(&back, PCMU)->refused, 482);
	assert_over();
}

static void test_forwarding_to_oneself(void **state)
{
	(void)state;
	world.account = (struct config_account){.user = {"300"}, .domain = {"example.org"}};
	assert_int_equal(call_comes(PCMU)->refused, 482);
	world.profile.forward_by = CONFIG_FORWARD_REDIRECT;
	assert_int_equal(call_comes(PCMU)->refused, 482);
	assert_over();
}

static void test_a_caller_who_waited_goes_on(void **state)
{
	(void)state;
	caller = call_comes(PCMU);
	assert_state("ringing");
	time_is_up();
	assert_state("idle");
	target = call_sent();
	assert_ptr_equal(target->instead_of, caller);
	assert_int_equal(target->forwarded, UA_FORWARD_NO_ANSWER);
	assert_false(caller->ended);
	assert_int_equal(sockets(), 2);
	call_is_answered(target, PCMU);
	assert_true(caller->picked_up);
	call_ends(target, 0, true);
	assert_true(caller->ended);
	assert_over();
}

static void test_nobody_answers_there_either(void **state)
{
	(void)state;
	caller = call_comes(PCMU);
	time_is_up();
	call_ends(call_sent(), 486, false);
	assert_int_equal(caller->refused, 480);
	assert_over();
}

static void test_a_call_that_rang_and_cannot_go_on_ends(void **state)
{
	(void)state;
	caller = call_comes(PCMU);
	world.send_err = ENOMEM;
	time_is_up();
	assert_true(caller->ended);
	assert_over();
}

static void test_a_call_that_rang_in_circles_ends(void **state)
{
	const struct ua_incoming back = {.caller_user = "102", .diversions = 1, .came_back = true};

	(void)state;
	caller = call_comes_as(&back, PCMU);
	assert_state("ringing");
	time_is_up();
	assert_true(caller->ended);
	assert_over();
}

/* The next call in its place is one of its own. */
static void test_a_call_that_went_on_leaves_nothing_behind(void **state)
{
	(void)state;
	world.profile.csh_s = 60;
	(void)call_comes(PCMU);
	time_is_up();
	assert_int_equal(bridges(), 1);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("103");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	hang_up_after_ms(9000);
	assert_state("idle");
	assert_true(call_sent()->ended);
}

static void test_a_call_that_waited_goes_on(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	caller = call_comes(PCMU);
	waiting_time_is_up();
	target = call_sent();
	assert_ptr_equal(target->instead_of, caller);
	assert_state("talking");
	call_is_answered(target, PCMU);
	assert_true(caller->picked_up);
	assert_false(first->ended);
	assert_int_equal(streams_at_ear(), 3);
}

static void test_on_busy_from_here(void **state)
{
	(void)state;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_BUSY, "301"), 0);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	forward();
	assert_string_equal(target->to, "301");
	assert_int_equal(target->forwarded, UA_FORWARD_BUSY);
	assert_state("dial-tone");
}

/* ---- transfers ---- */

static int make_plain(void **state)
{
	make(state);
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, ""), 0);
	return 0;
}

/* A call from beside, past every server, is talked in. */
static struct ua_invite *talk_to_neighbour(void)
{
	const struct ua_incoming beside = {.caller_user = "12", .past_servers = true};
	struct ua_invite *first = call_comes_as(&beside, PCMU);

	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	return first;
}

static void assert_joined(struct ua_invite *first, struct ua_invite *second)
{
	assert_int_equal(bridges(), 1);
	assert_int_equal(world.wish.hears[FIRST], 1u << SECOND);
	assert_false(first->ended || second->ended);
	assert_null(first->referred_to);
	assert_null(second->referred_to);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_calls_that_no_server_knows_both_of_are_connected_here(void **state)
{
	struct ua_invite *first = talk_to_neighbour(), *second = talk_to_second();

	(void)state;
	hang_up_after_ms(9000);
	assert_state("idle");
	assert_joined(first, second);
	assert_true(world.wish.streams[FIRST].sends && world.wish.streams[SECOND].sends);
	assert_int_equal(streams_at_ear(), 2); /* the bridge's own */
	call_ends(second, 0, true);
	assert_true(first->ended);
	assert_over();
}

/* ... and not of those who had it before. */
static void test_a_call_after_a_transfer_lasts_as_long_as_any(void **state)
{
	(void)state;
	world.profile.max_call_s = 60;
	(void)talk_to_neighbour();
	(void)talk_to_second();
	call_lasts(1000);
	hang_up_after_ms(9000);
	assert_int_equal(bridges(), 1);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("104");
	call_is_answered(call_sent(), PCMU);
	call_lasts(59999);
	assert_state("talking");
	call_lasts(1);
	assert_state("released");
}

static void test_a_second_that_rings_is_connected_here_when_it_answers(void **state)
{
	struct ua_invite *first = talk_to_neighbour(), *second;

	(void)state;
	flash();
	phone_dials("103#");
	second = call_sent();
	call_progresses(second, 180, NULL);
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	assert_int_equal(bridges(), 0);
	call_is_answered(second, PCMU);
	assert_state("idle");
	assert_joined(first, second);
}

static void test_without_a_free_bridge_the_held_call_rings_back(void **state)
{
	(void)state;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, "300"), 0);
	for (unsigned i = 0; i < LINE_BRIDGES_MAX; i++)
		call_comes(PCMU);
	time_is_up();
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, ""), 0);
	(void)talk_to_neighbour();
	(void)talk_to_second();
	hang_up_after_ms(9000);
	assert_state("ring-back");
	assert_int_equal(bridges(), LINE_BRIDGES_MAX);
}

/* After a flash, connects the held call with 103. */
static struct ua_invite *connect_blind(void)
{
	flash();
	phone_dials("*98103#");
	assert_state("referring");
	return call_sent();
}

static void test_a_neighbour_is_connected_with_a_number_from_here(void **state)
{
	struct ua_invite *first = talk_to_neighbour(), *second = connect_blind();

	(void)state;
	assert_ptr_not_equal(first, second);
	assert_string_equal(second->to, "103");
	assert_string_equal(first->referred_user, "");
	call_progresses(second, 180, NULL);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("transferring");
	call_is_answered(second, PCMU);
	assert_state("idle");
	assert_joined(first, second);
}

static void test_a_number_that_does_not_answer_brings_the_neighbour_back(void **state)
{
	struct ua_invite *first = talk_to_neighbour(), *second = connect_blind();

	(void)state;
	call_ends(second, 486, false);
	assert_state("not-referred");
	time_is_up();
	assert_state("talking");
	assert_false(first->ended);
	second = connect_blind();
	call_progresses(second, 183, PCMU);
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_false(first->ended);
	second = connect_blind();
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	call_ends(second, 603, false);
	assert_state("ring-back");
	assert_false(first->ended);
	assert_int_equal(bridges(), 0);
}

static void test_lifting_again_takes_the_neighbour_back(void **state)
{
	struct ua_invite *first = talk_to_neighbour(), *second = connect_blind();

	(void)state;
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("transferring");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_true(second->ended);
	assert_false(first->ended);
	assert_int_equal(bridges(), 0);
}

static void test_a_neighbour_who_leaves_takes_the_call_for_him_along(void **state)
{
	struct ua_invite *first = talk_to_neighbour(), *second = connect_blind();

	(void)state;
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	call_ends(first, 0, true);
	assert_true(second->ended);
	assert_state("idle");
	assert_over();
}

static void test_a_number_that_cannot_be_called(void **state)
{
	struct ua_invite *first = talk_to_neighbour();

	(void)state;
	world.send_err = EADDRINUSE;
	flash();
	phone_dials("*98103#");
	assert_state("not-referred");
	assert_false(first->ended);
}

static void test_a_refused_transfer_rings_back_unless_set_otherwise(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	hang_up_after_ms(9000);
	assert_state("transferring");
	assert_ptr_equal(first->referred_to, second);
	call_transfer_done(first, 603);
	assert_state("ring-back");
	assert_int_equal(bridges(), 0);
}

static void test_a_refused_transfer_may_become_a_bridge(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	world.profile.transfer_fallback = CONFIG_FALLBACK_BRIDGE;
	hang_up_after_ms(9000);
	assert_state("transferring");
	call_transfer_done(first, 603);
	assert_state("idle");
	assert_int_equal(bridges(), 1);
	assert_false(first->ended || second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
	call_transfer_done(first, 487); /* what is told late means nothing */
	assert_int_equal(bridges(), 1);
}

static void test_a_refused_blind_transfer_may_become_a_call_from_here(void **state)
{
	struct ua_invite *first = talk(), *second;

	(void)state;
	world.profile.transfer_fallback = CONFIG_FALLBACK_BRIDGE;
	world.profile.transfer_s = 30;
	assert_ptr_equal(connect_blind(), first);
	assert_string_equal(first->referred_user, "103");
	time_passes(25000);
	call_transfer_done(first, 403);
	assert_state("referring");
	assert_int_equal(world.timer_ms, 30000); /* the second has as much time as any */
	second = call_sent();
	assert_string_equal(second->to, "103");
	call_is_answered(second, PCMU);
	assert_state("confirmed");
	assert_int_equal(bridges(), 1);
	assert_null(first->referred_to);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("idle");
	assert_int_equal(bridges(), 1);
}

#define BRIDGE_TEST(test) cmocka_unit_test_setup_teardown(test, make, line_test_end)
#define TRANSFER_TEST(test) cmocka_unit_test_setup_teardown(test, make_plain, line_test_end)
#define NO_ANSWER_TEST(test) cmocka_unit_test_setup_teardown(test, make_no_answer, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRIDGE_TEST(test_a_call_is_answered_when_the_target_answers),
		BRIDGE_TEST(test_what_the_targets_network_says_is_passed_on),
		BRIDGE_TEST(test_a_network_that_falls_silent_leaves_the_tone_to_the_caller),
		BRIDGE_TEST(test_a_caller_without_offer_hears_that_it_rings),
		BRIDGE_TEST(test_the_telephone_is_free_meanwhile),
		BRIDGE_TEST(test_whoever_ends_ends_the_other),
		BRIDGE_TEST(test_a_caller_who_gives_up_ends_the_call_to_the_target),
		BRIDGE_TEST(test_a_refusal_is_passed_on),
		BRIDGE_TEST(test_a_refusal_that_means_this_line_is_not),
		BRIDGE_TEST(test_a_target_that_is_elsewhere_is_called_there),
		BRIDGE_TEST(test_a_target_that_is_where_the_line_may_not_call_is_not),
		BRIDGE_TEST(test_a_target_that_does_not_answer),
		BRIDGE_TEST(test_no_more_bridges_than_there_are),
		BRIDGE_TEST(test_without_a_codec_in_common_nobody_is_called),
		BRIDGE_TEST(test_a_line_that_may_not_call_forwards_nothing),
		BRIDGE_TEST(test_a_call_with_no_hop_left),
		BRIDGE_TEST(test_a_caller_who_cannot_be_answered),
		BRIDGE_TEST(test_a_hold_is_passed_on),
		BRIDGE_TEST(test_both_may_hold_at_once),
		BRIDGE_TEST(test_the_old_way_of_hold_is_passed_on),
		BRIDGE_TEST(test_a_hold_waits_for_an_offer_that_is_under_way),
		BRIDGE_TEST(test_neither_end_is_connected_with_somebody_else),
		BRIDGE_TEST(test_a_side_that_is_dead_ends_both),
		BRIDGE_TEST(test_a_line_that_is_shut_ends_its_bridges),
		BRIDGE_TEST(test_a_bridge_lasts_no_longer_than_any_call),
		BRIDGE_TEST(test_a_call_that_was_forwarded_too_often),
		BRIDGE_TEST(test_a_call_that_comes_back),
		BRIDGE_TEST(test_forwarding_to_oneself),
		NO_ANSWER_TEST(test_a_caller_who_waited_goes_on),
		NO_ANSWER_TEST(test_nobody_answers_there_either),
		NO_ANSWER_TEST(test_a_call_that_rang_and_cannot_go_on_ends),
		NO_ANSWER_TEST(test_a_call_that_rang_in_circles_ends),
		NO_ANSWER_TEST(test_a_call_that_went_on_leaves_nothing_behind),
		NO_ANSWER_TEST(test_a_call_that_waited_goes_on),
		NO_ANSWER_TEST(test_on_busy_from_here),
		TRANSFER_TEST(test_calls_that_no_server_knows_both_of_are_connected_here),
		TRANSFER_TEST(test_a_call_after_a_transfer_lasts_as_long_as_any),
		TRANSFER_TEST(test_a_second_that_rings_is_connected_here_when_it_answers),
		TRANSFER_TEST(test_without_a_free_bridge_the_held_call_rings_back),
		TRANSFER_TEST(test_a_neighbour_is_connected_with_a_number_from_here),
		TRANSFER_TEST(test_a_number_that_does_not_answer_brings_the_neighbour_back),
		TRANSFER_TEST(test_lifting_again_takes_the_neighbour_back),
		TRANSFER_TEST(test_a_neighbour_who_leaves_takes_the_call_for_him_along),
		TRANSFER_TEST(test_a_number_that_cannot_be_called),
		TRANSFER_TEST(test_a_refused_transfer_rings_back_unless_set_otherwise),
		TRANSFER_TEST(test_a_refused_transfer_may_become_a_bridge),
		TRANSFER_TEST(test_a_refused_blind_transfer_may_become_a_call_from_here),
	};

	return cmocka_run_group_tests_name("gateway/line_bridge", tests, NULL, NULL);
}
