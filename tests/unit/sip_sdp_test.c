/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sip/sdp.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
#define C "c=IN IP4 192.0.2.1\r\n"
#define T "t=0 0\r\n"

/* In a block of its own size, so that AddressSanitizer sees one byte too far. */
static int parse(struct ua_sdp *sdp, const char *text)
{
	size_t length = strlen(text);
	char *copy = malloc(length ? length : 1);
	int err;

	memcpy(copy, text, length);
	err = ua_sdp_parse(sdp, copy, length);
	free(copy);
	return err;
}

static const struct ua_sdp_local local = {
	.addr = "192.0.2.9",
	.port = 40000,
	.direction = UA_SENDRECV,
	.ptime_ms = 20,
	.formats = {{8, UA_CODEC_PCMA}, {0, UA_CODEC_PCMU}, {101, UA_CODEC_TELEPHONE_EVENT}},
	.format_count = 3,
};

static void test_an_ordinary_description_is_read(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 8 0 97 3 101\r\n"
		"a=rtpmap:97 iLBC/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
		"a=ptime:30\r\na=sendonly\r\n"), 0);
	assert_string_equal(sdp.addr, "192.0.2.1");
	assert_int_equal(sdp.port, 5004);
	assert_int_equal(sdp.ptime_ms, 30);
	assert_int_equal(sdp.direction, UA_SENDONLY);
	assert_int_equal(sdp.format_count, 3);
	assert_int_equal(sdp.formats[0].codec, UA_CODEC_PCMA);
	assert_int_equal(sdp.formats[1].codec, UA_CODEC_PCMU);
	assert_int_equal(sdp.formats[2].payload_type, 101);
	assert_int_equal(sdp.formats[2].codec, UA_CODEC_TELEPHONE_EVENT);
	assert_int_equal(sdp.other_count, 0);
	assert_int_equal(ua_sdp_sound_format(&sdp, &local)->payload_type, 8);
}

static void test_what_is_said_for_the_stream_overrides_what_is_said_for_the_session(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD "c=IN IP4 198.51.100.1\r\n" T "a=inactive\r\n"
		"m=audio 5004 RTP/AVP 0\r\nc=IN IP4 203.0.113.7/127\r\na=recvonly\r\n"), 0);
	/* RFC 4566 s5.7: c= of the stream overrides that of the session | it does */
	assert_string_equal(sdp.addr, "203.0.113.7");
	/* RFC 4566 s6: attributes of the stream override those of the session | they do */
	assert_int_equal(sdp.direction, UA_RECVONLY);
	assert_int_equal(parse(&sdp, HEAD C T "a=inactive\r\nm=audio 5004 RTP/AVP 0\r\n"), 0);
	assert_string_equal(sdp.addr, "192.0.2.1");
	assert_int_equal(sdp.direction, UA_INACTIVE);
}

static void test_what_is_said_for_another_stream_is_not_ours(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=video 6000 RTP/AVP 96\r\nc=IN IP4 host.example\r\n"
		"a=rtpmap:96 PCMU/8000\r\na=sendonly\r\nm=audio 5004/2 RTP/AVP 96 0\r\n"
		"m=image 7000 udptl t38\r\na=inactive\r\na=ptime:99\r\n"), 0);
	assert_int_equal(sdp.audio_index, 1);
	assert_int_equal(sdp.other_count, 2);
	assert_string_equal(sdp.others[0].media, "video");
	assert_string_equal(sdp.others[1].protocol, "udptl");
	assert_string_equal(sdp.others[1].formats, "t38");
	assert_string_equal(sdp.addr, "192.0.2.1");
	/* RFC 3264 s5.1: without direction a stream is sendrecv | attributes of other streams do not count */
	assert_int_equal(sdp.direction, UA_SENDRECV);
	assert_int_equal(sdp.ptime_ms, 0);
	assert_int_equal(sdp.format_count, 1);
}

static void test_the_first_audio_that_is_not_refused_is_ours(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5002 RTP/SAVP 0\r\nm=audio 0 RTP/AVP 0\r\n"
		"m=audio 5004 RTP/AVP 8\r\nm=audio 5006 RTP/AVP 0\r\n"), 0);
	/* RFC 3264 s6: of several streams those that are not wanted are refused | the first audio that can be taken is */
	assert_int_equal(sdp.audio_index, 2);
	assert_int_equal(sdp.port, 5004);
	assert_int_equal(sdp.other_count, 3);
}

static void test_a_dynamic_number_gets_its_codec_from_rtpmap_alone(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 96 97 98 0 96\r\n"
		"a=rtpmap:96 pcma/8000/1\r\na=rtpmap:97 PCMU/16000\r\na=rtpmap:0 GSM/8000\r\n"
		"a=rtpmap:98 PCMU/8000/2\r\na=rtpmap:300 PCMU/8000\r\na=rtpmap:99 PCMU/8000\r\n"), 0);
	assert_int_equal(sdp.format_count, 1);
	assert_int_equal(sdp.formats[0].payload_type, 96);
	/* RFC 3264 s5.1: a dynamic payload type is what its rtpmap says | it is */
	assert_int_equal(sdp.formats[0].codec, UA_CODEC_PCMA);
}

static void test_a_last_line_without_newline_and_bare_newlines_are_read(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
		"m=audio 5004 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\na=sendonly"), 0);
	assert_int_equal(sdp.direction, UA_SENDONLY);
	assert_int_equal(sdp.format_count, 2);
}

static void test_what_is_no_description_is_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{"", EBADMSG},
		{"\r\n", EBADMSG},
		{"hello", EBADMSG},
		{"v=1\r\n" C "m=audio 5004 RTP/AVP 0\r\n", EBADMSG},
		{HEAD C T, ENOTSUP},
		{HEAD C T "m=image 5004 udptl t38\r\n", ENOTSUP},
		{HEAD C T "m=audio 5004 TCP/RTP/AVP 0\r\n", ENOTSUP},
		{HEAD C T "m=audio 65536 RTP/AVP 0\r\n", EBADMSG},
		{HEAD C T "m=audio -1 RTP/AVP 0\r\n", EBADMSG},
		{HEAD C T "m=audio 5004\r\n", EBADMSG},
		{HEAD C T "m=audio\r\n", EBADMSG},
		{HEAD C T "m=\r\n", EBADMSG},
		{HEAD C T "m\r\n", EBADMSG},
		{HEAD C T "broken line\r\nm=audio 5004 RTP/AVP 0\r\n", EBADMSG},
		{HEAD T "m=audio 5004 RTP/AVP 0\r\n", EBADMSG},
		{HEAD "c=IN IP4\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EBADMSG},
		{HEAD "c=IN IP4 host.example\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP4 ::1\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP6 192.0.2.1\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP6 ff02::1\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP6 fe80::1\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP6 ::ffff:192.0.2.1\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP6 [2001:db8::1]\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP7 2001:db8::1\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP4 239.1.2.3/127\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD "c=IN IP4 255.255.255.255\r\n" T "m=audio 5004 RTP/AVP 0\r\n", EAFNOSUPPORT},
		{HEAD C T "m=audio 5004 RTP/AVP 0\r\nm=a-name-beyond-bounds 0 RTP/AVP 0\r\n", EBADMSG},
		{HEAD C T "m=audio 5004 RTP/AVP 0\r\nm=vi\x01" "deo 0 RTP/AVP 0\r\n", EBADMSG},
	};
	struct ua_sdp sdp = {.port = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(&sdp, rows[i].text) != rows[i].err)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
	assert_int_equal(sdp.port, 7);
}

static void test_a_refused_stream_needs_no_address(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD T "m=audio 0 RTP/AVP 0\r\n"), 0);
	assert_int_equal(sdp.port, 0);
	assert_string_equal(sdp.addr, "");
}

static void test_everything_that_can_grow_has_a_limit(void **state)
{
	char text[UA_SDP_TEXT_MAX + 64];
	struct ua_sdp sdp;
	size_t length;

	(void)state;
	length = (size_t)snprintf(text, sizeof(text), HEAD C T "m=audio 5004 RTP/AVP");
	for (unsigned type = 0; type < 128; type++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, " %u", type);
	for (unsigned type = 20; type < 60; type++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
			"\r\na=rtpmap:%u PCMU/8000", type);
	assert_int_equal(parse(&sdp, text), 0);
	assert_int_equal(sdp.format_count, UA_SDP_FORMATS_MAX);

	length = (size_t)snprintf(text, sizeof(text), HEAD C T "m=audio 5004 RTP/AVP 0\r\n");
	for (unsigned i = 0; i < UA_SDP_MEDIA_MAX; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
			"m=video 0 RTP/AVP 31 32 33 34 35 36 37 38 39 40 41\r\n");
	assert_int_equal(parse(&sdp, text), 0);
	assert_string_equal(sdp.others[0].formats, "31");
	snprintf(text + length, sizeof(text) - length, "m=video 0 RTP/AVP 31\r\n");
	assert_int_equal(parse(&sdp, text), EBADMSG);

	memset(text, 'x', sizeof(text));
	memcpy(text, "v=0\r\n", 5);
	assert_int_equal(ua_sdp_parse(&sdp, text, UA_SDP_TEXT_MAX + 1), EBADMSG);
	assert_int_equal(ua_sdp_parse(&sdp, "v=0\r\n\0m", 7), EBADMSG);
}

static void test_an_offer_says_what_this_side_can_do(void **state)
{
	struct ua_sdp offer, again;
	char text[1024];
	size_t length;

	(void)state;
	ua_sdp_offer(&offer, &local);
	length = ua_sdp_print(&offer, 12345678901234u, 2, text, sizeof(text));
	assert_int_equal(length, strlen(text));
	/* RFC 3264 s5: an offer has s=-, t=0 0 and the streams in order of preference | it has */
	assert_string_equal(text, "v=0\r\no=- 12345678901234 2 IN IP4 192.0.2.9\r\ns=-\r\n"
		"c=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
		"a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n");
	assert_int_equal(parse(&again, text), 0);
	assert_memory_equal(&again, &offer, sizeof(offer));
	for (size_t size = 0; size < strlen(text) + 1; size++) {
		char *small = malloc(size + 1);

		assert_int_equal(ua_sdp_print(&offer, 12345678901234u, 2, small, size), 0);
		free(small);
	}
}

static void test_an_ipv6_description_is_read_and_written(void **state)
{
	struct ua_sdp_local mine = local;
	struct ua_sdp offer, answer;
	char text[1024];

	(void)state;
	assert_int_equal(parse(&offer, "v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\n"
		"m=audio 5004 RTP/AVP 0\r\n"), 0);
	assert_string_equal(offer.addr, "2001:db8::1");
	assert_true(ua_sdp_is_ipv6(&offer));
	strcpy(mine.addr, "2001:db8::9");
	assert_int_equal(ua_sdp_answer(&answer, &offer, &mine), 0);
	ua_sdp_print(&answer, 1, 1, text, sizeof(text));
	assert_string_equal(text, "v=0\r\no=- 1 1 IN IP6 2001:db8::9\r\ns=-\r\nc=IN IP6 2001:db8::9\r\n"
		"t=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n");
	assert_int_equal(parse(&offer, HEAD "c=IN IP6 ::\r\n" T "m=audio 5004 RTP/AVP 0\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &mine), 0);
	assert_int_equal(answer.direction, UA_RECVONLY);
}

static void test_an_answer_has_the_offers_order_numbers_and_lines(void **state)
{
	struct ua_sdp offer, answer;
	char text[1024];

	(void)state;
	assert_int_equal(parse(&offer, HEAD C T "m=video 6000 RTP/AVP 96 97\r\n"
		"m=audio 5004 RTP/AVP 0 18 100 8\r\na=rtpmap:100 telephone-event/8000\r\na=ptime:40\r\n"
		"m=image 7000 udptl t38\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &local), 0);
	ua_sdp_print(&answer, 1, 1, text, sizeof(text));
	/* RFC 3264 s6.1: an answer uses the payload types of its offer | it does, in the offer's order */
	assert_string_equal(text, "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\n"
		"t=0 0\r\nm=video 0 RTP/AVP 96 97\r\nm=audio 40000 RTP/AVP 0 100 8\r\n"
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:100 telephone-event/8000\r\na=fmtp:100 0-15\r\n"
		"a=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendrecv\r\nm=image 0 udptl t38\r\n");
}

static void test_each_side_tells_the_number_that_keys_come_to_it_with(void **state)
{
	struct ua_sdp ours, theirs;

	(void)state;
	assert_int_equal(parse(&theirs, HEAD C T "m=audio 5004 RTP/AVP 96 8\r\n"
		"a=rtpmap:96 telephone-event/8000\r\n"), 0);
	assert_int_equal(ua_sdp_event_format(&theirs, &local, NULL)->payload_type, 96);
	assert_int_equal(ua_sdp_sound_format(&theirs, &local)->payload_type, 8);
	assert_int_equal(ua_sdp_answer(&ours, &theirs, &local), 0);
	assert_int_equal(ua_sdp_event_format(&ours, &local, NULL)->payload_type, 96);
	ua_sdp_offer(&ours, &local);
	/* RFC 3264 s5.1: each side tells with which payload type it receives | they may differ */
	assert_int_equal(ua_sdp_event_format(&ours, &local, NULL)->payload_type, 101);
	assert_int_equal(parse(&theirs, HEAD C T "m=audio 5004 RTP/AVP 8\r\n"), 0);
	assert_null(ua_sdp_event_format(&theirs, &local, NULL));
}

static void test_no_codec_in_common_is_refused(void **state)
{
	struct ua_sdp offer, answer;

	(void)state;
	assert_int_equal(parse(&offer, HEAD C T "m=audio 5004 RTP/AVP 18 101\r\n"
		"a=rtpmap:101 telephone-event/8000\r\n"), 0);
	/* RFC 3264 s6: an offer without a common codec cannot be answered | 488 */
	assert_int_equal(ua_sdp_answer(&answer, &offer, &local), ENOTSUP);
}

static void test_a_stream_offered_with_port_0_is_answered_so(void **state)
{
	struct ua_sdp offer, answer;
	char text[1024];

	(void)state;
	assert_int_equal(parse(&offer, HEAD C T "m=audio 0 RTP/AVP 18\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &local), 0);
	ua_sdp_print(&answer, 1, 1, text, sizeof(text));
	/* RFC 3264 s6: a stream that is offered with port 0 is answered with port 0 | it is */
	assert_non_null(strstr(text, "m=audio 0 RTP/AVP 0\r\n"));
	assert_int_equal(parse(&offer, HEAD C T "m=audio 0 RTP/AVP 8\r\nm=image 5004 udptl t38\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &local), ENOTSUP);
}

static void test_the_direction_is_what_both_sides_want(void **state)
{
	static const struct {
		const char *addr;
		enum ua_direction offered, wanted, answered;
	} rows[] = {
		{"192.0.2.1", UA_SENDRECV, UA_SENDRECV, UA_SENDRECV},
		/* RFC 3264 s6.1: sendonly is answered recvonly or inactive | recvonly */
		{"192.0.2.1", UA_SENDONLY, UA_SENDRECV, UA_RECVONLY},
		/* RFC 3264 s6.1: recvonly is answered sendonly or inactive | sendonly */
		{"192.0.2.1", UA_RECVONLY, UA_SENDRECV, UA_SENDONLY},
		/* RFC 3264 s6.1: inactive is answered inactive | it is */
		{"192.0.2.1", UA_INACTIVE, UA_SENDRECV, UA_INACTIVE},
		{"192.0.2.1", UA_SENDONLY, UA_SENDONLY, UA_INACTIVE},
		{"192.0.2.1", UA_SENDRECV, UA_SENDONLY, UA_SENDONLY},
		{"192.0.2.1", UA_SENDRECV, UA_INACTIVE, UA_INACTIVE},
		/* RFC 3264 s8.4: the address 0.0.0.0 is the old way of hold | nothing is sent there */
		{"0.0.0.0", UA_SENDRECV, UA_SENDRECV, UA_RECVONLY},
		{"0.0.0.0", UA_RECVONLY, UA_SENDRECV, UA_INACTIVE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ua_sdp_local mine = local;
		struct ua_sdp offer, answer;

		ua_sdp_offer(&offer, &local);
		snprintf(offer.addr, sizeof(offer.addr), "%s", rows[i].addr);
		offer.direction = rows[i].offered;
		mine.direction = rows[i].wanted;
		assert_int_equal(ua_sdp_answer(&answer, &offer, &mine), 0);
		if (answer.direction != rows[i].answered)
			fail_msg("row %zu: %d", i, answer.direction);
	}
}

static const struct ua_sdp_local all = {
	.addr = "192.0.2.9", .port = 40000, .direction = UA_SENDRECV, .ptime_ms = 20,
	.formats = {{0, UA_CODEC_PCMU}, {8, UA_CODEC_PCMA}, {111, UA_CODEC_G726_32}, {107, UA_CODEC_OPUS}, {9, UA_CODEC_G722},
		{18, UA_CODEC_G729}, {101, UA_CODEC_TELEPHONE_EVENT}, {102, UA_CODEC_TELEPHONE_EVENT_48}, {0, UA_CODEC_RED}},
	.format_count = 9,
};

static void test_each_codec_has_its_name_its_clock_and_what_belongs_to_it(void **state)
{
	struct ua_sdp_local mine = all;
	struct ua_sdp offer, again;
	char text[1024];

	(void)state;
	mine.format_count = 8;
	ua_sdp_offer(&offer, &mine);
	ua_sdp_print(&offer, 1, 1, text, sizeof(text));
	/* RFC 7587 s7: opus/48000/2 | whatever is sent is narrow, in one channel */
	/* RFC 4733 s2.1: events with the clock of the sound beside them | one format for each clock */
	assert_string_equal(strstr(text, "m=audio"), "m=audio 40000 RTP/AVP 0 8 111 107 9 18 101 102\r\n"
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:111 G726-32/8000\r\n"
		"a=rtpmap:107 opus/48000/2\r\na=fmtp:107 useinbandfec=1;maxplaybackrate=8000;sprop-maxcapturerate=8000\r\n"
		"a=rtpmap:9 G722/8000\r\na=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n"
		"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
		"a=rtpmap:102 telephone-event/48000\r\na=fmtp:102 0-15\r\na=ptime:20\r\na=sendrecv\r\n");
	assert_int_equal(parse(&again, text), 0);
	assert_true(ua_sdp_is_same(&again, &offer));
}

static void test_a_name_with_another_clock_or_more_channels_is_another_codec(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 96 97 98 99 100 102 103\r\n"
		"a=rtpmap:96 opus/8000\r\na=rtpmap:97 G722/16000\r\na=rtpmap:98 PCMA/8000/2\r\na=rtpmap:99 PCMU/16000\r\n"
		"a=rtpmap:100 AAL2-G726-32/8000\r\na=rtpmap:102 OPUS/48000/2\r\na=rtpmap:103 g726-32/8000/1\r\n"), 0);
	assert_int_equal(sdp.format_count, 2);
	assert_int_equal(sdp.formats[0].codec, UA_CODEC_OPUS);
	assert_int_equal(sdp.formats[1].codec, UA_CODEC_G726_32);
}

static void test_g722_is_for_who_offers_nothing_else(void **state)
{
	struct ua_sdp offer, answer;

	(void)state;
	assert_int_equal(parse(&offer, HEAD C T "m=audio 5004 RTP/AVP 9 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &all), 0);
	assert_int_equal(answer.format_count, 3);
	assert_int_equal(answer.formats[0].payload_type, 8);
	assert_int_equal(answer.formats[2].payload_type, 9);
	assert_int_equal(ua_sdp_sound_format(&offer, &all)->payload_type, 8);
	assert_int_equal(parse(&offer, HEAD C T "m=audio 5004 RTP/AVP 9 101\r\na=rtpmap:101 telephone-event/8000\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &all), 0);
	assert_int_equal(ua_sdp_sound_format(&offer, &all)->payload_type, 9);
}

static void test_sound_goes_out_in_a_codec_that_both_have(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 18 96 0\r\na=rtpmap:96 opus/48000/2\r\n"), 0);
	assert_int_equal(ua_sdp_sound_format(&sdp, &all)->codec, UA_CODEC_G729);
	assert_int_equal(ua_sdp_sound_format(&sdp, &local)->codec, UA_CODEC_PCMU);
}

static void test_keys_have_the_clock_of_the_sound_where_they_can(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 96 0 97 98\r\na=rtpmap:96 opus/48000/2\r\n"
		"a=rtpmap:97 telephone-event/8000\r\na=rtpmap:98 telephone-event/48000\r\n"), 0);
	assert_int_equal(ua_sdp_event_format(&sdp, &all, &sdp.formats[0])->payload_type, 98);
	assert_int_equal(ua_sdp_event_format(&sdp, &all, &sdp.formats[1])->payload_type, 97);
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\n"
		"a=rtpmap:97 telephone-event/8000\r\n"), 0);
	assert_int_equal(ua_sdp_event_format(&sdp, &all, &sdp.formats[0])->payload_type, 97);
}

static void test_the_longest_packet_is_read(void **state)
{
	struct ua_sdp sdp, answer;
	char text[1024];

	(void)state;
	assert_int_equal(parse(&sdp, HEAD C T "m=audio 5004 RTP/AVP 0\r\na=maxptime:20\r\na=ptime:60\r\n"), 0);
	assert_int_equal(sdp.maxptime_ms, 20);
	assert_int_equal(sdp.ptime_ms, 60);
	assert_int_equal(ua_sdp_answer(&answer, &sdp, &all), 0);
	ua_sdp_print(&answer, 1, 1, text, sizeof(text));
	assert_null(strstr(text, "maxptime"));
	assert_non_null(strstr(text, "a=ptime:20\r\n"));
}

#define RED_OFFER(formats, fmtp) HEAD C T "m=audio 5004 RTP/AVP " formats "\r\na=fmtp:121 " fmtp "\r\na=rtpmap:121 red/8000/1\r\n" \
	"a=rtpmap:101 telephone-event/8000\r\n"

static void test_redundancy_is_taken_when_it_is_offered_of_what_is_taken(void **state)
{
	static const struct {
		const char *offer, *answered; /* NULL: without */
	} rows[] = {
		/* RFC 2198 s5: fmtp names the codecs of the blocks | of the codec that is sent anyway */
		{RED_OFFER("121 0 8", "0/0"), "m=audio 40000 RTP/AVP 121 0 8\r\na=rtpmap:121 red/8000\r\na=fmtp:121 0/0\r\n"},
		{RED_OFFER("0 121", "0/0/0"), "m=audio 40000 RTP/AVP 0 121\r\n"},
		{RED_OFFER("0 101 121", "101/101"), "m=audio 40000 RTP/AVP 0 101 121\r\n"},
		{RED_OFFER("0 8 121", "8/8"), NULL},
		{RED_OFFER("0 121", "0/5"), NULL},
		{RED_OFFER("0 121", "96/96"), NULL},
		{RED_OFFER("0 121", "121/121"), NULL},
		{RED_OFFER("0 121", "x"), NULL},
	};
	struct ua_sdp offer, answer;
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(&offer, rows[i].offer), 0);
		assert_int_equal(ua_sdp_answer(&answer, &offer, &all), 0);
		ua_sdp_print(&answer, 1, 1, text, sizeof(text));
		if (rows[i].answered ? !strstr(text, rows[i].answered) : strstr(text, "121") != NULL)
			fail_msg("row %zu: %s", i, text);
	}
	assert_int_equal(parse(&offer, rows[0].offer), 0);
	assert_int_equal(ua_sdp_red_format(&offer, &all, &offer.formats[1])->payload_type, 121);
	assert_null(ua_sdp_red_format(&offer, &all, &offer.formats[2]));
	assert_null(ua_sdp_red_format(&offer, &local, &offer.formats[1]));
	assert_int_equal(ua_sdp_answer(&answer, &offer, &local), 0);
	assert_int_equal(answer.format_count, 2);
}

static void test_rtcp_goes_where_the_peer_takes_it(void **state)
{
	static const struct {
		const char *attributes;
		unsigned port;
		bool mux;
	} rows[] = {
		/* RFC 3550 s11: RTCP takes the odd port after the stream's | it goes there */
		{"", 5005, false},
		/* RFC 3605 s2.1: a=rtcp tells another port | it goes there */
		{"a=rtcp:53020\r\n", 53020, false},
		{"a=rtcp:53020 IN IP4 126.16.64.4\r\n", 53020, false},
		{"a=rtcp:99999\r\n", 5005, false},
		/* RFC 5761 s5.1.1: with rtcp-mux both take one port | they do, whatever a=rtcp says */
		{"a=rtcp-mux\r\na=rtcp:53020\r\n", 5004, true},
		{"m=video 9 RTP/AVP 31\r\na=rtcp-mux\r\na=rtcp:9\r\n", 5005, false},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ua_sdp sdp, answer;

		snprintf(text, sizeof(text), HEAD C T "m=audio 5004 RTP/AVP 8\r\n%s", rows[i].attributes);
		assert_int_equal(parse(&sdp, text), 0);
		assert_int_equal(ua_sdp_rtcp_port(&sdp), rows[i].port);
		assert_int_equal(ua_sdp_answer(&answer, &sdp, &local), 0);
		/* RFC 5761 s5.1.1: an answer says rtcp-mux only where the offer does | so it does */
		assert_int_equal(answer.rtcp_mux, rows[i].mux);
		assert_int_equal(ua_sdp_rtcp_port(&answer), local.port + !rows[i].mux);
		assert_int_not_equal(ua_sdp_print(&answer, 1, 1, text, sizeof(text)), 0);
		assert_int_equal(strstr(text, "a=rtcp-mux\r\n") != NULL, rows[i].mux);
	}
}

static void test_our_rtcp_port_is_told_where_it_is_not_the_next(void **state)
{
	struct ua_sdp_local mapped = local;
	struct ua_sdp offer, answer, read;
	char text[512];

	(void)state;
	mapped.rtcp_port = 50321;
	ua_sdp_offer(&offer, &mapped);
	assert_int_not_equal(ua_sdp_print(&offer, 1, 1, text, sizeof(text)), 0);
	/* RFC 3605 s2.1: a=rtcp:<port> within the stream says where RTCP is taken | an offer has it */
	assert_non_null(strstr(text, "\r\na=rtcp:50321\r\n"));
	assert_int_equal(parse(&read, text), 0);
	assert_int_equal(ua_sdp_rtcp_port(&read), 50321);
	assert_int_equal(parse(&offer, HEAD C T "m=audio 5004 RTP/AVP 8\r\na=rtcp:9\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &mapped), 0);
	assert_int_equal(ua_sdp_rtcp_port(&answer), 50321);
	assert_int_equal(parse(&offer, HEAD C T "m=audio 5004 RTP/AVP 8\r\na=rtcp-mux\r\n"), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &mapped), 0);
	assert_int_not_equal(ua_sdp_print(&answer, 1, 1, text, sizeof(text)), 0);
	/* RFC 5761 s5.1.1: with rtcp-mux RTCP has no port of its own | an answer with it tells none */
	assert_null(strstr(text, "a=rtcp:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_codec_has_its_name_its_clock_and_what_belongs_to_it),
		cmocka_unit_test(test_a_name_with_another_clock_or_more_channels_is_another_codec),
		cmocka_unit_test(test_g722_is_for_who_offers_nothing_else),
		cmocka_unit_test(test_sound_goes_out_in_a_codec_that_both_have),
		cmocka_unit_test(test_keys_have_the_clock_of_the_sound_where_they_can),
		cmocka_unit_test(test_the_longest_packet_is_read),
		cmocka_unit_test(test_redundancy_is_taken_when_it_is_offered_of_what_is_taken),
		cmocka_unit_test(test_an_ordinary_description_is_read),
		cmocka_unit_test(test_what_is_said_for_the_stream_overrides_what_is_said_for_the_session),
		cmocka_unit_test(test_what_is_said_for_another_stream_is_not_ours),
		cmocka_unit_test(test_the_first_audio_that_is_not_refused_is_ours),
		cmocka_unit_test(test_a_dynamic_number_gets_its_codec_from_rtpmap_alone),
		cmocka_unit_test(test_a_last_line_without_newline_and_bare_newlines_are_read),
		cmocka_unit_test(test_what_is_no_description_is_refused),
		cmocka_unit_test(test_a_refused_stream_needs_no_address),
		cmocka_unit_test(test_everything_that_can_grow_has_a_limit),
		cmocka_unit_test(test_an_offer_says_what_this_side_can_do),
		cmocka_unit_test(test_an_ipv6_description_is_read_and_written),
		cmocka_unit_test(test_an_answer_has_the_offers_order_numbers_and_lines),
		cmocka_unit_test(test_each_side_tells_the_number_that_keys_come_to_it_with),
		cmocka_unit_test(test_no_codec_in_common_is_refused),
		cmocka_unit_test(test_a_stream_offered_with_port_0_is_answered_so),
		cmocka_unit_test(test_the_direction_is_what_both_sides_want),
		cmocka_unit_test(test_rtcp_goes_where_the_peer_takes_it),
		cmocka_unit_test(test_our_rtcp_port_is_told_where_it_is_not_the_next),
	};

	return cmocka_run_group_tests_name("sip sdp", tests, NULL, NULL);
}
