/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the stream: what its reports (stream_report.c) and its sound (stream.c) are to each other. */
#ifndef TIPRING_GATEWAY_MEDIA_STREAM_PRIVATE_H
#define TIPRING_GATEWAY_MEDIA_STREAM_PRIVATE_H

#include "gateway/media/stream.h"

/* Where packets go from now on. */
void stream_aim(struct stream *stream);

/* A packet of the peer's came. */
void stream_heard(struct stream *stream, const struct ua_rtp_packet *packet);

/* Sends a report of what went and came so far; bye: the stream ends. */
void stream_report(struct stream *stream, bool bye);

/* False: what came is no RTCP. */
bool stream_report_take(struct stream *stream, const uint8_t *bytes, size_t length, const union address *source);

#endif
