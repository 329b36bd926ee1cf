/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "tests/unit/dsp_help.h"

static int16_t clip(double value)
{
	return (int16_t)lrint(fmax(-32768, fmin(32767, value)));
}

void help_add_sine(int16_t *samples, size_t count, double hz, double level_dbm0, double phase)
{
	double peak = 32767 * pow(10, (level_dbm0 - 3.14) / 20);

	for (size_t i = 0; i < count; i++)
		samples[i] = clip(samples[i] + peak * sin(2 * M_PI * (phase + hz * (double)i / 8000)));
}

double help_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) / 16777216.0;
}

void help_add_noise(int16_t *samples, size_t count, double level_dbm0, uint32_t *seed)
{
	double rms = 32767 * pow(10, (level_dbm0 - 3.14) / 20) / M_SQRT2;

	for (size_t i = 0; i < count; i++) {
		double gauss = -6;

		for (int k = 0; k < 12; k++)
			gauss += help_random(seed);
		samples[i] = clip(samples[i] + rms * gauss);
	}
}

double help_level_at(const int16_t *samples, size_t count, double hz)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < count; i++) {
		re += samples[i] * cos(2 * M_PI * hz * (double)i / 8000);
		im += samples[i] * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 20 * log10(fmax(hypot(re, im) * 2 / (double)count / 32767, 1e-6)) + 3.14;
}

double help_strongest(const int16_t *samples, size_t count, double from_hz, double to_hz)
{
	double best_hz = 0, best_level = -1000;

	for (double hz = from_hz; hz <= to_hz; hz += 0.1) {
		double level = help_level_at(samples, count, hz);

		if (level > best_level) {
			best_level = level;
			best_hz = hz;
		}
	}
	return best_hz;
}
