/* SPDX-License-Identifier: BSD-3-Clause */
/* Sound that is made up: where some is missing, in pauses, and where speech becomes shorter or longer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/conceal.h"
#include "dsp/dsp.h"
#include "dsp/stretch.h"

#define BLOCK 80
#define BEFORE 400

static int16_t sound[BEFORE + 4000];

static void tones(int16_t *samples, size_t count, double one_hz, double other_hz, double peak)
{
	for (size_t i = 0; i < count; i++)
		samples[i] = (int16_t)lrint(peak * (sin(2 * M_PI * one_hz * (double)i / 8000) +
			sin(2 * M_PI * other_hz * (double)i / 8000)));
}

static double rms(const int16_t *samples, size_t count)
{
	double power = 0;

	for (size_t i = 0; i < count; i++)
		power += (double)samples[i] * samples[i];
	return sqrt(power / (double)count);
}

static void heard(struct dsp_conceal *conceal, size_t count)
{
	for (size_t at = 0; at < count; at += BLOCK)
		dsp_conceal_good(conceal, sound + at, BLOCK);
}

static void test_a_voice_goes_on_and_is_gone_after_80_ms(void **state)
{
	struct dsp_conceal conceal = {0};
	int16_t *gap = sound + BEFORE;

	(void)state;
	tones(sound, BEFORE + 4000, 125, 375, 3000);
	heard(&conceal, BEFORE);
	for (int block = 0; block < 10; block++)
		dsp_conceal_missing(&conceal, gap + block * BLOCK, gap + block * BLOCK, BLOCK);
	assert_true(rms(gap, BLOCK) > 0.85 * rms(sound, BEFORE));
	for (int i = 0; i < 60; i++)
		assert_in_range(gap[i] - gap[i - 64] + 60, 0, 120); /* as if nothing were missing */
	assert_true(rms(gap + 4 * BLOCK, BLOCK) < 0.7 * rms(sound, BEFORE));
	assert_true(dsp_conceal_is_noise(&conceal));
	assert_true(rms(gap + 8 * BLOCK, 2 * BLOCK) < 40);
}

static void test_the_noise_is_as_loud_as_the_pauses(void **state)
{
	struct dsp_conceal conceal = {0};
	struct dsp_comfort pause = {0};
	int16_t *gap = sound + BEFORE;

	(void)state;
	dsp_comfort_level(&pause, 15);
	for (int i = 0; i < 5; i++) /* it has to get going */
		dsp_comfort_fill(&pause, sound, BEFORE);
	heard(&conceal, BEFORE);
	for (int block = 0; block < 50; block++)
		dsp_conceal_missing(&conceal, gap + block * BLOCK, gap + block * BLOCK, BLOCK);
	assert_in_range((long)(10 * rms(gap + 20 * BLOCK, 30 * BLOCK)), 100, 180);
}

static void test_what_comes_after_a_gap_is_blended_in(void **state)
{
	struct dsp_conceal conceal = {0};
	int16_t *gap = sound + BEFORE, after[BLOCK];

	(void)state;
	tones(sound, BEFORE, 200, 400, 4000);
	heard(&conceal, BEFORE);
	dsp_conceal_missing(&conceal, gap, gap, BLOCK);
	for (int i = 0; i < BLOCK; i++)
		after[i] = -5000;
	dsp_conceal_good(&conceal, after, BLOCK);
	assert_in_range(after[0] - gap[BLOCK - 1] + 2500, 0, 5000);
	assert_int_equal(after[BLOCK - 1], -5000);
}

static void test_a_scrap_of_a_keys_tone_stays_one(void **state)
{
	struct dsp_conceal conceal = {0};
	int16_t *gap = sound + BEFORE;

	(void)state;
	memset(sound, 0, sizeof(sound));
	tones(sound + BEFORE - 160, 160, 770, 1336, 5000);
	heard(&conceal, BEFORE);
	assert_true(dsp_conceal_is_key(gap));
	dsp_conceal_missing(&conceal, gap, gap, 2 * BLOCK);
	assert_true(rms(gap + BLOCK, BLOCK) < 100);
}

/* RFC 3389 s3.1: -40 dBov, and s3.2: one coefficient that makes it dull. */
static void test_comfort_noise_has_the_level_and_the_colour_that_it_is_told(void **state)
{
	static const uint8_t white[] = {40}, dull[] = {40, 127 - 114};
	struct dsp_comfort comfort = {0};
	int16_t samples[16000];
	double step[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		dsp_comfort_packet(&comfort, i ? dull : white, i ? sizeof(dull) : sizeof(white));
		dsp_comfort_fill(&comfort, samples, 16000);
		assert_in_range((long)rms(samples + 4000, 12000), 300, 355);
		for (int n = 15999; n > 0; n--)
			samples[n] = (int16_t)(samples[n] - samples[n - 1]);
		step[i] = rms(samples + 4000, 12000);
	}
	assert_true(step[1] < 0.5 * step[0]);
}

static void test_hostile_comfort_noise_stays_finite(void **state)
{
	struct dsp_comfort comfort = {0};
	uint8_t payload[64];
	int16_t samples[800];

	(void)state;
	memset(payload, 0xff, sizeof(payload));
	dsp_comfort_packet(&comfort, payload, sizeof(payload));
	dsp_comfort_fill(&comfort, samples, 800);
	for (int i = 1; i < 64; i++)
		payload[i] = i % 2 ? 254 : 0;
	payload[0] = 0;
	dsp_comfort_packet(&comfort, payload, sizeof(payload));
	dsp_comfort_fill(&comfort, samples, 800);
	assert_true(isfinite(comfort.memory[0]));
	dsp_comfort_packet(&comfort, payload, 0);
}

static void test_a_voice_becomes_shorter_and_longer_by_its_periods(void **state)
{
	(void)state;
	for (int longer = 0; longer < 2; longer++) {
		int16_t *place_at = sound + 200;
		struct dsp_stretch_place place;
		size_t count = 1000, made;

		tones(sound, 200 + count, 125, 250, 4000);
		place = dsp_stretch_find(place_at, longer, DSP_STRETCH_LAG_MAX);
		assert_int_equal(place.lag, 64);
		assert_true(place.match > 0.99f);
		made = longer ? dsp_stretch_longer(place_at, count, place.lag) : dsp_stretch_shorter(place_at, count, place.lag);
		assert_int_equal(made, longer ? 1064 : 936);
		for (size_t i = 64; i < made; i++)
			assert_in_range(place_at[i] - place_at[i - 64] + 5, 0, 10);
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
		cmocka_unit_test(test_a_voice_goes_on_and_is_gone_after_80_ms),
		cmocka_unit_test(test_the_noise_is_as_loud_as_the_pauses),
		cmocka_unit_test(test_what_comes_after_a_gap_is_blended_in),
		cmocka_unit_test(test_a_scrap_of_a_keys_tone_stays_one),
		cmocka_unit_test(test_comfort_noise_has_the_level_and_the_colour_that_it_is_told),
		cmocka_unit_test(test_hostile_comfort_noise_stays_finite),
		cmocka_unit_test(test_a_voice_becomes_shorter_and_longer_by_its_periods),
	};

	return cmocka_run_group_tests_name("dsp/conceal", tests, start, NULL);
}
