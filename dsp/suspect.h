/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A quick guess whether a DTMF tone has just begun: every 5 ms the last 10 ms are asked whether most of
 * their energy is in one row and one column frequency. Which digit it is cannot be told so soon, and need
 * not be. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_SUSPECT_H
#define TIPRING_DSP_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/keypad.h"

#define SUSPECT_HOP    40
#define SUSPECT_WINDOW (2 * SUSPECT_HOP)

struct dsp_suspect {
	float coefficients[DTMF_ROWS + DTMF_COLUMNS]; /* Goertzel's, rows first */
	float window[SUSPECT_WINDOW];
	size_t filled;
	bool suspects;
};

void dsp_suspect_init(struct dsp_suspect *suspect);
/* Without dial tone: see high_pass.h. */
void dsp_suspect_feed(struct dsp_suspect *suspect, const int16_t *samples, size_t count);

#endif
