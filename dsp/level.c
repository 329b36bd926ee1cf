/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "dsp/level.h"
#include "dsp/limit.h"
#include "dsp/osc.h"

#define RATE_HZ       8000.0f
#define AVERAGE_S     0.5f
#define UP_DB_PER_S   1.0f
#define DOWN_DB_PER_S 4.0f

static float power_of(const int16_t *samples, size_t count)
{
	float sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (float)samples[i] * samples[i];
	return sum / (float)count;
}

/* A sine's power is half of its peak's square. */
static float level_dbm0(float power)
{
	return 10 * log10f(power / ((float)DSP_FULL_SCALE * DSP_FULL_SCALE / 2)) + (float)DSP_FULL_SCALE_SINE_DBM0;
}

static float bounded(float value, float least, float most)
{
	return value < least ? least : value > most ? most : value;
}

static float gain_next(struct dsp_level *level, float power, float block_s)
{
	float wanted;

	if (power < 1 || level_dbm0(power) < DSP_LEVEL_VOICE_DBM0)
		return level->gain_db;
	level->power = level->power > 0 ? level->power + (power - level->power) * block_s / AVERAGE_S : power;
	wanted = bounded(DSP_LEVEL_TARGET_DBM0 - level_dbm0(level->power), -DSP_LEVEL_RANGE_DB, DSP_LEVEL_RANGE_DB);
	return bounded(wanted, level->gain_db - DOWN_DB_PER_S * block_s, level->gain_db + UP_DB_PER_S * block_s);
}

void dsp_level_run(struct dsp_level *level, int16_t *samples, size_t count)
{
	float before = powf(10, level->gain_db / 20), after, step;

	level->gain_db = gain_next(level, power_of(samples, count), (float)count / RATE_HZ);
	after = powf(10, level->gain_db / 20);
	step = (after - before) / (float)count;
	for (size_t i = 0; i < count; i++)
		samples[i] = dsp_limit((int32_t)lrintf((float)samples[i] * (before + step * (float)i)));
}
