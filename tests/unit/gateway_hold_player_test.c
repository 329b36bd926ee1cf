/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/media/hold_player.h"

#define SOUND 1000
#define BLOCK 80

static int16_t samples[SOUND], voice[BLOCK], out[BLOCK];
static const struct sound sound = {samples, SOUND};
static const struct sound nothing;
static struct hold_player player;

/* The sound counts from 0, the telephone says -20000 all the time. */
static int make(void **state)
{
	(void)state;
	for (int i = 0; i < SOUND; i++)
		samples[i] = (int16_t)i;
	for (int i = 0; i < BLOCK; i++)
		voice[i] = -20000;
	player = (struct hold_player){0};
	return 0;
}

static const int16_t *mix(bool on)
{
	return hold_player_mix(&player, &sound, on, voice, out, BLOCK);
}

static void test_it_fades_in_and_out_without_a_jump(void **state)
{
	const int16_t *sent;
	int last = -20000;

	(void)state;
	for (int block = 0; block < 6; block++) {
		sent = mix(block >= 1 && block < 4);
		for (int i = 0; i < BLOCK; i++) {
			assert_in_range(abs(sent[i] - last), 0, 20400 / HOLD_FADE_SAMPLES);
			last = sent[i];
		}
		assert_true(block < 1 || block > 3 || (sent[BLOCK - 1] == block * BLOCK - 1));
	}
	assert_ptr_equal(sent, voice);
	assert_ptr_equal(mix(false), voice);
}

static void test_it_goes_round_and_round(void **state)
{
	const int16_t *sent = NULL;

	(void)state;
	for (int block = 0; block < 3 * SOUND / BLOCK; block++) {
		sent = mix(true);
		assert_int_equal(sent[BLOCK - 1], (block * BLOCK + BLOCK - 1) % SOUND);
	}
}

static void test_it_begins_anew_at_each_hold(void **state)
{
	(void)state;
	for (int block = 0; block < 5; block++)
		mix(true);
	mix(false);
	mix(false);
	assert_int_equal(mix(true)[BLOCK - 1], BLOCK - 1);
}

static void test_two_parties_have_places_of_their_own(void **state)
{
	struct hold_player other = {0};

	(void)state;
	mix(true);
	mix(true);
	assert_int_equal(hold_player_mix(&other, &sound, true, voice, out, BLOCK)[BLOCK - 1], BLOCK - 1);
	assert_int_equal(mix(true)[BLOCK - 1], 3 * BLOCK - 1);
}

static void test_without_a_sound_nothing_is_changed(void **state)
{
	(void)state;
	assert_ptr_equal(hold_player_mix(&player, &nothing, true, voice, out, BLOCK), voice);
}

#define HOLD_TEST(test) cmocka_unit_test_setup(test, make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOLD_TEST(test_it_fades_in_and_out_without_a_jump),
		HOLD_TEST(test_it_goes_round_and_round),
		HOLD_TEST(test_it_begins_anew_at_each_hold),
		HOLD_TEST(test_two_parties_have_places_of_their_own),
		HOLD_TEST(test_without_a_sound_nothing_is_changed),
	};

	return cmocka_run_group_tests_name("gateway/hold_player", tests, NULL, NULL);
}
