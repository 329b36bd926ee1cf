/* SPDX-License-Identifier: BSD-3-Clause */
/* Over which of several accounts a call goes, and where its sound is then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/gateway_calls.h"

static int other_account, own_account;

/* Two accounts, of which the line has the first. */
static int make_accounts(void **state)
{
	static const struct config_account accounts[2] = {{.name = "own"}, {.name = "other"}};

	line_test_begin(state);
	emergency_numbers_are_known();
	world.whole.accounts = (struct config_account *)accounts;
	world.whole.account_count = 2;
	world.accounts[0] = (struct ua_account *)&own_account;
	world.accounts[1] = (struct ua_account *)&other_account;
	line_world_account(world.accounts[0]);
	return 0;
}

static void test_an_emergency_call_goes_over_another_account(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_ptr_equal(world.calling_account, world.accounts[0]);
	call_ends(call_sent(), 503, false);
	assert_int_equal(world.invite_count, 2);
	assert_ptr_equal(world.calling_account, world.accounts[1]);
	assert_string_equal(call_sent()->to, "112");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	flash();
	assert_state("talking");
}

static void test_an_emergency_call_whose_answer_is_of_no_use_goes_over_another_account(void **state)
{
	struct ua_invite *first;

	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	first = call_sent();
	call_is_answered(first, sdp_with("127.0.0.1", "96", "a=rtpmap:96 AMR/8000\r\n"));
	assert_true(first->ended);
	assert_ptr_equal(world.calling_account, world.accounts[1]);
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
}

static void test_an_emergency_call_that_no_account_takes_ends(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	call_ends(call_sent(), 503, false);
	call_ends(call_sent(), 404, false);
	assert_int_equal(world.invite_count, 2);
	assert_state("info");
}

static void test_an_emergency_call_hurries_as_long_as_there_is_another_account(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_true(world.calling_hurries);
	call_ends(call_sent(), 408, false);
	assert_ptr_equal(world.calling_account, world.accounts[1]);
	assert_false(world.calling_hurries);
}

static void test_a_centre_that_is_busy_is_not_called_again(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	call_ends(call_sent(), 486, false);
	assert_int_equal(world.invite_count, 1);
	assert_state("busy");
}

static void test_an_emergency_call_goes_first_over_an_account_that_is_registered(void **state)
{
	(void)state;
	world.unregistered = world.accounts[0];
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_ptr_equal(world.calling_account, world.accounts[1]);
	call_ends(call_sent(), 500, false);
	assert_ptr_equal(world.calling_account, world.accounts[0]);
}

static void test_other_calls_go_over_no_other_account(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("113#");
	call_ends(call_sent(), 503, false);
	assert_int_equal(world.invite_count, 1);
}

static void route(const char *routes)
{
	snprintf(world.profile.routes.text, sizeof(world.profile.routes.text), "%s", routes);
}

static void test_a_number_goes_over_the_accounts_of_its_row_where_one_fails(void **state)
{
	static const unsigned failures[] = {503, 500, 408};

	(void)state;
	route("1: other own, 113: own other, 9: other");
	for (unsigned i = 0; i < 3; i++) {
		unsigned before = world.invite_count;

		phone_does(MEDIA_EVENT_LIFTED, 0);
		phone_dials("113#");
		assert_ptr_equal(world.calling_account, world.accounts[0]);
		call_ends(call_sent(), failures[i], false);
		assert_int_equal(world.invite_count, before + 2);
		assert_ptr_equal(world.calling_account, world.accounts[1]);
		assert_string_equal(call_sent()->to, "113");
		call_ends(call_sent(), failures[i], false);
		assert_int_equal(world.invite_count, before + 2);
		phone_does(MEDIA_EVENT_HUNG_UP, 0);
	}
}

static void test_what_the_called_one_says_is_not_asked_again_over_another_account(void **state)
{
	(void)state;
	route("1: other own");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("113#");
	assert_ptr_equal(world.calling_account, world.accounts[1]);
	call_ends(call_sent(), 486, false);
	assert_int_equal(world.invite_count, 1);
	assert_state("busy");
}

static void test_a_route_passes_over_an_account_that_is_not_registered(void **state)
{
	(void)state;
	route("1: other own");
	world.unregistered = world.accounts[1];
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("113#");
	assert_ptr_equal(world.calling_account, world.accounts[0]);
}

static void test_numbers_without_a_route_go_over_the_line_s_account(void **state)
{
	(void)state;
	route("2: other");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("113#");
	assert_ptr_equal(world.calling_account, world.accounts[0]);
	call_ends(call_sent(), 503, false);
	assert_int_equal(world.invite_count, 1);
}

/* ---- accounts of several addresses of this machine ---- */

static struct leg_config homes[2]; /* of own and other */

static const struct leg_config *home_of(const struct ua_account *account)
{
	return &homes[account == world.accounts[1]];
}

static int make_addresses(void **state)
{
	make_accounts(state);
	homes[0] = (struct leg_config){.addr = "127.0.0.1"};
	homes[1] = (struct leg_config){.addr = "127.0.0.2", .told_addr = "203.0.113.5"};
	world.leg_config.config_of = home_of;
	line_world_account(world.accounts[0]);
	return 0;
}

static const char *host_of(int fd)
{
	static char text[INET6_ADDRSTRLEN];
	union address local;
	socklen_t size = sizeof(local);

	assert_int_equal(getsockname(fd, &local.any, &size), 0);
	address_print(&local, text);
	return text;
}

static void test_sound_is_at_the_address_of_the_account_that_carries_the_call(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_string_equal(call_sent()->told_addr, "127.0.0.1");
	call_ends(call_sent(), 503, false);
	assert_string_equal(call_sent()->told_addr, "203.0.113.5");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	for (unsigned i = 0; i < MEDIA_STREAMS; i++) {
		if (world.wish.streams[i].id)
			assert_string_equal(host_of(world.wish.streams[i].fd), "127.0.0.2");
	}
}

/* The registrations of an address that has gone last for a while. */
static void test_an_emergency_call_leaves_an_account_whose_address_is_gone(void **state)
{
	(void)state;
	homes[0].addr = "192.0.2.1";
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_int_equal(world.invite_count, 1);
	assert_ptr_equal(world.calling_account, world.accounts[1]);
	assert_string_equal(call_sent()->to, "112");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
}

static void test_an_emergency_call_that_no_address_carries_ends(void **state)
{
	(void)state;
	homes[0].addr = homes[1].addr = "192.0.2.1";
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_int_equal(world.invite_count, 0);
	assert_state("congestion");
}

static void test_a_routed_call_leaves_an_account_whose_address_is_gone(void **state)
{
	(void)state;
	homes[0].addr = "192.0.2.1";
	route("33: own other");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("33#");
	assert_int_equal(world.invite_count, 1);
	assert_ptr_equal(world.calling_account, world.accounts[1]);
}

#define accounts_test(test) cmocka_unit_test_setup_teardown(test, make_accounts, line_test_end)
#define addresses_test(test) cmocka_unit_test_setup_teardown(test, make_addresses, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		accounts_test(test_a_number_goes_over_the_accounts_of_its_row_where_one_fails),
		accounts_test(test_what_the_called_one_says_is_not_asked_again_over_another_account),
		accounts_test(test_a_route_passes_over_an_account_that_is_not_registered),
		accounts_test(test_numbers_without_a_route_go_over_the_line_s_account),
		accounts_test(test_an_emergency_call_goes_over_another_account),
		accounts_test(test_an_emergency_call_whose_answer_is_of_no_use_goes_over_another_account),
		addresses_test(test_sound_is_at_the_address_of_the_account_that_carries_the_call),
		addresses_test(test_an_emergency_call_leaves_an_account_whose_address_is_gone),
		addresses_test(test_an_emergency_call_that_no_address_carries_ends),
		addresses_test(test_a_routed_call_leaves_an_account_whose_address_is_gone),
		accounts_test(test_an_emergency_call_that_no_account_takes_ends),
		accounts_test(test_an_emergency_call_hurries_as_long_as_there_is_another_account),
		accounts_test(test_a_centre_that_is_busy_is_not_called_again),
		accounts_test(test_an_emergency_call_goes_first_over_an_account_that_is_registered),
		accounts_test(test_other_calls_go_over_no_other_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
