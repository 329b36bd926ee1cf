/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RTCP packets of a stream between two parties: sender and receiver reports, the source's name, goodbye (RFC 3550 s6) and
 * the VoIP metrics of RFC 3611 s4.7. No sockets, no clock, no allocation: the media thread calls everything here in its tick.
 *
 *     SR or RR [ block about the other ] | SDES CNAME | [ XR VoIP metrics ] | [ BYE ]       one datagram
 */
#ifndef TIPRING_SIP_RTCP_H
#define TIPRING_SIP_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UA_RTCP_CNAME_BYTES 32  /* with the final zero */
#define UA_RTCP_BYTES_MAX   200 /* of what is composed */
#define UA_RTCP_PORT_AFTER  1   /* RFC 3550 s11: one above the stream's */

/* What the reporter has received of one source (s6.4.1). */
struct ua_rtcp_block {
	uint32_t ssrc;     /* of that source */
	uint8_t fraction;  /* lost since the last report, of 256 */
	int32_t lost;      /* in all; negative when packets were doubled; 24 bits */
	uint32_t highest;  /* sequence, with its turns in the upper half */
	uint32_t jitter;   /* in units of the timestamps */
	uint32_t last_sr;  /* middle of the NTP time in that source's last SR, 0: none came */
	uint32_t delay;    /* since it came, 1/65536 s */
};

/* RFC 3611 s4.7. 127 is "not known" for levels, R factors and MOS; 0 for the times. */
struct ua_rtcp_voip {
	uint32_t ssrc;     /* of the source that was heard */
	uint8_t loss, discard;               /* shares of 256 */
	uint8_t burst_density, gap_density;  /* shares of 256 that did not sound within */
	uint16_t burst_ms, gap_ms;           /* mean length */
	uint16_t round_trip_ms, end_system_ms;
	uint8_t signal_dbm0, noise_dbm0, echo_return_loss_db; /* levels as two's complement */
	uint8_t gmin;
	uint8_t r, external_r;
	uint8_t mos_lq, mos_cq;              /* tenths */
	uint8_t config;                      /* receiver: concealment, kind and rate of the jitter buffer */
	uint16_t buffer_ms, buffer_max_ms, buffer_limit_ms;
};
#define UA_RTCP_UNKNOWN 127
#define UA_RTCP_CONFIG(concealment, adaptation, rate) (uint8_t)((concealment) << 6 | (adaptation) << 4 | (rate))
#define UA_RTCP_CONCEALMENT_STANDARD 2
#define UA_RTCP_BUFFER_FIXED         2
#define UA_RTCP_BUFFER_ADAPTIVE      3

struct ua_rtcp_report {
	uint32_t ssrc;     /* of who reports */
	bool sends;        /* SR rather than RR: the next four are there */
	uint64_t ntp;      /* seconds in the upper half; from any beginning */
	uint32_t timestamp, packets, octets;
	bool has_block;
	struct ua_rtcp_block block;
	char cname[UA_RTCP_CNAME_BYTES]; /* "": none; one that came and is longer is cut */
	bool has_voip;
	struct ua_rtcp_voip voip;
	bool bye;
};

/* Whether a datagram at a port for both is RTCP and not RTP (RFC 5761 s4). */
bool ua_rtcp_is(const uint8_t *bytes, size_t length);

/* Returns the length; 0 when size is less than UA_RTCP_BYTES_MAX. */
size_t ua_rtcp_compose(const struct ua_rtcp_report *report, uint8_t *bytes, size_t size);

/* Reads a datagram; of blocks and metrics those about ssrc. What is not known within it is passed over. EBADMSG: no
 * compound of RTCP (s6.1, A.2): versions, first packet, lengths. */
int ua_rtcp_parse(struct ua_rtcp_report *report, const uint8_t *bytes, size_t length, uint32_t ssrc);

/* A random name (RFC 7022 s4.2) that tells nothing of whose it is. Control thread. */
void ua_rtcp_cname(char cname[UA_RTCP_CNAME_BYTES]);

uint64_t ua_rtcp_ntp(uint64_t now_ns);
uint32_t ua_rtcp_ntp_middle(uint64_t ntp);
/* Round trip told by a block about us that came now (s6.4.1); 0: it does not tell, or cannot be true. */
uint32_t ua_rtcp_round_trip_ms(const struct ua_rtcp_block *block, uint64_t now_ns);

/* How long until the next report of two parties (s6.2, s6.3.1: 5 s, half of it before the first, times 0.5 to 1.5);
 * dice: random. */
uint64_t ua_rtcp_interval_ns(bool first, uint32_t dice);

#endif
