/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "dsp/dsp.h"
#include "dsp/osc.h"

#define TABLE_BITS 10
#define TABLE_SIZE (1u << TABLE_BITS)
#define FRACTION_BITS (32 - TABLE_BITS)
#define FRACTION_ONE  (1u << FRACTION_BITS)

static float sine_table[TABLE_SIZE + 1]; /* the last is the first again, for interpolation */

void dsp_osc_init(void)
{
	for (unsigned i = 0; i <= TABLE_SIZE; i++)
		sine_table[i] = (float)sin(2 * M_PI * i / TABLE_SIZE);
}

uint32_t dsp_osc_step(double hz)
{
	return (uint32_t)llround(hz / DSP_RATE_HZ * 4294967296.0);
}

float dsp_osc_peak(double level_dbm0)
{
	return (float)(DSP_FULL_SCALE * pow(10, (level_dbm0 - DSP_FULL_SCALE_SINE_DBM0) / 20));
}

float dsp_osc_sine(uint32_t phase)
{
	const float *at = &sine_table[phase >> FRACTION_BITS];
	float fraction = (float)(phase & (FRACTION_ONE - 1)) / (float)FRACTION_ONE;

	return at[0] + (at[1] - at[0]) * fraction;
}
