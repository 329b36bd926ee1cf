/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A digit in windows of 10 ms, one each 5 ms:
 *
 *     tone          _____########################____________
 *     windows           -+*****************+-                  * is the digit, + and - are partly filled
 *     told                      on                  off        after ON_WINDOWS that are, OFF_WINDOWS that are not
 *
 * Partly filled windows tell by how much, so that beginning and end are known finer than the windows.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/dtmf_bank.h"
#include "dsp/high_pass.h"
#include "dsp/osc.h"

#define NONE            (-1)

#define ON_WINDOWS      4
#define ON_SAMPLES      171 /* more than 20 ms, which is no digit */
#define ON_SAMPLES_NOISY 182 /* ... as noise may have it */
#define ON_GAP_WINDOWS  4 /* a drop-out before a digit was told */
#define OFF_WINDOWS     6 /* bridges 15 ms, and never 30 */
#define INNER_MIN       4 /* fewer are no average */
#define EDGE_WINDOWS    2 /* partly filled, before the first and after the last */

/* A drop-out may leave two parts of a digit, neither of which is one: what is in step with the better part counts, before it and
 * after it. Two digits are never told of it, since the parts of one are nearer to each other than digits may be. */
#define PART_WINDOWS    3   /* of the better part, or of both */
#define PART_BACK       5   /* windows before: 10 ms of drop-out, and what the other part fills */
#define PARTS_SAMPLES   188 /* of both, where 10 ms out of 40 leave 240; one of 20 ms has no other */
#define MEMORY_WINDOWS  16  /* a power of two; more than the parts and what is between them */

#define LEVEL_MIN_DBM0  (-43.0) /* of each tone */
/* Q.24: long lines take away from the high tones (8 dB in Australia, the most of all), telephones add to them. */
#define HIGH_BELOW_LOW_DB 11.0
#define HIGH_ABOVE_LOW_DB 9.0
#define PURITY_MIN      0.72f /* share of the energy that is in the pair */
#define PURITY_ON       0.83f /* ... on average for a digit to begin */
#define PURITY_CLEAN    0.97f /* ... where there is hardly any noise */
#define PURITY_STAYS    0.5f  /* ... once a digit is on */
#define OFF_HZ_SHARE    0.025 /* 1.5 % is to be taken, 3.5 % is not; less than a quarter of a turn by window */
#define GAP_ENERGY_MAX  1.2f  /* of the digit's before it: less is missing, more is something else */

#define VOLUME_MAX      63

#define DC_BLOCK_POLE   0.95f /* 64 Hz */
#define DC_FAINT        1e-3f /* far below a sample's step: keeps filters out of the slow numbers near zero */

struct turns {
	float re, im; /* of each window against the one before: how far off its frequency a tone is */
};

/* A run of windows with the same digit. */
struct run {
	int place;            /* in dsp_dtmf_digits; NONE */
	unsigned good;        /* windows */
	int stray;            /* the place of the last window, where it was another; NONE */
	unsigned gap;         /* windows since the last good one */
	unsigned age;         /* windows from the first good one to the newest, both of them */
	float pair, energy;   /* sums over the good ones */
	float filled_energy;  /* of energy times amplitude */
	struct turns row, column;
	float lead, length;   /* amplitudes before the first good window, and from it to the last good one */
	float tail;           /* after the last good one */
	float inner;          /* of the windows between two good ones */
	unsigned inner_count;
	float last, peak;     /* of the last good one, and the greatest */
	float loudest;        /* power of both tones, in the window that has most of them */
};

struct dsp_dtmf_rx {
	dsp_dtmf_h *handler;
	void *arg;
	struct dsp_dtmf_bank bank;
	struct dsp_dtmf_window memory[MEMORY_WINDOWS]; /* a ring */
	unsigned windows; /* that were judged: the place of the newest, which is judged now */
	struct run digit;  /* that is on */
	struct run next;   /* that may become one */
	float told_power;  /* of the digit that was told last */
	bool suspects;
	float hop[BANK_HOP];
	size_t filled;
	bool dial_tone;
	float dc_in, dc_out;
	struct dsp_high_pass high_pass;
};

static const struct run no_run = {.place = NONE, .stray = NONE};
static float power_min, twist_down, twist_up;
static float slope_max[BANK_TONES]; /* tangent of the turn by window */

void dsp_dtmf_rx_init(void)
{
	dsp_dtmf_bank_init();
	power_min = dsp_osc_peak(LEVEL_MIN_DBM0) * dsp_osc_peak(LEVEL_MIN_DBM0);
	twist_down = (float)pow(10, HIGH_BELOW_LOW_DB / 10);
	twist_up = (float)pow(10, HIGH_ABOVE_LOW_DB / 10);
	for (size_t i = 0; i < BANK_TONES; i++) {
		double hz = i < DTMF_ROWS ? dsp_dtmf_row_hz[i] : dsp_dtmf_column_hz[i - DTMF_ROWS];

		slope_max[i] = (float)tan(2 * M_PI * hz * OFF_HZ_SHARE * BANK_HOP / DSP_RATE_HZ);
	}
}

static size_t strongest(const float power[], size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		best = power[i] > power[best] ? i : best;
	return best;
}

static bool is_pair(const struct dsp_dtmf_window *window, size_t row, size_t column, float purity)
{
	float low = window->power[row], high = window->power[DTMF_ROWS + column];

	return low > power_min && high > power_min && low < high * twist_down && high < low * twist_up &&
		low + high > purity * window->energy;
}

/* The place of the digit that fills the window, or NONE. */
static int window_place(const struct dsp_dtmf_window *window, float purity)
{
	size_t row = strongest(window->power, DTMF_ROWS);
	size_t column = strongest(window->power + DTMF_ROWS, DTMF_COLUMNS);

	return is_pair(window, row, column, purity) ? (int)(row * DTMF_COLUMNS + column) : NONE;
}

static size_t row_of(int place)
{
	return (size_t)place / DTMF_COLUMNS;
}

static size_t column_of(int place)
{
	return DTMF_ROWS + (size_t)place % DTMF_COLUMNS;
}

static float amplitude(const struct dsp_dtmf_window *window, int place)
{
	return sqrtf(window->power[row_of(place)]) + sqrtf(window->power[column_of(place)]);
}

static void turns_add(struct turns *turns, const struct dsp_dtmf_window *now, const struct dsp_dtmf_window *before,
	size_t tone)
{
	turns->re += now->re[tone] * before->re[tone] + now->im[tone] * before->im[tone];
	turns->im += now->im[tone] * before->re[tone] - now->re[tone] * before->im[tone];
}

/* The newest is 0 windows back. */
static const struct dsp_dtmf_window *window_back(const struct dsp_dtmf_rx *rx, unsigned back)
{
	return &rx->memory[(rx->windows - back) % MEMORY_WINDOWS];
}

static bool is_on_frequency(const struct turns *turns, size_t tone)
{
	return fabsf(turns->im) < slope_max[tone] * turns->re;
}

static void run_begin(struct run *run, const struct dsp_dtmf_rx *rx, int place)
{
	*run = (struct run){.place = place, .stray = NONE};
	for (unsigned back = 1; back <= EDGE_WINDOWS; back++)
		run->lead += amplitude(window_back(rx, back), place);
}

/* One more window that has the run's digit. */
static void run_grow(struct run *run, const struct dsp_dtmf_rx *rx, const struct dsp_dtmf_window *window)
{
	const struct dsp_dtmf_window *before = window_back(rx, 1);
	float now = amplitude(window, run->place), pair = window->power[row_of(run->place)] + window->power[column_of(run->place)];

	if (run->good && !run->gap) {
		turns_add(&run->row, window, before, row_of(run->place));
		turns_add(&run->column, window, before, column_of(run->place));
		if (run->good > 1) {
			run->inner += run->last;
			run->inner_count++;
		}
	}
	run->length += now * (float)(1 + run->gap);
	run->last = now;
	run->peak = fmaxf(run->peak, now);
	run->energy += window->energy;
	run->filled_energy += window->energy * now;
	run->pair += pair;
	run->loudest = fmaxf(run->loudest, pair);
	run->good++;
	run->age++;
	run->gap = 0;
	run->tail = 0;
}

static void run_pause(struct run *run, const struct dsp_dtmf_window *window)
{
	run->age++;
	if (run->gap++ < EDGE_WINDOWS)
		run->tail += amplitude(window, run->place);
}

/* The amplitude of a window that the tone fills. */
static float steady(const struct run *run)
{
	return run->inner_count >= INNER_MIN ? run->inner / (float)run->inner_count : run->peak;
}

/* Samples from the beginning of the tone to the end of the run. */
static unsigned run_samples(const struct run *run, float tail)
{
	return (unsigned)((run->lead + run->length + tail) / steady(run) * BANK_HOP);
}

static void digit_end(struct dsp_dtmf_rx *rx)
{
	struct run ended = rx->digit;

	if (ended.place == NONE)
		return;
	rx->digit = no_run;
	rx->handler(dsp_dtmf_digits[ended.place], false, run_samples(&ended, ended.tail), rx->arg);
}

static void digit_begin(struct dsp_dtmf_rx *rx)
{
	digit_end(rx);
	rx->digit = rx->next;
	rx->next = no_run;
	rx->told_power = rx->digit.loudest;
	/* The window's second half weighs half of itself. */
	rx->handler(dsp_dtmf_digits[rx->digit.place], true, run_samples(&rx->digit, rx->digit.tail) + BANK_HOP / 2, rx->arg);
}

/* Noise makes a length uncertain. */
static unsigned on_samples(const struct run *run)
{
	return run->pair > PURITY_CLEAN * run->energy ? ON_SAMPLES : ON_SAMPLES_NOISY;
}

static bool is_digit(const struct run *run)
{
	return run->good >= ON_WINDOWS && run_samples(run, run->tail) >= on_samples(run) && run->pair > PURITY_ON * run->energy &&
		is_on_frequency(&run->row, row_of(run->place)) && is_on_frequency(&run->column, column_of(run->place));
}

/* How much of a tone in the window is in step with the one that the run ended with, so many windows before or after. */
static float in_step(const struct turns *turns, const struct dsp_dtmf_window *last, const struct dsp_dtmf_window *window,
	int windows, size_t tone)
{
	float angle = (float)windows * atan2f(turns->im, turns->re);
	float re = last->re[tone] * cosf(angle) - last->im[tone] * sinf(angle);
	float im = last->re[tone] * sinf(angle) + last->im[tone] * cosf(angle);

	return (window->re[tone] * re + window->im[tone] * im) / sqrtf(last->power[tone]);
}

/* Samples of all that is in step, drop-outs not among them. */
static float parts_samples(const struct dsp_dtmf_rx *rx, const struct run *run)
{
	const struct dsp_dtmf_window *last = window_back(rx, run->gap);
	size_t row = row_of(run->place), column = column_of(run->place);
	float sum = 0;

	for (unsigned back = 0; back < run->age + PART_BACK; back++) {
		const struct dsp_dtmf_window *window = window_back(rx, back);
		int windows = (int)run->gap - (int)back;

		sum += in_step(&run->row, last, window, windows, row) + in_step(&run->column, last, window, windows, column);
	}
	return sum / steady(run) * BANK_HOP;
}

/* Of a window that a pure tone fills partly the share in the pair is nearly that of its amplitude. */
static bool is_pure_in_parts(const struct run *run)
{
	return run->pair * steady(run) > PURITY_ON * run->filled_energy;
}

static bool is_digit_in_parts(const struct dsp_dtmf_rx *rx, const struct run *run)
{
	return run->good >= PART_WINDOWS && run->age + PART_BACK < MEMORY_WINDOWS && is_pure_in_parts(run) &&
		is_on_frequency(&run->row, row_of(run->place)) && is_on_frequency(&run->column, column_of(run->place)) &&
		parts_samples(rx, run) >= PARTS_SAMPLES;
}

static void digit_judge(struct dsp_dtmf_rx *rx, const struct dsp_dtmf_window *window)
{
	int place = window_place(window, PURITY_STAYS);

	if (place == rx->digit.place)
		run_grow(&rx->digit, rx, window);
	else
		run_pause(&rx->digit, window);
	if (rx->digit.gap >= OFF_WINDOWS)
		digit_end(rx);
}

/* One window beside a drop-out may look like anything; two alike are something else. */
static bool is_stray(struct run *run, int place)
{
	bool again = place == run->stray;

	run->stray = place == run->place ? NONE : place;
	return run->good > 1 && run->place != place && !again;
}

static void next_judge(struct dsp_dtmf_rx *rx, const struct dsp_dtmf_window *window, int place)
{
	struct run *next = &rx->next;

	if (place != NONE && place != rx->digit.place && !is_stray(next, place)) {
		if (place != next->place)
			run_begin(next, rx, place);
		run_grow(next, rx, window);
	} else if (next->place != NONE) {
		run_pause(next, window);
		if (next->gap > ON_GAP_WINDOWS || window->energy * (float)next->good > next->energy * GAP_ENERGY_MAX)
			*next = no_run;
	}
	if (next->place != NONE && (is_digit(next) || is_digit_in_parts(rx, next)))
		digit_begin(rx);
}

/* Against the window before, which the tone fills partly at least. */
static bool is_suspicious(const struct dsp_dtmf_rx *rx, const struct dsp_dtmf_window *window, int place)
{
	struct turns row = {0}, column = {0};

	if (place == NONE)
		return false;
	turns_add(&row, window, window_back(rx, 1), row_of(place));
	turns_add(&column, window, window_back(rx, 1), column_of(place));
	return is_on_frequency(&row, row_of(place)) && is_on_frequency(&column, column_of(place));
}

static void feed_hop(struct dsp_dtmf_rx *rx)
{
	struct dsp_dtmf_window *window = &rx->memory[++rx->windows % MEMORY_WINDOWS];
	int place;

	dsp_dtmf_bank_feed(&rx->bank, rx->hop, window);
	place = window_place(window, PURITY_MIN);
	if (rx->digit.place != NONE)
		digit_judge(rx, window);
	next_judge(rx, window, place);
	rx->suspects = is_suspicious(rx, window, place) || rx->next.good > 1;
}

int dsp_dtmf_rx_alloc(struct dsp_dtmf_rx **rxp, dsp_dtmf_h *handler, void *arg)
{
	struct dsp_dtmf_rx *rx = calloc(1, sizeof(*rx));

	if (!rx)
		return ENOMEM;
	rx->handler = handler;
	rx->arg = arg;
	dsp_dtmf_rx_reset(rx, false);
	*rxp = rx;
	return 0;
}

void dsp_dtmf_rx_free(struct dsp_dtmf_rx *rx)
{
	free(rx);
}

void dsp_dtmf_rx_dial_tone(struct dsp_dtmf_rx *rx, bool dial_tone)
{
	if (dial_tone == rx->dial_tone)
		return;
	rx->dial_tone = dial_tone;
	dsp_high_pass_init(&rx->high_pass);
}

void dsp_dtmf_rx_reset(struct dsp_dtmf_rx *rx, bool dial_tone)
{
	dsp_dtmf_h *handler = rx->handler;
	void *arg = rx->arg;

	*rx = (struct dsp_dtmf_rx){.handler = handler, .arg = arg, .dial_tone = dial_tone, .digit = no_run, .next = no_run};
	dsp_dtmf_bank_reset(&rx->bank);
	dsp_high_pass_init(&rx->high_pass);
}

static float block_dc(struct dsp_dtmf_rx *rx, float sample)
{
	rx->dc_out = sample - rx->dc_in + DC_BLOCK_POLE * rx->dc_out;
	rx->dc_in = sample;
	return rx->dc_out;
}

/* At most what the hop has room for. */
static void hop_fill(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count)
{
	float *hop = rx->hop + rx->filled;

	for (size_t i = 0; i < count; i++)
		hop[i] = block_dc(rx, samples[i] + (i % 2 ? DC_FAINT : -DC_FAINT));
	for (size_t i = 0; i < count && rx->dial_tone; i++)
		hop[i] = dsp_high_pass_next(&rx->high_pass, hop[i]);
	rx->filled += count;
}

void dsp_dtmf_rx_feed(struct dsp_dtmf_rx *rx, const int16_t *samples, size_t count)
{
	while (count > 0) {
		size_t room = BANK_HOP - rx->filled, part = count < room ? count : room;

		hop_fill(rx, samples, part);
		samples += part;
		count -= part;
		if (rx->filled < BANK_HOP)
			return;
		rx->filled = 0;
		feed_hop(rx);
	}
}

unsigned dsp_dtmf_rx_volume(const struct dsp_dtmf_rx *rx)
{
	float whole = dsp_osc_peak(0) * dsp_osc_peak(0);
	long volume = rx->told_power > 0 ? lrintf(-10 * log10f(rx->told_power / whole)) : VOLUME_MAX;

	return volume < 0 ? 0 : volume > VOLUME_MAX ? VOLUME_MAX : (unsigned)volume;
}

bool dsp_dtmf_rx_suspects(const struct dsp_dtmf_rx *rx)
{
	return rx->digit.place != NONE || rx->suspects;
}

bool dsp_dtmf_resembles(const int16_t samples[DSP_DTMF_WINDOW])
{
	struct dsp_dtmf_window window;
	struct dsp_dtmf_bank bank;
	float hop[BANK_HOP];

	dsp_dtmf_bank_reset(&bank);
	for (size_t at = 0; at < DSP_DTMF_WINDOW; at += BANK_HOP) {
		for (size_t i = 0; i < BANK_HOP; i++)
			hop[i] = samples[at + i];
		dsp_dtmf_bank_feed(&bank, hop, &window);
	}
	return window_place(&window, PURITY_STAYS) != NONE;
}
