/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Level control: brings a voice slowly to DSP_LEVEL_TARGET_DBM0, by DSP_LEVEL_RANGE_DB at most either way, so that who speaks softly is
 * understood and who shouts does not hurt. Only voice moves it, 1 dB a second up and 4 down; in pauses it stays, so that noise does not
 * swell. Media thread; no allocation. Zeroed: at the start.
 */
#ifndef TIPRING_DSP_LEVEL_H
#define TIPRING_DSP_LEVEL_H

#include <stddef.h>
#include <stdint.h>

#define DSP_LEVEL_TARGET_DBM0 (-20)
#define DSP_LEVEL_RANGE_DB    9
#define DSP_LEVEL_VOICE_DBM0  (-42) /* what is softer in a block is no voice */

struct dsp_level {
	float gain_db;  /* that is in force */
	float power;    /* of the voice, over half a second, as a sample's square; 0: none yet */
};

/* One block, in place. */
void dsp_level_run(struct dsp_level *level, int16_t *samples, size_t count);

#endif
