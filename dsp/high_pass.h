/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A high-pass at 600 Hz (Butterworth, fourth order) that takes dial tones, which lie below 500 Hz, and
 * hum out of what is listened to for digits, which begin at 697 Hz. Settles in 5 ms. Only for the files of
 * this folder.
 */
#ifndef TIPRING_DSP_HIGH_PASS_H
#define TIPRING_DSP_HIGH_PASS_H

/* A second order section in its transposed direct form. */
struct dsp_section {
	float b0, b1, b2, a1, a2, z1, z2;
};

struct dsp_high_pass {
	struct dsp_section sections[2];
};

void dsp_high_pass_init(struct dsp_high_pass *filter);
float dsp_high_pass_next(struct dsp_high_pass *filter, float sample);

#endif
