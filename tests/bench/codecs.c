/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The codecs alone, for callgrind: 20 ms packets of two voices' worth of harmonics, coded and decoded.
 * usage: codecs -l | codecs NAME PACKETS
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/codec.h"
#include "dsp/dsp.h"

#define PACKET    160
#define BYTES_MAX 1500

static void sound(int16_t *samples, size_t at)
{
	for (size_t i = 0; i < PACKET; i++) {
		double t = (double)(at + i) / 8000, pitch = 120 + 20 * sin(2 * M_PI * 0.7 * t), sum = 0;

		for (int k = 1; k <= 20; k++)
			sum += 1500.0 / k * sin(2 * M_PI * k * pitch * t + k);
		samples[i] = (int16_t)(sum * (1 + sin(2 * M_PI * 3 * t)));
	}
}

static int run(enum dsp_codec codec, int packets)
{
	struct dsp_encoder *encoder;
	struct dsp_decoder *decoder;
	int16_t samples[PACKET];
	uint8_t bytes[BYTES_MAX];

	if (dsp_encoder_alloc(&encoder, codec) || dsp_decoder_alloc(&decoder, codec))
		return 1;
	for (int i = 0; i < packets; i++) {
		size_t length;

		sound(samples, (size_t)i * PACKET);
		length = dsp_encode(encoder, bytes, sizeof(bytes), samples, PACKET);
		dsp_decode(decoder, samples, bytes, length);
	}
	dsp_encoder_free(encoder);
	dsp_decoder_free(decoder);
	return 0;
}

int main(int argc, char **argv)
{
	bool lists = argc == 2 && strcmp(argv[1], "-l") == 0;

	if (dsp_init() || (!lists && argc != 3))
		return 2;
	for (int i = 0; i < DSP_CODEC_COUNT; i++) {
		const struct dsp_codec_shape *shape = dsp_codec_shape(i);

		if (shape && lists)
			printf("%s\n", shape->name);
		else if (shape && strcmp(shape->name, argv[1]) == 0)
			return run(i, atoi(argv[2]));
	}
	return !lists;
}
