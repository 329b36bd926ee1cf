/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/dtmf_bank.h"

#define WINDOW        (2 * BANK_HOP)
#define FAINT         4096.0f /* a peak of 64 squared, -51 dBm0: in less there is nothing to look for */
#define HANN_SUM      0.5f  /* of a window, by sample */
#define HANN_SQUARES  0.375f

/* The two halves of a window, times cosine (rows, columns) and minus sine (rows, columns). */
static float rise[BANK_HOP][BANK_VALUES], fall[BANK_HOP][BANK_VALUES];
static float rise_squared[BANK_HOP], fall_squared[BANK_HOP];
static float turn_re[BANK_TONES], turn_im[BANK_TONES]; /* of each frequency in a hop */

static double tone_hz(size_t i)
{
	return i < DTMF_ROWS ? dsp_dtmf_row_hz[i] : dsp_dtmf_column_hz[i - DTMF_ROWS];
}

static double hann(size_t n)
{
	double s = sin(M_PI * ((double)n + 0.5) / WINDOW);

	return s * s;
}

static void half_init(float table[BANK_HOP][BANK_VALUES], float squared[BANK_HOP], size_t from)
{
	for (size_t n = 0; n < BANK_HOP; n++) {
		double weight = hann(n + from) / (WINDOW * HANN_SUM / 2);

		squared[n] = (float)(hann(n + from) * hann(n + from) / (WINDOW * HANN_SQUARES / 2));
		for (size_t i = 0; i < BANK_TONES; i++) {
			double phase = 2 * M_PI * tone_hz(i) * (double)(n + from) / DSP_RATE_HZ;

			table[n][i] = (float)(weight * cos(phase));
			table[n][BANK_TONES + i] = (float)(-weight * sin(phase));
		}
	}
}

void dsp_dtmf_bank_init(void)
{
	half_init(rise, rise_squared, 0);
	half_init(fall, fall_squared, BANK_HOP);
	for (size_t i = 0; i < BANK_TONES; i++) {
		turn_re[i] = (float)cos(2 * M_PI * tone_hz(i) * BANK_HOP / DSP_RATE_HZ);
		turn_im[i] = (float)-sin(2 * M_PI * tone_hz(i) * BANK_HOP / DSP_RATE_HZ);
	}
}

void dsp_dtmf_bank_reset(struct dsp_dtmf_bank *bank)
{
	*bank = (struct dsp_dtmf_bank){0};
	for (size_t i = 0; i < BANK_TONES; i++)
		bank->turn_re[i] = 1;
}

/* Keeps its length at one: rounding would make it grow or shrink within minutes. */
static void turn_on(struct dsp_dtmf_bank *bank)
{
	for (size_t i = 0; i < BANK_TONES; i++) {
		float re = bank->turn_re[i] * turn_re[i] - bank->turn_im[i] * turn_im[i];
		float im = bank->turn_re[i] * turn_im[i] + bank->turn_im[i] * turn_re[i];
		float shrink = 1.5f - 0.5f * (re * re + im * im);

		bank->turn_re[i] = re * shrink;
		bank->turn_im[i] = im * shrink;
	}
}

static void window_make(const struct dsp_dtmf_bank *bank, const float ended[BANK_VALUES], struct dsp_dtmf_window *window)
{
	for (size_t i = 0; i < BANK_TONES; i++) {
		float re = bank->begun[i] + ended[i];
		float im = bank->begun[BANK_TONES + i] + ended[BANK_TONES + i];

		window->re[i] = re * bank->turn_re[i] - im * bank->turn_im[i];
		window->im[i] = re * bank->turn_im[i] + im * bank->turn_re[i];
		window->power[i] = re * re + im * im;
	}
}

void dsp_dtmf_bank_feed(struct dsp_dtmf_bank *bank, const float samples[BANK_HOP], struct dsp_dtmf_window *window)
{
	float begun[BANK_VALUES] = {0}, ended[BANK_VALUES] = {0};
	float begun_energy = 0, ended_energy = 0;

	for (size_t n = 0; n < BANK_HOP; n++) {
		begun_energy += samples[n] * samples[n] * rise_squared[n];
		ended_energy += samples[n] * samples[n] * fall_squared[n];
	}
	if (begun_energy + ended_energy > FAINT) {
		for (size_t n = 0; n < BANK_HOP; n++) {
			float sample = samples[n];

			for (size_t k = 0; k < BANK_VALUES; k++) {
				begun[k] += rise[n][k] * sample;
				ended[k] += fall[n][k] * sample;
			}
		}
	}
	window_make(bank, ended, window);
	window->energy = bank->begun_energy + ended_energy;
	memcpy(bank->begun, begun, sizeof(begun));
	bank->begun_energy = begun_energy;
	turn_on(bank);
}
