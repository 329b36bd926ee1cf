/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/stretch.h"

#define DECIMATION 3

static float match(const int16_t *sound, int shift, unsigned step)
{
	float product = 0, power = 1, other_power = 1;

	for (unsigned i = 0; i < DSP_STRETCH_BLEND; i += step) {
		float one = sound[i], other = sound[(int)i + shift];

		product += one * other;
		power += one * one;
		other_power += other * other;
	}
	return product / sqrtf(power * other_power);
}

static void search(struct dsp_stretch_place *place, const int16_t *sound, bool longer, unsigned from, unsigned to,
	unsigned step)
{
	place->match = -2;
	for (unsigned lag = from; lag <= to; lag += step) {
		float found = match(sound, longer ? -(int)lag : (int)lag, step);

		if (found <= place->match)
			continue;
		place->match = found;
		place->lag = lag;
	}
}

struct dsp_stretch_place dsp_stretch_find(const int16_t *sound, bool longer, unsigned lag_max)
{
	struct dsp_stretch_place place = {.lag = DSP_STRETCH_LAG_MIN};
	unsigned from, to;

	search(&place, sound, longer, DSP_STRETCH_LAG_MIN, lag_max, DECIMATION);
	from = place.lag > DSP_STRETCH_LAG_MIN + DECIMATION ? place.lag - DECIMATION + 1 : DSP_STRETCH_LAG_MIN;
	to = place.lag + DECIMATION - 1 < lag_max ? place.lag + DECIMATION - 1 : lag_max;
	search(&place, sound, longer, from, to, 1);
	for (unsigned i = 0; i < DSP_STRETCH_BLEND; i++)
		place.power += (float)sound[i] * sound[i] / DSP_STRETCH_BLEND;
	return place;
}

static void blend(int16_t *made, const int16_t *from, const int16_t *to)
{
	for (int i = 0; i < DSP_STRETCH_BLEND; i++) {
		float share = (float)(i + 1) / (DSP_STRETCH_BLEND + 1);

		made[i] = (int16_t)lrintf((float)from[i] + (float)(to[i] - from[i]) * share);
	}
}

size_t dsp_stretch_shorter(int16_t *sound, size_t count, unsigned lag)
{
	int16_t made[DSP_STRETCH_BLEND];

	blend(made, sound, sound + lag);
	memmove(sound, sound + lag, (count - lag) * sizeof(*sound));
	memcpy(sound, made, sizeof(made));
	return count - lag;
}

size_t dsp_stretch_longer(int16_t *sound, size_t count, unsigned lag)
{
	int16_t made[DSP_STRETCH_BLEND], before[DSP_STRETCH_LAG_MAX];

	blend(made, sound, sound - lag);
	memcpy(before, sound - lag, lag * sizeof(*sound));
	memmove(sound + lag, sound, count * sizeof(*sound));
	memcpy(sound, before, lag * sizeof(*sound));
	memcpy(sound, made, sizeof(made));
	return count + lag;
}
