/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include <spandsp.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "dsp/mix.h"

static int16_t decode(enum dsp_law law, uint8_t code)
{
	int16_t sample;

	dsp_g711_decode(law, &sample, &code, 1);
	return sample;
}

static uint8_t encode(enum dsp_law law, int16_t sample)
{
	uint8_t code;

	dsp_g711_encode(law, &code, &sample, 1);
	return code;
}

struct point {
	uint8_t code;
	int16_t sample;
};

/* G.711 table 2a, column 8 (of 14 bits, so four times here), by its column 6. */
static const struct point mu_points[] = {
	{0x80, 8031 * 4}, {0x8f, 4191 * 4}, {0x9f, 2079 * 4}, {0xaf, 1023 * 4}, {0xbf, 495 * 4},
	{0xcf, 231 * 4}, {0xdf, 99 * 4}, {0xef, 33 * 4}, {0xfe, 2 * 4}, {0xff, 0},
	{0x00, -8031 * 4}, {0x0f, -4191 * 4}, {0x6f, -33 * 4}, {0x7e, -2 * 4},
};

/* G.711 table 1a, column 8 (of 13 bits, so eight times here), even bits inverted. */
static const struct point a_points[] = {
	{0xff ^ 0x55, 4032 * 8}, {0xf0 ^ 0x55, 2112 * 8}, {0xe0 ^ 0x55, 1056 * 8}, {0xd0 ^ 0x55, 528 * 8},
	{0xc0 ^ 0x55, 264 * 8}, {0xb0 ^ 0x55, 132 * 8}, {0xa0 ^ 0x55, 66 * 8}, {0x80 ^ 0x55, 1 * 8},
	{0x7f ^ 0x55, -4032 * 8}, {0x70 ^ 0x55, -2112 * 8}, {0x20 ^ 0x55, -66 * 8}, {0x00 ^ 0x55, -1 * 8},
};

static void test_mu_law_codes_mean_what_g711_prints(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mu_points) / sizeof(mu_points[0]); i++) {
		assert_int_equal(decode(DSP_LAW_MU, mu_points[i].code), mu_points[i].sample);
		assert_int_equal(encode(DSP_LAW_MU, mu_points[i].sample), mu_points[i].code);
	}
	assert_int_equal(decode(DSP_LAW_MU, 0x7f), 0);
}

static void test_a_law_codes_mean_what_g711_prints(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(a_points) / sizeof(a_points[0]); i++) {
		assert_int_equal(decode(DSP_LAW_A, a_points[i].code), a_points[i].sample);
		assert_int_equal(encode(DSP_LAW_A, a_points[i].sample), a_points[i].code);
	}
}

static void test_every_sample_and_code_agrees_with_spandsp(void **state)
{
	(void)state;
	for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
		assert_int_equal(encode(DSP_LAW_MU, (int16_t)sample), linear_to_ulaw(sample));
		assert_int_equal(encode(DSP_LAW_A, (int16_t)sample), linear_to_alaw(sample));
	}
	for (int code = 0; code < 256; code++) {
		assert_int_equal(decode(DSP_LAW_MU, (uint8_t)code), ulaw_to_linear((uint8_t)code));
		assert_int_equal(decode(DSP_LAW_A, (uint8_t)code), alaw_to_linear((uint8_t)code));
	}
}

static void test_an_encoded_sample_comes_back_within_half_a_step(void **state)
{
	(void)state;
	for (int sample = -32000; sample <= 32000; sample += 7) {
		/* The widest step is 1/16 of the chord's lower end; near zero 16 (A) or 8 (mu). */
		int allowed = abs(sample) / 32 + 8;

		assert_true(abs(decode(DSP_LAW_MU, encode(DSP_LAW_MU, (int16_t)sample)) - sample) <= allowed);
		assert_true(abs(decode(DSP_LAW_A, encode(DSP_LAW_A, (int16_t)sample)) - sample) <= allowed);
	}
}

/* G.711 tables 5 and 6: these eight codes repeated are a sine of 1 kHz at 0 dBm0. */
static void test_the_digital_milliwatt_is_0_dbm0(void **state)
{
	static const uint8_t mu[8] = {0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e};
	static const uint8_t a[8] = {0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4};
	int16_t samples[8];

	(void)state;
	dsp_g711_decode(DSP_LAW_MU, samples, mu, 8);
	assert_true(fabs(dsp_mix_level_dbm0(samples, 8)) < 0.1);
	dsp_g711_decode(DSP_LAW_A, samples, a, 8);
	assert_true(fabs(dsp_mix_level_dbm0(samples, 8)) < 0.1);
}

static void test_silence_is_ff_in_mu_law_and_d5_in_a_law(void **state)
{
	(void)state;
	assert_int_equal(dsp_g711_silence(DSP_LAW_MU), 0xff);
	assert_int_equal(dsp_g711_silence(DSP_LAW_A), 0xd5);
	assert_int_equal(encode(DSP_LAW_MU, 0), 0xff);
	assert_int_equal(encode(DSP_LAW_A, 0), 0xd5);
}

static int start(void **state)
{
	(void)state;
	return dsp_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mu_law_codes_mean_what_g711_prints),
		cmocka_unit_test(test_a_law_codes_mean_what_g711_prints),
		cmocka_unit_test(test_every_sample_and_code_agrees_with_spandsp),
		cmocka_unit_test(test_an_encoded_sample_comes_back_within_half_a_step),
		cmocka_unit_test(test_the_digital_milliwatt_is_0_dbm0),
		cmocka_unit_test(test_silence_is_ff_in_mu_law_and_d5_in_a_law),
	};

	return cmocka_run_group_tests_name("dsp/g711", tests, start, NULL);
}
