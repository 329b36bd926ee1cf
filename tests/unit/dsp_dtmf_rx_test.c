/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "tests/unit/dsp_help.h"

#define SOUND_MS   4000
#define EVENTS_MAX 256
#define BLOCK_MS   10
#define PHASES     80 /* a digit's place in the detector's windows and the blocks: try each */

static const char digits[] = "1234567890*#ABCD";
static const double rows_hz[] = {697, 770, 852, 941};
static const double columns_hz[] = {1209, 1336, 1477, 1633};

struct heard {
	char text[EVENTS_MAX + 1]; /* a digit for each on, '-' for each off */
	double at_ms[EVENTS_MAX];  /* when it was told: the end of the block that was fed */
	double duration_ms[EVENTS_MAX];
	size_t count;
	double now_ms;
	double suspected_ms;       /* when suspects was true first; 0: never */
};

struct line {
	struct dsp_dtmf_rx *rx;
	struct heard heard;
	int16_t samples[MS(SOUND_MS)];
};

static void hear(char digit, bool on, unsigned duration_samples, void *arg)
{
	struct heard *heard = arg;

	if (heard->count == EVENTS_MAX)
		return;
	heard->at_ms[heard->count] = heard->now_ms;
	heard->duration_ms[heard->count] = duration_samples / 8.0;
	heard->text[heard->count++] = on ? digit : '-';
}

static int line_alloc(void **state)
{
	struct line *line = calloc(1, sizeof(*line));

	if (line && dsp_dtmf_rx_alloc(&line->rx, hear, &line->heard)) {
		free(line);
		line = NULL;
	}
	*state = line;
	return line ? 0 : -1;
}

static int line_free(void **state)
{
	struct line *line = *state;

	dsp_dtmf_rx_free(line->rx);
	free(line);
	return 0;
}

static void silence(struct line *line)
{
	memset(line->samples, 0, sizeof(line->samples));
}

static size_t place_of(char digit)
{
	return (size_t)(strchr("123A456B789C*0#D", digit) - "123A456B789C*0#D");
}

/* Adds a digit's tone; all but the digit in ms or dBm0. */
static void add_digit(struct line *line, size_t at, size_t count, char digit, double low, double high)
{
	help_add_sine(line->samples + at, count, rows_hz[place_of(digit) / 4], low, 0.13);
	help_add_sine(line->samples + at, count, columns_hz[place_of(digit) % 4], high, 0.41);
}

/* Lets the receiver hear so many ms from a fresh start, in blocks. */
static const struct heard *listen(struct line *line, size_t ms, bool dial_tone)
{
	dsp_dtmf_rx_reset(line->rx, dial_tone);
	memset(&line->heard, 0, sizeof(line->heard));
	for (size_t at = 0; at < MS(ms); at += MS(BLOCK_MS)) {
		line->heard.now_ms = (double)at / 8 + BLOCK_MS;
		dsp_dtmf_rx_feed(line->rx, line->samples + at, MS(BLOCK_MS));
		if (!line->heard.suspected_ms && dsp_dtmf_rx_suspects(line->rx))
			line->heard.suspected_ms = line->heard.now_ms;
	}
	return &line->heard;
}

static void test_how_loud_a_digit_is_is_told(void **state)
{
	static const double levels[][2] = {{3, 3}, {-3, -1}, {-9, -7}, {-11, -9}, {-20, -14}, {-20, -26}, {-38, -37}};
	struct line *line = *state;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		double both = 10 * log10(pow(10, levels[i][0] / 10) + pow(10, levels[i][1] / 10));

		for (size_t phase = 0; phase < PHASES; phase += 3) {
			silence(line);
			add_digit(line, MS(50) + phase, MS(50), digits[phase % 16], levels[i][0], levels[i][1]);
			assert_int_equal(listen(line, 200, false)->count, 2);
			assert_true(fabs(dsp_dtmf_rx_volume(line->rx) - (both > 0 ? 0 : -both)) <= 1);
		}
	}
}

static void test_all_digits_of_40_ms_with_pauses_of_40_ms_are_heard_once(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase++) {
		silence(line);
		for (size_t i = 0; i < 16; i++)
			add_digit(line, MS(50 + 80 * i) + phase, MS(40), digits[i], -11, -9);
		assert_string_equal(listen(line, 1500, false)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
	}
}

static void test_the_same_digit_again_after_40_ms_is_a_second_one(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase++) {
		silence(line);
		for (size_t i = 0; i < 10; i++)
			add_digit(line, MS(50 + 80 * i) + phase, MS(40), '5', -11, -9);
		assert_string_equal(listen(line, 1000, false)->text, "5-5-5-5-5-5-5-5-5-5-");
	}
}

static void test_a_drop_out_of_up_to_15_ms_does_not_split_a_digit(void **state)
{
	static const size_t drops_ms[] = {1, 2, 5, 8, 10, 12, 15};
	struct line *line = *state;

	for (size_t k = 0; k < sizeof(drops_ms) / sizeof(drops_ms[0]); k++) {
		for (size_t phase = 0; phase < PHASES; phase++) {
			silence(line);
			add_digit(line, MS(50) + phase, MS(120), '7', -11, -9);
			memset(line->samples + MS(100) + phase, 0, 2 * MS(drops_ms[k]));
			assert_string_equal(listen(line, 400, false)->text, "7-");
		}
	}
}

static void test_two_drop_outs_in_a_digit_do_not_split_it(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase++) {
		silence(line);
		add_digit(line, MS(50) + phase, MS(200), '#', -11, -9);
		memset(line->samples + MS(100) + phase, 0, 2 * MS(10));
		memset(line->samples + MS(150) + phase, 0, 2 * MS(10));
		assert_string_equal(listen(line, 400, false)->text, "#-");
	}
}

/* Wherever it is: neither part is a digit by itself. */
static void test_a_drop_out_of_10_ms_in_40_does_not_hide_a_digit(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase += 7) {
		for (size_t hole_ms = 0; hole_ms <= 30; hole_ms++) {
			silence(line);
			for (size_t i = 0; i < 16; i++) {
				size_t at = MS(50 + 80 * i) + phase;

				add_digit(line, at, MS(40), digits[i], -11, -9);
				memset(line->samples + at + MS(hole_ms), 0, 2 * MS(10));
			}
			assert_string_equal(listen(line, 1500, false)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
		}
	}
}

static void test_two_tones_of_20_ms_too_far_apart_are_no_digit(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase++) {
		silence(line);
		for (size_t i = 0; i < 10; i++)
			add_digit(line, MS(50 + 50 * i) + phase, MS(20), '6', -11, -9);
		assert_string_equal(listen(line, 1000, false)->text, "");
	}
}

static void test_the_beginning_is_told_30_ms_after_it_at_worst(void **state)
{
	struct line *line = *state;
	double sum = 0, worst = 0;
	size_t count = 0;

	for (size_t phase = 0; phase < PHASES; phase++) {
		for (size_t i = 0; i < 16; i++) {
			const struct heard *heard;
			size_t begun = MS(50) + phase * 7;

			silence(line);
			add_digit(line, begun, MS(100), digits[i], -11, -9);
			dsp_dtmf_rx_reset(line->rx, false);
			memset(&line->heard, 0, sizeof(line->heard));
			heard = &line->heard;
			for (size_t at = 0; at < MS(250) && !heard->count; at++) {
				line->heard.now_ms = (double)(at + 1) / 8;
				dsp_dtmf_rx_feed(line->rx, line->samples + at, 1);
			}
			assert_int_equal(heard->count, 1);
			sum += heard->at_ms[0] - (double)begun / 8;
			worst = fmax(worst, heard->at_ms[0] - (double)begun / 8);
			count++;
		}
	}
	print_message("beginning told after %.1f ms on average, %.1f at worst\n", sum / (double)count, worst);
	assert_true(sum / (double)count <= 28);
	assert_true(worst <= 30);
}

static void test_a_digit_is_suspected_within_15_ms(void **state)
{
	struct line *line = *state;
	double worst = 0, sum = 0, blocks_worst = 0;
	size_t count = 0;

	for (size_t phase = 0; phase < 80; phase++) {
		for (size_t i = 0; i < 16; i++) {
			size_t begun = MS(50) + phase, at = 0;
			double after;

			silence(line);
			add_digit(line, begun, MS(100), digits[i], -11, -9);
			dsp_dtmf_rx_reset(line->rx, true);
			while (at < MS(150) && !dsp_dtmf_rx_suspects(line->rx))
				dsp_dtmf_rx_feed(line->rx, line->samples + at++, 1);
			assert_true(at > begun);
			after = (double)(at - begun) / 8;
			worst = fmax(worst, after);
			sum += after;
			count++;
			after = listen(line, 150, true)->suspected_ms - (double)begun / 8;
			blocks_worst = fmax(blocks_worst, after);
		}
	}
	print_message("suspected after %.1f ms on average, %.1f at worst, %.1f in blocks of %d ms\n",
		sum / (double)count, worst, blocks_worst, BLOCK_MS);
	assert_true(worst <= 13);
	assert_true(blocks_worst <= 18);
}

static void test_durations_are_true_to_a_millisecond(void **state)
{
	static const double durations_ms[] = {40, 50, 80, 100, 237, 1000};
	struct line *line = *state;

	for (size_t k = 0; k < sizeof(durations_ms) / sizeof(durations_ms[0]); k++) {
		double sum = 0;

		for (size_t phase = 0; phase < PHASES; phase++) {
			const struct heard *heard;

			silence(line);
			add_digit(line, MS(50) + phase, MS(durations_ms[k]), '9', -11, -9);
			heard = listen(line, 1300, false);
			assert_string_equal(heard->text, "9-");
			assert_true(fabs(heard->duration_ms[1] - durations_ms[k]) <= 1.5);
			sum += heard->duration_ms[1];
		}
		assert_true(fabs(sum / PHASES - durations_ms[k]) <= 1);
	}
}

static void test_a_digit_that_turns_into_another_ends_first(void **state)
{
	struct line *line = *state;

	silence(line);
	add_digit(line, MS(50), MS(100), '1', -11, -9);
	add_digit(line, MS(150), MS(100), '6', -11, -9);
	assert_string_equal(listen(line, 400, false)->text, "1-6-");
}

static void test_levels_from_full_to_minus_40_dbm0_are_heard(void **state)
{
	static const double levels[] = {0, -6, -20, -30, -38};
	struct line *line = *state;

	for (size_t k = 0; k < sizeof(levels) / sizeof(levels[0]); k++) {
		silence(line);
		for (size_t i = 0; i < 16; i++)
			add_digit(line, MS(50 + 100 * i) + 13 * i, MS(50), digits[i], levels[k], levels[k]);
		assert_string_equal(listen(line, 1800, false)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
	}
	silence(line);
	add_digit(line, MS(50), MS(100), '1', -50, -50);
	assert_int_equal(listen(line, 400, false)->count, 0);
}

static void test_twist_from_minus_8_to_plus_6_db_is_taken(void **state)
{
	struct line *line = *state;

	for (double twist = -8; twist <= 6; twist += 1) {
		silence(line);
		for (size_t i = 0; i < 16; i++)
			add_digit(line, MS(50 + 100 * i) + 13 * i, MS(50), digits[i], -15 - twist / 2, -15 + twist / 2);
		assert_string_equal(listen(line, 1800, false)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
	}
}

static void test_a_twist_of_13_db_is_refused(void **state)
{
	struct line *line = *state;

	for (double twist = -13; twist <= 13; twist += 26) {
		silence(line);
		add_digit(line, MS(50), MS(100), '5', -15 - twist / 2, -15 + twist / 2);
		assert_int_equal(listen(line, 400, false)->count, 0);
	}
}

/* Frequencies off by a share; 16 digits. */
static size_t heard_off_frequency(struct line *line, double share)
{
	size_t heard = 0;

	silence(line);
	for (size_t i = 0; i < 16; i++) {
		int16_t *at = line->samples + MS(50 + 100 * i);

		help_add_sine(at, MS(50), rows_hz[i / 4] * (1 + share), -11, 0.1);
		help_add_sine(at, MS(50), columns_hz[i % 4] * (1 + share), -9, 0.7);
	}
	for (const char *at = listen(line, 1800, false)->text; *at; at++)
		heard += *at != '-';
	return heard;
}

static void test_a_frequency_1_5_percent_off_is_taken_and_3_5_percent_is_not(void **state)
{
	struct line *line = *state;

	assert_int_equal(heard_off_frequency(line, 0.015), 16);
	assert_int_equal(heard_off_frequency(line, -0.015), 16);
	assert_int_equal(heard_off_frequency(line, 0.035), 0);
	assert_int_equal(heard_off_frequency(line, -0.035), 0);
}

static const double dial_tones[][2] = {{350, 440}, {425, 0}, {400, 0}, {440, 0}, {450, 0}, {400, 425}};

static void add_dial_tone(struct line *line, const double hz[2], double level)
{
	for (int i = 0; i < 2; i++) {
		if (hz[i] > 0)
			help_add_sine(line->samples, MS(SOUND_MS), hz[i], level, 0.25 * i);
	}
}

static void test_digits_are_heard_over_the_echo_of_a_dial_tone(void **state)
{
	struct line *line = *state;

	for (size_t k = 0; k < sizeof(dial_tones) / sizeof(dial_tones[0]); k++) {
		silence(line);
		add_dial_tone(line, dial_tones[k], -13); /* as it was sent: nothing lost on its way back */
		for (size_t i = 0; i < 16; i++)
			add_digit(line, MS(50 + 100 * i) + 13 * i, MS(50), digits[i], -11, -9);
		assert_string_equal(listen(line, 1800, true)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
	}
}

static void test_a_digit_is_suspected_over_the_echo_of_a_dial_tone(void **state)
{
	struct line *line = *state;
	double worst = 0;

	for (size_t k = 0; k < sizeof(dial_tones) / sizeof(dial_tones[0]); k++) {
		for (size_t i = 0; i < 16; i++) {
			for (size_t phase = 0; phase < 80; phase += 5) {
				const struct heard *heard;

				silence(line);
				add_dial_tone(line, dial_tones[k], -13);
				add_digit(line, MS(50) + phase, MS(50), digits[i], -11, -9);
				heard = listen(line, 200, true);
				assert_true(heard->suspected_ms > 50);
				worst = fmax(worst, heard->suspected_ms - 50 - (double)phase / 8);
			}
		}
	}
	print_message("over dial tone suspected after %.1f ms at worst in blocks of %d ms\n", worst, BLOCK_MS);
	assert_true(worst <= 25);
}

static void test_a_dial_tone_alone_is_neither_heard_nor_suspected(void **state)
{
	struct line *line = *state;

	for (size_t k = 0; k < sizeof(dial_tones) / sizeof(dial_tones[0]); k++) {
		for (double level = -30; level <= 0; level += 5) {
			const struct heard *heard;

			silence(line);
			add_dial_tone(line, dial_tones[k], level);
			heard = listen(line, 1000, true);
			assert_int_equal(heard->count, 0);
			assert_true(heard->suspected_ms == 0);
		}
	}
}

static void test_turning_the_dial_tone_off_keeps_the_digit_in_progress(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase++) {
		struct heard *heard = &line->heard;

		silence(line);
		add_dial_tone(line, dial_tones[0], -19);
		memset(line->samples + MS(90) + phase, 0, sizeof(line->samples) - 2 * (MS(90) + phase));
		add_digit(line, MS(50) + phase, MS(100), '3', -11, -9);
		memset(heard, 0, sizeof(*heard));
		dsp_dtmf_rx_reset(line->rx, true);
		for (size_t at = 0; at < MS(400); at += MS(BLOCK_MS)) {
			size_t before = heard->count;

			dsp_dtmf_rx_feed(line->rx, line->samples + at, MS(BLOCK_MS));
			if (heard->count > before)
				dsp_dtmf_rx_dial_tone(line->rx, false);
		}
		assert_string_equal(heard->text, "3-");
	}
}

static void test_noise_alone_is_neither_heard_nor_suspected(void **state)
{
	struct line *line = *state;
	uint32_t seed = 4711;

	for (int round = 0; round < 20; round++) {
		const struct heard *heard;

		silence(line);
		help_add_noise(line->samples, MS(SOUND_MS), -10 - 2 * round, &seed);
		heard = listen(line, SOUND_MS, round % 2);
		assert_int_equal(heard->count, 0);
		assert_true(heard->suspected_ms == 0);
	}
}

static void test_digits_are_heard_over_noise_12_db_below(void **state)
{
	struct line *line = *state;
	uint32_t seed = 4711;

	silence(line);
	help_add_noise(line->samples, MS(SOUND_MS), -22, &seed);
	for (size_t i = 0; i < 16; i++)
		add_digit(line, MS(50 + 120 * i) + 13 * i, MS(60), digits[i], -11, -9);
	assert_string_equal(listen(line, 2400, false)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
}

static void test_an_offset_of_the_line_does_not_matter(void **state)
{
	struct line *line = *state;

	for (size_t i = 0; i < MS(SOUND_MS); i++)
		line->samples[i] = 8000;
	for (size_t i = 0; i < 16; i++)
		add_digit(line, MS(50 + 100 * i), MS(50), digits[i], -16, -16);
	assert_string_equal(listen(line, 1800, false)->text, "1-2-3-4-5-6-7-8-9-0-*-#-A-B-C-D-");
}

static void test_a_tone_of_20_ms_is_no_digit(void **state)
{
	struct line *line = *state;

	for (size_t phase = 0; phase < PHASES; phase++) {
		silence(line);
		add_digit(line, MS(50) + phase, MS(20), '5', -11, -9);
		assert_int_equal(listen(line, 400, false)->count, 0);
	}
}

static void test_a_suspicion_without_a_digit_passes(void **state)
{
	struct line *line = *state;
	const struct heard *heard;

	silence(line);
	add_digit(line, MS(50), MS(20), '5', -11, -9);
	heard = listen(line, 100, true);
	assert_int_equal(heard->count, 0);
	assert_true(heard->suspected_ms > 50);
	assert_false(dsp_dtmf_rx_suspects(line->rx));
}

static void test_reset_forgets_the_digit_in_progress(void **state)
{
	struct line *line = *state;

	silence(line);
	add_digit(line, MS(50), MS(200), '5', -11, -9);
	assert_string_equal(listen(line, 120, false)->text, "5");
	dsp_dtmf_rx_reset(line->rx, false);
	assert_false(dsp_dtmf_rx_suspects(line->rx));
	dsp_dtmf_rx_feed(line->rx, line->samples + MS(250), MS(200)); /* silence */
	assert_string_equal(line->heard.text, "5");
}

static void test_after_a_reset_a_tone_that_goes_on_is_a_new_digit(void **state)
{
	struct line *line = *state;

	silence(line);
	add_digit(line, MS(50), MS(200), '5', -11, -9);
	assert_string_equal(listen(line, 120, false)->text, "5");
	dsp_dtmf_rx_reset(line->rx, false);
	dsp_dtmf_rx_feed(line->rx, line->samples + MS(120), MS(250));
	assert_string_equal(line->heard.text, "55-");
}

static int start(void **state)
{
	(void)state;
	return dsp_init();
}

#define LINE_TEST(test) cmocka_unit_test_setup_teardown(test, line_alloc, line_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_all_digits_of_40_ms_with_pauses_of_40_ms_are_heard_once),
		LINE_TEST(test_how_loud_a_digit_is_is_told),
		LINE_TEST(test_the_same_digit_again_after_40_ms_is_a_second_one),
		LINE_TEST(test_a_drop_out_of_up_to_15_ms_does_not_split_a_digit),
		LINE_TEST(test_two_drop_outs_in_a_digit_do_not_split_it),
		LINE_TEST(test_a_drop_out_of_10_ms_in_40_does_not_hide_a_digit),
		LINE_TEST(test_two_tones_of_20_ms_too_far_apart_are_no_digit),
		LINE_TEST(test_the_beginning_is_told_30_ms_after_it_at_worst),
		LINE_TEST(test_a_digit_is_suspected_within_15_ms),
		LINE_TEST(test_durations_are_true_to_a_millisecond),
		LINE_TEST(test_a_digit_that_turns_into_another_ends_first),
		LINE_TEST(test_levels_from_full_to_minus_40_dbm0_are_heard),
		LINE_TEST(test_twist_from_minus_8_to_plus_6_db_is_taken),
		LINE_TEST(test_a_twist_of_13_db_is_refused),
		LINE_TEST(test_a_frequency_1_5_percent_off_is_taken_and_3_5_percent_is_not),
		LINE_TEST(test_digits_are_heard_over_the_echo_of_a_dial_tone),
		LINE_TEST(test_a_digit_is_suspected_over_the_echo_of_a_dial_tone),
		LINE_TEST(test_a_dial_tone_alone_is_neither_heard_nor_suspected),
		LINE_TEST(test_turning_the_dial_tone_off_keeps_the_digit_in_progress),
		LINE_TEST(test_noise_alone_is_neither_heard_nor_suspected),
		LINE_TEST(test_digits_are_heard_over_noise_12_db_below),
		LINE_TEST(test_an_offset_of_the_line_does_not_matter),
		LINE_TEST(test_a_tone_of_20_ms_is_no_digit),
		LINE_TEST(test_a_suspicion_without_a_digit_passes),
		LINE_TEST(test_reset_forgets_the_digit_in_progress),
		LINE_TEST(test_after_a_reset_a_tone_that_goes_on_is_a_new_digit),
	};

	return cmocka_run_group_tests_name("dsp/dtmf_rx", tests, start, NULL);
}
