/* SPDX-License-Identifier: BSD-3-Clause */
/* What a profile sounds like beside its country's tones: beep, test tone and hold sound. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/mix.h"
#include "gateway/taste.h"

#define LEVEL_DBM0 (-16)
#define MS(ms)     ((ms) * 8)

static struct config_profile profile;
static struct taste *taste;

static int make(void **state)
{
	(void)state;
	profile = (struct config_profile){.country = {"us"}, .tone_level_dbm0 = LEVEL_DBM0, .use = USE_TTY,
		.hold_sound = {CONFIG_HOLD_SILENCE}};
	taste = NULL;
	return dsp_init();
}

static int unmake(void **state)
{
	(void)state;
	taste_free(taste);
	return 0;
}

static void taste_make(void)
{
	assert_int_equal(taste_alloc(&taste, &profile), 0);
}

static void assert_level(const int16_t *samples, size_t count, double level_dbm0)
{
	double measured = dsp_mix_level_dbm0(samples, count);

	if (fabs(measured - level_dbm0) > 0.1)
		fail_msg("%.2f dBm0, not %.2f", measured, level_dbm0);
}

/* Times the signal changes its sign in a second, by two. */
static unsigned hz_of(const int16_t *samples, size_t count)
{
	unsigned crossings = 0;

	for (size_t i = 1; i < count; i++)
		crossings += (samples[i] >= 0) != (samples[i - 1] >= 0);
	return (unsigned)(crossings * 4000 / count);
}

static void play(enum media_tone which, int16_t *samples, size_t count)
{
	struct dsp_tone *tone;

	assert_int_equal(dsp_tone_alloc(&tone), 0);
	dsp_tone_start(tone, taste_media(taste)->tones[which]);
	dsp_tone_fill(tone, samples, count);
	dsp_tone_free(tone);
}

static void test_the_test_tone_is_a_milliwatt_whatever_the_profile_says(void **state)
{
	int16_t samples[MS(1000)];

	(void)state;
	taste_make();
	play(MEDIA_TONE_MILLIWATT, samples, MS(1000));
	assert_level(samples, MS(1000), 0);
	assert_in_range(hz_of(samples, MS(1000)), 1003, 1005);
}

static void test_the_beep_is_short_and_as_loud_as_the_tones(void **state)
{
	int16_t samples[MS(1000)];

	(void)state;
	taste_make();
	play(MEDIA_TONE_BEEP, samples, MS(1000));
	assert_level(samples, MS(200), LEVEL_DBM0);
	assert_in_range(hz_of(samples, MS(200)), 1390, 1410);
	assert_level(samples + MS(200), MS(800), -99);
}

static void test_the_hold_tone_beeps_twice_in_eight_seconds(void **state)
{
	const struct sound *hold;

	(void)state;
	strcpy(profile.hold_sound.text, CONFIG_HOLD_TONE);
	taste_make();
	hold = &taste_media(taste)->hold;
	assert_int_equal(hold->count, MS(8000));
	assert_level(hold->samples, MS(200), LEVEL_DBM0);
	assert_level(hold->samples + MS(200), MS(200), -99);
	assert_level(hold->samples + MS(400), MS(200), LEVEL_DBM0);
	assert_level(hold->samples + MS(600), MS(7400), -99);
}

static void test_a_hold_file_is_played_as_it_is_and_silence_is_none(void **state)
{
	int16_t samples[3] = {1, 2, 3};

	(void)state;
	taste_make();
	assert_int_equal(taste_media(taste)->hold.count, 0);
	assert_int_equal(taste_media(taste)->use, USE_TTY);
	taste_free(taste);
	strcpy(profile.hold_sound.text, "music.wav");
	profile.hold_file = (struct sound){samples, 3};
	taste_make();
	assert_ptr_equal(taste_media(taste)->hold.samples, samples);
	assert_int_equal(taste_media(taste)->hold.count, 3);
}

static void test_a_country_that_there_is_not_is_none(void **state)
{
	(void)state;
	strcpy(profile.country.text, "zz");
	assert_int_equal(taste_alloc(&taste, &profile), ENOENT);
}

#define TASTE_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

static void test_keys_are_at_most_as_loud_as_the_country_has_them(void **state)
{
	(void)state;
	strcpy(profile.country.text, "de");
	taste_make();
	assert_int_equal(taste_media(taste)->key_low_dbm0, -11);
	assert_int_equal(taste_media(taste)->key_high_dbm0, -9);
	taste_free(taste);
	strcpy(profile.country.text, "us");
	taste_make();
	assert_int_equal(taste_media(taste)->key_low_dbm0, -10);
	assert_int_equal(taste_media(taste)->key_high_dbm0, -10);
}

static void test_the_use_of_a_line_decides_what_becomes_of_its_sound(void **state)
{
	static const struct {
		enum use use;
		enum media_echo echo;
		bool mutes, shapes, hears_fax;
	} rows[] = {
		{USE_PHONE, MEDIA_ECHO_SOFTWARE, true, true, true},
		{USE_TTY, MEDIA_ECHO_SOFTWARE, false, true, false},
		{USE_FAX, MEDIA_ECHO_SOFTWARE, false, false, false},
		{USE_ALARM, MEDIA_ECHO_SOFTWARE, false, false, false},
		{USE_MODEM, MEDIA_ECHO_SOFTWARE, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		profile.use = rows[i].use;
		profile.echo = MEDIA_ECHO_SOFTWARE;
		profile.high_pass = profile.level_control = profile.fax_detect = true;
		taste_make();
		assert_int_equal(taste_media(taste)->echo, rows[i].echo);
		assert_int_equal(taste_media(taste)->echo_mutes, rows[i].mutes);
		assert_int_equal(taste_media(taste)->high_pass, rows[i].shapes);
		assert_int_equal(taste_media(taste)->level_control, rows[i].shapes);
		assert_int_equal(taste_media(taste)->hears_fax, rows[i].hears_fax);
		taste_free(taste);
		taste = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TASTE_TEST(test_the_test_tone_is_a_milliwatt_whatever_the_profile_says),
		TASTE_TEST(test_the_beep_is_short_and_as_loud_as_the_tones),
		TASTE_TEST(test_the_hold_tone_beeps_twice_in_eight_seconds),
		TASTE_TEST(test_a_hold_file_is_played_as_it_is_and_silence_is_none),
		TASTE_TEST(test_a_country_that_there_is_not_is_none),
		TASTE_TEST(test_keys_are_at_most_as_loud_as_the_country_has_them),
		TASTE_TEST(test_the_use_of_a_line_decides_what_becomes_of_its_sound),
	};

	return cmocka_run_group_tests_name("gateway/taste", tests, NULL, NULL);
}
