/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Speech codecs behind one shape: the line's samples (8 kHz, 16 bit) become the payload of a packet, and back. A coder
 * has a memory of what it coded before, so each direction of each stream has one of its own, and packets are decoded in
 * the order in which they were sent. The control thread makes and frees coders; all else is the media thread's, without
 * allocation.
 */
#ifndef TIPRING_DSP_CODEC_H
#define TIPRING_DSP_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSP_CODEC_PACKET_SAMPLES_MAX 960 /* 120 ms: the longest packet that is decoded */

enum dsp_codec {
	DSP_CODEC_PCMU, /* ITU-T G.711 */
	DSP_CODEC_PCMA,
	DSP_CODEC_G726, /* at 32 kbit/s */
	DSP_CODEC_G722, /* its lower band */
	DSP_CODEC_OPUS, /* RFC 6716, narrow-band */
	DSP_CODEC_G729, /* annex A; only when built with it */
	DSP_CODEC_COUNT,
};

struct dsp_encoder;
struct dsp_decoder;

/* ENOTSUP: this build has not got it. */
int dsp_encoder_alloc(struct dsp_encoder **encoderp, enum dsp_codec codec);
void dsp_encoder_free(struct dsp_encoder *encoder);
enum dsp_codec dsp_encoder_codec(const struct dsp_encoder *encoder);
/* Forgets what it coded: another listener begins. */
void dsp_encoder_reset(struct dsp_encoder *encoder);
/* One packet: count samples, a whole number of frames of dsp_codec_frame_samples. Returns the payload's length; 0 when
 * size is too small, or count no whole number of frames of a codec that has longer ones. */
size_t dsp_encode(struct dsp_encoder *encoder, uint8_t *bytes, size_t size, const int16_t *samples, size_t count);

int dsp_decoder_alloc(struct dsp_decoder **decoderp, enum dsp_codec codec);
void dsp_decoder_free(struct dsp_decoder *decoder);
enum dsp_codec dsp_decoder_codec(const struct dsp_decoder *decoder);
/* Forgets what it heard: another source begins. */
void dsp_decoder_reset(struct dsp_decoder *decoder);
/* How many samples a payload holds, told without decoding; 0: it is malformed, or longer than DSP_CODEC_PACKET_SAMPLES_MAX. */
size_t dsp_decoder_count(const struct dsp_decoder *decoder, const uint8_t *bytes, size_t length);
/* One packet; writes dsp_decoder_count samples and returns their number. */
size_t dsp_decode(struct dsp_decoder *decoder, int16_t *samples, const uint8_t *bytes, size_t length);
/* In place of a packet of count samples that was lost, from the one that came after it, where the codec carries such a
 * spare copy; false: it does not, and nothing was written. Called before dsp_decode of that packet. */
bool dsp_decode_spare(struct dsp_decoder *decoder, int16_t *samples, size_t count, const uint8_t *bytes, size_t length);
/* ... from what it heard before, where the codec knows how; false: it does not, and nothing was written. */
bool dsp_decode_lost(struct dsp_decoder *decoder, int16_t *samples, size_t count);

/* What a codec is in a session description, and what its packets may hold. */
struct dsp_codec_shape {
	const char *name;       /* of its rtpmap */
	unsigned clock_hz;      /* of its timestamps, as the rtpmap tells: 8000, or 48000 for Opus */
	unsigned frame_samples; /* a packet holds a whole number of frames; 1: any length */
};
/* NULL: this build has not got it. */
const struct dsp_codec_shape *dsp_codec_shape(enum dsp_codec codec);

#endif
