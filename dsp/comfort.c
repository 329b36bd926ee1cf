/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/comfort.h"

#define OVERLOAD_RMS  32768.0f /* 0 dBov: a square wave at the limit (RFC 3389 s3.1) */
#define GLIDE         0.01f    /* of what is left to go, each sample: 12 ms */
#define UNIFORM_PEAK  1.7320508f /* of uniform noise whose power is one */

void dsp_comfort_level(struct dsp_comfort *comfort, float rms)
{
	comfort->wanted_rms = rms;
	if (comfort->order)
		memset(comfort->memory, 0, sizeof(comfort->memory));
	comfort->order = 0;
	comfort->excitation = 1;
}

void dsp_comfort_packet(struct dsp_comfort *comfort, const uint8_t *payload, size_t length)
{
	float power = 1;
	size_t order = length > 0 ? length - 1 : 0;

	if (!length)
		return;
	if (order > DSP_COMFORT_ORDER_MAX)
		order = DSP_COMFORT_ORDER_MAX;
	if (order != comfort->order)
		memset(comfort->memory, 0, sizeof(comfort->memory));
	comfort->order = (unsigned)order;
	for (size_t i = 0; i < order; i++) {
		int quantised = payload[1 + i] < 255 ? payload[1 + i] : 127; /* 255 is reserved */

		comfort->reflection[i] = 258.0f * (float)(quantised - 127) / 32768.0f;
		power *= 1 - comfort->reflection[i] * comfort->reflection[i];
	}
	comfort->excitation = sqrtf(power);
	comfort->wanted_rms = OVERLOAD_RMS * powf(10, -(float)(payload[0] & 0x7f) / 20);
}

static float white(struct dsp_comfort *comfort)
{
	comfort->random = comfort->random * 1664525u + 1013904223u;
	return (float)(int32_t)comfort->random * (UNIFORM_PEAK / 2147483648.0f);
}

/* An all-pole lattice, which is stable for any coefficients below one. */
static float colour(struct dsp_comfort *comfort, float value)
{
	for (unsigned i = comfort->order; i-- > 0;) {
		float k = comfort->reflection[i];

		value -= k * comfort->memory[i];
		if (i + 1 < comfort->order)
			comfort->memory[i + 1] = comfort->memory[i] + k * value;
	}
	if (comfort->order)
		comfort->memory[0] = value;
	return value;
}

void dsp_comfort_fill(struct dsp_comfort *comfort, int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float value;

		comfort->rms += (comfort->wanted_rms - comfort->rms) * GLIDE;
		value = comfort->rms * comfort->excitation * colour(comfort, white(comfort));
		samples[i] = value > 32767 ? 32767 : value < -32768 ? -32768 : (int16_t)lrintf(value);
	}
}
