/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DTMF as telephones and lines make it: many random digits in each condition, fixed seeds.
 * usage: dsp_dtmf_conditions_test [DIGITS [SEED]]
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/g711.h"
#include "tests/unit/dsp_help.h"

#define DIGITS_DEFAULT 500
#define BLOCK          80
#define PERIOD_MAX     MS(400)

static const double rows_hz[] = {697, 770, 852, 941};
static const double columns_hz[] = {1209, 1336, 1477, 1633};

static unsigned digits_wanted, seed_first;

struct condition {
	double on_ms, off_ms;
	double twist_min_db, twist_max_db; /* high against low */
	double off_hz_share;               /* each tone this much above or below its frequency */
	double level_dbm0;                 /* of the two tones on average; 0: -10 */
	double snr_db;                     /* of both tones against white noise; 0: none */
	double hole_ms;                    /* one drop-out, anywhere inside: it is part of on_ms */
};

struct figure {
	double sum, worst;
};

struct tally {
	unsigned sent, missed, doubled, wrong, clean;
	struct figure told_after_ms, length_off_ms; /* of the clean ones: one beginning, one end */
};

/* What was heard since the digit that was sent last began. */
static struct {
	unsigned ons, offs;
	char digit;
	size_t on_at, duration, now;
} heard;

static void hear(char digit, bool on, unsigned duration_samples, void *arg)
{
	(void)arg;
	if (!on) {
		heard.offs++;
		heard.duration = duration_samples;
		return;
	}
	heard.ons++;
	heard.digit = digit;
	heard.on_at = heard.now;
}

static double between(uint32_t *seed, double from, double to)
{
	return from + (to - from) * help_random(seed);
}

/* The edge is the hardest: half of all are there. */
static double edge_or_between(uint32_t *seed, double from, double to)
{
	double kind = help_random(seed);

	return kind < 0.25 ? from : kind < 0.5 ? to : between(seed, from, to);
}

static void tones_add(int16_t *samples, size_t count, const struct condition *condition, size_t place, uint32_t *seed)
{
	double twist = edge_or_between(seed, condition->twist_min_db, condition->twist_max_db);
	double level = condition->level_dbm0 < 0 ? condition->level_dbm0 : -10;
	double low_off = help_random(seed) < 0.5 ? -condition->off_hz_share : condition->off_hz_share;
	double high_off = help_random(seed) < 0.5 ? -condition->off_hz_share : condition->off_hz_share;

	help_add_sine(samples, count, rows_hz[place / 4] * (1 + low_off), level - twist / 2, help_random(seed));
	help_add_sine(samples, count, columns_hz[place % 4] * (1 + high_off), level + twist / 2, help_random(seed));
}

static void hole_cut(int16_t *samples, size_t count, double hole_ms, uint32_t *seed)
{
	size_t hole = MS(hole_ms), at = (size_t)between(seed, 0, (double)(count - hole));

	memset(samples + at, 0, hole * sizeof(*samples));
}

static double pair_dbm0(const struct condition *condition)
{
	return (condition->level_dbm0 < 0 ? condition->level_dbm0 : -10) + 3;
}

static void line_code(int16_t *samples, size_t count, enum dsp_law law)
{
	static uint8_t coded[PERIOD_MAX];

	dsp_g711_encode(law, coded, samples, count);
	dsp_g711_decode(law, samples, coded, count);
}

/* One digit after some silence, so that the phase against blocks and windows is never the same, and its pause. */
static size_t digit_make(int16_t *samples, const struct condition *condition, size_t place, size_t lead, uint32_t *seed)
{
	size_t on = MS(condition->on_ms), count = lead + on + MS(condition->off_ms) - BLOCK / 2;

	memset(samples, 0, count * sizeof(*samples));
	tones_add(samples + lead, on, condition, place, seed);
	if (condition->hole_ms > 0)
		hole_cut(samples + lead, on, condition->hole_ms, seed);
	if (condition->snr_db > 0)
		help_add_noise(samples, count, pair_dbm0(condition) - condition->snr_db, seed);
	line_code(samples, count, help_random(seed) < 0.5 ? DSP_LAW_A : DSP_LAW_MU);
	return count;
}

static void feed(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count)
{
	for (size_t at = 0; at < count; at += BLOCK) {
		size_t part = count - at < BLOCK ? count - at : BLOCK;

		heard.now = at + part;
		dsp_dtmf_rx_feed(rx, samples + at, part);
	}
}

static void figure_add(struct figure *figure, double value)
{
	figure->sum += value;
	figure->worst = fmax(figure->worst, value);
}

static void digit_judge(struct tally *tally, const struct condition *condition, char sent, size_t lead)
{
	tally->sent++;
	tally->missed += heard.ons == 0;
	tally->doubled += heard.ons > 1;
	tally->wrong += heard.ons > 0 && heard.digit != sent;
	if (heard.ons != 1 || heard.offs != 1)
		return;
	tally->clean++;
	figure_add(&tally->told_after_ms, ((double)heard.on_at - (double)lead) / 8);
	figure_add(&tally->length_off_ms, fabs((double)heard.duration / 8 - condition->on_ms));
}

/* Every third digit is the one before again. */
static struct tally run(const char *name, const struct condition *condition)
{
	static int16_t samples[PERIOD_MAX];
	struct dsp_dtmf_rx *rx = NULL;
	struct tally tally = {0};
	uint32_t seed = seed_first * 7919;
	size_t place = 0;

	assert_int_equal(dsp_dtmf_rx_alloc(&rx, hear, NULL), 0);
	for (unsigned i = 0; i < digits_wanted; i++) {
		size_t lead = BLOCK / 2 + (size_t)between(&seed, 0, BLOCK);

		if (i % 3 != 2)
			place = (size_t)between(&seed, 0, 16);
		memset(&heard, 0, sizeof(heard));
		feed(rx, samples, digit_make(samples, condition, place, lead, &seed));
		digit_judge(&tally, condition, "123A456B789C*0#D"[place], lead);
	}
	dsp_dtmf_rx_free(rx);
	print_message("# %s: %u sent, %u missed, %u doubled, %u wrong; told after %.1f ms, at worst %.1f; length off %.1f ms, at "
		"worst %.1f\n", name, tally.sent, tally.missed, tally.doubled, tally.wrong,
		tally.told_after_ms.sum / fmax(tally.clean, 1), tally.told_after_ms.worst,
		tally.length_off_ms.sum / fmax(tally.clean, 1), tally.length_off_ms.worst);
	return tally;
}

static void all_heard(const char *name, const struct condition *condition)
{
	struct tally tally = run(name, condition);

	assert_int_equal(tally.missed, 0);
	assert_int_equal(tally.doubled, 0);
	assert_int_equal(tally.wrong, 0);
}

static void nothing_heard(const char *name, const struct condition *condition)
{
	assert_int_equal(run(name, condition).missed, digits_wanted);
}

#define Q24   .on_ms = 40, .off_ms = 40
#define TWIST .twist_min_db = -8, .twist_max_db = 6
#define OFF   .off_hz_share = 0.015

struct row {
	void (*judge)(const char *name, const struct condition *condition);
	const char *name;
	struct condition condition;
};

/* Reported only. */
static void counted(const char *name, const struct condition *condition)
{
	(void)run(name, condition);
}

static const struct row rows[] = {
	{all_heard, "digits of 40 ms with pauses of 40 ms", {Q24}},
	{all_heard, "twist of -8 to +6 dB", {Q24, TWIST}},
	{all_heard, "frequencies 1.5 % off", {Q24, OFF}},
	{all_heard, "-35 dBm0", {Q24, .level_dbm0 = -35}},
	{all_heard, "-1 dBm0", {Q24, .level_dbm0 = -1}},
	{all_heard, "noise 15 dB below", {Q24, .snr_db = 15}},
	{all_heard, "a drop-out of 5 ms in 40", {Q24, .hole_ms = 5}},
	{all_heard, "a drop-out of 10 ms in 40", {Q24, .hole_ms = 10}}, /* as little as 15 ms are in one piece */
	{all_heard, "a drop-out of 10 ms in 42", {.on_ms = 42, .off_ms = 40, .hole_ms = 10}},
	{counted, "a drop-out of 15 ms in 40", {Q24, .hole_ms = 15}},
	{all_heard, "a drop-out of 10 ms in 100", {.on_ms = 100, .off_ms = 40, .hole_ms = 10}},
	{all_heard, "a drop-out of 15 ms in 100", {.on_ms = 100, .off_ms = 40, .hole_ms = 15}},
	{all_heard, "twist, 1.5 % off, noise, -30 dBm0", {Q24, TWIST, OFF, .snr_db = 15, .level_dbm0 = -30}},
	{all_heard, "twist, 1.5 % off, noise, -35 dBm0", {Q24, TWIST, OFF, .snr_db = 15, .level_dbm0 = -35}},
	{all_heard, "twist, 1.5 % off, noise, a drop-out of 5 ms in 45",
		{.on_ms = 45, .off_ms = 40, TWIST, OFF, .snr_db = 15, .hole_ms = 5}},
	{all_heard, "twist, 1.5 % off, noise, a drop-out of 10 ms in 50",
		{.on_ms = 50, .off_ms = 40, TWIST, OFF, .snr_db = 15, .hole_ms = 10}},
	{all_heard, "twist, 1.5 % off, noise, a drop-out of 10 ms in 40", {Q24, TWIST, OFF, .snr_db = 15, .hole_ms = 10}},
	{nothing_heard, "frequencies 3.5 % off", {Q24, .off_hz_share = 0.035}},
	{nothing_heard, "frequencies 3.5 % off for 200 ms", {.on_ms = 200, .off_ms = 40, .off_hz_share = 0.035}},
	{nothing_heard, "frequencies 3.5 % off with twist and noise for 100 ms",
		{.on_ms = 100, .off_ms = 40, TWIST, .off_hz_share = 0.035, .snr_db = 15}},
	{nothing_heard, "tones of 20 ms", {.on_ms = 20, .off_ms = 40}},
	{nothing_heard, "tones of 20 ms with twist and noise", {.on_ms = 20, .off_ms = 40, TWIST, OFF, .snr_db = 15}},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void test_row(void **state)
{
	const struct row *row = *state;

	row->judge(row->name, &row->condition);
}

static unsigned number(const char *text, unsigned otherwise)
{
	long value = text ? strtol(text, NULL, 10) : 0;

	return value > 0 ? (unsigned)value : otherwise;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ROWS];

	digits_wanted = number(argc > 1 ? argv[1] : NULL, DIGITS_DEFAULT);
	seed_first = number(argc > 2 ? argv[2] : NULL, 1);
	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = test_row, .initial_state = (void *)&rows[i]};
	if (dsp_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("dsp/dtmf_conditions", tests, NULL, NULL);
}
