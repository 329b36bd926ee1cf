/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of a call whose far end's answer no sound can go by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/gateway_calls.h"

#define Q850_INCOMPATIBLE 88

#define NO_CODEC sdp_with("127.0.0.1", "96", "a=rtpmap:96 AMR/8000\r\n")
#define KEYS_ALONE sdp_with("127.0.0.1", "101", "a=rtpmap:101 telephone-event/8000\r\n")

static int make(void **state)
{
	(void)state;
	line_world_make("(1xx|[*#]x.T)");
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	line_world_free();
	return 0;
}

static const char *no_sound(void)
{
	static char text[512];
	const char *sdp = PCMU;
	const char *port = strstr(sdp, "audio 4000");

	snprintf(text, sizeof(text), "%.*saudio 0%s", (int)(port - sdp), sdp, port + strlen("audio 4000"));
	return text;
}

static struct ua_invite *call(void)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials("102");
	return call_sent();
}

static void assert_ends(struct ua_invite *invite)
{
	/* The agent has sent the ACK by now. */
	assert_true(invite->ended);
	assert_int_equal(invite->end_cause, Q850_INCOMPATIBLE);
	assert_state("congestion");
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	assert_state("idle");
}

static void test_an_answer_without_a_codec_in_common_ends_the_call(void **state)
{
	struct ua_invite *invite = call();

	(void)state;
	call_is_answered(invite, NO_CODEC);
	/* RFC 3261 s13.2.2.4: an answer that is not acceptable is acknowledged, then the dialog ended | BYE where there is no codec in common */
	assert_ends(invite);
	invite = call();
	call_is_answered(invite, KEYS_ALONE);
	assert_ends(invite);
}

static void test_an_answer_that_refuses_the_sound_ends_the_call(void **state)
{
	struct ua_invite *invite = call();

	(void)state;
	call_is_answered(invite, no_sound());
	/* RFC 3264 s6: port 0 in an answer refuses the stream | a call that begins so has no other, and ends */
	assert_ends(invite);
}

static void test_an_early_answer_without_a_codec_is_not_heard(void **state)
{
	struct ua_invite *invite = call();

	(void)state;
	call_progresses(invite, 183, NO_CODEC);
	/* RFC 3960 s3.2: without early media that can be played the caller's side makes the tone | it does at 180, and the call waits for its answer */
	assert_state("calling");
	call_progresses(invite, 180, NO_CODEC);
	assert_state("ringback");
	assert_false(invite->ended);
	call_is_answered(invite, PCMU);
	assert_state("talking");
	assert_int_equal(streams_at_ear(), 1);
}

static void test_a_fork_without_a_codec_ends_what_another_makes_heard(void **state)
{
	struct ua_invite *invite = call();

	(void)state;
	call_progresses(invite, 183, PCMU);
	assert_state("early-media");
	call_progresses(invite, 183, NO_CODEC);
	assert_state("ringback");
	call_progresses(invite, 183, PCMU);
	assert_state("early-media");
	call_is_answered(invite, NO_CODEC);
	assert_ends(invite);
}

static void test_an_answer_within_a_call_that_is_of_no_use_changes_nothing(void **state)
{
	struct ua_invite *invite = talk();

	(void)state;
	flash();
	assert_int_equal(invite->offers, 1);
	call_has_changed(invite, NO_CODEC);
	assert_state("recall");
	flash();
	call_has_changed(invite, NO_CODEC);
	assert_state("talking");
	/* RFC 3261 s14.1: a session that could not be changed goes on as it was | also when the answer has no codec in common */
	assert_false(invite->ended);
	assert_int_equal(streams_at_ear(), 1);
	assert_true(world.wish.streams[0].sends);
	assert_int_equal(world.wish.streams[0].payload_type, 0);
}

static void test_a_late_answer_without_a_codec_ends_the_call(void **state)
{
	struct ua_invite *invite = call_comes(NULL);

	(void)state;
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(invite->picked_up);
	call_is_acknowledged(invite, NO_CODEC);
	/* RFC 3261 s13.2.1: the answer to the offer of a 2xx comes in the ACK | BYE where it has no codec in common */
	assert_true(invite->ended);
	assert_int_equal(invite->end_cause, Q850_INCOMPATIBLE);
	assert_state("released");
}

static void test_a_call_that_rings_is_refused_when_its_answer_is_of_no_use(void **state)
{
	struct ua_invite *invite = call_comes(NULL);

	(void)state;
	assert_state("ringing");
	call_is_changed(invite, NO_CODEC);
	/* RFC 3262 s5: the answer to the offer of a reliable 1xx comes in its PRACK | 488 to the call where it has no codec in common */
	assert_int_equal(invite->refused, 488);
	assert_state("idle");
}

#define ANSWER_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANSWER_TEST(test_an_answer_without_a_codec_in_common_ends_the_call),
		ANSWER_TEST(test_an_answer_that_refuses_the_sound_ends_the_call),
		ANSWER_TEST(test_an_early_answer_without_a_codec_is_not_heard),
		ANSWER_TEST(test_a_fork_without_a_codec_ends_what_another_makes_heard),
		ANSWER_TEST(test_an_answer_within_a_call_that_is_of_no_use_changes_nothing),
		ANSWER_TEST(test_a_late_answer_without_a_codec_ends_the_call),
		ANSWER_TEST(test_a_call_that_rings_is_refused_when_its_answer_is_of_no_use),
	};

	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
