/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/answer_tone.h"
#include "dsp/dsp.h"
#include "dsp/echo.h"
#include "dsp/echo_filter.h"
#include "dsp/echo_gate.h"
#include "dsp/osc.h"

struct dsp_echo {
	struct dsp_echo_config config;
	unsigned hop;
	bool untouched; /* made ready by the first block: a line without calls leaves its memory alone */
	enum dsp_echo_state state;
	struct dsp_answer_tone far_tone, near_tone;
	struct echo_filter *filter;
	struct echo_gate gate;
	float far_last, near_last, clean_last; /* of the emphasis */
};

int dsp_echo_alloc(struct dsp_echo **echop, const struct dsp_echo_config *config)
{
	struct dsp_echo *echo = calloc(1, sizeof(*echo));

	assert(config->tail_ms >= DSP_ECHO_TAIL_MIN_MS && config->tail_ms <= DSP_ECHO_TAIL_MAX_MS);
	if (!echo)
		return ENOMEM;
	echo->config = *config;
	echo->hop = config->block_samples < ECHO_HOP_MAX ? config->block_samples : ECHO_HOP_MAX;
	if (echo_filter_alloc(&echo->filter, config->tail_ms * (DSP_RATE_HZ / 1000), echo->hop)) {
		free(echo);
		return ENOMEM;
	}
	echo->untouched = true;
	*echop = echo;
	return 0;
}

void dsp_echo_free(struct dsp_echo *echo)
{
	if (!echo)
		return;
	echo_filter_free(echo->filter);
	free(echo);
}

void dsp_echo_begin(struct dsp_echo *echo)
{
	echo->state = DSP_ECHO_WORKS;
	echo->far_tone = echo->near_tone = (struct dsp_answer_tone){0};
	echo->far_last = echo->near_last = echo->clean_last = 0;
	echo_filter_sound_reset(echo->filter);
}

void dsp_echo_reset(struct dsp_echo *echo)
{
	echo->untouched = false;
	dsp_echo_begin(echo);
	echo_filter_reset(echo->filter);
	echo_gate_init(&echo->gate, echo->hop, echo->config.comfort_noise);
}

static void tone_obey(struct dsp_echo *echo, const int16_t *far, const int16_t *near, unsigned count)
{
	struct dsp_answer_tone *ends[] = {&echo->far_tone, &echo->near_tone};

	dsp_answer_tone_feed(&echo->far_tone, far, count);
	dsp_answer_tone_feed(&echo->near_tone, near, count);
	for (int i = 0; i < 2; i++) {
		if (dsp_answer_tone_turns(ends[i]))
			echo->state = DSP_ECHO_OFF;
		else if (dsp_answer_tone_is_heard(ends[i]) && echo->state == DSP_ECHO_WORKS)
			echo->state = DSP_ECHO_MUTES_NOT;
	}
	if (dsp_answer_tone_is_over(ends[0]) && dsp_answer_tone_is_over(ends[1]))
		echo->state = DSP_ECHO_WORKS;
}

static void emphasise(float *out, float *last, const int16_t *samples, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		out[i] = samples[i] - ECHO_EMPHASIS * *last;
		*last = samples[i];
	}
}

static void hop_run(struct dsp_echo *echo, int16_t *clean, const int16_t *far, const int16_t *near)
{
	float far_hop[ECHO_HOP_MAX], near_hop[ECHO_HOP_MAX], error[ECHO_HOP_MAX];
	struct echo_hop run;
	bool works = echo->state != DSP_ECHO_OFF;

	emphasise(far_hop, &echo->far_last, far, echo->hop);
	emphasise(near_hop, &echo->near_last, near, echo->hop);
	echo_filter_run(echo->filter, &run, error, far_hop, near_hop, works);
	echo_gate_run(&echo->gate, error, &run, echo->config.muting && echo->state == DSP_ECHO_WORKS);
	if (!works)
		memcpy(error, near_hop, sizeof(error));
	for (unsigned i = 0; i < echo->hop; i++) {
		echo->clean_last = error[i] + ECHO_EMPHASIS * echo->clean_last;
		clean[i] = dsp_osc_saturate(echo->clean_last);
	}
}

void dsp_echo_run(struct dsp_echo *echo, int16_t *clean, const int16_t *far, const int16_t *near, size_t count)
{
	assert(count % echo->hop == 0);
	if (echo->untouched)
		dsp_echo_reset(echo);
	for (size_t i = 0; i < count; i += echo->hop) {
		tone_obey(echo, far + i, near + i, echo->hop);
		hop_run(echo, clean + i, far + i, near + i);
	}
}

void dsp_echo_memory(const struct dsp_echo *echo, const void **start, size_t *size)
{
	echo_filter_memory(echo->filter, start, size);
}

void dsp_echo_ahead(struct dsp_echo *echo, const void *start, size_t size)
{
	echo_filter_ahead(echo->filter, start, size);
}

void dsp_echo_muting_set(struct dsp_echo *echo, bool muting)
{
	echo->config.muting = muting;
}

enum dsp_echo_state dsp_echo_state(const struct dsp_echo *echo)
{
	return echo->state;
}
