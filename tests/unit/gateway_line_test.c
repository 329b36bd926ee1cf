/* SPDX-License-Identifier: BSD-3-Clause */
/* One line between its telephone and the network: crossings, refusals, digits, and what goes to the media plane. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/line_private.h"
#include "tests/unit/gateway_line_world.h"

#define PCMU sdp_with("127.0.0.1", "0", "")

static int make(void **state)
{
	(void)state;
	line_world_make("x.T");
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	line_world_free();
	return 0;
}

static void lift(void)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
}

static void hang_up(void)
{
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
}

static void assert_state(const char *name)
{
	struct line_status status;

	line_status_get(world.line, &status);
	assert_string_equal(status.state, name);
}

static struct ua_invite *call_number(void)
{
	lift();
	phone_dials("102#");
	return call_sent();
}

static struct ua_invite *talk(void)
{
	struct ua_invite *invite = call_number();

	call_is_answered(invite, PCMU);
	assert_state("talking");
	return invite;
}

/* ---- protected sound ---- */

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

static void test_a_handshake_that_fails_ends_the_call_after_its_answer_alone(void **state)
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

/* ---- keys by signalling ---- */

static struct ua_invite *talk_with_keys_told(void)
{
	world.line->leg_config.dtmf = LEG_DTMF_INFO;
	return talk();
}

static void key_ends(char key, unsigned ms)
{
	const struct media_event event = {.kind = MEDIA_EVENT_KEY, .digit = key, .duration_ms = (uint16_t)ms};

	world.events[world.event_count++] = event;
	line_media_changed(world.line);
}

static void test_keys_are_told_one_after_the_other(void **state)
{
	struct ua_invite *invite = talk_with_keys_told();

	(void)state;
	assert_true(world.wish.streams[0].told);
	assert_int_equal(world.wish.streams[0].event_type, 0);
	key_ends('5', 83);
	assert_string_equal(invite->informed, "Signal=5\r\nDuration=83\r\n");
	key_ends('#', 40);
	key_ends('7', 1200);
	assert_string_equal(invite->informed, "Signal=5\r\nDuration=83\r\n");
	call_info_is_answered(invite, 200);
	assert_string_equal(invite->informed, "Signal=#\r\nDuration=40\r\n");
	call_info_is_answered(invite, 408); /* a server that was away: the next one may find it */
	assert_string_equal(invite->informed, "Signal=7\r\nDuration=1200\r\n");
	call_info_is_answered(invite, 200);
	assert_string_equal(invite->informed, "");
	assert_true(world.wish.streams[0].told);
}

static void test_keys_that_are_refused_go_as_sound(void **state)
{
	struct ua_invite *invite = talk_with_keys_told();

	(void)state;
	key_ends('5', 83);
	key_ends('6', 83);
	call_info_is_answered(invite, 415);
	assert_string_equal(invite->informed, "");
	assert_false(world.wish.streams[0].told);
}

static void test_more_keys_than_can_wait_are_lost(void **state)
{
	struct ua_invite *invite = talk_with_keys_told();
	unsigned told = 0;

	(void)state;
	for (unsigned i = 0; i < LEG_KEYPAD_MAX + 10; i++)
		key_ends('1', 50);
	for (; invite->informed[0]; told++)
		call_info_is_answered(invite, 200);
	assert_int_equal(told, LEG_KEYPAD_MAX);
}

static void test_keys_of_the_peer_reach_its_stream(void **state)
{
	struct ua_invite *invite = talk();
	const struct stream_wish *wish = &world.wish.streams[0];
	uint32_t before = wish->press_count;

	(void)state;
	call_key_comes(invite, '5', 160);
	call_key_comes(invite, '*', 50);
	assert_int_equal(wish->press_count, before + 2);
	assert_int_equal(wish->presses[before % STREAM_PRESSES].key, '5');
	assert_int_equal(wish->presses[(before + 1) % STREAM_PRESSES].key, '*');
	assert_int_equal(wish->presses[(before + 1) % STREAM_PRESSES].ms, 50);
	assert_false(wish->told); /* ours go as they did */
}

/* ---- calls that come in ---- */

/* Behind an address translator; who is on this side of it is told the inner address. */
static void test_sound_may_be_wanted_at_an_outer_address(void **state)
{
	const struct ua_incoming inner = {.caller_user = "12", .past_servers = true};
	struct ua_invite *invite;

	(void)state;
	world.line->leg_config.told_addr = "203.0.113.5";
	assert_string_equal(call_number()->told_addr, "203.0.113.5");
	hang_up();
	invite = call_comes(PCMU);
	lift();
	assert_string_equal(invite->told_addr, "203.0.113.5");
	hang_up();
	invite = call_comes_as(&inner, PCMU);
	lift();
	assert_string_equal(invite->told_addr, "127.0.0.1");
}

static void test_each_call_that_cannot_be_taken_is_refused_once(void **state)
{
	struct ua_invite *invite = call_comes(sdp_with("127.0.0.1", "18", ""));

	(void)state;
	assert_int_equal(invite->refused, 488);
	assert_int_equal(invite->answers, 1);
	world.line->leg_config.port_max = world.line->leg_config.port_min;
	invite = call_comes(PCMU);
	assert_int_equal(invite->refused, 503);
	assert_int_equal(invite->answers, 1);
	world.line->leg_config.port_max = 30999;
	world.ring_err = ENOTCONN;
	invite = call_comes(PCMU);
	assert_true(invite->ended);
	assert_int_equal(invite->answers, 1);
	assert_state("idle");
	assert_false(world.wish.ring);
}

static void test_a_second_call_is_refused_and_the_first_goes_on(void **state)
{
	struct ua_invite *first = call_comes(PCMU), *second = call_comes(PCMU);

	(void)state;
	assert_int_equal(second->refused, 486);
	assert_true(world.wish.ring);
	lift();
	assert_true(first->picked_up);
	assert_state("talking");
}

static void test_lifting_when_the_caller_has_just_given_up_gives_congestion(void **state)
{
	struct ua_invite *invite = call_comes(PCMU);

	(void)state;
	world.answer_err = ENOTCONN;
	lift();
	assert_true(invite->ended);
	assert_state("congestion");
	assert_int_equal(world.wish.streams[0].id, 0);
	hang_up();
	assert_state("idle");
}

static void test_no_answer_ends_ringing_after_its_time(void **state)
{
	struct ua_invite *invite = call_comes(PCMU);

	(void)state;
	assert_int_equal(world.timer_ms, 180000);
	time_is_up();
	assert_true(invite->ended);
	assert_false(world.wish.ring);
}

static void test_a_port_out_of_order_takes_no_call(void **state)
{
	(void)state;
	world.report.fault = true;
	line_media_changed(world.line);
	assert_int_equal(call_comes(PCMU)->refused, 480);
	assert_state("idle");
}

static void test_a_line_tells_whether_it_would_ring(void **state)
{
	(void)state;
	assert_int_equal(line_readiness(world.line), LINE_READY);
	call_comes(PCMU);
	assert_int_equal(line_readiness(world.line), LINE_IN_USE);
	lift();
	world.profile.call_waiting = true;
	assert_int_equal(line_readiness(world.line), LINE_LETS_WAIT);
	world.profile.call_waiting = false;
	assert_int_equal(line_readiness(world.line), LINE_IN_USE);
	hang_up();
	assert_int_equal(line_readiness(world.line), LINE_READY);
	lift();
	assert_int_equal(line_readiness(world.line), LINE_IN_USE);
	world.report.fault = true;
	line_media_changed(world.line);
	assert_int_equal(line_readiness(world.line), LINE_OUT_OF_ORDER);
}

/* ---- calls that go out ---- */

static void test_only_180_makes_ringback(void **state)
{
	struct ua_invite *invite = call_number();

	(void)state;
	call_progresses(invite, 183, NULL);
	assert_state("calling");
	call_progresses(invite, 180, NULL);
	assert_state("ringback");
	call_progresses(invite, 181, NULL);
	assert_state("ringback");
	call_progresses(invite, 183, PCMU);
	assert_state("early-media");
	call_progresses(invite, 180, NULL);
	assert_state("early-media");
}

/* The newest wish is in force, and of its first stream nothing has come for a second. */
static void sound_is_missing(bool missing)
{
	world.report.quiet_ids[0] = missing ? world.wish.streams[0].id : 0;
	media_obeys();
}

static void test_ringback_is_made_here_where_the_network_stays_silent(void **state)
{
	struct ua_invite *invite = call_number();

	(void)state;
	call_progresses(invite, 183, PCMU);
	sound_is_missing(true);
	/* RFC 3960 s3.2: without 180 no ringback is made locally | a silent network stays silent */
	assert_state("early-media"); /* nobody said that it rings */
	sound_is_missing(false);
	call_progresses(invite, 180, NULL);
	/* RFC 3960 s3.2: while early media comes no ringback is made locally | 180 does not cut it off */
	assert_state("early-media");
	sound_is_missing(true);
	/* RFC 3960 s3.2: 180 and no early media: ringback is made locally | when nothing has come for a second */
	assert_state("ringback");
	sound_is_missing(false);
	/* RFC 3960 s3.2: early media that comes is heard rather than the local ringback | it is */
	assert_state("early-media");
	assert_true(world.wish.streams[0].receives);
}

static void test_silence_before_the_early_media_is_not_its_own(void **state)
{
	struct ua_invite *invite = call_number();

	(void)state;
	call_progresses(invite, 180, NULL);
	sound_is_missing(true);
	call_progresses(invite, 183, PCMU);
	line_media_changed(world.line);
	assert_state("early-media");
	sound_is_missing(true);
	assert_state("ringback");
}

static void test_ringback_is_made_here_when_the_early_media_has_ended(void **state)
{
	struct ua_invite *invite = call_number();

	(void)state;
	call_progresses(invite, 183, PCMU);
	call_progresses(invite, UA_EARLY_MEDIA_ENDED, PCMU);
	assert_state("early-media");
	call_progresses(invite, UA_EARLY_MEDIA_ENDED, NULL);
	assert_state("ringback");
	call_is_answered(invite, PCMU);
	assert_state("talking");
	sound_is_missing(true);
	assert_state("talking");
}

static void test_hanging_up_as_the_far_end_does_touches_no_dead_call(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	call_ends(invite, 0, true);
	assert_state("released");
	hang_up();
	assert_false(invite->ended);
	assert_state("idle");
}

static void test_ringing_out_ends_after_its_time(void **state)
{
	struct ua_invite *invite = call_number();

	(void)state;
	call_progresses(invite, 180, NULL);
	assert_int_equal(world.timer_ms, 180000);
	assert_int_equal(world.timer_starts, 6); /* lift, three digits, #, and one for both CALLING and RINGBACK */
	time_is_up();
	assert_true(invite->ended);
	assert_state("busy");
}

/* ---- digits and timers ---- */

static void test_what_can_be_no_number_gets_the_information_tone(void **state)
{
	static const char *const dialled[] = {
		"#", "*", "*21#", "12345678901234567890123456789012345678901", "12A",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(dialled) / sizeof(dialled[0]); i++) {
		line_world_free();
		line_world_make("x.T");
		memset(&world.profile.features, 0, sizeof(world.profile.features));
		lift();
		phone_dials(dialled[i]);
		assert_state("info");
		assert_int_equal(world.invite_count, 0);
	}
}

static void test_a_refused_call_does_not_prolong_dialling(void **state)
{
	unsigned starts;

	(void)state;
	lift();
	phone_dials("10");
	starts = world.timer_starts;
	assert_int_equal(call_comes(PCMU)->refused, 486);
	assert_int_equal(world.timer_starts, starts);
}

static void test_a_flash_at_dial_tone_begins_its_time_anew(void **state)
{
	unsigned starts;

	(void)state;
	lift();
	starts = world.timer_starts;
	phone_does(MEDIA_EVENT_FLASH, 0);
	assert_state("dial-tone");
	assert_int_equal(world.timer_starts, starts + 1);
}

static void test_a_line_left_off_hook_is_parked_and_comes_back(void **state)
{
	(void)state;
	lift();
	time_is_up();
	assert_state("congestion");
	assert_int_equal(world.timer_ms, 60000);
	time_is_up();
	assert_state("howler");
	assert_int_equal(world.timer_ms, 30000);
	time_is_up();
	assert_state("parked");
	assert_int_equal(world.timer_ms, 0);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	hang_up();
	assert_state("idle");
	lift();
	assert_state("dial-tone");
}

static void test_the_profile_says_what_is_heard_of_a_far_end_that_hung_up(void **state)
{
	(void)state;
	world.profile.release_tone = FXS_TONE_CONGESTION;
	call_ends(talk(), 0, true);
	assert_state("released");
	assert_int_equal(world.wish.tone, FXS_TONE_CONGESTION);
	hang_up();
	world.profile.release_tone = FXS_TONE_COUNT;
	call_ends(talk(), 0, true);
	assert_int_equal(world.wish.tone, MEDIA_TONE_NONE);
	time_is_up();
	assert_int_equal(world.wish.tone, FXS_TONE_HOWLER);
}

static void test_a_line_that_begins_anew_gives_dial_tone_for_release_tone(void **state)
{
	(void)state;
	world.profile.autoreoriginate = true;
	call_ends(talk(), 0, true);
	assert_state("dial-tone");
	assert_int_equal(world.wish.tone, FXS_TONE_DIAL);
	phone_dials("102#");
	call_is_answered(call_sent(), PCMU);
	world.registration = UA_REG_TRYING;
	call_ends(call_sent(), 0, true);
	assert_state("congestion");
}

static void test_without_howler_the_tone_is_followed_by_silence(void **state)
{
	(void)state;
	world.profile.howler_s = 0;
	lift();
	time_is_up();
	time_is_up();
	assert_state("parked");
	assert_int_equal(world.wish.tone, MEDIA_TONE_NONE);
	assert_int_equal(world.timer_ms, 0);
}

static void test_a_telephone_off_hook_at_start_is_busy_and_hears_congestion_without_registration(void **state)
{
	(void)state;
	world.registration = UA_REG_TRYING;
	world.report.off_hook = true;
	line_media_changed(world.line);
	assert_state("congestion");
	assert_int_equal(call_comes(PCMU)->refused, 486);
}

static void test_a_hang_up_lost_before_a_lift_ends_the_call_and_not_the_next_one(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	world.report.hang_ups++;
	phone_did(MEDIA_EVENT_LIFTED, 0);
	phone_does(MEDIA_EVENT_DIGIT, '1');
	assert_true(invite->ended);
	assert_state("dialling");
}

static void test_a_hang_up_and_a_lift_that_are_both_lost_end_the_call(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	world.report.hang_ups++;
	line_media_changed(world.line);
	assert_true(invite->ended);
	assert_state("dial-tone");
	line_media_changed(world.line);
	assert_state("dial-tone");
	hang_up();
	assert_state("idle");
}

static void test_a_lost_hang_up_ends_the_call(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	world.report.hang_ups++;
	world.report.off_hook = false;
	line_media_changed(world.line);
	assert_true(invite->ended);
	assert_state("idle");
}

/* ---- the media plane ---- */

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void test_a_socket_stays_open_until_the_media_plane_let_go_of_it(void **state)
{
	int fd;

	(void)state;
	talk();
	fd = world.wish.streams[0].fd;
	hang_up();
	assert_int_equal(world.wish.streams[0].id, 0);
	assert_true(is_open(fd));
	media_obeys();
	assert_false(is_open(fd));
}

static void test_a_media_plane_that_stands_still_gets_no_more_calls(void **state)
{
	int fd = -1;

	(void)state;
	for (int i = 0; i < 16; i++) {
		struct ua_invite *invite = call_comes(PCMU);

		assert_true(invite->rings);
		if (i == 0)
			fd = world.wish.streams[0].fd;
		call_ends(invite, 487, false);
	}
	assert_int_equal(call_comes(PCMU)->refused, 503);
	assert_true(is_open(fd));
	media_obeys();
	assert_true(call_comes(PCMU)->rings);
}

static void test_a_held_peer_is_sent_nothing(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	assert_true(world.wish.streams[0].sends);
	assert_int_equal(call_is_offered(invite, sdp_with("0.0.0.0", "0", "")), 0);
	assert_false(world.wish.streams[0].sends);
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "0", "a=sendonly\r\n")), 0);
	assert_false(world.wish.streams[0].sends);
	assert_true(world.wish.streams[0].receives);
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "0", "a=sendrecv\r\n")), 0);
	assert_true(world.wish.streams[0].sends);
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.3", "18", "")), ENOTSUP);
	assert_true(world.wish.streams[0].sends);
}

/* What a packet of that type is taken for. */
static uint8_t take_of(uint8_t payload_type)
{
	for (unsigned i = 0; i < STREAM_TYPES_MAX; i++) {
		const struct stream_type *type = &world.wish.streams[0].takes[i];

		if (type->payload_type == payload_type && type->take != STREAM_REFUSES)
			return type->take;
	}
	return STREAM_REFUSES;
}

static void test_the_peers_packet_time_and_payload_types_are_respected(void **state)
{
	struct ua_invite *invite = call_comes(sdp_with("127.0.0.1", "97 0",
		"a=rtpmap:97 PCMA/8000\r\na=ptime:30\r\n"));

	(void)state;
	lift();
	assert_true(invite->picked_up);
	assert_int_equal(world.wish.streams[0].payload_type, 97);
	assert_int_equal(world.wish.streams[0].codec, DSP_CODEC_PCMA);
	assert_int_equal(take_of(97), STREAM_SOUND + DSP_CODEC_PCMA);
	assert_int_equal(take_of(0), STREAM_SOUND + DSP_CODEC_PCMU);
	assert_int_equal(world.wish.streams[0].ptime_ms, 30);
}

static void short_numbers_are(const char *own, const char *other)
{
	static struct config_line lines[2];

	lines[0] = world.config;
	lines[1] = world.config;
	strcpy(lines[0].number.text, own);
	strcpy(lines[1].number.text, other);
	world.whole.lines = lines;
	world.whole.line_count = 2;
	world.accounts[0] = (struct ua_account *)lines;
}

static void test_a_short_number_is_called_past_every_server(void **state)
{
	(void)state;
	short_numbers_are("21", "22");
	world.registration = UA_REG_FAILED;
	lift();
	assert_state("dial-tone");
	phone_dials("22");
	assert_state("dialling"); /* x.T: a longer number begins so */
	assert_int_equal(world.timer_ms, 2000);
	time_is_up();
	assert_state("calling");
	assert_ptr_equal(world.called_account, world.accounts[0]);
	hang_up();
	lift();
	phone_dials("102#");
	assert_state("congestion");
}

static void test_a_short_number_that_no_other_begins_with_is_called_at_once(void **state)
{
	const char *why;
	size_t at;

	(void)state;
	short_numbers_are("*1", "*12");
	assert_int_equal(digitmap_parse(&world.profile.digit_map, "1xx", &at, &why), 0);
	lift();
	phone_dials("*1");
	assert_state("dialling"); /* *12 begins so */
	phone_dials("2");
	assert_state("calling");
	assert_ptr_equal(world.called_account, world.accounts[0]);
	hang_up();
	lift();
	phone_dials("102");
	assert_state("calling");
	assert_null(world.called_account);
	hang_up();
	lift();
	phone_dials("*2");
	assert_state("info");
}

static void test_a_lost_digit_gives_congestion_and_no_wrong_number(void **state)
{
	(void)state;
	lift();
	phone_dials("10");
	world.report.events_dropped++;
	phone_does(MEDIA_EVENT_DIGIT, '2');
	assert_state("congestion");
	assert_int_equal(world.line->calls_out, 0);
	phone_dials("#");
	assert_state("congestion");
	hang_up();
	call_number();
}

static void test_a_lost_last_digit_gives_congestion_too(void **state)
{
	(void)state;
	lift();
	phone_dials("10");
	world.report.events_dropped++;
	line_media_changed(world.line);
	assert_state("congestion");
	time_is_up();
	assert_int_equal(world.line->calls_out, 0);
}

static void test_a_digit_lost_with_the_lift_gives_congestion_too(void **state)
{
	(void)state;
	world.report.off_hook = true;
	world.report.events_dropped = 2;
	line_media_changed(world.line);
	assert_state("congestion");
	phone_dials("0#");
	assert_int_equal(world.line->calls_out, 0);
}

static void test_a_digit_that_comes_without_its_lift_gives_congestion_too(void **state)
{
	(void)state;
	world.report.off_hook = true;
	world.report.events_dropped = 1;
	phone_does(MEDIA_EVENT_DIGIT, '1');
	assert_state("congestion");
	phone_dials("0#");
	assert_int_equal(world.line->calls_out, 0);
}

static void test_a_lost_first_digit_gives_congestion_too(void **state)
{
	(void)state;
	phone_did(MEDIA_EVENT_LIFTED, 0);
	world.report.events_dropped++;
	phone_did(MEDIA_EVENT_DIGIT, '0');
	phone_did(MEDIA_EVENT_DIGIT, '#');
	line_media_changed(world.line);
	assert_state("congestion");
	assert_int_equal(world.line->calls_out, 0);
}

#define LINE_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

/* ---- a fax in a phone's call ---- */

#define MACHINE_MS 60

static void fax_is_heard(enum dsp_fax heard, bool far)
{
	world.report.faxes[0] = (struct media_fax){.id = world.wish.streams[0].id, .heard = (uint8_t)heard, .far = far};
	line_media_changed(world.line);
}

static const char *fax_of(void)
{
	struct line_call call;

	assert_true(line_call_get(world.line, 0, &call));
	return call.fax;
}

static struct ua_invite *talk_with(const char *codecs, const char *answer)
{
	struct ua_invite *invite;

	world.line->leg_config.playout_machine_ms = MACHINE_MS;
	assert_int_equal(codecs_parse(&world.line->leg_config.codecs, codecs), 0);
	invite = call_number();
	call_is_answered(invite, answer);
	assert_state("talking");
	return invite;
}

#define EVENTS "a=rtpmap:101 telephone-event/8000\r\n"

static void test_a_call_in_which_a_fax_is_heard_is_a_machines(void **state)
{
	const struct stream_wish *stream = &world.wish.streams[0];
	struct ua_invite *invite = talk_with("PCMA PCMU", sdp_with("127.0.0.1", "8 101", EVENTS));
	uint8_t beep_serial = world.wish.beep_serial;

	(void)state;
	assert_false(stream->machine);
	assert_false(stream->playout.fixed);
	assert_int_equal(stream->event_type, 101);
	assert_string_equal(fax_of(), "");
	fax_is_heard(DSP_FAX_CALLING, true);
	assert_true(stream->machine);
	assert_true(stream->playout.fixed);
	assert_int_equal(stream->playout.start_ms, MACHINE_MS);
	assert_int_equal(stream->event_type, 0);
	assert_int_equal(invite->offers, 0); /* its codec is a good one */
	assert_string_equal(fax_of(), "calls");
	line_beep(world.line);
	assert_int_equal(world.wish.beep_serial, beep_serial);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	assert_string_equal(fax_of(), "calls");
	hang_up();
	world.report.faxes[0] = (struct media_fax){0};
	media_obeys();
	talk();
	assert_false(stream->machine);
	assert_false(stream->playout.fixed);
}

static void test_what_another_stream_heard_makes_no_machine(void **state)
{
	(void)state;
	talk();
	world.report.faxes[0] = (struct media_fax){.id = world.wish.streams[0].id + 1, .heard = DSP_FAX_ANSWERING};
	line_media_changed(world.line);
	assert_false(world.wish.streams[0].machine);
}

/* In early media too, but it is known only once the call is answered whose the sound is. */
static void test_a_fax_heard_before_the_answer_counts_from_the_answer_on(void **state)
{
	struct ua_invite *invite;

	(void)state;
	invite = call_number();
	call_progresses(invite, 183, PCMU);
	fax_is_heard(DSP_FAX_ANSWERING, true);
	assert_false(world.wish.streams[0].machine);
	call_is_answered(invite, PCMU);
	line_media_changed(world.line);
	assert_true(world.wish.streams[0].machine);
	assert_string_equal(fax_of(), "answers");
}

#define G726 "a=rtpmap:111 G726-32/8000\r\n"

static void test_a_fax_has_another_codec_changed_for_a_good_one(void **state)
{
	const struct stream_wish *stream = &world.wish.streams[0];
	struct ua_invite *invite = talk_with("G726-32 PCMA PCMU", sdp_with("127.0.0.1", "111 8", G726));

	(void)state;
	assert_int_equal(stream->codec, DSP_CODEC_G726);
	fax_is_heard(DSP_FAX_ANSWERING, true);
	assert_int_equal(invite->offers, 1);
	assert_int_equal(invite->offered_first, UA_CODEC_PCMA);
	assert_int_equal(invite->offered_formats, 3); /* and keys */
	assert_int_equal(stream->codec, DSP_CODEC_PCMA); /* at once: the peer takes it */
	call_has_changed(invite, sdp_with("127.0.0.1", "8", ""));
	assert_int_equal(stream->codec, DSP_CODEC_PCMA);
	line_media_changed(world.line);
	assert_int_equal(invite->offers, 1);
	/* The peer's own offer is answered so too. */
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "111 8", G726)), 0);
	assert_int_equal(stream->codec, DSP_CODEC_PCMA);
}

static void test_a_refused_change_of_codec_changes_nothing(void **state)
{
	struct ua_invite *invite = talk_with("G726-32 PCMA", sdp_with("127.0.0.1", "111", G726));
	struct ua_sdp offer;

	(void)state;
	fax_is_heard(DSP_FAX_CALLING, false);
	assert_int_equal(invite->offers, 1);
	call_has_changed(invite, NULL);
	assert_int_equal(invite->offers, 1);
	assert_int_equal(world.wish.streams[0].codec, DSP_CODEC_G726);
	assert_true(world.wish.streams[0].sends);
	assert_int_equal(call_is_offered(invite, sdp_with("127.0.0.1", "111", G726)), 0);
	assert_state("talking");
	/* What it refused is not what it is held by, nor what an INVITE without a description gets. */
	phone_does(MEDIA_EVENT_FLASH, 0);
	assert_int_equal(invite->offers, 2);
	assert_int_equal(invite->offered_first, UA_CODEC_G726_32);
	call_has_changed(invite, sdp_with("127.0.0.1", "111", G726));
	assert_int_equal(invite->handlers->offered(invite, NULL, &offer, invite->arg), 0);
	assert_int_equal(offer.formats[0].codec, UA_CODEC_G726_32);
}

static void test_a_change_of_codec_waits_for_what_is_under_way(void **state)
{
	struct ua_invite *invite = talk_with("G726-32 PCMA", sdp_with("127.0.0.1", "111 8", G726));

	(void)state;
	world.offer_err = EBUSY;
	fax_is_heard(DSP_FAX_CALLING, false);
	assert_int_equal(invite->offers, 0);
	world.offer_err = 0;
	call_has_changed(invite, NULL);
	assert_int_equal(invite->offers, 1);
	assert_int_equal(invite->offered_first, UA_CODEC_PCMA);
}

static void test_an_account_without_a_good_codec_offers_none(void **state)
{
	struct ua_invite *invite = talk_with("G722", sdp_with("127.0.0.1", "9", ""));

	(void)state;
	fax_is_heard(DSP_FAX_CALLING, false);
	assert_int_equal(invite->offers, 0);
	assert_true(world.wish.streams[0].machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_a_call_in_which_a_fax_is_heard_is_a_machines),
		LINE_TEST(test_what_another_stream_heard_makes_no_machine),
		LINE_TEST(test_a_fax_heard_before_the_answer_counts_from_the_answer_on),
		LINE_TEST(test_a_fax_has_another_codec_changed_for_a_good_one),
		LINE_TEST(test_a_refused_change_of_codec_changes_nothing),
		LINE_TEST(test_a_change_of_codec_waits_for_what_is_under_way),
		LINE_TEST(test_an_account_without_a_good_codec_offers_none),
		LINE_TEST(test_keys_are_told_one_after_the_other),
		LINE_TEST(test_keys_that_are_refused_go_as_sound),
		LINE_TEST(test_more_keys_than_can_wait_are_lost),
		LINE_TEST(test_keys_of_the_peer_reach_its_stream),
		LINE_TEST(test_a_call_without_protection_goes_on_where_it_may),
		LINE_TEST(test_a_plain_answer_does_not_wait_for_a_handshake_that_was_early),
		LINE_TEST(test_a_handshake_that_fails_ends_the_call_after_its_answer_alone),
		LINE_TEST(test_a_handshake_that_is_not_done_in_time_ends_the_call),
		LINE_TEST(test_a_call_that_came_with_keys_is_held_with_keys),
		LINE_TEST(test_a_call_whose_answer_does_not_protect_ends_where_it_must),
		LINE_TEST(test_keys_stay_until_the_peer_has_others),
		LINE_TEST(test_sound_may_be_wanted_at_an_outer_address),
		LINE_TEST(test_an_unprotected_call_is_refused_where_it_must_be),
		LINE_TEST(test_each_call_that_cannot_be_taken_is_refused_once),
		LINE_TEST(test_a_second_call_is_refused_and_the_first_goes_on),
		LINE_TEST(test_lifting_when_the_caller_has_just_given_up_gives_congestion),
		LINE_TEST(test_no_answer_ends_ringing_after_its_time),
		LINE_TEST(test_a_port_out_of_order_takes_no_call),
		LINE_TEST(test_a_line_tells_whether_it_would_ring),
		LINE_TEST(test_only_180_makes_ringback),
		LINE_TEST(test_ringback_is_made_here_where_the_network_stays_silent),
		LINE_TEST(test_silence_before_the_early_media_is_not_its_own),
		LINE_TEST(test_ringback_is_made_here_when_the_early_media_has_ended),
		LINE_TEST(test_hanging_up_as_the_far_end_does_touches_no_dead_call),
		LINE_TEST(test_ringing_out_ends_after_its_time),
		LINE_TEST(test_what_can_be_no_number_gets_the_information_tone),
		LINE_TEST(test_a_refused_call_does_not_prolong_dialling),
		LINE_TEST(test_a_flash_at_dial_tone_begins_its_time_anew),
		LINE_TEST(test_a_line_left_off_hook_is_parked_and_comes_back),
		LINE_TEST(test_the_profile_says_what_is_heard_of_a_far_end_that_hung_up),
		LINE_TEST(test_a_line_that_begins_anew_gives_dial_tone_for_release_tone),
		LINE_TEST(test_without_howler_the_tone_is_followed_by_silence),
		LINE_TEST(test_a_telephone_off_hook_at_start_is_busy_and_hears_congestion_without_registration),
		LINE_TEST(test_a_hang_up_lost_before_a_lift_ends_the_call_and_not_the_next_one),
		LINE_TEST(test_a_hang_up_and_a_lift_that_are_both_lost_end_the_call),
		LINE_TEST(test_a_lost_hang_up_ends_the_call),
		LINE_TEST(test_a_short_number_is_called_past_every_server),
		LINE_TEST(test_a_short_number_that_no_other_begins_with_is_called_at_once),
		LINE_TEST(test_a_lost_digit_gives_congestion_and_no_wrong_number),
		LINE_TEST(test_a_lost_last_digit_gives_congestion_too),
		LINE_TEST(test_a_digit_lost_with_the_lift_gives_congestion_too),
		LINE_TEST(test_a_digit_that_comes_without_its_lift_gives_congestion_too),
		LINE_TEST(test_a_lost_first_digit_gives_congestion_too),
		LINE_TEST(test_a_socket_stays_open_until_the_media_plane_let_go_of_it),
		LINE_TEST(test_a_media_plane_that_stands_still_gets_no_more_calls),
		LINE_TEST(test_a_held_peer_is_sent_nothing),
		LINE_TEST(test_the_peers_packet_time_and_payload_types_are_respected),
	};

	return cmocka_run_group_tests_name("gateway/line", tests, NULL, NULL);
}
