/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which keys of a telephone (ITU-T Q.23) are in a piece of sound, with their times to within 10 ms. Like all the
 * telephone's hearing it shares nothing with the exchange's detector. Pure code, any thread.
 */
#ifndef TIPRING_GATEWAY_PHONE_KEYS_H
#define TIPRING_GATEWAY_PHONE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#define KEYS_MS_MIN 25 /* a shorter tone is no key */

struct key_heard {
	char digit; /* 0-9 * # A-D */
	unsigned begun_ms, length_ms;
};

/* Finds the keys in order; returns how many there are, though only the first max of them are told. */
size_t keys_find(struct key_heard *keys, size_t max, const int16_t *samples, size_t count);

#endif
