/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <re_types.h>
#include <re_fmt.h>
#include <re_list.h>
#include <re_tmr.h>
#include <re_main.h>

#include "gateway/loop.h"

struct loop {
	int descriptors_max;
};

struct loop_timer {
	struct tmr tmr;
	loop_timer_h *handler;
	void *arg;
};

int loop_alloc(struct loop **loopp, unsigned descriptors_max)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int err;

	if (!loop)
		return ENOMEM;
	err = libre_init();
	/* Before the first descriptor: it cannot be changed later. */
	if (!err)
		err = fd_setsize((int)descriptors_max);
	if (err) {
		free(loop);
		return err;
	}
	*loopp = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	libre_close();
	free(loop);
}

int loop_run(struct loop *loop)
{
	(void)loop;
	return re_main(NULL);
}

void loop_stop(struct loop *loop)
{
	(void)loop;
	re_cancel();
}

uint64_t loop_now_ms(const struct loop *loop)
{
	struct timespec now;

	(void)loop;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t loop_wall_s(const struct loop *loop)
{
	struct timespec now;

	(void)loop;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int loop_timer_alloc(struct loop_timer **timerp, struct loop *loop, loop_timer_h *handler, void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	(void)loop;
	if (!timer)
		return ENOMEM;
	tmr_init(&timer->tmr);
	timer->handler = handler;
	timer->arg = arg;
	*timerp = timer;
	return 0;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	tmr_cancel(&timer->tmr);
	free(timer);
}

void loop_timer_start(struct loop_timer *timer, uint64_t delay_ms)
{
	tmr_start(&timer->tmr, delay_ms, timer->handler, timer->arg);
}

void loop_timer_stop(struct loop_timer *timer)
{
	tmr_cancel(&timer->tmr);
}

bool loop_timer_is_running(const struct loop_timer *timer)
{
	return tmr_isrunning(&timer->tmr);
}

/* libre hands a handler its flags and one argument; ours wants the descriptor. */
struct watch {
	struct le le;
	int fd;
	loop_fd_h *handler;
	void *arg;
};

static struct list watches;

static void on_readable(int flags, void *arg)
{
	struct watch *watch = arg;

	(void)flags;
	watch->handler(watch->fd, watch->arg);
}

int loop_watch(struct loop *loop, int fd, loop_fd_h *handler, void *arg)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int err;

	(void)loop;
	if (!watch)
		return ENOMEM;
	watch->fd = fd;
	watch->handler = handler;
	watch->arg = arg;
	err = fd_listen(fd, FD_READ, on_readable, watch);
	if (err) {
		free(watch);
		return err;
	}
	list_append(&watches, &watch->le, watch);
	return 0;
}

void loop_unwatch(struct loop *loop, int fd)
{
	struct le *le = list_head(&watches);

	(void)loop;
	fd_close(fd);
	while (le) {
		struct watch *watch = le->data;

		le = le->next;
		if (watch->fd != fd)
			continue;
		list_unlink(&watch->le);
		free(watch);
	}
}
