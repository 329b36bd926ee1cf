/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dsp/codec.h"
#include "dsp/dsp.h"
#include "dsp/g711.h"

#define PACKET 160

static void test_g711_packets_are_their_law(void **state)
{
	int16_t samples[PACKET], heard[PACKET], wanted[PACKET];
	uint8_t bytes[PACKET], law_bytes[PACKET];

	(void)state;
	for (int i = 0; i < PACKET; i++)
		samples[i] = (int16_t)(i * 200 - 16000);
	for (int law = DSP_LAW_MU; law <= DSP_LAW_A; law++) {
		enum dsp_codec codec = law == DSP_LAW_A ? DSP_CODEC_PCMA : DSP_CODEC_PCMU;
		struct dsp_encoder *encoder;
		struct dsp_decoder *decoder;

		assert_int_equal(dsp_encoder_alloc(&encoder, codec), 0);
		assert_int_equal(dsp_decoder_alloc(&decoder, codec), 0);
		dsp_g711_encode(law, law_bytes, samples, PACKET);
		dsp_g711_decode(law, wanted, law_bytes, PACKET);
		assert_int_equal(dsp_encode(encoder, bytes, sizeof(bytes), samples, PACKET), PACKET);
		assert_memory_equal(bytes, law_bytes, PACKET);
		assert_int_equal(dsp_decoder_count(decoder, bytes, PACKET), PACKET);
		assert_int_equal(dsp_decode(decoder, heard, bytes, PACKET), PACKET);
		assert_memory_equal(heard, wanted, sizeof(heard));
		dsp_encoder_free(encoder);
		dsp_decoder_free(decoder);
	}
}

static void test_a_packet_that_does_not_fit_is_not_written(void **state)
{
	int16_t samples[PACKET] = {0};
	uint8_t bytes[PACKET] = {0};
	struct dsp_encoder *encoder;

	(void)state;
	assert_int_equal(dsp_encoder_alloc(&encoder, DSP_CODEC_PCMA), 0);
	assert_int_equal(dsp_encode(encoder, bytes, PACKET - 1, samples, PACKET), 0);
	assert_int_equal(bytes[0], 0);
	dsp_encoder_free(encoder);
}

static void test_a_packet_of_more_than_120_ms_holds_nothing(void **state)
{
	static const uint8_t bytes[DSP_CODEC_PACKET_SAMPLES_MAX + 1];
	int16_t samples[1] = {7};
	struct dsp_decoder *decoder;

	(void)state;
	assert_int_equal(dsp_decoder_alloc(&decoder, DSP_CODEC_PCMU), 0);
	assert_int_equal(dsp_decode(decoder, samples, bytes, sizeof(bytes)), 0);
	assert_int_equal(samples[0], 7);
	dsp_decoder_free(decoder);
}

static void test_a_codec_that_is_not_built_is_refused(void **state)
{
	struct dsp_encoder *encoder;
	struct dsp_decoder *decoder;

	(void)state;
	assert_int_equal(dsp_encoder_alloc(&encoder, DSP_CODEC_COUNT), ENOTSUP);
	assert_int_equal(dsp_decoder_alloc(&decoder, DSP_CODEC_COUNT), ENOTSUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_g711_packets_are_their_law),
		cmocka_unit_test(test_a_packet_that_does_not_fit_is_not_written),
		cmocka_unit_test(test_a_packet_of_more_than_120_ms_holds_nothing),
		cmocka_unit_test(test_a_codec_that_is_not_built_is_refused),
	};

	dsp_init();
	return cmocka_run_group_tests_name("dsp/codec", tests, NULL, NULL);
}
