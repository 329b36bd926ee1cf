/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dsp/fft.h"
#include "tests/unit/dsp_help.h"

static float samples[DSP_FFT_SIZE];

static int fill(void **state)
{
	uint32_t seed = 3;

	(void)state;
	dsp_fft_init();
	for (size_t i = 0; i < DSP_FFT_SIZE; i++)
		samples[i] = (float)(help_random(&seed) * 2000 - 1000);
	return 0;
}

static void it_is_the_fourier_sum(void **state)
{
	struct dsp_spectrum spectrum;

	(void)state;
	dsp_fft_forward(&spectrum, samples);
	for (size_t k = 0; k < DSP_FFT_BINS; k++) {
		double re = 0, im = 0;

		for (size_t i = 0; i < DSP_FFT_SIZE; i++) {
			re += samples[i] * cos(2 * M_PI * (double)(k * i) / DSP_FFT_SIZE);
			im -= samples[i] * sin(2 * M_PI * (double)(k * i) / DSP_FFT_SIZE);
		}
		assert_true(hypot(re - spectrum.re[k], im - spectrum.im[k]) < 0.01);
	}
	for (size_t k = DSP_FFT_BINS; k < DSP_FFT_PADDED; k++)
		assert_true(spectrum.re[k] == 0 && spectrum.im[k] == 0);
}

static void back_is_where_it_came_from(void **state)
{
	struct dsp_spectrum spectrum;
	float back[DSP_FFT_SIZE];

	(void)state;
	dsp_fft_forward(&spectrum, samples);
	dsp_fft_backward(back, &spectrum);
	for (size_t i = 0; i < DSP_FFT_SIZE; i++)
		assert_true(fabsf(back[i] - samples[i]) < 0.001f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_fourier_sum),
		cmocka_unit_test(back_is_where_it_came_from),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
