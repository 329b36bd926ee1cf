/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * G.729 annex A, frames of 10 ms in 10 bytes, by bcg729, which is GPL-3: this file is in a program only when whoever
 * builds it asks for it (configure --enable-g729). Without annex B we send no frame of comfort noise, but one that
 * comes at a packet's end is understood.
 */
#include <bcg729/decoder.h>
#include <bcg729/encoder.h>
#include <errno.h>
#include <string.h>

#include "dsp/codec_private.h"

#define FRAME_SAMPLES 80
#define FRAME_BYTES   10
#define NOISE_BYTES   2

static int encoder_make(void **statep)
{
	*statep = initBcg729EncoderChannel(0);
	return *statep ? 0 : ENOMEM;
}

static void encoder_free(void *state)
{
	closeBcg729EncoderChannel(state);
}

static size_t encode(void *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t samples_count)
{
	size_t length = 0;

	if (samples_count % FRAME_SAMPLES || size < samples_count / FRAME_SAMPLES * FRAME_BYTES)
		return 0;
	for (size_t i = 0; i < samples_count; i += FRAME_SAMPLES) {
		uint8_t frame_bytes = 0;

		bcg729Encoder(state, samples + i, bytes + length, &frame_bytes);
		length += frame_bytes;
	}
	return length;
}

static int decoder_make(void **statep)
{
	*statep = initBcg729DecoderChannel();
	return *statep ? 0 : ENOMEM;
}

static void decoder_free(void *state)
{
	closeBcg729DecoderChannel(state);
}

static size_t count(const uint8_t *bytes, size_t length)
{
	size_t frames = length / FRAME_BYTES, rest = length % FRAME_BYTES;

	(void)bytes;
	if (rest && rest != NOISE_BYTES)
		return 0;
	return (frames + (rest ? 1 : 0)) * FRAME_SAMPLES;
}

static void decode(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	for (size_t at = 0; samples_count >= FRAME_SAMPLES && at < length; samples_count -= FRAME_SAMPLES) {
		uint8_t frame_bytes = length - at >= FRAME_BYTES ? FRAME_BYTES : NOISE_BYTES;

		bcg729Decoder(state, bytes + at, frame_bytes, 0, frame_bytes == NOISE_BYTES, 0, samples);
		at += frame_bytes;
		samples += FRAME_SAMPLES;
	}
}

static bool decode_lost(void *state, int16_t *samples, size_t samples_count)
{
	if (samples_count % FRAME_SAMPLES)
		return false;
	for (size_t i = 0; i < samples_count; i += FRAME_SAMPLES)
		bcg729Decoder(state, NULL, 0, 1, 0, 0, samples + i);
	return true;
}

const struct dsp_codec_def dsp_codec_g729 = {
	.shape = {"G729", 8000, FRAME_SAMPLES},
	.encoder_make = encoder_make, .encoder_free = encoder_free, .encode = encode,
	.decoder_make = decoder_make, .decoder_free = decoder_free, .count = count, .decode = decode,
	.decode_lost = decode_lost,
};
