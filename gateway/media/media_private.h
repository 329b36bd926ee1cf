/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the media plane: one worker. All but the two eventfds is the worker's own once it runs. */
#ifndef TIPRING_GATEWAY_MEDIA_MEDIA_PRIVATE_H
#define TIPRING_GATEWAY_MEDIA_MEDIA_PRIVATE_H

#include <pthread.h>

#include "gateway/media/media.h"
#include "gateway/media/media_line.h"

#define MEDIA_DRIVERS_MAX 2

struct media {
	struct media_config config;
	struct media_bus {
		const struct fxs_driver *driver; /* NULL: free */
		struct fxs_bus *bus;
	} buses[MEDIA_DRIVERS_MAX];
	int epoll_fd;
	int reports_fd; /* an epoll of the streams' sockets for reports, asked once in each tick */
	int kick_fd;   /* control has a new wish */
	int notice_fd; /* a line has something new for control */
	uint64_t block_ns;
	uint64_t hook_next_ns, tick_next_ns, heal_next_ns;
	uint64_t tick_due_ns; /* when the newest tick was; 0: none is before the next one */
	struct lateness lateness;
	struct media_line **lines, **active, **touched;
	size_t line_count, active_count, touched_count;
	struct media_line *clock; /* whose port paces the tick; NULL: the timer does */
	bool clock_silent;        /* its span died: the timer does for it */

	pthread_t thread;
	bool running;
	atomic_bool stop;
};

#endif
