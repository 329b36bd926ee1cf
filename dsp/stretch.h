/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes speech shorter or longer by one or a few of its pitch periods, at a place where it resembles itself, so that
 * nobody hears it (overlap and add in the time domain). Samples are 8 kHz, 16 bit. Pure, no allocation.
 */
#ifndef TIPRING_DSP_STRETCH_H
#define TIPRING_DSP_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSP_STRETCH_LAG_MIN 20
#define DSP_STRETCH_LAG_MAX 120
#define DSP_STRETCH_BLEND   80 /* over so many samples one goes over into the other */
#define DSP_STRETCH_AHEAD   (DSP_STRETCH_LAG_MAX + DSP_STRETCH_BLEND) /* samples that must lie ahead to make it shorter */
#define DSP_STRETCH_BEFORE  DSP_STRETCH_LAG_MAX /* ... and before, to make it longer, with DSP_STRETCH_BLEND ahead */

struct dsp_stretch_place {
	unsigned lag;  /* samples that it would become shorter or longer by */
	float match;   /* how much the sound resembles itself there, -1..1 */
	float power;   /* mean square of the sound there */
};

/* How to do it at sound; lag_max up to DSP_STRETCH_LAG_MAX. */
struct dsp_stretch_place dsp_stretch_find(const int16_t *sound, bool longer, unsigned lag_max);

/* Of count samples at sound makes count - lag, or count + lag, in place; returns how many. */
size_t dsp_stretch_shorter(int16_t *sound, size_t count, unsigned lag);
size_t dsp_stretch_longer(int16_t *sound, size_t count, unsigned lag);

#endif
