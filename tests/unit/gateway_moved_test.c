/* SPDX-License-Identifier: BSD-3-Clause */
/* A called party who is elsewhere: where a call may be sent on to, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_called_party_who_is_elsewhere_is_called_there),
		LINE_TEST(test_a_called_party_at_a_sips_address_is_called_so_or_not_at_all),
		LINE_TEST(test_the_sound_of_where_one_was_sent_on_from_is_over),
		LINE_TEST(test_lifting_while_the_second_rings_hears_it_again),
		LINE_TEST(test_who_is_elsewhere_is_called_only_where_that_is_allowed),
		LINE_TEST(test_a_call_is_not_sent_on_for_ever),
		LINE_TEST(test_a_call_that_goes_in_circles_is_given_up_where_it_was_before),
		LINE_TEST(test_of_several_places_the_next_is_called_when_one_fails),
		LINE_TEST(test_who_declines_is_not_called_at_the_next_place),
		LINE_TEST(test_places_of_an_earlier_call_are_not_called),
		LINE_TEST(test_a_call_may_be_repeated_by_a_proxy),
		LINE_TEST(test_listed_hosts_are_as_good_as_the_own_domain),
		LINE_TEST(test_nobody_is_sent_at_night_where_one_may_not_call_then),
		LINE_TEST(test_whom_we_are_to_call_may_be_elsewhere_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
