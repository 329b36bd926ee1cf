/* SPDX-License-Identifier: BSD-3-Clause */
/* What is agreed on with peers of many kinds, and what the stream then sends and takes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "gateway/leg/leg_codecs.h"

#define EVERY "PCMU PCMA opus G726-32 G722"
#define HEAD  "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO(formats) HEAD "m=audio 5004 RTP/AVP " formats "\r\n"
#define EVENTS "a=rtpmap:101 telephone-event/8000\r\n"

/* A call with one peer. */
static struct ua_sdp_local local;
static struct leg_codecs coders;
static struct ua_sdp remote, ours;
static struct stream_wish wish;
static char text[UA_SDP_TEXT_MAX];

static void begin(const char *codecs_text)
{
	struct codecs codecs;

	leg_codecs_free(&coders);
	memset(&coders, 0, sizeof(coders));
	local = (struct ua_sdp_local){.addr = "192.0.2.9", .port = 40000, .direction = UA_SENDRECV, .ptime_ms = 20};
	assert_int_equal(codecs_parse(&codecs, codecs_text), 0);
	leg_codecs_local(&codecs, true, true, &local);
}

static void conclude(void)
{
	assert_int_equal(leg_codecs_make(&coders, &local, &remote), 0);
	memset(&wish, 0, sizeof(wish));
	assert_true(leg_codecs_wish(&coders, &local, &remote, &wish));
}

/* The peer offers. */
static int offered(const char *sdp)
{
	int err;

	assert_int_equal(ua_sdp_parse(&remote, sdp, strlen(sdp)), 0);
	err = ua_sdp_answer(&ours, &remote, &local);
	if (err)
		return err;
	leg_codecs_agree(&local, &remote);
	assert_true(ua_sdp_print(&ours, 1, 1, text, sizeof(text)) > 0);
	conclude();
	return 0;
}

/* We offer, and the peer answers. */
static void answered(const char *sdp)
{
	ua_sdp_offer(&ours, &local);
	assert_true(ua_sdp_print(&ours, 1, 1, text, sizeof(text)) > 0);
	assert_int_equal(ua_sdp_parse(&remote, sdp, strlen(sdp)), 0);
	conclude();
}

static int take_of(uint8_t payload_type)
{
	for (unsigned i = 0; i < STREAM_TYPES_MAX; i++) {
		if (wish.takes[i].payload_type == payload_type && wish.takes[i].take != STREAM_REFUSES)
			return wish.takes[i].take;
	}
	return STREAM_REFUSES;
}

static const struct row {
	const char *who, *codecs, *offer;
	const char *media; /* of our answer; NULL: there is none in common */
	enum dsp_codec codec;
	unsigned payload_type, ptime_ms, event_type, clock_factor, event_factor, red_type;
} rows[] = {
	{"G.711 alone", EVERY, AUDIO("8 0 101") EVENTS, "m=audio 40000 RTP/AVP 8 0 101\r\n", DSP_CODEC_PCMA, 8, 20, 101, 1, 1, 0},
	{"G.722 alone", EVERY, AUDIO("9"), "m=audio 40000 RTP/AVP 9\r\n", DSP_CODEC_G722, 9, 20, 0, 1, 0, 0},
	{"G.722 first", EVERY, AUDIO("9 8"), "m=audio 40000 RTP/AVP 8 9\r\n", DSP_CODEC_PCMA, 8, 20, 0, 1, 0, 0},
	{"G.722 not wished for", "PCMU", AUDIO("9"), NULL, 0, 0, 0, 0, 0, 0, 0},
	{"Opus alone", EVERY, AUDIO("96") "a=rtpmap:96 opus/48000/2\r\n", "m=audio 40000 RTP/AVP 96\r\n", DSP_CODEC_OPUS, 96, 20, 0,
		6, 0, 0},
	{"Opus with events of both clocks", EVERY, AUDIO("96 0 97 98") "a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/8000\r\n"
		"a=rtpmap:98 telephone-event/48000\r\n", "m=audio 40000 RTP/AVP 96 0 97 98\r\n", DSP_CODEC_OPUS, 96, 20, 98, 6, 6, 0},
	{"Opus with events of 8 kHz alone", EVERY, AUDIO("96 97") "a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/8000\r\n",
		"m=audio 40000 RTP/AVP 96 97\r\n", DSP_CODEC_OPUS, 96, 20, 97, 6, 1, 0},
	{"G.726 alone", EVERY, AUDIO("102 101") "a=rtpmap:102 G726-32/8000\r\n" EVENTS, "m=audio 40000 RTP/AVP 102 101\r\n",
		DSP_CODEC_G726, 102, 20, 101, 1, 1, 0},
	{"our number for something else", EVERY, AUDIO("107 111 101") "a=rtpmap:107 telephone-event/8000\r\na=rtpmap:111 opus/48000/2\r\n"
		"a=rtpmap:101 G726-32/8000\r\n", "m=audio 40000 RTP/AVP 107 111 101\r\n", DSP_CODEC_OPUS, 111, 20, 107, 6, 1, 0},
	{"what we do not know", EVERY, AUDIO("3 97 4") "a=rtpmap:97 iLBC/8000\r\n", NULL, 0, 0, 0, 0, 0, 0, 0},
	{"two audio streams", EVERY, AUDIO("8") "m=audio 5006 RTP/AVP 9\r\n", "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
		"a=ptime:20\r\na=sendrecv\r\nm=audio 0 RTP/AVP 9\r\n", DSP_CODEC_PCMA, 8, 20, 0, 1, 0, 0},
	{"packets of 10 ms", EVERY, AUDIO("0") "a=ptime:10\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 10, 0, 1, 0, 0},
	{"packets of 60 ms", EVERY, AUDIO("0") "a=ptime:60\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 60, 0, 1, 0, 0},
	{"packets of 100 ms", EVERY, AUDIO("0") "a=ptime:100\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 60, 0, 1, 0, 0},
	{"packets of 25 ms", EVERY, AUDIO("0") "a=ptime:25\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 20, 0, 1, 0, 0},
	{"packets of 0 ms", EVERY, AUDIO("0") "a=ptime:0\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 20, 0, 1, 0, 0},
	/* RFC 4566 s6: maxptime is the most that a packet may hold | whatever ptime says */
	{"at most 20 ms, though 60 are wished for", EVERY, AUDIO("0") "a=ptime:60\r\na=maxptime:20\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 20,
		0, 1, 0, 0},
	{"at most 10 ms", EVERY, AUDIO("0") "a=maxptime:10\r\n", "RTP/AVP 0\r\n", DSP_CODEC_PCMU, 0, 10, 0, 1, 0, 0},
	{"redundancy", EVERY, AUDIO("121 0 101") "a=rtpmap:121 red/8000\r\na=fmtp:121 0/0\r\n" EVENTS,
		"m=audio 40000 RTP/AVP 121 0 101\r\n", DSP_CODEC_PCMU, 0, 20, 101, 1, 1, 121},
	{"redundancy of events", EVERY, AUDIO("0 101 122") "a=rtpmap:122 red/8000\r\na=fmtp:122 101/101/101\r\n" EVENTS,
		"m=audio 40000 RTP/AVP 0 101 122\r\n", DSP_CODEC_PCMU, 0, 20, 101, 1, 1, 0},
};

static void row_holds(const struct row *row)
{
	begin(row->codecs);
	if (!row->media) {
		/* RFC 3264 s6: no codec in common | 488 */
		if (offered(row->offer) != ENOTSUP)
			fail_msg("%s: answered", row->who);
		return;
	}
	if (offered(row->offer) != 0 || !strstr(text, row->media))
		fail_msg("%s: answered %s", row->who, text);
	if (wish.codec != row->codec || wish.payload_type != row->payload_type || wish.ptime_ms != row->ptime_ms ||
		wish.event_type != row->event_type || wish.clock_factor != row->clock_factor ||
		(row->event_type && wish.event_factor != row->event_factor) || wish.red_type != row->red_type)
		fail_msg("%s: sends %u as %u in %u ms, keys as %u, factors %u and %u, redundancy %u", row->who, wish.codec, wish.payload_type,
			wish.ptime_ms, wish.event_type, wish.clock_factor, wish.event_factor, wish.red_type);
	if (take_of((uint8_t)row->payload_type) != STREAM_SOUND + (int)row->codec)
		fail_msg("%s: %u is taken for %d", row->who, row->payload_type, take_of((uint8_t)row->payload_type));
	if (row->codec > DSP_CODEC_PCMA && (!wish.encoder || !wish.decoders[row->codec]))
		fail_msg("%s: no coder", row->who);
}

static void test_peers_of_every_kind_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_holds(&rows[i]);
}

static void test_the_order_of_the_account_is_offered(void **state)
{
	(void)state;
	begin("G722 opus PCMA");
	answered(AUDIO("8"));
	assert_non_null(strstr(text, "m=audio 40000 RTP/AVP 9 107 8 101 102\r\n"));
	begin(EVERY);
	answered(AUDIO("8"));
	assert_non_null(strstr(text, "m=audio 40000 RTP/AVP 0 8 107 111 9 101 102\r\n"));
	assert_null(strstr(text, "red"));
	begin("pcmu");
	answered(AUDIO("0"));
	assert_non_null(strstr(text, "m=audio 40000 RTP/AVP 0 101\r\n"));
}

static void test_payload_types_may_differ_by_direction(void **state)
{
	(void)state;
	begin(EVERY);
	answered(AUDIO("107 96 97") "a=rtpmap:107 telephone-event/48000\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/8000\r\n");
	/* RFC 3264 s5.1: each side tells with which payload type it receives | they may differ in either direction */
	assert_int_equal(wish.payload_type, 96);
	assert_int_equal(wish.event_type, 107);
	assert_int_equal(wish.event_factor, 6);
	assert_int_equal(take_of(107), STREAM_SOUND + DSP_CODEC_OPUS); /* as we said, whatever it means to him */
	assert_int_equal(take_of(101), STREAM_EVENTS);
	assert_int_equal(take_of(102), STREAM_EVENTS_48);
	assert_int_equal(take_of(96), STREAM_SOUND + DSP_CODEC_OPUS); /* what he uses himself, should he mix them up */
	assert_int_equal(take_of(97), STREAM_EVENTS);
}

static void test_a_number_that_the_peer_gave_out_is_not_offered_for_something_else(void **state)
{
	(void)state;
	begin(EVERY);
	assert_int_equal(offered(AUDIO("0 107 101") "a=rtpmap:107 telephone-event/8000\r\na=rtpmap:101 G726-32/8000\r\n"), 0);
	answered(AUDIO("0"));
	/* RFC 3264 s8.3.2: a number that has meant one thing does not mean another later | other numbers are offered */
	assert_non_null(strstr(text, "m=audio 40000 RTP/AVP 0 8 96 101 9 107 102\r\n"));
	assert_non_null(strstr(text, "a=rtpmap:96 opus/48000/2\r\n"));
	assert_non_null(strstr(text, "a=rtpmap:101 G726-32/8000\r\n"));
	assert_non_null(strstr(text, "a=rtpmap:107 telephone-event/8000\r\n"));
}

static void test_what_is_in_use_is_offered_first_in_the_call(void **state)
{
	(void)state;
	begin(EVERY);
	assert_int_equal(offered(AUDIO("96 8") "a=rtpmap:96 opus/48000/2\r\n"), 0);
	answered(AUDIO("96") "a=rtpmap:96 opus/48000/2\r\n");
	assert_non_null(strstr(text, "m=audio 40000 RTP/AVP 96 0 8 111 9 101 102\r\n"));
}

static void test_redundancy_goes_on_when_something_else_is_offered(void **state)
{
	(void)state;
	begin(EVERY);
	assert_int_equal(offered(AUDIO("121 8") "a=rtpmap:121 red/8000\r\na=fmtp:121 8/8\r\n"), 0);
	assert_int_equal(take_of(121), STREAM_RED);
	answered(AUDIO("8 121") "a=rtpmap:121 red/8000\r\na=fmtp:121 8/8\r\n");
	assert_non_null(strstr(text, "a=rtpmap:121 red/8000\r\na=fmtp:121 8/8\r\n"));
	assert_int_equal(wish.red_type, 121);
	assert_int_equal(offered(AUDIO("8")), 0);
	assert_int_equal(wish.red_type, 0);
	answered(AUDIO("8"));
	assert_null(strstr(text, "red"));
}

static void test_who_has_several_codecs_may_send_in_any_of_them(void **state)
{
	(void)state;
	begin(EVERY);
	assert_int_equal(offered(AUDIO("0 96 9") "a=rtpmap:96 opus/48000/2\r\n"), 0);
	assert_null(wish.encoder);
	assert_non_null(wish.decoders[DSP_CODEC_OPUS]);
	assert_non_null(wish.decoders[DSP_CODEC_G722]);
	assert_null(wish.decoders[DSP_CODEC_G726]);
}

static void test_a_coder_stays_when_the_codec_changes(void **state)
{
	struct dsp_encoder *encoder;

	(void)state;
	begin(EVERY);
	assert_int_equal(offered(AUDIO("9")), 0);
	encoder = wish.encoder;
	assert_int_equal(offered(AUDIO("0")), 0);
	assert_null(wish.encoder);
	assert_int_equal(offered(AUDIO("9")), 0);
	assert_ptr_equal(wish.encoder, encoder);
}

static void test_machines_have_g711_alone(void **state)
{
	struct codecs codecs;

	(void)state;
	assert_int_equal(codecs_parse(&codecs, "opus PCMA G722 PCMU"), 0);
	codecs_keep_exact(&codecs);
	assert_int_equal(codecs.count, 2);
	assert_int_equal(codecs.list[0], DSP_CODEC_PCMA);
	assert_int_equal(codecs_parse(&codecs, "opus"), 0);
	codecs_keep_exact(&codecs);
	leg_codecs_local(&codecs, false, false, &local);
	assert_int_equal(local.format_count, 2);
	assert_int_equal(local.formats[0].codec, UA_CODEC_PCMU);
}

static void test_names_are_read_whatever_their_case_and_blanks(void **state)
{
	struct codecs codecs = {.count = 99};
	char names[100];

	(void)state;
	assert_int_equal(codecs_parse(&codecs, "PCMU,PCMA"), EINVAL);
	assert_int_equal(codecs_parse(&codecs, " "), EINVAL);
	assert_int_equal(codecs_parse(&codecs, "opus OPUS"), EINVAL);
	assert_int_equal(codecs.count, 99);
	assert_int_equal(codecs_parse(&codecs, "  Opus   g726-32 "), 0);
	assert_int_equal(codecs.count, 2);
	assert_int_equal(codecs.list[1], DSP_CODEC_G726);
	codecs_names(names, sizeof(names));
	assert_string_equal(names, dsp_codec_shape(DSP_CODEC_G729) ? "PCMU, PCMA, G726-32, G722, opus or G729" :
		"PCMU, PCMA, G726-32, G722 or opus");
}

static int end(void **state)
{
	(void)state;
	leg_codecs_free(&coders);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peers_of_every_kind_are_understood),
		cmocka_unit_test(test_the_order_of_the_account_is_offered),
		cmocka_unit_test(test_payload_types_may_differ_by_direction),
		cmocka_unit_test(test_a_number_that_the_peer_gave_out_is_not_offered_for_something_else),
		cmocka_unit_test(test_what_is_in_use_is_offered_first_in_the_call),
		cmocka_unit_test(test_redundancy_goes_on_when_something_else_is_offered),
		cmocka_unit_test(test_who_has_several_codecs_may_send_in_any_of_them),
		cmocka_unit_test(test_a_coder_stays_when_the_codec_changes),
		cmocka_unit_test(test_machines_have_g711_alone),
		cmocka_unit_test(test_names_are_read_whatever_their_case_and_blanks),
	};

	dsp_init();
	return cmocka_run_group_tests_name("gateway/leg, codecs", tests, NULL, end);
}
