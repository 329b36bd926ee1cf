/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/osc.h"
#include "dsp/suspect.h"

#define LEVEL_MIN_DBM0  (-40.0) /* of each tone */
#define TWIST_MAX       16.0f   /* either way, as a ratio of powers: 12 dB */
#define PURITY_MIN      0.6f    /* share of the energy that is in the pair: reached when 6 ms have come */

void dsp_suspect_init(struct dsp_suspect *suspect)
{
	*suspect = (struct dsp_suspect){0};
	for (size_t i = 0; i < DTMF_ROWS; i++)
		suspect->coefficients[i] = (float)(2 * cos(2 * M_PI * dsp_dtmf_row_hz[i] / DSP_RATE_HZ));
	for (size_t i = 0; i < DTMF_COLUMNS; i++)
		suspect->coefficients[DTMF_ROWS + i] =
			(float)(2 * cos(2 * M_PI * dsp_dtmf_column_hz[i] / DSP_RATE_HZ));
}

/* The squared magnitude of the window at one frequency, by Goertzel. */
static float window_power(const float window[SUSPECT_WINDOW], float coefficient)
{
	float s1 = 0, s2 = 0;

	for (size_t i = 0; i < SUSPECT_WINDOW; i++) {
		float s0 = window[i] + coefficient * s1 - s2;

		s2 = s1;
		s1 = s0;
	}
	return s1 * s1 + s2 * s2 - coefficient * s1 * s2;
}

static float best_power(const struct dsp_suspect *suspect, size_t first, size_t count)
{
	float best = 0;

	for (size_t i = first; i < first + count; i++)
		best = fmaxf(best, window_power(suspect->window, suspect->coefficients[i]));
	return best;
}

static bool window_judge(const struct dsp_suspect *suspect)
{
	float row = best_power(suspect, 0, DTMF_ROWS), column = best_power(suspect, DTMF_ROWS, DTMF_COLUMNS);
	float peak_min = dsp_osc_peak(LEVEL_MIN_DBM0) * SUSPECT_WINDOW / 2, energy = 0;

	for (size_t i = 0; i < SUSPECT_WINDOW; i++)
		energy += suspect->window[i] * suspect->window[i];
	if (row < peak_min * peak_min || column < peak_min * peak_min)
		return false;
	if (row > column * TWIST_MAX || column > row * TWIST_MAX)
		return false;
	/* A pair that fills the window has |X|^2 summing to energy * window / 2. */
	return row + column > PURITY_MIN * energy * SUSPECT_WINDOW / 2;
}

void dsp_suspect_feed(struct dsp_suspect *suspect, const int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		suspect->window[suspect->filled++] = samples[i];
		if (suspect->filled < SUSPECT_WINDOW)
			continue;
		suspect->suspects = window_judge(suspect);
		memmove(suspect->window, suspect->window + SUSPECT_HOP, SUSPECT_HOP * sizeof(float));
		suspect->filled = SUSPECT_WINDOW - SUSPECT_HOP;
	}
}
