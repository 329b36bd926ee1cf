/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/fax_tone.h"
#include "dsp/osc.h"

#define LANES          4
#define HALF           (DSP_FAX_BLOCK / 2)
#define BLOCK_MS       (DSP_FAX_BLOCK * 1000 / DSP_RATE_HZ)
#define LEVEL_MIN_DBM0 (-43.5)
#define PURITY_MIN     0.8f  /* share of the energy that is in the tone; noise 12 dB below leaves 0.94 */
#define PURITY_FIRST   0.43f /* ... of a tone whose frequency is not known yet */
#define STEADY_MAX     0.1f  /* a block's phase beside where it should be */
#define TURN_MIN       0.4f  /* ... and where it was turned */
#define ODD_MAX        2     /* blocks: a turn, or a packet that was lost */
#define SETTLED        4
#define QUIET_MAX      0.1f  /* of the tone's power, -10 dB */
#define OVER_BLOCKS    (200 / BLOCK_MS)
#define CALLING_MIN    (400 / BLOCK_MS)
#define CALLING_MAX    (600 / BLOCK_MS)
#define REPEATED_MIN   (2900 / BLOCK_MS) /* T.30 s4.3.3.4: 0.5 s and 3 s, each within 15 % */
#define REPEATED_MAX   (4100 / BLOCK_MS)
#define ANSWERING_MIN  (800 / BLOCK_MS)

enum { CALLING, ANSWERING, TONES };

static const struct tone {
	double hz;
	float advance_max; /* 100 Hz are one turn more in a block */
	bool turns;
} tones[TONES] = {
	[CALLING] = {1100, 0.42f, false},
	[ANSWERING] = {2100, 0.25f, true},
};

static float table_cos[TONES][HALF], table_sin[TONES][HALF];
static float power_min;

void dsp_fax_tone_init(void)
{
	float peak = dsp_osc_peak(LEVEL_MIN_DBM0);

	power_min = peak * peak / 2;
	for (int t = 0; t < TONES; t++) {
		for (int i = 0; i < HALF; i++) {
			table_cos[t][i] = (float)cos(2 * M_PI * tones[t].hz * i / DSP_RATE_HZ);
			table_sin[t][i] = (float)sin(2 * M_PI * tones[t].hz * i / DSP_RATE_HZ);
		}
	}
}

static float half_turn_wrap(float turns)
{
	return turns - rintf(turns);
}

/* What a tone so far beside loses in a block: the square of sin(pi a) / (pi a), by its series. */
static float purity_of(float advance)
{
	float square = advance * advance;

	return 1 - 3.29f * square + 4.33f * square * square;
}

struct block {
	float power;    /* by sample, free of an offset */
	float share[TONES], phase[TONES];
};

static void run_begin(struct dsp_fax_run *run, const struct block *block, int t, float before_power)
{
	*run = (struct dsp_fax_run){
		.blocks = 1, .good = 1, .phase = block->phase[t], .power = block->power, .before_power = before_power,
	};
}

static void run_grow(struct dsp_fax_run *run, const struct block *block, int t)
{
	if (run->good < SETTLED)
		run->advance += half_turn_wrap(block->phase[t] - run->phase - run->advance) / (float)run->good;
	run->phase = block->phase[t];
	run->power += block->power;
	run->good++;
	run->blocks += 1 + run->odd;
	run->odd = 0;
}

/* The tone goes on with this block. */
static bool fits(const struct dsp_fax_run *run, const struct block *block, int t)
{
	float off = half_turn_wrap(block->phase[t] - run->phase - run->advance * (float)(run->odd + 1));

	if (run->good < SETTLED)
		return fabsf(half_turn_wrap(block->phase[t] - run->phase)) <= tones[t].advance_max &&
			block->share[t] > PURITY_MIN * purity_of(half_turn_wrap(block->phase[t] - run->phase));
	if (block->share[t] < PURITY_MIN * purity_of(run->advance))
		return false;
	return fabsf(off) < STEADY_MAX || (tones[t].turns && fabsf(off) > TURN_MIN);
}

/* False: it is over with this block, or there is none. */
static bool run_go_on(struct dsp_fax_run *run, const struct block *block, int t, float before_power)
{
	bool may_be = block->power > power_min && block->share[t] > PURITY_FIRST;

	if (run->good && may_be && fits(run, block, t)) {
		run_grow(run, block, t);
		return fabsf(run->advance) <= tones[t].advance_max;
	}
	if (run->good >= SETTLED && ++run->odd <= ODD_MAX)
		return true;
	if (run->good >= SETTLED)
		return false;
	*run = (struct dsp_fax_run){0};
	if (may_be)
		run_begin(run, block, t, before_power);
	return true;
}

static float loudest(const float *powers, unsigned count)
{
	float most = 0;

	for (unsigned i = 0; i < count; i++)
		most = powers[i] > most ? powers[i] : most;
	return most;
}

static float mean_power(const struct dsp_fax_run *run)
{
	return run->power / (float)run->good;
}

/* As long as a caller's, and quiet came before it. */
static bool is_call(const struct dsp_fax_run *run)
{
	return run->blocks >= CALLING_MIN && run->blocks <= CALLING_MAX && run->before_power < QUIET_MAX * mean_power(run);
}

static void call_count(struct dsp_fax_tone *tone)
{
	tone->repeated = tone->since_blocks >= REPEATED_MIN && tone->since_blocks <= REPEATED_MAX;
	tone->since_blocks = 1;
}

static enum dsp_fax calling_judge(struct dsp_fax_tone *tone, const struct block *block)
{
	struct dsp_fax_run *run = &tone->calling;

	tone->since_blocks += tone->since_blocks > 0 && tone->since_blocks <= REPEATED_MAX;
	/* Of what came before, the last block may be the tone's own beginning. */
	if (!run_go_on(run, block, CALLING, loudest(tone->before, DSP_FAX_BEFORE - 1))) {
		tone->over_blocks = is_call(run);
		tone->over_power = mean_power(run);
		*run = (struct dsp_fax_run){0};
	}
	if (tone->over_blocks && block->power > QUIET_MAX * tone->over_power)
		tone->over_blocks = 0;
	if (!tone->over_blocks || ++tone->over_blocks <= OVER_BLOCKS)
		return DSP_FAX_NONE;
	tone->over_blocks = 0;
	call_count(tone);
	return DSP_FAX_CALLING;
}

static enum dsp_fax answering_judge(struct dsp_fax_tone *tone, const struct block *block)
{
	struct dsp_fax_run *run = &tone->answering;

	if (!run_go_on(run, block, ANSWERING, 0))
		*run = (struct dsp_fax_run){0};
	if (run->told || run->blocks < ANSWERING_MIN)
		return DSP_FAX_NONE;
	run->told = true;
	return DSP_FAX_ANSWERING;
}

/* By sample, free of an offset. Sums side by side become vectors. */
static float power_of(const float *samples)
{
	float sums[LANES] = {0}, squares[LANES] = {0}, sum = 0, square = 0;

	for (unsigned i = 0; i < DSP_FAX_BLOCK; i += LANES) {
		for (unsigned lane = 0; lane < LANES; lane++) {
			sums[lane] += samples[i + lane];
			squares[lane] += samples[i + lane] * samples[i + lane];
		}
	}
	for (unsigned lane = 0; lane < LANES; lane++) {
		sum += sums[lane];
		square += squares[lane];
	}
	return (square - sum * sum / DSP_FAX_BLOCK) / DSP_FAX_BLOCK;
}

/* Both tones turn an odd number of times in a block: half of it later they are the same with the other sign. */
static void tone_measure(struct block *block, const float *differences, int t)
{
	float re[LANES] = {0}, im[LANES] = {0}, real = 0, imaginary = 0;

	for (unsigned i = 0; i < HALF; i += LANES) {
		for (unsigned lane = 0; lane < LANES; lane++) {
			re[lane] += differences[i + lane] * table_cos[t][i + lane];
			im[lane] += differences[i + lane] * table_sin[t][i + lane];
		}
	}
	for (unsigned lane = 0; lane < LANES; lane++) {
		real += re[lane];
		imaginary += im[lane];
	}
	block->share[t] = (real * real + imaginary * imaginary) * 2 / (DSP_FAX_BLOCK * DSP_FAX_BLOCK) / block->power;
	if (block->share[t] > PURITY_FIRST)
		block->phase[t] = atan2f(-imaginary, real) / (float)(2 * M_PI);
}

static void tones_measure(struct block *block, const float *samples)
{
	float differences[HALF];

	for (unsigned i = 0; i < HALF; i++)
		differences[i] = samples[i] - samples[HALF + i];
	for (int t = 0; t < TONES; t++)
		tone_measure(block, differences, t);
}

static enum dsp_fax block_judge(struct dsp_fax_tone *tone)
{
	struct block block = {.power = power_of(tone->samples)};
	enum dsp_fax calling, answering;

	if (block.power > power_min)
		tones_measure(&block, tone->samples);
	calling = calling_judge(tone, &block);
	answering = answering_judge(tone, &block);
	memmove(tone->before, tone->before + 1, sizeof(tone->before) - sizeof(tone->before[0]));
	tone->before[DSP_FAX_BEFORE - 1] = block.power;
	return calling ? calling : answering;
}

/* The two do not overlap: so a vector at a time. */
static void take(float *restrict out, const int16_t *restrict samples, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		out[i] = samples[i];
}

enum dsp_fax dsp_fax_tone_feed(struct dsp_fax_tone *tone, const int16_t *samples, unsigned count)
{
	enum dsp_fax heard = DSP_FAX_NONE;

	while (count > 0) {
		unsigned room = DSP_FAX_BLOCK - tone->filled, part = count < room ? count : room;
		enum dsp_fax told;

		take(tone->samples + tone->filled, samples, part);
		tone->filled += part;
		samples += part;
		count -= part;
		if (tone->filled < DSP_FAX_BLOCK)
			continue;
		tone->filled = 0;
		told = block_judge(tone);
		heard = told ? told : heard;
	}
	return heard;
}
