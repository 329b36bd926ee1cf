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

static void play_modulated(struct dsp_tone *tone, const struct tone_segment *segment, int16_t *samples,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float envelope = 1 + MODULATION * dsp_osc_sine(tone->phases[1]);

		samples[i] = dsp_osc_saturate(tone->def->peak * envelope * dsp_osc_sine(tone->phases[0]));
		tone->phases[0] += segment->steps[0];
		tone->phases[1] += segment->steps[1];
	}
}

static void play_sum(struct dsp_tone *tone, const struct tone_segment *segment, int16_t *samples,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float sum = 0;

		for (size_t k = 0; k < segment->frequency_count; k++) {
			sum += dsp_osc_sine(tone->phases[k]);
			tone->phases[k] += segment->steps[k];
		}
		samples[i] = dsp_osc_saturate(tone->def->peak * sum);
	}
}

static void play(struct dsp_tone *tone, const struct tone_segment *segment, int16_t *samples, size_t count)
{
	if (segment->modulated) {
		play_modulated(tone, segment, samples, count);
		return;
	}
	play_sum(tone, segment, samples, count);
	/* After a silence a tone begins at a zero, without a click; between two tones the phase goes on. */
	if (segment->frequency_count == 0)
		memset(tone->phases, 0, sizeof(tone->phases));
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
	while (count > 0 && tone->def) {
		const struct tone_segment *segment = &tone->def->segments[tone->segment];
		size_t part = count;

		if (segment->samples && part > segment->samples - tone->position)
			part = segment->samples - tone->position;
		play(tone, segment, samples, part);
		samples += part;
		count -= part;
		if (!segment->samples)
			continue;
		tone->position += (uint32_t)part;
		if (tone->position == segment->samples)
			next_segment(tone);
	}
	memset(samples, 0, count * sizeof(*samples));
	return tone->def != NULL;
}
