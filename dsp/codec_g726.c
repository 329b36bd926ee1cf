/* SPDX-License-Identifier: BSD-3-Clause */
/* G.726 at 32 kbit/s, packed as RFC 3551 s4.5.4 has it: the first of a byte's two codes in its low bits. */
#include <errno.h>
#include <spandsp.h>

#include "dsp/codec_private.h"

#define BITS_PER_S       32000
#define SAMPLES_PER_BYTE 2

static int make(void **statep)
{
	g726_state_t *state = g726_init(NULL, BITS_PER_S, G726_ENCODING_LINEAR, G726_PACKING_RIGHT);

	if (!state)
		return ENOMEM;
	*statep = state;
	return 0;
}

static void reset(void *state)
{
	g726_init(state, BITS_PER_S, G726_ENCODING_LINEAR, G726_PACKING_RIGHT);
}

static void release(void *state)
{
	g726_free(state);
}

static size_t encode(void *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t samples_count)
{
	if (size < samples_count / SAMPLES_PER_BYTE)
		return 0;
	return (size_t)g726_encode(state, bytes, samples, (int)samples_count);
}

static size_t count(const uint8_t *bytes, size_t length)
{
	(void)bytes;
	return length * SAMPLES_PER_BYTE;
}

static void decode(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	(void)samples_count;
	g726_decode(state, samples, bytes, (int)length);
}

const struct dsp_codec_def dsp_codec_g726 = {
	.shape = {"G726-32", 8000, SAMPLES_PER_BYTE},
	.encoder_make = make, .encoder_free = release, .encoder_reset = reset, .encode = encode,
	.decoder_make = make, .decoder_free = release, .decoder_reset = reset, .count = count, .decode = decode,
};
