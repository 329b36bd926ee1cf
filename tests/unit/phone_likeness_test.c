/* SPDX-License-Identifier: BSD-3-Clause */
/* Voices through codecs: each sounds like itself and like no other. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/codec.h"
#include "dsp/dsp.h"
#include "gateway/phone/likeness.h"
#include "gateway/phone/voice.h"

#define SAID   12000 /* 1.5 s, as the codecs' stories judge */
#define HEARD  (SAID + 3200)
#define VOICES 8
#define PACKET 160
#define LIKE_MIN   0.6 /* as judge.c has them */
#define STRANGE_MAX 0.45

static int16_t said[SAID], heard[HEARD];

static void voice_say(uint32_t seed, int16_t *samples, size_t count)
{
	struct voice voice;

	voice_init(&voice, seed);
	voice_fill(&voice, samples, count);
}

/* There and back and there again, as from an end that decodes and codes anew. */
static void through(enum dsp_codec codec, int16_t *samples, size_t count)
{
	struct dsp_encoder *encoder;
	struct dsp_decoder *decoder;
	uint8_t bytes[1500];

	assert_int_equal(dsp_encoder_alloc(&encoder, codec), 0);
	assert_int_equal(dsp_decoder_alloc(&decoder, codec), 0);
	for (size_t at = 0; at + PACKET <= count; at += PACKET) {
		size_t length = dsp_encode(encoder, bytes, sizeof(bytes), samples + at, PACKET);

		assert_true(length > 0);
		assert_int_equal(dsp_decode(decoder, samples + at, bytes, length), PACKET);
	}
	dsp_encoder_free(encoder);
	dsp_decoder_free(decoder);
}

static double likeness_of(uint32_t seed, uint32_t heard_seed, enum dsp_codec codec, size_t delay)
{
	double like = -2;

	voice_say(seed, said, SAID);
	memset(heard, 0, sizeof(heard));
	voice_say(heard_seed, heard + delay, HEARD - delay);
	through(codec, heard, HEARD);
	through(codec, heard, HEARD);
	assert_int_equal(likeness(&like, said, SAID, heard, HEARD), 0);
	return like;
}

static void test_a_voice_is_known_by_its_sound_through_every_codec(void **state)
{
	double least = 1;

	(void)state;
	for (enum dsp_codec codec = 0; codec < DSP_CODEC_COUNT; codec++) {
		if (!dsp_codec_shape(codec))
			continue;
		for (uint32_t seed = 1; seed <= VOICES; seed++) {
			double like = likeness_of(seed, seed, codec, seed * 200);

			least = like < least ? like : least;
			if (like < LIKE_MIN)
				fail_msg("%s: voice %u is like itself by %.3f", dsp_codec_shape(codec)->name, seed, like);
		}
	}
	print_message("# a voice is like itself by %.3f at least\n", least);
}

static void test_no_other_voice_is_taken_for_it(void **state)
{
	double most = -1;

	(void)state;
	for (uint32_t seed = 1; seed <= VOICES; seed++) {
		for (uint32_t other = seed + 1; other <= VOICES; other++) {
			double like = likeness_of(seed, other, DSP_CODEC_OPUS, 800);

			most = like > most ? like : most;
			if (like > STRANGE_MAX)
				fail_msg("voice %u is like voice %u by %.3f", seed, other, like);
		}
	}
	print_message("# another voice is like it by %.3f at most\n", most);
}

static void test_silence_and_half_a_voice_are_not_it(void **state)
{
	double like = -2;

	(void)state;
	voice_say(7, said, SAID);
	memset(heard, 0, sizeof(heard));
	assert_int_equal(likeness(&like, said, SAID, heard, HEARD), 0);
	assert_true(like == 0);
	memcpy(heard, said, sizeof(*heard) * SAID / 2);
	assert_int_equal(likeness(&like, said, SAID, heard, HEARD), 0);
	assert_true(like < LIKE_MIN);
	assert_int_equal(likeness(&like, said, 100, heard, HEARD), EINVAL);
	assert_int_equal(likeness(&like, said, SAID, heard, SAID - 1), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_voice_is_known_by_its_sound_through_every_codec),
		cmocka_unit_test(test_no_other_voice_is_taken_for_it),
		cmocka_unit_test(test_silence_and_half_a_voice_are_not_it),
	};

	if (dsp_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
