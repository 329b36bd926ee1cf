/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A telephone on a DAHDI channel (gateway/phone/wires_dahdi.c) that keeps what it felt, and the port
 * at the other end of its pair by raw ioctls.
 */
#ifndef TIPRING_TESTS_VM_TELEPHONE_H
#define TIPRING_TESTS_VM_TELEPHONE_H

#include "gateway/phone/wires.h"
#include "tests/vm/bed/bed.h"

#define MOVES_MAX 64
#define HEARD_MAX 40000

struct telephone {
	struct bed bed;
	struct wires *wires;
	int lines;
	struct {
		bool on;
		uint64_t at_ns;
	} rings[MOVES_MAX];
	size_t ring_count;
	struct {
		enum fxs_feed feed;
		uint64_t at_ns;
	} feeds[MOVES_MAX];
	size_t feed_count;
	size_t flow_count; /* begun */
	uint64_t flow_ns;
	int16_t heard[HEARD_MAX];
	size_t heard_count;
	const uint8_t *says; /* mu-law */
	size_t says_count, said_count;
	int lost;
};

/* Port 1 of LINES and its telephone, on-hook; a failure is the case's. */
void telephone_open(struct telephone *t, int lines);
void telephone_close(struct telephone *t);
/* Opens and closes another: the errno. */
int telephone_try(const char *channel);

/* The telephone lives, and events of the port are taken as they come. */
void telephone_live(struct telephone *t, unsigned ms);
/* Lifts or hangs up; the time. */
uint64_t telephone_hook(struct telephone *t, bool off_hook);

#endif
