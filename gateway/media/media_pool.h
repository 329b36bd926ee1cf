/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The media plane's workers: each is a struct media with a thread of its own and owns whole lines, so that they share nothing. Neighbours of
 * the configuration, which mostly are of one span, share a worker. A driver whose lines share a bus (fxs_driver.one_bus) has all of
 * them with the first. Control thread.
 */
#ifndef TIPRING_GATEWAY_MEDIA_MEDIA_POOL_H
#define TIPRING_GATEWAY_MEDIA_MEDIA_POOL_H

#include "gateway/media/media.h"

#define MEDIA_WORKERS_MAX 16

struct media_pool;

/* workers: 1..MEDIA_WORKERS_MAX. */
int media_pool_alloc(struct media_pool **poolp, const struct media_config *config, unsigned workers, uint64_t now_ns);
void media_pool_free(struct media_pool *pool); /* after media_pool_stop */

/* As media_line_add. */
int media_pool_line_add(struct media_line **linep, struct media_pool *pool, const char *driver, const char *channel,
	const struct media_taste *taste, uint64_t now_ns);

/* All threads or none; *realtime: all of them got SCHED_FIFO and locked memory. */
int media_pool_start(struct media_pool *pool, bool *realtime);
void media_pool_stop(struct media_pool *pool);

/* NULL: there are not so many. */
struct media *media_pool_worker(const struct media_pool *pool, unsigned index);

#endif
