/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines whose telephones live in the same process and look after themselves: a driver that takes the place of
 * `dummy` in the benchmark's programs, so that what is measured is the gateway and not a socket. A telephone costs
 * a copied block each way and a look at a few samples. What it is stands in the channel's name before its '-':
 *
 *   idle-N    is never lifted
 *   talks-N   lifts when it has rung for LIFT_MS, talks and never hangs up
 *   brief-N   ... and hangs up when it hears a sound
 *   open-N    is off-hook from the beginning, and talks
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fxs/fxs.h"

#define LIFT_MS        200
#define LOUD           300 /* of a sample, some -38 dBm0 */
#define LOOKED_AT      20  /* samples of a block */
#define HEARD_ENOUGH   3   /* blocks with sound in a row */
#define SAMPLES_PER_MS (FXS_RATE_HZ / 1000)

struct counts {
	uint64_t lifted, hung_up, blocks_said, blocks_heard;
};

struct auto_bus {
	struct counts counts;
};

struct auto_port {
	struct fxs_port port;
	struct auto_bus *bus;
	unsigned block_samples, lift_ms; /* lift_ms 0: never */
	bool hangs_up, off_hook, rings;
	bool block_waits; /* what the telephone said since the last write */
	unsigned rung_samples, heard;
	int event_fd; /* readable while there is an event */
	bool event_waits;
	enum fxs_event_kind event_kind;
};

/* 400 Hz at -12 dBm0; 8 periods, so that it goes on without a seam. */
static int16_t voice[FXS_BLOCK_SAMPLES_MAX];

static struct auto_port *automatic(struct fxs_port *port)
{
	return (struct auto_port *)port;
}

static void voice_make(void)
{
	static const int16_t period[20] = {0, 1770, 3366, 4633, 5447, 5727, 5447, 4633, 3366, 1770, 0, -1770,
		-3366, -4633, -5447, -5727, -5447, -4633, -3366, -1770};

	for (size_t i = 0; i < FXS_BLOCK_SAMPLES_MAX; i++)
		voice[i] = period[i % 20];
}

static int bus_open(struct fxs_bus **busp, const struct fxs_bus_config *config)
{
	struct auto_bus *bus = calloc(1, sizeof(*bus));

	(void)config;
	if (!bus)
		return ENOMEM;
	voice_make();
	*busp = (struct fxs_bus *)bus;
	return 0;
}

static void bus_close(struct fxs_bus *opaque)
{
	struct auto_bus *bus = (struct auto_bus *)opaque;

	if (!bus)
		return;
	fprintf(stderr, "automatic telephones: lifted %llu hung_up %llu said %llu heard %llu\n",
		(unsigned long long)bus->counts.lifted, (unsigned long long)bus->counts.hung_up,
		(unsigned long long)bus->counts.blocks_said, (unsigned long long)bus->counts.blocks_heard);
	free(bus);
}

static int bus_fd(const struct fxs_bus *bus)
{
	(void)bus;
	return -1;
}

static int bus_service(struct fxs_bus *bus, uint64_t now_ns)
{
	(void)bus;
	(void)now_ns;
	return 0;
}

static void port_close(struct fxs_port *port)
{
	if (!port)
		return;
	close(automatic(port)->event_fd);
	free(port);
}

static bool is_kind(const char *channel, const char *kind)
{
	size_t length = strlen(kind);

	return !strncmp(channel, kind, length) && channel[length] == '-';
}

static int port_open(struct fxs_port **portp, struct fxs_bus *bus, const struct fxs_port_config *config,
	uint64_t now_ns)
{
	struct auto_port *port = calloc(1, sizeof(*port));

	(void)now_ns;
	if (!port)
		return ENOMEM;
	port->port.driver = &fxs_dummy_driver;
	port->bus = (struct auto_bus *)bus;
	port->block_samples = config->block_samples;
	port->hangs_up = is_kind(config->channel, "brief");
	port->off_hook = is_kind(config->channel, "open");
	port->lift_ms = port->hangs_up || is_kind(config->channel, "talks") ? LIFT_MS : 0;
	port->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (port->event_fd < 0) {
		free(port);
		return errno;
	}
	*portp = &port->port;
	return 0;
}

static int port_fd(const struct fxs_port *port)
{
	return ((const struct auto_port *)port)->event_fd;
}

static uint32_t event_mask(const struct fxs_port *port)
{
	(void)port;
	return EPOLLIN;
}

/* The time of an edge is when it is read: the telephone moves at a tick, and is heard of in the next step. */
static void hook_move(struct auto_port *port, bool off_hook)
{
	port->off_hook = off_hook;
	port->heard = 0;
	port->event_kind = off_hook ? FXS_EVENT_OFF_HOOK : FXS_EVENT_ON_HOOK;
	port->event_waits = true;
	if (off_hook)
		port->bus->counts.lifted++;
	else
		port->bus->counts.hung_up++;
	(void)!eventfd_write(port->event_fd, 1);
}

static int event_read(struct fxs_port *opaque, uint64_t now_ns, struct fxs_event *event)
{
	struct auto_port *port = automatic(opaque);
	eventfd_t ignored;

	if (!port->event_waits)
		return EAGAIN;
	port->event_waits = false;
	(void)!eventfd_read(port->event_fd, &ignored);
	*event = (struct fxs_event){.kind = port->event_kind, .at_ns = now_ns};
	return 0;
}

static int hook_get(struct fxs_port *port, bool *off_hook)
{
	*off_hook = automatic(port)->off_hook;
	return 0;
}

static int audio_start(struct fxs_port *port, uint64_t now_ns)
{
	(void)now_ns;
	automatic(port)->block_waits = true;
	return 0;
}

static int audio_stop(struct fxs_port *port)
{
	automatic(port)->block_waits = false;
	return 0;
}

static int read_block(struct fxs_port *opaque, int16_t *samples, size_t count)
{
	struct auto_port *port = automatic(opaque);

	if (count != port->block_samples)
		return EINVAL;
	if (!port->block_waits)
		return EAGAIN;
	port->block_waits = false;
	if (!port->off_hook) {
		memset(samples, 0, count * sizeof(*samples));
		return 0;
	}
	memcpy(samples, voice, count * sizeof(*samples));
	port->bus->counts.blocks_said++;
	return 0;
}

static bool is_loud(const int16_t *samples)
{
	for (size_t i = 0; i < LOOKED_AT; i++) {
		if (abs(samples[i]) > LOUD)
			return true;
	}
	return false;
}

static void hear(struct auto_port *port, const int16_t *samples)
{
	if (!is_loud(samples)) {
		port->heard = 0;
		return;
	}
	port->bus->counts.blocks_heard++;
	if (++port->heard == HEARD_ENOUGH && port->hangs_up)
		hook_move(port, false);
}

static int write_block(struct fxs_port *opaque, const int16_t *samples, size_t count)
{
	struct auto_port *port = automatic(opaque);

	if (count != port->block_samples)
		return EINVAL;
	port->block_waits = true;
	if (port->off_hook) {
		hear(port, samples);
	} else if (port->rings && port->lift_ms) {
		port->rung_samples += (unsigned)count;
		if (port->rung_samples >= port->lift_ms * SAMPLES_PER_MS)
			hook_move(port, true);
	}
	return 0;
}

static int ring_start(struct fxs_port *opaque, const struct fxs_cadence *cadence, uint64_t now_ns)
{
	struct auto_port *port = automatic(opaque);

	(void)cadence;
	if (port->off_hook)
		return EBUSY;
	port->rung_samples = 0;
	port->rings = true;
	return audio_start(opaque, now_ns);
}

static int ring_stop(struct fxs_port *port, uint64_t now_ns)
{
	(void)now_ns;
	automatic(port)->rings = false;
	return 0;
}

static int feed_set(struct fxs_port *port, enum fxs_feed feed, uint64_t now_ns)
{
	(void)port;
	(void)feed;
	(void)now_ns;
	return 0;
}

static int onhook_transfer(struct fxs_port *port, unsigned ms)
{
	(void)port;
	(void)ms;
	return 0;
}

static int lamp_set(struct fxs_port *port, bool lit)
{
	(void)port;
	(void)lit;
	return ENOTSUP;
}

static int echo_cancel_set(struct fxs_port *port, unsigned taps)
{
	(void)port;
	(void)taps;
	return ENOTSUP;
}

static void counters_get(const struct fxs_port *port, struct fxs_counters *counters)
{
	(void)port;
	memset(counters, 0, sizeof(*counters));
}

/* Its symbol stands for the dummy's, whose objects the linker then leaves out. */
/* What is written is at the telephone at once. */
static unsigned echo_delay(const struct fxs_port *port)
{
	(void)port;
	return FXS_BLOCK_SAMPLES_MAX;
}

static unsigned write_overtake(struct fxs_port *port)
{
	(void)port;
	return 0;
}

const struct fxs_driver fxs_dummy_driver = {
	.name = "dummy",
	.clock = FXS_CLOCK_TIMER,
	.bus_open = bus_open,
	.bus_close = bus_close,
	.bus_fd = bus_fd,
	.bus_service = bus_service,
	.port_open = port_open,
	.port_close = port_close,
	.fd = port_fd,
	.event_mask = event_mask,
	.event_read = event_read,
	.hook_get = hook_get,
	.audio_start = audio_start,
	.audio_stop = audio_stop,
	.write_overtake = write_overtake, .echo_delay = echo_delay,
	.read = read_block,
	.write = write_block,
	.ring_start = ring_start,
	.ring_stop = ring_stop,
	.feed_set = feed_set,
	.onhook_transfer = onhook_transfer,
	.lamp_set = lamp_set,
	.echo_cancel_set = echo_cancel_set,
	.counters_get = counters_get,
};
