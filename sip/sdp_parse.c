/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading a session description. Two passes over the lines: the first chooses the m= line that is our
 * audio stream, the second reads what belongs to it and to the session.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "sip/sdp.h"
#include "sip/sdp_encodings.h"
#include "sip/span.h"

#define PAYLOAD_TYPES 128
#define NO_AUDIO SIZE_MAX

enum address_state { ADDRESS_NONE, ADDRESS_GOOD, ADDRESS_FOREIGN };

/* What can be said for the session and again for one stream. */
struct scope {
	enum address_state address;
	char addr[UA_ADDR_MAX];
	bool has_direction;
	enum ua_direction direction;
	bool has_fingerprint, has_weak_fingerprint;
	struct ua_fingerprint fingerprint;
	enum ua_setup setup;
};

struct reader {
	struct scope session, stream;
	struct scope *scope; /* NULL while in an m= line that is not ours */
	size_t audio_index, media_count;
	uint16_t port, rtcp_port;
	bool rtcp_mux;
	unsigned ptime_ms, maxptime_ms;
	uint8_t payload_types[PAYLOAD_TYPES]; /* in the order of the m= line */
	size_t payload_type_count;
	bool known[PAYLOAD_TYPES];
	enum ua_codec codecs[PAYLOAD_TYPES];
	bool wraps[PAYLOAD_TYPES];    /* it is known what is within, should it be RED */
	uint8_t within[PAYLOAD_TYPES];
	enum ua_profile profile;
	struct ua_crypto cryptos[UA_CRYPTO_MAX];
	size_t crypto_count;
	struct ua_sdp_other others[UA_SDP_MEDIA_MAX];
	size_t other_count;
	bool other_wanted;
};

struct media {
	struct span name, protocol, formats;
	unsigned port;
};

/* m=<media> <port>[/<number of ports>] <proto> <fmt> ... */
static int read_media(struct media *media, struct span value)
{
	struct span ports;

	media->name = take_word(&value);
	ports = take_word(&value);
	if (!read_number(take_until(&ports, '/'), 65535, &media->port))
		return EBADMSG;
	media->protocol = take_word(&value);
	media->formats = value;
	return media->protocol.length ? 0 : EBADMSG;
}

static bool read_profile(struct span protocol, enum ua_profile *profile)
{
	for (unsigned i = 0; i < UA_PROFILES; i++) {
		if (!span_is(protocol, ua_profile_names[i]))
			continue;
		*profile = (enum ua_profile)i;
		return true;
	}
	return false;
}

/* Our stream is the first audio that is not refused, else the first audio; of a plain and a protected one, which some offer
 * side by side, the plain one. 0: it is none. */
static unsigned audio_rank(const struct media *media)
{
	enum ua_profile profile;

	if (!span_is(media->name, "audio") || !read_profile(media->protocol, &profile))
		return 0;
	if (!media->port)
		return 1;
	return profile == UA_PROFILE_AVP || profile == UA_PROFILE_AVPF ? 3 : 2;
}

static int choose_audio(size_t *index, struct span text)
{
	unsigned best = 0;
	struct media media;
	size_t count = 0;

	*index = NO_AUDIO;
	while (text.length) {
		struct span line = take_line(&text);

		if (line.length == 0)
			continue;
		if (line.length < 2 || line.p[1] != '=')
			return EBADMSG;
		if (line.p[0] != 'm')
			continue;
		if (read_media(&media, (struct span){line.p + 2, line.length - 2}))
			return EBADMSG;
		if (audio_rank(&media) > best) {
			*index = count;
			best = audio_rank(&media);
		}
		count++;
	}
	return *index == NO_AUDIO ? ENOTSUP : 0;
}

/* As many formats as fit; an answer with port 0 needs one. */
static void copy_formats(char *text, size_t size, struct span formats)
{
	struct span fit = formats;

	if (fit.length >= size)
		fit = take_word(&formats);
	if (!copy_span(text, size, fit))
		memcpy(text, "0", 2);
}

static int read_other(struct reader *reader, const struct media *media)
{
	struct ua_sdp_other *other;

	reader->scope = NULL;
	if (reader->other_count == UA_SDP_MEDIA_MAX)
		return EBADMSG;
	other = &reader->others[reader->other_count++];
	if (!copy_span(other->media, sizeof(other->media), media->name) ||
	    !copy_span(other->protocol, sizeof(other->protocol), media->protocol))
		return EBADMSG;
	copy_formats(other->formats, sizeof(other->formats), media->formats);
	reader->other_wanted |= media->port != 0;
	return 0;
}

static void read_payload_types(struct reader *reader, struct span formats)
{
	bool seen[PAYLOAD_TYPES] = {false};

	while (formats.length) {
		unsigned type;

		if (!read_number(take_word(&formats), PAYLOAD_TYPES - 1, &type) || seen[type])
			continue;
		seen[type] = true;
		reader->payload_types[reader->payload_type_count++] = (uint8_t)type;
	}
}

static int on_media(struct reader *reader, struct span value)
{
	struct media media;

	if (read_media(&media, value))
		return EBADMSG;
	if (reader->media_count++ != reader->audio_index)
		return read_other(reader, &media);
	reader->scope = &reader->stream;
	reader->port = (uint16_t)media.port;
	(void)read_profile(media.protocol, &reader->profile);
	read_payload_types(reader, media.formats);
	return 0;
}

/* Addresses that a stream could be sent to; 0.0.0.0 and :: are a hold (RFC 3264 s8.4). */
static bool is_usable_ipv4(const char *text)
{
	struct in_addr in;

	return inet_pton(AF_INET, text, &in) == 1 && !IN_MULTICAST(ntohl(in.s_addr)) &&
		in.s_addr != htonl(INADDR_BROADCAST);
}

static bool is_usable_ipv6(const char *text)
{
	struct in6_addr in;

	return inet_pton(AF_INET6, text, &in) == 1 && !IN6_IS_ADDR_MULTICAST(&in) &&
		!IN6_IS_ADDR_V4MAPPED(&in) && !IN6_IS_ADDR_LINKLOCAL(&in);
}

static bool is_usable(struct span type, const char *text)
{
	return span_is(type, "IP4") ? is_usable_ipv4(text) : span_is(type, "IP6") && is_usable_ipv6(text);
}

/* c=IN IP4 <address>[/<ttl>] or c=IN IP6 <address> */
static int on_connection(struct reader *reader, struct span value)
{
	struct span net = take_word(&value), type = take_word(&value), word = take_word(&value);
	struct span addr = take_until(&word, '/');
	struct scope *scope = reader->scope;

	if (net.length == 0 || type.length == 0 || addr.length == 0)
		return EBADMSG;
	if (!scope)
		return 0;
	scope->address = ADDRESS_FOREIGN;
	if (span_is(net, "IN") && copy_span(scope->addr, sizeof(scope->addr), addr) &&
	    is_usable(type, scope->addr))
		scope->address = ADDRESS_GOOD;
	return 0;
}

static bool is_encoding(const struct ua_encoding *encoding, struct span name, struct span clock, struct span channels)
{
	if (!span_is(name, encoding->name) || !span_is(clock, encoding->clock))
		return false;
	return channels.length == 0 || span_is(channels, encoding->channels ? encoding->channels : "1");
}

/* rtpmap:<payload type> <encoding>/<clock rate>[/<channels>] */
static void read_rtpmap(struct reader *reader, struct span value)
{
	struct span number = take_word(&value), mapping = take_word(&value);
	struct span name = take_until(&mapping, '/'), clock = take_until(&mapping, '/');
	unsigned type;

	if (reader->scope != &reader->stream || !read_number(number, PAYLOAD_TYPES - 1, &type))
		return;
	reader->known[type] = false;
	for (unsigned i = 0; i < UA_CODEC_COUNT; i++) {
		if (!is_encoding(&ua_encodings[i], name, clock, mapping))
			continue;
		reader->known[type] = true;
		reader->codecs[type] = (enum ua_codec)i;
	}
}

/* fmtp:<payload type> <payload type>/<payload type>..., as RED has it (RFC 2198 s5): the same all over. What others say
 * we need not know. */
static void read_fmtp(struct reader *reader, struct span value)
{
	struct span number = take_word(&value), blocks = take_word(&value), first = take_until(&blocks, '/');
	unsigned type, within, other;

	if (reader->scope != &reader->stream || !read_number(number, PAYLOAD_TYPES - 1, &type) ||
		!read_number(first, PAYLOAD_TYPES - 1, &within))
		return;
	while (blocks.length) {
		if (!read_number(take_until(&blocks, '/'), PAYLOAD_TYPES - 1, &other) || other != within)
			return;
	}
	reader->wraps[type] = true;
	reader->within[type] = (uint8_t)within;
}

static void read_ms(const struct reader *reader, struct span value, unsigned *ms)
{
	unsigned number;

	if (reader->scope == &reader->stream && read_number(take_until(&value, '.'), 1000, &number))
		*ms = number;
}

/* rtcp:<port>[ IN IP4 <address>]; an address of its own is not read, what is said of the stream goes where the stream goes. */
static void read_rtcp_port(struct reader *reader, struct span value)
{
	unsigned port;

	if (reader->scope == &reader->stream && read_number(take_word(&value), 65535, &port))
		reader->rtcp_port = (uint16_t)port;
}

static bool read_direction(struct scope *scope, struct span name)
{
	static const char *const names[] = {
		[UA_INACTIVE] = "inactive", [UA_SENDONLY] = "sendonly",
		[UA_RECVONLY] = "recvonly", [UA_SENDRECV] = "sendrecv",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!span_is(name, names[i]))
			continue;
		scope->has_direction = true;
		scope->direction = (enum ua_direction)i;
		return true;
	}
	return false;
}

static void read_crypto(struct reader *reader, struct span value)
{
	if (reader->scope == &reader->stream && reader->crypto_count < UA_CRYPTO_MAX &&
	    !ua_crypto_parse(&reader->cryptos[reader->crypto_count], value.p, value.length))
		reader->crypto_count++;
}

static void read_setup(struct scope *scope, struct span value)
{
	static const char *const names[] = {
		[UA_SETUP_ACTPASS] = "actpass", [UA_SETUP_ACTIVE] = "active", [UA_SETUP_PASSIVE] = "passive",
	};
	struct span word = take_word(&value);

	for (unsigned i = UA_SETUP_ACTPASS; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_is(word, names[i]))
			scope->setup = (enum ua_setup)i;
	}
}

/* Several may be given of one certificate: the strongest of those known counts. */
static void read_fingerprint(struct scope *scope, struct span value)
{
	struct ua_fingerprint fingerprint;
	int err = ua_fingerprint_parse(&fingerprint, value.p, value.length);

	if (err == ENOTSUP)
		scope->has_weak_fingerprint = true;
	if (err || (scope->has_fingerprint && fingerprint.digest < scope->fingerprint.digest))
		return;
	scope->fingerprint = fingerprint;
	scope->has_fingerprint = true;
}

static bool read_security(struct reader *reader, struct span name, struct span value)
{
	if (span_is(name, "crypto"))
		read_crypto(reader, value);
	else if (span_is(name, "setup"))
		read_setup(reader->scope, value);
	else if (span_is(name, "fingerprint"))
		read_fingerprint(reader->scope, value);
	else
		return false;
	return true;
}

static int on_attribute(struct reader *reader, struct span value)
{
	struct span name = take_until(&value, ':');

	if (!reader->scope || read_direction(reader->scope, name) || read_security(reader, name, value))
		return 0;
	if (span_is(name, "rtpmap"))
		read_rtpmap(reader, value);
	else if (span_is(name, "fmtp"))
		read_fmtp(reader, value);
	else if (span_is(name, "ptime"))
		read_ms(reader, value, &reader->ptime_ms);
	else if (span_is(name, "maxptime"))
		read_ms(reader, value, &reader->maxptime_ms);
	else if (span_is(name, "rtcp"))
		read_rtcp_port(reader, value);
	else if (span_is(name, "rtcp-mux") && reader->scope == &reader->stream)
		reader->rtcp_mux = true;
	return 0;
}

static int on_line(struct reader *reader, struct span line)
{
	struct span value = {line.p + 2, line.length - 2};

	switch (line.p[0]) {
	case 'm':
		return on_media(reader, value);
	case 'c':
		return on_connection(reader, value);
	case 'a':
		return on_attribute(reader, value);
	default:
		return 0;
	}
}

static int read_lines(struct reader *reader, struct span text)
{
	int err = 0;

	while (text.length && !err) {
		struct span line = take_line(&text);

		if (line.length)
			err = on_line(reader, line);
	}
	return err;
}

static void collect_formats(struct ua_sdp *sdp, const struct reader *reader)
{
	for (size_t i = 0; i < reader->payload_type_count; i++) {
		uint8_t type = reader->payload_types[i];
		struct ua_format format = {.payload_type = type, .codec = reader->codecs[type]};

		if (!reader->known[type] || sdp->format_count == UA_SDP_FORMATS_MAX)
			continue;
		if (format.codec == UA_CODEC_RED) {
			if (!reader->wraps[type])
				continue;
			format.within = reader->within[type];
		}
		sdp->formats[sdp->format_count++] = format;
	}
}

static void collect_security(struct ua_security *security, const struct reader *reader)
{
	const struct scope *scope = reader->stream.has_fingerprint ? &reader->stream : &reader->session;

	security->profile = reader->profile;
	security->crypto_count = reader->crypto_count;
	memcpy(security->cryptos, reader->cryptos, sizeof(security->cryptos));
	security->has_fingerprint = scope->has_fingerprint;
	security->has_weak_fingerprint = !scope->has_fingerprint &&
		(reader->stream.has_weak_fingerprint || reader->session.has_weak_fingerprint);
	security->fingerprint = scope->fingerprint;
	security->setup = reader->stream.setup ? reader->stream.setup : reader->session.setup;
}

static int conclude(struct ua_sdp *sdp, const struct reader *reader)
{
	const struct scope *address = reader->stream.address ? &reader->stream : &reader->session;
	const struct scope *direction =
		reader->stream.has_direction ? &reader->stream : &reader->session;
	struct ua_sdp result = {
		.port = reader->port,
		.rtcp_port = reader->rtcp_port,
		.rtcp_mux = reader->rtcp_mux,
		.direction = direction->has_direction ? direction->direction : UA_SENDRECV,
		.ptime_ms = reader->ptime_ms,
		.maxptime_ms = reader->maxptime_ms,
		.other_count = reader->other_count,
		.other_wanted = reader->other_wanted,
		.audio_index = reader->audio_index,
	};

	if (reader->port && address->address == ADDRESS_NONE)
		return EBADMSG;
	if (reader->port && address->address == ADDRESS_FOREIGN)
		return EAFNOSUPPORT;
	if (address->address == ADDRESS_GOOD)
		memcpy(result.addr, address->addr, sizeof(result.addr));
	memcpy(result.others, reader->others, sizeof(result.others));
	collect_formats(&result, reader);
	collect_security(&result.security, reader);
	*sdp = result;
	return 0;
}

/* Known without an rtpmap. */
static void static_types(struct reader *reader)
{
	for (unsigned i = 0; i < UA_CODEC_COUNT; i++) {
		if (ua_encodings[i].static_type < 0)
			continue;
		reader->known[ua_encodings[i].static_type] = true;
		reader->codecs[ua_encodings[i].static_type] = (enum ua_codec)i;
	}
}

int ua_sdp_parse(struct ua_sdp *sdp, const char *text, size_t length)
{
	struct reader reader = {0};
	struct span whole = {text, length}, rest = whole;
	int err;

	if (length > UA_SDP_TEXT_MAX || memchr(text, '\0', length) ||
	    !span_is(take_line(&rest), "v=0"))
		return EBADMSG;
	err = choose_audio(&reader.audio_index, whole);
	if (err)
		return err;
	reader.scope = &reader.session;
	static_types(&reader);
	err = read_lines(&reader, whole);
	return err ? err : conclude(sdp, &reader);
}
