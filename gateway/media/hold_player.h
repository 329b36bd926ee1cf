/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a held party hears: a sound that goes round and round, faded in from what was sent before and out to what comes after, so that
 * nothing clicks. One for each stream, all over the same sound. Media thread; no allocation.
 */
#ifndef TIPRING_GATEWAY_MEDIA_HOLD_PLAYER_H
#define TIPRING_GATEWAY_MEDIA_HOLD_PLAYER_H

#include <stdbool.h>

#include "gateway/prompts.h"

#define HOLD_FADE_SAMPLES 40 /* 5 ms */

/* Zeroed: silent, at the sound's beginning. */
struct hold_player {
	size_t position;
	int faded_in; /* 0..HOLD_FADE_SAMPLES */
};

/* What is sent in the place of samples: themselves while it is off, or out. Off long enough it begins anew. */
const int16_t *hold_player_mix(struct hold_player *player, const struct sound *sound, bool on, const int16_t *samples,
	int16_t *out, size_t count);

#endif
