/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hears a modem's answering tone (ITU-T V.25: 2100 Hz; its phase turned by 180 degrees every 450 ms where echo cancellers shall go
 * off) in one direction, after ITU-T G.168 clause 7: 2100 +-21 Hz from -31 dBm0 on; a turn is one of 180 +-25
 * degrees and never one below 110. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_ANSWER_TONE_H
#define TIPRING_DSP_ANSWER_TONE_H

#include <stdbool.h>
#include <stdint.h>

#define ANSWER_TONE_BLOCK 80 /* 10 ms, 21 turns of 2100 Hz */

struct dsp_answer_tone {
	float re, im, power; /* of the block that is filling */
	unsigned filled;
	unsigned tone_blocks;     /* for so many there is tone ... */
	unsigned odd_blocks;      /* ... and the last so many were none, as when the phase turns */
	float phase, advance;     /* of the last good block; by how much it grows in a block, both in turns */
	unsigned since_turn;      /* blocks */
	unsigned turns;           /* in rhythm */
	unsigned quiet_blocks;    /* for so many there was next to nothing */
};

/* Makes the table; dsp_init calls it. */
void dsp_answer_tone_init(void);
void dsp_answer_tone_feed(struct dsp_answer_tone *tone, const int16_t *samples, unsigned count);
/* It is there for 300 ms. */
bool dsp_answer_tone_is_heard(const struct dsp_answer_tone *tone);
/* ... and its phase has turned twice, 450 ms apart. */
bool dsp_answer_tone_turns(const struct dsp_answer_tone *tone);
/* Nothing above -34 dBm0 for 250 ms (G.168 7.4: held from -31, released at -36; 7.8: 250 +-150 ms). */
bool dsp_answer_tone_is_over(const struct dsp_answer_tone *tone);

#endif
