/* SPDX-License-Identifier: BSD-3-Clause */
/* A line without a call that is told something: test numbers, and words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

#define WORD_MS 500

static int make(void **state)
{
	(void)state;
	line_world_make("([1-4]xx|[*#]x.T)");
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++)
		world.whole.prompts.sounds[prompt].count = WORD_MS * 8; /* nobody listens */
	return 0;
}

static void dials(const char *digits)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials(digits);
}

static void assert_words(const uint8_t *words, unsigned count)
{
	assert_state("announcement");
	assert_int_equal(world.wish.prompts.count, count);
	assert_memory_equal(world.wish.prompts.prompts, words, count);
	assert_int_not_equal(world.wish.prompts.serial, 0);
	assert_int_equal(world.timer_ms, count * WORD_MS + 300);
}

static void test_a_line_tells_its_number_and_dial_tone_follows(void **state)
{
	static const uint8_t words[] = {PROMPT_YOUR_NUMBER_IS, 1, 0, 1, PROMPT_REGISTERED};

	(void)state;
	dials("*958");
	assert_words(words, 5);
	assert_int_equal(world.wish.tone, MEDIA_TONE_NONE);
	phone_dials("3"); /* is heard by nobody */
	assert_state("announcement");
	time_is_up();
	assert_state("dial-tone");
	assert_int_equal(world.wish.prompts.count, 0);
}

static void test_a_line_that_is_not_registered_says_so(void **state)
{
	static const uint8_t words[] = {PROMPT_YOUR_NUMBER_IS, 1, 0, 1, PROMPT_NOT_REGISTERED};

	(void)state;
	dials("*95");
	world.registration = UA_REG_FAILED;
	phone_dials("8");
	assert_words(words, 5);
	time_is_up();
	assert_state("congestion");
}

static void test_a_user_without_digits_has_the_short_number_or_none(void **state)
{
	static const uint8_t with_short[] = {PROMPT_YOUR_NUMBER_IS, 1, 2, PROMPT_REGISTERED}, without[] = {PROMPT_REGISTERED};

	(void)state;
	strcpy(world.account.user.text, "kitchen");
	strcpy(world.config.number.text, "12");
	dials("*958");
	assert_words(with_short, 4);
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
	world.config.number.text[0] = 0;
	dials("*958");
	assert_words(without, 1);
}

static void test_without_prompts_the_code_is_refused(void **state)
{
	(void)state;
	world.whole.prompts.sounds[PROMPT_0].count = 0;
	dials("*958");
	assert_state("congestion");
}

static void test_words_are_said_anew_each_time(void **state)
{
	struct prompt_list list = {.count = 1};
	uint8_t serial = 0; /* that of silence */

	(void)state;
	for (int i = 0; i < 300; i++) {
		assert_int_equal(line_announce_prompts(world.line, &list), LINE_EV_ANNOUNCE);
		assert_int_not_equal(world.line->announcement.prompts.serial, 0);
		assert_int_not_equal(world.line->announcement.prompts.serial, serial);
		serial = world.line->announcement.prompts.serial;
	}
}

static void test_test_numbers_last_until_the_subscriber_hangs_up(void **state)
{
	static const struct {
		const char *code;
		uint8_t tone;
		bool echo;
	} rows[] = {{"*9591", MEDIA_TONE_MILLIWATT, false}, {"*9592", MEDIA_TONE_NONE, true}, {"*9593", MEDIA_TONE_NONE, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dials(rows[i].code);
		assert_state("announcement");
		assert_int_equal(world.wish.tone, rows[i].tone);
		assert_int_equal(world.wish.echo, rows[i].echo);
		assert_int_equal(world.wish.prompts.count, 0);
		assert_true(world.wish.sound);
		assert_int_equal(world.timer_ms, 600000);
		assert_int_equal(call_comes(PCMU)->refused, 486);
		phone_does(MEDIA_EVENT_HUNG_UP, 0);
		assert_state("idle");
		assert_int_equal(world.wish.tone, MEDIA_TONE_NONE);
		assert_false(world.wish.echo);
	}
	dials("*9592");
	flash();
	assert_state("dial-tone");
	phone_dials("*9591");
	time_is_up(); /* forgotten */
	assert_state("congestion");
	assert_int_equal(world.wish.tone, FXS_TONE_CONGESTION);
}

static void test_a_held_call_comes_back_after_a_test_number(void **state)
{
	struct ua_invite *invite = talk_in_map();

	(void)state;
	flash();
	phone_dials("*9592");
	assert_state("announcement");
	assert_int_equal(streams_at_ear(), 0);
	flash();
	assert_state("talking");
	assert_int_equal(invite->offered, UA_SENDRECV);
	assert_false(world.wish.echo);
}

#define ANNOUNCE_TEST(test) cmocka_unit_test_setup_teardown(test, make, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANNOUNCE_TEST(test_a_line_tells_its_number_and_dial_tone_follows),
		ANNOUNCE_TEST(test_a_line_that_is_not_registered_says_so),
		ANNOUNCE_TEST(test_a_user_without_digits_has_the_short_number_or_none),
		ANNOUNCE_TEST(test_without_prompts_the_code_is_refused),
		ANNOUNCE_TEST(test_words_are_said_anew_each_time),
		ANNOUNCE_TEST(test_test_numbers_last_until_the_subscriber_hangs_up),
		ANNOUNCE_TEST(test_a_held_call_comes_back_after_a_test_number),
	};

	return cmocka_run_group_tests_name("gateway/announce", tests, NULL, NULL);
}
