/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the playout's files: playout.c takes packets, playout_play.c plays them, playout_tone.c lays tones over. */
#ifndef TIPRING_GATEWAY_MEDIA_PLAYOUT_PRIVATE_H
#define TIPRING_GATEWAY_MEDIA_PLAYOUT_PRIVATE_H

#include "gateway/media/playout.h"

#define PLAYOUT_SAMPLES_PER_MS 8

/* How far a place lies ahead of another; negative: behind. */
static inline int32_t playout_ahead(uint32_t place, uint32_t other)
{
	return (int32_t)(place - other);
}

/* Where the sound that is decoded ends. */
static inline uint32_t playout_end(const struct playout *playout)
{
	return playout->next_place + playout->pending;
}

/* Of what is played now; see playout_delay.h. */
static inline uint32_t playout_transit(const struct playout *playout)
{
	return playout->clock - playout->next_place;
}

uint32_t playout_place(const struct playout *playout, uint32_t timestamp);
/* Begins with another source, or with the same from elsewhere, unless this timestamp fits what goes on. */
void playout_source(struct playout *playout, uint32_t ssrc, uint32_t timestamp, unsigned clock_factor);
/* Plays from an earlier place on: the delay grows. False: it would be too long. */
bool playout_go_back(struct playout *playout, uint32_t place);
/* Lays the tones over what is played from next_place on, and forgets those that are over. */
void playout_tones_lay(struct playout *playout, int16_t *samples, size_t count);
bool playout_tone_covers(const struct playout *playout, uint32_t place);

#endif
