/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to sip/sdp.c and sip/sdp_parse.c: how each codec is named in a session description. */
#ifndef TIPRING_SIP_SDP_ENCODINGS_H
#define TIPRING_SIP_SDP_ENCODINGS_H

#include "sip/sdp.h"

struct ua_encoding {
	const char *name, *clock; /* as of an rtpmap */
	const char *channels;     /* NULL: not said, and 1 when it is */
	const char *fmtp;         /* what we say of it; NULL: nothing, or what is not the same for all */
	unsigned clock_hz;
	int static_type;          /* RFC 3551 s6; -1: none */
};
extern const struct ua_encoding ua_encodings[UA_CODEC_COUNT];

#endif
