/* SPDX-License-Identifier: BSD-3-Clause */
#include "dsp/codec_private.h"
#include "dsp/g711.h"

static size_t count(const uint8_t *bytes, size_t length)
{
	(void)bytes;
	return length;
}

static size_t encode_law(enum dsp_law law, uint8_t *bytes, size_t size, const int16_t *samples, size_t samples_count)
{
	if (size < samples_count)
		return 0;
	dsp_g711_encode(law, bytes, samples, samples_count);
	return samples_count;
}

static size_t encode_mu(void *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t samples_count)
{
	(void)state;
	return encode_law(DSP_LAW_MU, bytes, size, samples, samples_count);
}

static size_t encode_a(void *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t samples_count)
{
	(void)state;
	return encode_law(DSP_LAW_A, bytes, size, samples, samples_count);
}

static void decode_mu(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	(void)state;
	(void)length;
	dsp_g711_decode(DSP_LAW_MU, samples, bytes, samples_count);
}

static void decode_a(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	(void)state;
	(void)length;
	dsp_g711_decode(DSP_LAW_A, samples, bytes, samples_count);
}

const struct dsp_codec_def dsp_codec_pcmu = {
	.shape = {"PCMU", 8000, 1}, .encode = encode_mu, .count = count, .decode = decode_mu,
};

const struct dsp_codec_def dsp_codec_pcma = {
	.shape = {"PCMA", 8000, 1}, .encode = encode_a, .count = count, .decode = decode_a,
};
