/* SPDX-License-Identifier: BSD-3-Clause */
/* What a telephone hears over its call: tones, words, and how loud. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/gateway_media_world.h"

/* Without the tones, which have no mean. */
static int heard_mean(const struct card *card)
{
	int sum = 0;

	for (int i = 0; i < 80; i++)
		sum += card->heard[i];
	return sum / 80;
}

/* In every block the far end says this, which the mu-law tells exactly. */
#define FAR_SAMPLE 7932
static void call_begins(void)
{
	struct media_wish call = talk;
	int16_t samples[2000];

	for (size_t i = 0; i < 2000; i++)
		samples[i] = FAR_SAMPLE;
	call.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	media_line_wish(lines[0], &call);
	step_after(1);
	stream_playout_put(&lines[0]->streams[0].playout, 1, 0, samples, 2000);
}

static void assert_softer_under_a_tone(void)
{
	block_passes();
	assert_in_range(heard_mean(&cards[0]), 4860, 5110); /* on the way to a quarter */
	block_passes();
	assert_in_range(heard_mean(&cards[0]), 1973, 1993);
	assert_true(heard_peak(&cards[0]) > 4000);
	block_passes();
	assert_in_range(heard_mean(&cards[0]), 4850, 5150);
	block_passes();
	assert_int_equal(heard_mean(&cards[0]), FAR_SAMPLE);
	assert_int_equal(heard_peak(&cards[0]), FAR_SAMPLE);
}

static void test_a_beep_is_heard_once_over_the_call(void **state)
{
	struct media_wish beep = talk;
	struct dsp_tone_def *def;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "!1400/20", -10), 0);
	taste.tones[MEDIA_TONE_BEEP] = def;
	call_begins();
	block_passes();
	assert_int_equal(heard_peak(&cards[0]), FAR_SAMPLE);
	beep.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	beep.beep_serial = 1;
	media_line_wish(lines[0], &beep);
	assert_softer_under_a_tone();
	media_line_wish(lines[0], &beep); /* the same */
	block_passes();
	assert_int_equal(heard_peak(&cards[0]), FAR_SAMPLE);
	taste.tones[MEDIA_TONE_BEEP] = NULL;
	dsp_tone_def_free(def);
}

static void test_a_call_is_softer_in_the_bursts_of_the_call_waiting_tone(void **state)
{
	struct media_wish waiting = talk;
	struct dsp_tone_def *def;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "400/20,0/20", -10), 0);
	taste.waiting_tones[RING_COUNTRY] = def;
	call_begins();
	waiting.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	waiting.tone = FXS_TONE_CALL_WAITING;
	media_line_wish(lines[0], &waiting);
	assert_softer_under_a_tone();
	assert_softer_under_a_tone();
	taste.waiting_tones[RING_COUNTRY] = NULL;
	media_line_wish(lines[0], &talk);
	step_after(1);
	dsp_tone_def_free(def);
}

static void assert_heard(int16_t first, int16_t last)
{
	block_passes();
	assert_int_equal(cards[0].heard[0], first);
	assert_int_equal(cards[0].heard[79], last);
}

static void test_an_echo_is_what_the_telephone_says(void **state)
{
	struct media_wish echo = talk;

	(void)state;
	cards[0].says = 77;
	media_line_wish(lines[0], &talk);
	assert_heard(0, 0);
	echo.echo = true;
	media_line_wish(lines[0], &echo);
	step_after(1);
	cards[0].says = 78;
	assert_heard(78, 78);
	media_line_wish(lines[0], &talk);
	step_after(1);
	assert_heard(0, 0);
}

/* What it says comes back: louder by the one gain, softer by the other, each alone. */
static void assert_gains(int rx_gain_db, int tx_gain_db, int16_t heard)
{
	struct media_wish echo = talk;

	taste.rx_gain_db = rx_gain_db;
	taste.tx_gain_db = tx_gain_db;
	media_test_begin(NULL);
	echo.echo = true;
	media_line_wish(lines[0], &echo);
	step_after(1);
	cards[0].says = 1000;
	assert_heard(heard, heard);
	media_test_end(NULL);
	taste.rx_gain_db = taste.tx_gain_db = 0;
}

static void test_gains_change_what_is_said_and_what_is_heard(void **state)
{
	(void)state;
	assert_gains(0, 0, 1000);
	assert_gains(6, 0, 1995);
	assert_gains(0, -20, 100);
	assert_gains(6, -6, 1000);
}

static void test_a_soft_voice_becomes_louder_where_that_is_wished(void **state)
{
	(void)state;
	taste.level_control = true;
	media_test_begin(NULL);
	media_line_wish(lines[0], &dialling);
	hook_set(true);
	cards[0].says = 500;
	for (int i = 0; i < 100; i++)
		block_passes();
	assert_in_range(lines[0]->said[BLOCK_SAMPLES - 1], 550, 570); /* 1 dB in a second */
	media_test_end(NULL);
	taste.level_control = false;
}

static void test_words_are_said_once_and_anew_with_another_serial(void **state)
{
	int16_t one[120], two[80];
	struct media_wish say = talk;

	(void)state;
	for (int i = 0; i < 120; i++)
		one[i] = 11;
	for (int i = 0; i < 80; i++)
		two[i] = 22;
	prompts.sounds[1] = (struct sound){one, 120};
	prompts.sounds[2] = (struct sound){two, 80};
	say.prompts = (struct prompt_list){.serial = 1, .count = 2, .prompts = {1, 2}};
	media_line_wish(lines[0], &say);
	step_after(1);
	assert_heard(11, 11);
	say.beep_serial++;
	media_line_wish(lines[0], &say); /* the same words: they go on */
	step_after(1);
	assert_heard(11, 22);
	assert_heard(22, 0);
	assert_heard(0, 0);
	say.prompts.serial = 2;
	media_line_wish(lines[0], &say);
	step_after(1);
	assert_heard(11, 11);
	media_line_wish(lines[0], &talk); /* enough */
	step_after(1);
	assert_heard(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEDIA_TEST(test_a_beep_is_heard_once_over_the_call),
		MEDIA_TEST(test_a_call_is_softer_in_the_bursts_of_the_call_waiting_tone),
		MEDIA_TEST(test_an_echo_is_what_the_telephone_says),
		cmocka_unit_test(test_gains_change_what_is_said_and_what_is_heard),
		cmocka_unit_test(test_a_soft_voice_becomes_louder_where_that_is_wished),
		MEDIA_TEST(test_words_are_said_once_and_anew_with_another_serial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
