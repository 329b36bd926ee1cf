/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/leg/leg_codecs.h"

#define PTIME_MIN_MS 10
#define PTIME_MAX_MS 60
#define CLOCK_LEAST_HZ 8000
#define TYPE_DYNAMIC_MIN 96 /* RFC 3551 s6 */
#define TYPES            128

static const struct {
	enum ua_codec ua;
	uint8_t payload_type; /* of RFC 3551, or a usual one */
} table[DSP_CODEC_COUNT] = {
	[DSP_CODEC_PCMU] = {UA_CODEC_PCMU, 0},
	[DSP_CODEC_PCMA] = {UA_CODEC_PCMA, 8},
	[DSP_CODEC_G726] = {UA_CODEC_G726_32, 111},
	[DSP_CODEC_G722] = {UA_CODEC_G722, 9},
	[DSP_CODEC_OPUS] = {UA_CODEC_OPUS, 107},
	[DSP_CODEC_G729] = {UA_CODEC_G729, 18},
};

/* 101 for peers that know no other. */
static const struct ua_format events_format = {101, UA_CODEC_TELEPHONE_EVENT};
static const struct ua_format events_48_format = {102, UA_CODEC_TELEPHONE_EVENT_48};

static bool codec_of(enum ua_codec ua, enum dsp_codec *codec)
{
	for (unsigned i = 0; i < DSP_CODEC_COUNT; i++) {
		if (table[i].ua != ua)
			continue;
		*codec = (enum dsp_codec)i;
		return true;
	}
	return false;
}

void leg_codecs_local(const struct codecs *codecs, bool events, bool redundancy, struct ua_sdp_local *local)
{
	static const struct codecs none = {2, {DSP_CODEC_PCMU, DSP_CODEC_PCMA}};
	struct ua_format *format = local->formats;

	if (!codecs->count)
		codecs = &none;
	for (unsigned i = 0; i < codecs->count; i++)
		*format++ = (struct ua_format){table[codecs->list[i]].payload_type, table[codecs->list[i]].ua};
	if (events)
		*format++ = events_format;
	if (events && memchr(codecs->list, DSP_CODEC_OPUS, codecs->count))
		*format++ = events_48_format;
	if (redundancy)
		*format++ = (struct ua_format){.codec = UA_CODEC_RED};
	local->format_count = (size_t)(format - local->formats);
}

static bool keeps_signals(enum ua_codec codec)
{
	return codec == UA_CODEC_PCMU || codec == UA_CODEC_PCMA || codec == UA_CODEC_TELEPHONE_EVENT;
}

bool leg_codecs_keep_exact(struct ua_sdp_local *local)
{
	struct ua_format *format = local->formats;
	bool sound = false;

	for (size_t i = 0; i < local->format_count; i++)
		sound = sound || local->formats[i].codec == UA_CODEC_PCMU || local->formats[i].codec == UA_CODEC_PCMA;
	if (!sound)
		return false;
	for (size_t i = 0; i < local->format_count; i++) {
		if (keeps_signals(local->formats[i].codec))
			*format++ = local->formats[i];
	}
	local->format_count = (size_t)(format - local->formats);
	return true;
}

void leg_codecs_prefer_exact(struct ua_sdp *peer)
{
	for (size_t i = 0, good = 0; i < peer->format_count; i++) {
		struct ua_format format = peer->formats[i];

		if (format.codec != UA_CODEC_PCMU && format.codec != UA_CODEC_PCMA)
			continue;
		memmove(peer->formats + good + 1, peer->formats + good, (i - good) * sizeof(format));
		peer->formats[good++] = format;
	}
}

static const struct ua_format *of_codec(const struct ua_sdp *peer, enum ua_codec codec)
{
	for (size_t i = 0; i < peer->format_count; i++) {
		if (peer->formats[i].codec == codec)
			return &peer->formats[i];
	}
	return NULL;
}

static uint8_t type_free(const bool used[TYPES], uint8_t wanted)
{
	if (!used[wanted] || wanted < TYPE_DYNAMIC_MIN)
		return wanted;
	for (uint8_t type = TYPE_DYNAMIC_MIN; type < TYPES; type++) {
		if (!used[type])
			return type;
	}
	return wanted;
}

/* Redundancy is offered on only of what the peer had it of, and then as he numbered it. */
static void red_agree(struct ua_sdp_local *local, const struct ua_sdp *peer, struct ua_format *red)
{
	const struct ua_format *theirs = ua_sdp_red_format(peer, local, ua_sdp_sound_format(peer, local));

	*red = theirs ? *theirs : (struct ua_format){.codec = UA_CODEC_RED};
}

/* What is offered next has first what is in use. */
static void put_first(struct ua_sdp_local *local, const struct ua_format *sound)
{
	for (size_t i = 0; sound && i < local->format_count; i++) {
		struct ua_format format = local->formats[i];

		if (format.codec != sound->codec)
			continue;
		memmove(local->formats + 1, local->formats, i * sizeof(format));
		local->formats[0] = format;
		return;
	}
}

void leg_codecs_agree(struct ua_sdp_local *local, const struct ua_sdp *peer)
{
	bool used[TYPES] = {false};

	for (size_t i = 0; i < peer->format_count; i++)
		used[peer->formats[i].payload_type] = true;
	for (size_t i = 0; i < local->format_count; i++) {
		struct ua_format *format = &local->formats[i];
		const struct ua_format *theirs = of_codec(peer, format->codec);

		if (format->codec == UA_CODEC_RED) {
			red_agree(local, peer, format);
			continue;
		}
		format->payload_type = theirs ? theirs->payload_type : type_free(used, format->payload_type);
		used[format->payload_type] = true;
	}
	put_first(local, ua_sdp_sound_format(peer, local));
}

static bool is_streams_own(enum dsp_codec codec)
{
	return codec == DSP_CODEC_PCMU || codec == DSP_CODEC_PCMA;
}

static int decoder_make(struct leg_codecs *codecs, enum dsp_codec codec)
{
	if (is_streams_own(codec) || codecs->decoders[codec])
		return 0;
	return dsp_decoder_alloc(&codecs->decoders[codec], codec);
}

static int encoder_make(struct leg_codecs *codecs, enum dsp_codec codec)
{
	if (is_streams_own(codec) || codecs->encoders[codec])
		return 0;
	return dsp_encoder_alloc(&codecs->encoders[codec], codec);
}

/* Who has several codecs may send with any, from one packet to the next (RFC 3264 s6.1). */
int leg_codecs_make(struct leg_codecs *codecs, const struct ua_sdp_local *local, const struct ua_sdp *remote)
{
	const struct ua_format *sound = ua_sdp_sound_format(remote, local);
	enum dsp_codec codec;
	int err = 0;

	if (sound && codec_of(sound->codec, &codec))
		err = encoder_make(codecs, codec);
	for (size_t i = 0; i < remote->format_count && !err; i++) {
		if (codec_of(remote->formats[i].codec, &codec) && ua_sdp_local_has(local, remote->formats[i].codec))
			err = decoder_make(codecs, codec);
	}
	return err;
}

void leg_codecs_free(struct leg_codecs *codecs)
{
	for (unsigned i = 0; i < DSP_CODEC_COUNT; i++) {
		dsp_encoder_free(codecs->encoders[i]);
		dsp_decoder_free(codecs->decoders[i]);
	}
}

static uint8_t take_of(enum ua_codec ua)
{
	enum dsp_codec codec;

	if (codec_of(ua, &codec))
		return (uint8_t)(STREAM_SOUND + codec);
	return ua == UA_CODEC_RED ? STREAM_RED : ua == UA_CODEC_TELEPHONE_EVENT_48 ? STREAM_EVENTS_48 : STREAM_EVENTS;
}

static void take(struct stream_wish *wish, const struct ua_format *format)
{
	unsigned i = 0;

	if (format->codec == UA_CODEC_RED && !format->payload_type)
		return;
	while (i < STREAM_TYPES_MAX && wish->takes[i].take != STREAM_REFUSES && wish->takes[i].payload_type != format->payload_type)
		i++;
	if (i < STREAM_TYPES_MAX && wish->takes[i].take == STREAM_REFUSES)
		wish->takes[i] = (struct stream_type){format->payload_type, take_of(format->codec)};
}

/* What comes bears the numbers of our own description. Some use their own; those that mean nothing else count, too. */
static void takes(struct stream_wish *wish, const struct ua_sdp_local *local, const struct ua_sdp *remote)
{
	for (size_t i = 0; i < local->format_count; i++)
		take(wish, &local->formats[i]);
	for (size_t i = 0; remote && i < remote->format_count; i++) {
		if (ua_sdp_local_has(local, remote->formats[i].codec))
			take(wish, &remote->formats[i]);
	}
}

static uint8_t clock_factor(enum ua_codec codec)
{
	return (uint8_t)(ua_codec_clock_hz(codec) / CLOCK_LEAST_HZ);
}

/* What the peer would like to get, as far as we can, and no more than it takes. */
static uint8_t ptime_ms(const struct ua_sdp_local *local, const struct ua_sdp *remote)
{
	unsigned ms = remote && remote->ptime_ms ? remote->ptime_ms : local->ptime_ms;

	if (remote && remote->maxptime_ms && ms > remote->maxptime_ms)
		ms = remote->maxptime_ms;
	ms -= ms % PTIME_MIN_MS;
	return (uint8_t)(ms < PTIME_MIN_MS ? PTIME_MIN_MS : ms > PTIME_MAX_MS ? PTIME_MAX_MS : ms);
}

static void sends(const struct leg_codecs *codecs, struct stream_wish *wish, const struct ua_format *sound)
{
	enum dsp_codec codec = DSP_CODEC_PCMU;

	(void)codec_of(sound->codec, &codec);
	wish->codec = (uint8_t)codec;
	wish->encoder = codecs->encoders[codec];
	wish->payload_type = sound->payload_type;
	wish->clock_factor = clock_factor(sound->codec);
}

bool leg_codecs_wish(const struct leg_codecs *codecs, const struct ua_sdp_local *local, const struct ua_sdp *remote,
	struct stream_wish *wish)
{
	const struct ua_format *sound = remote ? ua_sdp_sound_format(remote, local) : NULL, *event, *red;

	wish->ptime_ms = ptime_ms(local, remote);
	takes(wish, local, remote);
	for (unsigned i = 0; i < DSP_CODEC_COUNT; i++)
		wish->decoders[i] = codecs->decoders[i];
	if (!sound)
		return false;
	sends(codecs, wish, sound);
	event = ua_sdp_event_format(remote, local, sound);
	if (event) {
		wish->event_type = event->payload_type;
		wish->event_factor = clock_factor(event->codec);
	}
	red = ua_sdp_red_format(remote, local, sound);
	wish->red_type = red ? red->payload_type : 0;
	return is_streams_own(wish->codec) || wish->encoder;
}
