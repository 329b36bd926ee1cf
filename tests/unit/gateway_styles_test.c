/* SPDX-License-Identifier: BSD-3-Clause */
/* The flash key in its styles beyond hold and resume: R and a digit, the network's flash, and calls that take none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/hook.h"
#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

static int make(void **state)
{
	(void)state;
	line_world_make("x.T");
	return 0;
}

static int make_etsi(void **state)
{
	make(state);
	world.profile.flash_style = CONFIG_FLASH_ETSI;
	return 0;
}

static int make_emergency(void **state)
{
	const char *why;
	size_t at;

	make(state);
	assert_int_equal(digitmap_parse(&world.profile.emergency, "(112|911)", &at, &why), 0);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	line_world_free();
	return 0;
}

static void r(char digit)
{
	flash();
	assert_state("r-digit");
	assert_int_equal(streams_at_ear(), 0);
	assert_int_equal(world.wish.hook_mode, FXS_HOOK_COLLECTING);
	assert_int_equal(world.timer_ms, 4000);
	phone_does(MEDIA_EVENT_DIGIT, digit);
}

/* ---- etsi ---- */

static void test_r_with_one_call_gives_dial_tone_and_every_digit_is_dialled(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	assert_string_equal(second->to, "103");
	assert_int_equal(first->offered, UA_SENDONLY);
}

static void test_r_0_releases_the_held_call(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('0');
	assert_state("talking");
	assert_true(first->ended);
	assert_false(second->ended);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_1_releases_the_active_call_and_takes_the_other(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('1');
	assert_state("talking");
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_2_swaps(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('2');
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
	r('2');
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_int_equal(second->offered, UA_SENDRECV);
	assert_state("talking");
}

static void test_r_3_joins_and_r_2_parts_again(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('3');
	assert_state("three-way");
	assert_true(world.wish.hears[0]);
	assert_int_equal(streams_at_ear(), 2);
	r('2');
	assert_state("talking");
	assert_int_equal(second->offered, UA_SENDONLY);
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_4_transfers_now_and_confirms(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('4');
	assert_state("referring");
	assert_ptr_equal(first->referred_to, second);
	call_transfer_done(first, 200);
	assert_state("confirmed");
	assert_int_equal(world.wish.tone, FXS_TONE_CONFIRM);
	assert_true(first->ended && second->ended);
	time_is_up();
	assert_state("dial-tone");
}

static void test_a_transfer_that_fails_is_told_and_the_calls_are_back(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('4');
	call_transfer_done(first, 603);
	assert_state("not-referred");
	assert_int_equal(world.wish.tone, FXS_TONE_BUSY);
	time_is_up();
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	r('1');
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_a_transfer_that_fails_after_its_target_left_gives_the_held_call_back(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	r('4');
	call_ends(second, 0, true);
	assert_state("referring");
	call_transfer_done(first, 487);
	time_is_up();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_hanging_up_during_a_transfer_leaves_it_going_on(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	talk_to_second();
	r('4');
	hang_up_after_ms(9000);
	assert_state("transferring");
	call_transfer_done(first, 200);
	assert_state("idle");
}

static void test_no_digit_or_another_leaves_the_calls_as_they_were(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();
	unsigned offers = first->offers + second->offers;

	(void)state;
	r('9');
	assert_state("talking");
	r('*');
	assert_state("talking");
	flash();
	time_is_up();
	assert_state("talking");
	flash();
	flash();
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
	assert_int_equal(first->offers + second->offers, offers);
	r('3');
	r('7');
	assert_state("three-way");
	assert_int_equal(streams_at_ear(), 2);
}

static void test_three_way_and_transfer_may_be_off(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	world.profile.three_way = world.profile.transfer = false;
	talk_to_second();
	r('3');
	assert_state("talking");
	r('4');
	assert_state("talking");
	assert_null(first->referred_to);
}

static void test_r_digit_is_heard_with_dial_tone_where_the_profile_says_so(void **state)
{
	(void)state;
	talk();
	talk_to_second();
	flash();
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
	flash();
	world.profile.r_digit_tone = true;
	flash();
	assert_int_equal(world.wish.tone, FXS_TONE_RECALL_DIAL);
}

static void test_r_0_rejects_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('0');
	assert_state("talking");
	assert_int_equal(second->refused, 486);
	assert_false(first->ended);
	assert_int_equal(world.waiting_timer_ms, 0);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_r_1_ends_the_first_and_takes_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('1');
	assert_state("talking");
	assert_true(first->ended);
	assert_true(second->picked_up);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_r_2_holds_the_first_and_takes_the_call_that_waits(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('2');
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDONLY);
	assert_true(second->picked_up);
	r('2');
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
}

static void test_r_3_takes_the_call_that_waits_into_a_conference(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	r('3');
	assert_state("three-way");
	assert_true(second->picked_up);
	assert_int_equal(first->offers, 0);
	assert_int_equal(streams_at_ear(), 2);
}

static void test_beside_two_calls_the_one_that_waits_is_only_refused(void **state)
{
	struct ua_invite *first = talk(), *second, *third, *fourth;

	(void)state;
	flash();
	third = call_comes(PCMU);
	phone_dials("103#");
	second = call_sent();
	call_is_answered(second, PCMU);
	assert_int_equal(world.wish.tone, FXS_TONE_CALL_WAITING);
	r('2');
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(second->offered, UA_SENDONLY);
	r('0');
	assert_int_equal(third->refused, 486);
	assert_false(first->ended || second->ended);
	r('0');
	assert_true(second->ended);

	flash();
	fourth = call_comes(PCMU);
	phone_dials("104#");
	call_is_answered(call_sent(), PCMU);
	r('4');
	call_transfer_done(first, 200);
	assert_state("confirmed");
	assert_false(fourth->ended);
	flash();
	assert_true(fourth->picked_up);
}

static void test_a_call_that_ends_while_r_waits_for_its_digit_leaves_the_other(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	flash();
	call_ends(second, 0, true);
	assert_state("released");
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);

	second = call_comes(PCMU);
	flash();
	assert_state("r-digit");
	call_ends(second, 487, false);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_of_three_one_that_leaves_while_r_waits_leaves_the_other(void **state)
{
	struct ua_invite *first = talk();

	(void)state;
	talk_to_second();
	r('3');
	flash();
	call_ends(first, 0, true);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_hanging_up_while_r_waits_is_hanging_up(void **state)
{
	struct ua_invite *first = talk(), *second = call_comes(PCMU);

	(void)state;
	flash();
	hang_up_after_ms(9000);
	assert_state("ringing");
	assert_true(first->ended);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(second->picked_up);
}

/* ---- bellcore: the third still rings ---- */

static struct ua_invite *second_rings(void)
{
	flash();
	phone_dials("103#");
	call_progresses(call_sent(), 180, NULL);
	assert_state("ringback");
	return call_sent();
}

static void test_a_flash_while_the_second_rings_brings_the_first_back_with_the_ringing(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	assert_state("three-rings");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(world.wish.tone, FXS_TONE_RINGBACK);
	assert_int_equal(streams_at_ear(), 1);
	call_is_answered(second, PCMU);
	assert_state("three-way");
	assert_int_equal(streams_at_ear(), 2);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_another_flash_drops_the_second_that_rings(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_false(first->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_second_that_is_refused_while_the_first_is_back_leaves_the_first(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	call_ends(second, 486, false);
	assert_state("talking");
	assert_false(first->ended);
	assert_int_equal(streams_at_ear(), 1);
	assert_int_equal(world.wish.tone, FXS_TONE_COUNT);
}

static void test_hanging_up_while_the_second_rings_with_the_first_back_transfers(void **state)
{
	struct ua_invite *first = talk(), *second = second_rings();

	(void)state;
	flash();
	hang_up_after_ms(9000);
	assert_state("transfer-rings");
	assert_int_equal(first->offered, UA_SENDONLY);
	call_is_answered(second, PCMU);
	assert_ptr_equal(first->referred_to, second);
}

static void test_without_three_way_the_second_that_rings_is_dropped(void **state)
{
	struct ua_invite *first, *second;

	(void)state;
	world.profile.three_way = false;
	first = talk();
	second = second_rings();
	flash();
	assert_state("talking");
	assert_true(second->ended);
	assert_int_equal(first->offered, UA_SENDRECV);
}

static void test_leaving_a_three_way_call_may_connect_the_others(void **state)
{
	struct ua_invite *first = talk(), *second = talk_to_second();

	(void)state;
	world.profile.three_way_leave = true;
	flash();
	assert_state("three-way");
	hang_up_after_ms(9000);
	assert_state("transferring");
	assert_ptr_equal(first->referred_to, second);
	call_transfer_done(first, 200);
	assert_state("idle");
}

/* ---- network ---- */

static void test_the_network_s_flash_is_told_and_nothing_else_happens(void **state)
{
	struct ua_invite *first;

	(void)state;
	world.profile.flash_style = CONFIG_FLASH_NETWORK;
	first = talk();
	flash();
	assert_int_equal(first->flashes, 1);
	assert_int_equal(first->offers, 0);
	assert_state("talking");
	assert_int_equal(call_comes(PCMU)->refused, 486);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_flash_that_the_network_refuses_acts_here_from_then_on(void **state)
{
	struct ua_invite *first;

	(void)state;
	world.profile.flash_style = CONFIG_FLASH_NETWORK;
	first = talk();
	flash();
	call_info_is_answered(first, 503); /* not now */
	flash();
	assert_int_equal(first->flashes, 2);
	call_info_is_answered(first, 200);
	flash();
	assert_int_equal(first->flashes, 3);
	call_info_is_answered(first, 415);
	assert_state("talking");
	flash();
	assert_int_equal(first->flashes, 3);
	assert_state("recall");
	assert_int_equal(first->offered, UA_SENDONLY);
	flash();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	first = talk(); /* another far end may know it */
	flash();
	assert_int_equal(first->flashes, 1);
}

/* ---- emergency ---- */

static struct ua_invite *call_112(void)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("112");
	assert_string_equal(call_sent()->to, "112");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	return call_sent();
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

static int other_account, own_account;

/* Two accounts, of which the line has the first. */
static int make_emergency_with_accounts(void **state)
{
	static const struct config_account accounts[2] = {{.name = "own"}, {.name = "other"}};

	make_emergency(state);
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

static int make_emergency_with_addresses(void **state)
{
	make_emergency_with_accounts(state);
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

#define etsi_test(test) cmocka_unit_test_setup_teardown(test, make_etsi, unmake)
#define bellcore_test(test) cmocka_unit_test_setup_teardown(test, make, unmake)
#define addresses_test(test) cmocka_unit_test_setup_teardown(test, make_emergency_with_addresses, unmake)
#define accounts_test(test) cmocka_unit_test_setup_teardown(test, make_emergency_with_accounts, unmake)
#define emergency_test(test) cmocka_unit_test_setup_teardown(test, make_emergency, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		etsi_test(test_r_with_one_call_gives_dial_tone_and_every_digit_is_dialled),
		etsi_test(test_r_0_releases_the_held_call),
		etsi_test(test_r_1_releases_the_active_call_and_takes_the_other),
		etsi_test(test_r_2_swaps),
		etsi_test(test_r_3_joins_and_r_2_parts_again),
		etsi_test(test_r_4_transfers_now_and_confirms),
		etsi_test(test_a_transfer_that_fails_is_told_and_the_calls_are_back),
		etsi_test(test_a_transfer_that_fails_after_its_target_left_gives_the_held_call_back),
		etsi_test(test_hanging_up_during_a_transfer_leaves_it_going_on),
		etsi_test(test_no_digit_or_another_leaves_the_calls_as_they_were),
		etsi_test(test_three_way_and_transfer_may_be_off),
		etsi_test(test_r_digit_is_heard_with_dial_tone_where_the_profile_says_so),
		etsi_test(test_r_0_rejects_the_call_that_waits),
		etsi_test(test_r_1_ends_the_first_and_takes_the_call_that_waits),
		etsi_test(test_r_2_holds_the_first_and_takes_the_call_that_waits),
		etsi_test(test_r_3_takes_the_call_that_waits_into_a_conference),
		etsi_test(test_beside_two_calls_the_one_that_waits_is_only_refused),
		etsi_test(test_a_call_that_ends_while_r_waits_for_its_digit_leaves_the_other),
		etsi_test(test_of_three_one_that_leaves_while_r_waits_leaves_the_other),
		etsi_test(test_hanging_up_while_r_waits_is_hanging_up),
		bellcore_test(test_a_flash_while_the_second_rings_brings_the_first_back_with_the_ringing),
		bellcore_test(test_another_flash_drops_the_second_that_rings),
		bellcore_test(test_a_second_that_is_refused_while_the_first_is_back_leaves_the_first),
		bellcore_test(test_hanging_up_while_the_second_rings_with_the_first_back_transfers),
		bellcore_test(test_without_three_way_the_second_that_rings_is_dropped),
		bellcore_test(test_leaving_a_three_way_call_may_connect_the_others),
		bellcore_test(test_the_network_s_flash_is_told_and_nothing_else_happens),
		bellcore_test(test_a_flash_that_the_network_refuses_acts_here_from_then_on),
		accounts_test(test_a_number_goes_over_the_accounts_of_its_row_where_one_fails),
		accounts_test(test_what_the_called_one_says_is_not_asked_again_over_another_account),
		accounts_test(test_a_route_passes_over_an_account_that_is_not_registered),
		accounts_test(test_numbers_without_a_route_go_over_the_line_s_account),
		accounts_test(test_an_emergency_call_goes_over_another_account),
		addresses_test(test_sound_is_at_the_address_of_the_account_that_carries_the_call),
		addresses_test(test_an_emergency_call_leaves_an_account_whose_address_is_gone),
		addresses_test(test_an_emergency_call_that_no_address_carries_ends),
		addresses_test(test_a_routed_call_leaves_an_account_whose_address_is_gone),
		accounts_test(test_an_emergency_call_that_no_account_takes_ends),
		accounts_test(test_an_emergency_call_hurries_as_long_as_there_is_another_account),
		accounts_test(test_a_centre_that_is_busy_is_not_called_again),
		accounts_test(test_an_emergency_call_goes_first_over_an_account_that_is_registered),
		accounts_test(test_other_calls_go_over_no_other_account),
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
