/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to emergency numbers: what they need, and what may not end or disturb them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/gateway_calls.h"

static int make_emergency(void **state)
{
	line_test_begin(state);
	emergency_numbers_are_known();
	return 0;
}

static void test_an_emergency_call_needs_no_registration_and_no_waiting(void **state)
{
	(void)state;
	world.registration = UA_REG_FAILED;
	call_112();
}

static void test_an_emergency_call_may_name_the_service(void **state)
{
	(void)state;
	world.profile.emergency_uri = CONFIG_EMERGENCY_URN;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_string_equal(call_sent()->to, "urn:service:sos");
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("113#");
	assert_string_equal(call_sent()->to, "113");
}

static void test_without_registration_other_numbers_are_not_called(void **state)
{
	(void)state;
	world.registration = UA_REG_FAILED;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("113#");
	assert_state("congestion");
	assert_int_equal(world.invite_count, 0);
}

static void test_an_emergency_call_takes_no_flash_and_lets_none_wait(void **state)
{
	struct ua_invite *invite = call_112();

	(void)state;
	flash();
	assert_state("talking");
	assert_int_equal(invite->offers, 0);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_an_emergency_call_lets_none_wait_any_longer(void **state)
{
	struct ua_invite *third;

	(void)state;
	talk();
	flash();
	third = call_comes(PCMU);
	phone_dials("112");
	assert_string_equal(call_sent()->to, "112");
	assert_int_equal(third->refused, 486);
	assert_int_equal(world.waiting_timer_ms, 0);
}

static void test_hanging_up_keeps_an_emergency_call_and_rings(void **state)
{
	struct ua_invite *invite = call_112();

	(void)state;
	world.profile.emergency_ring = 6;
	hang_up_after_ms(9000);
	assert_state("kept");
	assert_true(world.wish.ring);
	assert_int_equal(world.wish.pattern, 6);
	assert_int_equal(world.timer_ms, 120000);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_false(world.wish.ring);
	assert_int_equal(streams_at_ear(), 1);
	hang_up_after_ms(19000);
	call_ends(invite, 0, true);
	assert_state("idle");
}

static void test_an_emergency_call_is_not_kept_for_ever(void **state)
{
	struct ua_invite *invite = call_112();

	(void)state;
	hang_up_after_ms(9000);
	time_is_up();
	assert_state("idle");
	assert_true(invite->ended);
	talk();
	flash();
	assert_state("recall");
}

static void test_who_calls_after_an_emergency_call_is_let_through(void **state)
{
	static const struct ua_incoming hidden = {.caller_user = "", .caller_name = "", .alert_info = "", .anonymous = true};
	struct ua_invite *invite;

	(void)state;
	world.profile.emergency_hold_s = 0;
	world.profile.emergency_callback_s = 1800;
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_DND, "on"), 0);
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_REFUSE_ANONYMOUS, "on"), 0);
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_FORWARD_ALWAYS, "300"), 0);
	invite = call_112();
	hang_up_after_ms(9000);
	assert_true(invite->ended);
	invite = call_comes_as(&hidden, PCMU);
	assert_int_equal(invite->refused, 0);
	assert_state("ringing");
	call_ends(invite, 487, false);
	time_passes(1800000);
	assert_int_equal(call_comes_as(&hidden, PCMU)->refused, 433);
	assert_int_equal(call_comes(PCMU)->refused, 302);
}

static struct ua_invite *call_112_beside_another(void)
{
	struct ua_invite *first = talk();

	flash();
	phone_dials("112");
	assert_string_equal(call_sent()->to, "112");
	return first;
}

static void test_the_call_that_was_held_for_an_emergency_call_is_an_ordinary_one(void **state)
{
	(void)state;
	call_112_beside_another();
	call_is_answered(call_sent(), PCMU);
	call_ends(call_sent(), 0, true);
	flash();
	assert_state("talking");
	flash();
	assert_state("recall");
}

static void test_when_an_emergency_call_that_is_kept_ends_the_held_one_rings_back(void **state)
{
	(void)state;
	call_112_beside_another();
	call_is_answered(call_sent(), PCMU);
	hang_up_after_ms(9000);
	assert_state("kept");
	call_ends(call_sent(), 0, true);
	assert_state("ring-back");
}

static void test_when_it_is_not_kept_any_longer_the_held_one_rings_back(void **state)
{
	struct ua_invite *first = call_112_beside_another();

	(void)state;
	call_is_answered(call_sent(), PCMU);
	hang_up_after_ms(9000);
	time_is_up();
	assert_true(call_sent()->ended);
	assert_state("ring-back");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("talking");
	assert_false(first->ended);
}

static void test_nobody_is_transferred_to_an_emergency_number(void **state)
{
	(void)state;
	call_112_beside_another();
	call_progresses(call_sent(), 180, NULL);
	hang_up_after_ms(9000);
	assert_state("ring-back");
	assert_true(call_sent()->ended);
}

static void test_a_hotline_may_be_an_emergency_number(void **state)
{
	(void)state;
	world.registration = UA_REG_FAILED;
	strcpy(world.profile.hotline.text, "112");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_string_equal(call_sent()->to, "112");
	call_is_answered(call_sent(), PCMU);
	hang_up_after_ms(9000);
	assert_state("kept");
}

#define emergency_test(test) cmocka_unit_test_setup_teardown(test, make_emergency, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		emergency_test(test_an_emergency_call_needs_no_registration_and_no_waiting),
		emergency_test(test_an_emergency_call_may_name_the_service),
		emergency_test(test_without_registration_other_numbers_are_not_called),
		emergency_test(test_an_emergency_call_takes_no_flash_and_lets_none_wait),
		emergency_test(test_an_emergency_call_lets_none_wait_any_longer),
		emergency_test(test_hanging_up_keeps_an_emergency_call_and_rings),
		emergency_test(test_an_emergency_call_is_not_kept_for_ever),
		emergency_test(test_who_calls_after_an_emergency_call_is_let_through),
		emergency_test(test_the_call_that_was_held_for_an_emergency_call_is_an_ordinary_one),
		emergency_test(test_when_an_emergency_call_that_is_kept_ends_the_held_one_rings_back),
		emergency_test(test_when_it_is_not_kept_any_longer_the_held_one_rings_back),
		emergency_test(test_nobody_is_transferred_to_an_emergency_number),
		emergency_test(test_a_hotline_may_be_an_emergency_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
