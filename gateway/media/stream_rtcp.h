/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a stream tells and hears of itself by RTCP: when to report, what, and what the far end reported. No sockets, no
 * allocation; media thread.
 */
#ifndef TIPRING_GATEWAY_MEDIA_STREAM_RTCP_H
#define TIPRING_GATEWAY_MEDIA_STREAM_RTCP_H

#include "gateway/media/playout_stats.h"
#include "gateway/media/stream_stats.h"
#include "sip/rtcp.h"
#include "sip/rtp.h"
#include "sip/rtp_source.h"

struct stream_rtcp {
	char cname[UA_RTCP_CNAME_BYTES];
	uint32_t dice;
	uint64_t next_ns;          /* of a report; 0: none is planned yet */
	uint32_t packets, octets;  /* sent as RTP under this SSRC */
	uint32_t packets_told[2];  /* at the last two reports: who has sent nothing since is no sender */
	uint64_t reports_sent, reports_received, reports_refused;
	struct ua_rtp_source source; /* what comes */
	unsigned clock_hz;
	uint64_t last_sr_ns;       /* when the far end's came; 0: none did */
	uint32_t last_sr;
	struct ua_rtcp_report told; /* the far end's newest; ssrc 0: none */
	uint32_t round_trip_ms;
	bool gone;                 /* it said goodbye */
};

/* What a report needs to know of the stream beside that. */
struct stream_rtcp_view {
	const struct ua_rtp_sender *sender;
	const struct playout_stats *playout;
	const struct stream_stats *stats;
	bool fixed; /* the playout is */
};

void stream_rtcp_begin(struct stream_rtcp *rtcp, const char *cname, uint32_t dice);

/* A packet of RTP went, with so much payload; one came, in a format with this clock. */
void stream_rtcp_sent(struct stream_rtcp *rtcp, size_t payload_bytes);
void stream_rtcp_arrived(struct stream_rtcp *rtcp, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz);
/* RTCP came from where the far end's comes from. */
void stream_rtcp_take(struct stream_rtcp *rtcp, const uint8_t *bytes, size_t length, uint32_t own_ssrc, uint64_t now_ns);

/* Whether it is time for a report; nobody reports of a stream in which nothing went or came yet. */
bool stream_rtcp_due(struct stream_rtcp *rtcp, uint64_t now_ns);
/* There is nobody to report to just now: the next one has its time. */
void stream_rtcp_skip(struct stream_rtcp *rtcp, uint64_t now_ns);
/* The report, and the time of the next one; bye: it is the last. Returns its length, 0: there is none to be sent. */
size_t stream_rtcp_write(struct stream_rtcp *rtcp, const struct stream_rtcp_view *view, bool bye, uint64_t now_ns,
	uint8_t *bytes, size_t size);

/* Of the fields of stats, those that are known here. */
void stream_rtcp_stats(const struct stream_rtcp *rtcp, struct stream_stats *stats);

#endif
