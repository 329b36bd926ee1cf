/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "gateway/media/playout_private.h"

#define AHEAD_MAX_SAMPLES  1600  /* beyond the longest delay: no early packet, but a clock that jumped */
#define BEHIND_MAX_SAMPLES 12000 /* neither is this lateness */
#define LATE_RUN_MAX       8     /* nor so many in a row that are all too late */
#define ARRIVED_BITS       128
#define REORDER_SAMPLES    160   /* for the sake of one that was overtaken the delay grows by no more */

static struct playout_delay_limits limits_of(const struct playout_config *config)
{
	struct playout_delay_limits limits = {
		.start = config->start_ms * PLAYOUT_SAMPLES_PER_MS,
		.min = (config->fixed ? config->start_ms : config->min_ms) * PLAYOUT_SAMPLES_PER_MS,
		.max = config->max_ms * PLAYOUT_SAMPLES_PER_MS,
		.none_late = config->fixed,
	};

	if (limits.max < limits.start)
		limits.max = limits.start;
	return limits;
}

void stream_playout_config(struct playout *playout, const struct playout_config *config)
{
	playout->config = *config;
	playout->delay.limits = limits_of(config);
	if (playout->delay.target < playout->delay.limits.min)
		playout->delay.target = playout->delay.limits.min;
	playout->stats.delay_limit_ms = (uint16_t)(playout->delay.limits.max / PLAYOUT_SAMPLES_PER_MS);
}

void stream_playout_reset(struct playout *playout, const struct playout_config *config)
{
	struct dsp_decoder *decoders[DSP_CODEC_COUNT];
	struct playout_delay_limits limits = limits_of(config);

	memcpy(decoders, playout->decoders, sizeof(decoders));
	memset(playout, 0, sizeof(*playout));
	memcpy(playout->decoders, decoders, sizeof(decoders));
	playout->config = *config;
	playout->stats.delay_limit_ms = (uint16_t)(limits.max / PLAYOUT_SAMPLES_PER_MS);
	playout_delay_reset(&playout->delay, &limits);
	playout_pool_reset(&playout->pool);
}

uint32_t playout_place(const struct playout *playout, uint32_t timestamp)
{
	int32_t ahead = (int32_t)(timestamp - playout->anchor_timestamp);

	return playout->anchor_place + (uint32_t)(ahead / (int32_t)playout->clock_factor);
}

uint32_t stream_playout_now(const struct playout *playout)
{
	return playout->anchor_timestamp + (playout->next_place - playout->anchor_place) * playout->clock_factor;
}

/* A difference of timestamps must not reach half their range. */
static void anchor_move(struct playout *playout, uint32_t timestamp)
{
	uint32_t place = playout_place(playout, timestamp);

	playout->anchor_timestamp += (place - playout->anchor_place) * playout->clock_factor;
	playout->anchor_place = place;
}

static bool is_empty(const struct playout *playout)
{
	return !playout->pending && !playout_pool_first(&playout->pool, PLAYOUT_SOUND) &&
		!playout_pool_first(&playout->pool, PLAYOUT_TONE);
}

/* How long a new source waits. What is known of the network stays true: its first packet counts as one of the fastest.
 * Where nothing of the old one waits the delay may become what it should be. */
static uint32_t delay_first(struct playout *playout)
{
	if (!playout->delay.packets)
		return playout->delay.limits.start;
	if (is_empty(playout))
		playout->next_place = playout->clock - playout->delay.base - playout->delay.target;
	return (uint32_t)(playout_delay_excess(&playout->delay, playout_transit(playout)) + (int32_t)playout->delay.target);
}

static void restart(struct playout *playout, uint32_t ssrc, uint32_t timestamp, unsigned clock_factor)
{
	uint32_t delay = delay_first(playout);

	playout->anchor_place = playout->next_place + ((int32_t)delay > 0 ? delay : 0);
	playout->anchor_timestamp = timestamp;
	playout->clock_factor = clock_factor;
	playout->ssrc = ssrc;
	playout->started = playout->anew = true;
	playout->interrupted = false;
	playout->arrived[0] = playout->arrived[1] = 0;
	playout->late_run = 0;
	playout->stats.restarts++;
	playout_pool_drop_from(&playout->pool, PLAYOUT_SOUND, playout->anchor_place);
	playout_pool_drop_from(&playout->pool, PLAYOUT_TONE, playout->anchor_place);
}

void stream_playout_interrupt(struct playout *playout)
{
	playout->interrupted = playout->pausing = true;
	playout->pending = 0;
	dsp_conceal_hush(&playout->conceal);
	playout_pool_reset(&playout->pool);
}

static bool jumped(const struct playout *playout, uint32_t timestamp)
{
	int32_t ahead = playout_ahead(playout_place(playout, timestamp), playout->next_place);

	return ahead < -BEHIND_MAX_SAMPLES || ahead > (int32_t)playout->delay.limits.max + AHEAD_MAX_SAMPLES ||
		playout->late_run >= LATE_RUN_MAX;
}

void playout_source(struct playout *playout, uint32_t ssrc, uint32_t timestamp, unsigned clock_factor)
{
	if (!playout->started || playout->interrupted || ssrc != playout->ssrc || clock_factor != playout->clock_factor ||
	    jumped(playout, timestamp))
		restart(playout, ssrc, timestamp, clock_factor);
}

bool playout_go_back(struct playout *playout, uint32_t place)
{
	uint32_t transit = playout->clock - place, base = playout->delay.base;

	if (playout->delay.packets && playout_ahead(transit, base) > (int32_t)playout->delay.limits.max)
		return false;
	playout->pending = 0;
	playout->next_place = place;
	return true;
}

/* Notes a sequence number; false: it has been here before. One from before the window is taken for new. */
static bool arrives(struct playout *playout, uint16_t sequence)
{
	int16_t ahead = (int16_t)(sequence - playout->newest_sequence);
	unsigned bit;

	if (!playout->arrived[0] || ahead <= -ARRIVED_BITS || ahead >= ARRIVED_BITS) {
		playout->arrived[0] = playout->arrived[1] = 0;
		playout->newest_sequence = sequence;
		ahead = 0;
	}
	for (; ahead > 0; ahead--) {
		playout->arrived[1] = playout->arrived[1] << 1 | playout->arrived[0] >> 63;
		playout->arrived[0] <<= 1;
		playout->newest_sequence++;
	}
	bit = (unsigned)-ahead;
	if (playout->arrived[bit / 64] >> bit % 64 & 1)
		return false;
	playout->arrived[bit / 64] |= UINT64_C(1) << bit % 64;
	return true;
}

/* What is known already to be missing there was lost, as it seemed. */
static void discard(struct playout *playout, const struct playout_entry *entry)
{
	playout->stats.discarded++;
	if ((int16_t)(playout->last_sequence - entry->sequence) <= 0)
		playout_bursts_note(&playout->stats.bursts, false);
	else if (playout->stats.lost > 0)
		playout->stats.lost--;
}

/* A slow clock at the far end has eaten most of a fixed delay, and nothing was quiet for long enough to mend that: once and for all is
 * better than a little of each packet. */
static bool is_used_up(const struct playout *playout)
{
	return playout_ahead(playout_transit(playout), playout->delay.base) < (int32_t)playout->delay.limits.min / 2;
}

/* From where it is what it should be, and this packet is heard. */
static bool make_anew(struct playout *playout, const struct playout_entry *entry)
{
	uint32_t place = playout->clock - playout->delay.base - playout->delay.target;

	return playout_go_back(playout, playout_ahead(place, entry->place) > 0 ? entry->place : place);
}

/* Sound that was due before now and was not there. All of it is played when nothing else is there to be played, for
 * then what follows is late too; else when little is lost by it. */
static bool late_is_taken(struct playout *playout, const struct playout_entry *entry)
{
	int32_t late = playout_ahead(playout->next_place, entry->place);
	bool waits = playout_pool_first(&playout->pool, PLAYOUT_SOUND) != NULL;

	if (late <= 0)
		return true;
	if (playout->config.fixed && !waits && is_used_up(playout) && make_anew(playout, entry))
		return true;
	if (!playout->config.fixed && (!waits || late <= REORDER_SAMPLES) && playout_go_back(playout, entry->place))
		return true;
	return late < entry->samples;
}

/* What was decoded or made up for the time of this packet and has not been played gives way to it. */
static bool takes_its_time(struct playout *playout, const struct playout_entry *entry)
{
	int32_t ahead = playout_ahead(entry->place, playout->next_place);

	if (!entry->anew && playout->stats.played && playout_ahead(entry->place, playout->sounded_until) < 0)
		return false;
	if (ahead >= 0 && ahead < (int32_t)playout->pending)
		playout->pending = (unsigned)ahead;
	return late_is_taken(playout, entry);
}

/* When there is no room the oldest goes, and what waits is played from the next on. */
static void store(struct playout *playout, const struct playout_entry *entry, const uint8_t *bytes)
{
	bool full = false;

	while (!playout_pool_put(&playout->pool, PLAYOUT_SOUND, entry, bytes)) {
		full = true;
		playout->stats.discarded++;
		if (!playout_pool_first(&playout->pool, PLAYOUT_SOUND))
			return;
		playout_pool_drop(&playout->pool, PLAYOUT_SOUND);
	}
	if (full) {
		uint32_t next = playout_pool_first(&playout->pool, PLAYOUT_SOUND)->place;

		if (playout_ahead(next, playout_end(playout)) > 0)
			playout->next_place = next - playout->pending;
	}
}

static struct playout_entry entry_of(struct playout *playout, const struct ua_rtp_packet *packet, size_t samples,
	unsigned codec)
{
	return (struct playout_entry){
		.place = playout_place(playout, packet->timestamp),
		.samples = (uint16_t)samples,
		.sequence = packet->sequence,
		.length = (uint16_t)packet->payload_length,
		.codec = (uint8_t)codec,
		.anew = playout->anew,
	};
}

static void take(struct playout *playout, const struct ua_rtp_packet *packet, size_t samples, unsigned codec)
{
	struct playout_entry entry = entry_of(playout, packet, samples, codec);
	bool overtaken = playout->arrived[0] && (int16_t)(packet->sequence - playout->newest_sequence) < 0;

	if (!arrives(playout, packet->sequence)) {
		playout->stats.duplicates++;
		return;
	}
	playout_delay_note(&playout->delay, playout->clock - entry.place);
	if (!takes_its_time(playout, &entry)) {
		playout->late_run++;
		discard(playout, &entry);
		return;
	}
	playout->late_run = 0;
	playout->stats.reordered += overtaken;
	playout->anew = false;
	store(playout, &entry, packet->payload);
	anchor_move(playout, packet->timestamp);
}

static unsigned factor_of(enum dsp_codec codec)
{
	return dsp_codec_shape(codec)->clock_hz / (1000 * PLAYOUT_SAMPLES_PER_MS);
}

int stream_playout_packet(struct playout *playout, const struct ua_rtp_packet *packet, enum dsp_codec codec)
{
	size_t samples;

	if (!playout->decoders[codec])
		return ENOTSUP;
	samples = dsp_decoder_count(playout->decoders[codec], packet->payload, packet->payload_length);
	if (!samples || packet->payload_length > PLAYOUT_BYTES_MAX)
		return EPROTO;
	playout_source(playout, packet->ssrc, packet->timestamp, factor_of(codec));
	take(playout, packet, samples, codec);
	return 0;
}

void stream_playout_spare(struct playout *playout, const struct ua_rtp_packet *packet, enum dsp_codec codec)
{
	struct playout_entry entry;
	size_t samples;

	if (!playout->started || packet->ssrc != playout->ssrc || !playout->decoders[codec] ||
	    factor_of(codec) != playout->clock_factor || packet->payload_length > PLAYOUT_BYTES_MAX)
		return;
	samples = dsp_decoder_count(playout->decoders[codec], packet->payload, packet->payload_length);
	entry = entry_of(playout, packet, samples, codec);
	if (!samples || playout_pool_has(&playout->pool, PLAYOUT_SOUND, entry.place, entry.sequence) ||
	    playout_ahead(entry.place, playout->sounded_until) < 0 || !arrives(playout, packet->sequence) ||
	    !takes_its_time(playout, &entry))
		return;
	store(playout, &entry, packet->payload);
}

void stream_playout_comfort(struct playout *playout, const struct ua_rtp_packet *packet)
{
	if (!playout->started || packet->ssrc != playout->ssrc || jumped(playout, packet->timestamp) ||
	    !packet->payload_length || packet->payload_length > PLAYOUT_BLOCK_BYTES)
		return;
	if (arrives(playout, packet->sequence)) {
		struct playout_entry entry = entry_of(playout, packet, 0, 0);

		entry.anew = false;
		(void)playout_pool_put(&playout->pool, PLAYOUT_SOUND, &entry, packet->payload);
	}
}

void stream_playout_other(struct playout *playout, const struct ua_rtp_packet *packet)
{
	if (playout->started && packet->ssrc == playout->ssrc)
		(void)arrives(playout, packet->sequence);
}

const struct playout_stats *stream_playout_stats(const struct playout *playout)
{
	return &playout->stats;
}
