/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that are connected with one another: by the subscriber, by the far end, and by who takes one over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_hanging_up_between_two_calls_connects_them),
		LINE_TEST(test_a_transfer_that_fails_gives_the_held_call_back),
		LINE_TEST(test_a_transfer_without_word_gives_the_held_call_back_in_time),
		LINE_TEST(test_hanging_up_while_the_second_rings_transfers_when_it_answers),
		LINE_TEST(test_the_second_that_rings_may_be_given_up_and_called_by_the_first),
		LINE_TEST(test_the_second_that_answers_while_it_is_given_up_is_connected),
		LINE_TEST(test_a_second_that_is_never_given_up_gives_the_first_back),
		LINE_TEST(test_lifting_while_the_second_is_given_up_or_called_takes_the_first_back),
		LINE_TEST(test_a_second_that_does_not_answer_is_no_transfer),
		LINE_TEST(test_lifting_during_a_transfer_takes_the_call_back),
		LINE_TEST(test_the_far_end_may_connect_us_with_somebody_else),
		LINE_TEST(test_who_cannot_be_reached_for_a_transfer_leaves_the_call),
		LINE_TEST(test_who_connects_us_and_leaves_is_not_missed),
		LINE_TEST(test_who_connects_us_and_leaves_lets_us_hear_the_other_ring),
		LINE_TEST(test_hanging_up_during_a_transfer_ends_both_calls),
		LINE_TEST(test_nobody_makes_us_call_what_we_may_not),
		LINE_TEST(test_whom_we_are_connected_with_by_sips_is_called_so_or_not_at_all),
		LINE_TEST(test_other_domains_are_called_where_the_account_says_so),
		LINE_TEST(test_a_chain_of_transfers_has_an_end),
		LINE_TEST(test_whom_a_call_is_transferred_to_may_be_named_by_his_address),
		LINE_TEST(test_who_takes_a_call_over_is_answered_without_ringing),
		LINE_TEST(test_who_takes_over_a_call_that_rings_there_answers_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
