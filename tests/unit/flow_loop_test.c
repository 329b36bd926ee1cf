/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/flow/loop_virtual.h"

#define TIMERS 4

/* Timers that write their letter when they run. */
struct bed {
	struct loop *loop;
	char said[64];
	struct lettered {
		struct bed *bed;
		struct loop_timer *timer;
		char letter;
		unsigned again_ms; /* starts anew */
		struct loop_timer *stops;
	} timers[TIMERS];
	int pipe[2];
};

static void say(struct bed *bed, char letter)
{
	size_t length = strlen(bed->said);

	assert_true(length < sizeof(bed->said) - 1);
	bed->said[length] = letter;
}

static void on_timer(void *arg)
{
	struct lettered *lettered = arg;

	say(lettered->bed, lettered->letter);
	if (lettered->again_ms)
		loop_timer_start(lettered->timer, lettered->again_ms);
	if (lettered->stops)
		loop_timer_stop(lettered->stops);
}

static int bed_make(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	int err = loop_alloc(&bed->loop, 64);

	for (size_t i = 0; i < TIMERS && !err; i++) {
		bed->timers[i].bed = bed;
		bed->timers[i].letter = (char)('a' + i);
		err = loop_timer_alloc(&bed->timers[i].timer, bed->loop, on_timer, &bed->timers[i]);
	}
	*state = bed;
	return err || pipe(bed->pipe) != 0;
}

static int bed_free(void **state)
{
	struct bed *bed = *state;

	for (size_t i = 0; i < TIMERS; i++)
		loop_timer_free(bed->timers[i].timer);
	loop_free(bed->loop);
	close(bed->pipe[0]);
	close(bed->pipe[1]);
	free(bed);
	return 0;
}

/* Runs everything until so many ms after the epoch. */
static void run_until(struct bed *bed, uint64_t ms)
{
	uint64_t until_ns = LOOP_VIRTUAL_EPOCH_NS + ms * 1000000;

	for (;;) {
		while (loop_virtual_serve(bed->loop))
			;
		if (loop_virtual_next_ns(bed->loop) > until_ns)
			break;
		loop_virtual_move(bed->loop, loop_virtual_next_ns(bed->loop));
	}
	loop_virtual_move(bed->loop, until_ns);
}

static void start(struct bed *bed, size_t which, uint64_t delay_ms)
{
	loop_timer_start(bed->timers[which].timer, delay_ms);
}

static void test_timers_run_when_they_are_due_and_not_before(void **state)
{
	struct bed *bed = *state;

	start(bed, 0, 30);
	start(bed, 1, 10);
	start(bed, 2, 20);
	run_until(bed, 9);
	assert_string_equal(bed->said, "");
	run_until(bed, 10);
	assert_string_equal(bed->said, "b");
	run_until(bed, 1000);
	assert_string_equal(bed->said, "bca");
}

static void test_timers_of_the_same_moment_run_in_the_order_of_their_start(void **state)
{
	struct bed *bed = *state;

	start(bed, 2, 10);
	start(bed, 0, 10);
	start(bed, 1, 10);
	run_until(bed, 10);
	assert_string_equal(bed->said, "cab");
}

static void test_a_started_timer_moves_and_a_stopped_one_does_not_run(void **state)
{
	struct bed *bed = *state;

	start(bed, 0, 10);
	start(bed, 0, 20);
	start(bed, 1, 10);
	assert_true(loop_timer_is_running(bed->timers[1].timer));
	loop_timer_stop(bed->timers[1].timer);
	assert_false(loop_timer_is_running(bed->timers[1].timer));
	run_until(bed, 15);
	assert_string_equal(bed->said, "");
	run_until(bed, 100);
	assert_string_equal(bed->said, "a");
	assert_false(loop_timer_is_running(bed->timers[0].timer));
}

static void test_a_handler_may_start_its_timer_and_stop_another(void **state)
{
	struct bed *bed = *state;

	bed->timers[0].again_ms = 10;
	bed->timers[1].stops = bed->timers[2].timer;
	start(bed, 0, 10);
	start(bed, 1, 25);
	start(bed, 2, 25);
	run_until(bed, 45);
	assert_string_equal(bed->said, "aabaa");
	loop_timer_stop(bed->timers[0].timer);
}

static void on_readable(int fd, void *arg)
{
	struct bed *bed = arg;
	char letter;

	assert_int_equal(read(fd, &letter, 1), 1);
	say(bed, letter);
	if (letter == 'x')
		loop_unwatch(bed->loop, fd);
}

static void test_a_readable_descriptor_is_served_until_unwatched(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(loop_watch(bed->loop, bed->pipe[0], on_readable, bed), 0);
	assert_false(loop_virtual_serve(bed->loop));
	assert_int_equal(write(bed->pipe[1], "uvxy", 4), 4);
	run_until(bed, 1);
	assert_string_equal(bed->said, "uvx");
}

static void test_time_stands_still_by_itself(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(loop_now_ms(bed->loop), LOOP_VIRTUAL_EPOCH_NS / 1000000);
	start(bed, 0, 1);
	loop_virtual_serve(bed->loop);
	assert_true(loop_virtual_now_ns(bed->loop) == LOOP_VIRTUAL_EPOCH_NS);
	run_until(bed, 1);
	assert_int_equal(loop_now_ms(bed->loop), LOOP_VIRTUAL_EPOCH_NS / 1000000 + 1);
}

static void test_the_wall_clock_goes_with_time_and_is_set_without(void **state)
{
	struct bed *bed = *state;

	assert_true(loop_wall_s(bed->loop) == LOOP_VIRTUAL_WALL_S);
	start(bed, 0, 3000);
	run_until(bed, 2000);
	assert_true(loop_wall_s(bed->loop) == LOOP_VIRTUAL_WALL_S + 2);
	loop_virtual_wall_set(bed->loop, 1000);
	assert_true(loop_wall_s(bed->loop) == 1000);
	assert_int_equal(loop_now_ms(bed->loop), LOOP_VIRTUAL_EPOCH_NS / 1000000 + 2000);
	assert_string_equal(bed->said, "");
	run_until(bed, 3000);
	assert_string_equal(bed->said, "a");
	assert_true(loop_wall_s(bed->loop) == 1001);
}

static void on_stop(void *arg)
{
	loop_stop(arg);
}

static void test_run_leaps_from_timer_to_timer_until_stopped(void **state)
{
	struct bed *bed = *state;
	struct loop_timer *timer;

	assert_int_equal(loop_timer_alloc(&timer, bed->loop, on_stop, bed->loop), 0);
	bed->timers[0].again_ms = 600000;
	start(bed, 0, 600000);
	loop_timer_start(timer, 1799999);
	assert_int_equal(loop_run(bed->loop), 0);
	assert_string_equal(bed->said, "aa");
	loop_timer_stop(bed->timers[0].timer);
	assert_int_equal(loop_run(bed->loop), EDEADLK);
	loop_timer_free(timer);
}

#define BED_TEST(test) cmocka_unit_test_setup_teardown(test, bed_make, bed_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_timers_run_when_they_are_due_and_not_before),
		BED_TEST(test_timers_of_the_same_moment_run_in_the_order_of_their_start),
		BED_TEST(test_a_started_timer_moves_and_a_stopped_one_does_not_run),
		BED_TEST(test_a_handler_may_start_its_timer_and_stop_another),
		BED_TEST(test_a_readable_descriptor_is_served_until_unwatched),
		BED_TEST(test_time_stands_still_by_itself),
		BED_TEST(test_the_wall_clock_goes_with_time_and_is_set_without),
		BED_TEST(test_run_leaps_from_timer_to_timer_until_stopped),
	};

	return cmocka_run_group_tests_name("flow/loop_virtual", tests, NULL, NULL);
}
