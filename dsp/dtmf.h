/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DTMF both ways (ITU-T Q.23, Q.24). Media thread; only the alloc functions allocate.
 */
#ifndef TIPRING_DSP_DTMF_H
#define TIPRING_DSP_DTMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dsp_dtmf_rx;
struct dsp_dtmf_tx;

/* on: the digit's tone began; !on: it ended and duration_samples tells how long it was (+-2 blocks of
 * 12.75 ms). digit is one of 0-9 * # A-D. Called from within dsp_dtmf_rx_feed. */
typedef void dsp_dtmf_h(char digit, bool on, unsigned duration_samples, void *arg);

int dsp_dtmf_rx_alloc(struct dsp_dtmf_rx **rxp, dsp_dtmf_h *handler, void *arg);
void dsp_dtmf_rx_free(struct dsp_dtmf_rx *rx);
void dsp_dtmf_rx_feed(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count);
/* Forgets a digit in progress. dial_tone: a dial tone is on the line, its echo is to be filtered out. */
void dsp_dtmf_rx_reset(struct dsp_dtmf_rx *rx, bool dial_tone);

int dsp_dtmf_tx_alloc(struct dsp_dtmf_tx **txp);
void dsp_dtmf_tx_free(struct dsp_dtmf_tx *tx);
/* Queues digits (0-9 * # A-D, and ',' for a pause of 500 ms). EINVAL another character, ENOBUFS full (64). */
int dsp_dtmf_tx_push(struct dsp_dtmf_tx *tx, const char *digits, unsigned on_ms, unsigned off_ms);
/* Writes count samples, silence where nothing is queued; returns whether anything is left to send. */
bool dsp_dtmf_tx_fill(struct dsp_dtmf_tx *tx, int16_t *samples, size_t count);

#endif
