/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "dsp/answer_tone.h"
#include "dsp/dsp.h"
#include "dsp/osc.h"

#define TONE_HZ          2100
#define LANES            8
#define BLOCK_MS         (ANSWER_TONE_BLOCK * 1000 / DSP_RATE_HZ)
#define LEVEL_MIN_DBM0   (-33.0)
#define HOLD_MIN_DBM0    (-34.0)
#define PURITY_MIN       0.6f  /* 21 Hz beside leaves 0.86, noise 11 dB below the tone 0.8 of that */
#define ODD_BLOCKS_MAX   2     /* a turn spoils one or two */
#define ADVANCE_MAX      0.3f  /* 30 Hz beside */
#define ADVANCE_KEEP     0.8f
#define SETTLED_BLOCKS   6     /* then the advance is known */
#define TURN_MIN         (132.0f / 360)
#define HEARD_BLOCKS     (300 / BLOCK_MS)
#define RHYTHM_MIN_BLOCKS (410 / BLOCK_MS)
#define RHYTHM_MAX_BLOCKS (490 / BLOCK_MS)
#define TURNS_MIN        2
#define OVER_BLOCKS      (250 / BLOCK_MS)

static float table_cos[ANSWER_TONE_BLOCK], table_sin[ANSWER_TONE_BLOCK];
static float energy_min, energy_held; /* of a block at these levels */

/* The energy of a block with a sine of that level. */
static float block_energy(double level_dbm0)
{
	float peak = dsp_osc_peak(level_dbm0);

	return peak * peak * ANSWER_TONE_BLOCK / 2;
}

void dsp_answer_tone_init(void)
{
	energy_min = block_energy(LEVEL_MIN_DBM0);
	energy_held = block_energy(HOLD_MIN_DBM0);
	for (int i = 0; i < ANSWER_TONE_BLOCK; i++) {
		table_cos[i] = (float)cos(2 * M_PI * TONE_HZ * i / DSP_RATE_HZ);
		table_sin[i] = (float)-sin(2 * M_PI * TONE_HZ * i / DSP_RATE_HZ);
	}
}

static float half_turn_wrap(float turns)
{
	return turns - rintf(turns);
}

static void turn_judge(struct dsp_answer_tone *tone)
{
	bool in_rhythm = tone->since_turn >= RHYTHM_MIN_BLOCKS && tone->since_turn <= RHYTHM_MAX_BLOCKS;

	tone->turns = in_rhythm ? tone->turns + 1 : 1;
	tone->since_turn = 0;
}

static void good_block(struct dsp_answer_tone *tone)
{
	float phase = atan2f(tone->im, tone->re) / (float)(2 * M_PI);
	float expected = tone->phase + tone->advance * (float)(tone->odd_blocks + 1);
	float off = half_turn_wrap(phase - expected);

	if (tone->tone_blocks >= SETTLED_BLOCKS && fabsf(off) > TURN_MIN)
		turn_judge(tone);
	else if (tone->tone_blocks > 0 && tone->odd_blocks == 0)
		tone->advance = ADVANCE_KEEP * tone->advance +
			(1 - ADVANCE_KEEP) * (tone->advance + half_turn_wrap(phase - tone->phase - tone->advance));
	tone->phase = phase;
	tone->odd_blocks = 0;
	tone->tone_blocks++;
	if (fabsf(tone->advance) > ADVANCE_MAX)
		tone->tone_blocks = 0;
}

static void odd_block(struct dsp_answer_tone *tone)
{
	if (++tone->odd_blocks <= ODD_BLOCKS_MAX && tone->tone_blocks > 0)
		return;
	tone->tone_blocks = tone->turns = tone->odd_blocks = 0;
	tone->advance = 0;
}

static void block_judge(struct dsp_answer_tone *tone)
{
	float tone_power = (tone->re * tone->re + tone->im * tone->im) / (ANSWER_TONE_BLOCK / 2);

	tone->since_turn++;
	tone->quiet_blocks = tone->power < energy_held ? tone->quiet_blocks + 1 : 0;
	if (tone->power > energy_min && tone_power > PURITY_MIN * tone->power)
		good_block(tone);
	else
		odd_block(tone);
}

/* Not beyond a block's end. Sums side by side become vectors. */
static void sums_add(struct dsp_answer_tone *tone, const int16_t *samples, unsigned count)
{
	float re[LANES] = {0}, im[LANES] = {0}, power[LANES] = {0};
	const float *cosine = table_cos + tone->filled, *sine = table_sin + tone->filled;
	unsigned i = 0;

	for (; i + LANES <= count; i += LANES) {
		for (unsigned lane = 0; lane < LANES; lane++) {
			float sample = samples[i + lane];

			re[lane] += sample * cosine[i + lane];
			im[lane] += sample * sine[i + lane];
			power[lane] += sample * sample;
		}
	}
	for (unsigned lane = 0; i < count; i++, lane++) {
		re[lane] += (float)samples[i] * cosine[i];
		im[lane] += (float)samples[i] * sine[i];
		power[lane] += (float)samples[i] * (float)samples[i];
	}
	for (unsigned lane = 0; lane < LANES; lane++) {
		tone->re += re[lane];
		tone->im += im[lane];
		tone->power += power[lane];
	}
	tone->filled += count;
}

void dsp_answer_tone_feed(struct dsp_answer_tone *tone, const int16_t *samples, unsigned count)
{
	while (count > 0) {
		unsigned room = ANSWER_TONE_BLOCK - tone->filled, part = count < room ? count : room;

		sums_add(tone, samples, part);
		samples += part;
		count -= part;
		if (tone->filled < ANSWER_TONE_BLOCK)
			continue;
		block_judge(tone);
		tone->re = tone->im = tone->power = 0;
		tone->filled = 0;
	}
}

bool dsp_answer_tone_is_heard(const struct dsp_answer_tone *tone)
{
	return tone->tone_blocks >= HEARD_BLOCKS;
}

bool dsp_answer_tone_turns(const struct dsp_answer_tone *tone)
{
	return dsp_answer_tone_is_heard(tone) && tone->turns >= TURNS_MIN;
}

bool dsp_answer_tone_is_over(const struct dsp_answer_tone *tone)
{
	return tone->quiet_blocks >= OVER_BLOCKS;
}
