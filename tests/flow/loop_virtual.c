/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "tests/flow/loop_virtual.h"

#define NS_PER_MS   1000000ull
#define NS_PER_S    1000000000ll
#define WATCHES_MAX 256

struct loop_timer {
	struct loop *loop;
	struct loop_timer *next; /* in the loop's list while it runs */
	bool running;
	uint64_t due_ns;
	loop_timer_h *handler;
	void *arg;
};

struct watch {
	int fd;
	loop_fd_h *handler; /* NULL: unwatched */
	void *arg;
};

struct loop {
	uint64_t now_ns;
	int64_t wall_ahead_ns; /* of now_ns */
	bool stopped;
	struct loop_timer *timers; /* the next due first, equals in the order of their start */
	struct watch watches[WATCHES_MAX];
	size_t watch_count;
};

int loop_alloc(struct loop **loopp, unsigned descriptors_max)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	(void)descriptors_max;
	if (!loop)
		return ENOMEM;
	loop->now_ns = LOOP_VIRTUAL_EPOCH_NS;
	loop_virtual_wall_set(loop, LOOP_VIRTUAL_WALL_S);
	*loopp = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	assert(!loop || !loop->timers);
	free(loop);
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return loop->now_ns / NS_PER_MS;
}

int64_t loop_wall_s(const struct loop *loop)
{
	return ((int64_t)loop->now_ns + loop->wall_ahead_ns) / NS_PER_S;
}

void loop_virtual_wall_set(struct loop *loop, int64_t wall_s)
{
	loop->wall_ahead_ns = wall_s * NS_PER_S - (int64_t)loop->now_ns;
}

uint64_t loop_virtual_now_ns(const struct loop *loop)
{
	return loop->now_ns;
}

int loop_timer_alloc(struct loop_timer **timerp, struct loop *loop, loop_timer_h *handler, void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return ENOMEM;
	timer->loop = loop;
	timer->handler = handler;
	timer->arg = arg;
	*timerp = timer;
	return 0;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (timer)
		loop_timer_stop(timer);
	free(timer);
}

void loop_timer_start(struct loop_timer *timer, uint64_t delay_ms)
{
	struct loop_timer **place = &timer->loop->timers;

	loop_timer_stop(timer);
	timer->due_ns = timer->loop->now_ns + delay_ms * NS_PER_MS;
	while (*place && (*place)->due_ns <= timer->due_ns)
		place = &(*place)->next;
	timer->next = *place;
	*place = timer;
	timer->running = true;
}

void loop_timer_stop(struct loop_timer *timer)
{
	struct loop_timer **place = &timer->loop->timers;

	if (!timer->running)
		return;
	while (*place != timer)
		place = &(*place)->next;
	*place = timer->next;
	timer->running = false;
}

bool loop_timer_is_running(const struct loop_timer *timer)
{
	return timer->running;
}

int loop_watch(struct loop *loop, int fd, loop_fd_h *handler, void *arg)
{
	if (loop->watch_count == WATCHES_MAX)
		return ENFILE;
	loop->watches[loop->watch_count++] = (struct watch){fd, handler, arg};
	return 0;
}

void loop_unwatch(struct loop *loop, int fd)
{
	for (size_t i = 0; i < loop->watch_count; i++) {
		if (loop->watches[i].fd == fd)
			loop->watches[i].handler = NULL;
	}
}

/* The places of the unwatched, which no handler may take away while they are walked through. */
static void watches_pack(struct loop *loop)
{
	size_t kept = 0;

	for (size_t i = 0; i < loop->watch_count; i++) {
		if (loop->watches[i].handler)
			loop->watches[kept++] = loop->watches[i];
	}
	loop->watch_count = kept;
}

static bool descriptors_serve(struct loop *loop)
{
	struct pollfd pollfds[WATCHES_MAX];
	size_t count = loop->watch_count;

	for (size_t i = 0; i < count; i++)
		pollfds[i] = (struct pollfd){.fd = loop->watches[i].fd, .events = POLLIN};
	if (poll(pollfds, count, 0) <= 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct watch watch = loop->watches[i];

		if (pollfds[i].revents && watch.handler)
			watch.handler(watch.fd, watch.arg);
	}
	watches_pack(loop);
	return true;
}

/* Those that are due already; what a handler starts anew with no delay has to wait for the next time. */
static bool timers_serve(struct loop *loop)
{
	struct loop_timer *timer = loop->timers;
	size_t due = 0;
	bool any;

	while (timer && timer->due_ns <= loop->now_ns) {
		due++;
		timer = timer->next;
	}
	any = due > 0;
	while (due-- > 0 && loop->timers && loop->timers->due_ns <= loop->now_ns) {
		timer = loop->timers;
		loop_timer_stop(timer);
		timer->handler(timer->arg);
	}
	return any;
}

bool loop_virtual_serve(struct loop *loop)
{
	bool any = descriptors_serve(loop);

	return timers_serve(loop) || any;
}

uint64_t loop_virtual_next_ns(const struct loop *loop)
{
	return loop->timers ? loop->timers->due_ns : UINT64_MAX;
}

void loop_virtual_move(struct loop *loop, uint64_t now_ns)
{
	assert(now_ns >= loop->now_ns);
	loop->now_ns = now_ns;
}

int loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped) {
		if (loop_virtual_serve(loop))
			continue;
		/* Nothing could ever happen again. */
		if (!loop->timers)
			return EDEADLK;
		loop_virtual_move(loop, loop->timers->due_ns);
	}
	return 0;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
