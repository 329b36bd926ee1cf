/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control thread's main loop: now, timers, descriptors, run and stop. Over libre's loop in the daemon, over
 * virtual time in the flow tests. Only the thread that allocated the loop may call these.
 */
#ifndef TIPRING_GATEWAY_LOOP_H
#define TIPRING_GATEWAY_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;

typedef void loop_timer_h(void *arg);
typedef void loop_fd_h(int fd, void *arg);

/* One per process. descriptors_max: how many sockets may be open, 64..65536. */
int loop_alloc(struct loop **loopp, unsigned descriptors_max);
void loop_free(struct loop *loop);

/* Runs until loop_stop. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Monotonic. */
uint64_t loop_now_ms(const struct loop *loop);
/* What the clock on the wall says, in seconds since 1970. It may be set to anything at any time: for the time of day, never to
 * measure by. */
int64_t loop_wall_s(const struct loop *loop);

int loop_timer_alloc(struct loop_timer **timerp, struct loop *loop, loop_timer_h *handler, void *arg);
void loop_timer_free(struct loop_timer *timer);
/* Once, after delay_ms; starting again moves it. */
void loop_timer_start(struct loop_timer *timer, uint64_t delay_ms);
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_is_running(const struct loop_timer *timer);

/* Calls the handler whenever the descriptor is readable. */
int loop_watch(struct loop *loop, int fd, loop_fd_h *handler, void *arg);
void loop_unwatch(struct loop *loop, int fd);

#endif
