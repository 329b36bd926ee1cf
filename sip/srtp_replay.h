/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets of whom a key has seen (RFC 3711 s3.3). Private to sip/; media thread. */
#ifndef TIPRING_SIP_SRTP_REPLAY_H
#define TIPRING_SIP_SRTP_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "sip/srtp.h"

/* The last 64 indices; zeroed: nothing was seen. */
struct srtp_window {
	uint64_t top;  /* the highest index that was taken */
	uint64_t seen; /* bit i: top - i was; 0: none yet */
};

/* Zeroed: nobody is known. */
struct srtp_sources {
	struct srtp_source {
		uint32_t ssrc;
		uint32_t used; /* when a packet of it was taken, as the others count; 0: free */
		struct srtp_window rtp, rtcp;
	} sources[UA_SRTP_SOURCES];
	uint32_t taken; /* packets, of all */
};

/* The index of an RTP packet: its sequence, and how often that has gone around, as far as the last one tells (appendix A). */
uint64_t srtp_sources_index(const struct srtp_sources *sources, uint32_t ssrc, uint16_t sequence);

/* Nothing of this sender was taken yet, and it may have begun near 65535 with packets that never came (s3.3.1): if the index is
 * not the one that it signed, the one after a whole round may be. */
bool srtp_sources_may_have_gone_around(const struct srtp_sources *sources, uint32_t ssrc, uint64_t index);

bool srtp_sources_is_new(const struct srtp_sources *sources, uint32_t ssrc, uint64_t index);
bool srtp_sources_rtcp_is_new(const struct srtp_sources *sources, uint32_t ssrc, uint32_t index);

/* Of a packet that has proved good. */
void srtp_sources_take(struct srtp_sources *sources, uint32_t ssrc, uint64_t index);
void srtp_sources_rtcp_take(struct srtp_sources *sources, uint32_t ssrc, uint32_t index);

#endif
