/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/ear.h"
#include "gateway/phone/fit.h"

#define SAMPLE_NS        125000
#define RATE_HZ          8000.0
#define SLICE            8    /* 1 ms: how finely beginnings and ends are looked for */
#define HISTORY          2048 /* samples kept; a power of 2 */
#define WINDOW           FIT_SAMPLES_MAX
#define HOP              40   /* 5 ms between two looks */
#define LOUD_POWER       8240.0 /* mean square of -45 dBm0 */
#define QUIET_SAMPLES    80   /* 10 ms below that are silence */
#define SCRAP_MIN        32   /* 4 ms: shorter sounds are not looked at */
#define EXPLAINED_MIN    0.95 /* of a tone */
#define EXPLAINED_SCRAP  0.90 /* of a piece shorter than WINDOW */
#define WEAKEST_MIN      0.05 /* of a tone's sines */
#define STRANGE_LOOKS    10   /* 50 ms that no tone explains, and a tone has turned into something else */
#define UNKNOWN_LOOKS    4    /* the same at the beginning of a sound */
#define OTHER_TONE_LOOKS 2
#define DRIFT_MIN        160  /* 20 ms between two windows tell a frequency */
#define REST_SHARE       0.3  /* of a slice's energy that sines must explain better to be there */
#define SETS_MAX         16

struct ear {
	struct tones_country country;
	unsigned sets[SETS_MAX][TONES_HZ_MAX]; /* all combinations of frequencies in the table */
	size_t set_count;
	struct cadence cadence;

	double history[HISTORY];
	uint64_t heard;      /* samples since ear_alloc */
	uint64_t anchor_ns;  /* when sample number heard is due */
	double slice_energy;

	bool in_sound;
	enum cadence_kind kind;
	uint64_t begun;      /* first sample of the step in progress */
	uint64_t loud_end;   /* sample after the last loud slice */
	uint64_t next_look;
	struct fit fit;      /* of the last window that the tone in progress explained */
	uint64_t fit_begun;
	uint64_t drift_begun; /* the first such window of this step */
	double drift[TONES_HZ_MAX]; /* radians since */
	bool hung_up;
	unsigned strange, other;
	struct fit other_fit; /* the tone that may have followed */
	uint64_t other_begun;
	uint64_t silent_ns;
};

static void sets_add(struct ear *ear, const unsigned *hz)
{
	for (size_t i = 0; i < ear->set_count; i++) {
		if (tones_hz_equal(ear->sets[i], hz))
			return;
	}
	if (hz[0] && ear->set_count < SETS_MAX)
		memcpy(ear->sets[ear->set_count++], hz, sizeof ear->sets[0]);
}

int ear_alloc(struct ear **earp, const char *country, uint64_t now_ns, cadence_h *handler,
	void *arg)
{
	struct ear *ear = calloc(1, sizeof *ear);

	if (!ear)
		return ENOMEM;
	if (tones_country_find(&ear->country, country)) {
		free(ear);
		return ENOENT;
	}
	for (size_t i = 0; i < ear->country.count; i++) {
		for (size_t j = 0; j < ear->country.patterns[i].count; j++)
			sets_add(ear, ear->country.patterns[i].steps[j].hz);
	}
	cadence_init(&ear->cadence, &ear->country, now_ns, handler, arg);
	ear->kind = CADENCE_SILENCE;
	ear->anchor_ns = now_ns;
	ear->silent_ns = now_ns;
	*earp = ear;
	return 0;
}

void ear_free(struct ear *ear)
{
	free(ear);
}

static uint64_t time_of(const struct ear *ear, uint64_t sample)
{
	return ear->anchor_ns + sample * SAMPLE_NS - ear->heard * SAMPLE_NS;
}

static double *history_at(struct ear *ear, uint64_t sample)
{
	return &ear->history[sample & (HISTORY - 1)];
}

static void window_copy(struct ear *ear, double *window, uint64_t begun, size_t count)
{
	for (size_t i = 0; i < count; i++)
		window[i] = *history_at(ear, begun + i);
}

/* The set of frequencies that explains the piece best; false when none does. */
static bool tone_find(struct ear *ear, struct fit *best, uint64_t begun, size_t count,
	double explained_min)
{
	double window[WINDOW];

	window_copy(ear, window, begun, count);
	best->explained = 0;
	best->power = 0;
	for (size_t i = 0; i < ear->set_count; i++) {
		struct fit fit;

		fit_find(&fit, ear->sets[i], window, count);
		best->power = fit.power;
		if (fit.weakest >= WEAKEST_MIN && fit.explained > best->explained)
			*best = fit;
	}
	return best->explained >= explained_min;
}

static struct cadence_step step_of(const struct ear *ear, const struct fit *fit)
{
	struct cadence_step step = {
		.kind = ear->kind, .begun_ns = time_of(ear, ear->begun), .hz_off = -1,
		.hung_up = ear->hung_up};

	if (fit) {
		step.level_dbm0 = fit_dbm0(fit->power);
		if (ear->kind == CADENCE_TONE)
			memcpy(step.hz, fit->hz, sizeof fit->hz);
	}
	return step;
}

static void step_begin(struct ear *ear, enum cadence_kind kind, uint64_t sample,
	const struct fit *fit)
{
	struct cadence_step step;

	ear->kind = kind;
	ear->begun = sample;
	ear->strange = 0;
	ear->other = 0;
	step = step_of(ear, fit);
	cadence_begin(&ear->cadence, &step);
}

static void step_classify(struct ear *ear, enum cadence_kind kind, const struct fit *fit)
{
	struct cadence_step step;

	ear->kind = kind;
	ear->strange = 0;
	ear->other = 0;
	step = step_of(ear, fit);
	cadence_classify(&ear->cadence, &step, time_of(ear, ear->heard));
}

/* What of a slice's energy the sines, carried on, leave over; sound that is no sines (NULL) leaves
 * a part of what is there. */
static double slice_rest(struct ear *ear, const struct fit *fit, uint64_t fit_begun,
	const struct fit *reference, uint64_t slice)
{
	double energy = 0, rest = 0;

	for (size_t i = 0; i < SLICE; i++) {
		double sample = *history_at(ear, slice + i);
		double left = fit ? sample - fit_at(fit, (long)(slice + i - fit_begun)) : 0;

		energy += sample * sample;
		rest += left * left;
	}
	return fit ? rest : REST_SHARE * fmax(energy, reference->power * SLICE);
}

/* Where one thing turned into another: the border that leaves least over. One of both may be NULL. */
static uint64_t border_find(struct ear *ear, const struct fit *before, const struct fit *after,
	uint64_t from, uint64_t to)
{
	uint64_t border = from;
	double gain = 0, best = 0;

	for (uint64_t slice = from; slice + SLICE <= to; slice += SLICE) {
		gain += slice_rest(ear, after, ear->other_begun, before, slice) -
			slice_rest(ear, before, ear->fit_begun, after, slice);
		if (gain > best) {
			best = gain;
			border = slice + SLICE;
		}
	}
	return border;
}

/* After the last window that was all tone. */
static uint64_t tone_left_at(struct ear *ear, const struct fit *next)
{
	return border_find(ear, &ear->fit, next, ear->fit_begun + WINDOW - 2 * HOP, ear->heard);
}

/* Before the first window that is all tone. */
static uint64_t tone_entered_at(struct ear *ear)
{
	uint64_t from = ear->begun;

	if (ear->other_begun > from + WINDOW)
		from = ear->other_begun - WINDOW;
	return border_find(ear, NULL, &ear->other_fit, from, ear->heard);
}

static void drift_begin(struct ear *ear)
{
	ear->drift_begun = ear->fit_begun;
	memset(ear->drift, 0, sizeof ear->drift);
}

/* The tone in progress goes on in this window: by how much its phases turned too far tells its frequencies. */
static void drift_add(struct ear *ear, const struct fit *fit, uint64_t begun)
{
	double span = (double)(begun - ear->drift_begun), off = 0;

	for (size_t k = 0; k < fit->count; k++) {
		ear->drift[k] += fit_drift(&ear->fit, fit, k, (size_t)(begun - ear->fit_begun));
		off = fmax(off, fabs(ear->drift[k]) / (2 * M_PI * fit->hz[k] * span / RATE_HZ));
	}
	if (span >= DRIFT_MIN)
		cadence_frequency(&ear->cadence, off);
}

static void look_unknown(struct ear *ear, bool found, const struct fit *fit, uint64_t begun)
{
	if (found) {
		ear->fit = *fit;
		ear->fit_begun = begun;
		drift_begin(ear);
		step_classify(ear, CADENCE_TONE, fit);
	} else if (++ear->strange >= UNKNOWN_LOOKS) {
		step_classify(ear, CADENCE_SOUND, fit);
	}
}

/* Another tone must be seen twice, so that a window across the border is not taken for one. */
static bool other_tone_seen(struct ear *ear, const struct fit *fit, uint64_t begun)
{
	if (ear->other && tones_hz_equal(ear->other_fit.hz, fit->hz))
		ear->other++;
	else
		ear->other = 1;
	ear->other_fit = *fit;
	ear->other_begun = begun;
	return ear->other >= OTHER_TONE_LOOKS;
}

static void tone_enter(struct ear *ear, uint64_t sample)
{
	ear->fit = ear->other_fit;
	ear->fit_begun = ear->other_begun;
	drift_begin(ear);
	step_begin(ear, CADENCE_TONE, sample, &ear->fit);
}

static void look_tone(struct ear *ear, bool found, const struct fit *fit, uint64_t begun)
{
	if (found && tones_hz_equal(fit->hz, ear->fit.hz)) {
		drift_add(ear, fit, begun);
		ear->fit = *fit;
		ear->fit_begun = begun;
		ear->strange = 0;
		ear->other = 0;
		cadence_tick(&ear->cadence, time_of(ear, ear->heard));
	} else if (found && other_tone_seen(ear, fit, begun)) {
		tone_enter(ear, tone_left_at(ear, &ear->other_fit));
	} else if (++ear->strange >= STRANGE_LOOKS) {
		step_begin(ear, CADENCE_SOUND, tone_left_at(ear, NULL), fit);
	}
}

static void look_sound(struct ear *ear, bool found, const struct fit *fit, uint64_t begun)
{
	if (!found)
		ear->other = 0;
	else if (other_tone_seen(ear, fit, begun))
		tone_enter(ear, tone_entered_at(ear));
	cadence_tick(&ear->cadence, time_of(ear, ear->heard));
}

static void look(struct ear *ear)
{
	uint64_t begun = ear->heard - WINDOW;
	struct fit fit;
	bool found = tone_find(ear, &fit, begun, WINDOW, EXPLAINED_MIN);

	if (ear->kind == CADENCE_UNKNOWN)
		look_unknown(ear, found, &fit, begun);
	else if (ear->kind == CADENCE_TONE)
		look_tone(ear, found, &fit, begun);
	else
		look_sound(ear, found, &fit, begun);
	ear->next_look = ear->heard + HOP;
}

static void sound_begin(struct ear *ear, uint64_t sample)
{
	ear->in_sound = true;
	step_begin(ear, CADENCE_UNKNOWN, sample, NULL);
	ear->next_look = sample + WINDOW;
}

/* A sound that ended before it was known is judged by what there is of it. */
static void scrap_classify(struct ear *ear)
{
	uint64_t count = ear->loud_end - ear->begun;
	struct fit fit = {.power = 0};
	bool found = false;

	if (count > WINDOW)
		count = WINDOW;
	if (count >= SCRAP_MIN)
		found = tone_find(ear, &fit, ear->begun, count, EXPLAINED_SCRAP);
	step_classify(ear, found ? CADENCE_TONE : CADENCE_SOUND, &fit);
}

static void sound_end(struct ear *ear)
{
	if (ear->kind == CADENCE_UNKNOWN)
		scrap_classify(ear);
	ear->in_sound = false;
	ear->silent_ns = time_of(ear, ear->loud_end);
	step_begin(ear, CADENCE_SILENCE, ear->loud_end, NULL);
}

static void slice_end(struct ear *ear)
{
	bool loud = ear->slice_energy > LOUD_POWER * SLICE;

	ear->slice_energy = 0;
	if (loud && !ear->in_sound)
		sound_begin(ear, ear->heard - SLICE);
	if (loud)
		ear->loud_end = ear->heard;
	if (!ear->in_sound)
		return;
	if (ear->heard - ear->loud_end >= QUIET_SAMPLES)
		sound_end(ear);
	else if (ear->heard >= ear->next_look)
		look(ear);
}

void ear_feed(struct ear *ear, const int16_t *samples, size_t count, uint64_t end_ns)
{
	uint64_t begun_ns = end_ns - count * SAMPLE_NS;

	for (size_t i = 0; i < count; i++) {
		double sample = samples[i];

		*history_at(ear, ear->heard++) = sample;
		ear->anchor_ns = begun_ns + (i + 1) * SAMPLE_NS;
		ear->slice_energy += sample * sample;
		if (ear->heard % SLICE == 0)
			slice_end(ear);
	}
	ear_tick(ear, end_ns);
}

void ear_flow(struct ear *ear, bool on, uint64_t at_ns)
{
	(void)on;
	if (ear->in_sound)
		sound_end(ear);
	ear->heard += SLICE - ear->heard % SLICE;
	ear->slice_energy = 0;
	ear->anchor_ns = at_ns;
}

void ear_hook(struct ear *ear, bool off_hook)
{
	ear->hung_up = !off_hook;
}

/* Sound in progress is followed by the looks, which know its kind better. */
void ear_tick(struct ear *ear, uint64_t now_ns)
{
	if (!ear->in_sound)
		cadence_tick(&ear->cadence, now_ns);
}

uint64_t ear_silent_since_ns(const struct ear *ear)
{
	return ear->in_sound ? UINT64_MAX : ear->silent_ns;
}

const struct tones_country *ear_country(const struct ear *ear)
{
	return &ear->country;
}
