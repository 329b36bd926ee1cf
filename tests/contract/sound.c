/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "tests/contract/bench.h"

#define FIND_SAMPLES 2000
#define LOUDEST      12000
#define SILENCE_MOST 16 /* the smallest steps of either law */

void voice_speak(struct voice *voice, int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		voice->seed = voice->seed * 1664525 + 1013904223;
		samples[i] = voice->speaks
			? (int16_t)((int)(voice->seed >> 8) % (2 * LOUDEST) - LOUDEST) : 0;
	}
}

void track_add(struct track *track, const int16_t *samples, size_t count, uint64_t at_ns)
{
	if (track->count + count > TRACK_SAMPLES || track->block_count == TRACK_BLOCKS)
		bench_broken("more sound than a case can make");
	track->blocks[track->block_count].first = track->count;
	track->blocks[track->block_count++].at_ns = at_ns;
	memcpy(track->samples + track->count, samples, count * sizeof *samples);
	track->count += count;
}

/* Both laws have 16 steps to an octave, so the error is at most a 32nd and half a smallest step. */
static bool alike(int a, int b, bool exact)
{
	return exact ? a == b : abs(a - b) <= abs(a) / 32 + SILENCE_MOST;
}

long track_find(const struct track *from, size_t from_from, const struct track *to, size_t from_to,
	bool exact)
{
	if (from->count < from_from + FIND_SAMPLES)
		return -1;
	for (size_t at = from_to; at + FIND_SAMPLES <= to->count; at++) {
		size_t i = 0;

		while (i < FIND_SAMPLES &&
			alike(from->samples[from_from + i], to->samples[at + i], exact))
			i++;
		if (i == FIND_SAMPLES)
			return (long)at;
	}
	return -1;
}

bool track_is_silent(const struct track *track, size_t first)
{
	for (size_t i = first; i < track->count; i++) {
		if (abs(track->samples[i]) > SILENCE_MOST)
			return false;
	}
	return true;
}

uint64_t track_time(const struct track *track, size_t sample)
{
	uint64_t at_ns = 0;

	for (size_t i = 0; i < track->block_count && track->blocks[i].first <= sample; i++)
		at_ns = track->blocks[i].at_ns;
	return at_ns;
}
