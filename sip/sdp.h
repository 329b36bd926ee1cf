/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Session descriptions (RFC 4566) and offer/answer (RFC 3264), for the one audio stream that a
 * telephone has. A description is a plain value: parsed or composed once, then only read. What is not
 * understood (further m= lines, unknown attributes) is answered with port 0 or ignored. Control thread.
 */
#ifndef TIPRING_SIP_SDP_H
#define TIPRING_SIP_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/sdp_crypto.h"

#define UA_ADDR_MAX        46 /* INET6_ADDRSTRLEN */
#define UA_SDP_FORMATS_MAX 16
#define UA_SDP_MEDIA_MAX   8    /* m= lines beside the audio stream */
#define UA_SDP_TEXT_MAX    4096 /* bytes of a description that is read */

/* Each with the clock of its timestamps: 8000 Hz where none is named. */
enum ua_codec {
	UA_CODEC_PCMU,
	UA_CODEC_PCMA,
	UA_CODEC_G726_32,
	UA_CODEC_G722,
	UA_CODEC_OPUS, /* 48000 Hz (RFC 7587) */
	UA_CODEC_G729,
	UA_CODEC_TELEPHONE_EVENT,    /* RFC 4733 */
	UA_CODEC_TELEPHONE_EVENT_48, /* ... at 48000 Hz, beside Opus */
	UA_CODEC_RED,                /* RFC 2198 */
	UA_CODEC_COUNT,
};

enum ua_direction { /* as the owner of the description says it */
	UA_INACTIVE = 0,
	UA_SENDONLY = 1,
	UA_RECVONLY = 2,
	UA_SENDRECV = 3,
};

struct ua_format {
	uint8_t payload_type;
	enum ua_codec codec;
	uint8_t within; /* of RED: the payload type that all its blocks have */
};

/* An m= line that is not our audio stream; kept so that an answer has as many lines as its
 * offer. */
struct ua_sdp_other {
	char media[16], protocol[24], formats[32];
};

struct ua_sdp {
	char addr[UA_ADDR_MAX]; /* numeric; "0.0.0.0" and "::" are the old way of hold; "" only when port is 0 */
	uint16_t port;          /* 0: the audio stream is refused */
	enum ua_direction direction;
	uint16_t rtcp_port;     /* a=rtcp (RFC 3605), of addr; 0: the port after */
	bool rtcp_mux;          /* a=rtcp-mux (RFC 5761): RTCP comes to the port of the stream too */
	unsigned ptime_ms;      /* 0: not said */
	unsigned maxptime_ms;   /* the longest packet that the owner takes; 0: not said */
	struct ua_format formats[UA_SDP_FORMATS_MAX]; /* those known to us, in the owner's order */
	size_t format_count;
	struct ua_sdp_other others[UA_SDP_MEDIA_MAX];
	size_t other_count;
	bool other_wanted;      /* one of them has a port */
	size_t audio_index;     /* which m= line is the audio stream, from 0 */
	struct ua_security security;
};

/* What this side can do with the stream. */
struct ua_sdp_local {
	char addr[UA_ADDR_MAX];
	uint16_t port;
	uint16_t rtcp_port; /* 0: the port after */
	enum ua_direction direction;
	bool rtcp_mux; /* offered; it is answered with where it is offered, whatever this says */
	unsigned ptime_ms;
	struct ua_format formats[UA_SDP_FORMATS_MAX]; /* in order of preference */
	size_t format_count;
	struct ua_security_local security;
};

/* EBADMSG: not a session description. ENOTSUP: no audio stream over RTP in it. EAFNOSUPPORT:
 * the stream's address is a name, or one that nobody has for himself. The last two are
 * for 488. The text need not end with a newline, nor with a zero. sdp is untouched on failure. */
int ua_sdp_parse(struct ua_sdp *sdp, const char *text, size_t length);

/* Where its owner takes RTCP, at addr; 0: nowhere. */
uint16_t ua_sdp_rtcp_port(const struct ua_sdp *sdp);

bool ua_sdp_is_ipv6(const struct ua_sdp *sdp);
/* Both describe the same audio stream. */
bool ua_sdp_is_same(const struct ua_sdp *a, const struct ua_sdp *b);

/* All formats but redundancy whose payload type is 0. */
void ua_sdp_offer(struct ua_sdp *offer, const struct ua_sdp_local *local);

/* Answers an offer: the common formats in the offer's order with the offer's payload types (but G.722, of which a
 * telephone has nothing, after the other codecs), the direction narrowed to what both want. Redundancy (RED) is taken for
 * the codec that comes first and for events. A stream offered with port 0 is answered so. ENOTSUP: no codec in common, or only what we have not is offered, as a fax's image in the place of sound, or nothing in common for its protection (488). */
int ua_sdp_answer(struct ua_sdp *answer, const struct ua_sdp *offer, const struct ua_sdp_local *local);

bool ua_codec_is_sound(enum ua_codec codec);
unsigned ua_codec_clock_hz(enum ua_codec codec);
const char *ua_codec_name(enum ua_codec codec);
bool ua_sdp_local_has(const struct ua_sdp_local *local, enum ua_codec codec);

/* The format that sound is sent with to the owner of the description: the first that this side has too, G.722 last; NULL
 * when there is none. */
const struct ua_format *ua_sdp_sound_format(const struct ua_sdp *sdp, const struct ua_sdp_local *local);

/* The format that keys are sent with (RFC 4733) to the owner of the description beside that sound, with the same clock
 * where he has such; NULL when it takes none, or this side has none. After an exchange of offer and answer the peer's
 * description tells the payload type that we send, ours the one that comes: they may differ when the offer was ours. */
const struct ua_format *ua_sdp_event_format(const struct ua_sdp *sdp, const struct ua_sdp_local *local,
	const struct ua_format *sound);

/* The format that carries another one with redundancy to the owner of the description; NULL: none. */
const struct ua_format *ua_sdp_red_format(const struct ua_sdp *sdp, const struct ua_sdp_local *local,
	const struct ua_format *inner);

/* Composes the text, with a final zero; id and version are those of the o= line, addr its address.
 * Returns its length, 0 when size is too small. */
size_t ua_sdp_print(const struct ua_sdp *sdp, uint64_t id, uint64_t version, char *text, size_t size);

#endif
