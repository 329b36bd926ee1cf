/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "dsp/g711.h"
#include "gateway/media/playout_private.h"

/* So long after its end a key may be told to have ended: what listens for it on the far line takes its time. */
#define WAIT       (80 * PLAYOUT_SAMPLES_PER_MS)
#define PAUSE      (40 * PLAYOUT_SAMPLES_PER_MS) /* between two keys: what makes them two everywhere */
#define PAUSE_LONG (1000 * PLAYOUT_SAMPLES_PER_MS)

/* What of a key's tone came as sound before its event did is part of it. */
static bool has_begun(const struct playout *playout, uint32_t place)
{
	int32_t behind = playout_ahead(playout->next_place, playout->sounded_until);

	return playout->stats.played && playout_ahead(playout->next_place, place) > 0 &&
		playout_ahead(playout->sounded_until, place) > 0 && behind >= 0 &&
		behind + DSP_CONCEAL_HISTORY <= PLAYOUT_HISTORY &&
		dsp_conceal_is_key(playout->sound + PLAYOUT_HISTORY - behind);
}

/* By how much a key waits longer than the sound of its time; 0 too where nothing is known of the network. */
static int32_t wait_for_end(const struct playout *playout)
{
	int32_t delay = playout_ahead(playout_transit(playout), playout->delay.base);
	int32_t wait = playout->delay.limits.max < WAIT ? (int32_t)playout->delay.limits.max : WAIT;

	return playout->config.fixed || !playout->delay.packets || delay < -WAIT ? 0 : wait - delay;
}

/* ... so that the pause before it is as long as it was, or long enough. */
static int32_t wait_for_pause(const struct playout *playout, uint32_t place)
{
	int32_t pause = playout_ahead(place, playout->tone_ended);

	if (pause < 0 || pause > PAUSE_LONG)
		return 0;
	return playout_ahead(playout->tones_until, place) + (pause < PAUSE ? pause : PAUSE);
}

static int32_t greater(int32_t one, int32_t other)
{
	return one > other ? one : other;
}

/* The tone is whole, however late its event came, and only it is late: the delay of the sound stays as it is. */
static void begin(struct playout *playout, uint32_t place)
{
	int32_t late = greater(playout_ahead(playout->next_place, place), 0);

	if (has_begun(playout, place)) {
		(void)playout_go_back(playout, playout->sounded_until);
		playout->tone_shift = 0;
	} else {
		playout->tone_shift = (uint32_t)greater(late, greater(wait_for_end(playout), wait_for_pause(playout, place)));
	}
	playout->tone_begins = place + playout->tone_shift;
}

void stream_playout_put(struct playout *playout, uint32_t ssrc, uint32_t timestamp, const int16_t *samples,
	size_t count)
{
	uint32_t place;

	playout_source(playout, ssrc, timestamp, playout->started ? playout->clock_factor : 1);
	place = playout_place(playout, timestamp);
	if (place != playout->tone_ended || !playout_pool_first(&playout->pool, PLAYOUT_TONE))
		begin(playout, place);
	playout->tone_ended = place + (uint32_t)count;
	place += playout->tone_shift;
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
	playout->tone_ended = playout_place(playout, timestamp);
	place = playout->tone_ended + playout->tone_shift;
	playout_pool_cut(&playout->pool, PLAYOUT_TONE, place);
	if (playout_ahead(playout->next_place, place) > 0)
		place = playout->next_place;
	if (playout_ahead(playout->tones_until, place) > 0)
		playout->tones_until = place;
}

uint32_t stream_playout_tone_now(const struct playout *playout)
{
	return stream_playout_now(playout) - playout->tone_shift * playout->clock_factor;
}

bool playout_tone_covers(const struct playout *playout, uint32_t place)
{
	const struct playout_entry *tone = playout_pool_first(&playout->pool, PLAYOUT_TONE);

	while (tone && playout_ahead(tone->place + tone->samples, place) <= 0)
		tone = playout_pool_after(&playout->pool, tone);
	return tone && playout_ahead(tone->place - playout->tone_shift, place) <= 0;
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

/* What leaked of a tone that is still to come is no key of its own. */
static void hush(const struct playout *playout, int16_t *samples, size_t count)
{
	if (playout_ahead(playout->tone_begins, playout->next_place) <= 0)
		return;
	for (size_t i = 0; i < count; i++) {
		int32_t before = playout_ahead(playout->tone_begins, playout->next_place + (uint32_t)i);

		if (before > 0 && before <= (int32_t)playout->tone_shift)
			samples[i] = 0;
	}
}

void playout_tones_lay(struct playout *playout, int16_t *samples, size_t count)
{
	const struct playout_entry *tone;

	hush(playout, samples, count);
	while ((tone = playout_pool_first(&playout->pool, PLAYOUT_TONE)) != NULL) {
		if (playout_ahead(tone->place, playout->next_place) >= (int32_t)count)
			return;
		lay(playout, tone, samples, count);
		if (playout_ahead(tone->place + tone->samples, playout->next_place) > (int32_t)count)
			return;
		playout_pool_drop(&playout->pool, PLAYOUT_TONE);
	}
}
