/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bus with a line of the dummy driver and the far end's bare socket, for unit tests in one thread
 * and invented time: whatever one side sent is there when the other asks.
 */
#ifndef TIPRING_TESTS_FXS_DUMMY_PHONE_H
#define TIPRING_TESTS_FXS_DUMMY_PHONE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fxs/fxs.h"
#include "fxs/wire.h"

#define MS_NS UINT64_C(1000000)

struct bench {
	char folder[32], path[48];
	struct fxs_bus *bus;
	struct fxs_port *port; /* line "1", blocks of 160 */
	uint64_t now_ns;
};

/* cmocka set-up and tear-down; the state is a struct bench. */
int bench_setup(void **state);
int bench_teardown(void **state);

int phone_connect(const struct bench *bench);
void phone_send(int fd, const struct fxs_wire_message *message);
void phone_send_bytes(int fd, const void *bytes, size_t length);
void phone_hello(int fd, const char *line);
void phone_hook(int fd, bool off_hook, uint64_t sample);
void phone_sound(int fd, size_t count, int16_t value);
/* Connects to line "1" and takes the first FEED. */
int phone_attach(struct bench *bench);

/* The next message; fails the test when there is none. */
struct fxs_wire_message phone_receive(int fd);
void phone_expect(int fd, enum fxs_wire_kind kind);
void phone_expect_nothing(int fd);
void phone_expect_refused(int fd, int reason);
bool phone_is_closed(int fd);

void bench_service(struct bench *bench);
/* Whether the descriptor is readable just now. */
bool is_readable(int fd);
void bench_write(struct bench *bench, int16_t value);
void bench_expect_event(struct bench *bench, enum fxs_event_kind kind, uint64_t at_ns);
void bench_expect_no_event(struct bench *bench);

#endif
