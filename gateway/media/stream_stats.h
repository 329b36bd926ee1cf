/* SPDX-License-Identifier: BSD-3-Clause */
/* What has become of a stream's packets both ways, for the operator and for reports (RFC 3611 s4.7). Plain values. */
#ifndef TIPRING_GATEWAY_MEDIA_STREAM_STATS_H
#define TIPRING_GATEWAY_MEDIA_STREAM_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "sip/rtcp.h"

struct stream_stats {
	uint32_t id;            /* of the stream; 0: none */
	uint32_t sent;          /* packets, as all that follow */
	uint32_t received, lost;
	uint32_t late;          /* came too late to be heard, or found no room */
	uint32_t duplicates;
	uint32_t refused;       /* a stranger's, or none that was agreed on */
	uint32_t jitter_us;
	uint16_t delay_ms;      /* that the playout adds */
	uint16_t ptime_ms;
	uint16_t round_trip_ms; /* 0: not known */
	uint8_t payload_type;   /* of what is sent */
	uint8_t ie, bpl;        /* of the codec that comes (sip/voice_quality.h), rounded */
	uint32_t played, missed;  /* that were due to be played; of these, how many did not sound */

	/* What the far end told of what it gets. */
	bool far_told;
	uint32_t far_lost, far_due, far_jitter_us;
	uint8_t far_mos_tenths; /* as it said; 0: it did not */
	uint16_t far_delay_ms;
};

/* How it sounds here and there, by ITU-T G.107. */
struct stream_rating {
	double r;                /* here */
	double mos_lq, mos;      /* here: without and with what delay does */
	double far_mos;          /* there; 0: not known */
};

void stream_stats_rate(const struct stream_stats *stats, struct stream_rating *rating);

#endif
