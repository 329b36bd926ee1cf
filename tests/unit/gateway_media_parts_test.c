/* SPDX-License-Identifier: BSD-3-Clause */
/* Box and queue: what the planes share. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/media/box.h"
#include "gateway/media/event_queue.h"


struct pair {
	uint64_t low, filler[20], high;
};

static void test_a_box_gives_the_newest_value_once(void **state)
{
	struct box box = {0};
	struct pair value = {.low = 1, .high = 1}, seen;
	uint32_t sequence = 0;

	(void)state;
	assert_false(box_read(&box, &seen, sizeof(seen), &sequence));
	box_write(&box, &value, sizeof(value));
	value.low = value.high = 2;
	box_write(&box, &value, sizeof(value));
	assert_true(box_read(&box, &seen, sizeof(seen), &sequence));
	assert_int_equal(seen.low, 2);
	assert_false(box_read(&box, &seen, sizeof(seen), &sequence));
}

static struct box contended;

static void *writer(void *arg)
{
	(void)arg;
	for (uint64_t i = 1; i <= 200000; i++) {
		struct pair value = {.low = i, .high = i};

		box_write(&contended, &value, sizeof(value));
	}
	return NULL;
}

static void test_a_box_never_gives_half_a_value(void **state)
{
	struct pair seen = {0};
	uint32_t sequence = 0;
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, writer, NULL);
	while (seen.low < 200000) {
		if (box_read(&contended, &seen, sizeof(seen), &sequence))
			assert_int_equal(seen.low, seen.high);
	}
	pthread_join(thread, NULL);
}

static void test_a_full_queue_keeps_the_oldest_and_counts(void **state)
{
	struct media_event event = {.kind = MEDIA_EVENT_DIGIT, .digit = '1'};
	struct event_queue queue;

	(void)state;
	event_queue_init(&queue, 2);
	for (char digit = '1'; digit <= '4'; digit++) {
		event.digit = digit;
		event_queue_push(&queue, &event);
	}
	assert_int_equal(queue.dropped, 2);
	assert_true(event_queue_pop(&queue, &event));
	assert_int_equal(event.digit, '1');
	assert_true(event_queue_pop(&queue, &event));
	assert_int_equal(event.digit, '2');
	assert_int_equal(event.dropped, 0);
	assert_false(event_queue_pop(&queue, &event));
	event_queue_push(&queue, &event);
	assert_true(event_queue_pop(&queue, &event));
	assert_int_equal(event.dropped, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_box_gives_the_newest_value_once),
		cmocka_unit_test(test_a_box_never_gives_half_a_value),
		cmocka_unit_test(test_a_full_queue_keeps_the_oldest_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
