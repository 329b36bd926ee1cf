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

#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

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
static void test_who_is_queued_hears_ringing(void **state)
{
	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102#");
	call_progresses(call_sent(), 181, NULL);
	assert_state("calling");
	call_progresses(call_sent(), 182, NULL);
	assert_state("ringback");
	call_progresses(call_sent(), 181, NULL);
	assert_state("ringback");
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_sound_may_be_wanted_at_an_outer_address),
		LINE_TEST(test_each_call_that_cannot_be_taken_is_refused_once),
		LINE_TEST(test_a_second_call_is_refused_and_the_first_goes_on),
		LINE_TEST(test_lifting_when_the_caller_has_just_given_up_gives_congestion),
		LINE_TEST(test_no_answer_ends_ringing_after_its_time),
		LINE_TEST(test_a_port_out_of_order_takes_no_call),
		LINE_TEST(test_a_line_tells_whether_it_would_ring),
		LINE_TEST(test_only_180_makes_ringback),
		LINE_TEST(test_who_is_queued_hears_ringing),
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
