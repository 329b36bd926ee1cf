/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "dsp/stretch.h"
#include "gateway/media/playout_private.h"

#define CHANGE_SAMPLES   60  /* the longest that a codec is silent at first is Opus' 6.5 ms */
#define LOST_DECODED_MAX 800 /* samples: so long a codec's own concealment is asked, then ours fades it into noise */

/* The delay is changed in the sound when it is too short, or too long by more than SLACK, not too often, and the more
 * patiently for a good place the less there is to do. All in samples. */
#define SLACK            20
#define LONGER_LAG_MAX   80
#define TONE_REST        8000 /* not so soon after a tone: the next one is likely to follow */
#define LONG_AGO         0x40000000
#define MATCH_GOOD       0.8f
#define MATCH_FAIR       0.5f
#define MATCH_ANY        (-2.0f)
#define QUIET_POWER      (40.0f * 40.0f) /* -52 dBm0 */
#define QUIET_SLACK      40   /* samples: a fixed delay is mended when it is wrong by more */
#define QUIET_ENOUGH     160  /* of quiet before it grows */
#define QUIET_LONG       1600 /* ... before it shrinks */
#define QUIET_BELOW      0.03f /* 15 dB */
#define QUIET_FORGETS    0.00025f /* in a sample: 9 dB in a second */

static const struct haste {
	int32_t off; /* from so much on */
	unsigned spacing, patience;
	float fair, last; /* what is good enough after half of the patience, and after all of it */
} hastes[] = {
	{640, 240, 160, MATCH_FAIR, MATCH_ANY},
	{240, 400, 400, MATCH_FAIR, MATCH_ANY},
	{0, 800, 0, MATCH_GOOD, MATCH_GOOD},
};

static int16_t *pending_end(struct playout *playout)
{
	return playout->sound + PLAYOUT_HISTORY + playout->pending;
}

static bool is_there(const struct playout *playout, uint16_t sequence)
{
	uint16_t back = (uint16_t)(playout->newest_sequence - sequence);

	return back < 128 && playout->arrived[back / 64] >> back % 64 & 1;
}

/* Between what was decoded last and this one. A jump of the sequence alone is no loss. */
static unsigned missing_before(const struct playout *playout, const struct playout_entry *entry)
{
	uint16_t between = (uint16_t)(entry->sequence - playout->last_sequence - 1);
	unsigned missing = 0;

	if (entry->anew || !playout->stats.played || between >= 128)
		return 0;
	for (uint16_t i = 1; i <= between; i++)
		missing += !is_there(playout, (uint16_t)(playout->last_sequence + i));
	return missing;
}

static void turn_note(struct playout *playout, const struct playout_entry *entry)
{
	unsigned missing = missing_before(playout, entry);

	playout->stats.lost += missing;
	while (missing-- > 0)
		playout_bursts_note(&playout->stats.bursts, false);
	playout_bursts_note(&playout->stats.bursts, true);
	playout->last_sequence = entry->sequence;
}

static bool has_memory(unsigned codec)
{
	return codec != DSP_CODEC_PCMU && codec != DSP_CODEC_PCMA;
}

/* Another codec has heard nothing of what was before, and is silent at first: what went on goes on over its beginning. */
static bool codec_changes(const struct playout *playout, const struct playout_entry *entry)
{
	return playout->stats.played && !playout->conceal.missing && entry->codec != playout->last_codec &&
		(has_memory(entry->codec) || has_memory(playout->last_codec));
}

/* The samples are at the end of what is pending. */
static void good(struct playout *playout, int16_t *samples, size_t count, bool changes)
{
	size_t over = changes && count > CHANGE_SAMPLES ? CHANGE_SAMPLES : 0;

	if (over)
		dsp_conceal_missing(&playout->conceal, samples, samples, over);
	dsp_conceal_good(&playout->conceal, samples + over, count - over);
}

static void decode(struct playout *playout)
{
	struct playout_entry entry = *playout_pool_first(&playout->pool, PLAYOUT_SOUND);
	struct dsp_decoder *decoder = playout->decoders[entry.codec];
	int32_t late = playout_ahead(playout_end(playout), entry.place);
	int16_t *samples = pending_end(playout);
	uint8_t bytes[PLAYOUT_BYTES_MAX];
	size_t count = 0;
	bool changes;

	playout_pool_read(&playout->pool, PLAYOUT_SOUND, bytes);
	playout_pool_drop(&playout->pool, PLAYOUT_SOUND);
	if (!decoder)
		return;
	turn_note(playout, &entry);
	changes = codec_changes(playout, &entry);
	if (entry.anew || entry.codec != playout->last_codec)
		dsp_decoder_reset(decoder);
	count = dsp_decode(decoder, samples, bytes, entry.length);
	if (late > 0 && (size_t)late < count) {
		count -= (size_t)late;
		memmove(samples, samples + late, count * sizeof(*samples));
	}
	good(playout, samples, count, changes);
	playout->pending += (unsigned)count;
	playout->sounded_until = entry.place + entry.samples;
	playout->last_samples = entry.samples;
	playout->last_codec = entry.codec;
	playout->pausing = false;
	playout->stats.played++;
}

static void comfort(struct playout *playout)
{
	struct playout_entry entry = *playout_pool_first(&playout->pool, PLAYOUT_SOUND);
	uint8_t bytes[PLAYOUT_BYTES_MAX];

	playout_pool_read(&playout->pool, PLAYOUT_SOUND, bytes);
	playout_pool_drop(&playout->pool, PLAYOUT_SOUND);
	turn_note(playout, &entry);
	dsp_conceal_comfort(&playout->conceal, bytes, entry.length);
	playout->pausing = true;
}

/* The far end sends nothing, rather than that it is lost. */
static bool is_pause(const struct playout *playout, const struct playout_entry *next)
{
	return playout->pausing || playout_tone_covers(playout, playout_end(playout)) ||
		(next && missing_before(playout, next) == 0);
}

/* By the codec itself, which knows better: from the packet after the lost one, or from those before it. */
static bool decode_lost(struct playout *playout, const struct playout_entry *next, size_t room)
{
	struct dsp_decoder *decoder = playout->decoders[playout->last_codec];
	int32_t missed = playout_ahead(playout_end(playout), playout->sounded_until);
	size_t count = playout->last_samples;
	uint8_t bytes[PLAYOUT_BYTES_MAX];
	bool done = false;

	if (!decoder || !has_memory(playout->last_codec) || missed >= LOST_DECODED_MAX || playout->conceal.missing ||
	    playout->pending + count > PLAYOUT_PENDING || (next && count > room))
		return false;
	if (next && next->codec == playout->last_codec && room == count) {
		playout_pool_read(&playout->pool, PLAYOUT_SOUND, bytes);
		done = dsp_decode_spare(decoder, pending_end(playout), count, bytes, next->length);
	}
	if (!done)
		done = dsp_decode_lost(decoder, pending_end(playout), count);
	if (done) {
		playout->pending += (unsigned)count;
		playout->stats.concealed_samples += count;
	}
	return done;
}

/* Where nothing is heard but noise the delay becomes what it should be: what is still to come is played earlier, or later.
 * room is how far the next packet is away. */
static void delay_in_pause(struct playout *playout, size_t count, size_t room)
{
	int32_t excess = playout_delay_excess(&playout->delay, playout_transit(playout));
	int32_t silent = playout_ahead(playout_end(playout), playout->sounded_until);

	if (playout->delay.packets < PLAYOUT_DELAY_EVIDENCE || playout_ahead(playout_end(playout), playout->tones_until) < TONE_REST)
		return;
	if (excess > 0 && !playout->config.fixed)
		playout->next_place += (uint32_t)excess < room - count ? (uint32_t)excess : (uint32_t)(room - count);
	else if (excess < 0 && silent > 0) {
		uint32_t by = (uint32_t)-excess < count ? (uint32_t)-excess : (uint32_t)count;

		playout->next_place -= by < (uint32_t)silent ? by : (uint32_t)silent;
	}
}

static void fill_in(struct playout *playout, size_t count, bool pause)
{
	int16_t *samples = pending_end(playout);

	if (pause) {
		dsp_conceal_pause(&playout->conceal, samples, samples, count);
		playout->stats.pause_samples += count;
	} else {
		dsp_conceal_missing(&playout->conceal, samples, samples, count);
		playout->stats.concealed_samples += count;
	}
	playout->pending += (unsigned)count;
}

/* Nothing is there to be played before next. */
static void miss(struct playout *playout, const struct playout_entry *next, size_t wanted)
{
	size_t room = next ? (size_t)playout_ahead(next->place, playout_end(playout)) : SIZE_MAX;
	size_t count = wanted < room ? wanted : room;
	bool pause;

	if (!playout->stats.played) {
		memset(pending_end(playout), 0, count * sizeof(int16_t));
		playout->pending += (unsigned)count;
		return;
	}
	pause = is_pause(playout, next);
	if (!pause && decode_lost(playout, next, room))
		return;
	if (pause || dsp_conceal_is_noise(&playout->conceal))
		delay_in_pause(playout, count, room);
	fill_in(playout, count, pause);
}

static void ready(struct playout *playout, size_t count)
{
	while (playout->pending < count) {
		const struct playout_entry *next = playout_pool_first(&playout->pool, PLAYOUT_SOUND);

		if (!next || playout_ahead(next->place, playout_end(playout)) > 0) {
			miss(playout, next, count - playout->pending);
		} else if (!next->samples) {
			comfort(playout);
		} else if (playout_ahead(next->place + next->samples, playout_end(playout)) <= 0) {
			playout->stats.discarded++;
			playout_pool_drop(&playout->pool, PLAYOUT_SOUND);
		} else {
			decode(playout);
		}
	}
}

/* Enough sound in one piece to look for a place in it. */
static bool look_ahead(struct playout *playout, bool longer)
{
	while (playout->pending < (longer ? DSP_STRETCH_BLEND : DSP_STRETCH_AHEAD)) {
		const struct playout_entry *next = playout_pool_first(&playout->pool, PLAYOUT_SOUND);

		if (!next || !next->samples || next->anew || next->place != playout_end(playout) ||
		    playout->pending + next->samples > PLAYOUT_PENDING - DSP_STRETCH_LAG_MAX)
			return false;
		decode(playout);
	}
	return !playout->conceal.missing && playout->sounded_until == playout_end(playout) &&
		playout->pending + DSP_STRETCH_LAG_MAX <= PLAYOUT_PENDING;
}

static const struct haste *haste_of(int32_t off)
{
	const struct haste *haste = hastes;

	while (off < haste->off)
		haste++;
	return haste;
}

static bool place_is_good(const struct playout *playout, const struct dsp_stretch_place *place, const struct haste *haste)
{
	unsigned waited = playout->since_stretch - haste->spacing;
	float enough = waited > haste->patience ? haste->last : waited > haste->patience / 2 ? haste->fair : MATCH_GOOD;

	return place->match >= enough || place->power < QUIET_POWER || place->power < 4 * playout->conceal.level;
}

/* Too long a delay is better than too short a one. */
static unsigned lag_max(int32_t off, bool longer)
{
	if (longer && off < LONGER_LAG_MAX)
		return LONGER_LAG_MAX;
	return off < DSP_STRETCH_LAG_MAX ? (unsigned)off : DSP_STRETCH_LAG_MAX;
}

static float mean_square(const int16_t *samples, size_t count)
{
	float sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (float)samples[i] * (float)samples[i];
	return sum / (float)count;
}

/* Next to nothing, little above the noise, or far below what was heard just now: where no canceller works, as when modems want none, what was
 * said comes back twice by both hybrids, and fills the pauses. */
static bool is_quiet(struct playout *playout, size_t count)
{
	float power = mean_square(playout->sound + PLAYOUT_HISTORY, count);

	playout->loud *= 1 - QUIET_FORGETS * (float)count;
	if (power > playout->loud)
		playout->loud = power;
	return power < QUIET_POWER || power < 4 * playout->conceal.level || power < QUIET_BELOW * playout->loud;
}

/* Machines are quiet between their signals, and do not mind that this lasts a little longer. */
static void quiet_grow(struct playout *playout, unsigned by)
{
	int16_t *sound = playout->sound + PLAYOUT_HISTORY;

	memmove(sound + by, sound, playout->pending * sizeof(*sound));
	playout->pending += by;
	playout->next_place -= by;
	playout->stats.lengthened_samples += by;
}

/* ... or shorter, where it lasts long: what T.30 wants between two signals (75 ms) stays. */
static void quiet_shrink(struct playout *playout, unsigned by)
{
	int16_t *sound = playout->sound + PLAYOUT_HISTORY;

	playout->pending -= by;
	memmove(sound, sound + by, playout->pending * sizeof(*sound));
	playout->next_place += by;
	playout->stats.shortened_samples += by;
}

/* Of a playout that is fixed. */
static void quiet_stretch(struct playout *playout, size_t count)
{
	int32_t excess = playout_delay_excess(&playout->delay, playout_transit(playout));
	unsigned off = (unsigned)(excess < 0 ? -excess : excess);

	playout->quiet = is_quiet(playout, count) ? playout->quiet + (unsigned)count : 0;
	if (off <= QUIET_SLACK || playout->quiet < QUIET_ENOUGH || playout->sounded_until != playout_end(playout) || playout->delay.packets < PLAYOUT_DELAY_EVIDENCE ||
	    playout_ahead(playout_end(playout), playout->tones_until) < TONE_REST)
		return;
	if (excess < 0 && playout->pending + count <= PLAYOUT_PENDING)
		quiet_grow(playout, off < count ? off : (unsigned)count);
	else if (excess > 0 && playout->quiet >= QUIET_LONG)
		quiet_shrink(playout, off < count / 4 ? off : (unsigned)count / 4);
}

static void stretch(struct playout *playout, size_t count)
{
	int32_t excess = playout_delay_excess(&playout->delay, playout_transit(playout));
	bool longer = excess < 0;
	int32_t off = longer ? -excess : excess;
	const struct haste *haste = haste_of(off);
	struct dsp_stretch_place place;

	playout->since_stretch += (unsigned)count;
	if (playout->config.fixed)
		quiet_stretch(playout, count);
	if (playout->config.fixed || (excess >= 0 && excess <= SLACK) || playout->since_stretch < haste->spacing ||
	    playout->delay.packets < PLAYOUT_DELAY_EVIDENCE ||
	    playout_ahead(playout_end(playout), playout->tones_until) < TONE_REST || !look_ahead(playout, longer))
		return;
	place = dsp_stretch_find(playout->sound + PLAYOUT_HISTORY, longer, lag_max(off, longer));
	if (!place_is_good(playout, &place, haste))
		return;
	playout->since_stretch = 0;
	if (longer) {
		playout->pending = (unsigned)dsp_stretch_longer(playout->sound + PLAYOUT_HISTORY, playout->pending, place.lag);
		playout->next_place -= place.lag;
		playout->stats.lengthened_samples += place.lag;
	} else {
		playout->pending = (unsigned)dsp_stretch_shorter(playout->sound + PLAYOUT_HISTORY, playout->pending, place.lag);
		playout->next_place += place.lag;
		playout->stats.shortened_samples += place.lag;
	}
}

static void delay_tell(struct playout *playout)
{
	int32_t delay = playout_ahead(playout_transit(playout), playout->delay.base) / PLAYOUT_SAMPLES_PER_MS;

	if (!playout->delay.packets)
		return;
	playout->stats.delay_ms = (uint16_t)(delay < 0 ? 0 : delay > UINT16_MAX ? UINT16_MAX : delay);
	playout->stats.delay_nominal_ms = (uint16_t)(playout->delay.target / PLAYOUT_SAMPLES_PER_MS);
	if (playout->stats.delay_ms > playout->stats.delay_max_ms)
		playout->stats.delay_max_ms = playout->stats.delay_ms;
}

/* What is long over must not look like something to come when the clock has gone half around, which takes three days. */
static void past_keep(const struct playout *playout, uint32_t *place)
{
	if (playout_ahead(playout->next_place, *place) > LONG_AGO)
		*place = playout->next_place - LONG_AGO;
}

void stream_playout_get(struct playout *playout, int16_t *samples, size_t count)
{
	past_keep(playout, &playout->tones_until);
	past_keep(playout, &playout->tone_begins);
	past_keep(playout, &playout->tone_ended);
	past_keep(playout, &playout->sounded_until);
	if (!playout->started) {
		memset(samples, 0, count * sizeof(*samples));
		playout->clock += (uint32_t)count;
		playout->next_place += (uint32_t)count;
		return;
	}
	ready(playout, count);
	stretch(playout, count);
	ready(playout, count);
	delay_tell(playout);
	memcpy(samples, playout->sound + PLAYOUT_HISTORY, count * sizeof(*samples));
	playout->pending -= (unsigned)count;
	memmove(playout->sound, playout->sound + count, (PLAYOUT_HISTORY + playout->pending) * sizeof(*samples));
	playout_tones_lay(playout, samples, count);
	playout->next_place += (uint32_t)count;
	playout->clock += (uint32_t)count;
	playout->stats.played_samples += count;
}
