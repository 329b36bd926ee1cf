/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "gateway/phone/cadence.h"

#define MS_NS        UINT64_C(1000000)
#define SLACK_NS     (10 * MS_NS)
#define SLACK_PARTS  20 /* one part in so many: 5 % */

static uint64_t slack_ns(unsigned ms)
{
	return SLACK_NS + ms * MS_NS / SLACK_PARTS;
}

static const struct tones_step *step_expected(const struct cadence *cadence, size_t index)
{
	return &cadence->country->patterns[index].steps[cadence->follow[index].at];
}

static bool step_is(const struct tones_step *expected, const struct cadence_step *step)
{
	switch (step->kind) {
	case CADENCE_SILENCE:
	case CADENCE_TONE:
		return tones_hz_equal(expected->hz, step->hz);
	case CADENCE_UNKNOWN:
		return expected->hz[0];
	case CADENCE_SOUND:
		break;
	}
	return false;
}

/* Every row of the table whose first step these frequencies are. */
static unsigned might_be(const struct cadence *cadence, const unsigned *hz)
{
	unsigned names = 0;

	for (size_t i = 0; i < cadence->country->count; i++) {
		const struct tones_pattern *pattern = &cadence->country->patterns[i];

		if (hz[0] && tones_hz_equal(pattern->steps[0].hz, hz))
			names |= 1U << pattern->name;
	}
	return names;
}

static void emit(struct cadence *cadence, enum cadence_event_kind kind, struct cadence_event *event)
{
	event->kind = kind;
	cadence->handler(event, cadence->arg);
}

static bool is_sound(enum cadence_kind kind)
{
	return kind != CADENCE_SILENCE;
}

/* The names of the patterns still followed, as bits. */
static unsigned names_left(const struct cadence *cadence)
{
	unsigned names = 0;

	for (size_t i = 0; i < cadence->country->count; i++) {
		if (cadence->follow[i].alive)
			names |= 1U << cadence->country->patterns[i].name;
	}
	return names;
}

static void tone_named(struct cadence *cadence, enum cadence_state state, enum tones_name name)
{
	cadence->state = state;
	cadence->tone.name = name;
	emit(cadence, CADENCE_NAMED, &cadence->tone);
}

static void tone_open(struct cadence *cadence)
{
	const struct cadence_step *step = &cadence->step;

	cadence->state = CADENCE_OPEN;
	cadence->tone = (struct cadence_event){.name = TONES_OTHER,
		.begun_ns = step->begun_ns,
		.ended_ns = step->begun_ns,
		.level_dbm0 = step->level_dbm0,
		.accuracy = {.hz_off = -1},
		.might_be = might_be(cadence, step->hz)};
	memcpy(cadence->tone.hz, step->hz, sizeof step->hz);
	for (size_t i = 0; i < cadence->country->count; i++) {
		cadence->follow[i].at = 0;
		cadence->follow[i].worst_ns = 0;
		cadence->follow[i].segments = 0;
		cadence->follow[i].alive = step_is(step_expected(cadence, i), step);
	}
}

/* The step in progress is all there was, and it begins no pattern of the table. */
static void tone_orphaned(struct cadence *cadence)
{
	if (cadence->state == CADENCE_ORPHAN)
		return;
	if (cadence->state == CADENCE_FOLLOWING) {
		cadence->tone.ended_ns = cadence->tone.begun_ns; /* it never was what it was called */
		emit(cadence, CADENCE_ENDED, &cadence->tone);
	}
	tone_named(cadence, CADENCE_ORPHAN, TONES_OTHER);
}

/* No pattern goes on like this. A tone in progress may be the beginning of another. */
static void tone_broken(struct cadence *cadence)
{
	bool fresh = cadence->tone.begun_ns == cadence->step.begun_ns;

	if (fresh && cadence->step.kind == CADENCE_TONE) {
		tone_orphaned(cadence);
		return;
	}
	if (cadence->state != CADENCE_OPEN)
		emit(cadence, CADENCE_ENDED, &cadence->tone);
	else if (!fresh)
		emit(cadence, CADENCE_SCRAP, &cadence->tone);
	cadence->state = CADENCE_IDLE;
	if (cadence->step.kind == CADENCE_TONE || cadence->step.kind == CADENCE_UNKNOWN)
		tone_open(cadence);
}

static void tone_settle(struct cadence *cadence)
{
	unsigned names = names_left(cadence);

	if (!names) {
		tone_broken(cadence);
		names = names_left(cadence);
	}
	if (cadence->state != CADENCE_OPEN || !names || (names & (names - 1)))
		return;
	if (cadence->step.kind == CADENCE_UNKNOWN)
		return; /* its frequencies are still to come */
	tone_named(cadence, CADENCE_FOLLOWING, (enum tones_name)__builtin_ctz(names));
}

static void voice_ended(struct cadence *cadence)
{
	if (!cadence->voice_open)
		return;
	cadence->voice_open = false;
	emit(cadence, cadence->voice_named ? CADENCE_ENDED : CADENCE_SCRAP, &cadence->voice);
}

static void voice_tick(struct cadence *cadence, uint64_t now_ns)
{
	uint64_t lasted_ns = now_ns > cadence->step.begun_ns ? now_ns - cadence->step.begun_ns : 0;

	if (cadence->voice_open && cadence->step.kind == CADENCE_SILENCE &&
		lasted_ns > CADENCE_PAUSE_MS * MS_NS)
		voice_ended(cadence);
	if (cadence->step.kind != CADENCE_SOUND)
		return;
	if (!cadence->voice_open) {
		cadence->voice_open = true;
		cadence->voice_named = false;
		cadence->voice = (struct cadence_event){.name = TONES_OTHER,
			.begun_ns = cadence->step.begun_ns,
			.level_dbm0 = cadence->step.level_dbm0};
	}
	if (!cadence->voice_named && lasted_ns >= CADENCE_VOICE_MS * MS_NS) {
		cadence->voice_named = true;
		cadence->voice.name = TONES_VOICE;
		emit(cadence, CADENCE_NAMED, &cadence->voice);
	}
}

/* The patterns that allow the step in progress to have lasted so long. */
static void follow_tick(struct cadence *cadence, uint64_t now_ns)
{
	for (size_t i = 0; i < cadence->country->count; i++) {
		const struct tones_step *expected = step_expected(cadence, i);
		uint64_t longest_ns = expected->ms * MS_NS + slack_ns(expected->ms);

		if (expected->ms && now_ns > cadence->step.begun_ns + longest_ns)
			cadence->follow[i].alive = false;
	}
}

/* Of the patterns that are left any will do: what tells them apart is still to come. */
static void accuracy_take(struct cadence *cadence)
{
	for (size_t i = 0; i < cadence->country->count; i++) {
		if (!cadence->follow[i].alive)
			continue;
		cadence->tone.accuracy.ms_off = (double)cadence->follow[i].worst_ns / MS_NS;
		cadence->tone.accuracy.segments = cadence->follow[i].segments;
		cadence->tone.accuracy.wanted = (unsigned)cadence->country->patterns[i].count - 1;
	}
}

static void segment_measure(struct cadence *cadence, size_t index, uint64_t lasted_ns)
{
	uint64_t expected_ns = step_expected(cadence, index)->ms * MS_NS;
	uint64_t off_ns = lasted_ns > expected_ns ? lasted_ns - expected_ns : expected_ns - lasted_ns;

	cadence->follow[index].segments++;
	if (off_ns > cadence->follow[index].worst_ns)
		cadence->follow[index].worst_ns = off_ns;
}

static void follow_finish(struct cadence *cadence, uint64_t ended_ns, bool hung_up)
{
	uint64_t lasted_ns = ended_ns - cadence->step.begun_ns;

	for (size_t i = 0; i < cadence->country->count; i++) {
		const struct tones_pattern *pattern = &cadence->country->patterns[i];
		const struct tones_step *expected = step_expected(cadence, i);

		if (!step_is(expected, &cadence->step) || !expected->ms ||
			lasted_ns + slack_ns(expected->ms) < expected->ms * MS_NS)
			cadence->follow[i].alive = false;
		if (cadence->follow[i].alive && !hung_up)
			segment_measure(cadence, i, lasted_ns);
		if (++cadence->follow[i].at == pattern->count)
			cadence->follow[i].at = pattern->loop;
	}
	accuracy_take(cadence);
}

void cadence_init(struct cadence *cadence, const struct tones_country *country, uint64_t now_ns,
	cadence_h *handler, void *arg)
{
	*cadence = (struct cadence){.country = country, .handler = handler, .arg = arg};
	cadence->step.begun_ns = now_ns;
}

void cadence_begin(struct cadence *cadence, const struct cadence_step *step)
{
	uint64_t at_ns = step->begun_ns;

	if (cadence->step.kind == CADENCE_UNKNOWN)
		cadence->step.kind = CADENCE_SOUND;
	voice_tick(cadence, at_ns);
	if (is_sound(cadence->step.kind)) {
		cadence->tone.ended_ns = at_ns;
		cadence->voice.ended_ns = at_ns;
		cadence->tone.accuracy.hz_off = fmax(cadence->tone.accuracy.hz_off, cadence->step.hz_off);
	}
	if (cadence->state != CADENCE_IDLE) {
		follow_tick(cadence, at_ns);
		follow_finish(cadence, at_ns, step->hung_up);
	}
	cadence->step = *step;
	if (cadence->state == CADENCE_IDLE && is_sound(step->kind) && step->kind != CADENCE_SOUND)
		tone_open(cadence);
	cadence_classify(cadence, step, at_ns);
}

void cadence_classify(struct cadence *cadence, const struct cadence_step *step, uint64_t now_ns)
{
	uint64_t begun_ns = cadence->step.begun_ns;

	cadence->step = *step;
	cadence->step.begun_ns = begun_ns;
	if (step->kind == CADENCE_TONE)
		voice_ended(cadence);
	/* A sequence that this step began learns its frequencies only now. */
	if (cadence->state == CADENCE_OPEN && cadence->tone.begun_ns == begun_ns &&
		step->kind == CADENCE_TONE)
		tone_open(cadence);
	for (size_t i = 0; i < cadence->country->count && cadence->state != CADENCE_IDLE; i++) {
		if (!step_is(step_expected(cadence, i), &cadence->step))
			cadence->follow[i].alive = false;
	}
	cadence_tick(cadence, now_ns);
}

void cadence_frequency(struct cadence *cadence, double hz_off)
{
	cadence->step.hz_off = hz_off;
}

void cadence_tick(struct cadence *cadence, uint64_t now_ns)
{
	if (cadence->state != CADENCE_IDLE) {
		follow_tick(cadence, now_ns);
		tone_settle(cadence);
	}
	voice_tick(cadence, now_ns);
}
