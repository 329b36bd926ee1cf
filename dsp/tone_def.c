/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/osc.h"
#include "dsp/tone.h"
#include "dsp/tone_def.h"

#define SAMPLES_PER_MS (DSP_RATE_HZ / 1000)

static const char *skip_blanks(const char *at)
{
	while (isspace((unsigned char)*at))
		at++;
	return at;
}

/* Takes a character if it is the next one. */
static bool take(const char **at, char wanted)
{
	*at = skip_blanks(*at);
	if (**at != wanted)
		return false;
	++*at;
	return true;
}

static int take_number(const char **at, unsigned long max, unsigned long *number)
{
	const char *digit = skip_blanks(*at);
	unsigned long value = 0;

	if (!isdigit((unsigned char)*digit))
		return EINVAL;
	for (; isdigit((unsigned char)*digit); digit++) {
		value = value * 10 + (unsigned long)(*digit - '0');
		if (value > max)
			return EINVAL;
	}
	*number = value;
	*at = digit;
	return 0;
}

static int take_frequency(const char **at, struct tone_segment *segment)
{
	unsigned long hz;
	int err = take_number(at, TONE_HZ_MAX, &hz);

	if (err)
		return err;
	take(at, '@');
	if (hz == 0 || hz >= TONE_HZ_AUDIBLE)
		return 0;
	if (segment->frequency_count == TONE_FREQUENCIES_MAX)
		return EINVAL;
	segment->steps[segment->frequency_count++] = dsp_osc_step((double)hz);
	return 0;
}

static int take_sound(const char **at, struct tone_segment *segment)
{
	int err = take_frequency(at, segment);

	if (err)
		return err;
	if (take(at, '*')) {
		err = take_frequency(at, segment);
		segment->modulated = segment->frequency_count == 2;
		return err;
	}
	while (!err && take(at, '+'))
		err = take_frequency(at, segment);
	return err;
}

/* empty: it lasts 0 ms. */
static int take_segment(const char **at, struct tone_segment *segment, bool *empty)
{
	unsigned long ms = TONE_MS_MAX;
	int err;

	*segment = (struct tone_segment){.once = take(at, '!')};
	err = take_sound(at, segment);
	if (!err && take(at, '/')) {
		err = take_number(at, TONE_MS_MAX, &ms);
		segment->samples = (uint32_t)ms * SAMPLES_PER_MS;
	}
	*empty = ms == 0;
	return err;
}

static int take_definition(const char *at, struct dsp_tone_def *def)
{
	do {
		struct tone_segment segment;
		bool empty;
		int err = take_segment(&at, &segment, &empty);

		if (err)
			return err;
		if (empty)
			continue;
		if (def->segment_count == TONE_SEGMENTS_MAX)
			return EINVAL;
		def->segments[def->segment_count++] = segment;
		def->repeats |= !segment.once;
	} while (take(&at, ',') || *at == '!');
	return *at || def->segment_count == 0 ? EINVAL : 0;
}

int dsp_tone_def_parse(struct dsp_tone_def **defp, const char *text, double level_dbm0)
{
	struct dsp_tone_def *def;
	int err;

	/* Written so that a level that is no number fails too. */
	if (!(level_dbm0 >= DSP_TONE_LEVEL_MIN_DBM0 && level_dbm0 <= DSP_TONE_LEVEL_MAX_DBM0))
		return EINVAL;
	if (strnlen(text, TONE_TEXT_MAX + 1) > TONE_TEXT_MAX)
		return EINVAL;
	def = calloc(1, sizeof(*def));
	if (!def)
		return ENOMEM;
	def->peak = dsp_osc_peak(level_dbm0);
	err = take_definition(text, def);
	if (err)
		dsp_tone_def_free(def);
	else
		*defp = def;
	return err;
}

void dsp_tone_def_free(struct dsp_tone_def *def)
{
	free(def);
}
