/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <spandsp.h>

#include "tests/unit/machine_alarm.h"

#define BLOCK_MS        10
#define CENTRE_WAITS_MS 1000 /* after answering */
#define DIALLER_WAITS_MS 250 /* after the handshake */
#define KISS_WAITS_MS   50
#define KISS_OFF_MS     850
#define KISS_OFF_MIN_MS 700  /* a shorter one does not count */
#define TRY_MS          1250
#define DIGITS_OVER_MS  300  /* without one a report is over */
#define TONE_PEAK       5000 /* -13 dBm0 */
#define TONE_POWER_MIN  (100.0 * 100.0)
#define PURITY_MIN      0.7

/* A tone as it is heard, block by block. */
struct ear {
	unsigned ms; /* so long it has been there */
};

struct dialler {
	dtmf_tx_state_t *keys;
	char report[ALARM_DIGITS + 1];
	struct ear low, high;
	bool shaken[2], sends;
	unsigned shaken_ms[2], kissed_ms, waits_ms, kiss_begins_ms, now_ms, last_digit_ms;
	unsigned tries;
};

struct centre {
	dtmf_rx_state_t *keys;
	char digits[64];
	unsigned count, heard, now_ms, digit_ms, kiss_at_ms, phase;
	bool whole;
};

struct alarm {
	struct dialler dialler;
	struct centre centre;
};

/* ---- digits ---- */

/* A 0 counts as ten, so that all sixteen together are a multiple of 15. */
static unsigned weight(char digit)
{
	static const char order[] = "123456789" "0" "*#ABC";

	return (unsigned)(strchr(order, digit) - order) + 1;
}

static bool checks(const char *digits)
{
	unsigned sum = 0;

	for (int i = 0; i < ALARM_DIGITS; i++) {
		if (digits[i] == 'D')
			return false;
		sum += weight(digits[i]);
	}
	return sum % 15 == 0;
}

/* Account, 18, a new event, its code, a group and a zone. */
static void report_make(char report[ALARM_DIGITS + 1], unsigned seed)
{
	static const char last[] = "C123456789" "0" "*#AB";
	unsigned sum = 0;

	for (int i = 0; i < ALARM_DIGITS - 1; i++) {
		seed = seed * 1664525 + 1013904223;
		report[i] = (char)('0' + (seed >> 16) % 10);
	}
	memcpy(report + 4, "181", 3);
	for (int i = 0; i < ALARM_DIGITS - 1; i++)
		sum += weight(report[i]);
	report[ALARM_DIGITS - 1] = last[(15 - sum % 15) % 15];
	report[ALARM_DIGITS] = 0;
}

/* ---- tones ---- */

/* Whether a block is a tone of that frequency, +-5 %. */
static bool is_tone(const int16_t *samples, size_t count, double hz)
{
	double re = 0, im = 0, power = 0;

	for (size_t i = 0; i < count; i++) {
		re += samples[i] * cos(2 * M_PI * hz * (double)i / FXS_RATE_HZ);
		im += samples[i] * sin(2 * M_PI * hz * (double)i / FXS_RATE_HZ);
		power += samples[i] * samples[i];
	}
	return power > TONE_POWER_MIN * (double)count && 2 * (re * re + im * im) > PURITY_MIN * power * (double)count;
}

/* How long it was when it ends, else 0. */
static unsigned ear_hear(struct ear *ear, bool there)
{
	unsigned ms = ear->ms;

	ear->ms = there ? ms + BLOCK_MS : 0;
	return there ? 0 : ms;
}

static void tone_say(int16_t *samples, size_t count, double hz, unsigned *phase)
{
	for (size_t i = 0; i < count; i++)
		samples[i] = (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * hz * (*phase)++ / FXS_RATE_HZ));
}

/* ---- the dialler ---- */

static void report_begin(struct dialler *dialler)
{
	dialler->sends = true;
	dialler->tries++;
	dtmf_tx_put(dialler->keys, dialler->report, -1);
}

static void tone_ends(struct dialler *dialler, unsigned low_ms, unsigned high_ms)
{
	if (low_ms && !dialler->shaken[0]) {
		dialler->shaken[0] = true;
		dialler->shaken_ms[0] = low_ms;
	} else if (high_ms && dialler->shaken[0] && !dialler->shaken[1]) {
		dialler->shaken[1] = true;
		dialler->shaken_ms[1] = high_ms;
		dialler->waits_ms = DIALLER_WAITS_MS;
	} else if (low_ms >= KISS_OFF_MIN_MS && dialler->tries) {
		dialler->kissed_ms = low_ms;
		dialler->kiss_begins_ms = dialler->now_ms - low_ms;
	}
}

static void dialler_hear(void *arg, const int16_t *samples, size_t count)
{
	struct dialler *dialler = arg;
	unsigned low_ms = ear_hear(&dialler->low, is_tone(samples, count, 1400));
	unsigned high_ms = ear_hear(&dialler->high, is_tone(samples, count, 2300));

	tone_ends(dialler, low_ms, high_ms);
	dialler->now_ms += BLOCK_MS;
}

/* While the kiss-off may still be coming the next try waits. */
static void dialler_say(void *arg, int16_t *samples, size_t count)
{
	struct dialler *dialler = arg;

	if (dialler->sends && dtmf_tx(dialler->keys, samples, (int)count) == 0) {
		dialler->sends = false;
		dialler->last_digit_ms = dialler->now_ms;
		dialler->waits_ms = TRY_MS;
	}
	if (dialler->sends || !dialler->waits_ms || dialler->kissed_ms || dialler->low.ms)
		return;
	dialler->waits_ms -= BLOCK_MS;
	if (!dialler->waits_ms && dialler->tries < ALARM_TRIES)
		report_begin(dialler);
}

/* ---- the centre ---- */

static void on_digits(void *arg, const char *digits, int count)
{
	struct centre *centre = arg;

	for (int i = 0; i < count && centre->count < sizeof(centre->digits); i++)
		centre->digits[centre->count++] = digits[i];
	centre->heard += (unsigned)count;
	centre->digit_ms = centre->now_ms;
}

static void centre_hear(void *arg, const int16_t *samples, size_t count)
{
	struct centre *centre = arg;

	dtmf_rx(centre->keys, samples, (int)count);
	centre->now_ms += BLOCK_MS;
	if (centre->count == ALARM_DIGITS && checks(centre->digits)) {
		centre->whole = true;
		centre->kiss_at_ms = centre->now_ms + KISS_WAITS_MS;
		centre->phase = centre->count = 0;
	} else if (centre->count && centre->now_ms - centre->digit_ms > DIGITS_OVER_MS) {
		centre->count = 0;
	}
}

static void centre_say(void *arg, int16_t *samples, size_t count)
{
	struct centre *centre = arg;
	unsigned ms = centre->now_ms;

	if (ms >= CENTRE_WAITS_MS && ms < CENTRE_WAITS_MS + 100)
		tone_say(samples, count, 1400, &centre->phase);
	else if (ms >= CENTRE_WAITS_MS + 200 && ms < CENTRE_WAITS_MS + 300)
		tone_say(samples, count, 2300, &centre->phase);
	else if (centre->kiss_at_ms && ms >= centre->kiss_at_ms && ms < centre->kiss_at_ms + KISS_OFF_MS)
		tone_say(samples, count, 1400, &centre->phase);
}

/* ---- both ---- */

void alarm_make(struct alarm **alarmp, unsigned seed)
{
	struct alarm *alarm = calloc(1, sizeof(*alarm));

	assert_non_null(alarm);
	report_make(alarm->dialler.report, seed);
	assert_true(checks(alarm->dialler.report));
	alarm->dialler.keys = dtmf_tx_init(NULL);
	dtmf_tx_set_timing(alarm->dialler.keys, 50, 50);
	alarm->centre.keys = dtmf_rx_init(NULL, on_digits, &alarm->centre);
	*alarmp = alarm;
}

void alarm_machines(struct alarm *alarm, struct machine machines[LINES])
{
	machines[0] = (struct machine){dialler_hear, dialler_say, &alarm->dialler};
	machines[1] = (struct machine){centre_hear, centre_say, &alarm->centre};
}

bool alarm_is_over(void *arg)
{
	const struct alarm *alarm = arg;

	return alarm->dialler.kissed_ms || (alarm->dialler.tries == ALARM_TRIES && !alarm->dialler.sends && !alarm->dialler.waits_ms);
}

void alarm_result(const struct alarm *alarm, struct alarm_result *result)
{
	const struct dialler *dialler = &alarm->dialler;

	*result = (struct alarm_result){
		.whole = alarm->centre.whole && dialler->kissed_ms, .tries = dialler->tries, .digits_heard = alarm->centre.heard,
		.handshake_ms = {dialler->shaken_ms[0], dialler->shaken_ms[1]}, .kiss_off_ms = dialler->kissed_ms,
		.answer_ms = dialler->kiss_begins_ms - dialler->last_digit_ms,
	};
}

void alarm_drop(struct alarm *alarm)
{
	dtmf_tx_free(alarm->dialler.keys);
	dtmf_rx_free(alarm->centre.keys);
	free(alarm);
}
