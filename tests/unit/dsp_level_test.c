/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/level.h"
#include "dsp/mix.h"

#define BLOCK  80
#define SECOND 100 /* blocks */

static struct dsp_level level;
static unsigned phase;

static int begin(void **state)
{
	(void)state;
	level = (struct dsp_level){0, 0};
	phase = 0;
	return 0;
}

/* So many blocks of a sine that loud; the level of the last one as it comes out. */
static double says(double level_dbm0, unsigned blocks)
{
	double peak = pow(10, (level_dbm0 - 3.14) / 20) * 32124;
	int16_t samples[BLOCK];

	while (blocks--) {
		for (unsigned i = 0; i < BLOCK; i++)
			samples[i] = (int16_t)lrint(peak * sin(2 * M_PI * 1000 * phase++ / 8000));
		dsp_level_run(&level, samples, BLOCK);
	}
	return dsp_mix_level_dbm0(samples, BLOCK);
}

static void assert_near(double value, double wanted)
{
	if (fabs(value - wanted) > 0.5)
		fail_msg("%.2f, not %.2f", value, wanted);
}

static void test_a_voice_comes_slowly_to_the_target(void **state)
{
	(void)state;
	assert_near(says(-26, 1 * SECOND), -25);
	assert_near(says(-26, 9 * SECOND), DSP_LEVEL_TARGET_DBM0);
	assert_near(says(-14, 5 * SECOND), DSP_LEVEL_TARGET_DBM0);
}

static void test_it_goes_only_so_far(void **state)
{
	(void)state;
	assert_near(says(-38, 20 * SECOND), -38 + DSP_LEVEL_RANGE_DB);
	assert_near(says(-3, 20 * SECOND), -3 - DSP_LEVEL_RANGE_DB);
}

static void test_noise_does_not_swell_in_a_pause(void **state)
{
	(void)state;
	says(-26, 20 * SECOND);
	assert_near(says(-50, 1), -44);
	assert_near(says(-50, 30 * SECOND), -44);
}

static void test_silence_stays_silence(void **state)
{
	(void)state;
	assert_true(says(-99, SECOND) <= -90);
	assert_true(level.gain_db == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_voice_comes_slowly_to_the_target, begin),
		cmocka_unit_test_setup(test_it_goes_only_so_far, begin),
		cmocka_unit_test_setup(test_noise_does_not_swell_in_a_pause, begin),
		cmocka_unit_test_setup(test_silence_stays_silence, begin),
	};

	if (dsp_init())
		return 1;
	return cmocka_run_group_tests_name("dsp/level", tests, NULL, NULL);
}
