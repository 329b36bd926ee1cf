/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <spandsp.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/high_pass.h"
#include "dsp/suspect.h"
#include "dsp/osc.h"

/* SpanDSP's block is 102 samples; two blocks that agree begin a digit and two others end it, so that a tone
 * that drops out for less than 15 ms seems to end and begins again two blocks later, while a pause of 31 ms
 * or more takes three. An end is held back for longer than two blocks and shorter than three. */
#define BRIDGE_SAMPLES 224
#define CHUNK_SAMPLES  16  /* how exactly the events below are dated */
#define EDGE_SAMPLES   65  /* what of the two edges is too little of a block to count, on average */

/* Q.24: long lines take away from the high tones (8 dB in Australia, the most of all), telephones add to them. */
#define TWIST_HIGH_BELOW_LOW_DB 9
#define TWIST_HIGH_ABOVE_LOW_DB 8
#define THRESHOLD_UNCHANGED     (-99)

#define DC_BLOCK_POLE 0.95f /* 64 Hz: the detector's energy test fails on an offset of 2000 */
#define FAINT         1e-3f /* far below a sample's step: keeps filters out of the slow numbers near zero */

struct dsp_dtmf_rx {
	dtmf_rx_state_t *detector;
	struct dsp_suspect suspect;
	dsp_dtmf_h *handler;
	void *arg;
	uint64_t now;    /* samples fed since the reset */
	uint64_t began;  /* when the detector told the digit's beginning */
	uint64_t ended;  /* and its end */
	char digit;      /* in progress; 0: none */
	bool ending;     /* its end is held back */
	bool dial_tone;
	float dc_in, dc_out;
	struct dsp_high_pass high_pass;
};

static void tell_end(struct dsp_dtmf_rx *rx)
{
	char digit = rx->digit;

	if (!digit)
		return;
	rx->digit = 0;
	rx->handler(digit, false, (unsigned)(rx->ended - rx->began) + EDGE_SAMPLES, rx->arg);
}

/* From the detector: a digit began, or (0) the one before ended. The time that it passes is not to be
 * relied on: the first one counts from its initialisation. */
static void detected(void *arg, int code, int level, int duration)
{
	struct dsp_dtmf_rx *rx = arg;

	(void)level;
	(void)duration;
	if (rx->digit && !rx->ending)
		rx->ended = rx->now;
	if (!code) {
		rx->ending = true;
		return;
	}
	if (code != rx->digit) {
		tell_end(rx);
		rx->digit = (char)code;
		rx->began = rx->now;
		rx->handler(rx->digit, true, 0, rx->arg);
	}
	rx->ending = false;
}

int dsp_dtmf_rx_alloc(struct dsp_dtmf_rx **rxp, dsp_dtmf_h *handler, void *arg)
{
	struct dsp_dtmf_rx *rx = calloc(1, sizeof(*rx));

	if (!rx)
		return ENOMEM;
	rx->handler = handler;
	rx->arg = arg;
	rx->detector = dtmf_rx_init(NULL, NULL, NULL);
	if (!rx->detector) {
		dsp_dtmf_rx_free(rx);
		return ENOMEM;
	}
	dsp_dtmf_rx_reset(rx, false);
	*rxp = rx;
	return 0;
}

void dsp_dtmf_rx_free(struct dsp_dtmf_rx *rx)
{
	if (!rx)
		return;
	if (rx->detector)
		dtmf_rx_free(rx->detector);
	free(rx);
}

void dsp_dtmf_rx_dial_tone(struct dsp_dtmf_rx *rx, bool dial_tone)
{
	if (dial_tone == rx->dial_tone)
		return;
	rx->dial_tone = dial_tone;
	dsp_high_pass_init(&rx->high_pass);
	dsp_suspect_init(&rx->suspect);
}

void dsp_dtmf_rx_reset(struct dsp_dtmf_rx *rx, bool dial_tone)
{
	rx->now = 0;
	rx->digit = 0;
	rx->ending = false;
	rx->dial_tone = dial_tone;
	rx->dc_in = rx->dc_out = 0;
	dsp_high_pass_init(&rx->high_pass);
	dsp_suspect_init(&rx->suspect);
	dtmf_rx_init(rx->detector, NULL, NULL);
	dtmf_rx_set_realtime_callback(rx->detector, detected, rx);
	/* Its own filter knows only dial tones of 350 and 440 Hz, and rings for long. */
	dtmf_rx_parms(rx->detector, false, TWIST_HIGH_BELOW_LOW_DB, TWIST_HIGH_ABOVE_LOW_DB,
		THRESHOLD_UNCHANGED);
}

static float block_dc(struct dsp_dtmf_rx *rx, float sample)
{
	rx->dc_out = sample - rx->dc_in + DC_BLOCK_POLE * rx->dc_out;
	rx->dc_in = sample;
	return rx->dc_out;
}

/* At most CHUNK_SAMPLES. */
static void feed_chunk(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count)
{
	int16_t clean[CHUNK_SAMPLES];

	for (size_t i = 0; i < count; i++) {
		float sample = block_dc(rx, samples[i] + (i % 2 ? FAINT : -FAINT));

		if (rx->dial_tone)
			sample = dsp_high_pass_next(&rx->high_pass, sample);
		clean[i] = dsp_osc_saturate(sample);
	}
	rx->now += count;
	if (rx->dial_tone)
		dsp_suspect_feed(&rx->suspect, clean, count);
	dtmf_rx(rx->detector, clean, (int)count);
	if (rx->ending && rx->now - rx->ended >= BRIDGE_SAMPLES) {
		rx->ending = false;
		tell_end(rx);
	}
}

void dsp_dtmf_rx_feed(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count)
{
	while (count > 0) {
		size_t part = count < CHUNK_SAMPLES ? count : CHUNK_SAMPLES;

		feed_chunk(rx, samples, part);
		samples += part;
		count -= part;
	}
}

bool dsp_dtmf_rx_suspects(const struct dsp_dtmf_rx *rx)
{
	return rx->digit || rx->suspect.suspects;
}
