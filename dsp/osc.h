/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one sine that tones and DTMF are made of: a 32 bit phase accumulator over a table that dsp_init
 * fills. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_OSC_H
#define TIPRING_DSP_OSC_H

#include <math.h>
#include <stdint.h>

/* The level of a sine whose peak is FULL_SCALE (ITU-T G.711, A-law). */
#define DSP_FULL_SCALE           32767
#define DSP_FULL_SCALE_SINE_DBM0 3.14

/* Fills the table; again is harmless, but not while another thread plays. */
void dsp_osc_init(void);

/* What the phase grows by at each sample. hz is below half the sampling rate. */
uint32_t dsp_osc_step(double hz);

/* The peak of a sine of that level. */
float dsp_osc_peak(double level_dbm0);

#define DSP_OSC_TABLE_BITS    10
#define DSP_OSC_FRACTION_BITS (32 - DSP_OSC_TABLE_BITS)
#define DSP_OSC_FRACTION_ONE  (1u << DSP_OSC_FRACTION_BITS)

extern float dsp_osc_table[(1u << DSP_OSC_TABLE_BITS) + 1]; /* the last is the first again, for interpolation */

/* The sine of a phase (2^32 is a full turn), -1..1, better than -100 dB. */
static inline float dsp_osc_sine(uint32_t phase)
{
	const float *at = &dsp_osc_table[phase >> DSP_OSC_FRACTION_BITS];
	float fraction = (float)(phase & (DSP_OSC_FRACTION_ONE - 1)) / (float)DSP_OSC_FRACTION_ONE;

	return at[0] + (at[1] - at[0]) * fraction;
}

/* Rounds, and holds at full scale what would wrap around. */
static inline int16_t dsp_osc_saturate(float value)
{
	if (value >= INT16_MAX)
		return INT16_MAX;
	if (value <= INT16_MIN)
		return INT16_MIN;
	return (int16_t)lrintf(value);
}

#endif
