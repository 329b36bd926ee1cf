/* SPDX-License-Identifier: BSD-3-Clause */
/* The judge of hook edges: named cases, every length of break, every dial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/hook.h"

#define MS_NS     UINT64_C(1000000)
#define BEGIN_MS  1000
#define TOLD_MAX  64

/* A hook whose every verdict is written down; time in ms since BEGIN_MS. */
struct judged {
	struct fxs_hook *hook;
	struct fxs_hook_verdict told[TOLD_MAX];
	size_t count, looked_at;
};

static uint64_t at(double ms)
{
	return (uint64_t)((BEGIN_MS + ms) * 1e6 + 0.5);
}

static void judged_begin(struct judged *judged, const struct fxs_hook_config *config,
	enum fxs_hook_mode mode, bool off_hook)
{
	memset(judged, 0, sizeof *judged);
	assert_int_equal(fxs_hook_alloc(&judged->hook, config, off_hook, at(-100)), 0);
	fxs_hook_mode_set(judged->hook, mode);
}

/* Steps exactly when the hook asks for it. */
static void until(struct judged *judged, double ms)
{
	while (fxs_hook_next_ns(judged->hook) <= at(ms)) {
		assert_true(judged->count + FXS_HOOK_VERDICTS_MAX <= TOLD_MAX);
		judged->count += fxs_hook_step(judged->hook, fxs_hook_next_ns(judged->hook),
			judged->told + judged->count);
	}
}

static void edge(struct judged *judged, bool off_hook, double ms)
{
	until(judged, ms);
	assert_true(judged->count + FXS_HOOK_VERDICTS_MAX <= TOLD_MAX);
	judged->count += fxs_hook_edge(judged->hook, off_hook, at(ms), judged->told + judged->count);
}

static void expect(struct judged *judged, enum fxs_hook_verdict_kind kind, double edge_ms, double at_ms)
{
	const struct fxs_hook_verdict *verdict = &judged->told[judged->looked_at];

	assert_true(judged->looked_at < judged->count);
	assert_int_equal(verdict->kind, kind);
	assert_int_equal(verdict->edge_ns, at(edge_ms));
	assert_in_range(verdict->at_ns, at(at_ms), at(at_ms) + 1);
	judged->looked_at++;
}

static void expect_digit(struct judged *judged, char digit, double edge_ms, double at_ms)
{
	expect(judged, FXS_HOOK_DIGIT, edge_ms, at_ms);
	assert_int_equal(judged->told[judged->looked_at - 1].digit, digit);
}

static void expect_end(struct judged *judged)
{
	until(judged, 1e6);
	assert_int_equal(judged->looked_at, judged->count);
	assert_true(fxs_hook_next_ns(judged->hook) == UINT64_MAX);
	fxs_hook_free(judged->hook);
}

static void test_lifting_is_told_at_its_edge(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IDLE, false);
	assert_false(fxs_hook_is_off_hook(j.hook));
	edge(&j, true, 0);
	expect(&j, FXS_HOOK_OFF_HOOK, 0, 0);
	assert_true(fxs_hook_is_off_hook(j.hook));
	expect_end(&j);
}

static void test_bounce_of_a_lifted_contact_is_nothing(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IDLE, false);
	edge(&j, true, 0);
	expect(&j, FXS_HOOK_OFF_HOOK, 0, 0);
	for (int i = 0; i < 5; i++) {
		edge(&j, false, 3 + 40 * i);
		edge(&j, true, 3 + 40 * i + 14.9);
	}
	expect_end(&j);
}

static void test_a_first_state_gives_no_verdict(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IDLE, true);
	assert_true(fxs_hook_is_off_hook(j.hook));
	edge(&j, true, 0);
	expect_end(&j);
}

static void test_the_raw_loop_is_told_before_it_is_judged(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	assert_true(fxs_hook_loop_is_closed(j.hook));
	edge(&j, false, 0);
	assert_false(fxs_hook_loop_is_closed(j.hook));
	assert_true(fxs_hook_is_off_hook(j.hook));
	edge(&j, true, 5);
	assert_true(fxs_hook_loop_is_closed(j.hook));
	expect_end(&j);
}

static void test_idle_hangs_up_after_bounce_time(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IDLE, true);
	edge(&j, false, 0);
	until(&j, 14.9);
	assert_true(fxs_hook_is_off_hook(j.hook));
	until(&j, 2000);
	assert_false(fxs_hook_is_off_hook(j.hook));
	expect(&j, FXS_HOOK_ON_HOOK, 0, 15);
	expect_end(&j);
}

static void test_a_call_is_hung_up_just_after_flash_max(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	until(&j, 1200);
	assert_true(fxs_hook_is_off_hook(j.hook));
	until(&j, 1201);
	expect(&j, FXS_HOOK_ON_HOOK, 0, 1200);
	expect_end(&j);
}

static void test_a_call_without_flash_is_hung_up_after_bounce_time(void **state)
{
	struct fxs_hook_config config = fxs_hook_defaults;
	struct judged j;

	(void)state;
	config.flash_max_ms = 0;
	judged_begin(&j, &config, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	edge(&j, true, 14);
	edge(&j, false, 100);
	until(&j, 3000);
	expect(&j, FXS_HOOK_ON_HOOK, 100, 115);
	expect_end(&j);
}

static void test_a_bouncing_hang_up_is_timed_from_its_first_edge(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	for (int i = 1; i <= 10; i++) {
		edge(&j, true, i * 10);
		edge(&j, false, i * 10 + 7.9);
	}
	until(&j, 3000);
	expect(&j, FXS_HOOK_ON_HOOK, 0, 1200);
	expect_end(&j);
}

static void test_a_make_of_8_ms_ends_a_break(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	edge(&j, true, 500);
	edge(&j, false, 508);
	expect(&j, FXS_HOOK_FLASH, 0, 508);
	until(&j, 3000);
	expect(&j, FXS_HOOK_ON_HOOK, 508, 1708);
	expect_end(&j);
}

static void test_a_short_make_after_flash_max_hangs_up_at_its_end(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	edge(&j, true, 1199);
	edge(&j, false, 1203);
	until(&j, 1203);
	expect(&j, FXS_HOOK_ON_HOOK, 0, 1203);
	expect_end(&j);
}

static void test_uk_recall_is_a_flash_in_a_call(void **state)
{
	struct fxs_hook_config config = fxs_hook_defaults;
	struct judged j;

	(void)state;
	config.flash_min_ms = 50;
	config.flash_max_ms = 120;
	judged_begin(&j, &config, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	edge(&j, true, 90);
	edge(&j, false, 1000);
	edge(&j, true, 1045);
	edge(&j, false, 2000);
	until(&j, 3000);
	expect(&j, FXS_HOOK_FLASH, 0, 98);
	expect(&j, FXS_HOOK_ON_HOOK, 2000, 2120);
	expect_end(&j);
}

static void test_dial_tone_stops_when_the_first_break_is_no_bounce(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	edge(&j, false, 0);
	edge(&j, true, 60);
	edge(&j, false, 100);
	edge(&j, true, 160);
	until(&j, 1000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect_digit(&j, '2', 0, 360);
	expect_end(&j);
}

static void test_each_digit_begins_anew(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	edge(&j, false, 0);
	edge(&j, true, 60);
	edge(&j, false, 860);
	edge(&j, true, 920);
	until(&j, 2000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect_digit(&j, '1', 0, 260);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 860, 875);
	expect_digit(&j, '1', 860, 1120);
	expect_end(&j);
}

static void test_eleven_pulses_are_no_digit(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	for (int i = 0; i < 11; i++) {
		edge(&j, false, i * 100);
		edge(&j, true, i * 100 + 60);
	}
	until(&j, 3000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect_end(&j);
}

static void test_a_bounce_in_the_gap_neither_counts_nor_delays(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	edge(&j, false, 0);
	edge(&j, true, 60);
	edge(&j, false, 150);
	edge(&j, true, 155);
	until(&j, 1000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect_digit(&j, '1', 0, 260);
	expect_end(&j);
}

static void test_hanging_up_in_a_digit_forgets_it(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	edge(&j, false, 0);
	edge(&j, true, 60);
	edge(&j, false, 100);
	edge(&j, true, 2000);
	until(&j, 4000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect(&j, FXS_HOOK_ON_HOOK, 100, 1300);
	expect(&j, FXS_HOOK_OFF_HOOK, 2000, 2000);
	expect_end(&j);
}

static void test_a_flash_while_collecting_forgets_the_digit(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	edge(&j, false, 0);
	edge(&j, true, 60);
	edge(&j, false, 100);
	edge(&j, true, 400);
	until(&j, 4000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect(&j, FXS_HOOK_FLASH, 100, 408);
	expect_end(&j);
}

static void test_collecting_without_flash_hangs_up_after_the_longest_pulse(void **state)
{
	struct fxs_hook_config config = fxs_hook_defaults;
	struct judged j;

	(void)state;
	config.flash_max_ms = 0;
	judged_begin(&j, &config, FXS_HOOK_COLLECTING, true);
	edge(&j, false, 0);
	until(&j, 1000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 0, 15);
	expect(&j, FXS_HOOK_ON_HOOK, 0, 130);
	expect_end(&j);
}

static void test_the_mode_at_the_break_s_beginning_counts(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 0);
	fxs_hook_mode_set(j.hook, FXS_HOOK_COLLECTING);
	edge(&j, true, 100);
	until(&j, 1000);
	expect(&j, FXS_HOOK_FLASH, 0, 108);
	edge(&j, false, 2000);
	edge(&j, true, 2060);
	fxs_hook_mode_set(j.hook, FXS_HOOK_IN_CALL);
	edge(&j, false, 2100);
	edge(&j, true, 2160); /* in a call of its own this were nothing */
	until(&j, 4000);
	expect(&j, FXS_HOOK_PULSE_BEGUN, 2000, 2015);
	expect_digit(&j, '2', 2000, 2360);
	expect_end(&j);
}

static void test_a_late_edge_brings_all_that_time_had_decided(void **state)
{
	struct fxs_hook_verdict told[FXS_HOOK_VERDICTS_MAX];
	struct fxs_hook *hook;

	(void)state;
	assert_int_equal(fxs_hook_alloc(&hook, &fxs_hook_defaults, true, at(-100)), 0);
	fxs_hook_mode_set(hook, FXS_HOOK_COLLECTING);
	assert_int_equal(fxs_hook_edge(hook, false, at(0), told), 0);
	assert_int_equal(fxs_hook_edge(hook, true, at(5000), told), 3);
	assert_int_equal(told[0].kind, FXS_HOOK_PULSE_BEGUN);
	assert_int_equal(told[1].kind, FXS_HOOK_ON_HOOK);
	assert_int_equal(told[2].kind, FXS_HOOK_OFF_HOOK);
	fxs_hook_free(hook);
}

static void test_an_edge_before_the_last_one_counts_as_simultaneous(void **state)
{
	struct judged j;

	(void)state;
	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_IN_CALL, true);
	edge(&j, false, 500);
	j.count += fxs_hook_edge(j.hook, true, at(100), j.told + j.count);
	until(&j, 5000);
	expect_end(&j);
}

static void test_contradicting_limits_are_refused(void **state)
{
	struct fxs_hook_config bad[5];
	struct fxs_hook *hook;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		bad[i] = fxs_hook_defaults;
	bad[0].bounce_ms = 0;
	bad[1].pulse_max_ms = bad[1].bounce_ms - 1;
	bad[2].pulse_gap_ms = bad[2].make_ms;
	bad[3].flash_min_ms = bad[3].bounce_ms - 1;
	bad[4].flash_min_ms = bad[4].flash_max_ms + 1;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(fxs_hook_alloc(&hook, &bad[i], false, 0), EINVAL);
	fxs_hook_free(NULL);
}

/* ---- every length of break ---- */

static enum fxs_hook_verdict_kind last_kind(const struct judged *judged, size_t index)
{
	assert_true(index < judged->count);
	return judged->told[index].kind;
}

/* The rules as sentences, one after the other; -1 is nothing at all. */
static int break_means(const struct fxs_hook_config *config, enum fxs_hook_mode mode, unsigned ms)
{
	bool in_window = config->flash_max_ms && ms >= config->flash_min_ms && ms <= config->flash_max_ms;
	bool pulse_long = ms <= config->pulse_max_ms;

	if (ms < 15)
		return -1;
	if (mode == FXS_HOOK_IDLE)
		return FXS_HOOK_ON_HOOK;
	if (mode == FXS_HOOK_IN_CALL && !config->flash_max_ms)
		return FXS_HOOK_ON_HOOK;
	if (mode == FXS_HOOK_COLLECTING && pulse_long)
		return FXS_HOOK_DIGIT;
	if (in_window)
		return FXS_HOOK_FLASH;
	if (ms > config->flash_max_ms && (mode == FXS_HOOK_IN_CALL || !pulse_long))
		return FXS_HOOK_ON_HOOK;
	return -1;
}

static void judge_one_break(const struct fxs_hook_config *config, enum fxs_hook_mode mode, unsigned ms)
{
	int means = break_means(config, mode, ms);
	struct judged j;
	size_t index = 0;

	judged_begin(&j, config, mode, true);
	edge(&j, false, 0);
	edge(&j, true, ms);
	until(&j, 10000);
	if (mode == FXS_HOOK_COLLECTING && ms >= 15)
		assert_int_equal(last_kind(&j, index++), FXS_HOOK_PULSE_BEGUN);
	if (means >= 0)
		assert_int_equal(last_kind(&j, index++), means);
	if (means == FXS_HOOK_ON_HOOK)
		assert_int_equal(last_kind(&j, index++), FXS_HOOK_OFF_HOOK);
	assert_int_equal(index, j.count);
	assert_true(fxs_hook_is_off_hook(j.hook));
	fxs_hook_free(j.hook);
}

static void test_every_break_from_5_to_2000_ms_in_every_mode(void **state)
{
	static const unsigned windows[][2] = {{80, 1200}, {50, 120}, {200, 1500}, {40, 40}, {0, 0}};
	struct fxs_hook_config config = fxs_hook_defaults;

	(void)state;
	for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
		config.flash_min_ms = windows[w][0];
		config.flash_max_ms = windows[w][1];
		for (int mode = FXS_HOOK_IDLE; mode <= FXS_HOOK_IN_CALL; mode++) {
			for (unsigned ms = 5; ms <= 2000; ms += 5)
				judge_one_break(&config, (enum fxs_hook_mode)mode, ms);
			for (unsigned ms = 10; ms <= 210; ms++)
				judge_one_break(&config, (enum fxs_hook_mode)mode, ms);
		}
	}
}

/* ---- every dial ---- */

static double jitter_ms(uint32_t *seed, double most_ms)
{
	*seed = *seed * 1664525 + 1013904223;
	return ((*seed >> 8) / 8388608.0 - 1) * most_ms;
}

static void dial(double pulses_per_s, double break_share, double jitter, uint32_t *seed)
{
	double period = 1000 / pulses_per_s, begin = 0;
	struct judged j;

	judged_begin(&j, &fxs_hook_defaults, FXS_HOOK_COLLECTING, true);
	for (int pulses = 1; pulses <= 10; pulses++) {
		for (int i = 0; i < pulses; i++) {
			edge(&j, false, begin + i * period + jitter_ms(seed, jitter));
			edge(&j, true, begin + (i + break_share) * period + jitter_ms(seed, jitter));
		}
		begin += pulses * period + 300;
		until(&j, begin - 50);
		assert_int_equal(j.count, 2 * pulses);
		assert_int_equal(j.told[j.count - 2].kind, FXS_HOOK_PULSE_BEGUN);
		assert_int_equal(j.told[j.count - 1].kind, FXS_HOOK_DIGIT);
		assert_int_equal(j.told[j.count - 1].digit, '0' + pulses % 10);
	}
	fxs_hook_free(j.hook);
}

/* 1.5 ms is what edges through DAHDI may be wrong by. */
static void test_dials_of_8_to_12_and_16_to_22_pulses_per_second(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (double rate = 8; rate <= 12; rate += 0.5) {
		for (double share = 0.50; share < 0.705; share += 0.02) {
			dial(rate, share, 0, &seed);
			dial(rate, share, 1.5, &seed);
		}
	}
	for (double rate = 16; rate <= 22; rate += 0.5) {
		for (double share = 0.60; share < 0.705; share += 0.01) {
			dial(rate, share, 0, &seed);
			dial(rate, share, 1.5, &seed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lifting_is_told_at_its_edge),
		cmocka_unit_test(test_bounce_of_a_lifted_contact_is_nothing),
		cmocka_unit_test(test_a_first_state_gives_no_verdict),
		cmocka_unit_test(test_the_raw_loop_is_told_before_it_is_judged),
		cmocka_unit_test(test_idle_hangs_up_after_bounce_time),
		cmocka_unit_test(test_a_call_is_hung_up_just_after_flash_max),
		cmocka_unit_test(test_a_call_without_flash_is_hung_up_after_bounce_time),
		cmocka_unit_test(test_a_bouncing_hang_up_is_timed_from_its_first_edge),
		cmocka_unit_test(test_a_make_of_8_ms_ends_a_break),
		cmocka_unit_test(test_a_short_make_after_flash_max_hangs_up_at_its_end),
		cmocka_unit_test(test_uk_recall_is_a_flash_in_a_call),
		cmocka_unit_test(test_dial_tone_stops_when_the_first_break_is_no_bounce),
		cmocka_unit_test(test_each_digit_begins_anew),
		cmocka_unit_test(test_eleven_pulses_are_no_digit),
		cmocka_unit_test(test_a_bounce_in_the_gap_neither_counts_nor_delays),
		cmocka_unit_test(test_hanging_up_in_a_digit_forgets_it),
		cmocka_unit_test(test_a_flash_while_collecting_forgets_the_digit),
		cmocka_unit_test(test_collecting_without_flash_hangs_up_after_the_longest_pulse),
		cmocka_unit_test(test_the_mode_at_the_break_s_beginning_counts),
		cmocka_unit_test(test_a_late_edge_brings_all_that_time_had_decided),
		cmocka_unit_test(test_an_edge_before_the_last_one_counts_as_simultaneous),
		cmocka_unit_test(test_contradicting_limits_are_refused),
		cmocka_unit_test(test_every_break_from_5_to_2000_ms_in_every_mode),
		cmocka_unit_test(test_dials_of_8_to_12_and_16_to_22_pulses_per_second),
	};

	return cmocka_run_group_tests_name("fxs_hook", tests, NULL, NULL);
}
