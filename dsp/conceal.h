/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is played where sound is missing: the last pitch period goes on (in the manner of G.711 Appendix I), fades, and
 * comfort noise as loud as the pauses of this speech takes its place. Where the sound comes back it is blended in.
 * Samples are 8 kHz, 16 bit. Pure, no allocation.
 */
#ifndef TIPRING_DSP_CONCEAL_H
#define TIPRING_DSP_CONCEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/comfort.h"

#define DSP_CONCEAL_PITCH_MIN 40  /* samples: 200 Hz; a higher voice repeats two or three of its periods */
#define DSP_CONCEAL_PITCH_MAX 120 /* 66 Hz */
#define DSP_CONCEAL_HISTORY   280 /* that must be there of what was played before */

/* Zeroed: nothing was heard yet. */
struct dsp_conceal {
	bool missing;
	unsigned age_samples;       /* since sound was missing */
	unsigned hold_samples, fade_samples; /* the voice goes on so long at first, and is gone then */
	unsigned pitch, phase;
	int16_t cycle[DSP_CONCEAL_PITCH_MAX];
	bool level_known;           /* of the pauses */
	float level;                /* mean square */
	bool comfort_told;          /* by a packet: what was listened for does not count */
	struct dsp_comfort comfort;
};

/* Sound that came; its beginning is changed where something was missing before it. */
void dsp_conceal_good(struct dsp_conceal *conceal, int16_t *samples, size_t count);
/* Where sound is missing; before is the end of what was played before, DSP_CONCEAL_HISTORY samples lie in front of it. */
void dsp_conceal_missing(struct dsp_conceal *conceal, const int16_t *before, int16_t *samples, size_t count);
/* Where there is none because the far end is silent: as above, with no voice in it but a few milliseconds. */
void dsp_conceal_pause(struct dsp_conceal *conceal, const int16_t *before, int16_t *samples, size_t count);
/* Sound is missing for so long that nothing is left of the voice. */
bool dsp_conceal_is_noise(const struct dsp_conceal *conceal);
/* What was played before ends with the tone of a key, by the look of its last 10 ms. */
bool dsp_conceal_is_key(const int16_t *before);
/* Nothing is to be heard until sound comes. */
void dsp_conceal_hush(struct dsp_conceal *conceal);
/* The far end says how its pause sounds (RFC 3389); true until sound comes. */
void dsp_conceal_comfort(struct dsp_conceal *conceal, const uint8_t *payload, size_t length);

#endif
