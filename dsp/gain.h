/* SPDX-License-Identifier: BSD-3-Clause */
/* A fixed gain, and a filter against hum. Media thread; no allocation. */
#ifndef TIPRING_DSP_GAIN_H
#define TIPRING_DSP_GAIN_H

#include <stddef.h>
#include <stdint.h>

#define DSP_GAIN_MIN_DB (-20)
#define DSP_GAIN_MAX_DB 12

/* The factor of so many decibels. */
float dsp_gain_factor(int gain_db);
/* Makes a block louder or softer, in place; what would not fit is limited as dsp_mix_sum does. A factor of 1 leaves it to the bit. */
void dsp_gain_apply(float factor, int16_t *samples, size_t count);

/* Second order Butterworth at 180 Hz: mains hum of 50 and 60 Hz comes out 22 and 19 dB weaker, speech from 300 Hz on by less than 0.6 dB. */
struct dsp_hum_filter {
	float z1, z2;
};

void dsp_hum_filter_run(struct dsp_hum_filter *filter, int16_t *samples, size_t count);

#endif
