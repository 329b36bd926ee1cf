/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/conceal.h"
#include "dsp/dtmf.h"

#define TEMPLATE        160 /* samples that are compared to find the pitch */
#define DECIMATION      4
#define HOLD_SAMPLES    80
#define FADE_SAMPLES    640
#define PAUSE_SAMPLES   40
#define BLEND_SAMPLES   40
#define LEVEL_RISE      1.00005f /* of the pauses' power, each sample: 1.7 dB a second */
#define LEVEL_MAX       (23.0f * 23.0f) /* -57 dBm0: speech without a pause is no noise */
#define LEVEL_MIN_COUNT 40
#define LEVEL_STEP      2 /* half of the samples tell as much */

static float likeness(const int16_t *before, unsigned lag, unsigned step)
{
	const int16_t *now = before - TEMPLATE, *then = now - lag;
	float product = 0, power = 1;

	for (unsigned i = 0; i < TEMPLATE; i += step) {
		product += (float)now[i] * then[i];
		power += (float)then[i] * then[i];
	}
	return product > 0 ? product * product / power : 0;
}

static unsigned best_lag(const int16_t *before, unsigned from, unsigned to, unsigned step)
{
	unsigned best = from;
	float best_likeness = -1;

	for (unsigned lag = from; lag <= to; lag += step) {
		float like = likeness(before, lag, step);

		if (like > best_likeness) {
			best = lag;
			best_likeness = like;
		}
	}
	return best;
}

static unsigned pitch_find(const int16_t *before)
{
	unsigned coarse = best_lag(before, DSP_CONCEAL_PITCH_MIN, DSP_CONCEAL_PITCH_MAX, DECIMATION);
	unsigned from = coarse - DECIMATION + 1, to = coarse + DECIMATION - 1;

	if (from < DSP_CONCEAL_PITCH_MIN)
		from = DSP_CONCEAL_PITCH_MIN;
	if (to > DSP_CONCEAL_PITCH_MAX)
		to = DSP_CONCEAL_PITCH_MAX;
	return best_lag(before, from, to, 1);
}

static int16_t mixed(float from, float to, float share)
{
	return (int16_t)lrintf(from + (to - from) * share);
}

/* The last period, its end bent so that it leads into its beginning. */
static void begin(struct dsp_conceal *conceal, const int16_t *before)
{
	unsigned pitch = pitch_find(before), bend = pitch / 4;
	const int16_t *period = before - pitch;

	conceal->missing = true;
	conceal->age_samples = conceal->phase = 0;
	conceal->pitch = pitch;
	memcpy(conceal->cycle, period, pitch * sizeof(*period));
	for (unsigned i = 0; i < bend; i++)
		conceal->cycle[pitch - bend + i] = mixed(period[pitch - bend + i], period[(int)i - (int)bend],
			(float)(i + 1) / (float)bend);
	if (!conceal->comfort_told)
		dsp_comfort_level(&conceal->comfort, conceal->level_known ? sqrtf(conceal->level) : 0);
}

/* What leaks of a key's tone before it is sent as an event must not be made long enough for a key. */
bool dsp_conceal_is_key(const int16_t *before)
{
	return dsp_dtmf_resembles(before - DSP_DTMF_WINDOW);
}

static float voice_gain(const struct dsp_conceal *conceal)
{
	if (conceal->age_samples <= conceal->hold_samples)
		return 1;
	if (conceal->age_samples >= conceal->fade_samples)
		return 0;
	return (float)(conceal->fade_samples - conceal->age_samples) /
		(float)(conceal->fade_samples - conceal->hold_samples);
}

static int16_t limited(float value)
{
	return value > 32767 ? 32767 : value < -32768 ? -32768 : (int16_t)lrintf(value);
}

static void go_on(struct dsp_conceal *conceal, int16_t *samples, size_t count)
{
	dsp_comfort_fill(&conceal->comfort, samples, count);
	for (size_t i = 0; i < count && conceal->age_samples < conceal->fade_samples; i++) {
		float gain = voice_gain(conceal);

		samples[i] = limited(sqrtf(1 - gain * gain) * samples[i] + gain * conceal->cycle[conceal->phase]);
		conceal->phase = (conceal->phase + 1) % conceal->pitch;
		conceal->age_samples++;
	}
}

/* Where the period is no exact copy of the one before there is a step at its beginning, which is spread over a quarter. */
static void lead_in(const struct dsp_conceal *conceal, const int16_t *before, int16_t *samples, size_t count)
{
	float step = (float)before[-1] - (float)before[-1 - (int)conceal->pitch];
	size_t bend = conceal->pitch / 4;

	for (size_t i = 0; i < bend && i < count; i++)
		samples[i] = limited(samples[i] + step * (float)(bend - i) / (float)(bend + 1));
}

static void fill(struct dsp_conceal *conceal, const int16_t *before, int16_t *samples, size_t count, unsigned hold,
	unsigned fade)
{
	bool begins = !conceal->missing;

	if (begins)
		begin(conceal, before);
	if (begins && dsp_conceal_is_key(before)) {
		hold = 0;
		fade = PAUSE_SAMPLES;
	}
	if (begins || fade < conceal->fade_samples) {
		conceal->hold_samples = hold;
		conceal->fade_samples = fade;
	}
	go_on(conceal, samples, count);
	if (begins)
		lead_in(conceal, before, samples, count);
}

void dsp_conceal_missing(struct dsp_conceal *conceal, const int16_t *before, int16_t *samples, size_t count)
{
	fill(conceal, before, samples, count, HOLD_SAMPLES, FADE_SAMPLES);
}

void dsp_conceal_pause(struct dsp_conceal *conceal, const int16_t *before, int16_t *samples, size_t count)
{
	fill(conceal, before, samples, count, 0, PAUSE_SAMPLES);
}

bool dsp_conceal_is_noise(const struct dsp_conceal *conceal)
{
	return conceal->missing && conceal->age_samples >= conceal->fade_samples;
}

void dsp_conceal_hush(struct dsp_conceal *conceal)
{
	dsp_comfort_level(&conceal->comfort, 0);
	conceal->comfort_told = true;
}

void dsp_conceal_comfort(struct dsp_conceal *conceal, const uint8_t *payload, size_t length)
{
	dsp_comfort_packet(&conceal->comfort, payload, length);
	conceal->comfort_told = length > 0;
}

/* The quietest of late is what its pauses sound like. */
static void level_learn(struct dsp_conceal *conceal, const int16_t *samples, size_t count)
{
	float power = 0;

	if (count < LEVEL_MIN_COUNT)
		return;
	for (size_t i = 0; i < count; i += LEVEL_STEP)
		power += (float)samples[i] * samples[i];
	power *= (float)LEVEL_STEP / (float)count;
	conceal->level *= 1 + (LEVEL_RISE - 1) * (float)count;
	if (!conceal->level_known || power < conceal->level)
		conceal->level = power;
	if (conceal->level > LEVEL_MAX)
		conceal->level = LEVEL_MAX;
	conceal->level_known = true;
}

void dsp_conceal_good(struct dsp_conceal *conceal, int16_t *samples, size_t count)
{
	int16_t went_on[BLEND_SAMPLES];
	size_t blend = count < BLEND_SAMPLES ? count : BLEND_SAMPLES;

	level_learn(conceal, samples, count);
	if (!conceal->missing)
		return;
	conceal->missing = conceal->comfort_told = false;
	go_on(conceal, went_on, blend);
	for (size_t i = 0; i < blend; i++)
		samples[i] = mixed(went_on[i], samples[i], (float)(i + 1) / (float)(blend + 1));
}
