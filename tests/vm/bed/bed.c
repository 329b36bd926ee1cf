/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vm/bed/bed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define EVENT_LATEST_MS 500 /* so much later than allowed is told as a delay, not as missing */

static _Noreturn void broken(const char *what)
{
	printf("not ok bed: %s: %s\n", what, strerror(errno));
	exit(1);
}

void bed_fail(struct bed *bed, const char *format, ...)
{
	va_list args;

	if (bed->failed)
		return;
	bed->failed = true;
	va_start(args, format);
	vsnprintf(bed->why, sizeof(bed->why), format, args);
	va_end(args);
}

void bed_between(struct bed *bed, const char *what, double value, double low, double high)
{
	if (value < low || value > high)
		bed_fail(bed, "%s is %g, not %g to %g", what, value, low, high);
}

void bed_is(struct bed *bed, const char *what, long value, long wanted)
{
	if (value != wanted)
		bed_fail(bed, "%s is %ld, not %ld", what, value, wanted);
}

uint64_t bed_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void take_events(struct bed *bed, enum bed_end end)
{
	int event;

	while (!ioctl(bed->fd[end], DAHDI_GETEVENT, &event) && event != DAHDI_EVENT_NONE) {
		if (bed->event_count == BED_EVENTS_MAX)
			broken("too many events");
		bed->events[bed->event_count++] =
			(struct bed_event){.end = end, .event = event, .at_ns = bed_now()};
	}
}

/* Waits for what either end has, for sound too if asked, and takes the events. */
static void poll_ends(struct bed *bed, short events[2], uint64_t until_ns)
{
	struct pollfd p[2] = {{.fd = bed->fd[0], .events = events[0] | POLLPRI},
		{.fd = bed->fd[1], .events = events[1] | POLLPRI}};
	uint64_t now = bed_now();
	uint64_t left = until_ns > now ? until_ns - now : 0;
	struct timespec t = {
		.tv_sec = (time_t)(left / 1000000000ull), .tv_nsec = (long)(left % 1000000000ull)};

	if (ppoll(p, 2, &t, NULL) < 0)
		broken("poll");
	for (int i = 0; i < 2; i++) {
		if (p[i].revents & POLLPRI)
			take_events(bed, i);
		events[i] = p[i].revents;
	}
}

void bed_take(struct bed *bed)
{
	poll_ends(bed, (short[2]){0, 0}, 0);
}

void bed_until(struct bed *bed, uint64_t until_ns)
{
	while (bed_now() < until_ns)
		poll_ends(bed, (short[2]){0, 0}, until_ns);
}

void bed_pause(struct bed *bed, unsigned ms)
{
	bed_until(bed, bed_now() + ms * BED_MS);
}

static double delay_ms(const struct bed *bed, enum bed_end end, int event, uint64_t from_ns)
{
	for (size_t i = 0; i < bed->event_count; i++) {
		const struct bed_event *e = &bed->events[i];

		if (e->end == end && e->event == event && e->at_ns >= from_ns)
			return (double)(e->at_ns - from_ns) / BED_MS;
	}
	return -1;
}

void bed_expect(struct bed *bed, enum bed_end end, int event, uint64_t t, double low, double high)
{
	uint64_t until = t + (uint64_t)((high + EVENT_LATEST_MS) * BED_MS);
	double delay;

	while ((delay = delay_ms(bed, end, event, t)) < 0 && bed_now() < until)
		poll_ends(bed, (short[2]){0, 0}, until);
	if (delay < low || delay > high)
		bed_fail(bed, "event %d at the %s after %g ms, not %g to %g", event,
			end == BED_PORT ? "port" : "telephone", delay, low, high);
}

int bed_count(const struct bed *bed, enum bed_end end, int event, uint64_t from_ns)
{
	int count = 0;

	for (size_t i = 0; i < bed->event_count; i++)
		count += bed->events[i].end == end && bed->events[i].event == event &&
			 bed->events[i].at_ns >= from_ns;
	return count;
}

int bed_try(struct bed *bed, enum bed_end end, unsigned long request, void *arg)
{
	return ioctl(bed->fd[end], request, arg) ? errno : 0;
}

void bed_control(struct bed *bed, enum bed_end end, unsigned long request, void *arg)
{
	if (bed_try(bed, end, request, arg))
		broken("ioctl");
}

uint64_t bed_hook(struct bed *bed, enum bed_end end, int hook)
{
	uint64_t now = bed_now();
	int err = bed_try(bed, end, DAHDI_HOOK, &hook);

	if (err && err != EINPROGRESS)
		broken("hook");
	return now;
}

uint64_t bed_break(struct bed *bed, bool open)
{
	uint64_t now = bed_now();
	int v = open;

	bed_control(bed, BED_PORT, TIPWIRE_BREAK, &v);
	return now;
}

struct tipwire_meter bed_meter(struct bed *bed)
{
	struct tipwire_meter m;

	bed_control(bed, BED_PORT, TIPWIRE_METER, &m);
	return m;
}

struct tipwire_knobs bed_knobs(struct bed *bed)
{
	struct tipwire_knobs k;

	bed_control(bed, BED_PORT, TIPWIRE_GET_KNOBS, &k);
	return k;
}

void bed_set_knobs(struct bed *bed, const struct tipwire_knobs *knobs)
{
	struct tipwire_knobs k = *knobs;

	bed_control(bed, BED_PORT, TIPWIRE_SET_KNOBS, &k);
}

static int open_channel(int number)
{
	struct dahdi_bufferinfo buffers = {.txbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.numbufs = 32,
		.bufsize = BED_BLOCK};
	int fd = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, DAHDI_SPECIFY, &number) || ioctl(fd, DAHDI_SET_BUFINFO, &buffers))
		broken("opening a channel");
	return fd;
}

/* Raw edges at the port; a telephone's channel tells what feeds it only after its debounce. */
static void want_raw_edges(struct bed *bed, enum bed_end end)
{
	struct dahdi_params params = {0};

	bed_control(bed, end, DAHDI_GET_PARAMS, &params);
	params.rxflashtime = 3;
	params.debouncetime = 1;
	bed_control(bed, end, DAHDI_SET_PARAMS, &params);
}

void bed_open_port(struct bed *bed, int line)
{
	*bed = (struct bed){.fd = {open_channel(line), -1}};
	want_raw_edges(bed, BED_PORT);
	bed_set_knobs(bed, &(struct tipwire_knobs){0});
	bed_break(bed, false);
}

void bed_open(struct bed *bed, int line, int lines)
{
	bed_open_port(bed, line);
	bed->fd[BED_PHONE] = open_channel(lines + line);
	want_raw_edges(bed, BED_PHONE);
	/* a telephone that just hung up is deaf to ringing for 2 s */
	bed_pause(bed, 3000);
	bed->event_count = 0;
}

void bed_close(struct bed *bed)
{
	close(bed->fd[BED_PHONE]);
	close(bed->fd[BED_PORT]);
}

void bed_talk(struct bed *bed)
{
	bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_pause(bed, 50);
	bed_hook(bed, BED_PORT, DAHDI_OFFHOOK);
	bed_pause(bed, 50);
}
