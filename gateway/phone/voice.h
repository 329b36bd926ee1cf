/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A made-up voice: syllables of pitched and whispered sound through two formants, all drawn from a
 * seed. The same seed always says the same; two seeds do not resemble each other. It never pauses
 * for longer than a few ms, so that every gap that is heard was made on the way. Level -18 dBm0.
 * Pure code, one thread each.
 */
#ifndef TIPRING_GATEWAY_PHONE_VOICE_H
#define TIPRING_GATEWAY_PHONE_VOICE_H

#include <stddef.h>
#include <stdint.h>

#define VOICE_SYLLABLE_MAX 1760 /* samples */

struct voice {
	uint64_t random;
	size_t length, at; /* of the syllable */
	int16_t syllable[VOICE_SYLLABLE_MAX];
};

void voice_init(struct voice *voice, uint32_t seed);
/* The next count samples. */
void voice_fill(struct voice *voice, int16_t *samples, size_t count);

#endif
