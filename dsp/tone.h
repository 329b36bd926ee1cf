/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Call-progress tones from their text in zonedata notation:
 *
 *   definition := segment ("," segment)*
 *   segment    := ["!"] sound ["/" ms]            "!": played once, left out of repetitions; no ms: for ever
 *   sound      := F ("+" F)* | F "*" F            up to four; 0 is silence; "*" modulates by 90 %
 *
 * Blanks are ignored. What the collections in use get wrong is forgiven: a missing comma before "!",
 * an "@" after a frequency, a segment of 0 ms (left out), a frequency that no line carries (4 kHz and
 * more: silence). Played to its end a definition begins again with the segments that are not "!";
 * without any such it ends.
 *
 * Sums are saturated, never wrapped.
 */
#ifndef TIPRING_DSP_TONE_H
#define TIPRING_DSP_TONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSP_TONE_LEVEL_MIN_DBM0 (-60.0)
#define DSP_TONE_LEVEL_MAX_DBM0 3.0

struct dsp_tone_def; /* what a text says; may be shared by many players, also across threads */
struct dsp_tone;     /* one player */

/* level_dbm0 (-60..+3) is that of each frequency of the tone, of the carrier where it is modulated. The
 * text may come from anywhere: EINVAL when it is not a tone, has more than 64 segments or 1024 bytes, a
 * time above 3600000 ms, or nothing to play, or when the level is out of range. dsp_init comes first. */
int dsp_tone_def_parse(struct dsp_tone_def **defp, const char *text, double level_dbm0);
void dsp_tone_def_free(struct dsp_tone_def *def);

int dsp_tone_alloc(struct dsp_tone **tonep);
void dsp_tone_free(struct dsp_tone *tone);

/* Starts from the definition's beginning; NULL stops. Media thread; no allocation. The definition must
 * outlive the playing. */
void dsp_tone_start(struct dsp_tone *tone, const struct dsp_tone_def *def);

/* Whether there is anything to be heard, now or later in the definition. */
bool dsp_tone_is_playing(const struct dsp_tone *tone);

/* Whether its next sample is sound, not the pause between two bursts. */
bool dsp_tone_sounds(const struct dsp_tone *tone);

/* Writes count samples: the tone, and silence once it ended. Returns whether it still plays. */
bool dsp_tone_fill(struct dsp_tone *tone, int16_t *samples, size_t count);

/* Goes on by count samples that nobody hears: what is written next is what it would have been. */
void dsp_tone_skip(struct dsp_tone *tone, size_t count);

#endif
