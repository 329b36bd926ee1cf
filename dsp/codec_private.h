/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to dsp/codec.c and the codecs below it: what each of them fills in. NULL where it has nothing to do. */
#ifndef TIPRING_DSP_CODEC_PRIVATE_H
#define TIPRING_DSP_CODEC_PRIVATE_H

#include "dsp/codec.h"

struct dsp_codec_def {
	struct dsp_codec_shape shape;
	int (*encoder_make)(void **statep);
	void (*encoder_free)(void *state);
	void (*encoder_reset)(void *state);
	size_t (*encode)(void *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t count);
	int (*decoder_make)(void **statep);
	void (*decoder_free)(void *state);
	void (*decoder_reset)(void *state);
	size_t (*count)(const uint8_t *bytes, size_t length);
	void (*decode)(void *state, int16_t *samples, size_t count, const uint8_t *bytes, size_t length);
	bool (*decode_spare)(void *state, int16_t *samples, size_t count, const uint8_t *bytes, size_t length);
	bool (*decode_lost)(void *state, int16_t *samples, size_t count);
};

extern const struct dsp_codec_def dsp_codec_pcmu, dsp_codec_pcma, dsp_codec_g726, dsp_codec_g722, dsp_codec_opus, dsp_codec_g729;

#endif
