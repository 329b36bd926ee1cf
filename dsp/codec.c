/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "config.h"
#include "dsp/codec.h"
#include "dsp/codec_private.h"

static const struct dsp_codec_def *const defs[DSP_CODEC_COUNT] = {
	[DSP_CODEC_PCMU] = &dsp_codec_pcmu,
	[DSP_CODEC_PCMA] = &dsp_codec_pcma,
	[DSP_CODEC_G726] = &dsp_codec_g726,
	[DSP_CODEC_G722] = &dsp_codec_g722,
	[DSP_CODEC_OPUS] = &dsp_codec_opus,
#ifdef WITH_G729
	[DSP_CODEC_G729] = &dsp_codec_g729,
#endif
};

struct dsp_encoder {
	enum dsp_codec codec;
	const struct dsp_codec_def *def;
	void *state;
};

struct dsp_decoder {
	enum dsp_codec codec;
	const struct dsp_codec_def *def;
	void *state;
};

int dsp_encoder_alloc(struct dsp_encoder **encoderp, enum dsp_codec codec)
{
	const struct dsp_codec_def *def = codec < DSP_CODEC_COUNT ? defs[codec] : NULL;
	struct dsp_encoder *encoder;
	int err;

	if (!def)
		return ENOTSUP;
	encoder = calloc(1, sizeof(*encoder));
	if (!encoder)
		return ENOMEM;
	encoder->codec = codec;
	encoder->def = def;
	err = def->encoder_make ? def->encoder_make(&encoder->state) : 0;
	if (err) {
		free(encoder);
		return err;
	}
	*encoderp = encoder;
	return 0;
}

void dsp_encoder_free(struct dsp_encoder *encoder)
{
	if (!encoder)
		return;
	if (encoder->def->encoder_free)
		encoder->def->encoder_free(encoder->state);
	free(encoder);
}

enum dsp_codec dsp_encoder_codec(const struct dsp_encoder *encoder)
{
	return encoder->codec;
}

void dsp_encoder_reset(struct dsp_encoder *encoder)
{
	if (encoder->def->encoder_reset)
		encoder->def->encoder_reset(encoder->state);
}

size_t dsp_encode(struct dsp_encoder *encoder, uint8_t *bytes, size_t size, const int16_t *samples, size_t count)
{
	return encoder->def->encode(encoder->state, bytes, size, samples, count);
}

int dsp_decoder_alloc(struct dsp_decoder **decoderp, enum dsp_codec codec)
{
	const struct dsp_codec_def *def = codec < DSP_CODEC_COUNT ? defs[codec] : NULL;
	struct dsp_decoder *decoder;
	int err;

	if (!def)
		return ENOTSUP;
	decoder = calloc(1, sizeof(*decoder));
	if (!decoder)
		return ENOMEM;
	decoder->codec = codec;
	decoder->def = def;
	err = def->decoder_make ? def->decoder_make(&decoder->state) : 0;
	if (err) {
		free(decoder);
		return err;
	}
	*decoderp = decoder;
	return 0;
}

void dsp_decoder_free(struct dsp_decoder *decoder)
{
	if (!decoder)
		return;
	if (decoder->def->decoder_free)
		decoder->def->decoder_free(decoder->state);
	free(decoder);
}

enum dsp_codec dsp_decoder_codec(const struct dsp_decoder *decoder)
{
	return decoder->codec;
}

void dsp_decoder_reset(struct dsp_decoder *decoder)
{
	if (decoder->def->decoder_reset)
		decoder->def->decoder_reset(decoder->state);
}

size_t dsp_decoder_count(const struct dsp_decoder *decoder, const uint8_t *bytes, size_t length)
{
	size_t count = decoder->def->count(bytes, length);

	return count <= DSP_CODEC_PACKET_SAMPLES_MAX ? count : 0;
}

size_t dsp_decode(struct dsp_decoder *decoder, int16_t *samples, const uint8_t *bytes, size_t length)
{
	size_t count = dsp_decoder_count(decoder, bytes, length);

	if (count)
		decoder->def->decode(decoder->state, samples, count, bytes, length);
	return count;
}

bool dsp_decode_spare(struct dsp_decoder *decoder, int16_t *samples, size_t count, const uint8_t *bytes, size_t length)
{
	return decoder->def->decode_spare && decoder->def->decode_spare(decoder->state, samples, count, bytes, length);
}

bool dsp_decode_lost(struct dsp_decoder *decoder, int16_t *samples, size_t count)
{
	return decoder->def->decode_lost && decoder->def->decode_lost(decoder->state, samples, count);
}

const struct dsp_codec_shape *dsp_codec_shape(enum dsp_codec codec)
{
	return codec < DSP_CODEC_COUNT && defs[codec] ? &defs[codec]->shape : NULL;
}
