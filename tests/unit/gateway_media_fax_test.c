/* SPDX-License-Identifier: BSD-3-Clause */
/* A fax that the media plane hears, and what it does to a machine's sound then. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/gateway_media_world.h"

static const struct media_fax *fax_reported(void)
{
	static struct media_report report;

	media_line_report(lines[0], &report);
	return &report.faxes[0];
}

static void telephone_sounds(double hz, unsigned ms)
{
	cards[0].hz = hz;
	for (unsigned i = 0; i < ms / 10; i++) {
		now_ns += 10 * NS_PER_MS - NS_PER_MS;
		block_passes();
	}
	cards[0].hz = 0;
}

static void call_of(uint32_t id, bool machine)
{
	struct media_wish call = talk;

	call.hook_mode = FXS_HOOK_IN_CALL;
	call.streams[0] = (struct stream_wish){.id = id, .fd = -1, .sends = true, .receives = true, .ptime_ms = 20, .machine = machine};
	media_line_wish(lines[0], &call);
	step_after(1);
}

static int make_hearing_fax(void **state)
{
	taste.hears_fax = true;
	return media_test_begin(state);
}

static int unmake_hearing_fax(void **state)
{
	taste.hears_fax = false;
	return media_test_end(state);
}

static void test_a_fax_at_the_telephone_is_reported_once_for_a_call(void **state)
{
	(void)state;
	call_of(7, false);
	telephone_sounds(440, 1000);
	telephone_sounds(0, 500);
	assert_int_equal(fax_reported()->id, 0);
	telephone_sounds(1100, 500);
	telephone_sounds(0, 400);
	assert_int_equal(fax_reported()->id, 7);
	assert_int_equal(fax_reported()->heard, DSP_FAX_CALLING);
	assert_false(fax_reported()->far);
	telephone_sounds(2100, 1500);
	assert_int_equal(fax_reported()->heard, DSP_FAX_CALLING);
	call_of(8, false); /* another call */
	telephone_sounds(0, 200);
	assert_int_equal(fax_reported()->id, 0);
	telephone_sounds(2100, 1500);
	assert_int_equal(fax_reported()->id, 8);
	assert_int_equal(fax_reported()->heard, DSP_FAX_ANSWERING);
}

/* Who was called may be an answering machine, whose beep is like a burst of a calling fax: two of these are one. */
static void test_one_calling_tone_of_who_was_called_is_a_beep(void **state)
{
	(void)state;
	for (uint32_t id = 7; id < 9; id++) {
		struct media_wish call = talk;
		unsigned pause_ms = id == 7 ? 2000 : 3000;

		call.hook_mode = FXS_HOOK_IN_CALL;
		call.streams[0] = (struct stream_wish){.id = id, .fd = -1, .sends = true, .receives = true, .ptime_ms = 20, .peer_called = true};
		media_line_wish(lines[0], &call);
		telephone_sounds(0, 5000);
		telephone_sounds(1100, 500);
		telephone_sounds(0, pause_ms);
		assert_int_equal(fax_reported()->id, 0);
		telephone_sounds(1100, 500);
		telephone_sounds(0, 400);
		assert_int_equal(fax_reported()->id, id == 7 ? 0 : id);
	}
	assert_int_equal(fax_reported()->heard, DSP_FAX_CALLING);
}

static void test_a_fax_at_the_far_end_is_reported(void **state)
{
	int16_t samples[BLOCK_SAMPLES];
	uint32_t timestamp = 0;

	(void)state;
	call_of(7, false);
	for (unsigned i = 0; i < 150; i++) {
		for (unsigned k = 0; k < BLOCK_SAMPLES; k++)
			samples[k] = (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * 2100 * (timestamp + k) / FXS_RATE_HZ));
		stream_playout_put(&lines[0]->streams[0].playout, 1, timestamp, samples, BLOCK_SAMPLES);
		timestamp += BLOCK_SAMPLES;
		now_ns += 9 * NS_PER_MS;
		block_passes();
	}
	assert_int_equal(fax_reported()->id, 7);
	assert_int_equal(fax_reported()->heard, DSP_FAX_ANSWERING);
	assert_true(fax_reported()->far);
}

static void test_half_of_a_tone_in_a_call_and_half_in_the_next_are_no_fax(void **state)
{
	(void)state;
	call_of(7, false);
	telephone_sounds(0, 500);
	telephone_sounds(1100, 500);
	telephone_sounds(0, 100);
	media_line_wish(lines[0], &talk);
	telephone_sounds(0, 1000);
	call_of(8, false);
	telephone_sounds(0, 500);
	assert_int_equal(fax_reported()->id, 0);
}

static void test_where_it_is_off_no_fax_is_heard(void **state)
{
	(void)state;
	call_of(7, false);
	telephone_sounds(1100, 500);
	telephone_sounds(0, 400);
	telephone_sounds(2100, 1500);
	assert_int_equal(fax_reported()->id, 0);
}

static void test_a_machines_sound_is_not_levelled(void **state)
{
	(void)state;
	taste.level_control = taste.high_pass = true;
	media_test_begin(NULL);
	hook_set(true);
	call_of(7, true);
	cards[0].says = 500;
	for (int i = 0; i < 100; i++)
		block_passes();
	assert_int_equal(lines[0]->said[BLOCK_SAMPLES - 1], 500);
	media_test_end(NULL);
	taste.level_control = taste.high_pass = false;
}

#define FAX_TEST(test) cmocka_unit_test_setup_teardown(test, make_hearing_fax, unmake_hearing_fax)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_machines_sound_is_not_levelled),
		FAX_TEST(test_a_fax_at_the_telephone_is_reported_once_for_a_call),
		FAX_TEST(test_one_calling_tone_of_who_was_called_is_a_beep),
		FAX_TEST(test_a_fax_at_the_far_end_is_reported),
		FAX_TEST(test_half_of_a_tone_in_a_call_and_half_in_the_next_are_no_fax),
		MEDIA_TEST(test_where_it_is_off_no_fax_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
