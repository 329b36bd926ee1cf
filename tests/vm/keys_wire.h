/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of a telephone's keys passes on the loopback interface: events in RTP (RFC 4733), and what of their tones is in packets of
 * sound (PCMU). Its parser is its own. Needs CAP_NET_RAW; one thread; time is CLOCK_MONOTONIC in ns.
 */
#ifndef TIPRING_TESTS_VM_KEYS_WIRE_H
#define TIPRING_TESTS_VM_KEYS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_EVENT_TYPE 101 /* what tipringd offers first, and so what it sends to another of its lines */

/* The event that passed last. */
struct keys_event {
	unsigned begun;         /* events since keys_wire_forget: timestamps that were not there before */
	uint64_t first_ns;      /* when the first packet of the first passed */
	unsigned code;          /* RFC 4733 s3.2 */
	unsigned packets, ends;
	unsigned told_samples;  /* the longest duration of a packet without the end bit */
	unsigned duration_samples; /* of the end */
	unsigned ends_differing;  /* ends that tell another duration than the first */
	unsigned leaked_samples;  /* sound in packets, from the first that is loud to the last in each */
};

struct keys_wire {
	int fd;
	bool known;
	uint32_t timestamp;
	struct keys_event event;
};

int keys_wire_open(struct keys_wire *wire);
void keys_wire_close(struct keys_wire *wire);
void keys_wire_forget(struct keys_wire *wire);
/* Takes what has passed since. */
void keys_wire_step(struct keys_wire *wire);

#endif
