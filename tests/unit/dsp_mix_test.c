/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/mix.h"
#include "tests/unit/dsp_help.h"

static void test_a_single_source_passes_unchanged(void **state)
{
	const int16_t in[4] = {1, -2, INT16_MAX, INT16_MIN};
	const int16_t *inputs[] = {in};
	int16_t out[4];

	(void)state;
	dsp_mix_sum(out, inputs, 1, 4);
	assert_memory_equal(out, in, sizeof(in));
}

static void test_three_sources_are_added(void **state)
{
	const int16_t a[2] = {100, -100}, b[2] = {20, 20}, c[2] = {3, 4};
	const int16_t *inputs[] = {a, b, c};
	int16_t out[2];

	(void)state;
	dsp_mix_sum(out, inputs, 3, 2);
	assert_int_equal(out[0], 123);
	assert_int_equal(out[1], -76);
}

static void test_a_sum_beyond_full_scale_is_held_there(void **state)
{
	const int16_t high[1] = {INT16_MAX}, low[1] = {INT16_MIN};
	const int16_t *highs[DSP_MIX_INPUTS_MAX], *lows[DSP_MIX_INPUTS_MAX];
	int16_t out[1];

	(void)state;
	for (size_t i = 0; i < DSP_MIX_INPUTS_MAX; i++) {
		highs[i] = high;
		lows[i] = low;
	}
	dsp_mix_sum(out, highs, DSP_MIX_INPUTS_MAX, 1);
	assert_in_range(out[0], 32000, INT16_MAX);
	dsp_mix_sum(out, lows, DSP_MIX_INPUTS_MAX, 1);
	assert_in_range(-out[0], 32000, INT16_MAX);
}

static void test_no_source_and_a_missing_source_are_silence(void **state)
{
	const int16_t in[2] = {7, 8};
	const int16_t *inputs[] = {NULL, in};
	int16_t out[2] = {1, 1};

	(void)state;
	dsp_mix_sum(out, inputs, 0, 2);
	assert_int_equal(out[0] | out[1], 0);
	dsp_mix_sum(out, inputs, 2, 2);
	assert_memory_equal(out, in, sizeof(in));
}

static void test_the_sum_may_replace_one_of_its_sources(void **state)
{
	int16_t a[2] = {1, 2};
	const int16_t b[2] = {10, 20};
	const int16_t *inputs[] = {a, b};

	(void)state;
	dsp_mix_sum(a, inputs, 2, 2);
	assert_int_equal(a[0], 11);
	assert_int_equal(a[1], 22);
}

static void test_levels_are_told_in_dbm0(void **state)
{
	static const double levels[] = {3.14, 0, -10, -40};
	int16_t samples[MS(100)];

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		memset(samples, 0, sizeof(samples));
		help_add_sine(samples, MS(100), 1000, levels[i], 0.01);
		assert_true(fabs(dsp_mix_level_dbm0(samples, MS(100)) - levels[i]) < 0.1);
	}
	memset(samples, 0, sizeof(samples));
	assert_true(dsp_mix_level_dbm0(samples, MS(100)) <= -99);
	assert_true(dsp_mix_level_dbm0(samples, 0) <= -99);
}

static void test_a_ramp_goes_evenly_from_one_factor_to_the_other(void **state)
{
	int16_t samples[5] = {1000, 1000, -1000, 1000, 1000};

	(void)state;
	dsp_mix_ramp(samples, 5, 1, 0.5f);
	assert_int_equal(samples[0], 1000);
	assert_int_equal(samples[1], 900);
	assert_int_equal(samples[2], -800);
	assert_int_equal(samples[4], 600);
	dsp_mix_ramp(samples, 5, 0.5f, 0.5f);
	assert_int_equal(samples[0], 500);
	assert_int_equal(samples[4], 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_single_source_passes_unchanged),
		cmocka_unit_test(test_three_sources_are_added),
		cmocka_unit_test(test_a_sum_beyond_full_scale_is_held_there),
		cmocka_unit_test(test_no_source_and_a_missing_source_are_silence),
		cmocka_unit_test(test_the_sum_may_replace_one_of_its_sources),
		cmocka_unit_test(test_a_ramp_goes_evenly_from_one_factor_to_the_other),
		cmocka_unit_test(test_levels_are_told_in_dbm0),
	};

	return cmocka_run_group_tests_name("dsp/mix", tests, NULL, NULL);
}
