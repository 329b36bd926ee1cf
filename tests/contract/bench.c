/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "tests/contract/bench.h"

void bench_fail(struct bench *bench, const char *format, ...)
{
	va_list arguments;

	if (bench->why[0])
		return;
	va_start(arguments, format);
	vsnprintf(bench->why, sizeof bench->why, format, arguments);
	va_end(arguments);
}

void bench_broken(const char *what)
{
	fprintf(stderr, "driver_contract: %s: %s\n", what, strerror(errno));
	exit(3);
}

void bench_port_open(struct bench *bench)
{
	struct fxs_port_config config = {.channel = bench->channel,
		.block_samples = bench->block_samples};
	int err = bench->driver->port_open(&bench->port, bench->bus, &config, bench->now_ns);

	if (err) {
		errno = err;
		bench_broken("port_open");
	}
	bench->audio_on = false;
}

void bench_port_close(struct bench *bench)
{
	bench->driver->port_close(bench->port);
	bench->port = NULL;
}

void bench_open(struct bench *bench)
{
	int err = bench->driver->bus_open(&bench->bus, &bench->bus_config);

	if (err) {
		errno = err;
		bench_broken("bus_open");
	}
	bench->now_ns = bench->far->now_ns(bench);
	bench->served = true;
	bench->why[0] = bench->note[0] = '\0';
	bench->exchange_voice = (struct voice){.seed = 1};
	bench->phone_voice = (struct voice){.seed = 2};
	bench_port_open(bench);
	bench->far->connect(bench);
	bench_run_ms(bench, 100);
	bench_forget(bench);
}

void bench_close(struct bench *bench)
{
	if (bench->off_hook)
		bench->far->hang_up(bench);
	bench_run_ms(bench, 50);
	if (bench->port)
		bench_port_close(bench);
	bench->far->disconnect(bench);
	bench->driver->bus_close(bench->bus);
}

/* ---- the media thread ---- */

static void events_read(struct bench *bench)
{
	struct fxs_event event;

	while (bench->driver->event_read(bench->port, bench->now_ns, &event) == 0) {
		if (bench->event_count == BENCH_EVENTS_MAX)
			bench_broken("more events than a case can make");
		bench->events[bench->event_count].event = event;
		bench->events[bench->event_count++].seen_ns = bench->now_ns;
		if (event.at_ns > bench->now_ns)
			bench_fail(bench, "an event is dated %.1f ms ahead",
				(double)(event.at_ns - bench->now_ns) / 1e6);
	}
}

static void block_write(struct bench *bench)
{
	int16_t samples[FXS_BLOCK_SAMPLES_MAX];
	struct voice before = bench->exchange_voice;

	voice_speak(&bench->exchange_voice, samples, bench->block_samples);
	if (bench->driver->write(bench->port, samples, bench->block_samples) == 0)
		track_add(&bench->written, samples, bench->block_samples, bench->now_ns);
	else
		bench->exchange_voice = before;
}

/* Whether a block was read. */
static bool block_read(struct bench *bench)
{
	int16_t samples[FXS_BLOCK_SAMPLES_MAX];

	if (bench->driver->read(bench->port, samples, bench->block_samples))
		return false;
	track_add(&bench->read, samples, bench->block_samples, bench->now_ns);
	return true;
}

static void sound_serve(struct bench *bench)
{
	uint64_t block_ns = bench->block_samples * (1000 * MS_NS / FXS_RATE_HZ);

	if (bench->driver->clock == FXS_CLOCK_PORT) {
		while (block_read(bench))
			block_write(bench);
		return;
	}
	while (bench->now_ns >= bench->next_block_ns) {
		block_read(bench);
		block_write(bench);
		bench->next_block_ns += block_ns;
	}
}

static bool sound_due(const struct bench *bench, short ready)
{
	if (!bench->audio_on)
		return false;
	return bench->driver->clock == FXS_CLOCK_PORT ? ready & POLLIN : bench->now_ns >= bench->next_block_ns;
}

static void serve(struct bench *bench)
{
	short event_mask = bench->port && bench->driver->event_mask(bench->port) == EPOLLPRI ? POLLPRI
											     : POLLIN;
	struct pollfd poll_fd = {.events = POLLIN | POLLPRI};

	if (bench->driver->bus_fd(bench->bus) >= 0)
		bench->driver->bus_service(bench->bus, bench->now_ns);
	if (!bench->port)
		return;
	poll_fd.fd = bench->driver->fd(bench->port);
	poll(&poll_fd, 1, 0);
	if (poll_fd.revents & event_mask)
		events_read(bench);
	if (sound_due(bench, poll_fd.revents)) {
		sound_serve(bench);
		events_read(bench);
	}
}

void bench_run_ms(struct bench *bench, unsigned ms)
{
	uint64_t end_ns = bench->now_ns + ms * MS_NS;

	while (bench->now_ns < end_ns) {
		bench->far->wait_ms(bench);
		bench->now_ns = bench->far->now_ns(bench);
		if (bench->served)
			serve(bench);
		bench->far->turn(bench);
		if (bench->served && bench->driver->clock == FXS_CLOCK_TIMER)
			serve(bench); /* the answer is there at once, not by the next tick of a card */
	}
}

/* ---- what cases ask and do ---- */

size_t bench_events(const struct bench *bench, enum fxs_event_kind kind, struct fxs_event *event)
{
	size_t count = 0;

	for (size_t i = 0; i < bench->event_count; i++) {
		if (bench->events[i].event.kind != kind)
			continue;
		count++;
		if (event)
			*event = bench->events[i].event;
	}
	return count;
}

void bench_forget(struct bench *bench)
{
	struct track *tracks[] = {&bench->written, &bench->read, &bench->said, &bench->heard};

	bench->event_count = bench->ring_move_count = 0;
	for (size_t i = 0; i < 4; i++)
		tracks[i]->count = tracks[i]->block_count = 0;
}

void bench_audio(struct bench *bench, bool on)
{
	int err = on ? bench->driver->audio_start(bench->port, bench->now_ns)
		     : bench->driver->audio_stop(bench->port);

	if (err)
		bench_fail(bench, "audio_%s: %s", on ? "start" : "stop", strerror(err));
	if (on && !bench->audio_on)
		bench->next_block_ns = bench->now_ns;
	bench->audio_on = on;
}

void bench_talk(struct bench *bench)
{
	bench->far->lift(bench);
	bench_run_ms(bench, 50);
	if (bench->driver->feed_set(bench->port, FXS_FEED_ACTIVE, bench->now_ns))
		bench_fail(bench, "the feed could not be made active");
	bench_audio(bench, true);
	bench_run_ms(bench, 200);
	bench_forget(bench);
}

void bench_ring_moved(struct bench *bench, bool on, uint64_t at_ns)
{
	if (on == bench->ringing)
		return;
	bench->ringing = on;
	if (bench->ring_move_count == BENCH_MOVES_MAX)
		bench_broken("more ring bursts than a case can make");
	bench->ring_moves[bench->ring_move_count++] = (struct ring_move){on, at_ns};
}
