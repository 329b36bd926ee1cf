/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of the echo canceller that learns the line: a Kalman filter in the frequency domain, in partitions of 10 ms
 * (after Enzner and Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control", Signal Processing 86, 2006,
 * and Kuech, Mabande and Enzner, "State-space architecture of the partitioned-block-based acoustic echo controller", ICASSP 2014).
 * It knows for each frequency how sure it is of the path and how much of what comes from the line it cannot explain,
 * and learns at the rate that follows from both; a near talker therefore hardly moves it. Two of them run side by side: one
 * that believes in a path that stays and one that believes in a path that changes. What goes on is the one with the
 * smaller error; when the quick one has been better for a while, the path has changed and the steady one takes it over.
 *
 * Sound goes in and the error comes out with the emphasis of ECHO_EMPHASIS, which whitens speech; echo.c takes it off again. Only for
 * the files of this folder.
 */
#ifndef TIPRING_DSP_ECHO_FILTER_H
#define TIPRING_DSP_ECHO_FILTER_H

#include <stdbool.h>

#include "dsp/fft.h"

#define ECHO_EMPHASIS 0.85f
#define ECHO_HOP_MAX  80
#define ECHO_PARTITION 80

struct echo_filter;

/* hop: 40 or ECHO_HOP_MAX samples are handed over at a time. ENOMEM. To be reset before it is used: until then it is hardly touched. */
int echo_filter_alloc(struct echo_filter **filterp, unsigned taps, unsigned hop);
void echo_filter_free(struct echo_filter *filter);
/* Forgets the path and the sound. */
void echo_filter_reset(struct echo_filter *filter);
/* Forgets the sound alone. */
void echo_filter_sound_reset(struct echo_filter *filter);

/* What one of the two makes of a hop. */
struct echo_try {
	float error[ECHO_HOP_MAX];
	struct dsp_spectrum spectrum; /* of the error of the last 22 ms */
	float power[DSP_FFT_PADDED] __attribute__((aligned(16))); /* ... smoothed over its neighbours */
};

/* ... and both. It is read until the next hop of any line: one for all of them stays in the processor's cache. */
struct echo_hop {
	struct echo_try steady, quick;
	const struct echo_try *chosen; /* whose error is taken */
	float echo_power[DSP_FFT_PADDED] __attribute__((aligned(16))); /* of the echo that was taken away, as the error's */
};

/* What is touched in each hop; and what shall be asked for while the next hop is run, since its turn is after that. */
void echo_filter_memory(const struct echo_filter *filter, const void **start, size_t *size);
void echo_filter_ahead(struct echo_filter *filter, const void *start, size_t size);

/* One hop: far is what went to the line, near what came back; error gets near without the echo. */
void echo_filter_run(struct echo_filter *filter, struct echo_hop *run, float *error, const float *far, const float *near, bool learns);

#endif
