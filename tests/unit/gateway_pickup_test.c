/* SPDX-License-Identifier: BSD-3-Clause */
/* A line that rings with a call which others may take, and one that takes a call which rings elsewhere. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

static struct config_line configs[2];
static struct config_group group;
static struct line *other, *lines[3];
static struct subscriber other_subscriber;
static struct offers offers;

/* Line 1 is the world's; line 2 stands beside it. */
static int make(void **state)
{
	(void)state;
	line_world_make("(1xx|[*#]x.T)");
	configs[0] = world.config;
	configs[1] = (struct config_line){.name = "2", .profile = &world.profile, .account = &world.account, .number = {"22"}};
	memset(&other_subscriber, 0, sizeof(other_subscriber));
	memset(&group, 0, sizeof(group));
	world.whole.lines = configs;
	world.whole.line_count = 2;
	world.line->config = &configs[0];
	assert_int_equal(line_alloc(&other, NULL, &configs[1], &world.leg_config, &world.directory, &other_subscriber, NULL, NULL), 0);
	lines[0] = world.line;
	lines[1] = other;
	world.directory.lines = lines;
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	offers_free(&offers);
	line_free(other);
	line_world_free();
	return 0;
}

static void assert_other_is(const char *name)
{
	struct line_status status;

	line_status_get(other, &status);
	assert_string_equal(status.state, name);
}

static struct ua_invite *call_comes_to(struct line *line)
{
	struct ua_sdp offer;
	struct ua_incoming incoming = {.called_user = "102", .caller_user = "107", .caller_name = "", .alert_info = "", .offer = &offer};
	struct ua_invite *invite = &world.invites[world.invite_count++];
	const char *text = PCMU;

	assert_int_equal(ua_sdp_parse(&offer, text, strlen(text)), 0);
	line_incoming(line, invite, &incoming);
	return invite;
}

/* To both lines at once, or to one after the other. */
static struct ua_invite *call_comes_to_both(bool at_once)
{
	const struct offer_plan plan = {.name = "g", .lines = lines, .line_count = 2, .at_once = at_once, .ring_s = 40, .step_s = 15};
	struct ua_sdp offer;
	struct ua_incoming incoming = {.called_user = "102", .caller_user = "107", .caller_name = "", .alert_info = "Bellcore-dr3", .offer = &offer};
	struct ua_invite *invite = &world.invites[world.invite_count++];
	const char *text = PCMU;

	assert_int_equal(ua_sdp_parse(&offer, text, strlen(text)), 0);
	offer_begin(&offers, NULL, &plan, &world.leg_config, invite, &incoming);
	return invite;
}

static void pick_up(const char *code)
{
	lift();
	phone_dials(code);
	if (world.line->state == LINE_DIALLING)
		time_is_up();
}

/* No more than there are. */
static void descriptors_end(struct rlimit *before)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
	limit = (struct rlimit){.rlim_cur = 0, .rlim_max = before->rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void pick_up_for_each_other(void)
{
	strcpy(configs[0].pickup.text, "p");
	strcpy(configs[1].pickup.text, "p");
}

/* ---- a call that others may take ---- */

static void test_who_lifts_first_has_the_call(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	assert_state("ringing");
	assert_other_is("ringing");
	assert_true(invite->rings);
	assert_int_equal(world.wish.pattern, 3);
	assert_int_equal(sockets(), 0);
	lift();
	assert_state("talking");
	assert_other_is("idle");
	assert_int_equal(invite->answers, 1);
	assert_true(invite->picked_up);
	assert_true(line_owns(world.line, invite));
	assert_false(line_owns(other, invite));
	assert_null(offers.first);
	line_wish(world.line);
	assert_int_equal(streams_at_ear(), 1);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_true(invite->ended);
}

static uint16_t port_of(const struct stream_wish *stream)
{
	union address local;
	socklen_t length = sizeof(local);

	assert_int_equal(getsockname(stream->fd, &local.any, &length), 0);
	return address_port(&local);
}

/* A reliable 180 may have told the caller already where the sound comes to, and a 200 does not say it anew. */
static void test_whoever_lifts_is_heard_where_it_rang(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	lift();
	line_wish(world.line);
	assert_int_not_equal(invite->rung_port, 0);
	assert_int_equal(invite->answered_port, invite->rung_port);
	assert_int_equal(port_of(&world.wish.streams[0]), invite->rung_port);
}

static void test_a_caller_who_gives_up_silences_all(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	call_ends(invite, 0, false);
	assert_state("idle");
	assert_other_is("idle");
	lift();
	assert_state("dial-tone");
}

static void test_nobody_answers_in_its_time(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	assert_int_equal(invite->answers, 0);
	assert_int_equal(line_answer_s(world.line), 40);
	line_dispatch(world.line, LINE_EV_TIMEOUT);
	assert_state("idle");
	assert_other_is("ringing");
	assert_false(invite->dead);
	line_dispatch(other, LINE_EV_TIMEOUT);
	assert_true(invite->ended);
	assert_int_equal(invite->answers, 1);
}

static void test_the_next_rings_when_one_does_not_answer(void **state)
{
	struct ua_invite *invite = call_comes_to_both(false);

	(void)state;
	assert_state("ringing");
	assert_other_is("idle");
	assert_int_equal(line_answer_s(world.line), 15);
	line_dispatch(world.line, LINE_EV_TIMEOUT);
	assert_state("idle");
	assert_other_is("ringing");
	assert_string_equal(other->last_caller, "107");
	line_dispatch(other, LINE_EV_LIFT);
	assert_true(invite->picked_up);
}

static void test_forwarding_of_its_own_is_not_followed(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_NO_ANSWER, "103"), 0);
	assert_int_equal(subscriber_set(&other_subscriber, SUBSCRIBER_FORWARD_NO_ANSWER, "103"), 0);
	line_dispatch(world.line, LINE_EV_TIMEOUT);
	line_dispatch(other, LINE_EV_TIMEOUT);
	assert_true(invite->ended);
	assert_int_equal(invite->refused, 0);
}

static void test_a_port_out_of_order_leaves_the_call_to_others(void **state)
{
	struct ua_invite *invite = call_comes_to_both(false);

	(void)state;
	world.report.fault = true;
	line_media_changed(world.line);
	assert_state("idle");
	assert_other_is("ringing");
	assert_false(invite->dead);
}

static void test_a_line_that_is_shut_leaves_the_call_to_others(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	line_shut(world.line);
	assert_state("idle");
	assert_other_is("ringing");
	line_shut(other);
	assert_true(invite->ended);
}

static void test_a_call_that_cannot_be_answered_is_lost_once(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);

	(void)state;
	world.answer_err = ENOTCONN;
	lift();
	assert_state("congestion");
	assert_other_is("idle");
	assert_int_equal(invite->answers, 1);
}

static void test_without_a_socket_the_others_ring_on(void **state)
{
	struct ua_invite *invite = call_comes_to_both(true);
	struct rlimit before;

	(void)state;
	descriptors_end(&before);
	lift();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_state("congestion");
	assert_other_is("ringing");
	assert_false(invite->dead);
	line_dispatch(other, LINE_EV_LIFT);
	assert_true(invite->picked_up);
}

static void test_a_line_in_use_does_not_ring(void **state)
{
	struct ua_invite *invite;

	(void)state;
	lift();
	invite = call_comes_to_both(true);
	assert_state("dial-tone");
	assert_other_is("ringing");
	line_dispatch(other, LINE_EV_TIMEOUT);
	assert_true(invite->ended);
	invite = call_comes_to_both(true);
	assert_false(invite->dead);
}

static void test_nobody_to_ring_is_told_at_once(void **state)
{
	struct ua_invite *invite;

	(void)state;
	lift();
	line_dispatch(other, LINE_EV_LIFT);
	invite = call_comes_to_both(true);
	assert_true(invite->ended);
	assert_null(offers.first);
}

static void test_a_call_of_the_group_that_waits_is_not_forwarded_either(void **state)
{
	struct ua_incoming incoming = {.called_user = "104", .caller_user = "107", .caller_name = "", .alert_info = ""};
	struct ua_invite *invite;

	(void)state;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_NO_ANSWER, "103"), 0);
	lift();
	phone_dials("102");
	call_is_answered(call_sent(), PCMU);
	invite = &world.invites[world.invite_count++];
	line_let_wait(world.line, invite, &incoming);
	assert_true(invite->rings_waiting);
	waiting_time_is_up();
	assert_true(invite->ended);
	assert_int_equal(invite->refused, 0);
}

static void test_nor_when_it_rings_after_all(void **state)
{
	struct ua_incoming incoming = {.called_user = "104", .caller_user = "107", .caller_name = "", .alert_info = ""};
	struct ua_invite *invite;

	(void)state;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_NO_ANSWER, "103"), 0);
	lift();
	phone_dials("102");
	call_is_answered(call_sent(), PCMU);
	invite = &world.invites[world.invite_count++];
	line_let_wait(world.line, invite, &incoming);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("ringing");
	time_is_up();
	assert_true(invite->ended);
	assert_int_equal(invite->refused, 0);
}

/* ---- pick-up ---- */

static void test_a_call_that_rings_elsewhere_is_taken(void **state)
{
	struct ua_invite *invite = call_comes_to(other);

	(void)state;
	pick_up_for_each_other();
	assert_other_is("ringing");
	pick_up("*8");
	assert_state("talking");
	assert_other_is("idle");
	assert_int_equal(invite->answers, 1);
	assert_true(invite->picked_up);
	assert_true(line_owns(world.line, invite));
	assert_int_equal(streams_at_ear(), 1);
	assert_string_equal(world.line->last_caller, "107");
	assert_false(line_has(other, LINE_ROLE_ACTIVE));
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_true(invite->ended);
}

static void test_a_call_that_rings_at_several_is_taken(void **state)
{
	struct ua_invite *invite;

	(void)state;
	pick_up_for_each_other();
	lift(); /* in use: it does not ring here */
	invite = call_comes_to_both(true);
	phone_dials("*8");
	time_is_up();
	assert_state("talking");
	assert_other_is("idle");
	assert_int_equal(invite->answers, 1);
	assert_null(offers.first);
}

static void test_members_of_a_group_pick_up_for_each_other(void **state)
{
	struct ua_invite *invite = call_comes_to(other);

	(void)state;
	group = (struct config_group){.members = {&configs[0], &configs[1]}, .member_count = 2};
	world.whole.groups = &group;
	world.whole.group_count = 1;
	pick_up("*8");
	assert_state("talking");
	assert_true(invite->picked_up);
}

static void assert_refused(const char *code)
{
	pick_up(code);
	assert_state("congestion");
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
}

static void test_what_cannot_be_picked_up_is_told(void **state)
{
	struct ua_invite *invite;

	(void)state;
	pick_up_for_each_other();
	assert_refused("*8"); /* nothing rings */
	invite = call_comes_to(other);
	pick_up("**23#"); /* not there */
	assert_state("info");
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	strcpy(configs[1].pickup.text, "q");
	assert_refused("*8");
	assert_refused("**22#");
	configs[0].pickup.text[0] = configs[1].pickup.text[0] = '\0'; /* no group is no common one */
	assert_refused("*8");
	assert_other_is("ringing");
	assert_false(invite->dead);
}

static void test_the_line_that_was_named_is_picked_up(void **state)
{
	struct ua_invite *invite = call_comes_to(other);

	(void)state;
	pick_up_for_each_other();
	pick_up("**22#");
	assert_state("talking");
	assert_true(invite->picked_up);
}

static void test_without_a_socket_it_goes_on_ringing(void **state)
{
	struct ua_invite *invite = call_comes_to(other);
	struct rlimit before;

	(void)state;
	pick_up_for_each_other();
	descriptors_end(&before);
	assert_refused("*8");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_other_is("ringing");
	assert_false(invite->dead);
}

static void test_a_caller_who_gives_up_in_the_same_instant_leaves_congestion(void **state)
{
	struct ua_invite *invite = call_comes_to(other);

	(void)state;
	pick_up_for_each_other();
	world.answer_err = ENOTCONN;
	assert_refused("*8");
	assert_other_is("idle");
	assert_int_equal(invite->answers, 1);
}

static void test_a_call_is_picked_up_beside_a_held_one(void **state)
{
	struct ua_invite *first, *second;

	(void)state;
	pick_up_for_each_other();
	lift();
	phone_dials("102");
	first = call_sent();
	call_is_answered(first, PCMU);
	second = call_comes_to(other);
	flash();
	phone_dials("*8");
	time_is_up();
	assert_state("talking");
	assert_true(second->picked_up);
	assert_int_equal(first->offered, UA_SENDONLY);
	flash(); /* it came in: swap */
	assert_state("talking");
	assert_int_equal(second->offered, UA_SENDONLY);
	assert_int_equal(first->offered, UA_SENDRECV);
}

#define PICKUP_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

/* The line that picks up has its own calls at another address of this machine. */
static void test_sound_of_a_call_that_is_picked_up_stays_at_its_address(void **state)
{
	struct ua_invite *invite;

	(void)state;
	pick_up_for_each_other();
	other->leg_config.addr = "127.0.0.2";
	other->leg_config.told_addr = "203.0.113.5";
	invite = call_comes_to(other);
	pick_up("*8");
	assert_state("talking");
	assert_true(line_owns(world.line, invite));
	assert_string_equal(invite->told_addr, "203.0.113.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PICKUP_TEST(test_who_lifts_first_has_the_call),
		PICKUP_TEST(test_whoever_lifts_is_heard_where_it_rang),
		PICKUP_TEST(test_sound_of_a_call_that_is_picked_up_stays_at_its_address),
		PICKUP_TEST(test_a_caller_who_gives_up_silences_all),
		PICKUP_TEST(test_nobody_answers_in_its_time),
		PICKUP_TEST(test_the_next_rings_when_one_does_not_answer),
		PICKUP_TEST(test_forwarding_of_its_own_is_not_followed),
		PICKUP_TEST(test_a_port_out_of_order_leaves_the_call_to_others),
		PICKUP_TEST(test_a_line_that_is_shut_leaves_the_call_to_others),
		PICKUP_TEST(test_a_call_that_cannot_be_answered_is_lost_once),
		PICKUP_TEST(test_without_a_socket_the_others_ring_on),
		PICKUP_TEST(test_a_line_in_use_does_not_ring),
		PICKUP_TEST(test_nobody_to_ring_is_told_at_once),
		PICKUP_TEST(test_a_call_of_the_group_that_waits_is_not_forwarded_either),
		PICKUP_TEST(test_nor_when_it_rings_after_all),
		PICKUP_TEST(test_a_call_that_rings_elsewhere_is_taken),
		PICKUP_TEST(test_a_call_that_rings_at_several_is_taken),
		PICKUP_TEST(test_members_of_a_group_pick_up_for_each_other),
		PICKUP_TEST(test_what_cannot_be_picked_up_is_told),
		PICKUP_TEST(test_the_line_that_was_named_is_picked_up),
		PICKUP_TEST(test_without_a_socket_it_goes_on_ringing),
		PICKUP_TEST(test_a_caller_who_gives_up_in_the_same_instant_leaves_congestion),
		PICKUP_TEST(test_a_call_is_picked_up_beside_a_held_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
