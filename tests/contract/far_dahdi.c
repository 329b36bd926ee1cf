/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A telephone on a raw DAHDI channel (fxsks) of the test bed's paired lines, whose meter tells what is
 * on the wires. It shares no code with the driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <dahdi/user.h>

#include "tests/contract/bench.h"
#include "tests/vm/module/tipwire.h"

#define PHONE_BLOCK    80
#define PRIMED         2 /* blocks that wait to be played */
#define METER_EVERY_MS 4

struct dahdi_phone {
	int fd;
};

static struct dahdi_phone *phone_of(struct bench *bench)
{
	static struct dahdi_phone only = {.fd = -1};

	bench->phone = &only;
	return &only;
}

static void ask(struct dahdi_phone *phone, unsigned long request, void *argument, const char *what)
{
	if (ioctl(phone->fd, request, argument) && errno != EINPROGRESS)
		bench_broken(what);
}

static void ask_int(struct dahdi_phone *phone, unsigned long request, int value, const char *what)
{
	ask(phone, request, &value, what);
}

static uint64_t dahdi_now_ns(struct bench *bench)
{
	struct timespec now;

	(void)bench;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * MS_NS + (uint64_t)now.tv_nsec;
}

static void dahdi_wait_ms(struct bench *bench)
{
	uint64_t next_ns = (dahdi_now_ns(bench) / MS_NS + 1) * MS_NS;
	struct timespec until = {.tv_sec = (time_t)(next_ns / (1000 * MS_NS)),
		.tv_nsec = (long)(next_ns % (1000 * MS_NS))};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static void cut_set(struct dahdi_phone *phone, unsigned cut)
{
	struct tipwire_knobs knobs;

	ask(phone, TIPWIRE_GET_KNOBS, &knobs, "TIPWIRE_GET_KNOBS");
	knobs.cut = cut;
	ask(phone, TIPWIRE_SET_KNOBS, &knobs, "TIPWIRE_SET_KNOBS");
}

static void dahdi_connect(struct bench *bench)
{
	static const int16_t silence[PHONE_BLOCK];
	struct dahdi_phone *phone = phone_of(bench);
	struct dahdi_bufferinfo buffers = {.txbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.rxbufpolicy = DAHDI_POLICY_IMMEDIATE, .numbufs = 8, .bufsize = PHONE_BLOCK};

	if (phone->fd >= 0)
		return;
	phone->fd = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (phone->fd < 0)
		bench_broken("/dev/dahdi/channel");
	ask_int(phone, DAHDI_SPECIFY, atoi(bench->far_channel), "the telephone's channel");
	ask_int(phone, DAHDI_SETLINEAR, 1, "DAHDI_SETLINEAR");
	ask(phone, DAHDI_SET_BUFINFO, &buffers, "DAHDI_SET_BUFINFO");
	cut_set(phone, 0);
	for (int i = 0; i < PRIMED; i++)
		(void)!write(phone->fd, silence, sizeof silence);
	bench->off_hook = bench->ringing = false;
}

static void dahdi_disconnect(struct bench *bench)
{
	struct dahdi_phone *phone = phone_of(bench);

	if (phone->fd < 0)
		return;
	cut_set(phone, 0);
	close(phone->fd);
	phone->fd = -1;
}

static void dahdi_lift(struct bench *bench)
{
	bench->off_hook = true;
	ask_int(phone_of(bench), DAHDI_HOOK, DAHDI_OFFHOOK, "lifting");
}

static void dahdi_hang_up(struct bench *bench)
{
	bench->off_hook = false;
	ask_int(phone_of(bench), TIPWIRE_BREAK, 0, "TIPWIRE_BREAK");
	ask_int(phone_of(bench), DAHDI_HOOK, DAHDI_ONHOOK, "hanging up");
}

static void dahdi_break(struct bench *bench, bool open)
{
	ask_int(phone_of(bench), TIPWIRE_BREAK, open, "TIPWIRE_BREAK");
}

static void dahdi_vanish(struct bench *bench)
{
	cut_set(phone_of(bench), 1);
}

static void meter_read(struct bench *bench)
{
	struct tipwire_meter meter;

	ask(phone_of(bench), TIPWIRE_METER, &meter, "TIPWIRE_METER");
	bench->battery = meter.battery;
	bench->reversed = meter.reversed;
	bench_ring_moved(bench, meter.ringing, meter.ringing ? meter.ring_on_ns : meter.ring_off_ns);
}

/* It keeps the times of the last changes, so it need not be read at each turn. */
static bool meter_due(const struct bench *bench)
{
	return bench->now_ns / MS_NS % METER_EVERY_MS == 0;
}

static void events_drop(struct dahdi_phone *phone)
{
	int event;

	do
		ask(phone, DAHDI_GETEVENT, &event, "DAHDI_GETEVENT");
	while (event);
}

static void dahdi_turn(struct bench *bench)
{
	struct dahdi_phone *phone = phone_of(bench);
	struct pollfd poll_fd = {.fd = phone->fd, .events = POLLIN | POLLPRI};
	int16_t samples[PHONE_BLOCK];

	if (meter_due(bench))
		meter_read(bench);
	poll(&poll_fd, 1, 0);
	if (poll_fd.revents & POLLPRI)
		events_drop(phone);
	if (!(poll_fd.revents & POLLIN))
		return;
	while (read(phone->fd, samples, sizeof samples) == sizeof samples) {
		track_add(&bench->heard, samples, PHONE_BLOCK, bench->now_ns);
		voice_speak(&bench->phone_voice, samples, PHONE_BLOCK);
		if (write(phone->fd, samples, sizeof samples) == sizeof samples)
			track_add(&bench->said, samples, PHONE_BLOCK, bench->now_ns);
	}
}

const struct far_end far_dahdi = {
	.name = "dahdi",
	.absent_channel = "999",
	.absent_errno = ENODEV,
	.sound_exact = false,
	.edge_early_ns = 2 * MS_NS,
	.connect = dahdi_connect,
	.disconnect = dahdi_disconnect,
	.lift = dahdi_lift,
	.hang_up = dahdi_hang_up,
	.loop_break = dahdi_break,
	.vanish = dahdi_vanish,
	.turn = dahdi_turn,
	.now_ns = dahdi_now_ns,
	.wait_ms = dahdi_wait_ms,
};
