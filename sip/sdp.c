/* SPDX-License-Identifier: BSD-3-Clause */
/* Offering, answering and writing session descriptions. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sip/sdp.h"

static const char *const encodings[] = {
	[UA_CODEC_PCMU] = "PCMU/8000",
	[UA_CODEC_PCMA] = "PCMA/8000",
	[UA_CODEC_TELEPHONE_EVENT] = "telephone-event/8000",
};

static const char *const directions[] = {
	[UA_INACTIVE] = "inactive",
	[UA_SENDONLY] = "sendonly",
	[UA_RECVONLY] = "recvonly",
	[UA_SENDRECV] = "sendrecv",
};

bool ua_sdp_is_same(const struct ua_sdp *a, const struct ua_sdp *b)
{
	bool same = !strcmp(a->addr, b->addr) && a->port == b->port && a->direction == b->direction &&
		a->ptime_ms == b->ptime_ms && a->format_count == b->format_count;

	for (size_t i = 0; same && i < a->format_count; i++)
		same = a->formats[i].payload_type == b->formats[i].payload_type && a->formats[i].codec == b->formats[i].codec;
	return same;
}

void ua_sdp_offer(struct ua_sdp *offer, const struct ua_sdp_local *local)
{
	*offer = (struct ua_sdp){
		.port = local->port,
		.direction = local->direction,
		.ptime_ms = local->ptime_ms,
		.format_count = local->format_count,
	};
	memcpy(offer->addr, local->addr, sizeof(offer->addr));
	memcpy(offer->formats, local->formats, sizeof(offer->formats));
}

bool ua_sdp_is_ipv6(const struct ua_sdp *sdp)
{
	return strchr(sdp->addr, ':');
}

static bool can(const struct ua_sdp_local *local, enum ua_codec codec)
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

int ua_sdp_answer(struct ua_sdp *answer, const struct ua_sdp *offer, const struct ua_sdp_local *local)
{
	struct ua_sdp result = *offer;

	result.format_count = 0;
	result.other_wanted = false;
	for (size_t i = 0; i < offer->format_count; i++) {
		if (can(local, offer->formats[i].codec))
			result.formats[result.format_count++] = offer->formats[i];
	}
	if (offer->port ? !ua_sdp_sound_format(&result) : offer->other_wanted)
		return ENOTSUP;
	memcpy(result.addr, local->addr, sizeof(result.addr));
	result.port = offer->port ? local->port : 0;
	result.direction = (enum ua_direction)(local->direction & allowed_by(offer));
	result.ptime_ms = local->ptime_ms;
	*answer = result;
	return 0;
}

static const struct ua_format *first_format(const struct ua_sdp *sdp, bool is_event)
{
	for (size_t i = 0; i < sdp->format_count; i++) {
		if ((sdp->formats[i].codec == UA_CODEC_TELEPHONE_EVENT) == is_event)
			return &sdp->formats[i];
	}
	return NULL;
}

const struct ua_format *ua_sdp_sound_format(const struct ua_sdp *sdp)
{
	return first_format(sdp, false);
}

const struct ua_format *ua_sdp_event_format(const struct ua_sdp *sdp)
{
	return first_format(sdp, true);
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
	put(writer, "a=rtpmap:%u %s\r\n", format->payload_type, encodings[format->codec]);
	/* The keys of a telephone and no more: events from 16 up upset some peers. */
	if (format->codec == UA_CODEC_TELEPHONE_EVENT)
		put(writer, "a=fmtp:%u 0-15\r\n", format->payload_type);
}

static void put_audio(struct writer *writer, const struct ua_sdp *sdp)
{
	put(writer, "m=audio %u RTP/AVP", sdp->port);
	for (size_t i = 0; i < sdp->format_count; i++)
		put(writer, " %u", sdp->formats[i].payload_type);
	put(writer, sdp->format_count ? "\r\n" : " 0\r\n");
	if (!sdp->port)
		return;
	for (size_t i = 0; i < sdp->format_count; i++)
		put_format(writer, &sdp->formats[i]);
	if (sdp->ptime_ms)
		put(writer, "a=ptime:%u\r\n", sdp->ptime_ms);
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
