/* SPDX-License-Identifier: BSD-3-Clause */
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

#include "tests/contract/bench.h"

#define TOLD_WITHIN_NS (25 * MS_NS)
#define PULSES         10

static double ms(int64_t ns)
{
	return (double)ns / 1e6;
}

/* One event of that kind, told in time and dated by when the contact moved. */
static void edge_judge(struct bench *b, enum fxs_event_kind kind, uint64_t moved_ns)
{
	REQUIRE(b->event_count == 1, "%zu events instead of one", b->event_count);
	REQUIRE(b->events[0].event.kind == kind, "event %d instead of %d", b->events[0].event.kind, kind);
	REQUIRE(b->events[0].seen_ns <= moved_ns + TOLD_WITHIN_NS, "told only after %.1f ms",
		ms((int64_t)(b->events[0].seen_ns - moved_ns)));
	REQUIRE(b->events[0].event.at_ns + b->far->edge_early_ns >= moved_ns &&
			b->events[0].event.at_ns <= moved_ns + 5 * MS_NS,
		"dated %.1f ms off", ms((int64_t)(b->events[0].event.at_ns - moved_ns)));
}

static void lifting(struct bench *b)
{
	uint64_t moved_ns = b->now_ns;

	b->far->lift(b);
	bench_run_ms(b, 500);
	edge_judge(b, FXS_EVENT_OFF_HOOK, moved_ns);
}

static void hanging_up(struct bench *b)
{
	uint64_t moved_ns;

	b->far->lift(b);
	bench_run_ms(b, 500);
	bench_forget(b);
	moved_ns = b->now_ns;
	b->far->hang_up(b);
	bench_run_ms(b, 500);
	edge_judge(b, FXS_EVENT_ON_HOOK, moved_ns);
}

static void hanging_up_in_a_call(struct bench *b)
{
	uint64_t moved_ns;

	bench_talk(b);
	moved_ns = b->now_ns;
	b->far->hang_up(b);
	bench_run_ms(b, 500);
	edge_judge(b, FXS_EVENT_ON_HOOK, moved_ns);
}

static void descriptor(struct bench *b)
{
	struct pollfd poll_fd = {.fd = b->driver->fd(b->port)};

	poll_fd.events = b->driver->event_mask(b->port) == EPOLLPRI ? POLLPRI : POLLIN;
	bench_run_ms(b, 100);
	REQUIRE(poll(&poll_fd, 1, 0) == 0, "ready although nothing has happened");
	b->served = false;
	b->far->lift(b);
	bench_run_ms(b, 25);
	REQUIRE(poll(&poll_fd, 1, 0) == 1, "not ready after lifting");
	b->served = true;
	bench_run_ms(b, 2);
	REQUIRE(b->event_count == 1, "%zu events instead of one", b->event_count);
	REQUIRE(poll(&poll_fd, 1, 0) == 0, "still ready when all is told");
	REQUIRE(b->driver->fd(b->port) == poll_fd.fd, "another descriptor than before");
}

static void hook_get(struct bench *b)
{
	for (int i = 0; i < 3; i++) {
		bool off_hook = i % 2;

		if (off_hook)
			b->far->lift(b);
		else if (i)
			b->far->hang_up(b);
		bench_run_ms(b, 50);
		off_hook = !off_hook;
		REQUIRE(b->driver->hook_get(b->port, &off_hook) == 0, "hook_get failed");
		REQUIRE(off_hook == i % 2, "the loop is said to be %s", off_hook ? "closed" : "open");
	}
}

/* By hook_get at once, or by an event when the telephone is there again. */
static void first_state(struct bench *b)
{
	bool off_hook = false;

	b->far->lift(b);
	bench_run_ms(b, 200);
	bench_port_close(b);
	bench_run_ms(b, 50);
	bench_forget(b);
	bench_port_open(b);
	REQUIRE(b->driver->hook_get(b->port, &off_hook) == 0, "hook_get failed");
	b->far->connect(b);
	if (!b->off_hook)
		b->far->lift(b);
	bench_run_ms(b, 200);
	REQUIRE(off_hook + bench_events(b, FXS_EVENT_OFF_HOOK, NULL) == 1, "told %zu times by events",
		bench_events(b, FXS_EVENT_OFF_HOOK, NULL));
	REQUIRE(bench_events(b, FXS_EVENT_ON_HOOK, NULL) == 0, "told on-hook");
	bench_forget(b);
	b->far->hang_up(b);
	bench_run_ms(b, 200);
	REQUIRE(bench_events(b, FXS_EVENT_ON_HOOK, NULL) == 1, "hanging up is not told");
}

static void no_cause(struct bench *b)
{
	bench_run_ms(b, 2000);
	REQUIRE(b->event_count == 0, "event %d on-hook", b->events[0].event.kind);
	bench_talk(b);
	bench_run_ms(b, 2000);
	REQUIRE(b->event_count == 0, "event %d in a call", b->events[0].event.kind);
}

static void dial(struct bench *b, unsigned break_ms, unsigned make_ms)
{
	uint64_t moved_ns[2 * PULSES];

	bench_talk(b);
	for (int i = 0; i < 2 * PULSES; i++) {
		moved_ns[i] = b->now_ns;
		b->far->loop_break(b, i % 2 == 0);
		bench_run_ms(b, i % 2 ? make_ms : break_ms);
	}
	bench_run_ms(b, 200);
	REQUIRE(b->event_count == 2 * PULSES, "%zu edges instead of %d", b->event_count, 2 * PULSES);
	for (int i = 0; i < 2 * PULSES; i++) {
		bool open = b->events[i].event.kind == FXS_EVENT_ON_HOOK;
		int64_t off_ns = i ? (int64_t)(b->events[i].event.at_ns - b->events[i - 1].event.at_ns) -
			(int64_t)(moved_ns[i] - moved_ns[i - 1]) : 0;

		REQUIRE(open == (i % 2 == 0), "edge %d is of the wrong kind", i);
		REQUIRE(off_ns <= (int64_t)(3 * MS_NS) && off_ns >= -(int64_t)(3 * MS_NS),
			"the time to edge %d is wrong by %.1f ms", i, ms(off_ns));
	}
}

static void dial_10(struct bench *b)
{
	dial(b, 60, 40);
}

static void dial_20(struct bench *b)
{
	dial(b, 33, 17);
}

static void flash(struct bench *b)
{
	uint64_t moved_ns;
	int64_t lasted_ns;

	bench_talk(b);
	moved_ns = b->now_ns;
	b->far->loop_break(b, true);
	bench_run_ms(b, 500);
	b->far->loop_break(b, false);
	bench_run_ms(b, 200);
	REQUIRE(b->event_count == 2, "%zu events instead of two", b->event_count);
	lasted_ns = (int64_t)(b->events[1].event.at_ns - b->events[0].event.at_ns);
	REQUIRE(lasted_ns >= (int64_t)(497 * MS_NS) && lasted_ns <= (int64_t)(503 * MS_NS),
		"a break of 500 ms is told as %.1f", ms(lasted_ns));
	REQUIRE(b->events[0].seen_ns < moved_ns + TOLD_WITHIN_NS, "the break is not told while it lasts");
}

static void vanishing(struct bench *b)
{
	bool off_hook = true;

	bench_talk(b);
	b->far->vanish(b);
	bench_run_ms(b, 100);
	REQUIRE(bench_events(b, FXS_EVENT_ON_HOOK, NULL) == 1, "not told as on-hook");
	REQUIRE(b->driver->hook_get(b->port, &off_hook) == 0 && !off_hook, "the loop is said to be closed");
}

const struct contract_case hook_cases[] = {
	{"lifting is told within 25 ms", lifting},
	{"hanging up is told within 25 ms", hanging_up},
	{"hanging up in a call is told within 25 ms", hanging_up_in_a_call},
	{"the descriptor is ready when an event waits", descriptor},
	{"hook_get follows the loop", hook_get},
	{"the first state of the loop is known", first_state},
	{"nothing is told without a cause", no_cause},
	{"ten pulses at 10 a second are 20 edges within 3 ms", dial_10},
	{"ten pulses at 20 a second are 20 edges within 3 ms", dial_20},
	{"a break of 500 ms is told as it happens", flash},
	{"a wire that is cut is on-hook", vanishing},
	{NULL, NULL},
};
