/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/codec.h"
#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "tests/unit/dsp_help.h"

#define PACKET    160
#define BYTES_MAX 1500
#define SOUND     MS(2400)

static unsigned allocations;

#ifndef __SANITIZE_ADDRESS__ /* which has its own */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	allocations++;
	return __libc_realloc(memory, size);
}
#endif

/* A far end: what one codes the other decodes. */
struct pair {
	struct dsp_encoder *encoder;
	struct dsp_decoder *decoder;
};

static struct pair pair_of(enum dsp_codec codec)
{
	struct pair pair;

	assert_int_equal(dsp_encoder_alloc(&pair.encoder, codec), 0);
	assert_int_equal(dsp_decoder_alloc(&pair.decoder, codec), 0);
	return pair;
}

static void pair_free(struct pair *pair)
{
	dsp_encoder_free(pair->encoder);
	dsp_decoder_free(pair->decoder);
}

static void pass(struct pair *pair, int16_t *heard, const int16_t *said, size_t count, size_t packet)
{
	uint8_t bytes[BYTES_MAX];

	for (size_t i = 0; i + packet <= count; i += packet) {
		size_t length = dsp_encode(pair->encoder, bytes, sizeof(bytes), said + i, packet);

		assert_true(length > 0);
		assert_int_equal(dsp_decoder_count(pair->decoder, bytes, length), packet);
		assert_int_equal(dsp_decode(pair->decoder, heard + i, bytes, length), packet);
	}
}

static bool is_built(enum dsp_codec codec)
{
	return dsp_codec_shape(codec);
}

/* Of tones there is nothing else in the sound: what is not them is noise. */
static double noise_below_db(const int16_t *heard, size_t count, const double *hz, size_t tones)
{
	double whole = 0, wanted = 0;

	for (size_t i = 0; i < count; i++)
		whole += (double)heard[i] * heard[i] / (double)count;
	for (size_t i = 0; i < tones; i++)
		wanted += pow(10, (help_level_at(heard, count, hz[i]) - 3.14) / 10) * 32767 * 32767 / 2;
	return 10 * log10(wanted / fmax(whole - wanted, 1));
}

/* The least that each codec leaves of two tones: what was measured, rounded down. */
static const struct quality {
	enum dsp_codec codec;
	double noise_below_db, level_within_db;
} qualities[] = {
	{DSP_CODEC_PCMU, 34, 0.1}, {DSP_CODEC_PCMA, 34, 0.1}, {DSP_CODEC_G726, 30, 0.3},
	{DSP_CODEC_G722, 40, 0.3}, {DSP_CODEC_OPUS, 22, 1.5}, {DSP_CODEC_G729, 9, 3},
};

static void test_two_tones_come_through_in_packets_of_any_length(void **state)
{
	static const double hz[] = {500, 1100};
	static int16_t said[SOUND], heard[SOUND];

	(void)state;
	memset(said, 0, sizeof(said));
	for (size_t i = 0; i < 2; i++)
		help_add_sine(said, SOUND, hz[i], -16, 0);
	for (size_t q = 0; q < sizeof(qualities) / sizeof(qualities[0]); q++) {
		const struct quality *quality = &qualities[q];

		for (size_t ms = 10; ms <= 60 && is_built(quality->codec); ms += 10) {
			struct pair pair = pair_of(quality->codec);
			double noise;

			pass(&pair, heard, said, SOUND, MS(ms));
			noise = noise_below_db(heard + MS(1000), MS(1000), hz, 2);
			print_message("%s %zu ms: noise %.1f dB below, levels %.1f and %.1f dBm0\n", dsp_codec_shape(quality->codec)->name, ms,
				noise, help_level_at(heard + MS(1000), MS(1000), hz[0]), help_level_at(heard + MS(1000), MS(1000), hz[1]));
			assert_true(noise > quality->noise_below_db);
			for (size_t i = 0; i < 2; i++)
				assert_true(fabs(help_level_at(heard + MS(1000), MS(1000), hz[i]) + 16) < quality->level_within_db);
			pair_free(&pair);
		}
	}
}

/* A decoder whose codes are known one by one tells which comes first: those of a packet of one byte, and of the same
 * bits the other way round. */
static void test_the_first_code_of_g726_is_in_the_low_bits(void **state)
{
	static const uint8_t byte[] = {0x78}; /* code 8, then code 7: the most negative step, then the greatest positive */
	struct pair pair = pair_of(DSP_CODEC_G726);
	int16_t samples[2];

	(void)state;
	assert_int_equal(dsp_decode(pair.decoder, samples, byte, 1), 2);
	assert_true(samples[0] < 0);
	assert_true(samples[1] > 0);
	pair_free(&pair);
}

static void test_bytes_of_each_codec_are_as_many_as_its_rate_says(void **state)
{
	static const struct row {
		enum dsp_codec codec;
		size_t bytes;
	} rows[] = {
		{DSP_CODEC_PCMU, 160}, {DSP_CODEC_G726, 80}, {DSP_CODEC_G722, 160}, {DSP_CODEC_G729, 20},
	};
	int16_t samples[PACKET] = {0};
	uint8_t bytes[BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair pair;

		if (!is_built(rows[i].codec))
			continue;
		pair = pair_of(rows[i].codec);
		assert_int_equal(dsp_encode(pair.encoder, bytes, rows[i].bytes - 1, samples, PACKET), 0);
		assert_int_equal(dsp_encode(pair.encoder, bytes, sizeof(bytes), samples, PACKET), rows[i].bytes);
		pair_free(&pair);
	}
}

/* What all of it was is only known when none was lost; how near one comes, in dB. */
static double likeness_db(const int16_t *wanted, const int16_t *heard, size_t count)
{
	double signal = 0, error = 0;

	for (size_t i = 0; i < count; i++) {
		signal += (double)wanted[i] * wanted[i];
		error += (double)(wanted[i] - heard[i]) * (wanted[i] - heard[i]);
	}
	return 10 * log10(signal / fmax(error, 1));
}

/* Gliding, so that nothing of what was before tells what comes. */
static void glide(int16_t *samples, size_t count)
{
	double phase = 0, pitch = 0;

	for (size_t i = 0; i < count; i++) {
		pitch = 110 + 60 * sin(2 * M_PI * 1.5 * (double)i / 8000);
		phase += pitch / 8000;
		samples[i] = 0;
		for (int k = 1; k * pitch < 3000; k++)
			samples[i] = (int16_t)(samples[i] + 2500 / k * sin(2 * M_PI * k * phase + k) * (1 + sin(2 * M_PI * 3 * (double)i / 8000)));
	}
}

/* What is heard when every tenth packet is lost, judged by what would have been heard of those else, in dB. */
struct losses {
	unsigned lost, spares;
	double by_spare_db, by_guess_db; /* on average */
};

static struct losses lose(const int16_t *said, size_t count, size_t packet)
{
	struct pair whole = pair_of(DSP_CODEC_OPUS), spare = pair_of(DSP_CODEC_OPUS), guess = pair_of(DSP_CODEC_OPUS);
	struct losses losses = {0};
	static int16_t wanted[SOUND], heard[SOUND];
	uint8_t bytes[BYTES_MAX];

	for (size_t i = 0; i + packet <= count; i += packet) {
		size_t length = dsp_encode(whole.encoder, bytes, sizeof(bytes), said + i, packet);
		bool was_lost = i / packet % 10 == 6 && i / packet > 6, is_lost = i / packet % 10 == 5;

		if (was_lost && dsp_decode_spare(spare.decoder, heard, packet, bytes, length)) {
			losses.spares++;
			losses.by_spare_db += likeness_db(wanted + i - packet, heard, packet);
			assert_true(dsp_decode_lost(guess.decoder, heard, packet));
			losses.by_guess_db += likeness_db(wanted + i - packet, heard, packet);
		}
		losses.lost += was_lost;
		assert_int_equal(dsp_decode(whole.decoder, wanted + i, bytes, length), packet);
		if (!is_lost) {
			dsp_decode(spare.decoder, heard, bytes, length);
			dsp_decode(guess.decoder, heard, bytes, length);
		}
	}
	losses.by_spare_db /= losses.spares;
	losses.by_guess_db /= losses.spares;
	pair_free(&whole);
	pair_free(&spare);
	pair_free(&guess);
	return losses;
}

/* It makes none of what is too soft to be speech. */
static void test_opus_replaces_a_lost_packet_from_the_next(void **state)
{
	static int16_t said[SOUND];

	(void)state;
	glide(said, SOUND);
	for (size_t ms = 10; ms <= 60; ms += 10) {
		struct losses losses = lose(said, SOUND, MS(ms));

		print_message("%zu ms: %u lost, %u with a spare copy; by it %.1f dB, by guessing %.1f dB\n", ms, losses.lost, losses.spares,
			losses.by_spare_db, losses.by_guess_db);
		if (ms == 30 || ms == 50) /* of several frames, of which the first alone has one */
			continue;
		assert_true(losses.spares * 4 >= losses.lost * 3);
		assert_true(losses.by_spare_db > losses.by_guess_db + 2);
	}
}

static void test_who_has_no_spare_copy_says_so(void **state)
{
	int16_t samples[PACKET], guess[PACKET] = {7};
	uint8_t bytes[BYTES_MAX] = {0};
	size_t length;

	(void)state;
	for (int codec = 0; codec < DSP_CODEC_OPUS; codec++) {
		struct pair pair = pair_of(codec);

		assert_false(dsp_decode_spare(pair.decoder, guess, PACKET, bytes, PACKET));
		assert_false(dsp_decode_lost(pair.decoder, guess, PACKET));
		assert_int_equal(guess[0], 7);
		pair_free(&pair);
	}
	for (int i = 0; i < 2; i++) { /* the first packet of all has none before it */
		struct pair pair = pair_of(DSP_CODEC_OPUS);

		glide(samples, PACKET);
		length = dsp_encode(pair.encoder, bytes, sizeof(bytes), samples, PACKET);
		assert_false(dsp_decode_spare(pair.decoder, guess, PACKET, bytes, length));
		assert_false(dsp_decode_spare(pair.decoder, guess, PACKET, bytes, 0));
		assert_false(dsp_decode_lost(pair.decoder, guess, 33));
		pair_free(&pair);
	}
}

static void test_coders_begin_anew_when_they_are_told_to(void **state)
{
	static int16_t said[MS(200)], first[MS(200)], second[MS(200)];

	(void)state;
	glide(said, MS(200));
	for (int codec = 0; codec < DSP_CODEC_G729; codec++) {
		struct pair pair = pair_of(codec);

		pass(&pair, first, said, MS(200), PACKET);
		dsp_encoder_reset(pair.encoder);
		dsp_decoder_reset(pair.decoder);
		pass(&pair, second, said, MS(200), PACKET);
		assert_memory_equal(first, second, sizeof(first));
		pair_free(&pair);
	}
}

/* Random bytes, random lengths, also where the first bytes are of a good packet. */
static void test_no_payload_does_harm(void **state)
{
	int16_t *samples = malloc(DSP_CODEC_PACKET_SAMPLES_MAX * sizeof(*samples));
	uint32_t seed = 1;

	(void)state;
	for (int codec = 0; codec < DSP_CODEC_COUNT; codec++) {
		struct pair pair;

		if (!is_built(codec))
			continue;
		pair = pair_of(codec);
		for (int round = 0; round < 3000; round++) {
			size_t length = (size_t)(help_random(&seed) * (round % 2 ? 40 : BYTES_MAX)), wanted, count;
			uint8_t *bytes = malloc(length + 1), *exact;

			for (size_t i = 0; i < length; i++)
				bytes[i] = (uint8_t)(help_random(&seed) * 256);
			exact = malloc(length); /* whose end is seen */
			memcpy(exact, bytes, length);
			wanted = (size_t)(1 + help_random(&seed) * DSP_CODEC_PACKET_SAMPLES_MAX);
			count = dsp_decoder_count(pair.decoder, exact, length);
			assert_true(count <= DSP_CODEC_PACKET_SAMPLES_MAX);
			(void)dsp_decode_spare(pair.decoder, samples, wanted <= DSP_CODEC_PACKET_SAMPLES_MAX ? wanted : 20, exact, length);
			(void)dsp_decode_lost(pair.decoder, samples, wanted / 20 * 20);
			assert_int_equal(dsp_decode(pair.decoder, samples, exact, length), count);
			free(exact);
			free(bytes);
		}
		pair_free(&pair);
	}
	free(samples);
}

static void test_nothing_is_allocated_on_the_way(void **state)
{
	static int16_t said[SOUND], heard[SOUND];
	unsigned before;

	(void)state;
	glide(said, SOUND);
	for (int codec = 0; codec < DSP_CODEC_COUNT; codec++) {
		struct pair pair;

		if (!is_built(codec))
			continue;
		pair = pair_of(codec);
		before = allocations;
		for (size_t ms = 10; ms <= 60; ms += 10)
			pass(&pair, heard, said, SOUND, MS(ms));
		(void)dsp_decode_lost(pair.decoder, heard, PACKET);
		dsp_encoder_reset(pair.encoder);
		dsp_decoder_reset(pair.decoder);
		assert_int_equal(allocations, before);
		pair_free(&pair);
	}
}

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
		cmocka_unit_test(test_two_tones_come_through_in_packets_of_any_length),
		cmocka_unit_test(test_the_first_code_of_g726_is_in_the_low_bits),
		cmocka_unit_test(test_bytes_of_each_codec_are_as_many_as_its_rate_says),
		cmocka_unit_test(test_opus_replaces_a_lost_packet_from_the_next),
		cmocka_unit_test(test_who_has_no_spare_copy_says_so),
		cmocka_unit_test(test_coders_begin_anew_when_they_are_told_to),
		cmocka_unit_test(test_no_payload_does_harm),
		cmocka_unit_test(test_nothing_is_allocated_on_the_way),
		cmocka_unit_test(test_g711_packets_are_their_law),
		cmocka_unit_test(test_a_packet_that_does_not_fit_is_not_written),
		cmocka_unit_test(test_a_packet_of_more_than_120_ms_holds_nothing),
		cmocka_unit_test(test_a_codec_that_is_not_built_is_refused),
	};

	dsp_init();
	return cmocka_run_group_tests_name("dsp/codec", tests, NULL, NULL);
}
