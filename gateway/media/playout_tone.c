/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "dsp/g711.h"
#include "gateway/media/playout_private.h"

/* So long after its end a key may be told to have ended: what listens for it on the far line takes its time. */
#define WAIT (80 * PLAYOUT_SAMPLES_PER_MS)

/* What of a key's tone came as sound before its event did is part of it. */
static bool has_begun(const struct playout *playout, uint32_t place)
{
	int32_t behind = playout_ahead(playout->next_place, playout->sounded_until);

	return playout->stats.played && playout_ahead(playout->next_place, place) > 0 &&
		playout_ahead(playout->sounded_until, place) > 0 && behind >= 0 &&
		behind + DSP_CONCEAL_HISTORY <= PLAYOUT_HISTORY &&
		dsp_conceal_is_key(playout->sound + PLAYOUT_HISTORY - behind);
}

/* From here on all is played later; what lies between is a pause. */
static void insert(struct playout *playout, int16_t *at, unsigned count)
{
	unsigned rest = (unsigned)(playout->sound + PLAYOUT_HISTORY + playout->pending - at);

	memmove(at + count, at, rest * sizeof(*at));
	dsp_conceal_pause(&playout->conceal, at, at, count);
	if (rest)
		dsp_conceal_good(&playout->conceal, at + count, rest);
	playout->pending += count;
	playout->next_place -= count;
	playout->stats.pause_samples += count;
}

/* By how much the delay is too short for keys; 0: by nothing, or nothing can be done about it. */
static unsigned short_by(const struct playout *playout)
{
	int32_t delay = playout_ahead(playout_transit(playout), playout->delay.base);
	int32_t wait = playout->delay.limits.max < WAIT ? (int32_t)playout->delay.limits.max : WAIT;

	if (playout->config.fixed || !playout->delay.packets || delay >= wait || delay < -WAIT ||
	    (int32_t)playout->pending + wait - delay > PLAYOUT_PENDING)
		return 0;
	return (unsigned)(wait - delay);
}

/* A tone waits until its end will be known in time. */
static void wait_for_end(struct playout *playout, uint32_t place)
{
	int32_t at = playout_ahead(place, playout->next_place);
	unsigned wait = short_by(playout);

	if (at < 0)
		at = 0;
	if (wait && at <= (int32_t)playout->pending)
		insert(playout, playout->sound + PLAYOUT_HISTORY + at, wait);
}

/* A tone that comes late is whole all the same: the delay grows by that, as a digit must keep its length. */
static void begin(struct playout *playout, uint32_t place)
{
	if (has_begun(playout, place)) {
		(void)playout_go_back(playout, playout->sounded_until);
		return;
	}
	wait_for_end(playout, place);
	if (playout_ahead(place, playout->next_place) < 0)
		(void)playout_go_back(playout, place);
}

void stream_playout_put(struct playout *playout, uint32_t ssrc, uint32_t timestamp, const int16_t *samples,
	size_t count)
{
	uint32_t place;

	playout_source(playout, ssrc, timestamp, playout->started ? playout->clock_factor : 1);
	place = playout_place(playout, timestamp);
	if (place != playout->tones_until || !playout_pool_first(&playout->pool, PLAYOUT_TONE))
		begin(playout, place);
	for (size_t done = 0; done < count;) {
		uint8_t bytes[PLAYOUT_BLOCK_BYTES];
		size_t part = count - done < sizeof(bytes) ? count - done : sizeof(bytes);
		struct playout_entry entry = {.place = place + (uint32_t)done, .samples = (uint16_t)part,
			.length = (uint16_t)part};

		dsp_g711_encode(DSP_LAW_MU, bytes, samples + done, part);
		(void)playout_pool_put(&playout->pool, PLAYOUT_TONE, &entry, bytes);
		done += part;
	}
	playout->tones_until = place + (uint32_t)count;
}

void stream_playout_erase(struct playout *playout, uint32_t timestamp, size_t count)
{
	uint32_t place;

	(void)count;
	if (!playout->started)
		return;
	place = playout_place(playout, timestamp);
	playout_pool_cut(&playout->pool, PLAYOUT_TONE, place);
	if (playout_ahead(playout->tones_until, place) > 0)
		playout->tones_until = place;
}

bool playout_tone_covers(const struct playout *playout, uint32_t place)
{
	const struct playout_entry *tone = playout_pool_first(&playout->pool, PLAYOUT_TONE);

	while (tone && playout_ahead(tone->place + tone->samples, place) <= 0)
		tone = playout_pool_after(&playout->pool, tone);
	return tone && playout_ahead(tone->place, place) <= 0;
}

/* The part of a tone that lies within. */
static void lay(const struct playout *playout, const struct playout_entry *tone, int16_t *samples, size_t count)
{
	int16_t sound[PLAYOUT_BLOCK_BYTES];
	uint8_t bytes[PLAYOUT_BYTES_MAX];
	int32_t at = playout_ahead(tone->place, playout->next_place);

	playout_pool_read(&playout->pool, PLAYOUT_TONE, bytes);
	dsp_g711_decode(DSP_LAW_MU, sound, bytes, tone->samples);
	for (unsigned i = 0; i < tone->samples; i++, at++) {
		if (at >= 0 && at < (int32_t)count)
			samples[at] = sound[i];
	}
}

void playout_tones_lay(struct playout *playout, int16_t *samples, size_t count)
{
	const struct playout_entry *tone;

	while ((tone = playout_pool_first(&playout->pool, PLAYOUT_TONE)) != NULL) {
		if (playout_ahead(tone->place, playout->next_place) >= (int32_t)count)
			return;
		lay(playout, tone, samples, count);
		if (playout_ahead(tone->place + tone->samples, playout->next_place) > (int32_t)count)
			return;
		playout_pool_drop(&playout->pool, PLAYOUT_TONE);
	}
}
