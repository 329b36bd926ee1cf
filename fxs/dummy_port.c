/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fxs/dummy.h"

#define SAMPLES_PER_MS (FXS_RATE_HZ / 1000)
#define RECEIVED_MS    20 /* what may wait besides the newest block: the delay that lateness can add */

static struct dummy_port *dummy(struct fxs_port *port)
{
	return (struct dummy_port *)port;
}

/* ---- events ---- */

void dummy_port_event(struct dummy_port *port, enum fxs_event_kind kind, uint64_t sample)
{
	size_t last = (port->event_first + port->event_count) % DUMMY_EVENTS_MAX;

	if (port->event_count == DUMMY_EVENTS_MAX) {
		port->counters.events_lost++;
		return;
	}
	port->events[last] = (struct dummy_event){.kind = kind, .sample = sample};
	if (!port->event_count++)
		(void)!eventfd_write(port->event_fd, 1);
}

void dummy_port_hook(struct dummy_port *port, bool off_hook, uint64_t sample)
{
	if (off_hook == port->off_hook)
		return;
	port->off_hook = off_hook;
	dummy_port_event(port, off_hook ? FXS_EVENT_OFF_HOOK : FXS_EVENT_ON_HOOK, sample);
	if (off_hook && port->ringing) {
		port->tripped = true;
		dummy_link_tell(port);
	}
}

static int port_event_read(struct fxs_port *opaque, uint64_t now_ns, struct fxs_event *event)
{
	struct dummy_port *port = dummy(opaque);
	const struct dummy_event *first;
	eventfd_t ignored;
	uint64_t at_ns;

	dummy_link_clock(&port->link, now_ns);
	dummy_link_tell(port);
	if (!port->event_count)
		dummy_link_receive(port);
	if (!port->event_count)
		return EAGAIN;
	first = &port->events[port->event_first];
	at_ns = dummy_link_time(&port->link, first->sample, now_ns);
	if (at_ns < port->edge_ns)
		at_ns = port->edge_ns < now_ns ? port->edge_ns : now_ns;
	port->edge_ns = at_ns;
	*event = (struct fxs_event){.kind = first->kind, .at_ns = at_ns};
	port->event_first = (port->event_first + 1) % DUMMY_EVENTS_MAX;
	if (!--port->event_count)
		(void)!eventfd_read(port->event_fd, &ignored);
	return 0;
}

static int port_hook_get(struct fxs_port *port, bool *off_hook)
{
	*off_hook = dummy(port)->off_hook;
	return 0;
}

/* ---- open and close ---- */

static void port_close(struct fxs_port *opaque)
{
	struct dummy_port *port = dummy(opaque), **link;

	if (!port)
		return;
	port->ringing = false;
	port->sound_on = 0;
	port->feed = FXS_FEED_IDLE;
	dummy_link_tell(port);
	dummy_link_drop(port);
	for (link = &port->bus->ports; *link && *link != port; link = &(*link)->next)
		;
	if (*link)
		*link = port->next;
	if (port->epoll_fd >= 0)
		close(port->epoll_fd);
	if (port->event_fd >= 0)
		close(port->event_fd);
	free(port);
}

static int config_judge(const struct dummy_bus *bus, const struct fxs_port_config *config)
{
	unsigned block = config->block_samples;

	if (!config->channel || !fxs_wire_line_valid(config->channel))
		return EINVAL;
	if (block != 40 && block != 80 && block != 160)
		return EINVAL;
	for (const struct dummy_port *port = bus->ports; port; port = port->next) {
		if (!strcmp(port->name, config->channel))
			return EBUSY;
	}
	return 0;
}

static int port_descriptors(struct dummy_port *port)
{
	struct epoll_event event = {.events = EPOLLIN};

	port->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (port->epoll_fd < 0)
		return errno;
	port->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (port->event_fd < 0)
		return errno;
	return epoll_ctl(port->epoll_fd, EPOLL_CTL_ADD, port->event_fd, &event) ? errno : 0;
}

static int port_open(struct fxs_port **portp, struct fxs_bus *opaque,
	const struct fxs_port_config *config, uint64_t now_ns)
{
	struct dummy_bus *bus = (struct dummy_bus *)opaque;
	struct dummy_port *port;
	int err = config_judge(bus, config);

	if (err)
		return err;
	port = calloc(1, sizeof *port);
	if (!port)
		return ENOMEM;
	port->port.driver = &fxs_dummy_driver;
	port->bus = bus;
	strcpy(port->name, config->channel);
	port->block_samples = config->block_samples;
	port->received_max = RECEIVED_MS * SAMPLES_PER_MS / config->block_samples + 1;
	port->epoll_fd = port->event_fd = port->link.fd = -1;
	port->edge_ns = now_ns;
	err = port_descriptors(port);
	if (err) {
		port_close(&port->port);
		return err;
	}
	port->next = bus->ports;
	bus->ports = port;
	*portp = &port->port;
	return 0;
}

static int port_fd(const struct fxs_port *port)
{
	return ((const struct dummy_port *)port)->epoll_fd;
}

static uint32_t port_event_mask(const struct fxs_port *port)
{
	(void)port;
	return EPOLLIN;
}

/* ---- ring ---- */

bool dummy_port_has_voltage(const struct dummy_port *port)
{
	return port->ringing && !port->tripped && port->segment % 2 == 0;
}

static void segment_begin(struct dummy_port *port, size_t segment)
{
	bool burst = segment % 2 == 0;

	port->segment = segment;
	port->segment_samples += (uint64_t)port->cadence.on_off_ms[segment] * SAMPLES_PER_MS;
	dummy_port_event(port, burst ? FXS_EVENT_RING_BURST : FXS_EVENT_RING_PAUSE,
		FXS_WIRE_SAMPLE_NOW);
}

/* What a block overshoots a segment is taken from the next, so that the cadence keeps time. */
static void cadence_advance(struct dummy_port *port)
{
	uint64_t passed = port->block_samples;

	if (!port->ringing || port->tripped)
		return;
	while (port->segment_samples <= passed) {
		passed -= port->segment_samples;
		port->segment_samples = 0;
		segment_begin(port, (port->segment + 1) % port->cadence.count);
	}
	port->segment_samples -= passed;
	dummy_link_tell(port);
}

static int port_audio_start(struct fxs_port *opaque, uint64_t now_ns)
{
	struct dummy_port *port = dummy(opaque);

	if (port->sound_on)
		return 0;
	if (++port->sound_starts == 0)
		port->sound_starts = 1;
	port->sound_on = port->sound_starts;
	port->sound_on_ns = now_ns;
	port->received_count = 0;
	dummy_link_tell(port);
	return 0;
}

static int port_ring_start(struct fxs_port *opaque, const struct fxs_cadence *cadence,
	uint64_t now_ns)
{
	struct dummy_port *port = dummy(opaque);

	if (!fxs_cadence_valid(cadence))
		return EINVAL;
	dummy_link_receive(port);
	if (port->off_hook)
		return EBUSY;
	port_audio_start(opaque, now_ns);
	port->feed = FXS_FEED_IDLE;
	port->ringing = true;
	port->tripped = false;
	port->cadence = *cadence;
	port->segment_samples = 0;
	segment_begin(port, 0);
	dummy_link_tell(port);
	return 0;
}

static int port_ring_stop(struct fxs_port *opaque, uint64_t now_ns)
{
	struct dummy_port *port = dummy(opaque);

	(void)now_ns;
	port->ringing = false;
	dummy_link_tell(port);
	return 0;
}

static int port_feed_set(struct fxs_port *opaque, enum fxs_feed feed, uint64_t now_ns)
{
	struct dummy_port *port = dummy(opaque);

	(void)now_ns;
	if (feed > FXS_FEED_OPEN)
		return EINVAL;
	port->feed = feed;
	dummy_link_tell(port);
	return 0;
}

/* ---- sound ---- */

static int port_audio_stop(struct fxs_port *opaque)
{
	struct dummy_port *port = dummy(opaque);

	port->sound_on = 0;
	port->received_count = 0;
	dummy_link_tell(port);
	return 0;
}

static bool loop_talks(const struct dummy_port *port)
{
	return port->off_hook && (port->feed == FXS_FEED_ACTIVE || port->feed == FXS_FEED_REVERSED);
}

void dummy_port_received(struct dummy_port *port, const int16_t *samples)
{
	size_t bytes = port->block_samples * sizeof *samples;
	int16_t *block;

	if (port->received_count == port->received_max) {
		port->received_first = (port->received_first + 1) % port->received_max;
		port->received_count--;
		port->counters.read_lost_blocks++;
	}
	block = port->received[(port->received_first + port->received_count++) % port->received_max];
	if (loop_talks(port))
		memcpy(block, samples, bytes);
	else
		memset(block, 0, bytes);
}

static int port_read(struct fxs_port *opaque, int16_t *samples, size_t count)
{
	struct dummy_port *port = dummy(opaque);

	if (count != port->block_samples)
		return EINVAL;
	dummy_link_receive(port);
	if (!port->received_count)
		return EAGAIN;
	memcpy(samples, port->received[port->received_first], count * sizeof *samples);
	port->received_first = (port->received_first + 1) % port->received_max;
	port->received_count--;
	return 0;
}

static int port_write(struct fxs_port *opaque, const int16_t *samples, size_t count)
{
	static const int16_t silence[FXS_BLOCK_SAMPLES_MAX];
	struct dummy_port *port = dummy(opaque);
	bool passes = loop_talks(port) || (port->transfer_samples && !port->off_hook &&
		port->feed != FXS_FEED_OPEN);

	if (count != port->block_samples)
		return EINVAL;
	if (!port->sound_on)
		return EAGAIN;
	dummy_link_sound(port, passes ? samples : silence);
	port->transfer_samples -= port->transfer_samples < count ? port->transfer_samples : count;
	cadence_advance(port);
	return 0;
}

static int port_onhook_transfer(struct fxs_port *port, unsigned ms)
{
	dummy(port)->transfer_samples = (uint64_t)ms * SAMPLES_PER_MS;
	return 0;
}

/* ---- what two wires alone cannot do ---- */

static int port_lamp_set(struct fxs_port *port, bool lit)
{
	(void)port;
	(void)lit;
	return ENOTSUP;
}

static int port_echo_cancel_set(struct fxs_port *port, unsigned taps)
{
	(void)port;
	(void)taps;
	return ENOTSUP;
}

/* The telephone answers each block when it has come. */
static unsigned port_echo_delay(const struct fxs_port *port)
{
	return ((const struct dummy_port *)port)->block_samples;
}

static void port_counters_get(const struct fxs_port *port, struct fxs_counters *counters)
{
	*counters = ((const struct dummy_port *)port)->counters;
}

/* What is written is at the telephone at once. */
static unsigned port_write_overtake(struct fxs_port *port)
{
	(void)port;
	return 0;
}

const struct fxs_driver fxs_dummy_driver = {
	.name = "dummy",
	.clock = FXS_CLOCK_TIMER,
	.one_bus = true,
	.bus_open = dummy_bus_open,
	.bus_close = dummy_bus_close,
	.bus_fd = dummy_bus_fd,
	.bus_service = dummy_bus_service,
	.port_open = port_open,
	.port_close = port_close,
	.fd = port_fd,
	.event_mask = port_event_mask,
	.event_read = port_event_read,
	.hook_get = port_hook_get,
	.audio_start = port_audio_start,
	.audio_stop = port_audio_stop,
	.write_overtake = port_write_overtake,
	.read = port_read,
	.write = port_write,
	.ring_start = port_ring_start,
	.ring_stop = port_ring_stop,
	.feed_set = port_feed_set,
	.onhook_transfer = port_onhook_transfer,
	.lamp_set = port_lamp_set,
	.echo_cancel_set = port_echo_cancel_set,
	.echo_delay = port_echo_delay,
	.counters_get = port_counters_get,
};
