/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random sequences (soak.h). usage: gateway_soak_test [COUNT [SEED [STYLE]]]
 * COUNT sequences for each style; SEED is that of the first, the next ones count on, so that COUNT 1 plays one again. Sequences are
 * played in a process of their own: one that fails, or crashes, is played again with fewer and fewer steps as long as it fails in
 * the same way, and then told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/line/line_private.h"
#include "tests/soak/soak.h"

#define SEED_FIRST     1
#define COUNT_USUAL    334 /* a thousand in all */
#define FAILURES_MAX   20  /* of a style: more tell nothing new */
#define WHY_MAX        400
#define DIGIT_MAP      "(1xx|9xx|xxxxxx.T|[*#]x.T)"
#define NEIGHBOURS_MEDIA ((struct media_line *)&soak_neighbour) /* any but NULL, which is the line's */

#define COMPLETION ((struct completion *)&soak_neighbour)            /* ... which the world plays */

static const char *const style_names[] = {"bellcore", "etsi", "network"};

struct soak_neighbour soak_neighbour;
struct soak_coverage *soak_coverage;

/* In shared memory: how far the playing process came. */
static struct {
	unsigned done;
	uint64_t steps;
} *progress;

/* splitmix64 */
uint64_t soak_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void sequence_make(struct soak_sequence *sequence, uint64_t seed, uint8_t style)
{
	uint64_t state = seed * 3 + style;

	sequence->seed = seed;
	sequence->style = style;
	sequence->step_count = 10 + (unsigned)(soak_random(&state) % (SOAK_STEPS_MAX - 10));
	for (unsigned i = 0; i < sequence->step_count; i++) {
		uint64_t bits = soak_random(&state);

		sequence->steps[i] = (struct soak_step){(uint16_t)bits, (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
	}
}

/* ---- playing ---- */

struct line_step __real_line_fsm_step(enum line_state state, enum line_event event);
struct line_step __wrap_line_fsm_step(enum line_state state, enum line_event event);

struct line_step __wrap_line_fsm_step(enum line_state state, enum line_event event)
{
	struct line_step step = __real_line_fsm_step(state, event);

	soak_coverage->pairs[state][event]++;
	if (!step.known) {
		soak_coverage->surprised = state;
		soak_coverage->surprise = event;
	}
	return step;
}

static void world_make(const struct soak_sequence *sequence, bool tell)
{
	struct soak_neighbour *beside = &soak_neighbour;

	line_world_make(DIGIT_MAP);
	memset(beside, 0, sizeof(*beside));
	beside->configs[1] = (struct config_line){.name = "2", .profile = &world.profile, .account = &world.account};
	soak_profile_make(sequence->seed, sequence->style, tell);
	beside->configs[0] = world.config;
	snprintf(beside->configs[0].number.text, sizeof(beside->configs[0].number.text), "21");
	for (int i = 0; i < 2; i++)
		snprintf(beside->configs[i].pickup.text, sizeof(beside->configs[i].pickup.text), "p");
	world.line->config = &beside->configs[0];
	world.whole.lines = beside->configs;
	world.whole.line_count = 2;
	assert_int_equal(line_alloc(&beside->line, NULL, &beside->configs[1], &world.leg_config, &world.directory,
		&beside->subscriber, NULL, NEIGHBOURS_MEDIA), 0);
	beside->both[0] = world.line;
	beside->both[1] = beside->line;
	world.directory.lines = beside->both;
	line_completion_set(world.line, COMPLETION);
}

static void world_free(void)
{
	offers_free(&soak_neighbour.offers);
	line_free(soak_neighbour.line);
	line_world_free();
}

/* All that may legitimately ring back, one after the other. */
static unsigned rest_ms(void)
{
	const struct config_profile *profile = &world.profile;

	return (3 * profile->ring_s + profile->transfer_s + profile->emergency_hold_s + profile->csh_s) * 1000;
}

static void play(const struct soak_sequence *sequence, bool tell)
{
	world_make(sequence, tell);
	for (unsigned i = 0; i < sequence->step_count; i++) {
		if (!soak_step_do(&sequence->steps[i], tell))
			continue;
		if (tell) {
			printf("%40s-> %s\n", "", line_state_name(world.line->state));
			fflush(stdout);
		}
		progress->steps++;
		soak_judge();
	}
	soak_wind_up(tell);
	soak_judge();
	soak_time_passes(rest_ms());
	line_media_changed(soak_neighbour.line);
	media_obeys();
	soak_judge();
	soak_judge_end();
	world_free();
}

/* ---- in a process of its own ---- */

struct batch {
	struct soak_sequence one; /* when count is 1 */
	uint8_t style;
	uint64_t seed;
	unsigned count;
	bool tell;
};

static void test_batch(void **state)
{
	const struct batch *batch = *state;
	struct soak_sequence sequence;

	if (batch->count == 1) {
		play(&batch->one, batch->tell);
		return;
	}
	for (unsigned i = 0; i < batch->count; i++) {
		sequence_make(&sequence, batch->seed + i, batch->style);
		play(&sequence, false);
		progress->done++;
	}
}

/* What cmocka says of it: by fail_msg, else where an assertion stands. */
static void why_read(FILE *output, char why[WHY_MAX])
{
	char line[512];

	snprintf(why, WHY_MAX, "nothing was said\n");
	rewind(output);
	while (fgets(line, sizeof(line), output)) {
		if (strncmp(line, "ERROR: ", 7) == 0)
			snprintf(why, WHY_MAX, "%.*s", WHY_MAX - 1, line + 7);
		else if (strstr(line, ": error: ") && !strstr(line, "judge.c"))
			snprintf(why, WHY_MAX, "%.*s", WHY_MAX - 1, strrchr(line, ' ') && strrchr(line, '/') ? strrchr(line, '/') + 1 : line);
	}
}

/* The story of the sequence is in what the process said. */
static void story_copy(FILE *output)
{
	char line[512];

	rewind(output);
	while (fgets(line, sizeof(line), output)) {
		if (line[0] != '[' && strncmp(line, "ERROR: ", 7) != 0 && !strstr(line, "FAILED TEST") && line[0] != '\n')
			printf("# %s", line);
	}
}

/* True: all went well. */
static bool batch_run(const struct batch *batch, char why[WHY_MAX])
{
	FILE *output = tmpfile();
	int status = 0;
	pid_t pid;

	fflush(stdout);
	progress->done = 0;
	pid = fork();
	if (pid == 0) {
		const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(test_batch, (void *)(uintptr_t)batch)};

		unsetenv("CMOCKA_MESSAGE_OUTPUT");
		dup2(fileno(output), STDOUT_FILENO);
		dup2(fileno(output), STDERR_FILENO);
		_exit(cmocka_run_group_tests(tests, NULL, NULL));
	}
	waitpid(pid, &status, 0);
	why_read(output, why);
	if (batch->tell)
		story_copy(output);
	fclose(output);
	if (status && !WIFEXITED(status))
		snprintf(why, WHY_MAX, "killed by signal %d\n", WTERMSIG(status));
	return status == 0;
}

static bool fails_alike(const struct soak_sequence *sequence, const char *why)
{
	struct batch batch = {.one = *sequence, .count = 1};
	char now[WHY_MAX];

	return !batch_run(&batch, now) && strcmp(now, why) == 0;
}

static void without(struct soak_sequence *shorter, const struct soak_sequence *sequence, unsigned from, unsigned count)
{
	*shorter = *sequence;
	shorter->step_count -= count;
	memmove(&shorter->steps[from], &sequence->steps[from + count],
		(sequence->step_count - from - count) * sizeof(sequence->steps[0]));
}

/* Drops halves, quarters ... and at last single steps. */
static void shrink(struct soak_sequence *sequence, const char *why)
{
	struct soak_sequence shorter;

	for (unsigned size = sequence->step_count; size > 0; size /= 2) {
		for (unsigned from = 0; from + size <= sequence->step_count;) {
			without(&shorter, sequence, from, size);
			if (fails_alike(&shorter, why))
				*sequence = shorter;
			else
				from += size;
		}
	}
}

static void failure_tell(struct batch *batch, const char *why, unsigned steps)
{
	char ignored[WHY_MAX];

	printf("# seed %llu, style %s: %u of %u steps are enough: %s", (unsigned long long)batch->one.seed,
		style_names[batch->one.style], batch->one.step_count, steps, why);
	batch->tell = true;
	(void)batch_run(batch, ignored);
}

/* The first of each kind is shrunk and told. */
static void failure_judge(uint64_t seed, uint8_t style)
{
	static char known[3 * FAILURES_MAX][WHY_MAX];
	static unsigned known_count;
	struct batch batch = {.count = 1};
	char why[WHY_MAX];
	unsigned steps;

	sequence_make(&batch.one, seed, style);
	steps = batch.one.step_count;
	if (batch_run(&batch, why)) {
		printf("# seed %llu, style %s fails only after others\n", (unsigned long long)seed, style_names[style]);
		return;
	}
	for (unsigned i = 0; i < known_count; i++) {
		if (strcmp(known[i], why) == 0)
			return;
	}
	strcpy(known[known_count++], why);
	shrink(&batch.one, why);
	failure_tell(&batch, why, steps);
}

static unsigned style_play(uint8_t style, uint64_t seed, unsigned count)
{
	unsigned at = 0, failures = 0;
	char why[WHY_MAX];

	while (at < count && failures < FAILURES_MAX) {
		struct batch batch = {.style = style, .seed = seed + at, .count = count - at};

		if (batch.count == 1)
			sequence_make(&batch.one, batch.seed, style);
		if (batch_run(&batch, why))
			break;
		at += progress->done;
		failure_judge(seed + at++, style);
		failures++;
	}
	return failures;
}

/* ---- what was seen ---- */

static void pairs_count(unsigned *seen, unsigned *listed)
{
	*seen = *listed = 0;
	for (int state = 0; state < LINE_STATE_COUNT; state++) {
		for (int event = 0; event < LINE_EVENT_COUNT; event++) {
			if (!__real_line_fsm_step(state, event).known)
				continue;
			++*listed;
			*seen += soak_coverage->pairs[state][event] != 0;
			if (!soak_coverage->pairs[state][event] && getenv("SOAK_UNSEEN"))
				printf("# not seen: %s while %s\n", line_event_name(event), line_state_name(state));
		}
	}
}

static void *shared(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : COUNT_USUAL, seen, listed, failures = 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : SEED_FIRST;
	const char *only = argc > 3 ? argv[3] : NULL;

	soak_coverage = shared(sizeof(*soak_coverage));
	progress = shared(sizeof(*progress));
	if (soak_coverage == MAP_FAILED || (void *)progress == MAP_FAILED)
		return 1;
	for (uint8_t style = 0; style < 3; style++) {
		time_t start = time(NULL);
		unsigned failed;

		if (only && strcmp(only, style_names[style]) != 0)
			continue;
		progress->steps = 0;
		failed = style_play(style, seed, count);
		printf("%s %u random sequences from seed %llu, style %s", failed ? "not ok" : "ok", count, (unsigned long long)seed,
			style_names[style]);
		printf(failed ? ": %u of them failed\n" : "\n", failed);
		printf("# style %s: %llu steps in %u s\n", style_names[style], (unsigned long long)progress->steps,
			(unsigned)(time(NULL) - start));
		failures += failed;
	}
	pairs_count(&seen, &listed);
	printf("# %u of %u listed pairs of state and event happened\n", seen, listed);
	return failures != 0;
}
