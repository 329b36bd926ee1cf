/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A box holds the newest value of a small struct that one thread writes and another reads: what passes
 * between control and media. A value may be skipped, never lost: the newest is always there to read again.
 * No lock, nobody waits: a reader that meets a half-written value keeps what it has and comes again at
 * its next tick (a sequence lock whose words are atomic).
 */
#ifndef TIPRING_GATEWAY_MEDIA_BOX_H
#define TIPRING_GATEWAY_MEDIA_BOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOX_BYTES_MAX 4096

struct box {
	_Atomic uint32_t sequence; /* odd while being written */
	_Atomic uint64_t words[BOX_BYTES_MAX / sizeof(uint64_t)];
};

/* Returns the value's sequence number. size is the same at each call, at most BOX_BYTES_MAX. */
uint32_t box_write(struct box *box, const void *value, size_t size);

/* Copies the value when it is another than *sequence tells, and updates *sequence; else false. Start
 * with *sequence = 0; a box never written reads false. */
bool box_read(struct box *box, void *value, size_t size, uint32_t *sequence);

#endif
