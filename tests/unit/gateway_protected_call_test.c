/* SPDX-License-Identifier: BSD-3-Clause */
/* A call whose sound is to be protected, by keys or a handshake: what is taken, offered again, and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

#define CRYPTO(tag, key) "a=crypto:" tag " AES_CM_128_HMAC_SHA1_80 inline:" key "\r\n"
#define KEY_A "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define KEY_B "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"

static void security_is(enum ua_srtp_policy policy)
{
	world.line->leg_config.security = (struct leg_security){
		.policy = (uint8_t)policy, .suites = {UA_SRTP_AES_CM_128_HMAC_SHA1_80}, .suite_count = 1, .sdes = true};
}

static void test_an_unprotected_call_is_refused_where_it_must_be(void **state)
{
	struct ua_invite *invite;

	(void)state;
	security_is(UA_SRTP_REQUIRED);
	invite = call_comes(PCMU);
	assert_int_equal(invite->refused, 488);
	invite = call_comes(sdp_with("127.0.0.1", "0", CRYPTO("1", KEY_A)));
	assert_int_equal(invite->refused, 0);
	assert_state("ringing");
	lift();
	assert_true(world.wish.streams[0].secured);
	assert_non_null(world.wish.streams[0].send_key);
	assert_non_null(world.wish.streams[0].receive_key);
}

static void test_keys_stay_until_the_peer_has_others(void **state)
{
	struct ua_invite *invite;
	struct stream_wish first;

	(void)state;
	security_is(UA_SRTP_OPTIONAL);
	invite = call_comes(sdp_with("127.0.0.1", "0", CRYPTO("1", KEY_A)));
	lift();
	first = world.wish.streams[0];
	assert_true(first.secured);
	/* RFC 4568 s6.1: held and taken up with the same key, packets are counted on | the key goes on */
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "0", CRYPTO("2", KEY_A) "a=sendonly\r\n")), 0);
	assert_ptr_equal(world.wish.streams[0].send_key, first.send_key);
	assert_ptr_equal(world.wish.streams[0].receive_key, first.receive_key);
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "0", CRYPTO("1", KEY_B))), 0);
	/* RFC 4568 s7.1.4: a new offer may bring a new key | it is used for what comes, and ours goes on */
	assert_ptr_equal(world.wish.streams[0].send_key, first.send_key);
	assert_ptr_not_equal(world.wish.streams[0].receive_key, first.receive_key);
	assert_int_equal(call_is_offered(invite, PCMU), 0);
	assert_false(world.wish.streams[0].secured);
	for (int i = 0; i < LEG_KEYS_MAX + 4; i++) /* who has more of them than a call needs falls silent */
		(void)call_is_offered(invite, sdp_with("127.0.0.1", "0", i % 2 ? CRYPTO("1", KEY_A) : CRYPTO("1", KEY_B)));
	assert_true(world.wish.streams[0].secured);
	assert_null(world.wish.streams[0].send_key);
}

static void test_a_call_whose_answer_does_not_protect_ends_where_it_must(void **state)
{
	struct ua_invite *invite;

	(void)state;
	security_is(UA_SRTP_REQUIRED);
	invite = call_number();
	call_is_answered(invite, PCMU);
	assert_true(invite->ended);
	assert_true(world.wish.streams[0].id == 0 || world.wish.streams[0].send_key == NULL);
}

static void test_a_call_without_protection_goes_on_where_it_may(void **state)
{
	struct ua_invite *invite;

	(void)state;
	security_is(UA_SRTP_OPTIONAL);
	invite = call_number();
	call_is_answered(invite, PCMU);
	assert_state("talking");
	assert_false(world.wish.streams[0].secured);
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "0", CRYPTO("1", KEY_A))), 0);
	assert_true(world.wish.streams[0].secured);
}

#define FINGERPRINT "a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:" \
	"10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\na=setup:passive\r\n"

static struct leg_handshakes handshakes_are_offered(void)
{
	struct leg_handshakes handshakes = {0};

	security_is(UA_SRTP_OPTIONAL);
	assert_int_equal(ua_dtls_identity_alloc(&handshakes.identity), 0);
	world.line->leg_config.security.dtls = true;
	return handshakes;
}

/* Of two that ring one speaks of a handshake, and the other answers. */
static void test_a_plain_answer_does_not_wait_for_a_handshake_that_was_early(void **state)
{
	struct leg_handshakes handshakes = handshakes_are_offered();
	struct ua_invite *invite;

	(void)state;
	world.line->leg_config.handshakes = &handshakes;
	invite = call_number();
	call_progresses(invite, 183, sdp_with("127.0.0.1", "0", FINGERPRINT));
	assert_true(world.wish.streams[0].secured);
	call_is_answered(invite, PCMU);
	assert_false(world.wish.streams[0].secured);
	time_passes((LEG_HANDSHAKE_MAX_S + 1) * 1000);
	assert_state("talking");
	assert_false(invite->ended);
	line_world_again();
	ua_dtls_identity_free(handshakes.identity);
}

static void test_a_handshake_that_is_spoilt_ends_the_call_no_sooner_than_in_time(void **state)
{
	/* A server's hello with a cipher that was not offered: nothing signs it either, but it is a message of a handshake. */
	static const uint8_t hello[13 + 12 + 38] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 50, 2, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0, 38, 0xfe, 0xfd};
	static const uint8_t fatal_alert[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
	struct leg_handshakes handshakes = handshakes_are_offered();
	struct ua_invite *invite;

	(void)state;
	world.line->leg_config.handshakes = &handshakes;
	invite = call_number();
	call_progresses(invite, 183, sdp_with("127.0.0.1", "0", FINGERPRINT));
	handshake_comes(hello, sizeof(hello));
	assert_false(invite->ended);
	call_is_answered(invite, sdp_with("127.0.0.1", "0", FINGERPRINT));
	assert_state("talking");
	handshake_comes(fatal_alert, sizeof(fatal_alert)); /* anybody may have sent it */
	assert_state("talking");
	assert_false(invite->ended);
	handshake_comes(hello, sizeof(hello));
	assert_state("talking");
	assert_false(invite->ended);
	time_passes((LEG_HANDSHAKE_MAX_S + 1) * 1000);
	assert_true(invite->ended);
	line_world_again();
	ua_dtls_identity_free(handshakes.identity);
}

static void test_a_handshake_that_is_not_done_in_time_ends_the_call(void **state)
{
	struct leg_handshakes handshakes = handshakes_are_offered();
	struct ua_invite *invite;

	(void)state;
	world.line->leg_config.handshakes = &handshakes;
	invite = call_number();
	call_is_answered(invite, sdp_with("127.0.0.1", "0", FINGERPRINT));
	assert_state("talking");
	time_passes((LEG_HANDSHAKE_MAX_S + 1) * 1000);
	assert_true(invite->ended);
	line_world_again();
	ua_dtls_identity_free(handshakes.identity);
}

static void test_a_call_that_came_with_keys_is_held_with_keys(void **state)
{
	struct leg_handshakes handshakes = handshakes_are_offered();
	struct ua_invite *invite;

	(void)state;
	world.line->leg_config.handshakes = &handshakes;
	invite = call_comes(sdp_with("127.0.0.1", "0", CRYPTO("1", KEY_A)));
	lift();
	assert_true(world.wish.streams[0].secured);
	phone_does(MEDIA_EVENT_FLASH, 0);
	assert_int_equal(invite->offers, 1);
	assert_int_equal(invite->offered_keys, 1);
	call_is_changed(invite, sdp_with("127.0.0.1", "0", CRYPTO("1", KEY_A)));
	assert_true(world.wish.streams[0].secured);
	assert_non_null(world.wish.streams[0].receive_key);
	line_world_again();
	ua_dtls_identity_free(handshakes.identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_call_without_protection_goes_on_where_it_may),
		LINE_TEST(test_a_plain_answer_does_not_wait_for_a_handshake_that_was_early),
		LINE_TEST(test_a_handshake_that_is_spoilt_ends_the_call_no_sooner_than_in_time),
		LINE_TEST(test_a_handshake_that_is_not_done_in_time_ends_the_call),
		LINE_TEST(test_a_call_that_came_with_keys_is_held_with_keys),
		LINE_TEST(test_a_call_whose_answer_does_not_protect_ends_where_it_must),
		LINE_TEST(test_keys_stay_until_the_peer_has_others),
		LINE_TEST(test_an_unprotected_call_is_refused_where_it_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
