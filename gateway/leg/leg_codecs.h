/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the leg: the coders of a call, and what its stream sends and takes of what was agreed on. A coder that was
 * made stays until the leg is freed: the media thread may use it as long as it may use the socket. Control thread.
 */
#ifndef TIPRING_GATEWAY_LEG_CODECS_H
#define TIPRING_GATEWAY_LEG_CODECS_H

#include "gateway/codecs.h"
#include "gateway/media/stream.h"
#include "sip/sdp.h"

/* Zeroed: none made. By enum dsp_codec; of PCMU and PCMA each stream has its own. */
struct leg_codecs {
	struct dsp_encoder *encoders[DSP_CODEC_COUNT];
	struct dsp_decoder *decoders[DSP_CODEC_COUNT];
};

/* What a description offers: the codecs, each with its usual payload type; events, with the clock of each codec; and
 * redundancy, which is not offered but taken (its type is 0). */
void leg_codecs_local(const struct codecs *codecs, bool events, bool redundancy, struct ua_sdp_local *local);

/* Leaves PCMU and PCMA of the codecs, as they are numbered. False: there is neither, and nothing has changed. */
bool leg_codecs_keep_exact(struct ua_sdp_local *local);

/* Of what the peer takes PCMU and PCMA are sent rather than what it likes better. */
void leg_codecs_prefer_exact(struct ua_sdp *peer);

/* Has local use the payload types of a peer that offers; what he has not gets a type that he uses for nothing else
 * (RFC 3264 s8.3.2: what a number means stays). */
void leg_codecs_agree(struct ua_sdp_local *local, const struct ua_sdp *peer);

/* The peer has described himself. ENOMEM: a coder is missing; what needs it is not sent, or not taken. */
int leg_codecs_make(struct leg_codecs *codecs, const struct ua_sdp_local *local, const struct ua_sdp *remote);
void leg_codecs_free(struct leg_codecs *codecs);

/* remote: NULL as long as the peer has not described himself. Returns whether there is something to send with. */
bool leg_codecs_wish(const struct leg_codecs *codecs, const struct ua_sdp_local *local, const struct ua_sdp *remote,
	struct stream_wish *wish);

#endif
