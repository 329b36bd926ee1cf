/* SPDX-License-Identifier: BSD-3-Clause */
/* Offering, answering and writing session descriptions. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sip/sdp.h"
#include "sip/sdp_encodings.h"

/* Events: the keys of a telephone and no more, those from 16 up upset some peers. Opus: RFC 7587 s6.1; what the line
 * has is narrow. G.729: without the pauses of annex B. */
const struct ua_encoding ua_encodings[UA_CODEC_COUNT] = {
	[UA_CODEC_PCMU] = {"PCMU", "8000", NULL, NULL, 8000, 0},
	[UA_CODEC_PCMA] = {"PCMA", "8000", NULL, NULL, 8000, 8},
	[UA_CODEC_G726_32] = {"G726-32", "8000", NULL, NULL, 8000, -1},
	[UA_CODEC_G722] = {"G722", "8000", NULL, NULL, 8000, 9},
	[UA_CODEC_OPUS] = {"opus", "48000", "2", "useinbandfec=1;maxplaybackrate=8000;sprop-maxcapturerate=8000", 48000, -1},
	[UA_CODEC_G729] = {"G729", "8000", NULL, "annexb=no", 8000, 18},
	[UA_CODEC_TELEPHONE_EVENT] = {"telephone-event", "8000", NULL, "0-15", 8000, -1},
	[UA_CODEC_TELEPHONE_EVENT_48] = {"telephone-event", "48000", NULL, "0-15", 48000, -1},
	[UA_CODEC_RED] = {"red", "8000", NULL, NULL, 8000, -1},
};

static const char *const directions[] = {
	[UA_INACTIVE] = "inactive",
	[UA_SENDONLY] = "sendonly",
	[UA_RECVONLY] = "recvonly",
	[UA_SENDRECV] = "sendrecv",
};

static bool is_same_format(const struct ua_format *a, const struct ua_format *b)
{
	return a->payload_type == b->payload_type && a->codec == b->codec && a->within == b->within;
}

bool ua_sdp_is_same(const struct ua_sdp *a, const struct ua_sdp *b)
{
	bool same = !strcmp(a->addr, b->addr) && a->port == b->port && a->direction == b->direction &&
		a->rtcp_port == b->rtcp_port && a->rtcp_mux == b->rtcp_mux &&
		a->ptime_ms == b->ptime_ms && a->maxptime_ms == b->maxptime_ms && a->format_count == b->format_count;

	for (size_t i = 0; same && i < a->format_count; i++)
		same = is_same_format(&a->formats[i], &b->formats[i]);
	return same && ua_security_is_same(&a->security, &b->security);
}

bool ua_codec_is_sound(enum ua_codec codec)
{
	return codec < UA_CODEC_TELEPHONE_EVENT;
}

static bool is_event(enum ua_codec codec)
{
	return codec == UA_CODEC_TELEPHONE_EVENT || codec == UA_CODEC_TELEPHONE_EVENT_48;
}

unsigned ua_codec_clock_hz(enum ua_codec codec)
{
	return ua_encodings[codec].clock_hz;
}

const char *ua_codec_name(enum ua_codec codec)
{
	return ua_encodings[codec].name;
}

void ua_sdp_offer(struct ua_sdp *offer, const struct ua_sdp_local *local)
{
	*offer = (struct ua_sdp){
		.port = local->port,
		.rtcp_port = local->rtcp_port,
		.direction = local->direction,
		.rtcp_mux = local->rtcp_mux,
		.ptime_ms = local->ptime_ms,
	};
	memcpy(offer->addr, local->addr, sizeof(offer->addr));
	for (size_t i = 0; i < local->format_count; i++) {
		if (local->formats[i].codec != UA_CODEC_RED || local->formats[i].payload_type)
			offer->formats[offer->format_count++] = local->formats[i];
	}
	ua_security_offer(&offer->security, &local->security);
}

uint16_t ua_sdp_rtcp_port(const struct ua_sdp *sdp)
{
	if (!sdp->port || sdp->rtcp_mux)
		return sdp->port;
	return sdp->rtcp_port ? sdp->rtcp_port : (uint16_t)(sdp->port + 1u);
}

bool ua_sdp_is_ipv6(const struct ua_sdp *sdp)
{
	return strchr(sdp->addr, ':');
}

bool ua_sdp_local_has(const struct ua_sdp_local *local, enum ua_codec codec)
{
	for (size_t i = 0; i < local->format_count; i++) {
		if (local->formats[i].codec == codec)
			return true;
	}
	return false;
}

/* What the offer leaves us: its directions seen from here, and no sending to 0.0.0.0 or ::. */
static enum ua_direction allowed_by(const struct ua_sdp *offer)
{
	unsigned direction = 0;

	if (offer->direction & UA_RECVONLY && strcmp(offer->addr, "0.0.0.0") && strcmp(offer->addr, "::"))
		direction |= UA_SENDONLY;
	if (offer->direction & UA_SENDONLY)
		direction |= UA_RECVONLY;
	return (enum ua_direction)direction;
}

static const struct ua_format *format_of_type(const struct ua_sdp *sdp, uint8_t payload_type)
{
	for (size_t i = 0; i < sdp->format_count; i++) {
		if (sdp->formats[i].payload_type == payload_type)
			return &sdp->formats[i];
	}
	return NULL;
}

static bool is_last_resort(enum ua_codec codec)
{
	return codec == UA_CODEC_G722;
}

/* Redundancy of what was not taken is of no use. */
static bool is_useful_red(const struct ua_sdp *plain, const struct ua_format *red, const struct ua_sdp_local *local)
{
	const struct ua_format *inner = format_of_type(plain, red->within);

	return inner && (is_event(inner->codec) || inner == ua_sdp_sound_format(plain, local));
}

/* plain: what was taken already without redundancy; NULL: that comes first. */
static void formats_take(struct ua_sdp *answer, const struct ua_sdp *offer, const struct ua_sdp_local *local,
	const struct ua_sdp *plain)
{
	answer->format_count = 0;
	for (int last_resort = 0; last_resort < 2; last_resort++) {
		for (size_t i = 0; i < offer->format_count; i++) {
			const struct ua_format *format = &offer->formats[i];

			if (is_last_resort(format->codec) == last_resort && ua_sdp_local_has(local, format->codec) &&
				(format->codec != UA_CODEC_RED || (plain && is_useful_red(plain, format, local))))
				answer->formats[answer->format_count++] = *format;
		}
	}
}

int ua_sdp_answer(struct ua_sdp *answer, const struct ua_sdp *offer, const struct ua_sdp_local *local)
{
	struct ua_sdp plain = *offer, result = *offer;

	result.other_wanted = false;
	formats_take(&plain, offer, local, NULL);
	formats_take(&result, offer, local, &plain);
	if (offer->port ? !ua_sdp_sound_format(&result, local) : offer->other_wanted)
		return ENOTSUP;
	if (offer->port && ua_security_answer(&result.security, &offer->security, &local->security))
		return ENOTSUP;
	memcpy(result.addr, local->addr, sizeof(result.addr));
	result.port = offer->port ? local->port : 0;
	result.rtcp_port = result.port && !result.rtcp_mux ? local->rtcp_port : 0;
	result.direction = (enum ua_direction)(local->direction & allowed_by(offer));
	result.ptime_ms = local->ptime_ms;
	result.maxptime_ms = 0;
	*answer = result;
	return 0;
}

const struct ua_format *ua_sdp_sound_format(const struct ua_sdp *sdp, const struct ua_sdp_local *local)
{
	const struct ua_format *last_resort = NULL;

	for (size_t i = 0; i < sdp->format_count; i++) {
		const struct ua_format *format = &sdp->formats[i];

		if (!ua_codec_is_sound(format->codec) || !ua_sdp_local_has(local, format->codec))
			continue;
		if (!is_last_resort(format->codec))
			return format;
		if (!last_resort)
			last_resort = format;
	}
	return last_resort;
}

const struct ua_format *ua_sdp_event_format(const struct ua_sdp *sdp, const struct ua_sdp_local *local,
	const struct ua_format *sound)
{
	const struct ua_format *other = NULL;

	for (size_t i = 0; i < sdp->format_count; i++) {
		const struct ua_format *format = &sdp->formats[i];

		if (!is_event(format->codec) || !ua_sdp_local_has(local, format->codec))
			continue;
		if (sound && ua_codec_clock_hz(format->codec) == ua_codec_clock_hz(sound->codec))
			return format;
		if (!other)
			other = format;
	}
	return other;
}

const struct ua_format *ua_sdp_red_format(const struct ua_sdp *sdp, const struct ua_sdp_local *local,
	const struct ua_format *inner)
{
	for (size_t i = 0; inner && i < sdp->format_count && ua_sdp_local_has(local, UA_CODEC_RED); i++) {
		const struct ua_format *format = &sdp->formats[i];

		if (format->codec == UA_CODEC_RED && format->within == inner->payload_type)
			return format;
	}
	return NULL;
}

struct writer {
	char *text;
	size_t size, length;
	bool full;
};

static void __attribute__((format(printf, 2, 3))) put(struct writer *writer, const char *format, ...)
{
	va_list args;
	int length;

	if (writer->full)
		return;
	va_start(args, format);
	length = vsnprintf(writer->text + writer->length, writer->size - writer->length, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= writer->size - writer->length)
		writer->full = true;
	else
		writer->length += (size_t)length;
}

static void put_format(struct writer *writer, const struct ua_format *format)
{
	const struct ua_encoding *encoding = &ua_encodings[format->codec];
	unsigned type = format->payload_type;

	put(writer, "a=rtpmap:%u %s/%s%s%s\r\n", type, encoding->name, encoding->clock, encoding->channels ? "/" : "",
		encoding->channels ? encoding->channels : "");
	if (encoding->fmtp)
		put(writer, "a=fmtp:%u %s\r\n", type, encoding->fmtp);
	if (format->codec == UA_CODEC_RED)
		put(writer, "a=fmtp:%u %u/%u\r\n", type, format->within, format->within);
}

static void put_security(struct writer *writer, const struct ua_security *security)
{
	static const char *const setups[] = {
		[UA_SETUP_ACTPASS] = "actpass", [UA_SETUP_ACTIVE] = "active", [UA_SETUP_PASSIVE] = "passive",
	};
	char text[UA_CRYPTO_TEXT_MAX], fingerprint[UA_FINGERPRINT_TEXT_MAX];

	for (size_t i = 0; i < security->crypto_count; i++) {
		ua_crypto_print(&security->cryptos[i], text);
		put(writer, "a=crypto:%s\r\n", text);
	}
	if (!security->has_fingerprint || security->setup == UA_SETUP_NONE)
		return;
	ua_fingerprint_print(&security->fingerprint, fingerprint);
	put(writer, "a=fingerprint:%s\r\na=setup:%s\r\n", fingerprint, setups[security->setup]);
}

static void put_audio(struct writer *writer, const struct ua_sdp *sdp)
{
	put(writer, "m=audio %u %s", sdp->port, ua_profile_names[sdp->security.profile]);
	for (size_t i = 0; i < sdp->format_count; i++)
		put(writer, " %u", sdp->formats[i].payload_type);
	put(writer, sdp->format_count ? "\r\n" : " 0\r\n");
	if (!sdp->port)
		return;
	for (size_t i = 0; i < sdp->format_count; i++)
		put_format(writer, &sdp->formats[i]);
	if (sdp->ptime_ms)
		put(writer, "a=ptime:%u\r\n", sdp->ptime_ms);
	if (sdp->rtcp_port)
		put(writer, "a=rtcp:%u\r\n", sdp->rtcp_port);
	if (sdp->rtcp_mux)
		put(writer, "a=rtcp-mux\r\n");
	put_security(writer, &sdp->security);
	put(writer, "a=%s\r\n", directions[sdp->direction]);
}

static void put_streams(struct writer *writer, const struct ua_sdp *sdp)
{
	const struct ua_sdp_other *other = sdp->others;

	for (size_t i = 0; i <= sdp->other_count; i++) {
		if (i == sdp->audio_index) {
			put_audio(writer, sdp);
			continue;
		}
		put(writer, "m=%s 0 %s %s\r\n", other->media, other->protocol, other->formats);
		other++;
	}
}

size_t ua_sdp_print(const struct ua_sdp *sdp, uint64_t id, uint64_t version, char *text, size_t size)
{
	const char *type = ua_sdp_is_ipv6(sdp) ? "IP6" : "IP4";
	struct writer writer = {.text = text, .size = size};

	put(&writer, "v=0\r\no=- %" PRIu64 " %" PRIu64 " IN %s %s\r\n", id, version, type, sdp->addr);
	put(&writer, "s=-\r\nc=IN %s %s\r\nt=0 0\r\n", type, sdp->addr);
	put_streams(&writer, sdp);
	return writer.full ? 0 : writer.length;
}
