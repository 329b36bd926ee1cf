/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/keypad.h"
#include "dsp/osc.h"

#define LOW_DBM0       (-11) /* ETSI ES 201 235-2: the high group 2 dB above the low one */
#define HIGH_DBM0      (-9)
#define VOLUME_SOFTEST 20
#define PAUSE_MS       500
#define SAMPLES_PER_MS (DSP_RATE_HZ / 1000)

const double dsp_dtmf_row_hz[DTMF_ROWS] = {697, 770, 852, 941};
const double dsp_dtmf_column_hz[DTMF_COLUMNS] = {1209, 1336, 1477, 1633};
const char dsp_dtmf_digits[DTMF_ROWS * DTMF_COLUMNS + 1] = "123A456B789C*0#D";

/* A digit with the silence after it; a pause has no tone. */
struct signal {
	uint32_t low_step, high_step;
	uint32_t on_samples, off_samples;
};

struct dsp_dtmf_tx {
	double low_dbm0, high_dbm0; /* that are usual */
	int volume;                 /* ... both together */
	float low_peak, high_peak;
	struct signal queue[DSP_DTMF_QUEUE_MAX];
	size_t head, count;
	uint32_t position; /* samples of the head that were sent */
	uint32_t low_phase, high_phase;
};

int dsp_dtmf_tx_alloc(struct dsp_dtmf_tx **txp)
{
	struct dsp_dtmf_tx *tx = calloc(1, sizeof(*tx));

	if (!tx)
		return ENOMEM;
	dsp_dtmf_tx_usual(tx, LOW_DBM0, HIGH_DBM0);
	dsp_dtmf_tx_reset(tx);
	*txp = tx;
	return 0;
}

void dsp_dtmf_tx_free(struct dsp_dtmf_tx *tx)
{
	free(tx);
}

void dsp_dtmf_tx_usual(struct dsp_dtmf_tx *tx, int low_dbm0, int high_dbm0)
{
	tx->low_dbm0 = low_dbm0;
	tx->high_dbm0 = high_dbm0;
	tx->volume = (int)lrint(-10 * log10(pow(10, low_dbm0 / 10.0) + pow(10, high_dbm0 / 10.0)));
	dsp_dtmf_tx_volume(tx, 0);
}

void dsp_dtmf_tx_volume(struct dsp_dtmf_tx *tx, unsigned volume)
{
	int softer = (volume < VOLUME_SOFTEST ? (int)volume : VOLUME_SOFTEST) - tx->volume;

	if (softer < 0)
		softer = 0;
	tx->low_peak = dsp_osc_peak(tx->low_dbm0 - softer);
	tx->high_peak = dsp_osc_peak(tx->high_dbm0 - softer);
}

void dsp_dtmf_tx_reset(struct dsp_dtmf_tx *tx)
{
	dsp_dtmf_tx_volume(tx, 0);
	tx->count = 0;
	tx->position = tx->low_phase = tx->high_phase = 0;
}

static void signal_make(struct signal *signal, char digit, unsigned on_ms, unsigned off_ms)
{
	size_t place;

	if (digit == ',') {
		*signal = (struct signal){.off_samples = PAUSE_MS * SAMPLES_PER_MS};
		return;
	}
	place = (size_t)(strchr(dsp_dtmf_digits, digit) - dsp_dtmf_digits);
	*signal = (struct signal){
		.low_step = dsp_osc_step(dsp_dtmf_row_hz[place / DTMF_COLUMNS]),
		.high_step = dsp_osc_step(dsp_dtmf_column_hz[place % DTMF_COLUMNS]),
		.on_samples = on_ms * SAMPLES_PER_MS,
		.off_samples = off_ms * SAMPLES_PER_MS,
	};
}

int dsp_dtmf_tx_push(struct dsp_dtmf_tx *tx, const char *digits, unsigned on_ms, unsigned off_ms)
{
	size_t length = strnlen(digits, DSP_DTMF_QUEUE_MAX + 1);

	if (on_ms == 0 || on_ms > DSP_DTMF_MS_MAX || off_ms > DSP_DTMF_MS_MAX)
		return EINVAL;
	if (length > DSP_DTMF_QUEUE_MAX - tx->count)
		return ENOBUFS;
	for (size_t i = 0; i < length; i++) {
		if (digits[i] != ',' && !strchr(dsp_dtmf_digits, digits[i]))
			return EINVAL;
	}
	for (size_t i = 0; i < length; i++) {
		size_t place = (tx->head + tx->count++) % DSP_DTMF_QUEUE_MAX;

		signal_make(&tx->queue[place], digits[i], on_ms, off_ms);
	}
	return 0;
}

static int16_t next_sample(struct dsp_dtmf_tx *tx, const struct signal *signal)
{
	float sum;

	if (tx->position >= signal->on_samples)
		return 0;
	sum = tx->low_peak * dsp_osc_sine(tx->low_phase) + tx->high_peak * dsp_osc_sine(tx->high_phase);
	tx->low_phase += signal->low_step;
	tx->high_phase += signal->high_step;
	return dsp_osc_saturate(sum);
}

static void next_signal(struct dsp_dtmf_tx *tx)
{
	tx->head = (tx->head + 1) % DSP_DTMF_QUEUE_MAX;
	tx->count--;
	tx->position = tx->low_phase = tx->high_phase = 0;
}

bool dsp_dtmf_tx_fill(struct dsp_dtmf_tx *tx, int16_t *samples, size_t count)
{
	for (; count > 0 && tx->count > 0; count--) {
		const struct signal *signal = &tx->queue[tx->head];

		*samples++ = next_sample(tx, signal);
		if (++tx->position == signal->on_samples + signal->off_samples)
			next_signal(tx);
	}
	memset(samples, 0, count * sizeof(*samples));
	return tx->count > 0;
}
