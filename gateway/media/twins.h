/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Some tell of one key twice, as an event in the sound (RFC 4733) and by INFO: it is one key. Each way's keys are paired with the other's in their
 * order, as long as they come within TWINS_MS of each other; the first of a pair sounds. Whoever uses one way alone has no pairs, and equal
 * keys in a row stay as many as they are. Pure; media thread.
 */
#ifndef TIPRING_GATEWAY_MEDIA_TWINS_H
#define TIPRING_GATEWAY_MEDIA_TWINS_H

#include <stdbool.h>
#include <stdint.h>

#define TWINS_MS  1500 /* an INFO whose first packet was lost is three times as late as one that was sent at the key's end */
#define TWINS_MAX 8    /* keys that wait for their twin, of each way; the oldest gives way */

enum twins_way {
	TWINS_EVENT,
	TWINS_INFO,
	TWINS_WAYS,
};

/* Zeroed: nothing came. */
struct twins {
	struct twins_key {
		char key;      /* 0: none */
		uint64_t at_ms;
	} waiting[TWINS_WAYS][TWINS_MAX];
	unsigned next[TWINS_WAYS];
};

/* A key came this way; returns whether it came the other way before, and is to be passed over. now_ms of any clock that goes on. */
bool twins_is_second(struct twins *twins, enum twins_way way, char key, uint64_t now_ms);

#endif
