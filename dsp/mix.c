/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "dsp/limit.h"
#include "dsp/mix.h"
#include "dsp/osc.h"

#define SILENCE_DBM0 (-99.0)

static void add(int16_t *out, const int16_t *const sounds[], size_t sound_count, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int32_t sum = 0;

		for (size_t k = 0; k < sound_count; k++)
			sum += sounds[k][i];
		out[i] = dsp_limit(sum);
	}
}

void dsp_mix_sum(int16_t *out, const int16_t *const inputs[], size_t input_count, size_t count)
{
	const int16_t *sounds[DSP_MIX_INPUTS_MAX];
	size_t sound_count = 0;

	assert(input_count <= DSP_MIX_INPUTS_MAX);
	for (size_t k = 0; k < input_count; k++) {
		if (inputs[k])
			sounds[sound_count++] = inputs[k];
	}
	/* A telephone hears one thing or nothing most of the time. */
	if (sound_count == 0)
		memset(out, 0, count * sizeof(*out));
	else if (sound_count == 1)
		memmove(out, sounds[0], count * sizeof(*out));
	else
		add(out, sounds, sound_count, count);
}

void dsp_mix_ramp(int16_t *samples, size_t count, float from, float to)
{
	float step = (to - from) / (float)count;

	for (size_t i = 0; i < count; i++)
		samples[i] = (int16_t)lrintf((float)samples[i] * (from + step * (float)i));
}

double dsp_mix_level_dbm0(const int16_t *samples, size_t count)
{
	double energy = 0;

	for (size_t i = 0; i < count; i++)
		energy += (double)samples[i] * samples[i];
	if (energy == 0 || count == 0)
		return SILENCE_DBM0;
	/* A sine's power is half of its peak's square. */
	energy /= (double)count * DSP_FULL_SCALE * DSP_FULL_SCALE / 2;
	return 10 * log10(energy) + DSP_FULL_SCALE_SINE_DBM0;
}
