/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How well a sum of known sines explains a piece of sound, by least squares. 40 ms tell 10 Hz apart.
 * Pure code, any thread.
 */
#ifndef TIPRING_GATEWAY_PHONE_FIT_H
#define TIPRING_GATEWAY_PHONE_FIT_H

#include <stddef.h>

#include "gateway/phone/tones.h"

#define FIT_SAMPLES_MAX 320

/* The sines found: sample i of the piece is the sum of cosine[k] cos(w i) + sine[k] sin(w i). */
struct fit {
	unsigned hz[TONES_HZ_MAX];
	size_t count;
	double cosine[TONES_HZ_MAX], sine[TONES_HZ_MAX];
	double explained; /* 0..1: share of the piece's energy */
	double weakest;   /* 0..1: share of the weakest sine in that of all */
	double power;     /* mean square of the piece */
};

/* count: 16..FIT_SAMPLES_MAX samples. Frequencies that the piece is too short to tell apart leave
 * explained at 0. */
void fit_find(struct fit *fit, const unsigned *hz, const double *samples, size_t count);

/* The sines at a sample of the piece or, carried on, before (negative) or after it. */
double fit_at(const struct fit *fit, long sample);

/* How much further the phase of its sine k turned, in radians, than its frequency explains: from one piece to
 * another that begins so many samples later. -pi..pi. */
double fit_drift(const struct fit *from, const struct fit *to, size_t k, size_t samples);

/* Mean square as a level. */
double fit_dbm0(double power);

#endif
