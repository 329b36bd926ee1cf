/* SPDX-License-Identifier: BSD-3-Clause */
/* A line of the dummy driver: hook times, sound, ring, feed, and telephones that misbehave. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/fxs_dummy_phone.h"

#define DRIVER    (&fxs_dummy_driver)
#define BLOCK_NS  (20 * MS_NS)
#define SAMPLE_NS UINT64_C(125000)

static const struct fxs_cadence us_ring = {.on_off_ms = {2000, 4000}, .count = 2};

static void audio_start(struct bench *bench)
{
	assert_int_equal(DRIVER->audio_start(bench->port, bench->now_ns), 0);
}

/* One turn of the media thread: time goes on by a block, which is written. */
static void tick(struct bench *bench, int16_t value)
{
	bench->now_ns += BLOCK_NS;
	bench_write(bench, value);
}

static int16_t read_value(struct bench *bench)
{
	int16_t samples[160];

	assert_int_equal(DRIVER->read(bench->port, samples, 160), 0);
	for (int i = 1; i < 160; i++)
		assert_int_equal(samples[i], samples[0]);
	return samples[0];
}

static void expect_no_sound(struct bench *bench)
{
	int16_t samples[160];

	assert_int_equal(DRIVER->read(bench->port, samples, 160), EAGAIN);
}

/* A telephone off-hook in a call, with all that led there consumed. */
static int phone_talking(struct bench *bench)
{
	int fd = phone_attach(bench);

	phone_hook(fd, true, FXS_WIRE_SAMPLE_NOW);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, bench->now_ns);
	assert_int_equal(DRIVER->feed_set(bench->port, FXS_FEED_ACTIVE, bench->now_ns), 0);
	phone_expect(fd, FXS_WIRE_FEED);
	bench->now_ns += 1000 * MS_NS;
	audio_start(bench);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	return fd;
}

static struct fxs_counters counters(const struct bench *bench)
{
	struct fxs_counters all;

	DRIVER->counters_get(bench->port, &all);
	return all;
}

/* ---- hook ---- */

static void test_edges_without_sound_happen_now(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);
	bool off_hook;

	bench_expect_no_event(bench);
	phone_hook(fd, true, FXS_WIRE_SAMPLE_NOW);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, bench->now_ns);
	assert_int_equal(DRIVER->hook_get(bench->port, &off_hook), 0);
	assert_true(off_hook);
	bench->now_ns += MS_NS;
	phone_hook(fd, false, FXS_WIRE_SAMPLE_NOW);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns);
	bench_expect_no_event(bench);
	close(fd);
}

static void test_edges_with_sound_are_exact_to_a_sample(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);
	uint64_t start_ns = bench->now_ns;

	for (int block = 0; block < 3; block++)
		tick(bench, 0);
	bench->now_ns += 3 * MS_NS; /* the answer took its time; that changes nothing */
	phone_hook(fd, false, 401);
	phone_hook(fd, true, 477);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, start_ns + 401 * SAMPLE_NS);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, start_ns + 477 * SAMPLE_NS);
	close(fd);
}

/* A caller that writes at once, not one block later, would else see edges of the next 20 ms. */
static void test_edges_are_never_in_the_future_and_keep_their_distance(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);
	uint64_t sound_ns;

	bench_write(bench, 0);
	sound_ns = bench->now_ns - BLOCK_NS;
	phone_hook(fd, false, 100);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, sound_ns + 100 * SAMPLE_NS);
	for (int block = 0; block < 4; block++)
		tick(bench, 0);
	phone_hook(fd, true, 799);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, sound_ns + 799 * SAMPLE_NS);
	close(fd);
}

static void test_an_edge_is_never_before_the_last_one(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);
	uint64_t start_ns = bench->now_ns;

	tick(bench, 0);
	phone_hook(fd, false, 150);
	phone_hook(fd, true, 20);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, start_ns + 150 * SAMPLE_NS);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, start_ns + 150 * SAMPLE_NS);
	close(fd);
}

static void test_a_sample_that_was_never_sent_means_now(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	tick(bench, 0);
	phone_hook(fd, false, 161);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns);
	phone_hook(fd, true, UINT64_MAX - 1);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, bench->now_ns);
	close(fd);
}

static void test_a_caller_that_paused_finds_edges_near_now(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	tick(bench, 0);
	bench->now_ns += 5000 * MS_NS;
	tick(bench, 0);
	phone_hook(fd, false, 319);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns - SAMPLE_NS);
	close(fd);
}

static void test_a_repeated_level_is_no_edge(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	phone_hook(fd, false, FXS_WIRE_SAMPLE_NOW);
	bench_expect_no_event(bench);
	phone_hook(fd, true, FXS_WIRE_SAMPLE_NOW);
	phone_hook(fd, true, FXS_WIRE_SAMPLE_NOW);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, bench->now_ns);
	bench_expect_no_event(bench);
	close(fd);
}

static void test_a_telephone_that_vanishes_hangs_up(void **state)
{
	struct bench *bench = *state;
	bool off_hook;

	close(phone_talking(bench));
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns);
	assert_int_equal(DRIVER->hook_get(bench->port, &off_hook), 0);
	assert_false(off_hook);
	bench_expect_no_event(bench);
	close(phone_attach(bench)); /* on-hook: no edge to tell */
	bench_expect_no_event(bench);
}

static void test_vanishing_is_noticed_by_writing_too(void **state)
{
	struct bench *bench = *state;

	close(phone_talking(bench));
	tick(bench, 0);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns);
}

static void test_lost_events_are_counted_and_hook_get_heals(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench), told = 0;
	struct fxs_event event;
	bool off_hook;

	for (int i = 0; i < 101; i++)
		phone_hook(fd, i % 2, FXS_WIRE_SAMPLE_NOW);
	expect_no_sound(bench); /* reading takes what the telephone said */
	expect_no_sound(bench);
	while (!DRIVER->event_read(bench->port, bench->now_ns, &event))
		told++;
	assert_int_equal(told, 64);
	assert_int_equal(counters(bench).events_lost, 101 - 64);
	assert_int_equal(DRIVER->hook_get(bench->port, &off_hook), 0);
	assert_false(off_hook);
	close(fd);
}

/* ---- sound ---- */

static void test_sound_passes_both_ways_unchanged(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	for (int16_t value = -3; value <= 3; value++) {
		struct fxs_wire_message heard;

		tick(bench, (int16_t)(value * 9999));
		heard = phone_receive(fd);
		assert_int_equal(heard.sound.count, 160);
		assert_int_equal(heard.sound.samples[159], value * 9999);
		expect_no_sound(bench);
		phone_sound(fd, 160, (int16_t)(value * 10001));
		assert_int_equal(read_value(bench), value * 10001);
	}
	expect_no_sound(bench);
	close(fd);
}

static void test_no_sound_moves_before_audio_start(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);
	int16_t samples[160] = {0};

	assert_int_equal(DRIVER->write(bench->port, samples, 160), EAGAIN);
	assert_int_equal(DRIVER->read(bench->port, samples, 160), EAGAIN);
	assert_int_equal(DRIVER->write(bench->port, samples, 80), EINVAL);
	assert_int_equal(DRIVER->read(bench->port, samples, 161), EINVAL);
	phone_expect_nothing(fd);
	close(fd);
}

static void test_starting_twice_is_starting_once(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	audio_start(bench);
	phone_expect_nothing(fd);
	assert_int_equal(DRIVER->audio_stop(bench->port), 0);
	assert_int_equal(DRIVER->audio_stop(bench->port), 0);
	phone_expect(fd, FXS_WIRE_SOUND_OFF);
	phone_expect_nothing(fd);
	close(fd);
}

static void test_answers_to_an_earlier_start_are_thrown_away(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	tick(bench, 0);
	tick(bench, 0);
	phone_sound(fd, 160, 1);
	assert_int_equal(DRIVER->audio_stop(bench->port), 0);
	audio_start(bench);
	expect_no_sound(bench);
	tick(bench, 0);
	phone_sound(fd, 160, 2);
	phone_sound(fd, 160, 3);
	assert_int_equal(read_value(bench), 3);
	expect_no_sound(bench);
	close(fd);
}

static void test_an_open_loop_carries_no_sound(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	phone_hook(fd, false, 0);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns);
	tick(bench, 1000);
	assert_int_equal(phone_receive(fd).sound.samples[0], 0);
	phone_sound(fd, 160, 1000);
	assert_int_equal(read_value(bench), 0);
	close(fd);
}

static void test_idle_feed_carries_no_sound(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	assert_int_equal(DRIVER->feed_set(bench->port, FXS_FEED_IDLE, bench->now_ns), 0);
	phone_expect(fd, FXS_WIRE_FEED);
	tick(bench, 1000);
	assert_int_equal(phone_receive(fd).sound.samples[0], 0);
	phone_sound(fd, 160, 1000);
	assert_int_equal(read_value(bench), 0);
	close(fd);
}

static void test_on_hook_transfer_lets_sound_pass_for_its_time(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	audio_start(bench);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	assert_int_equal(DRIVER->onhook_transfer(bench->port, 40), 0);
	for (int block = 0; block < 4; block++) {
		tick(bench, 1000);
		assert_int_equal(phone_receive(fd).sound.samples[159], block < 2 ? 1000 : 0);
	}
	close(fd);
}

static void test_unread_sound_is_bounded_and_the_oldest_goes(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	for (int16_t block = 0; block < 6; block++) {
		tick(bench, 0);
		phone_sound(fd, 160, block);
	}
	assert_int_equal(read_value(bench), 4);
	assert_int_equal(read_value(bench), 5);
	expect_no_sound(bench);
	assert_int_equal(counters(bench).read_lost_blocks, 4);
	close(fd);
}

static void test_a_telephone_that_answers_nothing_gets_one_second_of_sound(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench), blocks = 0;
	uint64_t start_ns = bench->now_ns;

	for (int i = 0; i < 1000; i++)
		tick(bench, 0);
	for (; is_readable(fd); blocks++)
		phone_expect(fd, FXS_WIRE_SOUND);
	assert_int_equal(blocks, 50);
	assert_int_equal(counters(bench).write_lost_blocks, 950);
	for (int i = 0; i < 50; i++)
		phone_sound(fd, 160, 7);
	assert_int_equal(read_value(bench), 7);
	assert_int_equal(read_value(bench), 7);
	expect_no_sound(bench);
	tick(bench, 0);
	phone_expect(fd, FXS_WIRE_SOUND);
	phone_hook(fd, false, 50 * 160 + 80);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, start_ns + 1000 * BLOCK_NS + 80 * SAMPLE_NS);
	close(fd);
}

/* ---- ring and feed ---- */

static void test_ring_begins_at_once_and_starts_sound(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	assert_int_equal(DRIVER->ring_start(bench->port, &us_ring, bench->now_ns), 0);
	bench_expect_event(bench, FXS_EVENT_RING_BURST, bench->now_ns);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	assert_true(phone_receive(fd).ring_on);
	phone_expect_nothing(fd);
	close(fd);
}

static unsigned samples_until_ring(struct bench *bench, int fd, bool on)
{
	unsigned samples = 0;

	for (;;) {
		struct fxs_wire_message message;

		if (!is_readable(fd))
			tick(bench, 0);
		message = phone_receive(fd);
		if (message.kind == FXS_WIRE_SOUND) {
			samples += 160;
			phone_sound(fd, 160, 0);
			DRIVER->read(bench->port, message.sound.samples, 160);
		} else {
			assert_int_equal(message.kind, FXS_WIRE_RING);
			assert_int_equal(message.ring_on, on);
			return samples;
		}
	}
}

static void test_the_cadence_is_counted_in_samples(void **state)
{
	static const struct fxs_cadence uk = {.on_off_ms = {400, 200, 400, 2000}, .count = 4};
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	assert_int_equal(DRIVER->ring_start(bench->port, &uk, bench->now_ns), 0);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	phone_expect(fd, FXS_WIRE_RING);
	bench_expect_event(bench, FXS_EVENT_RING_BURST, bench->now_ns);
	for (size_t i = 0; i < 12; i++) {
		bool next_on = i % 2;

		assert_int_equal(samples_until_ring(bench, fd, next_on), uk.on_off_ms[i % 4] * 8);
		bench_expect_event(bench, next_on ? FXS_EVENT_RING_BURST : FXS_EVENT_RING_PAUSE,
			bench->now_ns);
	}
	close(fd);
}

static void test_a_cadence_between_blocks_does_not_drift(void **state)
{
	static const struct fxs_cadence odd = {.on_off_ms = {25, 27}, .count = 2};
	struct bench *bench = *state;
	int fd = phone_attach(bench);
	unsigned samples = 0;

	assert_int_equal(DRIVER->ring_start(bench->port, &odd, bench->now_ns), 0);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	phone_expect(fd, FXS_WIRE_RING);
	for (unsigned i = 1; i <= 100; i++) {
		unsigned exact = (i + 1) / 2 * 25 * 8 + i / 2 * 27 * 8;

		samples += samples_until_ring(bench, fd, i % 2 == 0);
		assert_in_range(samples, exact, exact + 159);
	}
	close(fd);
}

static void test_lifting_ends_the_voltage_until_the_next_ring_start(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	assert_int_equal(DRIVER->ring_start(bench->port, &us_ring, bench->now_ns), 0);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	phone_expect(fd, FXS_WIRE_RING);
	bench_expect_event(bench, FXS_EVENT_RING_BURST, bench->now_ns);
	tick(bench, 0);
	phone_expect(fd, FXS_WIRE_SOUND);
	phone_hook(fd, true, 160);
	bench_expect_event(bench, FXS_EVENT_OFF_HOOK, bench->now_ns);
	assert_false(phone_receive(fd).ring_on);
	phone_hook(fd, false, 160);
	bench_expect_event(bench, FXS_EVENT_ON_HOOK, bench->now_ns);
	for (int i = 0; i < 400; i++) {
		tick(bench, 0);
		phone_expect(fd, FXS_WIRE_SOUND);
		phone_sound(fd, 160, 0);
		bench_expect_no_event(bench);
	}
	assert_int_equal(DRIVER->ring_stop(bench->port, bench->now_ns), 0);
	assert_int_equal(DRIVER->ring_start(bench->port, &us_ring, bench->now_ns), 0);
	assert_true(phone_receive(fd).ring_on);
	close(fd);
}

static void test_ring_stop_ends_a_burst(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	assert_int_equal(DRIVER->ring_start(bench->port, &us_ring, bench->now_ns), 0);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	phone_expect(fd, FXS_WIRE_RING);
	assert_int_equal(DRIVER->ring_stop(bench->port, bench->now_ns), 0);
	assert_false(phone_receive(fd).ring_on);
	assert_int_equal(DRIVER->ring_stop(bench->port, bench->now_ns), 0);
	phone_expect_nothing(fd);
	close(fd);
}

static void test_a_telephone_off_hook_is_not_rung(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	phone_hook(fd, true, FXS_WIRE_SAMPLE_NOW);
	assert_int_equal(DRIVER->ring_start(bench->port, &us_ring, bench->now_ns), EBUSY);
	phone_expect_nothing(fd);
	close(fd);
}

static void test_bad_cadences_are_refused(void **state)
{
	static const struct fxs_cadence bad[] = {
		{.count = 0},
		{.on_off_ms = {1000}, .count = 1},
		{.on_off_ms = {1000, 1000, 1000}, .count = 3},
		{.on_off_ms = {19, 1000}, .count = 2},
		{.on_off_ms = {1000, 20001}, .count = 2},
		{.on_off_ms = {1000, 1000}, .count = 18},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(DRIVER->ring_start(bench->port, &bad[i], bench->now_ns), EINVAL);
}

static void test_a_telephone_that_comes_late_learns_all(void **state)
{
	struct bench *bench = *state;
	int fd = phone_connect(bench);

	assert_int_equal(DRIVER->ring_start(bench->port, &us_ring, bench->now_ns), 0);
	assert_int_equal(DRIVER->feed_set(bench->port, FXS_FEED_REVERSED, bench->now_ns), 0);
	tick(bench, 0);
	phone_hello(fd, "1");
	bench_service(bench);
	assert_int_equal(phone_receive(fd).feed, FXS_FEED_REVERSED);
	assert_true(phone_receive(fd).ring_on);
	phone_expect(fd, FXS_WIRE_SOUND_ON);
	phone_expect_nothing(fd);
	close(fd);
}

static void test_each_feed_is_told(void **state)
{
	static const enum fxs_feed feeds[] = {FXS_FEED_ACTIVE, FXS_FEED_REVERSED, FXS_FEED_OPEN,
		FXS_FEED_IDLE};
	struct bench *bench = *state;
	int fd = phone_attach(bench);

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(DRIVER->feed_set(bench->port, feeds[i], bench->now_ns), 0);
		assert_int_equal(phone_receive(fd).feed, feeds[i]);
	}
	phone_expect_nothing(fd);
	close(fd);
}

static void test_what_two_wires_cannot_do_says_so(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(DRIVER->lamp_set(bench->port, true), ENOTSUP);
	assert_int_equal(DRIVER->echo_cancel_set(bench->port, 128), ENOTSUP);
	assert_in_range(DRIVER->echo_delay(bench->port), 40, 160);
}

/* ---- telephones that misbehave ---- */

static void expect_cut_off(struct bench *bench, int fd)
{
	struct fxs_event event;

	while (!DRIVER->event_read(bench->port, bench->now_ns, &event))
		;
	assert_true(phone_is_closed(fd));
	close(fd);
	assert_int_equal(counters(bench).misbehaved, 1);
	close(phone_attach(bench));
}

static void test_sound_that_nobody_asked_for_cuts_off(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	tick(bench, 0);
	phone_sound(fd, 160, 0);
	phone_sound(fd, 160, 0);
	expect_cut_off(bench, fd);
}

static void test_sound_of_another_length_cuts_off(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);

	tick(bench, 0);
	phone_sound(fd, 80, 0);
	expect_cut_off(bench, fd);
}

static void test_exchange_talk_from_a_telephone_cuts_off(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench);
	struct fxs_wire_message message = {.kind = FXS_WIRE_RING, .ring_on = true};

	phone_send(fd, &message);
	expect_cut_off(bench, fd);
}

static void test_overlong_and_senseless_messages_cut_off(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[FXS_WIRE_BYTES_MAX * 4] = {FXS_WIRE_HOOK};
	int fd = phone_attach(bench);

	phone_send_bytes(fd, bytes, sizeof bytes);
	expect_cut_off(bench, fd);
}

static void test_a_contact_that_never_rests_is_cut_off(void **state)
{
	struct bench *bench = *state;
	int fd = phone_attach(bench), sent = 0;
	struct fxs_event event;
	struct fxs_wire_message message = {.kind = FXS_WIRE_HOOK};
	uint8_t bytes[FXS_WIRE_BYTES_MAX];

	for (; sent < 2000; sent++) {
		message.hook.off_hook = !message.hook.off_hook;
		if (send(fd, bytes, fxs_wire_encode(&message, bytes), MSG_NOSIGNAL) < 0)
			break;
		while (!DRIVER->event_read(bench->port, bench->now_ns, &event))
			;
	}
	assert_in_range(sent, 500, 510);
	expect_cut_off(bench, fd);
}

/* Nothing is lost of the line's state when the socket was full; only sound is. */
static void test_a_telephone_that_reads_nothing_blocks_nobody_and_catches_up(void **state)
{
	struct bench *bench = *state;
	int fd = phone_talking(bench);
	enum fxs_feed feed = FXS_FEED_ACTIVE;
	struct fxs_event event;

	for (int i = 0; i < 5000; i++) {
		feed = i % 2 ? FXS_FEED_ACTIVE : FXS_FEED_REVERSED;
		assert_int_equal(DRIVER->feed_set(bench->port, feed, bench->now_ns), 0);
		tick(bench, 0);
	}
	assert_int_equal(DRIVER->feed_set(bench->port, FXS_FEED_OPEN, bench->now_ns), 0);
	assert_int_equal(DRIVER->audio_stop(bench->port), 0);
	while (is_readable(fd)) {
		struct fxs_wire_message message = phone_receive(fd);

		if (message.kind == FXS_WIRE_FEED)
			feed = message.feed;
	}
	assert_int_not_equal(feed, FXS_FEED_OPEN);
	assert_int_equal(DRIVER->event_read(bench->port, bench->now_ns, &event), EAGAIN);
	assert_int_equal(phone_receive(fd).feed, FXS_FEED_OPEN);
	phone_expect(fd, FXS_WIRE_SOUND_OFF);
	phone_expect_nothing(fd);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_edges_without_sound_happen_now),
		TEST(test_edges_with_sound_are_exact_to_a_sample),
		TEST(test_edges_are_never_in_the_future_and_keep_their_distance),
		TEST(test_an_edge_is_never_before_the_last_one),
		TEST(test_a_sample_that_was_never_sent_means_now),
		TEST(test_a_caller_that_paused_finds_edges_near_now),
		TEST(test_a_repeated_level_is_no_edge),
		TEST(test_a_telephone_that_vanishes_hangs_up),
		TEST(test_vanishing_is_noticed_by_writing_too),
		TEST(test_lost_events_are_counted_and_hook_get_heals),
		TEST(test_sound_passes_both_ways_unchanged),
		TEST(test_no_sound_moves_before_audio_start),
		TEST(test_starting_twice_is_starting_once),
		TEST(test_answers_to_an_earlier_start_are_thrown_away),
		TEST(test_an_open_loop_carries_no_sound),
		TEST(test_idle_feed_carries_no_sound),
		TEST(test_on_hook_transfer_lets_sound_pass_for_its_time),
		TEST(test_unread_sound_is_bounded_and_the_oldest_goes),
		TEST(test_a_telephone_that_answers_nothing_gets_one_second_of_sound),
		TEST(test_ring_begins_at_once_and_starts_sound),
		TEST(test_the_cadence_is_counted_in_samples),
		TEST(test_a_cadence_between_blocks_does_not_drift),
		TEST(test_lifting_ends_the_voltage_until_the_next_ring_start),
		TEST(test_ring_stop_ends_a_burst),
		TEST(test_a_telephone_off_hook_is_not_rung),
		TEST(test_bad_cadences_are_refused),
		TEST(test_a_telephone_that_comes_late_learns_all),
		TEST(test_each_feed_is_told),
		TEST(test_what_two_wires_cannot_do_says_so),
		TEST(test_sound_that_nobody_asked_for_cuts_off),
		TEST(test_sound_of_another_length_cuts_off),
		TEST(test_exchange_talk_from_a_telephone_cuts_off),
		TEST(test_overlong_and_senseless_messages_cut_off),
		TEST(test_a_contact_that_never_rests_is_cut_off),
		TEST(test_a_telephone_that_reads_nothing_blocks_nobody_and_catches_up),
	};

	return cmocka_run_group_tests_name("fxs_dummy", tests, NULL, NULL);
}
