/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "dsp/answer_tone.h"
#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/echo_gate.h"
#include "dsp/fax_tone.h"
#include "dsp/fft.h"
#include "dsp/keypad.h"
#include "dsp/g711.h"
#include "dsp/osc.h"

#define BURST_MS      60
#define PAUSE_MS      100 /* the end of a digit must have been told within it */
#define BLOCK_SAMPLES 80

struct heard {
	size_t ons, offs;
	int wrong;
};

static void hear(char digit, bool on, unsigned duration_samples, void *arg)
{
	struct heard *heard = arg;
	size_t *count = on ? &heard->ons : &heard->offs;

	(void)duration_samples;
	if (*count >= DTMF_ROWS * DTMF_COLUMNS || digit != dsp_dtmf_digits[*count])
		heard->wrong = 1;
	++*count;
}

static int self_test(struct dsp_dtmf_tx *tx, struct dsp_dtmf_rx *rx, const struct heard *heard)
{
	int16_t block[BLOCK_SAMPLES];
	bool more = true;
	int err = dsp_dtmf_tx_push(tx, dsp_dtmf_digits, BURST_MS, PAUSE_MS);

	if (err)
		return err;
	while (more) {
		more = dsp_dtmf_tx_fill(tx, block, BLOCK_SAMPLES);
		dsp_dtmf_rx_feed(rx, block, BLOCK_SAMPLES);
	}
	if (heard->wrong || heard->ons != DTMF_ROWS * DTMF_COLUMNS || heard->offs != heard->ons)
		return EIO;
	return 0;
}

int dsp_init(void)
{
	struct heard heard = {0};
	struct dsp_dtmf_tx *tx = NULL;
	struct dsp_dtmf_rx *rx = NULL;
	int err;

	dsp_osc_init();
	dsp_g711_init();
	dsp_fft_init();
	dsp_answer_tone_init();
	echo_gate_tables_init();
	dsp_fax_tone_init();
	dsp_dtmf_rx_init();
	err = dsp_dtmf_tx_alloc(&tx);
	if (!err)
		err = dsp_dtmf_rx_alloc(&rx, hear, &heard);
	if (!err)
		err = self_test(tx, rx, &heard);
	dsp_dtmf_rx_free(rx);
	dsp_dtmf_tx_free(tx);
	return err;
}
