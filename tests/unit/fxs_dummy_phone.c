/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/fxs_dummy_phone.h"

#define DRIVER (&fxs_dummy_driver)

int bench_setup(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct fxs_bus_config bus_config;
	struct fxs_port_config port_config = {.channel = "1", .block_samples = 160};

	assert_non_null(bench);
	strcpy(bench->folder, "/tmp/fxs-dummy-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->path, sizeof bench->path, "%s/lines", bench->folder);
	bench->now_ns = 1000000 * MS_NS;
	bus_config.path = bench->path;
	assert_int_equal(DRIVER->bus_open(&bench->bus, &bus_config), 0);
	assert_int_equal(DRIVER->port_open(&bench->port, bench->bus, &port_config, bench->now_ns), 0);
	*state = bench;
	return 0;
}

int bench_teardown(void **state)
{
	struct bench *bench = *state;

	DRIVER->port_close(bench->port);
	DRIVER->bus_close(bench->bus);
	assert_int_equal(access(bench->path, F_OK), -1);
	assert_int_equal(rmdir(bench->folder), 0);
	free(bench);
	return 0;
}

int phone_connect(const struct bench *bench)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	strcpy(address.sun_path, bench->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

void phone_send_bytes(int fd, const void *bytes, size_t length)
{
	assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

void phone_send(int fd, const struct fxs_wire_message *message)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];

	phone_send_bytes(fd, bytes, fxs_wire_encode(message, bytes));
}

void phone_hello(int fd, const char *line)
{
	struct fxs_wire_message message = {.kind = FXS_WIRE_HELLO,
		.hello.version = FXS_WIRE_VERSION};

	strcpy(message.hello.line, line);
	phone_send(fd, &message);
}

void phone_hook(int fd, bool off_hook, uint64_t sample)
{
	struct fxs_wire_message message = {.kind = FXS_WIRE_HOOK,
		.hook = {.off_hook = off_hook, .sample = sample}};

	phone_send(fd, &message);
}

void phone_sound(int fd, size_t count, int16_t value)
{
	struct fxs_wire_message message = {.kind = FXS_WIRE_SOUND, .sound.count = count};

	for (size_t i = 0; i < count; i++)
		message.sound.samples[i] = value;
	phone_send(fd, &message);
}

int phone_attach(struct bench *bench)
{
	int fd = phone_connect(bench);

	phone_hello(fd, "1");
	bench_service(bench);
	phone_expect(fd, FXS_WIRE_FEED);
	return fd;
}

struct fxs_wire_message phone_receive(int fd)
{
	struct fxs_wire_message message;
	uint8_t bytes[FXS_WIRE_BYTES_MAX];
	ssize_t length = recv(fd, bytes, sizeof bytes, 0);

	assert_true(length > 0);
	assert_int_equal(fxs_wire_decode(&message, bytes, (size_t)length), 0);
	return message;
}

void phone_expect(int fd, enum fxs_wire_kind kind)
{
	assert_int_equal(phone_receive(fd).kind, kind);
}

void phone_expect_nothing(int fd)
{
	uint8_t byte;

	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

void phone_expect_refused(int fd, int reason)
{
	struct fxs_wire_message message = phone_receive(fd);

	assert_int_equal(message.kind, FXS_WIRE_REFUSED);
	assert_int_equal(message.refused_errno, reason);
	assert_true(phone_is_closed(fd));
	close(fd);
}

bool phone_is_closed(int fd)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];
	ssize_t length;

	do
		length = recv(fd, bytes, sizeof bytes, 0);
	while (length > 0);
	return length == 0 || errno == ECONNRESET;
}

/* Twice: the first takes the caller, the second its HELLO. */
void bench_service(struct bench *bench)
{
	assert_int_equal(DRIVER->bus_service(bench->bus, bench->now_ns), 0);
	assert_int_equal(DRIVER->bus_service(bench->bus, bench->now_ns), 0);
}

bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

void bench_write(struct bench *bench, int16_t value)
{
	int16_t samples[160];

	for (int i = 0; i < 160; i++)
		samples[i] = value;
	assert_int_equal(DRIVER->write(bench->port, samples, 160), 0);
}

void bench_expect_event(struct bench *bench, enum fxs_event_kind kind, uint64_t at_ns)
{
	struct fxs_event event;

	assert_true(is_readable(DRIVER->fd(bench->port)));
	assert_int_equal(DRIVER->event_read(bench->port, bench->now_ns, &event), 0);
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.at_ns, at_ns);
}

void bench_expect_no_event(struct bench *bench)
{
	struct fxs_event event;

	assert_int_equal(DRIVER->event_read(bench->port, bench->now_ns, &event), EAGAIN);
	assert_false(is_readable(DRIVER->fd(bench->port)));
}
