/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts the sound of RTP packets back in order and in time: a ring of samples addressed by their place on the line's
 * own clock, played a fixed time behind the first packet. A packet that comes too late makes the delay longer by its
 * lateness. Another source, or a clock that jumped, goes on where the old one would have: what waits of the old one is
 * still played. What is missing is silence. Media thread only; no allocation.
 */
#ifndef TIPRING_GATEWAY_MEDIA_PLAYOUT_H
#define TIPRING_GATEWAY_MEDIA_PLAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAYOUT_SAMPLES 4096 /* 512 ms, a power of two */

struct playout {
	bool started;
	uint32_t ssrc;
	uint32_t next_place;      /* of the next sample to play */
	uint32_t place_offset;    /* what to add to a timestamp of this source */
	unsigned delay_samples;   /* asked for at each start */
	uint64_t played, missing, late, restarts;
	int16_t samples[PLAYOUT_SAMPLES];
	bool present[PLAYOUT_SAMPLES];
};

/* Forgets all sound; delay_ms 0..200. */
void stream_playout_reset(struct playout *playout, unsigned delay_ms);

/* Sound of one packet. count is at most PLAYOUT_SAMPLES / 2. */
void stream_playout_put(struct playout *playout, uint32_t ssrc, uint32_t timestamp, const int16_t *samples,
	size_t count);

/* Takes back what was put and has not been played yet. count is at most PLAYOUT_SAMPLES. */
void stream_playout_erase(struct playout *playout, uint32_t timestamp, size_t count);

/* Timestamp of the source that was heard last whose sample plays next. */
uint32_t stream_playout_now(const struct playout *playout);

/* The next samples; silence where nothing came. */
void stream_playout_get(struct playout *playout, int16_t *samples, size_t count);

#endif
