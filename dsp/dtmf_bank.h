/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of a sound is at each of the eight frequencies of ITU-T Q.23: every 5 ms of the last 10 ms, weighed by a Hann
 * window, which keeps the low tones out of the high ones' places whatever the twist. The windows of a tone add up to
 * the tone's length. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_DTMF_BANK_H
#define TIPRING_DSP_DTMF_BANK_H

#include "dsp/keypad.h"

#define BANK_HOP    40
#define BANK_TONES  (DTMF_ROWS + DTMF_COLUMNS)
#define BANK_VALUES (2 * BANK_TONES)

/* One window. A tone on its frequency has the same phase in each. */
struct dsp_dtmf_window {
	float re[BANK_TONES], im[BANK_TONES]; /* rows, then columns; a sine of peak 1 is 1 long */
	float power[BANK_TONES];              /* re and im squared */
	float energy;                         /* of everything; a sine of peak 1 is 1 */
};

struct dsp_dtmf_bank {
	float begun[BANK_VALUES]; /* the first half of the next window */
	float begun_energy;
	float turn_re[BANK_TONES], turn_im[BANK_TONES]; /* how far each frequency has turned since the first window */
};

/* Fills the tables; again is harmless, but not while another thread listens. */
void dsp_dtmf_bank_init(void);

/* Silence so far. */
void dsp_dtmf_bank_reset(struct dsp_dtmf_bank *bank);

/* The next hop, free of an offset, and the window that it ends. */
void dsp_dtmf_bank_feed(struct dsp_dtmf_bank *bank, const float samples[BANK_HOP], struct dsp_dtmf_window *window);

#endif
