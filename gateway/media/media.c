/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gateway/media/media.h"
#include "gateway/media/media_private.h"

#define NS_PER_S          1000000000ull
#define EPOLL_EVENTS      64
#define HEAL_NS           NS_PER_S
#define SPAN_DEAD_BLOCKS  10 /* a clock channel silent for so long: the timer takes over */
#define BEHIND_MAX_NS     NS_PER_S /* after a longer stall the missed ticks are given up, else made up for */

static uint64_t soonest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int watch(struct media *media, int op, int fd, uint32_t mask, void *key)
{
	struct epoll_event event = {.events = mask, .data.ptr = key};

	return epoll_ctl(media->epoll_fd, op, fd, &event) < 0 ? errno : 0;
}

/* The driver's bus, opened when its first line is added. */
static int bus_get(struct media *media, const struct fxs_driver *driver, struct fxs_bus **busp)
{
	struct fxs_bus_config config = {
		.path = driver == &fxs_dummy_driver ? media->config.dummy_path : NULL,
	};
	struct media_bus *bus = media->buses;
	int err;

	while (bus->driver && bus->driver != driver)
		bus++;
	assert(bus < media->buses + MEDIA_DRIVERS_MAX);
	if (!bus->driver) {
		err = driver->bus_open(&bus->bus, &config);
		if (err)
			return err;
		bus->driver = driver;
		if (driver->bus_fd(bus->bus) >= 0)
			err = watch(media, EPOLL_CTL_ADD, driver->bus_fd(bus->bus), EPOLLIN, bus);
		if (err)
			return err;
	}
	*busp = bus->bus;
	return 0;
}

int media_alloc(struct media **mediap, const struct media_config *config, uint64_t now_ns)
{
	struct media *media = calloc(1, sizeof(*media));
	int err = 0;

	if (!media)
		return ENOMEM;
	media->config = *config;
	media->block_ns = config->block_samples * NS_PER_S / FXS_RATE_HZ;
	media->hook_next_ns = UINT64_MAX;
	media->heal_next_ns = now_ns + HEAL_NS;
	media->tick_next_ns = UINT64_MAX;
	media->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	media->reports_fd = epoll_create1(EPOLL_CLOEXEC);
	media->kick_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	media->notice_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	media->lines = calloc(config->lines_max, sizeof(*media->lines));
	media->active = calloc(config->lines_max, sizeof(*media->active));
	media->touched = calloc(config->lines_max, sizeof(*media->touched));
	if (media->epoll_fd < 0 || media->reports_fd < 0 || media->kick_fd < 0 || media->notice_fd < 0)
		err = errno;
	else if (!media->lines || !media->active || !media->touched)
		err = ENOMEM;
	if (!err)
		err = watch(media, EPOLL_CTL_ADD, media->kick_fd, EPOLLIN, &media->kick_fd);
	if (err) {
		media_free(media);
		return err;
	}
	*mediap = media;
	return 0;
}

void media_free(struct media *media)
{
	if (!media)
		return;
	assert(!media->running);
	for (size_t i = 0; i < media->line_count; i++)
		media_line_free(media->lines[i]);
	for (int i = 0; i < MEDIA_DRIVERS_MAX && media->buses[i].driver; i++)
		media->buses[i].driver->bus_close(media->buses[i].bus);
	free(media->lines);
	free(media->active);
	free(media->touched);
	if (media->notice_fd >= 0)
		close(media->notice_fd);
	if (media->kick_fd >= 0)
		close(media->kick_fd);
	if (media->reports_fd >= 0)
		close(media->reports_fd);
	if (media->epoll_fd >= 0)
		close(media->epoll_fd);
	free(media);
}

static void touch(struct media *media, struct media_line *line)
{
	if (!line->report_dirty || line->touched)
		return;
	line->touched = true;
	media->touched[media->touched_count++] = line;
}

int media_line_add(struct media_line **linep, struct media *media, const char *driver_name,
	const char *channel, const struct media_taste *taste, uint64_t now_ns)
{
	const struct fxs_driver *driver = fxs_driver_find(driver_name);
	struct media_line *line = NULL;
	struct fxs_bus *bus = NULL;
	int err;

	if (!driver)
		return ENOENT;
	if (media->line_count >= media->config.lines_max)
		return ENOSPC;
	err = bus_get(media, driver, &bus);
	if (!err)
		err = media_line_alloc(&line, media, bus, driver, channel, taste,
			media->config.block_samples, media->config.events_size, now_ns);
	if (!err)
		line->spoken = media->config.prompts;
	if (!err)
		err = watch(media, EPOLL_CTL_ADD, driver->fd(line->port),
			driver->event_mask(line->port), line);
	if (err) {
		media_line_free(line);
		return err;
	}
	line->watched = true;
	media->lines[media->line_count++] = line;
	touch(media, line);
	*linep = line;
	return 0;
}

static void hook_time_note(struct media *media, const struct media_line *line)
{
	uint64_t next_ns = fxs_hook_next_ns(line->hook);

	if (next_ns < media->hook_next_ns)
		media->hook_next_ns = next_ns;
}

/* Which line's port paces the tick: any sounding one that is in order and has a clock of its own. */
static void clock_elect(struct media *media)
{
	struct media_line *elected = NULL;

	for (size_t i = 0; i < media->active_count && !elected; i++) {
		struct media_line *line = media->active[i];

		if (line->port->driver->clock == FXS_CLOCK_PORT && line->port_sounding && !line->report.fault)
			elected = line;
	}
	if (elected == media->clock)
		return;
	for (int i = 0; i < 2; i++) {
		struct media_line *line = i ? elected : media->clock;
		const struct fxs_driver *driver = line ? line->port->driver : NULL;

		if (driver)
			(void)watch(media, EPOLL_CTL_MOD, driver->fd(line->port),
				driver->event_mask(line->port) | (i ? EPOLLIN : 0u), line);
	}
	media->clock = elected;
}

/* A card that is gone would make its descriptor ready for ever. */
static void descriptor_review(struct media *media, struct media_line *line)
{
	const struct fxs_driver *driver = line->port->driver;

	if (line->watched != line->report.fault)
		return;
	line->watched = !line->report.fault;
	(void)watch(media, line->watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, driver->fd(line->port),
		driver->event_mask(line->port) | (line == media->clock ? EPOLLIN : 0u), line);
	clock_elect(media);
}

static void line_watch(struct media *media, struct media_line *line, uint64_t now_ns)
{
	media_line_watch(line, now_ns);
	descriptor_review(media, line);
	hook_time_note(media, line);
	touch(media, line);
}

static void activity_review(struct media *media, uint64_t now_ns)
{
	bool was_active = media->active_count > 0;

	media->active_count = 0;
	for (size_t i = 0; i < media->line_count; i++) {
		if (media->lines[i]->sounding)
			media->active[media->active_count++] = media->lines[i];
	}
	clock_elect(media);
	if (!was_active)
		media->tick_due_ns = 0;
	if (!media->active_count)
		media->tick_next_ns = UINT64_MAX;
	else if (!was_active && media->clock)
		media->tick_next_ns = now_ns + SPAN_DEAD_BLOCKS * media->block_ns;
	else if (!media->clock)
		media->tick_next_ns = soonest(media->tick_next_ns, now_ns + (was_active ? media->block_ns : 0));
}

/* A socket that is closed is watched no more. What cannot be watched is looked at each second all the same (media_line_heal). */
static void reports_watch(struct media *media, struct media_line *line)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = line};

	for (int i = 0; i < MEDIA_STREAMS; i++) {
		const struct stream *stream = &line->streams[i];
		const struct reports_watch watch = {stream->wish.id, stream->wire.fds[STREAM_WIRE_RTCP]};

		if (watch.id == line->watches[i].id && watch.fd == line->watches[i].fd)
			continue;
		line->watches[i] = watch;
		if (!watch.id || watch.fd < 0 || watch.fd == stream->wire.fds[STREAM_WIRE_RTP])
			continue;
		if (epoll_ctl(media->reports_fd, EPOLL_CTL_ADD, watch.fd, &event) < 0 && errno == EEXIST)
			(void)epoll_ctl(media->reports_fd, EPOLL_CTL_MOD, watch.fd, &event);
	}
}

/* To look at each stream's socket would be a call of the kernel for each, and a socket that has left the processor's cache. */
static void reports_find(struct media *media)
{
	struct epoll_event events[EPOLL_EVENTS];
	int count = epoll_wait(media->reports_fd, events, EPOLL_EVENTS, 0);

	for (int i = 0; i < count; i++)
		((struct media_line *)events[i].data.ptr)->reports_wait = true;
}

static void wishes_obey(struct media *media, uint64_t now_ns)
{
	bool activity = false;

	for (size_t i = 0; i < media->line_count; i++) {
		struct media_line *line = media->lines[i];
		bool sounding = line->sounding;

		if (!atomic_exchange(&line->wish_dirty, false))
			continue;
		media_line_obey(line, now_ns);
		reports_watch(media, line);
		touch(media, line);
		activity = activity || sounding != line->sounding;
	}
	if (activity)
		activity_review(media, now_ns);
}

static void kick_clear(int fd)
{
	uint64_t count;

	(void)!read(fd, &count, sizeof(count));
}

static bool is_bus(const struct media *media, const void *key)
{
	return key == &media->buses[0] || key == &media->buses[1];
}

/* Serves every descriptor that is ready; returns whether the clock channel has a block. */
static bool descriptors_serve(struct media *media, uint64_t now_ns)
{
	struct epoll_event events[EPOLL_EVENTS];
	bool clock = false;
	int count = epoll_wait(media->epoll_fd, events, EPOLL_EVENTS, 0);

	for (int i = 0; i < count; i++) {
		void *key = events[i].data.ptr;

		if (key == &media->kick_fd) {
			kick_clear(media->kick_fd);
			wishes_obey(media, now_ns);
		} else if (is_bus(media, key)) {
			struct media_bus *bus = key;

			bus->driver->bus_service(bus->bus, now_ns);
		} else {
			struct media_line *line = key;

			clock = clock || (line == media->clock && events[i].events & EPOLLIN);
			if (line != media->clock || events[i].events & ~(uint32_t)EPOLLIN)
				line_watch(media, line, now_ns);
		}
	}
	return clock;
}

static void hooks_judge(struct media *media, uint64_t now_ns)
{
	if (now_ns < media->hook_next_ns)
		return;
	media->hook_next_ns = UINT64_MAX;
	for (size_t i = 0; i < media->line_count; i++) {
		media_line_judge(media->lines[i], now_ns);
		hook_time_note(media, media->lines[i]);
		touch(media, media->lines[i]);
	}
}

/* The timer says when a tick is due; a card, by the earliest that it has come. */
static void lateness_note(struct media *media, uint64_t now_ns)
{
	uint64_t due_ns = media->tick_due_ns ? media->tick_due_ns + media->block_ns : now_ns;

	if (!media->clock || media->clock_silent)
		due_ns = media->tick_next_ns;
	if (due_ns > now_ns || due_ns + BEHIND_MAX_NS < now_ns)
		due_ns = now_ns;
	media->tick_due_ns = due_ns;
	lateness_add(&media->lateness, now_ns - due_ns);
}

static void tick(struct media *media, uint64_t now_ns)
{
	lateness_note(media, now_ns);
	reports_find(media);
	for (size_t i = 0; i < media->active_count; i++) {
		struct media_line *line = media->active[i];

		if (i + 2 < media->active_count)
			__builtin_prefetch(&media->active[i + 2]->echo);
		if (i + 1 < media->active_count)
			media_echo_ahead(&line->echo, &media->active[i + 1]->echo);
		media_line_tick(line, now_ns, media->config.block_samples);
		/* A card finds events while it moves sound; the dummy's come by its descriptor. */
		if (line->port->driver->clock == FXS_CLOCK_PORT)
			line_watch(media, line, now_ns);
		touch(media, line);
	}
	if (media->clock && !media->clock_silent)
		media->tick_next_ns = now_ns + SPAN_DEAD_BLOCKS * media->block_ns;
	else if (media->tick_next_ns + BEHIND_MAX_NS < now_ns)
		media->tick_next_ns = now_ns + media->block_ns;
	else
		media->tick_next_ns += media->block_ns;
}

static void lines_heal(struct media *media, uint64_t now_ns)
{
	bool activity = false;

	if (now_ns < media->heal_next_ns)
		return;
	media->heal_next_ns = now_ns + HEAL_NS;
	for (size_t i = 0; i < media->line_count; i++) {
		struct media_line *line = media->lines[i];
		bool sounding = line->sounding;

		line_watch(media, line, now_ns);
		media_line_heal(line, now_ns);
		activity = activity || sounding != line->sounding;
		hook_time_note(media, line);
		line->report_dirty = line->report_dirty || line->sounding;
		touch(media, line);
	}
	if (activity)
		activity_review(media, now_ns);
	wishes_obey(media, now_ns);
}

static void reports_publish(struct media *media)
{
	const uint64_t one = 1;
	bool news = false;

	for (size_t i = 0; i < media->touched_count; i++) {
		struct media_line *line = media->touched[i];

		line->touched = false;
		if (!media_line_publish(line))
			continue;
		atomic_store(&line->changed, true);
		news = true;
	}
	media->touched_count = 0;
	if (news)
		(void)!write(media->notice_fd, &one, sizeof(one));
}

uint64_t media_step(struct media *media, uint64_t now_ns)
{
	bool clock = descriptors_serve(media, now_ns);

	hooks_judge(media, now_ns);
	if (media->active_count && (clock || now_ns >= media->tick_next_ns)) {
		media->clock_silent = !clock;
		tick(media, now_ns);
	}
	lines_heal(media, now_ns);
	reports_publish(media);
	return soonest(soonest(media->hook_next_ns, media->tick_next_ns), media->heal_next_ns);
}

int media_fd(const struct media *media)
{
	return media->epoll_fd;
}

void media_lateness(const struct media *media, struct lateness_view *view)
{
	lateness_read(&media->lateness, view);
}

unsigned media_line_count(const struct media *media)
{
	return (unsigned)media->line_count;
}
