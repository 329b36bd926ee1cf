/* SPDX-License-Identifier: BSD-3-Clause */
/* The playout, packet by packet: what is heard of each, and what is counted. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "gateway/media/playout.h"

#define FRAME 160
#define FRAME_MS 20

static struct playout playout;
static int16_t heard[FRAME];

static const struct playout_config at_once = {.min_ms = 0, .max_ms = 400};
static const struct playout_config two_frames = {.start_ms = 40, .min_ms = 40, .max_ms = 400};
static const struct playout_config fixed = {.start_ms = 20, .max_ms = 400, .fixed = true};

static int make(void **state)
{
	(void)state;
	assert_int_equal(dsp_init(), 0);
	memset(&playout, 0, sizeof(playout));
	assert_int_equal(dsp_decoder_alloc(&playout.decoders[DSP_CODEC_PCMU], DSP_CODEC_PCMU), 0);
	assert_int_equal(dsp_decoder_alloc(&playout.decoders[DSP_CODEC_PCMA], DSP_CODEC_PCMA), 0);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	for (int codec = 0; codec < DSP_CODEC_COUNT; codec++)
		dsp_decoder_free(playout.decoders[codec]);
	return 0;
}

/* A value that the law tells exactly. */
static int16_t exact(enum dsp_codec codec, int value)
{
	enum dsp_law law = codec == DSP_CODEC_PCMA ? DSP_LAW_A : DSP_LAW_MU;
	int16_t sample = (int16_t)value;
	uint8_t byte;

	dsp_g711_encode(law, &byte, &sample, 1);
	dsp_g711_decode(law, &sample, &byte, 1);
	return sample;
}

/* Packet number n of a source, all of this value, in either law. */
static int put_coded(uint32_t ssrc, uint32_t first_timestamp, int number, int value, enum dsp_codec codec)
{
	int16_t samples[FRAME];
	uint8_t bytes[FRAME];
	struct ua_rtp_packet packet = {
		.ssrc = ssrc, .sequence = (uint16_t)(65530 + number), .timestamp = first_timestamp + (uint32_t)number * FRAME,
		.payload = bytes, .payload_length = FRAME,
	};

	for (int i = 0; i < FRAME; i++)
		samples[i] = (int16_t)value;
	dsp_g711_encode(codec == DSP_CODEC_PCMA ? DSP_LAW_A : DSP_LAW_MU, bytes, samples, FRAME);
	return stream_playout_packet(&playout, &packet, codec);
}

static void put(int number, int value)
{
	assert_int_equal(put_coded(1, UINT32_MAX - FRAME, number, value, DSP_CODEC_PCMU), 0);
}

static void get(void)
{
	stream_playout_get(&playout, heard, FRAME);
}

static void expect(int value)
{
	get();
	for (int i = 0; i < FRAME; i++)
		assert_int_equal(heard[i], exact(DSP_CODEC_PCMU, value));
}

/* The end of a frame, where what was made up before has been left behind. */
static void expect_end(int value)
{
	get();
	assert_int_equal(heard[FRAME - 1], exact(DSP_CODEC_PCMU, value));
}

static void test_sound_waits_its_delay_then_goes_on_without_a_gap(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &two_frames);
	expect(0);
	put(0, 1000);
	expect(0);
	put(1, 2000);
	expect(0);
	expect(1000);
	expect(2000);
	assert_int_equal(playout.stats.lost, 0);
	assert_int_equal(playout.stats.concealed_samples, 0);
	assert_int_equal(playout.stats.delay_ms, 40);
}

static void test_packets_are_put_back_in_order_over_both_wraps(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &two_frames);
	for (int n = 0; n < 10; n += 2) {
		put(n + 1, 1000 * (n + 2));
		put(n, 1000 * (n + 1));
		if (n == 0)
			get();
		get();
		get();
	}
	assert_int_equal(playout.stats.reordered, 5);
	assert_int_equal(playout.stats.lost, 0);
	assert_int_equal(playout.stats.discarded, 0);
	assert_int_equal(playout.stats.concealed_samples, 0);
}

static void test_a_packet_that_comes_twice_is_heard_once(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &two_frames);
	for (int n = 0; n < 3; n++) {
		put(n, 1000 + n * 1000);
		put(n, 3000);
	}
	expect(0);
	expect(0);
	expect(1000);
	put(0, 5000);
	expect(2000);
	expect(3000);
	assert_int_equal(playout.stats.duplicates, 4);
	assert_int_equal(playout.stats.discarded, 0);
	assert_int_equal(playout.stats.played, 3);
}

static void test_what_is_lost_goes_on_as_before_and_is_counted(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	for (int n = 0; n < 3; n++) {
		put(n, 1000);
		expect(1000);
	}
	put(4, 1000);
	get();
	assert_int_equal(heard[0], exact(DSP_CODEC_PCMU, 1000));
	assert_true(heard[FRAME - 1] > 500);
	assert_int_equal(playout.stats.concealed_samples, FRAME);
	expect_end(1000);
	assert_int_equal(playout.stats.lost, 1);
	assert_int_equal(playout.stats.played, 4);
}

static void test_silence_of_unknown_kind_fades_into_noise_as_loud_as_the_pauses(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	for (int n = 0; n < 3; n++)
		put(n, n == 1 ? 20 : 4000);
	for (int n = 0; n < 10; n++)
		get();
	for (int i = 0; i < FRAME; i++)
		assert_in_range(heard[i] + 100, 100 - 60, 100 + 60);
	assert_int_not_equal(heard[0], heard[1]);
}

static void test_a_late_packet_is_heard_whole_when_nothing_else_waits(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	put(0, 1000);
	expect(1000);
	get();
	put(1, 2000);
	put(2, 3000);
	expect_end(2000);
	expect(3000);
	assert_int_equal(playout.stats.lost, 0);
	assert_int_equal(playout.stats.discarded, 0);
	assert_int_equal(playout.stats.delay_ms, 20);
}

static void test_a_packet_that_is_overtaken_by_what_was_heard_is_discarded(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	put(0, 1000);
	expect(1000);
	put(2, 3000);
	get();
	get();
	put(1, 2000);
	put(3, 4000);
	expect(4000);
	assert_int_equal(playout.stats.discarded, 1);
	assert_int_equal(playout.stats.lost, 0);
}

/* Both with other timestamps, as when the far end changes its address or its clock. */
static void test_another_source_goes_on_without_a_gap(void **state)
{
	static const struct {
		uint32_t ssrc, timestamp;
	} rows[] = {{2, 77777}, {2, 9}, {1, 0x80000000u}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stream_playout_reset(&playout, &two_frames);
		put(0, 1000);
		expect(0);
		put(1, 2000);
		expect(0);
		put_coded(rows[i].ssrc, rows[i].timestamp, 7, 3000, DSP_CODEC_PCMU);
		expect(1000);
		put_coded(rows[i].ssrc, rows[i].timestamp, 8, 4000, DSP_CODEC_PCMU);
		expect(2000);
		expect(3000);
		expect(4000);
		assert_int_equal(playout.stats.lost, 0);
		assert_int_equal(playout.stats.restarts, 2);
	}
}

static void test_a_sender_that_counts_anew_is_followed(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	put(0, 1000);
	expect(1000);
	put_coded(1, 0x70000000, 1, 2000, DSP_CODEC_PCMU);
	expect(2000);
}

/* Half a second is no lateness when it stays so. */
static void test_timestamps_that_fall_back_a_little_are_followed_too(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	for (int n = 0; n < 50; n++) {
		put(n, 1000);
		expect(1000);
	}
	for (int n = 50; n < 70; n++) {
		put_coded(1, UINT32_MAX - FRAME - 4000, n, 2000, DSP_CODEC_PCMU);
		get();
	}
	assert_int_equal(heard[FRAME - 1], exact(DSP_CODEC_PCMU, 2000));
}

static void test_both_laws_take_turns_in_one_stream(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	for (int n = 0; n < 6; n++) {
		assert_int_equal(put_coded(1, 0, n, 2000, n % 2 ? DSP_CODEC_PCMA : DSP_CODEC_PCMU), 0);
		get();
		for (int i = 0; i < FRAME; i++)
			assert_int_equal(heard[i], exact(n % 2 ? DSP_CODEC_PCMA : DSP_CODEC_PCMU, 2000));
	}
}

static void test_a_codec_without_a_decoder_is_refused(void **state)
{
	struct dsp_decoder *kept = playout.decoders[DSP_CODEC_PCMA];

	(void)state;
	stream_playout_reset(&playout, &at_once);
	playout.decoders[DSP_CODEC_PCMA] = NULL;
	assert_int_equal(put_coded(1, 0, 0, 2000, DSP_CODEC_PCMA), ENOTSUP);
	playout.decoders[DSP_CODEC_PCMA] = kept;
	assert_false(playout.started);
}

/* Of 88 samples, which take the room of 160. */
static void put_odd(int number)
{
	uint8_t bytes[88];
	struct ua_rtp_packet packet = {.ssrc = 1, .sequence = (uint16_t)number, .timestamp = (uint32_t)number * 88,
		.payload = bytes, .payload_length = sizeof(bytes)};

	memset(bytes, 0x20 + number, sizeof(bytes));
	assert_int_equal(stream_playout_packet(&playout, &packet, DSP_CODEC_PCMU), 0);
}

static void test_a_pool_that_is_full_plays_the_newest(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &at_once);
	for (int n = 0; n < 50; n++)
		put_odd(n);
	for (int n = 0; n < 30; n++)
		get();
	assert_int_equal(playout.stats.discarded, 50 - PLAYOUT_BLOCKS / 2);
	assert_int_equal(playout.stats.played, PLAYOUT_BLOCKS / 2);
}

static void test_a_packet_of_events_between_is_no_loss(void **state)
{
	struct ua_rtp_packet event = {.ssrc = 1, .sequence = (uint16_t)(65530 + 1)};

	(void)state;
	stream_playout_reset(&playout, &at_once);
	put(0, 1000);
	expect(1000);
	stream_playout_other(&playout, &event);
	put(2, 1000);
	get();
	get();
	assert_int_equal(playout.stats.lost, 0);
	assert_int_equal(playout.stats.concealed_samples, 0);
	assert_int_equal(playout.stats.pause_samples, FRAME);
}

/* -50 dBov, RFC 3389 s3.1: 104 of 32768. */
static void test_comfort_noise_is_as_loud_as_it_is_told(void **state)
{
	uint8_t level = 50;
	struct ua_rtp_packet comfort = {.ssrc = 1, .sequence = (uint16_t)(65530 + 1), .timestamp = UINT32_MAX,
		.payload = &level, .payload_length = 1};
	double power = 0;

	(void)state;
	stream_playout_reset(&playout, &at_once);
	put(0, 1000);
	expect(1000);
	stream_playout_comfort(&playout, &comfort);
	for (int n = 0; n < 60; n++) {
		get();
		for (int i = 0; i < FRAME && n >= 10; i++)
			power += heard[i] * heard[i] / (50.0 * FRAME);
	}
	assert_in_range(power, 9500, 12000);
	assert_int_equal(playout.stats.concealed_samples, 0);
	put(61, 1000);
	expect_end(1000);
	assert_int_equal(playout.stats.lost, 59);
}

static void test_a_fixed_playout_keeps_its_delay_and_loses_what_is_late(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &fixed);
	put(0, 1000);
	expect(0);
	expect(1000);
	get();
	get();
	put(1, 2000);
	put(2, 3000);
	put(3, 4000);
	expect_end(4000);
	assert_int_equal(playout.stats.discarded, 2);
	assert_int_equal(playout.stats.delay_ms, 20);
}

static void test_a_tone_lies_over_the_sound_of_its_time(void **state)
{
	int16_t tone[240];

	(void)state;
	for (int i = 0; i < 240; i++)
		tone[i] = 7000;
	stream_playout_reset(&playout, &two_frames);
	for (int n = 0; n < 4; n++)
		put(n, 1000);
	stream_playout_put(&playout, 1, UINT32_MAX - FRAME + 80, tone, 240);
	stream_playout_erase(&playout, UINT32_MAX - FRAME + 280, 40);
	expect(0);
	expect(0);
	for (int n = 0; n < 2; n++) {
		get();
		for (int i = 0; i < FRAME; i++)
			assert_int_equal(heard[i],
				exact(DSP_CODEC_PCMU, n * FRAME + i >= 80 && n * FRAME + i < 280 ? 7000 : 1000));
	}
	expect(1000);
}

/* A key of two frames that went down with frame n. */
static void key(int n)
{
	uint32_t timestamp = UINT32_MAX - FRAME + (uint32_t)n * FRAME;
	int16_t tone[3 * FRAME];

	for (int i = 0; i < 3 * FRAME; i++)
		tone[i] = 7000;
	stream_playout_put(&playout, 1, timestamp, tone, 3 * FRAME);
	stream_playout_erase(&playout, timestamp + 2 * FRAME, FRAME);
}

/* Frames 0 to 3, of which two are heard. */
static void speak_before_key(void)
{
	stream_playout_reset(&playout, &two_frames);
	for (int n = 0; n < 4; n++) {
		put(n, 1000);
		get();
	}
}

static void test_a_key_comes_after_80_ms_and_the_sound_is_not_later_for_it(void **state)
{
	(void)state;
	speak_before_key();
	key(4);
	expect(1000);
	expect(1000);
	for (int n = 6; n < 8; n++) {
		put(n, 2000);
		expect(0);
	}
	for (int n = 8; n < 10; n++) {
		put(n, n * 1000);
		expect(7000);
	}
	expect(8000);
	expect(9000);
	assert_int_equal(playout.stats.delay_max_ms, 40);
	assert_int_equal(playout.stats.concealed_samples, 0);
}

static void test_a_key_that_comes_later_still_is_whole_and_leaves_the_pause_before_the_next(void **state)
{
	(void)state;
	speak_before_key();
	for (int n = 4; n < 10; n++)
		get();
	key(4);
	key(8);
	expect(7000);
	expect(7000);
	expect(0);
	expect(0);
	expect(7000);
	expect(7000);
	get();
	assert_true(heard[0] < 1000);
	assert_int_equal(playout.stats.delay_max_ms, 40);
}

/* Sequence numbers go on, timestamps jump: nothing was sent meanwhile. */
static void test_a_pause_that_is_not_sent_is_neither_loss_nor_made_up_voice(void **state)
{
	uint8_t bytes[FRAME];
	struct ua_rtp_packet late = {.ssrc = 1, .sequence = (uint16_t)(65530 + 3), .marker = true,
		.timestamp = UINT32_MAX - FRAME + 20 * FRAME, .payload = bytes, .payload_length = FRAME};

	(void)state;
	memset(bytes, 0x20, sizeof(bytes));
	stream_playout_reset(&playout, &two_frames);
	for (int n = 0; n < 3; n++)
		put(n, 1000);
	for (int n = 0; n < 22; n++) {
		if (n == 18)
			assert_int_equal(stream_playout_packet(&playout, &late, DSP_CODEC_PCMU), 0);
		get();
	}
	assert_int_equal(playout.stats.lost, 0);
	assert_true(playout.stats.restarts == 1);
	get();
	assert_int_equal(playout.stats.played, 4);
	assert_int_equal(playout.stats.lost, 0);
}

/* The first of them is 60 ms late. */
static void four_at_once(int n)
{
	for (int late = 3; late >= 0 && n % 4 == 0; late--)
		put(n - late, 1000);
	get();
}

/* It has never been enough: from a pause on it is. */
static void test_a_fixed_playout_has_a_longer_delay_after_a_pause(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &fixed);
	put(0, 1000);
	for (int n = 1; n < 121; n++)
		four_at_once(n);
	assert_int_equal(playout.stats.delay_ms, 40); /* 20 more than the very first packet, 40 more than the fastest */
	assert_true(playout.stats.discarded > 20);
	for (int n = 121; n < 141; n++)
		get();
	for (int n = 141; n < 201; n++)
		four_at_once(n);
	assert_int_equal(playout.stats.delay_ms, 75); /* a quarter more than the slowest took */
	assert_int_equal(playout.stats.shortened_samples + playout.stats.lengthened_samples, 0);
}

static const struct playout_config machine = {.start_ms = 60, .max_ms = 400, .fixed = true};

/* In step with the sender. */
static void goes_on(int from, int until, int value)
{
	for (int n = from; n < until; n++) {
		put(n, value);
		get();
	}
}

static uint64_t stretched(void)
{
	return playout.stats.shortened_samples + playout.stats.lengthened_samples;
}

static void becomes_fixed(void)
{
	stream_playout_reset(&playout, &at_once);
	goes_on(0, 60, 1000);
	assert_in_range(playout.stats.delay_ms, 0, 20);
	stream_playout_config(&playout, &machine);
	goes_on(60, 120, 1000);
	assert_in_range(playout.stats.delay_ms, 0, 20);
	assert_int_equal(stretched(), 0);
}

/* A fax is heard: from the next pause on the delay is the machines', and no sound that goes on changes its length any more. */
static void test_a_playout_becomes_fixed_in_the_middle(void **state)
{
	(void)state;
	becomes_fixed();
	for (int n = 120; n < 140; n++)
		get();
	goes_on(140, 200, 1000);
	assert_int_equal(playout.stats.delay_ms, 60);
	assert_int_equal(stretched(), 0);
}

/* A fax sends without a pause, but is quiet now and then. */
static void test_a_fixed_playout_gets_its_delay_where_nothing_is_heard(void **state)
{
	uint64_t longer;

	(void)state;
	becomes_fixed();
	goes_on(120, 124, 4);
	goes_on(124, 200, 1000);
	longer = playout.stats.lengthened_samples;
	assert_int_equal(playout.stats.delay_ms, 60);
	assert_in_range(longer, 320, 480);
	goes_on(200, 205, 4);
	goes_on(205, 230, 1000);
	assert_int_equal(stretched(), longer);
	assert_int_equal(playout.stats.concealed_samples, 0);
}

/* Both hybrids send it back once more, where modems want no canceller: the pauses are not empty. */
static void test_a_fixed_playout_takes_what_is_far_below_the_signal_for_quiet(void **state)
{
	(void)state;
	becomes_fixed();
	goes_on(120, 140, 8000);
	goes_on(140, 144, 2000); /* 12 dB below */
	assert_int_equal(stretched(), 0);
	goes_on(144, 150, 8000);
	goes_on(150, 154, 500);
	goes_on(154, 180, 8000);
	assert_int_equal(playout.stats.delay_ms, 60);
}

/* The sender's clock is fast or slow: a few samples more, or less, are played for each packet of so many. */
static void drifts(int from, int until, int more, int of, int value)
{
	int16_t samples[FRAME];

	for (int n = from; n < until; n++) {
		put(n, value);
		stream_playout_get(&playout, samples, FRAME - (more < 0 && n % of == 0 ? 8 : 0));
		if (more > 0 && n % of == 0)
			stream_playout_get(&playout, samples, 8);
	}
}

static void test_a_fixed_playout_follows_the_senders_clock_where_nothing_is_heard(void **state)
{
	(void)state;
	for (int more = -1; more <= 1; more += 2) {
		stream_playout_reset(&playout, &machine);
		for (int n = 0; n < 20000; n += 100) {
			drifts(n, n + 70, more, 100, 1000);
			drifts(n + 70, n + 100, more, 100, 4);
			assert_in_range(playout.stats.delay_ms, 52, 70);
		}
		assert_in_range(stretched(), 1400, 1800);
		assert_int_equal(playout.stats.concealed_samples + playout.stats.discarded, 0);
	}
}

/* Where a sound goes on for ever the delay is used up some time: then it is made anew, and not a little of each packet lost. */
static void test_a_fixed_playout_that_a_slow_clock_has_used_up_begins_anew(void **state)
{
	unsigned made_up = 0;

	(void)state;
	stream_playout_reset(&playout, &machine);
	for (int n = 0; n < 20000; n++) {
		uint64_t before = playout.stats.concealed_samples;

		drifts(n, n + 1, 1, 100, 1000);
		made_up += playout.stats.concealed_samples > before;
	}
	assert_int_equal(made_up, 3);
	assert_in_range(playout.stats.concealed_samples + playout.stats.pause_samples, 3 * 440, 3 * 540);
	assert_int_equal(playout.stats.discarded, 0);
}

/* 93 hours, of silence or of a sound that goes on. */
static void days_pass(bool silence)
{
	const uint32_t step = UINT32_C(1) << 29;

	for (int i = 0; i < 5; i++) {
		playout.clock += step;
		playout.next_place += step;
		playout.anchor_place += silence ? 0 : step;
		playout.sounded_until += silence ? 0 : step;
		get();
	}
}

static void test_a_delay_that_is_too_long_shrinks_after_days_without_a_key(void **state)
{
	static const struct playout_config long_at_first = {.start_ms = 200, .max_ms = 400};

	(void)state;
	stream_playout_reset(&playout, &long_at_first);
	days_pass(false);
	for (int n = 0; n < 200; n++) {
		put(n, 0);
		get();
	}
	assert_in_range(playout.stats.delay_ms, 0, 40);
}

static void test_what_comes_after_days_of_silence_is_heard(void **state)
{
	(void)state;
	stream_playout_reset(&playout, &two_frames);
	for (int n = 0; n < 4; n++) {
		put(n, 1000);
		get();
	}
	get();
	get();
	days_pass(true);
	for (int n = 4; n < 6; n++)
		assert_int_equal(put_coded(1, UINT32_MAX - FRAME + 5 * (UINT32_C(1) << 29), n, 1000, DSP_CODEC_PCMU), 0);
	assert_int_equal(playout.stats.discarded, 0);
	for (int n = 0; n < 4; n++)
		get();
	assert_int_equal(playout.stats.played, 6);
}

#define TONE_HZ   440
#define TONE_PEAK 4000

static int16_t tone_at(int n)
{
	return (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * TONE_HZ * n / 8000));
}

/* One packet of the tone; timestamps go on by the clock of its codec. */
static void put_tone(struct dsp_encoder *encoder, int number, uint32_t *timestamp)
{
	const struct dsp_codec_shape *shape = dsp_codec_shape(dsp_encoder_codec(encoder));
	int16_t samples[FRAME];
	uint8_t bytes[FRAME * 2];
	struct ua_rtp_packet packet = {.ssrc = 1, .sequence = (uint16_t)number, .timestamp = *timestamp, .payload = bytes};

	for (int i = 0; i < FRAME; i++)
		samples[i] = tone_at(number * FRAME + i);
	packet.payload_length = dsp_encode(encoder, bytes, sizeof(bytes), samples, FRAME);
	assert_int_equal(stream_playout_packet(&playout, &packet, dsp_encoder_codec(encoder)), 0);
	*timestamp += FRAME * shape->clock_hz / 8000;
}

/* What is left of a block where the tone is filtered out: a step stands out. */
static double worst_step(int16_t before[2])
{
	double worst = 0;

	for (int i = 0; i < FRAME; i++) {
		worst = fmax(worst, fabs(heard[i] - 2 * cos(2 * M_PI * TONE_HZ / 8000) * before[1] + before[0]));
		before[0] = before[1];
		before[1] = heard[i];
	}
	return worst;
}

/* As by a re-INVITE. The codecs differ in delay by up to 7 ms, and are silent at first; unblended that leaves steps of 1300. */
static void test_another_codec_goes_on_without_a_click(void **state)
{
	static const enum dsp_codec codecs[] = {DSP_CODEC_PCMU, DSP_CODEC_G722, DSP_CODEC_PCMA, DSP_CODEC_G726, DSP_CODEC_OPUS, DSP_CODEC_PCMU,
		DSP_CODEC_OPUS, DSP_CODEC_G722};
	int16_t before[2] = {0, 0};
	uint32_t timestamp = 5000;
	int number = 0;

	(void)state;
	stream_playout_reset(&playout, &at_once);
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		struct dsp_encoder *encoder;

		if (!playout.decoders[codecs[i]])
			assert_int_equal(dsp_decoder_alloc(&playout.decoders[codecs[i]], codecs[i]), 0);
		assert_int_equal(dsp_encoder_alloc(&encoder, codecs[i]), 0);
		for (int end = number + 15; number < end; number++) {
			put_tone(encoder, number, &timestamp);
			get();
			assert_true(worst_step(before) < 400 || number == 0);
		}
		dsp_encoder_free(encoder);
	}
	assert_int_equal(playout.stats.lost, 0);
	assert_int_equal(playout.stats.concealed_samples, 0);
}

static unsigned random_seed;

static unsigned any(unsigned below)
{
	return (unsigned)rand_r(&random_seed) % below;
}

/* Mostly what belongs together, now and then what does not. */
static void random_packet(struct ua_rtp_packet *packet, uint8_t *bytes, uint16_t *sequence, uint32_t *timestamp)
{
	static const uint16_t lengths[] = {80, 160, 160, 160, 240, 480, 960, 961, 1500, 1, 0};

	*sequence = (uint16_t)(*sequence + (any(20) ? 1 : any(70000)));
	*timestamp += any(20) ? FRAME : any(4) ? any(5000) : (uint32_t)rand_r(&random_seed) * 3u;
	*packet = (struct ua_rtp_packet){.ssrc = any(30) ? 1 : any(3), .sequence = (uint16_t)(*sequence - (any(5) ? 0 : any(6))),
		.timestamp = *timestamp - (any(5) ? 0 : any(4000)), .payload = bytes,
		.payload_length = lengths[any(sizeof(lengths) / sizeof(lengths[0]))]};
}

static void assert_sound(void)
{
	unsigned used = 0;

	assert_true(playout.pending <= PLAYOUT_PENDING);
	for (int list = 0; list < PLAYOUT_LISTS; list++) {
		const struct playout_entry *entry = playout_pool_first(&playout.pool, (enum playout_list)list);

		for (; entry; entry = playout_pool_after(&playout.pool, entry))
			used += entry->length ? (entry->length + PLAYOUT_BLOCK_BYTES - 1u) / PLAYOUT_BLOCK_BYTES : 1;
	}
	assert_int_equal(used + playout.pool.free_count, PLAYOUT_BLOCKS);
}

static void random_step(uint8_t *bytes, uint16_t *sequence, uint32_t *timestamp)
{
	static const int16_t tone[PLAYOUT_AHEAD_SAMPLES];
	struct ua_rtp_packet packet;
	unsigned what = any(100);

	random_packet(&packet, bytes, sequence, timestamp);
	bytes[any(1500)] ^= (uint8_t)any(256);
	if (what < 45)
		(void)stream_playout_packet(&playout, &packet, any(2) ? DSP_CODEC_PCMA : DSP_CODEC_PCMU);
	else if (what < 48)
		stream_playout_spare(&playout, &packet, DSP_CODEC_PCMU);
	else if (what < 52)
		stream_playout_comfort(&playout, &packet);
	else if (what < 53)
		stream_playout_other(&playout, &packet);
	else if (what < 55)
		stream_playout_put(&playout, 1, packet.timestamp, tone, any(PLAYOUT_AHEAD_SAMPLES));
	else if (what < 56)
		stream_playout_erase(&playout, packet.timestamp, 100);
	else if (any(2000) == 0)
		stream_playout_interrupt(&playout);
	else
		stream_playout_get(&playout, heard, any(2) ? 80 : FRAME);
	assert_sound();
}

static void test_whatever_comes_nothing_is_lost_of_the_pool(void **state)
{
	const struct playout_config *configs[] = {&at_once, &two_frames, &fixed};
	uint8_t bytes[1500] = {0};
	uint16_t sequence = 0;
	uint32_t timestamp = 0;

	(void)state;
	random_seed = 7;
	for (int i = 0; i < 120000; i++) {
		if (i % 2000 == 0)
			stream_playout_reset(&playout, configs[any(3)]);
		random_step(bytes, &sequence, &timestamp);
	}
}

static void test_bursts_and_gaps_are_told_apart(void **state)
{
	static const char heard_of[] = "....x.x...................x..................xxx................";
	struct playout_bursts bursts = {0};

	(void)state;
	for (const char *at = heard_of; *at; at++)
		playout_bursts_note(&bursts, *at == '.');
	assert_int_equal(bursts.bursts, 2);
	assert_int_equal(bursts.burst_packets, 6);
	assert_int_equal(bursts.burst_bad, 5);
	assert_int_equal(bursts.gap_bad, 1);
	assert_int_equal(bursts.gap_packets + bursts.burst_packets, strlen(heard_of));
}

#define PLAYOUT_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAYOUT_TEST(test_sound_waits_its_delay_then_goes_on_without_a_gap),
		PLAYOUT_TEST(test_packets_are_put_back_in_order_over_both_wraps),
		PLAYOUT_TEST(test_a_packet_that_comes_twice_is_heard_once),
		PLAYOUT_TEST(test_what_is_lost_goes_on_as_before_and_is_counted),
		PLAYOUT_TEST(test_silence_of_unknown_kind_fades_into_noise_as_loud_as_the_pauses),
		PLAYOUT_TEST(test_a_late_packet_is_heard_whole_when_nothing_else_waits),
		PLAYOUT_TEST(test_a_packet_that_is_overtaken_by_what_was_heard_is_discarded),
		PLAYOUT_TEST(test_another_source_goes_on_without_a_gap),
		PLAYOUT_TEST(test_a_sender_that_counts_anew_is_followed),
		PLAYOUT_TEST(test_timestamps_that_fall_back_a_little_are_followed_too),
		PLAYOUT_TEST(test_both_laws_take_turns_in_one_stream),
		PLAYOUT_TEST(test_a_codec_without_a_decoder_is_refused),
		PLAYOUT_TEST(test_a_pool_that_is_full_plays_the_newest),
		PLAYOUT_TEST(test_a_packet_of_events_between_is_no_loss),
		PLAYOUT_TEST(test_comfort_noise_is_as_loud_as_it_is_told),
		PLAYOUT_TEST(test_a_fixed_playout_keeps_its_delay_and_loses_what_is_late),
		PLAYOUT_TEST(test_a_tone_lies_over_the_sound_of_its_time),
		PLAYOUT_TEST(test_a_key_comes_after_80_ms_and_the_sound_is_not_later_for_it),
		PLAYOUT_TEST(test_a_key_that_comes_later_still_is_whole_and_leaves_the_pause_before_the_next),
		PLAYOUT_TEST(test_a_pause_that_is_not_sent_is_neither_loss_nor_made_up_voice),
		PLAYOUT_TEST(test_a_fixed_playout_has_a_longer_delay_after_a_pause),
		PLAYOUT_TEST(test_a_playout_becomes_fixed_in_the_middle),
		PLAYOUT_TEST(test_a_fixed_playout_gets_its_delay_where_nothing_is_heard),
		PLAYOUT_TEST(test_a_fixed_playout_takes_what_is_far_below_the_signal_for_quiet),
		PLAYOUT_TEST(test_a_fixed_playout_follows_the_senders_clock_where_nothing_is_heard),
		PLAYOUT_TEST(test_a_fixed_playout_that_a_slow_clock_has_used_up_begins_anew),
		PLAYOUT_TEST(test_a_delay_that_is_too_long_shrinks_after_days_without_a_key),
		PLAYOUT_TEST(test_what_comes_after_days_of_silence_is_heard),
		PLAYOUT_TEST(test_another_codec_goes_on_without_a_click),
		PLAYOUT_TEST(test_whatever_comes_nothing_is_lost_of_the_pool),
		PLAYOUT_TEST(test_bursts_and_gaps_are_told_apart),
	};

	return cmocka_run_group_tests_name("gateway/playout", tests, NULL, NULL);
}
