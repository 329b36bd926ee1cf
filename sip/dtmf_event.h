/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telephone events in RTP (RFC 4733): digits 0-9, * (10), # (11), A-D (12-15), flash (16). No
 * sockets, no clock, no allocation: the media thread calls everything here in its tick. Structs of
 * zeros are ready for use.
 *
 *     packet      1   2   3   4   5   6   7        timestamp of all: start of the event
 *     duration   160 320 480 640 640 640 640       a digit of 80 ms in packets of 20 ms
 *     marker      x
 *     end                         x   x   x        three times, since packets get lost
 */
#ifndef TIPRING_SIP_DTMF_EVENT_H
#define TIPRING_SIP_DTMF_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/rtp.h"

#define UA_DTMF_EVENT_MAX  16 /* what we send; any may come */
#define UA_DTMF_PAYLOAD_BYTES 4
#define UA_DTMF_PACKET_BYTES  (UA_RTP_HEADER_BYTES + UA_DTMF_PAYLOAD_BYTES)
#define UA_DTMF_VOLUME_MAX 63 /* -dBm0 */

struct ua_dtmf_sender {
	bool busy;            /* packets are to be sent */
	bool ending;
	bool marked;          /* the first packet was sent */
	uint8_t event, volume;
	uint8_t ends_sent;
	uint32_t timestamp;   /* of the event, or of its last segment */
	uint32_t duration;    /* samples of the segment */
};

/* Begins an event at the timestamp of the next packet; volume in -dBm0, 0..63. EBUSY: the one
 * before has no end on its way yet. EINVAL: no such event or volume. */
int ua_dtmf_start(struct ua_dtmf_sender *dtmf, const struct ua_rtp_sender *rtp, unsigned event,
	unsigned volume);
/* The event lasted longer than its packets told, by so many samples; before ua_dtmf_stop. */
void ua_dtmf_lengthen(struct ua_dtmf_sender *dtmf, unsigned samples);
/* The event ends now: the next packets say so. Nothing happens when there is none. */
void ua_dtmf_stop(struct ua_dtmf_sender *dtmf);

/* The next packet; returns its length, 0 when there is nothing to send (or size is less than
 * UA_DTMF_PACKET_BYTES). samples: what the packet stands for, with 0 for one that is sent beside
 * sound in the same tick; rtp moves on by that, so that sound after the event finds its timestamp.
 * An event of more than 65535 samples becomes segments (s2.5.1.3). */
size_t ua_dtmf_packet(struct ua_dtmf_sender *dtmf, struct ua_rtp_sender *rtp, uint8_t *bytes,
	size_t size, uint8_t payload_type, unsigned samples);

struct ua_dtmf_receiver {
	bool known;           /* an event was heard, and timestamp and event are its */
	bool ongoing;
	uint8_t event, volume;
	uint32_t ssrc, timestamp; /* the timestamp of its last segment */
	uint32_t duration;    /* samples of the last segment */
	uint32_t whole;       /* samples of the segments before */
	uint64_t last_ms;     /* of the last packet */
};

/* What a packet told, in this order. */
enum {
	UA_DTMF_ENDED_BEFORE = 1, /* the event before ended: its own ends were lost */
	UA_DTMF_STARTED = 2,
	UA_DTMF_ENDED = 4,
};

struct ua_dtmf_heard {
	unsigned what;        /* bits of the above, 0: nothing new */
	uint8_t event_before; /* with ENDED_BEFORE */
	uint8_t event, volume;
	uint32_t duration;    /* samples so far */
};

/* A packet of the event payload type. Events are told apart by timestamp: repeated and late packets
 * are nothing new, equal digits in a row stay two, and any packet of an event starts it. EBADMSG:
 * too short for an event. */
int ua_dtmf_receive(struct ua_dtmf_receiver *dtmf, const struct ua_rtp_packet *packet, uint64_t now_ms,
	struct ua_dtmf_heard *heard);
/* Ends the event that nothing was heard of for timeout_ms: heard says ENDED, once. A packet of it
 * that comes later is nothing new. */
void ua_dtmf_expire(struct ua_dtmf_receiver *dtmf, uint64_t now_ms, unsigned timeout_ms,
	struct ua_dtmf_heard *heard);

#endif
