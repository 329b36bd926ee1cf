/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gateway/loop.h over virtual time, which stands still until it is moved. Timers that are due at the same moment run
 * in the order in which they were started; descriptors are looked at without waiting, in the order of loop_watch.
 */
#ifndef TIPRING_TESTS_FLOW_LOOP_VIRTUAL_H
#define TIPRING_TESTS_FLOW_LOOP_VIRTUAL_H

#include "gateway/loop.h"

/* Where time begins: not at 0, which would hide who forgets to ask for it. */
#define LOOP_VIRTUAL_EPOCH_NS 1000000000000ull

uint64_t loop_virtual_now_ns(const struct loop *loop);

/* Serves each readable descriptor and each timer that is due, once. Returns whether there was any. */
bool loop_virtual_serve(struct loop *loop);

/* When the next timer is due; UINT64_MAX: none runs. */
uint64_t loop_virtual_next_ns(const struct loop *loop);

/* Sets the clock on the wall, which goes on from there with the time; it begins at LOOP_VIRTUAL_WALL_S. */
#define LOOP_VIRTUAL_WALL_S 1767614400 /* Monday, 2026-01-05, noon UTC */
void loop_virtual_wall_set(struct loop *loop, int64_t wall_s);

/* Moves time on. Nothing runs; now_ns is not before the time it is. */
void loop_virtual_move(struct loop *loop, uint64_t now_ns);

#endif
