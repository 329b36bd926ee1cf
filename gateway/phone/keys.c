/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <string.h>

#include "gateway/phone/fit.h"
#include "gateway/phone/keys.h"

#define SAMPLES_PER_MS 8
#define WINDOW         160 /* 20 ms tell neighbouring rows apart */
#define HOP            40
#define POWER_MIN      82400.0 /* mean square of -35 dBm0 */
#define EXPLAINED_MIN  0.9
#define WEAKEST_MIN    0.05

static const unsigned row_hz[] = {697, 770, 852, 941}, column_hz[] = {1209, 1336, 1477, 1633};
static const char digits[4][5] = {"123A", "456B", "789C", "*0#D"};

static double power_of(const double *window)
{
	double sum = 0;

	for (size_t i = 0; i < WINDOW; i++)
		sum += window[i] * window[i];
	return sum / WINDOW;
}

/* The key whose tone fills the window, or 0. */
static char window_key(const int16_t *samples)
{
	double window[WINDOW];

	for (size_t i = 0; i < WINDOW; i++)
		window[i] = samples[i];
	if (power_of(window) < POWER_MIN)
		return 0;
	for (size_t i = 0; i < 16; i++) {
		const unsigned hz[TONES_HZ_MAX] = {row_hz[i / 4], column_hz[i % 4]};
		struct fit fit;

		fit_find(&fit, hz, window, WINDOW);
		if (fit.explained >= EXPLAINED_MIN && fit.weakest >= WEAKEST_MIN)
			return digits[i / 4][i % 4];
	}
	return 0;
}

static size_t key_add(struct key_heard *keys, size_t max, size_t found, const struct key_heard *key)
{
	if (!key->digit || key->length_ms < KEYS_MS_MIN)
		return found;
	if (found < max)
		keys[found] = *key;
	return found + 1;
}

size_t keys_find(struct key_heard *keys, size_t max, const int16_t *samples, size_t count)
{
	struct key_heard key = {0};
	size_t found = 0;

	for (size_t at = 0; at + WINDOW <= count; at += HOP) {
		char digit = window_key(samples + at);

		if (digit != key.digit) {
			found = key_add(keys, max, found, &key);
			key = (struct key_heard){.digit = digit, .begun_ms = (unsigned)(at / SAMPLES_PER_MS)};
		}
		key.length_ms = (unsigned)((at + WINDOW) / SAMPLES_PER_MS) - key.begun_ms;
	}
	return key_add(keys, max, found, &key);
}
