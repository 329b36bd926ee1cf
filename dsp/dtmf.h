/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DTMF both ways (ITU-T Q.23, Q.24). Media thread; only the alloc functions allocate. dsp_init comes first.
 *
 * The receiver judges windows of 10 ms, one each 5 ms. Q.24 asks and it gives: digits of 40 ms and more with pauses of
 * 40 ms and more are each told once, 20 ms are no digit; a tone that drops out for up to 15 ms stays one digit, a pause of
 * 30 ms makes two; +-1.5 % of frequency is taken, 3.5 % is not; levels from +3 to -40 dBm0 per tone; the high tone from 8 dB
 * below to 6 dB above the low one; white noise 15 dB below both tones. tests/unit/dsp_dtmf_conditions_test.c counts.
 */
#ifndef TIPRING_DSP_DTMF_H
#define TIPRING_DSP_DTMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSP_DTMF_QUEUE_MAX 64
#define DSP_DTMF_MS_MAX    60000
#define DSP_DTMF_WINDOW    80

struct dsp_dtmf_rx;
struct dsp_dtmf_tx;

/* on: the digit's tone began duration_samples ago: 24 to 30 ms, or later by its drop-outs. !on: it ended, told 33 ms after it
 * did; duration_samples tells how long it was, to 1 ms (3 in noise). digit is one of 0-9 * # A-D. Called from within
 * dsp_dtmf_rx_feed; an on is always followed by its off before the next on. */
typedef void dsp_dtmf_h(char digit, bool on, unsigned duration_samples, void *arg);

/* Fills the tables; dsp_init does. */
void dsp_dtmf_rx_init(void);

int dsp_dtmf_rx_alloc(struct dsp_dtmf_rx **rxp, dsp_dtmf_h *handler, void *arg);
void dsp_dtmf_rx_free(struct dsp_dtmf_rx *rx);
void dsp_dtmf_rx_feed(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count);

/* Forgets everything, also a digit in progress (whose off is not told). dial_tone: as below. */
void dsp_dtmf_rx_reset(struct dsp_dtmf_rx *rx, bool dial_tone);

/* How loud the digit is, or was, that was told of last: both tones together, in dBm0 with the sign dropped, 0..63 (as RFC 4733 has it).
 * Good from its on. */
unsigned dsp_dtmf_rx_volume(const struct dsp_dtmf_rx *rx);

/* Tells whether a dial tone is on the line: its echo is then filtered out. A digit in progress goes on. */
void dsp_dtmf_rx_dial_tone(struct dsp_dtmf_rx *rx, bool dial_tone);

/* Whether a digit is on or the last 10 ms sound like the beginning of one: a guess, 7 to 13 ms after the tone's first sample,
 * good for silencing the dial tone, or the tone itself, at once. On speech it is true for some 20 ms each 20 s. */
bool dsp_dtmf_rx_suspects(const struct dsp_dtmf_rx *rx);

/* Whether 10 ms of sound look like a digit's, at half of them at least. */
bool dsp_dtmf_resembles(const int16_t samples[DSP_DTMF_WINDOW]);

int dsp_dtmf_tx_alloc(struct dsp_dtmf_tx **txp);
void dsp_dtmf_tx_free(struct dsp_dtmf_tx *tx);
/* Forgets what is queued, also a digit in progress; what comes is as loud as usual. */
void dsp_dtmf_tx_reset(struct dsp_dtmf_tx *tx);
/* What is usual: the tones' levels, as a country has them; -11 and -9 dBm0 before that. Between -20 and 0. */
void dsp_dtmf_tx_usual(struct dsp_dtmf_tx *tx, int low_dbm0, int high_dbm0);
/* How loud all is from now on, both tones together, in dBm0 with the sign dropped; one stays as much louder than the other as is usual. Not
 * louder than usual, nor softer than 20, which every receiver of ITU-T Q.24 still takes after a line of some decibels. */
void dsp_dtmf_tx_volume(struct dsp_dtmf_tx *tx, unsigned volume);
/* Queues digits (0-9 * # A-D, and ',' for a pause of 500 ms), as loud as is usual or as dsp_dtmf_tx_volume says. All or none:
 * EINVAL another character, a time that is not 1..60000 (off_ms: 0..60000), ENOBUFS no room for all (64). */
int dsp_dtmf_tx_push(struct dsp_dtmf_tx *tx, const char *digits, unsigned on_ms, unsigned off_ms);
/* Writes count samples, silence where nothing is queued; returns whether anything is left to send. */
bool dsp_dtmf_tx_fill(struct dsp_dtmf_tx *tx, int16_t *samples, size_t count);

#endif
