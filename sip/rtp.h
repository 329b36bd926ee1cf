/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RTP packets and the state of one sender (RFC 3550 s5.1). No sockets, no clock, no allocation: the
 * media thread calls everything here in its tick.
 */
#ifndef TIPRING_SIP_RTP_H
#define TIPRING_SIP_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UA_RTP_HEADER_BYTES 12

struct ua_rtp_packet {
	uint8_t payload_type;
	bool marker;
	uint16_t sequence;
	uint32_t timestamp; /* samples */
	uint32_t ssrc;
	const uint8_t *payload; /* within the bytes that were decoded */
	size_t payload_length;  /* padding and header extension already taken off */
};

/* EBADMSG unless the bytes are an RTP packet (version 2, lengths that add up). RTCP that came to
 * the RTP port (payload type 72..76) is EBADMSG too. */
int ua_rtp_decode(struct ua_rtp_packet *packet, const uint8_t *bytes, size_t length);

struct ua_rtp_sender {
	uint32_t ssrc;
	uint32_t timestamp; /* of the next packet */
	uint16_t sequence;  /* of the next packet */
};

/* Random start values as RFC 3550 s5.1 asks. May be called in the control thread only. */
void ua_rtp_sender_init(struct ua_rtp_sender *sender);

/* Writes header and payload and moves on by samples; returns the length, 0 when size is too small. */
size_t ua_rtp_sender_packet(struct ua_rtp_sender *sender, uint8_t *bytes, size_t size,
	uint8_t payload_type, bool marker, const uint8_t *payload, size_t payload_length,
	unsigned samples);

#endif
