/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fxs/dummy.h"

#define NS_PER_SAMPLE     (1000000000 / FXS_RATE_HZ)
#define NS_PER_S          1000000000
#define MESSAGES_PER_CALL 64

static int link_send(struct dummy_port *port, const struct fxs_wire_message *message)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];
	size_t length = fxs_wire_encode(message, bytes);
	int err = 0;

	if (send(port->link.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		err = errno == EINTR || errno == ENOBUFS ? EAGAIN : errno;
	if (err && err != EAGAIN)
		dummy_link_drop(port);
	return err;
}

int dummy_link_attach(struct dummy_port *port, int fd, uint64_t now_ns)
{
	struct epoll_event event = {.events = EPOLLIN};

	if (epoll_ctl(port->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
		int err = errno;

		close(fd);
		return err;
	}
	port->link = (struct dummy_link){.fd = fd, .hook_window_ns = now_ns};
	port->sound_on_ns = now_ns;
	dummy_link_tell(port);
	return 0;
}

void dummy_link_drop(struct dummy_port *port)
{
	if (port->link.fd < 0)
		return;
	close(port->link.fd);
	port->link.fd = -1;
	dummy_port_hook(port, false, FXS_WIRE_SAMPLE_NOW);
}

static int tell_feed(struct dummy_port *port)
{
	struct dummy_link *link = &port->link;
	struct fxs_wire_message message = {.kind = FXS_WIRE_FEED, .feed = port->feed};
	int err;

	if (link->feed_told_valid && link->feed_told == port->feed)
		return 0;
	err = link_send(port, &message);
	if (!err) {
		link->feed_told = port->feed;
		link->feed_told_valid = true;
	}
	return err;
}

static int tell_ring(struct dummy_port *port)
{
	struct fxs_wire_message message = {.kind = FXS_WIRE_RING,
		.ring_on = dummy_port_has_voltage(port)};
	int err;

	if (port->link.ring_told == message.ring_on)
		return 0;
	err = link_send(port, &message);
	if (!err)
		port->link.ring_told = message.ring_on;
	return err;
}

static int tell_sound_off(struct dummy_port *port)
{
	static const struct fxs_wire_message message = {.kind = FXS_WIRE_SOUND_OFF};
	struct dummy_link *link = &port->link;
	int err;

	if (!link->sound_told || link->sound_told == port->sound_on)
		return 0;
	err = link_send(port, &message);
	if (!err) {
		link->sound_told = 0;
		link->stale_samples = link->unanswered_samples;
	}
	return err;
}

static int tell_sound_on(struct dummy_port *port)
{
	static const struct fxs_wire_message message = {.kind = FXS_WIRE_SOUND_ON};
	struct dummy_link *link = &port->link;
	int err;

	if (link->sound_told == port->sound_on)
		return 0;
	err = link_send(port, &message);
	if (!err) {
		link->sound_told = port->sound_on;
		link->sound_start_ns = port->sound_on_ns;
		link->sent_samples = link->skipped_samples = 0;
	}
	return err;
}

void dummy_link_tell(struct dummy_port *port)
{
	static int (*const tellers[])(struct dummy_port *) = {
		tell_feed,
		tell_ring,
		tell_sound_off,
		tell_sound_on,
	};

	for (size_t i = 0; i < sizeof tellers / sizeof tellers[0] && port->link.fd >= 0; i++) {
		if (tellers[i](port))
			return; /* full, told the next time; or gone */
	}
}

/* A telephone that takes no more sound misses it; its samples still count as time. */
void dummy_link_sound(struct dummy_port *port, const int16_t *samples)
{
	struct fxs_wire_message message = {.kind = FXS_WIRE_SOUND};
	struct dummy_link *link = &port->link;

	dummy_link_tell(port);
	if (link->fd < 0)
		return;
	message.sound.count = port->block_samples;
	memcpy(message.sound.samples, samples, port->block_samples * sizeof *samples);
	if (link->sound_told == port->sound_on && link->unanswered_samples < DUMMY_UNANSWERED_MAX &&
		!link_send(port, &message)) {
		link->sent_samples += port->block_samples;
		link->unanswered_samples += port->block_samples;
	} else {
		link->skipped_samples += port->block_samples;
		port->counters.write_lost_blocks++;
	}
}

/* A telephone answers each block once and in full, so answers to an earlier sound_on are known by count. */
static int take_sound(struct dummy_port *port, const struct fxs_wire_message *message)
{
	struct dummy_link *link = &port->link;

	if (message->sound.count != port->block_samples || !link->unanswered_samples)
		return EPROTO;
	link->unanswered_samples -= port->block_samples;
	if (link->stale_samples)
		link->stale_samples -= port->block_samples;
	else if (link->sound_told && link->sound_told == port->sound_on)
		dummy_port_received(port, message->sound.samples);
	return 0;
}

/* A count that the telephone cannot have reached is of an earlier sound_on. */
static int take_hook(struct dummy_port *port, const struct fxs_wire_message *message)
{
	struct dummy_link *link = &port->link;
	bool known = message->hook.sample <= link->sent_samples;

	if (++link->hooks_in_window > DUMMY_HOOKS_PER_S)
		return EPROTO;
	dummy_port_hook(port, message->hook.off_hook,
		known ? message->hook.sample : FXS_WIRE_SAMPLE_NOW);
	return 0;
}

static int take(struct dummy_port *port, const uint8_t *bytes, size_t length)
{
	struct fxs_wire_message message;

	if (length > FXS_WIRE_BYTES_MAX || fxs_wire_decode(&message, bytes, length))
		return EPROTO;
	switch (message.kind) {
	case FXS_WIRE_SOUND:
		return take_sound(port, &message);
	case FXS_WIRE_HOOK:
		return take_hook(port, &message);
	case FXS_WIRE_HELLO:
	case FXS_WIRE_REFUSED:
	case FXS_WIRE_FEED:
	case FXS_WIRE_RING:
	case FXS_WIRE_SOUND_ON:
	case FXS_WIRE_SOUND_OFF:
		break;
	}
	return EPROTO; /* not a telephone's to say */
}

void dummy_link_receive(struct dummy_port *port)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];

	for (int i = 0; i < MESSAGES_PER_CALL && port->link.fd >= 0; i++) {
		ssize_t length = recv(port->link.fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_TRUNC);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length <= 0) {
			dummy_link_drop(port);
		} else if (take(port, bytes, (size_t)length)) {
			port->counters.misbehaved++;
			dummy_link_drop(port);
		}
	}
}

/*
 * A block is written at the beginning of the time in which it sounds, so a telephone can tell of a
 * contact that moves later in it. Times are never in the future: the wire's clock is put back until
 * all that was sent lies in the past, which happens once, at the first block, with a caller that
 * keeps its pace. A caller that stopped writing for long puts it forward.
 */
void dummy_link_clock(struct dummy_link *link, uint64_t now_ns)
{
	uint64_t sounded_ns = (link->sent_samples + link->skipped_samples) * NS_PER_SAMPLE;

	if (link->sound_start_ns + sounded_ns > now_ns)
		link->sound_start_ns = now_ns > sounded_ns ? now_ns - sounded_ns : 0;
	else if (now_ns - sounded_ns - link->sound_start_ns > DUMMY_LAG_MAX_NS)
		link->sound_start_ns = now_ns - sounded_ns;
	if (now_ns - link->hook_window_ns >= NS_PER_S) {
		link->hook_window_ns = now_ns;
		link->hooks_in_window = 0;
	}
}

uint64_t dummy_link_time(const struct dummy_link *link, uint64_t sample, uint64_t now_ns)
{
	uint64_t at_ns;

	if (sample == FXS_WIRE_SAMPLE_NOW)
		return now_ns;
	at_ns = link->sound_start_ns + (sample + link->skipped_samples) * NS_PER_SAMPLE;
	return at_ns < now_ns ? at_ns : now_ns;
}
