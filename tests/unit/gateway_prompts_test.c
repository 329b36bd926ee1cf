/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/wav.h"
#include "gateway/prompts.h"

static char directory[32];
static struct prompts prompts;

static void path_of(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s.wav", directory, name);
}

/* count samples, all of them value */
static void word_write(const char *name, int16_t value, size_t count)
{
	int16_t samples[1000];
	char path[PATH_MAX];

	for (size_t i = 0; i < count; i++)
		samples[i] = value;
	path_of(path, name);
	assert_int_equal(dsp_wav_write(path, samples, count), 0);
}

static int make(void **state)
{
	enum prompt wrong;

	(void)state;
	strcpy(directory, "gateway_prompts_test.XXXXXX");
	if (!mkdtemp(directory))
		return errno;
	word_write("1", 1, 80);
	word_write("2", 2, 120);
	word_write("registered", 3, 40);
	return prompts_read(&prompts, directory, &wrong);
}

static int unmake(void **state)
{
	(void)state;
	prompts_clear(&prompts);
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++) {
		char path[PATH_MAX];

		path_of(path, prompt_name(prompt));
		unlink(path);
	}
	return rmdir(directory);
}

static void test_words_are_said_in_a_row_in_blocks_of_any_size(void **state)
{
	static const size_t sizes[] = {1, 7, 40, 160, 300};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct prompt_player player = {0};
		struct prompt_list list = {0};
		int16_t samples[700];
		size_t at = 0;

		prompt_list_spell(&list, "+1-2");
		prompt_list_add(&list, PROMPT_REGISTERED);
		assert_int_equal(prompt_list_ms(&list, &prompts), (80 + 120 + 40) / 8);
		prompt_player_start(&player, &list);
		while (prompt_player_fill(&player, &prompts, samples + at, sizes[i]))
			at += sizes[i];
		assert_in_range(at, 240, 240 + sizes[i] - 1);
		for (size_t k = 0; k < at; k++)
			assert_int_equal(samples[k], k < 80 ? 1 : k < 200 ? 2 : k < 240 ? 3 : 0);
	}
}

static void test_a_list_with_a_word_that_there_is_not_takes_no_time(void **state)
{
	struct prompt_list list = {0};

	(void)state;
	assert_int_equal(prompt_list_ms(&list, &prompts), 0);
	prompt_list_spell(&list, "123");
	assert_int_equal(prompt_list_ms(&list, &prompts), 0);
}

static void test_a_list_that_is_full_stays_as_it_is(void **state)
{
	struct prompt_list list = {0};

	(void)state;
	for (int i = 0; i < PROMPTS_LIST_MAX; i++)
		prompt_list_add(&list, PROMPT_0 + 1);
	prompt_list_spell(&list, "2");
	assert_int_equal(list.count, PROMPTS_LIST_MAX);
	assert_int_equal(list.prompts[PROMPTS_LIST_MAX - 1], PROMPT_0 + 1);
}

static void test_a_folder_that_is_not_there_holds_no_words(void **state)
{
	struct prompts none;
	enum prompt wrong;
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(prompts_read(&none, "gateway_prompts_test.none", &wrong), 0);
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++)
		assert_int_equal(none.sounds[prompt].count, 0);
	path_of(path, "1");
	assert_int_equal(prompts_read(&none, path, &wrong), 0); /* a file in its place */
	prompts_clear(&none);
}

static void test_a_file_that_is_no_sound_is_named(void **state)
{
	struct prompts broken;
	enum prompt wrong = PROMPT_COUNT;
	char path[PATH_MAX];

	(void)state;
	path_of(path, "2");
	assert_int_equal(truncate(path, 20), 0);
	assert_int_equal(prompts_read(&broken, directory, &wrong), EINVAL);
	assert_int_equal(wrong, PROMPT_0 + 2);
	assert_int_equal(broken.sounds[1].count, 0);
}

/* In the same order, so that none is forgotten. */
static void test_every_word_has_a_text_to_be_spoken(void **state)
{
	FILE *file = fopen(PROMPTS_WORDS, "r");
	char line[200];

	(void)state;
	assert_non_null(file);
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++) {
		size_t length = strlen(prompt_name(prompt));

		assert_non_null(fgets(line, sizeof(line), file));
		assert_memory_equal(line, prompt_name(prompt), length);
		assert_int_equal(line[length], ' ');
	}
	assert_null(fgets(line, sizeof(line), file));
	fclose(file);
}

#define PROMPTS_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMPTS_TEST(test_words_are_said_in_a_row_in_blocks_of_any_size),
		PROMPTS_TEST(test_a_list_with_a_word_that_there_is_not_takes_no_time),
		PROMPTS_TEST(test_a_list_that_is_full_stays_as_it_is),
		PROMPTS_TEST(test_a_folder_that_is_not_there_holds_no_words),
		PROMPTS_TEST(test_a_file_that_is_no_sound_is_named),
		PROMPTS_TEST(test_every_word_has_a_text_to_be_spoken),
	};

	return cmocka_run_group_tests_name("gateway/prompts", tests, NULL, NULL);
}
