/* SPDX-License-Identifier: BSD-3-Clause */
/* Box, queue and playout: what the planes share and how sound is put back in time. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/media/box.h"
#include "gateway/media/playout.h"
#include "gateway/media/event_queue.h"

#define FRAME 160

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

static void frame_make(int16_t *frame, int16_t value)
{
	for (int i = 0; i < FRAME; i++)
		frame[i] = value;
}

static void put_from(struct playout *playout, uint32_t ssrc, uint32_t timestamp, int16_t value)
{
	int16_t frame[FRAME];

	frame_make(frame, value);
	stream_playout_put(playout, ssrc, timestamp, frame, FRAME);
}

static void put(struct playout *playout, uint32_t timestamp, int16_t value)
{
	put_from(playout, 1, timestamp, value);
}

static void expect(struct playout *playout, int16_t value)
{
	int16_t frame[FRAME], wanted[FRAME];

	frame_make(wanted, value);
	stream_playout_get(playout, frame, FRAME);
	assert_memory_equal(frame, wanted, sizeof(wanted));
}

/* Both with other timestamps, as when the far end changes its address or its clock. */
static void test_another_source_goes_on_without_a_gap(void **state)
{
	static const struct {
		uint32_t ssrc, timestamp;
	} rows[] = {{2, 77777}, {2, 9}, {1, 0x80000000u}};
	static struct playout playout;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stream_playout_reset(&playout, 40);
		put(&playout, 1000, 11);
		expect(&playout, 0);
		put(&playout, 1000 + FRAME, 12);
		expect(&playout, 0);
		put_from(&playout, rows[i].ssrc, rows[i].timestamp, 13);
		expect(&playout, 11);
		put_from(&playout, rows[i].ssrc, rows[i].timestamp + FRAME, 14);
		expect(&playout, 12);
		expect(&playout, 13);
		expect(&playout, 14);
		assert_int_equal(playout.late, 0);
	}
}

static void test_playout_waits_its_delay_then_plays_without_a_gap(void **state)
{
	static struct playout playout;

	(void)state;
	stream_playout_reset(&playout, 20);
	expect(&playout, 0);
	put(&playout, 1000, 11);
	expect(&playout, 0);
	put(&playout, 1000 + FRAME, 12);
	expect(&playout, 11);
	expect(&playout, 12);
	assert_int_equal(playout.late, 0);
}

static void test_playout_puts_packets_back_in_order_over_the_wrap(void **state)
{
	static struct playout playout;
	uint32_t start = UINT32_MAX - FRAME;

	(void)state;
	stream_playout_reset(&playout, 40);
	put(&playout, start, 1);
	put(&playout, start + 2 * FRAME, 3);
	put(&playout, start + FRAME, 2);
	expect(&playout, 0);
	expect(&playout, 0);
	expect(&playout, 1);
	expect(&playout, 2);
	expect(&playout, 3);
}

static void test_playout_plays_silence_for_what_is_lost(void **state)
{
	static struct playout playout;

	(void)state;
	stream_playout_reset(&playout, 0);
	put(&playout, 0, 1);
	put(&playout, 2 * FRAME, 3);
	expect(&playout, 1);
	expect(&playout, 0);
	expect(&playout, 3);
	assert_int_equal(playout.missing, FRAME);
}

static void test_playout_gives_way_to_a_late_packet(void **state)
{
	static struct playout playout;

	(void)state;
	stream_playout_reset(&playout, 0);
	put(&playout, 0, 1);
	expect(&playout, 1);
	expect(&playout, 0);
	put(&playout, FRAME, 2);
	expect(&playout, 2);
	assert_int_equal(playout.late, 1);
}

static void test_playout_follows_a_sender_that_counts_anew(void **state)
{
	static struct playout playout;

	(void)state;
	stream_playout_reset(&playout, 0);
	put(&playout, 0, 1);
	expect(&playout, 1);
	put(&playout, 0x70000000, 2);
	expect(&playout, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_box_gives_the_newest_value_once),
		cmocka_unit_test(test_a_box_never_gives_half_a_value),
		cmocka_unit_test(test_a_full_queue_keeps_the_oldest_and_counts),
		cmocka_unit_test(test_another_source_goes_on_without_a_gap),
		cmocka_unit_test(test_playout_waits_its_delay_then_plays_without_a_gap),
		cmocka_unit_test(test_playout_puts_packets_back_in_order_over_the_wrap),
		cmocka_unit_test(test_playout_plays_silence_for_what_is_lost),
		cmocka_unit_test(test_playout_gives_way_to_a_late_packet),
		cmocka_unit_test(test_playout_follows_a_sender_that_counts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
