/* SPDX-License-Identifier: BSD-3-Clause */
/* The thin wrapper around media_step, and control's side of the boxes. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "gateway/media/media_private.h"
#include "gateway/media/pages.h"

#define NS_PER_S      1000000000ull
#define NS_PER_MS     1000000ull
#define FIFO_PRIORITY 10

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void wait_until(struct media *media, uint64_t next_ns)
{
	uint64_t now = now_ns();
	uint64_t left_ns = next_ns > now ? next_ns - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(left_ns / NS_PER_S),
		.tv_nsec = (long)(left_ns % NS_PER_S),
	};
	struct epoll_event event;

	if (!left_ns)
		return;
	/* Where there is no such call (valgrind) a tick may be a millisecond late. */
	if (epoll_pwait2(media->epoll_fd, &event, 1, &timeout, NULL) < 0 && errno == ENOSYS)
		(void)epoll_wait(media->epoll_fd, &event, 1, (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
}

static void *thread_main(void *arg)
{
	struct media *media = arg;

	pages_stack();
	while (!atomic_load_explicit(&media->stop, memory_order_relaxed))
		wait_until(media, media_step(media, now_ns()));
	return NULL;
}

static bool realtime_enter(struct media *media)
{
	struct sched_param param = {.sched_priority = FIFO_PRIORITY};

	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
		return false;
	return pthread_setschedparam(media->thread, SCHED_FIFO, &param) == 0;
}

int media_start(struct media *media, bool *realtime)
{
	sigset_t all, before;
	int err;

	pages_run();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&media->thread, NULL, thread_main, media);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return err;
	media->running = true;
	*realtime = media->config.realtime && realtime_enter(media);
	return 0;
}

static void kick(struct media *media)
{
	const uint64_t one = 1;

	(void)!write(media->kick_fd, &one, sizeof(one));
}

void media_stop(struct media *media)
{
	if (!media->running)
		return;
	atomic_store(&media->stop, true);
	kick(media);
	pthread_join(media->thread, NULL);
	media->running = false;
}

int media_notice_fd(const struct media *media)
{
	return media->notice_fd;
}

void media_notice_clear(struct media *media)
{
	uint64_t count;

	(void)!read(media->notice_fd, &count, sizeof(count));
}

struct media_line *media_changed(struct media *media)
{
	for (size_t i = 0; i < media->line_count; i++) {
		if (atomic_exchange(&media->lines[i]->changed, false))
			return media->lines[i];
	}
	return NULL;
}

void media_line_arg_set(struct media_line *line, void *arg)
{
	line->arg = arg;
}

void *media_line_arg(const struct media_line *line)
{
	return line->arg;
}

uint32_t media_line_wish(struct media_line *line, const struct media_wish *wish)
{
	uint32_t sequence;

	media_line_make_ready(line, wish);
	sequence = box_write(&line->wish_box, wish, sizeof(*wish));

	atomic_store(&line->wish_dirty, true);
	kick(line->media);
	return sequence;
}

bool media_line_event(struct media_line *line, struct media_event *event)
{
	return event_queue_pop(&line->events, event);
}

void media_line_report(struct media_line *line, struct media_report *report)
{
	box_read(&line->report_box, &line->report_read, sizeof(line->report_read),
		&line->report_sequence);
	*report = line->report_read;
}

bool media_line_stats(struct media_line *line, uint32_t id, struct stream_stats *stats)
{
	const struct stream_stats *all = line->stats_read.streams;

	box_read(&line->stats_box, &line->stats_read, sizeof(line->stats_read), &line->stats_sequence);
	for (unsigned i = 0; id && i < MEDIA_STREAMS + MEDIA_ENDED; i++) {
		const struct stream_stats *one = i < MEDIA_STREAMS ? &all[i] : &line->stats_read.ended[i - MEDIA_STREAMS];

		if (one->id != id)
			continue;
		*stats = *one;
		return true;
	}
	return false;
}
