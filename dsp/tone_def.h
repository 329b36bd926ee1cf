/* SPDX-License-Identifier: BSD-3-Clause */
/* What a tone's text says, as its parser leaves it for the player. Only for the files of this folder. */
#ifndef TIPRING_DSP_TONE_DEF_H
#define TIPRING_DSP_TONE_DEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TONE_FREQUENCIES_MAX 4  /* a howler has four */
#define TONE_SEGMENTS_MAX    64 /* libtonezone's longest has 30 */
#define TONE_TEXT_MAX        1024
#define TONE_HZ_MAX          99999
#define TONE_HZ_AUDIBLE      4000 /* from here on a line carries nothing: silence */
#define TONE_MS_MAX          3600000

struct tone_segment {
	uint32_t steps[TONE_FREQUENCIES_MAX]; /* of the phase, see osc.h */
	size_t frequency_count;               /* 0: silence */
	bool modulated;                       /* the second frequency modulates the first */
	bool once;                            /* not played again when the definition repeats */
	uint32_t samples;                     /* 0: for ever */
};

struct dsp_tone_def {
	float peak; /* of each frequency */
	bool repeats;
	size_t segment_count;
	struct tone_segment segments[TONE_SEGMENTS_MAX];
};

#endif
