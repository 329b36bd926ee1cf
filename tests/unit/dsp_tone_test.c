/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/mix.h"
#include "dsp/tone.h"
#include "tests/unit/dsp_help.h"

#define SOUND_MS 20000

struct playing {
	struct dsp_tone *tone;
	struct dsp_tone_def *def;
	bool plays;
	int16_t samples[MS(SOUND_MS)];
};

/* Plays so many ms in blocks of odd sizes, as no cadence may depend on how it is asked for. */
static struct playing *play(const char *text, double level_dbm0, unsigned ms)
{
	struct playing *playing = calloc(1, sizeof(*playing));
	size_t done = 0, block = 1;

	assert_non_null(playing);
	assert_int_equal(dsp_tone_def_parse(&playing->def, text, level_dbm0), 0);
	assert_int_equal(dsp_tone_alloc(&playing->tone), 0);
	dsp_tone_start(playing->tone, playing->def);
	while (done < MS(ms)) {
		if (block > MS(ms) - done)
			block = MS(ms) - done;
		playing->plays = dsp_tone_fill(playing->tone, playing->samples + done, block);
		done += block;
		block = block % 161 + 7;
	}
	return playing;
}

static void playing_free(struct playing *playing)
{
	dsp_tone_free(playing->tone);
	dsp_tone_def_free(playing->def);
	free(playing);
}

static void assert_about(double value, double wanted, double tolerance)
{
	if (fabs(value - wanted) > tolerance)
		fail_msg("%.3f is not %.3f +-%.3f", value, wanted, tolerance);
}

static void test_frequencies_are_within_half_a_percent(void **state)
{
	static const double all_hz[] = {350, 400, 425, 440, 480, 620, 1400, 2600, 3400};

	(void)state;
	for (size_t i = 0; i < sizeof(all_hz) / sizeof(all_hz[0]); i++) {
		char text[16];
		struct playing *playing;
		double hz = all_hz[i];

		snprintf(text, sizeof(text), "%.0f", hz);
		playing = play(text, -13, 100);
		assert_about(help_strongest(playing->samples, MS(100), hz * 0.98, hz * 1.02), hz, hz * 0.005);
		playing_free(playing);
	}
}

static void test_each_frequency_of_a_pair_has_the_level_asked_for(void **state)
{
	struct playing *playing = play("350+440", -13, 1000);

	(void)state;
	assert_about(help_level_at(playing->samples, MS(1000), 350), -13, 0.2);
	assert_about(help_level_at(playing->samples, MS(1000), 440), -13, 0.2);
	assert_about(dsp_mix_level_dbm0(playing->samples, MS(1000)), -10, 0.2);
	playing_free(playing);
}

static void test_levels_are_within_a_fifth_of_a_decibel(void **state)
{
	static const double levels[] = {3, 0, -13, -25, -40, -55};

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		struct playing *playing = play("425", levels[i], 1000);

		assert_about(dsp_mix_level_dbm0(playing->samples, MS(1000)), levels[i], 0.2);
		playing_free(playing);
	}
}

static void test_what_else_is_heard_is_80_db_below(void **state)
{
	/* Many places of the sine's table, whole periods in a second. */
	struct playing *playing = play("1013", 0, 1000);
	double tone = pow(10, help_level_at(playing->samples, MS(1000), 1013) / 10);
	double all = pow(10, dsp_mix_level_dbm0(playing->samples, MS(1000)) / 10);

	(void)state;
	assert_true(10 * log10(fabs(all - tone)) < -80);
	playing_free(playing);
}

static void test_modulation_is_90_percent(void **state)
{
	struct playing *playing = play("400*25", -13, 1000);

	(void)state;
	assert_about(help_level_at(playing->samples, MS(1000), 400), -13, 0.2);
	/* 20 log10(0.9 / 2) = -6.94 dB */
	assert_about(help_level_at(playing->samples, MS(1000), 375), -19.94, 0.2);
	assert_about(help_level_at(playing->samples, MS(1000), 425), -19.94, 0.2);
	playing_free(playing);
}

static void test_three_tones_of_plus_3_dbm0_are_held_at_full_scale(void **state)
{
	struct playing *playing = play("350+440+480", 3, 1000);
	const int16_t *samples = playing->samples;
	size_t held = 0;

	(void)state;
	for (size_t i = 1; i < MS(1000); i++) {
		held += samples[i] == INT16_MAX || samples[i] == INT16_MIN;
		/* No sine of these can leap so far in one sample: that would be a wrap-around. */
		assert_true(abs(samples[i] - samples[i - 1]) < 50000);
	}
	assert_true(held > 100);
	playing_free(playing);
}

/* Whether each ms has sound must be as the text says: on_off_ms in turn, the first on. */
static void assert_cadence(const struct playing *playing, unsigned from_ms, const unsigned *on_off_ms,
	size_t count)
{
	unsigned ms = from_ms;

	for (size_t i = 0; i < count; i++) {
		for (unsigned k = 0; k < on_off_ms[i]; k++, ms++) {
			bool sound = dsp_mix_level_dbm0(playing->samples + MS(ms), MS(1)) > -60;

			if (sound != !(i % 2))
				fail_msg("%s at %u ms", sound ? "sound" : "silence", ms);
		}
	}
}

static void test_cadences_are_exact_to_the_millisecond_and_repeat(void **state)
{
	static const unsigned busy[] = {375, 375, 375, 375, 375, 375};
	static const unsigned british[] = {400, 200, 400, 2000, 400, 200, 400, 2000};
	struct playing *playing = play("1000/375,0/375", -13, 3000);

	(void)state;
	assert_cadence(playing, 0, busy, 6);
	playing_free(playing);
	playing = play("1000/400,0/200,1000/400,0/2000", -13, 6000);
	assert_cadence(playing, 0, british, 8);
	playing_free(playing);
}

static void test_once_segments_are_left_out_of_repetitions(void **state)
{
	static const unsigned bursts[] = {100, 50, 20, 30, 20, 30, 20, 30};
	struct playing *playing = play("!1000/100,!0/50,1000/20,0/30", -13, 1000);

	(void)state;
	assert_cadence(playing, 0, bursts, 8);
	assert_true(playing->plays);
	playing_free(playing);
}

static void test_stutter_dial_tone_ends_in_a_lasting_tone(void **state)
{
	static const unsigned stutter[] = {100, 100, 100, 100, 10000};
	struct playing *playing = play("!1000/100,!0/100,!1000/100,!0/100,1000", -13, 10400);

	(void)state;
	assert_cadence(playing, 0, stutter, 5);
	playing_free(playing);
}

static void test_a_tone_of_once_segments_ends_in_silence(void **state)
{
	static const unsigned beep[] = {200, 1800};
	struct playing *playing = play("!1000/100,!1400/100", -13, 2000);

	(void)state;
	assert_cadence(playing, 0, beep, 2);
	assert_false(playing->plays);
	playing_free(playing);
}

static void test_a_silence_without_time_lasts_for_ever(void **state)
{
	static const unsigned once[] = {330, 9670};
	struct playing *playing = play("!950/330,0", -13, 10000);

	(void)state;
	assert_cadence(playing, 0, once, 2);
	assert_true(playing->plays);
	playing_free(playing);
}

static void test_a_frequency_beyond_the_line_is_silence(void **state)
{
	static const unsigned beeps[] = {400, 400, 800, 400, 400};
	struct playing *playing = play("1000/400,10000/400,1000/400", -13, 2400);

	(void)state;
	assert_cadence(playing, 0, beeps, 5);
	playing_free(playing);
}

static void test_start_begins_anew_and_null_stops(void **state)
{
	struct playing *playing = play("!1000/100,!0/100", -13, 150);
	int16_t block[80];

	(void)state;
	dsp_tone_start(playing->tone, playing->def);
	assert_true(dsp_tone_fill(playing->tone, block, 80));
	assert_true(dsp_mix_level_dbm0(block, 80) > -20);
	dsp_tone_start(playing->tone, NULL);
	assert_false(dsp_tone_fill(playing->tone, block, 80));
	assert_true(dsp_mix_level_dbm0(block, 80) <= -99);
	playing_free(playing);
}

static void test_bursts_begin_without_a_click(void **state)
{
	struct playing *playing = play("425/33,0/17", 0, 1000);

	(void)state;
	for (unsigned ms = 0; ms < 1000; ms += 50)
		assert_int_equal(playing->samples[MS(ms)], 0);
	playing_free(playing);
}

static void test_a_pause_is_told_from_a_burst(void **state)
{
	struct dsp_tone_def *def;
	struct dsp_tone *tone;
	int16_t samples[MS(10)];

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "!425/20,!0/10,!425/10", -13), 0);
	assert_int_equal(dsp_tone_alloc(&tone), 0);
	assert_false(dsp_tone_sounds(tone));
	dsp_tone_start(tone, def);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(dsp_tone_sounds(tone), i != 2 && i != 4);
		dsp_tone_fill(tone, samples, MS(10));
	}
	dsp_tone_free(tone);
	dsp_tone_def_free(def);
}

/* In pieces that end within its segments, and after it has ended. */
static void test_what_is_skipped_has_passed(void **state)
{
	static const char *const texts[] = {"350+440", "425*25", "!425/33,950/330,1400/330,1800/330,0/1000", "!440/200,!480+620/250"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct playing *playing = play(texts[i], -13, 3000);
		int16_t block[37];

		dsp_tone_start(playing->tone, playing->def);
		for (size_t done = 0; done + 200 <= MS(3000); done += 200) {
			dsp_tone_skip(playing->tone, 163);
			dsp_tone_fill(playing->tone, block, 37);
			assert_memory_equal(block, playing->samples + done + 163, sizeof(block));
		}
		assert_int_equal(dsp_tone_is_playing(playing->tone), playing->plays);
		playing_free(playing);
	}
}

static int start(void **state)
{
	(void)state;
	return dsp_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frequencies_are_within_half_a_percent),
		cmocka_unit_test(test_each_frequency_of_a_pair_has_the_level_asked_for),
		cmocka_unit_test(test_levels_are_within_a_fifth_of_a_decibel),
		cmocka_unit_test(test_what_else_is_heard_is_80_db_below),
		cmocka_unit_test(test_modulation_is_90_percent),
		cmocka_unit_test(test_three_tones_of_plus_3_dbm0_are_held_at_full_scale),
		cmocka_unit_test(test_cadences_are_exact_to_the_millisecond_and_repeat),
		cmocka_unit_test(test_once_segments_are_left_out_of_repetitions),
		cmocka_unit_test(test_stutter_dial_tone_ends_in_a_lasting_tone),
		cmocka_unit_test(test_a_tone_of_once_segments_ends_in_silence),
		cmocka_unit_test(test_a_silence_without_time_lasts_for_ever),
		cmocka_unit_test(test_a_frequency_beyond_the_line_is_silence),
		cmocka_unit_test(test_start_begins_anew_and_null_stops),
		cmocka_unit_test(test_bursts_begin_without_a_click),
		cmocka_unit_test(test_a_pause_is_told_from_a_burst),
		cmocka_unit_test(test_what_is_skipped_has_passed),
	};

	return cmocka_run_group_tests_name("dsp/tone", tests, start, NULL);
}
