/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "dsp/gain.h"
#include "dsp/limit.h"

float dsp_gain_factor(int gain_db)
{
	return gain_db ? powf(10, (float)gain_db / 20) : 1;
}

void dsp_gain_apply(float factor, int16_t *samples, size_t count)
{
	if (factor == 1)
		return;
	for (size_t i = 0; i < count; i++)
		samples[i] = dsp_limit((int32_t)lrintf((float)samples[i] * factor));
}

/* By the bilinear transform, at 8 kHz. */
#define B0 0.9048587f
#define B1 -1.8097175f
#define A1 -1.8006451f
#define A2 0.8187900f

void dsp_hum_filter_run(struct dsp_hum_filter *filter, int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float in = samples[i], out = B0 * in + filter->z1;

		filter->z1 = B1 * in - A1 * out + filter->z2;
		filter->z2 = B0 * in - A2 * out;
		samples[i] = dsp_limit((int32_t)lrintf(out));
	}
}
