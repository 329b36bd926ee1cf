/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dsp/echo.h"
#include "dsp/g711.h"
#include "tests/unit/dsp_help.h"
#include "tests/unit/echo_suite.h"

#define RATE_HZ     8000
#define FRAME       MS(20)
#define FULL_SCALE  32767.0
#define NEVER_MS    9999
#define AUDIBLE_RMS 130.0 /* -42 dBm0: an echo below is nothing to be judged by */
#define WAVES       4

static void *ours_make(unsigned tail_ms, unsigned block_samples, bool muting, bool comfort_noise)
{
	struct dsp_echo_config config = {.tail_ms = tail_ms, .block_samples = block_samples, .muting = muting,
		.comfort_noise = comfort_noise};
	struct dsp_echo *echo;

	if (dsp_echo_alloc(&echo, &config))
		abort();
	return echo;
}

static void ours_run(void *canceller, int16_t *clean, const int16_t *far, const int16_t *near, size_t count)
{
	dsp_echo_run(canceller, clean, far, near, count);
}

static void ours_drop(void *canceller)
{
	dsp_echo_free(canceller);
}

const struct suite_canceller suite_ours = {"ours", ours_make, ours_run, ours_drop};
const struct suite_canceller suite_perfect = {.name = "perfect"};

static double rms_of(double level_dbm0)
{
	return FULL_SCALE * pow(10, (level_dbm0 - 3.14) / 20) / M_SQRT2;
}

static int16_t saturate(double value)
{
	return (int16_t)lrint(fmax(-32768, fmin(32767, value)));
}

static double gauss(uint32_t *seed)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += help_random(seed);
	return sum;
}

static double between(uint32_t *seed, double low, double high)
{
	return low + (high - low) * help_random(seed);
}

static double energy(const double *samples, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += samples[i] * samples[i];
	return sum;
}

void suite_hybrid_taps(double taps[SUITE_TAPS_MAX], const struct suite_hybrid *hybrid)
{
	uint32_t seed = hybrid->seed * 7919 + 3;
	double gain;

	memset(taps, 0, SUITE_TAPS_MAX * sizeof(*taps));
	for (int wave = 0; wave < WAVES; wave++) {
		double size = between(&seed, 0.3, 1.3), decay = between(&seed, 0.12, 0.32) * (double)MS(hybrid->spread_ms);
		double hz = between(&seed, 300, 3100), phase = between(&seed, 0, 2 * M_PI);
		size_t first = MS(hybrid->delay_ms) + (size_t)between(&seed, 0, 4);

		for (size_t i = 0; i < MS(hybrid->spread_ms) && first + i < SUITE_TAPS_MAX; i++)
			taps[first + i] += size * exp(-(double)i / decay) * cos(2 * M_PI * hz * (double)i / RATE_HZ + phase);
	}
	gain = pow(10, -hybrid->erl_db / 20) / sqrt(energy(taps, SUITE_TAPS_MAX));
	for (size_t i = 0; i < SUITE_TAPS_MAX; i++)
		taps[i] *= gain;
}

static void law_round(int16_t *samples, size_t count)
{
	uint8_t codes[FRAME];

	for (size_t i = 0; i < count; i += FRAME) {
		dsp_g711_encode(DSP_LAW_A, codes, samples + i, FRAME);
		dsp_g711_decode(DSP_LAW_A, samples + i, codes, FRAME);
	}
}

static void echo_make(struct suite_record *record, const struct suite_case *c)
{
	double taps[2][SUITE_TAPS_MAX];
	size_t last = SUITE_TAPS_MAX;

	suite_hybrid_taps(taps[0], &c->hybrid);
	if (c->later_at)
		suite_hybrid_taps(taps[1], &c->later);
	while (last > 1 && taps[0][last - 1] == 0 && (!c->later_at || taps[1][last - 1] == 0))
		last--;
	for (size_t i = 0; i < record->count; i++) {
		const double *path = taps[c->later_at && i >= c->later_at];

		record->echo[i] = 0;
		for (size_t k = 0; k < last && k <= i; k++)
			record->echo[i] += path[k] * record->far[i - k];
	}
}

static void clean(struct suite_record *record, const struct suite_case *c)
{
	size_t block = c->block_samples ? c->block_samples : FRAME;
	struct timespec start, end;
	void *canceller = c->canceller->make(c->tail_ms, (unsigned)block, c->muting, c->comfort_noise);

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
	for (size_t i = 0; i + block <= record->count; i += block)
		c->canceller->run(canceller, record->clean + i, record->far + i, record->near + i, block);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	record->us = ((double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3) /
		((double)record->count / FRAME);
	c->canceller->drop(canceller);
}

void suite_play(struct suite_record *record, const struct suite_case *c)
{
	size_t count = c->count / FRAME * FRAME;

	*record = (struct suite_record){.count = count,
		.far = calloc(count, sizeof(int16_t)), .near = calloc(count, sizeof(int16_t)), .clean = calloc(count, sizeof(int16_t)),
		.echo = calloc(count, sizeof(double)), .talk = calloc(count, sizeof(double)), .noise = calloc(count, sizeof(double))};
	for (size_t i = 0; i < count; i++)
		record->far[i] = saturate(c->far[i]);
	if (c->a_law)
		law_round(record->far, count);
	echo_make(record, c);
	if (c->talk)
		memcpy(record->talk, c->talk, count * sizeof(double));
	if (c->noise_dbm0 != 0)
		suite_noise(record->noise, count, c->noise_dbm0, 77);
	for (size_t i = 0; i < count; i++)
		record->near[i] = saturate(record->echo[i] + record->talk[i] + record->noise[i]);
	if (c->a_law)
		law_round(record->near, count);
	if (c->canceller != &suite_perfect) {
		clean(record, c);
		return;
	}
	for (size_t i = 0; i < count; i++)
		record->clean[i] = saturate(record->near[i] - record->echo[i]);
}

void suite_record_free(struct suite_record *record)
{
	free(record->far);
	free(record->near);
	free(record->clean);
	free(record->echo);
	free(record->talk);
	free(record->noise);
}

static double rest_energy(const struct suite_record *record, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += (record->clean[i] - record->talk[i]) * (record->clean[i] - record->talk[i]);
	return sum;
}

static double ratio_db(double a, double b)
{
	return 10 * log10(fmax(a, 1e-3) / fmax(b, 1e-3));
}

double suite_erle_db(const struct suite_record *record, size_t from, size_t to)
{
	return ratio_db(energy(record->echo + from, to - from), rest_energy(record, from, to));
}

double suite_talk_db(const struct suite_record *record, size_t from, size_t to)
{
	return ratio_db(energy(record->talk + from, to - from), rest_energy(record, from, to));
}

static bool is_audible(const double *samples, size_t count)
{
	return energy(samples, count) > AUDIBLE_RMS * AUDIBLE_RMS * (double)count;
}

double suite_time_to_ms(const struct suite_record *record, size_t from, double erle_db)
{
	size_t begin = from, window = MS(50);

	while (begin + MS(5) < record->count && !is_audible(record->echo + begin, MS(5)))
		begin += MS(5);
	for (size_t at = begin; at + window < record->count; at += MS(5)) {
		if (is_audible(record->echo + at, window) && suite_erle_db(record, at, at + window) >= erle_db)
			return (double)(at - begin) / MS(1);
	}
	return NEVER_MS;
}

double suite_longest_cut_ms(const struct suite_record *record, size_t from, size_t to)
{
	double loud = rms_of(-40) * rms_of(-40) * MS(5), cut_ms = 0, longest_ms = 0;

	for (size_t at = from; at + MS(5) <= to; at += MS(5)) {
		double talk = energy(record->talk + at, MS(5)), out = 0;

		for (size_t i = at; i < at + MS(5); i++)
			out += (double)record->clean[i] * record->clean[i];
		cut_ms = talk > loud && out < talk / 10 ? cut_ms + 5 : 0;
		longest_ms = fmax(longest_ms, cut_ms);
	}
	return longest_ms;
}

double suite_level_dbm0(const int16_t *samples, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (double)samples[i] * samples[i];
	return ratio_db(sum / (double)count, FULL_SCALE * FULL_SCALE / 2) + 3.14;
}

void suite_noise(double *samples, size_t count, double level_dbm0, uint32_t seed)
{
	for (size_t i = 0; i < count; i++)
		samples[i] = rms_of(level_dbm0) * gauss(&seed);
}

void suite_tone(double *samples, size_t count, double hz, double level_dbm0)
{
	for (size_t i = 0; i < count; i++)
		samples[i] += M_SQRT2 * rms_of(level_dbm0) * sin(2 * M_PI * hz * (double)i / RATE_HZ);
}

void suite_level_set(double *samples, size_t count, double level_dbm0)
{
	double loudest = 0, sum = 0, frames = 0, gain;

	for (size_t i = 0; i + FRAME <= count; i += FRAME)
		loudest = fmax(loudest, energy(samples + i, FRAME));
	for (size_t i = 0; i + FRAME <= count; i += FRAME) {
		double frame = energy(samples + i, FRAME);

		if (frame > loudest / 316) {
			sum += frame;
			frames++;
		}
	}
	gain = rms_of(level_dbm0) / sqrt(fmax(sum, 1) / fmax(frames * FRAME, 1));
	for (size_t i = 0; i < count; i++)
		samples[i] *= gain;
}

/* A two-pole resonance. */
struct formant {
	double a, b, last, before;
};

static struct formant formant_at(double hz, double width_hz)
{
	double radius = exp(-M_PI * width_hz / RATE_HZ);

	return (struct formant){.a = 2 * radius * cos(2 * M_PI * hz / RATE_HZ), .b = -radius * radius};
}

static double formant_step(struct formant *formant, double in)
{
	double out = in + formant->a * formant->last + formant->b * formant->before;

	formant->before = formant->last;
	formant->last = out;
	return out;
}

void suite_css(double *samples, size_t count, double level_dbm0, uint32_t seed)
{
	enum { VOICED = 389, NOISE = 1600, PERIOD = 2800, PITCH = 36 };
	struct formant low = {0}, high = {0};
	double sign = 1, coloured = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = i % PERIOD;

		if (at == 0) {
			low = formant_at(500, 90);
			high = formant_at(1500, 150);
			sign = i ? -sign : sign;
		}
		if (at < VOICED) {
			double pulse = at % PITCH == 0;

			samples[i] = sign * 1.5 * (formant_step(&low, pulse) + formant_step(&high, 0.6 * pulse));
		} else if (at < VOICED + NOISE) {
			coloured = 0.4 * coloured + gauss(&seed);
			samples[i] = sign * 0.5 * coloured;
		} else {
			samples[i] = 0;
		}
	}
	suite_level_set(samples, count, level_dbm0);
}

/* One syllable; returns its length. */
static size_t syllable(double *samples, size_t count, double pitch_hz, uint32_t *seed)
{
	size_t hiss = MS(between(seed, 0, 1) < 0.5 ? 0 : between(seed, 40, 110)), vowel = MS(between(seed, 90, 260));
	struct formant formants[] = {formant_at(between(seed, 280, 850), 80), formant_at(between(seed, 900, 2300), 110),
		formant_at(between(seed, 2400, 3100), 160), formant_at(between(seed, 2200, 3300), 900)};
	double glide = between(seed, 0.75, 1.25), hiss_size = between(seed, 0.1, 0.5), throat = 0, phase = 0, jitter = 1;

	for (size_t i = 0; i < hiss + vowel && i < count; i++) {
		double part = i < hiss ? (double)i / (double)hiss : (double)(i - hiss) / (double)vowel;
		double shape = sin(M_PI * part), in = 0;

		if (i < hiss) {
			samples[i] = shape * hiss_size * formant_step(&formants[3], gauss(seed));
			continue;
		}
		phase += pitch_hz * jitter * (1 + (glide - 1) * part) / RATE_HZ;
		if (phase >= 1) {
			phase -= 1;
			jitter = between(seed, 0.98, 1.02);
			in = 8;
		}
		throat = 0.9 * throat + in + 0.1 * gauss(seed);
		samples[i] = 0;
		for (int k = 0; k < 3; k++)
			samples[i] += formant_step(&formants[k], throat) / (1 << k);
		samples[i] *= 0.12 * shape;
	}
	return hiss + vowel;
}

void suite_voice(double *samples, size_t count, double level_dbm0, uint32_t seed)
{
	double voice_hz;
	size_t at = 0;

	seed = seed * 2654435761u + 1;
	voice_hz = between(&seed, 90, 230);
	memset(samples, 0, count * sizeof(*samples));
	while (at < count) {
		at += syllable(samples + at, count - at, voice_hz * between(&seed, 0.85, 1.2), &seed);
		if (help_random(&seed) < 0.3)
			at += MS(between(&seed, 60, 350));
	}
	suite_level_set(samples, count, level_dbm0);
}
