/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A telephone over the messages of the wire. It plays each block while the next 20 ms pass, so it
 * dates its contact's moves to the sample, one block behind the exchange's time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fxs/wire.h"
#include "tests/contract/bench.h"

struct wire_phone {
	int fd;
	uint64_t now_ns; /* the invented time */
	bool sound_on;
	uint64_t received_samples; /* since sound went on */
	uint64_t block_ns;         /* when the last block came */
	size_t block_samples;
};

static struct wire_phone *phone_of(struct bench *bench)
{
	static struct wire_phone only = {.fd = -1, .now_ns = 1000000 * MS_NS};

	bench->phone = &only;
	return &only;
}

static void phone_send(struct wire_phone *phone, const struct fxs_wire_message *message)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];

	if (phone->fd >= 0 && send(phone->fd, bytes, fxs_wire_encode(message, bytes), MSG_NOSIGNAL) < 0 &&
		errno != EPIPE)
		bench_broken("the telephone cannot send");
}

static void wire_connect(struct bench *bench)
{
	struct wire_phone *phone = phone_of(bench);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct fxs_wire_message hello = {.kind = FXS_WIRE_HELLO, .hello.version = FXS_WIRE_VERSION};

	strncpy(address.sun_path, bench->bus_config.path, sizeof address.sun_path - 1);
	phone->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (phone->fd < 0 || connect(phone->fd, (struct sockaddr *)&address, sizeof address))
		bench_broken("the telephone cannot connect");
	strncpy(hello.hello.line, bench->channel, FXS_CHANNEL_NAME_MAX);
	phone_send(phone, &hello);
	bench->off_hook = bench->ringing = bench->battery = bench->reversed = false;
	phone->sound_on = false;
}

static void wire_disconnect(struct bench *bench)
{
	struct wire_phone *phone = phone_of(bench);

	if (phone->fd >= 0)
		close(phone->fd);
	phone->fd = -1;
}

/* The sample that the contact's present moment is. */
static uint64_t sample_now(const struct wire_phone *phone)
{
	uint64_t played = (phone->now_ns - phone->block_ns) / (1000 * MS_NS / FXS_RATE_HZ);

	if (!phone->sound_on)
		return FXS_WIRE_SAMPLE_NOW;
	if (played > phone->block_samples)
		played = phone->block_samples;
	return phone->received_samples - phone->block_samples + played;
}

static void contact(struct bench *bench, bool closed)
{
	struct wire_phone *phone = phone_of(bench);
	struct fxs_wire_message message = {.kind = FXS_WIRE_HOOK,
		.hook = {.off_hook = closed, .sample = sample_now(phone)}};

	phone_send(phone, &message);
}

static void wire_lift(struct bench *bench)
{
	bench->off_hook = true;
	contact(bench, true);
}

static void wire_hang_up(struct bench *bench)
{
	bench->off_hook = false;
	contact(bench, false);
}

static void wire_break(struct bench *bench, bool open)
{
	contact(bench, !open);
}

static void sound_take(struct bench *bench, struct wire_phone *phone, struct fxs_wire_message *message)
{
	size_t count = message->sound.count;

	track_add(&bench->heard, message->sound.samples, count, phone->now_ns);
	phone->received_samples += count;
	phone->block_samples = count;
	phone->block_ns = phone->now_ns;
	voice_speak(&bench->phone_voice, message->sound.samples, count);
	track_add(&bench->said, message->sound.samples, count, phone->now_ns);
	phone_send(phone, message);
}

static void sound_switch(struct wire_phone *phone, bool on)
{
	phone->sound_on = on;
	phone->received_samples = phone->block_samples = 0;
	phone->block_ns = phone->now_ns;
}

static void take(struct bench *bench, struct wire_phone *phone, struct fxs_wire_message *message)
{
	switch (message->kind) {
	case FXS_WIRE_FEED:
		bench->battery = message->feed != FXS_FEED_OPEN;
		bench->reversed = message->feed == FXS_FEED_REVERSED;
		break;
	case FXS_WIRE_RING:
		bench_ring_moved(bench, message->ring_on, phone->now_ns);
		break;
	case FXS_WIRE_SOUND_ON:
	case FXS_WIRE_SOUND_OFF:
		sound_switch(phone, message->kind == FXS_WIRE_SOUND_ON);
		break;
	case FXS_WIRE_SOUND:
		sound_take(bench, phone, message);
		break;
	case FXS_WIRE_HELLO:
	case FXS_WIRE_REFUSED:
	case FXS_WIRE_HOOK:
		bench_broken("the exchange says what it must not");
	}
}

/* The voltage of a line that nobody feeds any more is gone. */
static void line_dead(struct bench *bench, struct wire_phone *phone)
{
	wire_disconnect(bench);
	phone->sound_on = false;
	bench_ring_moved(bench, false, phone->now_ns);
	bench->battery = false;
}

static void wire_turn(struct bench *bench)
{
	struct wire_phone *phone = phone_of(bench);

	while (phone->fd >= 0) {
		uint8_t bytes[FXS_WIRE_BYTES_MAX];
		struct fxs_wire_message message;
		ssize_t length = recv(phone->fd, bytes, sizeof bytes, 0);

		if (length < 0 && errno == EAGAIN)
			return;
		if (length <= 0)
			line_dead(bench, phone);
		else if (fxs_wire_decode(&message, bytes, (size_t)length))
			bench_broken("the exchange says what nobody understands");
		else
			take(bench, phone, &message);
	}
}

static uint64_t wire_now_ns(struct bench *bench)
{
	return phone_of(bench)->now_ns;
}

static void wire_wait_ms(struct bench *bench)
{
	phone_of(bench)->now_ns += MS_NS;
}

const struct far_end far_wire = {
	.name = "dummy",
	.absent_channel = "no such line",
	.absent_errno = EINVAL,
	.sound_exact = true,
	.edge_early_ns = 21 * MS_NS,
	.connect = wire_connect,
	.disconnect = wire_disconnect,
	.lift = wire_lift,
	.hang_up = wire_hang_up,
	.loop_break = wire_break,
	.vanish = wire_disconnect,
	.turn = wire_turn,
	.now_ns = wire_now_ns,
	.wait_ms = wire_wait_ms,
};
