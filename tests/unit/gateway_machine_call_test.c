/* SPDX-License-Identifier: BSD-3-Clause */
/* A call in which a fax or a modem is heard. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

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
	assert_false(stream->peer_called);
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

/* What one calling tone is worth depends on it (gateway/media/stream.h). */
static void test_who_called_is_told_to_who_listens_for_a_fax(void **state)
{
	(void)state;
	(void)call_comes(PCMU);
	lift();
	assert_state("talking");
	assert_true(world.wish.streams[0].peer_called);
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
		LINE_TEST(test_who_called_is_told_to_who_listens_for_a_fax),
		LINE_TEST(test_what_another_stream_heard_makes_no_machine),
		LINE_TEST(test_a_fax_heard_before_the_answer_counts_from_the_answer_on),
		LINE_TEST(test_a_fax_has_another_codec_changed_for_a_good_one),
		LINE_TEST(test_a_refused_change_of_codec_changes_nothing),
		LINE_TEST(test_a_change_of_codec_waits_for_what_is_under_way),
		LINE_TEST(test_an_account_without_a_good_codec_offers_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
