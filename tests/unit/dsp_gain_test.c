/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/gain.h"
#include "dsp/mix.h"

#define COUNT 8000

static int16_t sound[COUNT], other[COUNT];

static void sine(int16_t *samples, double hz, double peak)
{
	for (int i = 0; i < COUNT; i++)
		samples[i] = (int16_t)lrint(peak * sin(2 * M_PI * hz * i / 8000));
}

static void assert_near(double value, double wanted, double off)
{
	if (fabs(value - wanted) > off)
		fail_msg("%.3f, not %.3f", value, wanted);
}

static void test_a_gain_changes_the_level_by_so_much(void **state)
{
	(void)state;
	for (int db = DSP_GAIN_MIN_DB; db <= DSP_GAIN_MAX_DB; db++) {
		sine(sound, 1000, 3000);
		dsp_gain_apply(dsp_gain_factor(db), sound, COUNT);
		sine(other, 1000, 3000);
		assert_near(dsp_mix_level_dbm0(sound, COUNT) - dsp_mix_level_dbm0(other, COUNT), db, 0.02);
	}
}

static void test_no_gain_leaves_every_bit(void **state)
{
	(void)state;
	sine(sound, 1000, 32767);
	sine(other, 1000, 32767);
	dsp_gain_apply(dsp_gain_factor(0), sound, COUNT);
	assert_memory_equal(sound, other, sizeof(sound));
}

static double power_of(const int16_t *samples, double hz)
{
	double re = 0, im = 0;

	for (int i = 0; i < COUNT; i++) {
		re += samples[i] * cos(2 * M_PI * hz * i / 8000);
		im += samples[i] * sin(2 * M_PI * hz * i / 8000);
	}
	return (re * re + im * im) * 2 / COUNT;
}

/* What is left of a sine's sound without its first harmonics, which are in the voice anyway: that is what grates. */
static double harshness_db(const int16_t *samples, double hz)
{
	double all = 0, rest;

	for (int i = 0; i < COUNT; i++)
		all += (double)samples[i] * samples[i];
	rest = all - power_of(samples, hz) - power_of(samples, 3 * hz);
	return 10 * log10(rest / all);
}

static void test_three_loud_parties_are_bent_and_neither_cut_nor_turned_over(void **state)
{
	const int16_t *three[] = {sound, sound, sound}, *two[] = {sound, sound};
	static int16_t sum[COUNT];

	(void)state;
	sine(sound, 500, 14000); /* three times that does not fit */
	dsp_mix_sum(sum, three, 3, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_true(sum[i] == 0 || (sum[i] > 0) == (sound[i] > 0));
	for (int i = 0; i < COUNT; i++)
		other[i] = (int16_t)fmax(-32768, fmin(32767, 3.0 * sound[i]));
	assert_true(harshness_db(sum, 500) < harshness_db(other, 500) - 3);
	sine(sound, 500, 9900);
	dsp_mix_sum(sum, two, 2, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(sum[i], 2 * sound[i]);
}

/* All that is not the sine, in percent of it. */
static double distortion_percent(const int16_t *samples, double hz)
{
	double all = 0, of_sine = power_of(samples, hz);

	for (int i = 0; i < COUNT; i++)
		all += (double)samples[i] * samples[i];
	return 100 * sqrt(fmax(all - of_sine, 0) / of_sine);
}

/* A sine of a peak that is so much above full scale, as a sum of two. */
static void test_what_is_too_loud_is_distorted_by_so_much(void **state)
{
	static const struct {
		double over_db, distorted_percent, harsh_db;
	} rows[] = {{-4.3, 0.1, -80}, {-3, 0.5, -50}, {0, 4, -38}, {3, 12, -37}, {6, 22, -27}};
	static int16_t sum[COUNT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int16_t *two[] = {sound, sound};
		double bent, cut, bent_db, cut_db;

		sine(sound, 203, 32767 * pow(10, rows[i].over_db / 20) / 2);
		dsp_mix_sum(sum, two, 2, COUNT);
		for (int k = 0; k < COUNT; k++)
			other[k] = (int16_t)fmax(-32768, fmin(32767, 2.0 * sound[k]));
		bent = distortion_percent(sum, 203);
		cut = distortion_percent(other, 203);
		bent_db = harshness_db(sum, 203);
		cut_db = harshness_db(other, 203);
		print_message("# %+.1f dB: %.2f %%, cut %.2f %%; without the third harmonic %.1f dB, cut %.1f dB\n", rows[i].over_db, bent, cut, bent_db,
			cut_db);
		assert_true(bent < rows[i].distorted_percent);
		assert_true(bent_db < rows[i].harsh_db);
		assert_true(rows[i].over_db <= 0 || (bent < cut && bent_db < cut_db - 2));
	}
}

static void test_louder_stays_louder(void **state)
{
	int16_t before = 0;

	(void)state;
	for (int32_t value = 0; value <= 3 * 32767; value += 7) {
		int16_t parts[3] = {(int16_t)(value / 3), (int16_t)(value / 3), (int16_t)(value - 2 * (value / 3))}, out;
		const int16_t *inputs[] = {&parts[0], &parts[1], &parts[2]};

		dsp_mix_sum(&out, inputs, 3, 1);
		assert_in_range(out, before, 32767);
		before = out;
	}
	assert_true(before > 27000);
}

static void test_hum_is_taken_out_and_speech_is_not(void **state)
{
	static const struct {
		double hz, most_db, least_db;
	} rows[] = {{50, -21, -24}, {60, -18, -20.5}, {300, 0.1, -0.6}, {1000, 0.05, -0.05}, {3400, 0.05, -0.05}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dsp_hum_filter filter = {0, 0};
		double change;

		sine(sound, rows[i].hz, 8000);
		sine(other, rows[i].hz, 8000);
		for (int at = 0; at < COUNT; at += 80)
			dsp_hum_filter_run(&filter, sound + at, 80);
		change = dsp_mix_level_dbm0(sound + 1600, COUNT - 1600) - dsp_mix_level_dbm0(other + 1600, COUNT - 1600);
		if (change > rows[i].most_db || change < rows[i].least_db)
			fail_msg("%g Hz: %.2f dB", rows[i].hz, change);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_gain_changes_the_level_by_so_much),
		cmocka_unit_test(test_no_gain_leaves_every_bit),
		cmocka_unit_test(test_three_loud_parties_are_bent_and_neither_cut_nor_turned_over),
		cmocka_unit_test(test_what_is_too_loud_is_distorted_by_so_much),
		cmocka_unit_test(test_louder_stays_louder),
		cmocka_unit_test(test_hum_is_taken_out_and_speech_is_not),
	};

	if (dsp_init())
		return 1;
	return cmocka_run_group_tests_name("dsp/gain", tests, NULL, NULL);
}
