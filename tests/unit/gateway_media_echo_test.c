/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes back of what the telephone hears. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/gateway_media_world.h"

static int make_echo(enum media_echo echo, void **state)
{
	int err;

	taste.echo = (uint8_t)echo;
	taste.echo_tail_ms = 8;
	err = media_test_begin(state);
	cards[0].echoes = true;
	taste.echo = MEDIA_ECHO_OFF;
	return err;
}

static int make_software(void **state)
{
	return make_echo(MEDIA_ECHO_SOFTWARE, state);
}

/* What the telephone says, as the line takes it, after two seconds of a tone that its hybrid sends back: its largest sample. */
static int echo_of_a_tone(void)
{
	struct media_wish wish = dialling;
	struct dsp_tone_def *tone;
	int largest = 0;

	assert_int_equal(dsp_tone_def_parse(&tone, "350+440", -13), 0);
	taste.tones[FXS_TONE_DIAL] = tone;
	wish.tone = FXS_TONE_DIAL;
	media_line_wish(lines[0], &wish);
	hook_set(true);
	for (int i = 0; i < 200; i++) {
		step_after(10);
		block_comes(&cards[0]);
		step();
	}
	for (int i = 0; i < BLOCK_SAMPLES; i++)
		largest = abs(lines[0]->said[i]) > largest ? abs(lines[0]->said[i]) : largest;
	taste.tones[FXS_TONE_DIAL] = NULL;
	dsp_tone_def_free(tone);
	return largest;
}

static void test_what_comes_back_of_what_the_telephone_hears_is_taken_out(void **state)
{
	(void)state;
	assert_in_range(echo_of_a_tone(), 0, 20);
}

static void test_with_echo_off_it_is_not(void **state)
{
	(void)state;
	cards[0].echoes = true;
	assert_in_range(echo_of_a_tone(), 1000, INT16_MAX);
}

/* Hung up after a call, which may still become a flash: no stream, and digits only over a closed loop. */
static void test_what_nobody_hears_is_not_cleaned(void **state)
{
	struct media_wish echo = dialling;

	(void)state;
	media_line_wish(lines[0], &dialling);
	hook_set(true);
	block_passes();
	assert_false(lines[0]->echo.skipped);
	hook_set(false);
	block_passes();
	assert_true(lines[0]->echo.skipped);
	echo.echo = true;
	media_line_wish(lines[0], &echo);
	block_passes();
	assert_false(lines[0]->echo.skipped);
}

/* A telephone that rings says nothing, and its call is not answered. */
static void test_what_is_not_sent_is_not_cleaned(void **state)
{
	struct media_wish wish = ring;

	(void)state;
	wish.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .rtcp_fd = -1};
	media_line_wish(lines[0], &wish);
	step_after(1);
	block_passes();
	assert_true(lines[0]->echo.skipped);
	wish.streams[0].sends = true;
	media_line_wish(lines[0], &wish);
	step_after(1);
	block_passes();
	assert_false(lines[0]->echo.skipped);
}

/* ... for so long that no contact bounces any more; then none is made, and it has gone on all the same. */
static void test_a_tone_into_an_open_loop_passes(void **state)
{
	struct media_wish wish = dialling;
	struct dsp_tone_def *tone;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&tone, "350+440", -13), 0);
	taste.tones[FXS_TONE_BUSY] = tone;
	wish.tone = FXS_TONE_BUSY;
	wish.hook_mode = FXS_HOOK_IN_CALL;
	hook_set(true);
	media_line_wish(lines[0], &wish);
	block_passes();
	hook_set(false);
	block_passes();
	assert_true(heard_peak(&cards[0]) > 4000);
	for (int i = 0; i < 20; i++)
		block_passes();
	assert_int_equal(heard_peak(&cards[0]), 0);
	hook_set(true);
	block_passes();
	assert_true(heard_peak(&cards[0]) > 4000);
	taste.tones[FXS_TONE_BUSY] = NULL;
	media_line_wish(lines[0], &dialling);
	step_after(1);
	dsp_tone_def_free(tone);
}

/* Whose tail is a power of two of taps, 64 for 8 ms. */
static void test_the_cards_own_canceller_is_on_while_sound_is(void **state)
{
	struct media_report report;

	(void)state;
	taste.echo = MEDIA_ECHO_KERNEL;
	taste.echo_tail_ms = 33;
	media_line_wish(lines[0], &talk);
	step_after(1);
	assert_int_equal(cards[0].echo_taps, 512);
	media_line_wish(lines[0], &(struct media_wish){.tone = MEDIA_TONE_NONE});
	step_after(1);
	assert_int_equal(cards[0].echo_taps, 0);
	cards[1].echo_err = ENOTSUP;
	media_line_wish(lines[1], &talk);
	step_after(1);
	media_line_report(lines[1], &report);
	assert_int_equal(report.refusal, ENOTSUP);
	taste.echo = MEDIA_ECHO_OFF;
}

#define ECHO_TEST(test) cmocka_unit_test_setup_teardown(test, make_software, media_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ECHO_TEST(test_what_comes_back_of_what_the_telephone_hears_is_taken_out),
		MEDIA_TEST(test_with_echo_off_it_is_not),
		ECHO_TEST(test_what_nobody_hears_is_not_cleaned),
		ECHO_TEST(test_what_is_not_sent_is_not_cleaned),
		MEDIA_TEST(test_a_tone_into_an_open_loop_passes),
		MEDIA_TEST(test_the_cards_own_canceller_is_on_while_sound_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
