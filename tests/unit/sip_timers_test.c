/* SPDX-License-Identifier: BSD-3-Clause */
/* The timers that libre's loop has from us: in which order they come, what may happen meanwhile, and that libre itself has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <re.h>

#include "sip/interpose.h"

#define TIMERS 400
#define STEPS  40000

/* What ought to be: a timer is due, and has been started as the so-manieth. */
struct expected {
	struct tmr tmr;
	bool runs;
	uint64_t due_ms, start;
};

static struct expected timers[TIMERS];
static uint64_t starts, fired;

static int stop_clock(void **state)
{
	(void)state;
	memset(timers, 0, sizeof(timers));
	starts = fired = 0;
	ua_interpose_stop_clock(true);
	return 0;
}

static int go_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TIMERS; i++)
		tmr_cancel(&timers[i].tmr);
	assert_int_equal(tmr_next_timeout(NULL), 0);
	ua_interpose_stop_clock(false);
	return 0;
}

static const struct expected *soonest(void)
{
	const struct expected *found = NULL;

	for (unsigned i = 0; i < TIMERS; i++) {
		const struct expected *timer = &timers[i];

		if (timer->runs && (!found || timer->due_ms < found->due_ms ||
				(timer->due_ms == found->due_ms && timer->start < found->start)))
			found = timer;
	}
	return found;
}

static void start(struct expected *timer, uint64_t delay_ms);

/* Now and then it starts itself anew, or another. */
static void on_timer(void *arg)
{
	struct expected *timer = arg;

	assert_ptr_equal(timer, soonest());
	assert_true(timer->due_ms <= tmr_jiffies());
	assert_false(tmr_isrunning(&timer->tmr));
	timer->runs = false;
	fired++;
	if (rand() % 4 == 0)
		start(timer, (uint64_t)rand() % 50);
	if (rand() % 8 == 0)
		start(&timers[rand() % TIMERS], 1 + (uint64_t)rand() % 50);
}

static void start(struct expected *timer, uint64_t delay_ms)
{
	timer->runs = true;
	timer->due_ms = tmr_jiffies() + delay_ms;
	timer->start = starts++;
	tmr_start(&timer->tmr, delay_ms, on_timer, timer);
}

static void cancel(struct expected *timer)
{
	timer->runs = false;
	tmr_cancel(&timer->tmr);
}

static void random_step(void)
{
	static const unsigned spans_ms[] = {1, 30, 500, 32000};
	struct expected *timer = &timers[rand() % TIMERS];

	switch (rand() % 8) {
	case 0:
		cancel(timer);
		break;
	case 1:
		ua_interpose_skip((uint64_t)rand() % 20);
		tmr_poll(NULL);
		break;
	default:
		start(timer, (uint64_t)rand() % spans_ms[rand() % 4]);
	}
}

static void test_timers_come_when_due_and_in_the_order_of_starting(void **state)
{
	(void)state;
	srand(1);
	for (unsigned i = 0; i < STEPS; i++) {
		const struct expected *next;

		random_step();
		next = soonest();
		if (!next)
			assert_int_equal(tmr_next_timeout(NULL), 0);
		else if (next->due_ms <= tmr_jiffies())
			assert_int_equal(tmr_next_timeout(NULL), 1);
		else
			assert_int_equal(tmr_next_timeout(NULL), next->due_ms - tmr_jiffies());
	}
	assert_true(fired > STEPS / 8);
}

static void test_a_timer_without_a_handler_does_not_run(void **state)
{
	(void)state;
	start(&timers[0], 10);
	timers[0].runs = false;
	tmr_start(&timers[0].tmr, 5, NULL, NULL);
	assert_false(tmr_isrunning(&timers[0].tmr));
	ua_interpose_skip(20);
	tmr_poll(NULL);
	assert_int_equal(fired, 0);
	tmr_start(NULL, 5, on_timer, NULL);
	tmr_cancel(NULL);
}

static void stop_loop(void *arg)
{
	*(unsigned *)arg += 1;
	re_cancel();
}

/* libre's main loop waits for our timers, not for a list of its own. */
static void test_libres_loop_serves_them(void **state)
{
	unsigned count = 0;
	struct tmr tmr = {0};

	(void)state;
	ua_interpose_stop_clock(false);
	assert_int_equal(libre_init(), 0);
	tmr_start(&tmr, 1, stop_loop, &count);
	assert_int_equal(re_main(NULL), 0);
	assert_int_equal(count, 1);
	libre_close();
}

static uint64_t processor_ns(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t starting_ns(void)
{
	uint64_t before = processor_ns();
	struct tmr tmr = {0};

	for (unsigned i = 0; i < 20000; i++)
		tmr_start(&tmr, 20, on_timer, NULL);
	tmr_cancel(&tmr);
	return processor_ns() - before;
}

/* In a list that is searched from its end it is a thousand times as much. */
static void test_a_start_costs_the_same_whatever_waits(void **state)
{
	enum { WAITING = 20000 };
	struct tmr *waiting = calloc(WAITING, sizeof(*waiting));
	uint64_t alone_ns = starting_ns(), among_many_ns;

	(void)state;
	assert_non_null(waiting);
	for (unsigned i = 0; i < WAITING; i++)
		tmr_start(&waiting[i], 32000, on_timer, NULL);
	among_many_ns = starting_ns();
	for (unsigned i = 0; i < WAITING; i++)
		tmr_cancel(&waiting[i]);
	free(waiting);
	print_message("# %.1f ns alone, %.1f ns while %d wait\n", (double)alone_ns / 20000, (double)among_many_ns / 20000, WAITING);
	assert_true(among_many_ns < 20 * alone_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_timers_come_when_due_and_in_the_order_of_starting, stop_clock, go_on),
		cmocka_unit_test_setup_teardown(test_a_timer_without_a_handler_does_not_run, stop_clock, go_on),
		cmocka_unit_test_setup_teardown(test_libres_loop_serves_them, stop_clock, go_on),
		cmocka_unit_test_setup_teardown(test_a_start_costs_the_same_whatever_waits, stop_clock, go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
