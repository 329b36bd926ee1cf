/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Call-progress tones from their text in zonedata notation:
 *
 *   definition := segment ("," segment)*       a missing comma before "!" is forgiven
 *   segment    := ["!"] freqs ["/" ms]         "!": played once, not repeated; no ms: for ever
 *   freqs      := F | F "+" F ["+" F] | F "*" F | F "/" F?   0 is silence, "*" modulates by 90 %
 *
 * Sums are saturated, never wrapped.
 */
#ifndef TIPRING_DSP_TONE_H
#define TIPRING_DSP_TONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dsp_tone_def; /* what a text says; may be shared by many players, also across threads */
struct dsp_tone;     /* one player */

/* level_dbm0 (-60..+3) is that of each frequency of the tone. EINVAL: not a tone. */
int dsp_tone_def_parse(struct dsp_tone_def **defp, const char *text, double level_dbm0);
void dsp_tone_def_free(struct dsp_tone_def *def);

int dsp_tone_alloc(struct dsp_tone **tonep);
void dsp_tone_free(struct dsp_tone *tone);

/* Starts from the definition's beginning; NULL stops. Media thread; no allocation. */
void dsp_tone_start(struct dsp_tone *tone, const struct dsp_tone_def *def);

/* Writes count samples: the tone, and silence once it ended. Returns whether it still plays. */
bool dsp_tone_fill(struct dsp_tone *tone, int16_t *samples, size_t count);

#endif
