/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random edges against the rules as one would judge a finished recording: with the whole strip of
 * paper on the table, one break after the other, in whole milliseconds. It shares nothing with
 * hook.c, which must decide while the pen still moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/hook.h"

#define SEQUENCES   10000
#define EDGES_MAX   41
#define STORIES_MAX 200
#define MS_NS       UINT64_C(1000000)
#define END_MS      5000 /* of quiet after the last edge */

/* Edges in turn: the loop closes, opens, closes ... from on-hook. */
struct strip {
	int ms[EDGES_MAX + 1];
	enum fxs_hook_mode mode[EDGES_MAX + 1]; /* from this edge on */
	int count;
};

struct told {
	enum fxs_hook_verdict_kind kind;
	char digit;
	int edge_ms;
};

struct story {
	struct told told[STORIES_MAX];
	int count;
};

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % limit;
}

/* Lengths gather around the limits. */
static int random_length(uint32_t *seed)
{
	static const int ranges[][2] = {{1, 20}, {1, 20}, {13, 17}, {30, 135}, {30, 135}, {30, 135},
		{125, 210}, {190, 400}, {1150, 1250}, {1, 3000}};
	const int *range = ranges[random_below(seed, 10)];

	return range[0] + (int)random_below(seed, (uint32_t)(range[1] - range[0] + 1));
}

static void strip_draw(struct strip *strip, uint32_t *seed)
{
	int ms = 0;

	strip->count = 1 + (int)random_below(seed, EDGES_MAX);
	for (int i = 0; i < strip->count; i++) {
		bool change = i == 0 || random_below(seed, 8) == 0;

		ms += random_length(seed);
		strip->ms[i] = ms;
		strip->mode[i] = change ? (enum fxs_hook_mode)random_below(seed, 3) : strip->mode[i - 1];
	}
	strip->ms[strip->count] = ms + END_MS;
}

/* ---- the reading of a finished strip ---- */

struct reader {
	const struct fxs_hook_config *limits;
	const struct strip *strip;
	struct story *story;
	int at;         /* the edge that is read next */
	int pulses, train_ms, last_make_ms;
	bool begun;
};

static void note(struct reader *reader, enum fxs_hook_verdict_kind kind, char digit, int edge_ms)
{
	assert_true(reader->story->count < STORIES_MAX);
	reader->story->told[reader->story->count++] = (struct told){kind, digit, edge_ms};
}

static void train_close(struct reader *reader)
{
	if (reader->pulses >= 1 && reader->pulses <= 10)
		note(reader, FXS_HOOK_DIGIT, "0123456789"[reader->pulses % 10], reader->train_ms);
	reader->pulses = 0;
	reader->begun = false;
}

/* Whether a loop that has been open for so long is hung up. */
static bool is_hung_up(const struct fxs_hook_config *limits, enum fxs_hook_mode mode, int length_ms)
{
	int pulse = (int)limits->pulse_max_ms, flash = (int)limits->flash_max_ms;

	if (mode == FXS_HOOK_IDLE || (mode == FXS_HOOK_IN_CALL && flash == 0))
		return length_ms >= 15;
	if (mode == FXS_HOOK_IN_CALL)
		return length_ms > flash;
	return length_ms > flash && length_ms > pulse;
}

/* A break from its first edge to the make that lasts 8 ms or to the hang-up; tells which it was. */
static bool break_read(struct reader *reader)
{
	const struct strip *strip = reader->strip;
	int begin_ms = strip->ms[reader->at], length_ms;
	enum fxs_hook_mode mode = strip->mode[reader->at];

	if (reader->pulses && begin_ms - reader->last_make_ms >= (int)reader->limits->pulse_gap_ms)
		train_close(reader);
	if (reader->pulses)
		mode = FXS_HOOK_COLLECTING;
	for (;;) {
		int close_ms = strip->ms[reader->at + 1];
		bool last = reader->at + 1 >= strip->count;

		length_ms = close_ms - begin_ms;
		if (length_ms >= 15 && mode == FXS_HOOK_COLLECTING && !reader->begun) {
			reader->begun = true;
			reader->train_ms = begin_ms;
			note(reader, FXS_HOOK_PULSE_BEGUN, 0, begin_ms);
		}
		if (is_hung_up(reader->limits, mode, length_ms)) {
			note(reader, FXS_HOOK_ON_HOOK, 0, begin_ms);
			reader->pulses = 0;
			reader->begun = false;
			reader->at++;
			return true;
		}
		assert_false(last);
		reader->at += 2;
		if (reader->at >= strip->count || strip->ms[reader->at] - close_ms >= 8)
			break;
	}
	if (length_ms < 15)
		return false;
	if (mode == FXS_HOOK_COLLECTING && length_ms <= (int)reader->limits->pulse_max_ms) {
		reader->pulses++;
		reader->last_make_ms = begin_ms + length_ms;
		return false;
	}
	reader->pulses = 0;
	reader->begun = false;
	if (length_ms >= (int)reader->limits->flash_min_ms && length_ms <= (int)reader->limits->flash_max_ms)
		note(reader, FXS_HOOK_FLASH, 0, begin_ms);
	return false;
}

static void strip_read(const struct strip *strip, const struct fxs_hook_config *limits, struct story *story)
{
	struct reader reader = {.limits = limits, .strip = strip, .story = story};
	bool on_hook = true;

	story->count = 0;
	while (reader.at < strip->count) {
		if (on_hook) {
			note(&reader, FXS_HOOK_OFF_HOOK, 0, strip->ms[reader.at]);
			reader.at++;
			on_hook = false;
		} else {
			on_hook = break_read(&reader);
		}
	}
	if (!on_hook)
		train_close(&reader);
}

/* ---- what hook.c says, stepped in different ways ---- */

static void story_add(struct story *story, const struct fxs_hook_verdict *verdicts, size_t count,
	uint64_t now_ns)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(story->count < STORIES_MAX);
		assert_true(verdicts[i].at_ns <= now_ns);
		assert_true(verdicts[i].edge_ns <= verdicts[i].at_ns);
		story->told[story->count++] = (struct told){verdicts[i].kind, verdicts[i].digit,
			(int)(verdicts[i].edge_ns / MS_NS)};
	}
}

static void step_until(struct fxs_hook *hook, struct story *story, uint64_t *now_ns, uint64_t end_ns,
	int every_ms)
{
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX];

	for (;;) {
		uint64_t next_ns = every_ms ? *now_ns + (uint64_t)every_ms * MS_NS
					    : fxs_hook_next_ns(hook);

		if (next_ns > end_ns)
			return;
		*now_ns = next_ns;
		story_add(story, verdicts, fxs_hook_step(hook, next_ns, verdicts), next_ns);
	}
}

/* every_ms: 0 exactly when asked for; negative: not at all between edges. */
static void strip_play(const struct strip *strip, const struct fxs_hook_config *limits, int every_ms,
	struct story *story)
{
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX];
	struct fxs_hook *hook;
	uint64_t now_ns = 0, end_ns = (uint64_t)strip->ms[strip->count] * MS_NS;

	story->count = 0;
	assert_int_equal(fxs_hook_alloc(&hook, limits, false, 0), 0);
	for (int i = 0; i < strip->count; i++) {
		uint64_t edge_ns = (uint64_t)strip->ms[i] * MS_NS;

		if (every_ms >= 0)
			step_until(hook, story, &now_ns, edge_ns, every_ms);
		fxs_hook_mode_set(hook, strip->mode[i]);
		story_add(story, verdicts, fxs_hook_edge(hook, i % 2 == 0, edge_ns, verdicts), edge_ns);
	}
	story_add(story, verdicts, fxs_hook_step(hook, end_ns, verdicts), end_ns);
	fxs_hook_free(hook);
}

static void story_print(const char *who, const struct story *story)
{
	static const char *const names[] = {"off-hook", "on-hook", "flash", "begun", "digit"};

	printf("%s:", who);
	for (int i = 0; i < story->count; i++)
		printf(" %s%c@%d", names[story->told[i].kind], story->told[i].digit ? story->told[i].digit : ' ',
			story->told[i].edge_ms);
	printf("\n");
}

static void stories_compare(const struct strip *strip, const struct story *model, const struct story *real,
	int every_ms)
{
	bool same = model->count == real->count;

	for (int i = 0; same && i < model->count; i++)
		same = model->told[i].kind == real->told[i].kind &&
		       model->told[i].digit == real->told[i].digit &&
		       model->told[i].edge_ms == real->told[i].edge_ms;
	if (same)
		return;
	for (int i = 0; i < strip->count; i++)
		printf("%s%d/%u ", i % 2 ? "_" : "^", strip->ms[i], strip->mode[i]);
	printf("(stepped every %d)\n", every_ms);
	story_print("rules", model);
	story_print("hook.c", real);
	fail();
}

static void test_random_edges_are_judged_by_the_rules(void **state)
{
	static const unsigned windows[][2] = {{80, 1200}, {50, 120}, {200, 1500}, {0, 0}};
	static const int steps_ms[] = {0, 1, 20, -1};
	static struct strip strip;
	static struct story model, real;
	uint32_t seed = 20240229;

	(void)state;
	for (int i = 0; i < SEQUENCES; i++) {
		struct fxs_hook_config limits = fxs_hook_defaults;

		limits.flash_min_ms = windows[i % 4][0];
		limits.flash_max_ms = windows[i % 4][1];
		strip_draw(&strip, &seed);
		strip_read(&strip, &limits, &model);
		for (size_t s = 0; s < 4; s++) {
			if (steps_ms[s] == 1 && i % 16)
				continue;
			strip_play(&strip, &limits, steps_ms[s], &real);
			stories_compare(&strip, &model, &real, steps_ms[s]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_edges_are_judged_by_the_rules),
	};

	return cmocka_run_group_tests_name("fxs_hook_random", tests, NULL, NULL);
}
