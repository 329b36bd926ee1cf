/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A contact that does anything at any time. The first two bytes choose the flash window, each two that
 * follow are a move: how long after the last, and an edge, a step or another mode. Verdicts stay in
 * order and in number, and lifting and hanging up alternate.
 */
#include <stdint.h>
#include <stdlib.h>

#include "fxs/hook.h"

#define MS_NS UINT64_C(1000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

struct run {
	struct fxs_hook *hook;
	uint64_t now_ns;
	bool off_hook;
};

static void verdicts_judge(struct run *run, const struct fxs_hook_verdict *verdicts, size_t count)
{
	require(count <= FXS_HOOK_VERDICTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct fxs_hook_verdict *verdict = &verdicts[i];

		require(verdict->at_ns <= run->now_ns && verdict->edge_ns <= verdict->at_ns);
		require((verdict->kind == FXS_HOOK_OFF_HOOK) == !run->off_hook);
		if (verdict->kind == FXS_HOOK_DIGIT)
			require(verdict->digit >= '0' && verdict->digit <= '9');
		run->off_hook = verdict->kind != FXS_HOOK_ON_HOOK;
	}
	require(fxs_hook_is_off_hook(run->hook) == run->off_hook);
}

static void move(struct run *run, uint8_t wait, uint8_t what)
{
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX];

	run->now_ns += (uint64_t)wait * wait * MS_NS / 16; /* 0 .. 4 s, most of them short */
	switch (what % 8) {
	case 0:
	case 1:
	case 2:
		verdicts_judge(run, verdicts, fxs_hook_edge(run->hook, what & 8, run->now_ns, verdicts));
		break;
	case 3:
		verdicts_judge(run, verdicts,
			fxs_hook_edge(run->hook, what & 8, run->now_ns - run->now_ns / 64, verdicts));
		break;
	case 4:
		fxs_hook_mode_set(run->hook, (enum fxs_hook_mode)(what / 8 % 3));
		break;
	default:
		verdicts_judge(run, verdicts, fxs_hook_step(run->hook, run->now_ns, verdicts));
		require(fxs_hook_next_ns(run->hook) > run->now_ns);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fxs_hook_config config = fxs_hook_defaults;
	struct run run = {.now_ns = 1000 * MS_NS};

	if (size < 2)
		return 0;
	config.flash_min_ms = data[0];
	config.flash_max_ms = data[1] * 8U;
	if (fxs_hook_alloc(&run.hook, &config, false, run.now_ns))
		return 0;
	for (size_t i = 2; i + 1 < size; i += 2)
		move(&run, data[i], data[i + 1]);
	fxs_hook_free(run.hook);
	return 0;
}
