/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "dsp/dsp.h"
#include "dsp/osc.h"

#define TABLE_SIZE (1u << DSP_OSC_TABLE_BITS)

float dsp_osc_table[TABLE_SIZE + 1];

void dsp_osc_init(void)
{
	for (unsigned i = 0; i <= TABLE_SIZE; i++)
		dsp_osc_table[i] = (float)sin(2 * M_PI * i / TABLE_SIZE);
}

uint32_t dsp_osc_step(double hz)
{
	return (uint32_t)llround(hz / DSP_RATE_HZ * 4294967296.0);
}

float dsp_osc_peak(double level_dbm0)
{
	return (float)(DSP_FULL_SCALE * pow(10, (level_dbm0 - DSP_FULL_SCALE_SINE_DBM0) / 20));
}
