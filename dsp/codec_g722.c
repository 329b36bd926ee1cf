/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * G.722 at 64 kbit/s, of which a telephone needs the lower band alone: it is 8 kHz by itself, and the upper one is sent
 * as silent and not listened to. The clock of its timestamps is 8000 Hz by an old mistake (RFC 3551 s4.5.2), which here
 * fits.
 */
#include <errno.h>
#include <spandsp.h>

#include "dsp/codec_private.h"

#define BITS_PER_S 64000

static int encoder_make(void **statep)
{
	g722_encode_state_t *state = g722_encode_init(NULL, BITS_PER_S, G722_SAMPLE_RATE_8000);

	if (!state)
		return ENOMEM;
	*statep = state;
	return 0;
}

static void encoder_free(void *state)
{
	g722_encode_free(state);
}

static void encoder_reset(void *state)
{
	g722_encode_init(state, BITS_PER_S, G722_SAMPLE_RATE_8000);
}

static size_t encode(void *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t samples_count)
{
	if (size < samples_count)
		return 0;
	return (size_t)g722_encode(state, bytes, samples, (int)samples_count);
}

static int decoder_make(void **statep)
{
	g722_decode_state_t *state = g722_decode_init(NULL, BITS_PER_S, G722_SAMPLE_RATE_8000);

	if (!state)
		return ENOMEM;
	*statep = state;
	return 0;
}

static void decoder_free(void *state)
{
	g722_decode_free(state);
}

static void decoder_reset(void *state)
{
	g722_decode_init(state, BITS_PER_S, G722_SAMPLE_RATE_8000);
}

static size_t count(const uint8_t *bytes, size_t length)
{
	(void)bytes;
	return length;
}

static void decode(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	(void)samples_count;
	g722_decode(state, samples, bytes, (int)length);
}

const struct dsp_codec_def dsp_codec_g722 = {
	.shape = {"G722", 8000, 1},
	.encoder_make = encoder_make, .encoder_free = encoder_free, .encoder_reset = encoder_reset, .encode = encode,
	.decoder_make = decoder_make, .decoder_free = decoder_free, .decoder_reset = decoder_reset, .count = count,
	.decode = decode,
};
