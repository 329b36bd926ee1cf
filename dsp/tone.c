/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/osc.h"
#include "dsp/tone.h"
#include "dsp/tone_def.h"

#define MODULATION 0.9f

struct dsp_tone {
	const struct dsp_tone_def *def; /* NULL: silent */
	size_t segment;
	uint32_t position;              /* samples of the segment already played */
	bool repeating;                 /* past the first time through */
	uint32_t phases[TONE_FREQUENCIES_MAX];
};

int dsp_tone_alloc(struct dsp_tone **tonep)
{
	struct dsp_tone *tone = calloc(1, sizeof(*tone));

	if (!tone)
		return ENOMEM;
	*tonep = tone;
	return 0;
}

void dsp_tone_free(struct dsp_tone *tone)
{
	free(tone);
}

void dsp_tone_start(struct dsp_tone *tone, const struct dsp_tone_def *def)
{
	*tone = (struct dsp_tone){.def = def};
}

static void next_segment(struct dsp_tone *tone)
{
	const struct dsp_tone_def *def = tone->def;

	tone->position = 0;
	do {
		if (++tone->segment == def->segment_count) {
			if (!def->repeats) {
				tone->def = NULL;
				return;
			}
			tone->segment = 0;
			tone->repeating = true;
		}
	} while (tone->repeating && def->segments[tone->segment].once);
}

static void play_modulated(const struct dsp_tone *tone, const struct tone_segment *segment, int16_t *samples,
	size_t count)
{
	uint32_t carrier = tone->phases[0], envelope = tone->phases[1];

	for (size_t i = 0; i < count; i++) {
		float gain = tone->def->peak * (1 + MODULATION * dsp_osc_sine(envelope));

		samples[i] = dsp_osc_saturate(gain * dsp_osc_sine(carrier));
		carrier += segment->steps[0];
		envelope += segment->steps[1];
	}
}

static void play_sum(const struct dsp_tone *tone, const struct tone_segment *segment, int16_t *samples,
	size_t count)
{
	uint32_t phases[TONE_FREQUENCIES_MAX];

	memcpy(phases, tone->phases, sizeof(phases));
	for (size_t i = 0; i < count; i++) {
		float sum = 0;

		for (size_t k = 0; k < segment->frequency_count; k++) {
			sum += dsp_osc_sine(phases[k]);
			phases[k] += segment->steps[k];
		}
		samples[i] = dsp_osc_saturate(tone->def->peak * sum);
	}
}

/* After a silence a tone begins at a zero, without a click; between two tones the phase goes on. */
static void phases_pass(struct dsp_tone *tone, const struct tone_segment *segment, size_t count)
{
	if (segment->frequency_count == 0)
		memset(tone->phases, 0, sizeof(tone->phases));
	for (size_t k = 0; k < TONE_FREQUENCIES_MAX; k++)
		tone->phases[k] += segment->steps[k] * (uint32_t)count;
}

static void play(const struct dsp_tone *tone, const struct tone_segment *segment, int16_t *samples, size_t count)
{
	if (segment->modulated)
		play_modulated(tone, segment, samples, count);
	else if (segment->frequency_count == 0)
		memset(samples, 0, count * sizeof(*samples));
	else
		play_sum(tone, segment, samples, count);
}

/* How many of the count samples the tone has. samples NULL: nobody hears them. */
static size_t pass(struct dsp_tone *tone, int16_t *samples, size_t count)
{
	size_t done = 0;

	while (done < count && tone->def) {
		const struct tone_segment *segment = &tone->def->segments[tone->segment];
		size_t part = count - done;

		if (segment->samples && part > segment->samples - tone->position)
			part = segment->samples - tone->position;
		if (samples)
			play(tone, segment, samples + done, part);
		phases_pass(tone, segment, part);
		done += part;
		if (!segment->samples)
			continue;
		tone->position += (uint32_t)part;
		if (tone->position == segment->samples)
			next_segment(tone);
	}
	return done;
}

bool dsp_tone_is_playing(const struct dsp_tone *tone)
{
	return tone->def != NULL;
}

bool dsp_tone_sounds(const struct dsp_tone *tone)
{
	return tone->def && tone->def->segments[tone->segment].frequency_count > 0;
}

bool dsp_tone_fill(struct dsp_tone *tone, int16_t *samples, size_t count)
{
	size_t done = pass(tone, samples, count);

	memset(samples + done, 0, (count - done) * sizeof(*samples));
	return tone->def != NULL;
}

void dsp_tone_skip(struct dsp_tone *tone, size_t count)
{
	(void)pass(tone, NULL, count);
}
