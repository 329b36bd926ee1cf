/* SPDX-License-Identifier: BSD-3-Clause */
/* The wires of a dummy line: fxs/wire.h over a connected socket. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fxs/wire.h"
#include "gateway/phone/wires.h"

#define SAMPLE_NS      (1000000000 / FXS_RATE_HZ)
#define MESSAGES_A_STEP 64 /* so that a mad exchange cannot hold the process */

struct wires_dummy {
	struct wires wires;
	const struct wires_handlers *handlers;
	void *arg;
	int fd;
	bool lost;
	bool off_hook;
	bool flowing;
	uint64_t received; /* samples since sound went on */
	size_t block;      /* how many of them came with the last block */
	uint64_t block_ns; /* and when: it sounds from then on */
};

static struct wires_dummy *dummy_of(struct wires *wires)
{
	return (struct wires_dummy *)wires;
}

static void lose(struct wires_dummy *dummy, int err)
{
	if (dummy->lost)
		return;
	dummy->lost = true;
	/* The descriptor stays, so that a poll set of the caller never names another's. */
	shutdown(dummy->fd, SHUT_RDWR);
	dummy->handlers->lost(err, dummy->arg);
}

static int transmit(struct wires_dummy *dummy, const struct fxs_wire_message *message)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];
	size_t length = fxs_wire_encode(message, bytes);

	if (dummy->lost)
		return EPIPE;
	if (send(dummy->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
		return errno;
	return 0;
}

/* A full socket loses a block, as a card would; a dead one is noticed by the next receive. */
static void sound_take(struct wires_dummy *dummy, const struct fxs_wire_message *message,
	uint64_t now_ns)
{
	struct fxs_wire_message answer = {.kind = FXS_WIRE_SOUND, .sound.count = message->sound.count};

	dummy->received += message->sound.count;
	dummy->block = message->sound.count;
	dummy->block_ns = now_ns;
	dummy->handlers->sound(message->sound.samples, answer.sound.samples, message->sound.count,
		now_ns + message->sound.count * SAMPLE_NS, dummy->arg);
	if (!dummy->off_hook)
		memset(answer.sound.samples, 0, sizeof answer.sound.samples);
	transmit(dummy, &answer);
}

static void flow_set(struct wires_dummy *dummy, bool on, uint64_t now_ns)
{
	dummy->flowing = on;
	dummy->received = 0;
	dummy->block = 0;
	dummy->block_ns = now_ns;
	dummy->handlers->flow(on, now_ns, dummy->arg);
}

static void take(struct wires_dummy *dummy, const struct fxs_wire_message *message, uint64_t now_ns)
{
	const struct wires_handlers *handlers = dummy->handlers;

	switch (message->kind) {
	case FXS_WIRE_REFUSED:
		lose(dummy, message->refused_errno);
		break;
	case FXS_WIRE_FEED:
		handlers->feed(message->feed, now_ns, dummy->arg);
		break;
	case FXS_WIRE_RING:
		handlers->ring(message->ring_on, now_ns, dummy->arg);
		break;
	case FXS_WIRE_SOUND_ON:
	case FXS_WIRE_SOUND_OFF:
		flow_set(dummy, message->kind == FXS_WIRE_SOUND_ON, now_ns);
		break;
	case FXS_WIRE_SOUND:
		sound_take(dummy, message, now_ns);
		break;
	case FXS_WIRE_HELLO:
	case FXS_WIRE_HOOK:
		lose(dummy, EPROTO); /* only telephones say these */
		break;
	}
}

static void dummy_step(struct wires *wires, uint64_t now_ns)
{
	struct wires_dummy *dummy = dummy_of(wires);

	for (int i = 0; i < MESSAGES_A_STEP && !dummy->lost; i++) {
		uint8_t bytes[FXS_WIRE_BYTES_MAX + 1];
		struct fxs_wire_message message;
		ssize_t length = recv(dummy->fd, bytes, sizeof bytes, MSG_DONTWAIT);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno == EAGAIN)
			return;
		if (length <= 0)
			lose(dummy, EPIPE);
		else if (fxs_wire_decode(&message, bytes, (size_t)length))
			lose(dummy, EPROTO);
		else
			take(dummy, &message, now_ns);
	}
}

/* A contact moves while the last block sounds; never later than what has been received. */
static uint64_t sample_at(const struct wires_dummy *dummy, uint64_t at_ns)
{
	uint64_t into = at_ns > dummy->block_ns ? (at_ns - dummy->block_ns) / SAMPLE_NS : 0;

	return dummy->received - dummy->block + (into < dummy->block ? into : dummy->block);
}

static int dummy_hook_set(struct wires *wires, bool off_hook, uint64_t at_ns)
{
	struct wires_dummy *dummy = dummy_of(wires);
	struct fxs_wire_message message = {
		.kind = FXS_WIRE_HOOK,
		.hook = {.off_hook = off_hook, .sample = FXS_WIRE_SAMPLE_NOW},
	};

	if (dummy->flowing)
		message.hook.sample = sample_at(dummy, at_ns);
	dummy->off_hook = off_hook;
	return transmit(dummy, &message);
}

static int dummy_fd(const struct wires *wires)
{
	return ((const struct wires_dummy *)wires)->fd;
}

static short dummy_poll_events(const struct wires *wires)
{
	(void)wires;
	return POLLIN;
}

static void dummy_close(struct wires *wires)
{
	struct wires_dummy *dummy = dummy_of(wires);

	if (!dummy)
		return;
	if (dummy->fd >= 0)
		close(dummy->fd);
	free(dummy);
}

static int dummy_connect(int *fdp, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, err;

	if (!path || strlen(path) >= sizeof address.sun_path)
		return ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		err = errno;
		close(fd);
		return err;
	}
	*fdp = fd;
	return 0;
}

static int dummy_open(struct wires **wiresp, const struct wires_config *config,
	const struct wires_handlers *handlers, void *arg)
{
	struct fxs_wire_message hello = {.kind = FXS_WIRE_HELLO, .hello.version = FXS_WIRE_VERSION};
	struct wires_dummy *dummy;
	int err;

	if (!config->line || !fxs_wire_line_valid(config->line))
		return EINVAL;
	dummy = calloc(1, sizeof *dummy);
	if (!dummy)
		return ENOMEM;
	*dummy = (struct wires_dummy){
		.wires.ops = &wires_dummy_ops, .handlers = handlers, .arg = arg, .fd = -1};
	err = dummy_connect(&dummy->fd, config->path);
	if (!err) {
		strcpy(hello.hello.line, config->line);
		err = transmit(dummy, &hello);
	}
	if (err)
		dummy_close(&dummy->wires);
	else
		*wiresp = &dummy->wires;
	return err;
}

const struct wires_ops wires_dummy_ops = {
	.name = "dummy",
	.open = dummy_open,
	.close = dummy_close,
	.fd = dummy_fd,
	.poll_events = dummy_poll_events,
	.step = dummy_step,
	.hook_set = dummy_hook_set,
};
