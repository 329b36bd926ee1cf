/* SPDX-License-Identifier: BSD-3-Clause */
/* Voices, and knowing them again after what a call does to sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/phone/recognise.h"
#include "gateway/phone/voice.h"

#define SAID  24000 /* 3 s */
#define HEARD (SAID + RECOGNISE_DELAY_MAX)

static int16_t said[SAID], heard[HEARD];

static void say(uint32_t seed)
{
	struct voice voice;

	voice_init(&voice, seed);
	voice_fill(&voice, said, SAID);
}

static void hear_after(size_t delay)
{
	memset(heard, 0, sizeof heard);
	memcpy(heard + delay, said, sizeof said);
}

/* G.711 as its text describes it: a sign, eight segments, sixteen steps in each. */
static int16_t mu_law(int16_t sample)
{
	int magnitude = abs(sample) > 32635 ? 32635 : abs(sample), segment = 0, step;

	magnitude += 132;
	while (segment < 7 && magnitude >= 256 << segment)
		segment++;
	step = magnitude >> (segment + 3) & 15;
	magnitude = (((step << 1) + 33) << (segment + 2)) - 132;
	return (int16_t)(sample < 0 ? -magnitude : magnitude);
}

static int16_t a_law(int16_t sample)
{
	int magnitude = abs(sample) > 32767 ? 32767 : abs(sample), segment = 0;
	int size;

	while (segment < 7 && magnitude >= 256 << segment)
		segment++;
	size = segment ? 8 << segment : 16;
	magnitude = magnitude / size * size + size / 2;
	return (int16_t)(sample < 0 ? -magnitude : magnitude);
}

static struct recognition judge(void)
{
	struct recognition result;

	assert_int_equal(recognise(&result, said, SAID, heard, HEARD), 0);
	return result;
}

static void test_a_voice_is_known_again_after_both_laws_of_g711(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 20; seed++) {
		struct recognition result;

		say(seed);
		hear_after(seed * 37);
		for (size_t i = 0; i < HEARD; i++)
			heard[i] = seed % 2 ? mu_law(heard[i]) : a_law(heard[i]);
		result = judge();
		assert_true(result.correlation > 0.99);
		assert_float_equal(result.delay_ms, seed * 37 / 8.0, 0.2);
		assert_int_equal(result.longest_gap_ms, 0);
		assert_int_equal(result.slips, 0);
		assert_float_equal(result.level_dbm0, -18, 0.5);
	}
}

static void test_a_voice_is_not_taken_for_another(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 20; seed++) {
		say(seed + 1);
		hear_after(seed * 100);
		say(seed);
		if (judge().correlation >= 0.3)
			fail_msg("voices %u and %u resemble each other: %.2f", seed, seed + 1,
				judge().correlation);
	}
}

static void test_silence_is_no_voice(void **state)
{
	struct recognition result;

	(void)state;
	say(1);
	memset(heard, 0, sizeof heard);
	result = judge();
	assert_true(result.correlation < 0.01);
	assert_true(result.longest_gap_ms > 2000);
}

static void test_a_gap_is_measured_to_5_ms(void **state)
{
	(void)state;
	for (unsigned ms = 20; ms <= 200; ms += 20) {
		unsigned longest;

		say(ms);
		hear_after(400);
		memset(heard + 400 + 9000 + ms, 0, ms * 16);
		longest = judge().longest_gap_ms;
		if (longest < ms - 5 || longest > ms + 5)
			fail_msg("gap of %u ms measured as %u ms", ms, longest);
	}
}

static void test_a_change_of_delay_is_a_slip_and_no_gap(void **state)
{
	struct recognition result;

	(void)state;
	say(3);
	hear_after(400);
	memmove(heard + 400 + 12400 + 80, heard + 400 + 12400, (SAID - 12400) * sizeof *heard);
	result = judge();
	assert_int_equal(result.slips, 1);
	assert_true(result.longest_gap_ms <= 15); /* what was repeated */
	assert_true(result.correlation > 0.9);
}

static void test_a_voice_is_known_under_an_echo_of_another(void **state)
{
	int16_t *echo = malloc(SAID * sizeof *echo);
	struct voice voice;

	(void)state;
	assert_non_null(echo);
	say(5);
	hear_after(160);
	voice_init(&voice, 6);
	voice_fill(&voice, echo, SAID);
	for (size_t i = 0; i < SAID; i++)
		heard[i + 160] = (int16_t)(heard[i + 160] + echo[i] / 5);
	assert_true(judge().correlation > 0.9);
	memcpy(said, echo, sizeof said);
	free(echo);
	assert_true(judge().correlation < 0.3);
}

static void test_a_seed_always_says_the_same_in_pieces_of_any_size(void **state)
{
	int16_t pieces[1600];
	struct voice voice;

	(void)state;
	say(9);
	voice_init(&voice, 9);
	for (size_t at = 0; at < 1600; at += 32)
		voice_fill(&voice, pieces + at, 32);
	assert_memory_equal(pieces, said, sizeof pieces);
}

static void test_a_voice_never_pauses(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 50; seed++) {
		say(seed);
		for (size_t at = 0; at + 80 <= SAID; at += 80) {
			double energy = 0;

			for (size_t i = 0; i < 80; i++)
				energy += said[at + i] * said[at + i];
			assert_true(energy / 80 > 300.0 * 300.0);
		}
	}
}

static void test_too_little_sound_is_refused(void **state)
{
	struct recognition result;

	(void)state;
	assert_int_equal(recognise(&result, said, RECOGNISE_SAMPLES_MIN - 1, heard, HEARD), EINVAL);
	assert_int_equal(recognise(&result, said, SAID, heard, SAID - 1), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_voice_is_known_again_after_both_laws_of_g711),
		cmocka_unit_test(test_a_voice_is_not_taken_for_another),
		cmocka_unit_test(test_silence_is_no_voice),
		cmocka_unit_test(test_a_gap_is_measured_to_5_ms),
		cmocka_unit_test(test_a_change_of_delay_is_a_slip_and_no_gap),
		cmocka_unit_test(test_a_voice_is_known_under_an_echo_of_another),
		cmocka_unit_test(test_a_seed_always_says_the_same_in_pieces_of_any_size),
		cmocka_unit_test(test_a_voice_never_pauses),
		cmocka_unit_test(test_too_little_sound_is_refused),
	};

	return cmocka_run_group_tests_name("phone_voice", tests, NULL, NULL);
}
