/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cases, by the loop (closed above, open below). b = bounce_ms, m = make_ms, H = the time after
 * which a break in its mode can only be a hang-up. X marks when a verdict is told.
 *
 *   lifted                           hung up
 *         ┌─────────                   ─────┐
 *   ──────┘                                 └──────────────
 *         X OFF_HOOK                        |←── H ──→X ON_HOOK
 *
 *   bounce: a break under b          bounce: a make under m leaves the break one break
 *   ─────┐ ┌────────                 ─────┐  ┌┐ ┌┐ ┌────────
 *        └─┘                              └──┘└─┘└─┘
 *        <b  nothing                      |←─ break ─→|
 *
 *   flash: certain when its make is one
 *   ─────┐      ┌─────────
 *        └──────┘|←m→X FLASH
 *
 *   a pulse train, while digits are collected
 *   ─────┐    ┌───┐    ┌───┐    ┌───────────────────
 *        └────┘   └────┘   └────┘
 *        |←b→X PULSE_BEGUN      |←─ pulse_gap ─→X DIGIT '3'
 *
 * The last break of a train may turn out to be bounce (the gap goes on), a flash or a hang-up (the
 * train is forgotten).
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "fxs/hook.h"

#define MS_NS      UINT64_C(1000000)
#define NEVER      UINT64_MAX
#define PULSES_MAX 10

const struct fxs_hook_config fxs_hook_defaults = {
	.bounce_ms = 15,
	.make_ms = 8,
	.pulse_max_ms = 130,
	.pulse_gap_ms = 200,
	.flash_min_ms = 80,
	.flash_max_ms = 1200,
	.on_hook_ms = 15,
};

enum state {
	ON_HOOK, /* judged on-hook, the loop open */
	MADE,    /* judged off-hook, the loop closed for sure */
	BROKEN,  /* judged off-hook, the loop open */
	MAKING,  /* judged off-hook, the loop closed again, not yet for make_ms */
};

struct fxs_hook {
	struct fxs_hook_config config;
	enum fxs_hook_mode mode;
	enum state state;
	uint64_t edge_ns;            /* the last edge of the loop */
	uint64_t break_ns;           /* BROKEN, MAKING: when the break began */
	enum fxs_hook_mode break_mode; /* and in which mode */
	bool begun_told;             /* PULSE_BEGUN of this train */
	unsigned pulses;             /* of the train; 0: no train */
	uint64_t train_ns, gap_ns;   /* its first break, its last make */
};

struct verdicts {
	struct fxs_hook_verdict *list;
	size_t count;
};

static void tell(struct verdicts *verdicts, enum fxs_hook_verdict_kind kind, char digit,
	uint64_t at_ns, uint64_t edge_ns)
{
	assert(verdicts->count < FXS_HOOK_VERDICTS_MAX);
	verdicts->list[verdicts->count++] = (struct fxs_hook_verdict){
		.kind = kind, .digit = digit, .at_ns = at_ns, .edge_ns = edge_ns};
}

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

static unsigned longer(unsigned a_ms, unsigned b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

/* The shortest break that can only be a hang-up: one that outlasts the longest of anything else. */
static uint64_t hang_up_ns(const struct fxs_hook *hook)
{
	const struct fxs_hook_config *config = &hook->config;

	switch (hook->break_mode) {
	case FXS_HOOK_IDLE:
		break;
	case FXS_HOOK_COLLECTING:
		return longer(config->pulse_max_ms, config->flash_max_ms) * MS_NS + 1;
	case FXS_HOOK_IN_CALL:
		if (config->flash_max_ms)
			return config->flash_max_ms * MS_NS + 1;
		return longer(config->on_hook_ms, config->bounce_ms) * MS_NS;
	}
	return config->bounce_ms * MS_NS;
}

static bool is_flash(const struct fxs_hook *hook, uint64_t break_ns)
{
	return break_ns >= hook->config.flash_min_ms * MS_NS &&
	       break_ns <= hook->config.flash_max_ms * MS_NS;
}

static bool is_pulse(const struct fxs_hook *hook, uint64_t break_ns)
{
	return hook->break_mode == FXS_HOOK_COLLECTING &&
	       break_ns <= hook->config.pulse_max_ms * MS_NS;
}

static void train_forget(struct fxs_hook *hook)
{
	hook->pulses = 0;
	hook->begun_told = false;
}

/* ---- what time alone decides ---- */

static void hang_up(struct fxs_hook *hook, uint64_t at_ns, struct verdicts *verdicts)
{
	hook->state = ON_HOOK;
	train_forget(hook);
	tell(verdicts, FXS_HOOK_ON_HOOK, 0, at_ns, hook->break_ns);
}

static void pulse_begun(struct fxs_hook *hook, uint64_t at_ns, struct verdicts *verdicts)
{
	hook->begun_told = true;
	hook->train_ns = hook->break_ns;
	tell(verdicts, FXS_HOOK_PULSE_BEGUN, 0, at_ns, hook->break_ns);
}

static void break_ended(struct fxs_hook *hook, uint64_t at_ns, struct verdicts *verdicts)
{
	uint64_t lasted_ns = hook->edge_ns - hook->break_ns;

	hook->state = MADE;
	if (lasted_ns < hook->config.bounce_ms * MS_NS)
		return;
	if (is_pulse(hook, lasted_ns)) {
		hook->pulses++;
		hook->gap_ns = hook->edge_ns;
		return;
	}
	train_forget(hook);
	if (is_flash(hook, lasted_ns))
		tell(verdicts, FXS_HOOK_FLASH, 0, at_ns, hook->break_ns);
}

/* More than ten pulses are no digit of any dial; nobody can say which was meant. */
static void digit_ended(struct fxs_hook *hook, uint64_t at_ns, struct verdicts *verdicts)
{
	if (hook->pulses <= PULSES_MAX)
		tell(verdicts, FXS_HOOK_DIGIT, (char)('0' + hook->pulses % PULSES_MAX), at_ns,
			hook->train_ns);
	train_forget(hook);
}

typedef void decision(struct fxs_hook *hook, uint64_t at_ns, struct verdicts *verdicts);

static decision *next_decision(const struct fxs_hook *hook, uint64_t *at_ns)
{
	*at_ns = NEVER;
	switch (hook->state) {
	case ON_HOOK:
		return NULL;
	case MADE:
		if (!hook->pulses)
			return NULL;
		*at_ns = hook->gap_ns + hook->config.pulse_gap_ms * MS_NS;
		return digit_ended;
	case BROKEN:
		/* After a short make the break may already be longer than its limits. */
		*at_ns = later(hook->edge_ns, hook->break_ns + hook->config.bounce_ms * MS_NS);
		if (hook->break_mode == FXS_HOOK_COLLECTING && !hook->begun_told)
			return pulse_begun;
		*at_ns = later(hook->edge_ns, hook->break_ns + hang_up_ns(hook));
		return hang_up;
	case MAKING:
		*at_ns = hook->edge_ns + hook->config.make_ms * MS_NS;
		return break_ended;
	}
	return NULL;
}

static void decide_until(struct fxs_hook *hook, uint64_t now_ns, struct verdicts *verdicts)
{
	uint64_t at_ns;
	decision *decide = next_decision(hook, &at_ns);

	while (decide && at_ns <= now_ns) {
		decide(hook, at_ns, verdicts);
		decide = next_decision(hook, &at_ns);
	}
}

/* ---- what edges decide ---- */

static void loop_closed(struct fxs_hook *hook, uint64_t at_ns, struct verdicts *verdicts)
{
	hook->edge_ns = at_ns;
	if (hook->state == ON_HOOK) {
		hook->state = MADE;
		tell(verdicts, FXS_HOOK_OFF_HOOK, 0, at_ns, at_ns);
	} else if (hook->state == BROKEN) {
		hook->state = MAKING;
	}
}

static void loop_opened(struct fxs_hook *hook, uint64_t at_ns)
{
	hook->edge_ns = at_ns;
	if (hook->state == MADE) {
		hook->break_ns = at_ns;
		hook->break_mode = hook->pulses ? FXS_HOOK_COLLECTING : hook->mode;
	}
	hook->state = BROKEN;
}

bool fxs_hook_loop_is_closed(const struct fxs_hook *hook)
{
	return hook->state == MADE || hook->state == MAKING;
}

size_t fxs_hook_edge(struct fxs_hook *hook, bool off_hook, uint64_t at_ns,
	struct fxs_hook_verdict list[FXS_HOOK_VERDICTS_MAX])
{
	struct verdicts verdicts = {.list = list};

	if (off_hook == fxs_hook_loop_is_closed(hook))
		return 0;
	at_ns = later(at_ns, hook->edge_ns);
	decide_until(hook, at_ns, &verdicts);
	if (off_hook)
		loop_closed(hook, at_ns, &verdicts);
	else
		loop_opened(hook, at_ns);
	return verdicts.count;
}

size_t fxs_hook_step(struct fxs_hook *hook, uint64_t now_ns,
	struct fxs_hook_verdict list[FXS_HOOK_VERDICTS_MAX])
{
	struct verdicts verdicts = {.list = list};

	decide_until(hook, now_ns, &verdicts);
	return verdicts.count;
}

uint64_t fxs_hook_next_ns(const struct fxs_hook *hook)
{
	uint64_t at_ns;

	next_decision(hook, &at_ns);
	return at_ns;
}

void fxs_hook_mode_set(struct fxs_hook *hook, enum fxs_hook_mode mode)
{
	hook->mode = mode;
}

bool fxs_hook_is_off_hook(const struct fxs_hook *hook)
{
	return hook->state != ON_HOOK;
}

/* ---- life ---- */

static bool config_valid(const struct fxs_hook_config *config)
{
	if (!config->bounce_ms || config->pulse_max_ms < config->bounce_ms)
		return false;
	if (config->pulse_gap_ms <= config->make_ms)
		return false;
	return !config->flash_max_ms || (config->flash_min_ms >= config->bounce_ms &&
		config->flash_min_ms <= config->flash_max_ms);
}

int fxs_hook_alloc(struct fxs_hook **hookp, const struct fxs_hook_config *config, bool off_hook,
	uint64_t now_ns)
{
	struct fxs_hook *hook;

	if (!config_valid(config))
		return EINVAL;
	hook = calloc(1, sizeof *hook);
	if (!hook)
		return ENOMEM;
	hook->config = *config;
	hook->state = off_hook ? MADE : ON_HOOK;
	hook->edge_ns = now_ns;
	*hookp = hook;
	return 0;
}

void fxs_hook_free(struct fxs_hook *hook)
{
	free(hook);
}
