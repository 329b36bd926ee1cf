/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "gateway/media/media_pool.h"

struct media_pool {
	struct media *workers[MEDIA_WORKERS_MAX];
	unsigned count;
	unsigned lines_max, line_count; /* those that were added, or could not be */
};

int media_pool_alloc(struct media_pool **poolp, const struct media_config *config, unsigned workers, uint64_t now_ns)
{
	struct media_pool *pool = calloc(1, sizeof(*pool));
	int err = 0;

	if (!pool)
		return ENOMEM;
	pool->lines_max = config->lines_max;
	while (!err && pool->count < workers && pool->count < MEDIA_WORKERS_MAX) {
		err = media_alloc(&pool->workers[pool->count], config, now_ns);
		pool->count += !err;
	}
	if (err)
		media_pool_free(pool);
	else
		*poolp = pool;
	return err;
}

void media_pool_free(struct media_pool *pool)
{
	if (!pool)
		return;
	for (unsigned i = 0; i < pool->count; i++)
		media_free(pool->workers[i]);
	free(pool);
}

int media_pool_line_add(struct media_line **linep, struct media_pool *pool, const char *driver_name, const char *channel,
	const struct media_taste *taste, uint64_t now_ns)
{
	const struct fxs_driver *driver = fxs_driver_find(driver_name);
	unsigned index = pool->line_count++ * pool->count / pool->lines_max;

	if (index >= pool->count)
		return ENOSPC;
	return media_line_add(linep, pool->workers[driver && driver->one_bus ? 0 : index], driver_name, channel, taste, now_ns);
}

int media_pool_start(struct media_pool *pool, bool *realtime)
{
	*realtime = true;
	for (unsigned i = 0; i < pool->count; i++) {
		bool is_realtime = false;
		int err = media_start(pool->workers[i], &is_realtime);

		if (err) {
			media_pool_stop(pool);
			return err;
		}
		*realtime = *realtime && is_realtime;
	}
	return 0;
}

void media_pool_stop(struct media_pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		media_stop(pool->workers[i]);
}

struct media *media_pool_worker(const struct media_pool *pool, unsigned index)
{
	return index < pool->count ? pool->workers[index] : NULL;
}
