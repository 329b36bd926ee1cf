/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hears a fax machine, or a modem, by the tones that it begins with (ITU-T T.30 s4.3.3 and V.25), in one direction:
 *   - calling (CNG): 1100 +-38 Hz for 0.5 s, 3 s apart. Told when one is over and has stayed so for 200 ms: 400 to 600 ms of tone, quiet before
 *     and after it, so that no note of a melody is one. What is 60 Hz beside is none. Whether another came before it at its distance is known,
 *     since one alone may be the beep of an answering machine;
 *   - answering (CED, ANS, ANSam): 2100 +-15 Hz, its phase turned every 450 ms or not. Told after 800 ms of it. 50 Hz beside is none.
 * Both from -43 dBm0 on, with noise 12 dB below. tests/unit/dsp_fax_tone_test.c counts. Own code, since it needs a tenth of the time of
 * the library's (doc/decisions.md). Media thread; no allocation.
 */
#ifndef TIPRING_DSP_FAX_TONE_H
#define TIPRING_DSP_FAX_TONE_H

#include <stdbool.h>
#include <stdint.h>

#define DSP_FAX_BLOCK  80 /* 10 ms: 11 turns of the one tone, 21 of the other */
#define DSP_FAX_BEFORE 8

enum dsp_fax {
	DSP_FAX_NONE,
	DSP_FAX_CALLING,
	DSP_FAX_ANSWERING,
	DSP_FAX_COUNT,
};

/* One tone as it goes on; phases in turns. */
struct dsp_fax_run {
	unsigned blocks, good; /* since it began, and those that are it */
	unsigned odd;          /* the last so many are not */
	float phase, advance;  /* of the last good block; by how much it grows in a block */
	float power;           /* of the good ones, in all */
	float before_power;    /* the most that one of the blocks before it had */
	bool told;
};

/* Zeroed: nothing was heard. */
struct dsp_fax_tone {
	float samples[DSP_FAX_BLOCK]; /* the block that is filling */
	unsigned filled;
	struct dsp_fax_run calling, answering;
	float before[DSP_FAX_BEFORE]; /* powers of the last blocks */
	unsigned over_blocks; /* since a calling tone was over; 0: none waits to be told */
	float over_power;     /* that it had */
	unsigned since_blocks; /* since one was told; 0: none was */
	bool repeated;        /* what was told last came 3 s +-15 % and a burst after another */
};

/* Makes the tables; dsp_init does. */
void dsp_fax_tone_init(void);

/* What these samples have made sure; DSP_FAX_NONE: nothing new. */
enum dsp_fax dsp_fax_tone_feed(struct dsp_fax_tone *tone, const int16_t *samples, unsigned count);

#endif
