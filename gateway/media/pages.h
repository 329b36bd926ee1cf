/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages of memory that are there before a tick needs them. The system gives a page when it is first written to or run, which takes as
 * long as it takes; with memory locked it stays from then on. Where the system cannot (before Linux 5.14) the tick waits instead.
 * Any thread, but not in a tick. What is in the pages stays as it is, also when another thread is at it.
 */
#ifndef TIPRING_GATEWAY_MEDIA_PAGES_H
#define TIPRING_GATEWAY_MEDIA_PAGES_H

#include <stddef.h>

void pages_write(void *start, size_t size);
/* The program's own code, without libraries. */
void pages_run(void);
/* Of the calling thread's stack, as much as a tick takes. */
void pages_stack(void);

#endif
