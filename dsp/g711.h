/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ITU-T G.711: both laws, by tables made once in dsp_init. Any thread after that.
 */
#ifndef TIPRING_DSP_G711_H
#define TIPRING_DSP_G711_H

#include <stddef.h>
#include <stdint.h>

enum dsp_law {
	DSP_LAW_MU,
	DSP_LAW_A,
};

void dsp_g711_encode(enum dsp_law law, uint8_t *codes, const int16_t *samples, size_t count);
void dsp_g711_decode(enum dsp_law law, int16_t *samples, const uint8_t *codes, size_t count);
/* The code of silence: 0xff (mu) or 0xd5 (A). */
uint8_t dsp_g711_silence(enum dsp_law law);

/* Makes the tables; dsp_init calls it. */
void dsp_g711_init(void);

#endif
