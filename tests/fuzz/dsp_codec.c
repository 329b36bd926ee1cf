/* SPDX-License-Identifier: BSD-3-Clause */
/* A payload of any codec from anywhere: no more samples come of it than were told. The first byte chooses the codec. */
#include <stdint.h>
#include <stdlib.h>

#include "dsp/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dsp_decoder *decoders[DSP_CODEC_COUNT];
	int16_t samples[DSP_CODEC_PACKET_SAMPLES_MAX];
	struct dsp_decoder **decoder;
	size_t count;

	if (size == 0)
		return 0;
	decoder = &decoders[data[0] % DSP_CODEC_COUNT];
	if (!*decoder && dsp_decoder_alloc(decoder, data[0] % DSP_CODEC_COUNT))
		return 0;
	count = dsp_decoder_count(*decoder, data + 1, size - 1);
	(void)dsp_decode_spare(*decoder, samples, 160, data + 1, size - 1);
	if (count > DSP_CODEC_PACKET_SAMPLES_MAX || dsp_decode(*decoder, samples, data + 1, size - 1) != count)
		abort();
	(void)dsp_decode_lost(*decoder, samples, 160);
	return 0;
}
