/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fxs/hook.h"
#include "fxs/zone.h"
#include "gateway/cause.h"
#include "gateway/line/line_fsm.h"

static int is_off_hook(enum line_state state)
{
	return state != LINE_IDLE && state != LINE_RINGING && state != LINE_SPLASH && state != LINE_RING_BACK && state != LINE_KEPT &&
		state != LINE_SUSPENDED && state != LINE_WAKEUP && state != LINE_CALLEE_FREE &&
		state != LINE_TRANSFER_RINGS && state != LINE_TRANSFER_CLEARS && state != LINE_TRANSFERRING;
}

/* The flash key has other things to do here than to begin anew or to bring a held call back. */
static int is_between_calls(enum line_state state)
{
	return state == LINE_THREE_WAY || state == LINE_CONFERRING || state == LINE_THREE_RINGS || state == LINE_THREE_EARLY ||
		state == LINE_R_DIGIT || state == LINE_REFERRING || state == LINE_NOT_REFERRED;
}

static void test_a_call_that_comes_in_is_answered_in_every_state(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		struct line_step step = line_fsm_step(s, LINE_EV_CALL_IN);

		assert_true(step.known);
		assert_int_equal(step.verb, s == LINE_IDLE || s == LINE_SPLASH || s == LINE_CALLEE_FREE ? LINE_DO_ALERT : LINE_DO_REFUSE);
	}
}

static void test_hanging_up_always_ends_at_idle(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		struct line_step step = line_fsm_step(s, LINE_EV_HANG_UP);

		if (!is_off_hook(s))
			continue;
		assert_true(step.known);
		assert_int_equal(step.next, LINE_IDLE);
	}
}

static void test_hanging_up_a_call_tells_the_peer(void **state)
{
	static const enum line_state calls[] = {
		LINE_CALLING, LINE_RINGBACK, LINE_EARLY_MEDIA, LINE_TALKING,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(line_fsm_step(calls[i], LINE_EV_HANG_UP).verb, LINE_DO_HANG_UP);
}

static void test_a_flash_begins_anew_but_never_with_dial_tone_where_the_line_may_not_call(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		struct line_step may = line_fsm_step(s, LINE_EV_FLASH);
		struct line_step barred = line_fsm_step(s, LINE_EV_FLASH_BARRED);

		assert_int_equal(may.known, is_off_hook(s) && !is_between_calls(s));
		assert_int_equal(barred.known, may.known);
		assert_int_equal(barred.verb, may.verb);
		if (may.known && s != LINE_TALKING) {
			assert_int_equal(may.next, LINE_DIAL_TONE);
			assert_int_equal(barred.next, LINE_CONGESTION);
		}
	}
}

static void test_with_another_call_hanging_up_rings_and_a_flash_brings_it_to_the_ear(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		if (!is_off_hook(s) || is_between_calls(s))
			continue;
		assert_int_equal(line_fsm_step(s, LINE_EV_HANG_UP_HELD).next, LINE_RING_BACK);
		assert_int_equal(line_fsm_step(s, LINE_EV_HANG_UP_WAITING).next, LINE_RINGING);
		assert_int_equal(line_fsm_step(s, LINE_EV_FLASH_TAKE).next, LINE_TALKING);
		if (s != LINE_TALKING)
			assert_int_equal(line_fsm_step(s, LINE_EV_FLASH_BACK).verb, LINE_DO_RESUME);
	}
}

static void test_another_call_that_ends_never_surprises(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		assert_true(line_fsm_step(s, LINE_EV_HELD_ENDED).known);
		assert_true(line_fsm_step(s, LINE_EV_WAITING_ENDED).known);
	}
	assert_int_equal(line_fsm_step(LINE_RING_BACK, LINE_EV_HELD_ENDED).next, LINE_IDLE);
	assert_int_equal(line_fsm_step(LINE_THREE_WAY, LINE_EV_HELD_ENDED).next, LINE_TALKING);
}

static void test_only_ringing_rings_and_only_off_hook_states_feed_the_line(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		assert_int_equal(line_fsm_outputs(s)->ring, s == LINE_RINGING || s == LINE_SPLASH || s == LINE_RING_BACK || s == LINE_KEPT ||
			s == LINE_CALLEE_FREE || s == LINE_WAKEUP);
		assert_int_equal(line_fsm_outputs(s)->active, is_off_hook(s));
	}
}

static void test_no_tone_is_mixed_into_speech(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		const struct line_outputs *outputs = line_fsm_outputs(s);

		/* But the ringing of the third while the first is at the ear. */
		if ((outputs->talks || outputs->hears) && s != LINE_THREE_RINGS)
			assert_int_equal(outputs->tone, FXS_TONE_COUNT);
		if (outputs->tone != FXS_TONE_COUNT)
			assert_true(outputs->sound);
	}
}

static void test_every_tone_ends_in_the_howler_and_that_in_silence(void **state)
{
	static const enum line_state tones[] = {
		LINE_RELEASED, LINE_BUSY, LINE_CONGESTION, LINE_INFO,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
		assert_int_equal(line_fsm_outputs(tones[i])->timer, LINE_TIMER_TONE);
		assert_int_equal(line_fsm_step(tones[i], LINE_EV_TIMEOUT).next, LINE_HOWLER);
		assert_int_equal(line_fsm_step(tones[i], LINE_EV_TIMEOUT).verb, LINE_DO_HOWL);
	}
	assert_int_equal(line_fsm_step(LINE_HOWLER, LINE_EV_TIMEOUT).next, LINE_PARKED);
	assert_int_equal(line_fsm_outputs(LINE_PARKED)->tone, FXS_TONE_COUNT);
}

static void test_a_state_with_a_timer_knows_its_end(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++) {
		if (line_fsm_outputs(s)->timer != LINE_TIMER_NONE)
			assert_true(line_fsm_step(s, LINE_EV_TIMEOUT).known);
	}
}

static void test_every_digit_after_r_is_known_and_leads_to_a_call(void **state)
{
	(void)state;
	for (int e = LINE_EV_R_BACK; e <= LINE_EV_R_JOIN_WAITING; e++) {
		struct line_step step = line_fsm_step(LINE_R_DIGIT, e);

		assert_true(step.known);
		assert_true(step.next == LINE_TALKING || step.next == LINE_THREE_WAY || step.next == LINE_REFERRING);
	}
}

static void test_every_state_and_event_has_a_name(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_STATE_COUNT; s++)
		assert_non_null(line_state_name(s));
	for (int e = 0; e < LINE_EVENT_COUNT; e++)
		assert_non_null(line_event_name(e));
}

static void test_the_cause_chooses_the_tone_before_the_status(void **state)
{
	static const struct {
		unsigned q850_cause, status;
		enum line_event event;
	} rows[] = {
		{0, 486, LINE_EV_ENDED_BUSY}, {0, 600, LINE_EV_ENDED_BUSY}, {0, 603, LINE_EV_ENDED_BUSY},
		{0, 480, LINE_EV_ENDED_BUSY}, {0, 408, LINE_EV_ENDED_BUSY}, {0, 487, LINE_EV_ENDED_BUSY},
		{0, 404, LINE_EV_ENDED_INFO}, {0, 410, LINE_EV_ENDED_INFO}, {0, 484, LINE_EV_ENDED_INFO},
		{0, 604, LINE_EV_ENDED_INFO},
		{0, 503, LINE_EV_ENDED_CONGESTION}, {0, 500, LINE_EV_ENDED_CONGESTION}, {0, 504, LINE_EV_ENDED_CONGESTION},
		{0, 403, LINE_EV_ENDED_CONGESTION}, {0, 0, LINE_EV_ENDED_CONGESTION},
		{17, 503, LINE_EV_ENDED_BUSY}, {19, 404, LINE_EV_ENDED_BUSY}, {1, 486, LINE_EV_ENDED_INFO},
		{4, 480, LINE_EV_ENDED_INFO}, {34, 480, LINE_EV_ENDED_CONGESTION}, {38, 486, LINE_EV_ENDED_CONGESTION},
		{16, 486, LINE_EV_ENDED_BUSY}, {31, 404, LINE_EV_ENDED_INFO}, {127, 480, LINE_EV_ENDED_BUSY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (cause_event(rows[i].q850_cause, rows[i].status) != rows[i].event)
			fail_msg("cause %u, status %u", rows[i].q850_cause, rows[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call_that_comes_in_is_answered_in_every_state),
		cmocka_unit_test(test_hanging_up_always_ends_at_idle),
		cmocka_unit_test(test_hanging_up_a_call_tells_the_peer),
		cmocka_unit_test(test_a_flash_begins_anew_but_never_with_dial_tone_where_the_line_may_not_call),
		cmocka_unit_test(test_with_another_call_hanging_up_rings_and_a_flash_brings_it_to_the_ear),
		cmocka_unit_test(test_another_call_that_ends_never_surprises),
		cmocka_unit_test(test_only_ringing_rings_and_only_off_hook_states_feed_the_line),
		cmocka_unit_test(test_no_tone_is_mixed_into_speech),
		cmocka_unit_test(test_every_tone_ends_in_the_howler_and_that_in_silence),
		cmocka_unit_test(test_a_state_with_a_timer_knows_its_end),
		cmocka_unit_test(test_every_digit_after_r_is_known_and_leads_to_a_call),
		cmocka_unit_test(test_every_state_and_event_has_a_name),
		cmocka_unit_test(test_the_cause_chooses_the_tone_before_the_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
