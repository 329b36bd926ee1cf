/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "tests/contract/bench.h"

#define IN_TIME_NS (20 * MS_NS)

static const struct fxs_cadence us_ring = {.on_off_ms = {2000, 4000}, .count = 2};
static const struct fxs_cadence uk_ring = {.on_off_ms = {400, 200, 400, 2000}, .count = 4};

static void ring(struct bench *b, const struct fxs_cadence *cadence)
{
	int err = b->driver->ring_start(b->port, cadence, b->now_ns);

	REQUIRE(err == 0, "ring_start: %s", strerror(err));
	if (!b->audio_on)
		bench_audio(b, true);
}

static bool in_time(uint64_t at_ns, uint64_t due_ns)
{
	return at_ns + IN_TIME_NS >= due_ns && at_ns <= due_ns + IN_TIME_NS;
}

static double ms_after(uint64_t at_ns, uint64_t from_ns)
{
	return (double)(int64_t)(at_ns - from_ns) / 1e6;
}

static void at_once(struct bench *b)
{
	uint64_t start_ns = b->now_ns;

	ring(b, &us_ring);
	bench_run_ms(b, 100);
	REQUIRE(b->ring_move_count == 1 && b->ringing, "%zu changes of voltage", b->ring_move_count);
	REQUIRE(in_time(b->ring_moves[0].at_ns, start_ns), "voltage after %.1f ms",
		ms_after(b->ring_moves[0].at_ns, start_ns));
}

static void cadence(struct bench *b)
{
	uint64_t due_ns = b->now_ns;
	const size_t moves = 3 * uk_ring.count;

	ring(b, &uk_ring);
	bench_run_ms(b, 9100);
	REQUIRE(b->ring_move_count >= moves, "only %zu changes of voltage", b->ring_move_count);
	for (size_t i = 0; i < moves; i++) {
		REQUIRE(b->ring_moves[i].on == (i % 2 == 0), "change %zu is the wrong way", i);
		REQUIRE(in_time(b->ring_moves[i].at_ns, due_ns), "change %zu is %.1f ms off", i,
			ms_after(b->ring_moves[i].at_ns, due_ns));
		due_ns += uk_ring.on_off_ms[i % uk_ring.count] * MS_NS;
	}
}

static void longest_cadence(struct bench *b)
{
	struct fxs_cadence longest = {.count = FXS_CADENCE_MAX};
	uint64_t due_ns = b->now_ns;

	for (size_t i = 0; i < FXS_CADENCE_MAX; i++)
		longest.on_off_ms[i] = 100 + 20 * (unsigned)i;
	ring(b, &longest);
	bench_run_ms(b, 6000);
	REQUIRE(b->ring_move_count >= FXS_CADENCE_MAX + 4, "only %zu changes", b->ring_move_count);
	for (size_t i = 0; i < FXS_CADENCE_MAX + 4; i++) {
		REQUIRE(in_time(b->ring_moves[i].at_ns, due_ns), "change %zu is %.1f ms off", i,
			ms_after(b->ring_moves[i].at_ns, due_ns));
		due_ns += longest.on_off_ms[i % FXS_CADENCE_MAX] * MS_NS;
	}
}

static void events(struct bench *b)
{
	ring(b, &uk_ring);
	bench_run_ms(b, 3500);
	REQUIRE(b->event_count == b->ring_move_count, "%zu events for %zu changes of voltage",
		b->event_count, b->ring_move_count);
	for (size_t i = 0; i < b->event_count; i++) {
		const struct fxs_event *event = &b->events[i].event;

		REQUIRE(event->kind == (i % 2 ? FXS_EVENT_RING_PAUSE : FXS_EVENT_RING_BURST),
			"event %zu is of kind %d", i, event->kind);
		REQUIRE(in_time(event->at_ns, b->ring_moves[i].at_ns), "event %zu is %.1f ms off", i,
			ms_after(event->at_ns, b->ring_moves[i].at_ns));
	}
}

static void stop_in_burst(struct bench *b)
{
	uint64_t stop_ns;

	ring(b, &us_ring);
	bench_run_ms(b, 1000);
	stop_ns = b->now_ns;
	REQUIRE(b->ringing, "no voltage");
	REQUIRE(b->driver->ring_stop(b->port, b->now_ns) == 0, "ring_stop failed");
	bench_run_ms(b, 8000);
	REQUIRE(b->ring_move_count == 2, "%zu changes of voltage", b->ring_move_count);
	REQUIRE(in_time(b->ring_moves[1].at_ns, stop_ns), "voltage until %.1f ms after",
		ms_after(b->ring_moves[1].at_ns, stop_ns));
	REQUIRE(b->driver->ring_stop(b->port, b->now_ns) == 0, "ring_stop failed the second time");
}

static void stop_in_pause(struct bench *b)
{
	ring(b, &us_ring);
	bench_run_ms(b, 3000);
	REQUIRE(!b->ringing, "voltage in the pause");
	REQUIRE(b->driver->ring_stop(b->port, b->now_ns) == 0, "ring_stop failed");
	bench_run_ms(b, 8000);
	REQUIRE(b->ring_move_count == 2, "%zu changes of voltage", b->ring_move_count);
}

static void lift_while_ringing(struct bench *b, unsigned after_ms)
{
	uint64_t lift_ns;

	ring(b, &us_ring);
	bench_run_ms(b, after_ms);
	lift_ns = b->now_ns;
	b->far->lift(b);
	bench_run_ms(b, 8000);
	REQUIRE(bench_events(b, FXS_EVENT_OFF_HOOK, NULL) == 1, "lifting is told %zu times",
		bench_events(b, FXS_EVENT_OFF_HOOK, NULL));
	REQUIRE(b->ring_move_count == 2, "%zu changes of voltage", b->ring_move_count);
	REQUIRE(bench_events(b, FXS_EVENT_RING_BURST, NULL) == 1, "%zu bursts are told",
		bench_events(b, FXS_EVENT_RING_BURST, NULL));
	REQUIRE(b->ring_moves[1].at_ns <= lift_ns + IN_TIME_NS, "voltage until %.1f ms after",
		ms_after(b->ring_moves[1].at_ns, lift_ns));
	REQUIRE(b->driver->ring_stop(b->port, b->now_ns) == 0, "ring_stop failed");
	bench_run_ms(b, 100);
	REQUIRE(b->battery, "ring_stop took the battery away");
}

static void trip_in_burst(struct bench *b)
{
	lift_while_ringing(b, 700);
}

static void trip_in_pause(struct bench *b)
{
	lift_while_ringing(b, 3000);
}

static void answer(struct bench *b)
{
	long at;

	ring(b, &us_ring);
	bench_run_ms(b, 500);
	b->far->lift(b);
	bench_run_ms(b, 50);
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_ACTIVE, b->now_ns) == 0, "no battery");
	REQUIRE(b->driver->ring_stop(b->port, b->now_ns) == 0, "ring_stop failed");
	b->phone_voice.speaks = true;
	bench_run_ms(b, 1000);
	at = track_find(&b->said, b->said.count - 4000, &b->read, 0, b->far->sound_exact);
	REQUIRE(at >= 0, "the telephone is not heard");
}

static void off_hook(struct bench *b)
{
	int err;

	b->far->lift(b);
	bench_run_ms(b, 100);
	bench_forget(b);
	err = b->driver->ring_start(b->port, &us_ring, b->now_ns);
	REQUIRE(err == EBUSY, "ring_start: %s", strerror(err));
	bench_run_ms(b, 500);
	REQUIRE(b->ring_move_count == 0, "voltage on a lifted telephone");
}

static void bad_cadence(struct bench *b)
{
	static const struct fxs_cadence bad[] = {
		{.count = 0},
		{.on_off_ms = {2000}, .count = 1},
		{.on_off_ms = {2000, 4000, 2000}, .count = 3},
		{.on_off_ms = {2000, 5}, .count = 2},
		{.on_off_ms = {2000, 60000}, .count = 2},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int err = b->driver->ring_start(b->port, &bad[i], b->now_ns);

		REQUIRE(err == EINVAL, "cadence %zu: %s", i, strerror(err));
	}
	bench_run_ms(b, 200);
	REQUIRE(b->ring_move_count == 0, "voltage all the same");
}

static void sound_goes_on(struct bench *b)
{
	int err = b->driver->ring_start(b->port, &us_ring, b->now_ns);

	REQUIRE(err == 0, "ring_start: %s", strerror(err));
	b->audio_on = true; /* though nobody called audio_start */
	b->next_block_ns = b->now_ns;
	bench_run_ms(b, 1000);
	REQUIRE(b->read.count >= FXS_RATE_HZ * 9 / 10, "only %zu samples in a second", b->read.count);
}

static void close_while_ringing(struct bench *b)
{
	uint64_t close_ns;

	ring(b, &us_ring);
	bench_run_ms(b, 500);
	close_ns = b->now_ns;
	bench_port_close(b);
	bench_run_ms(b, 8000);
	REQUIRE(b->ring_move_count == 2, "%zu changes of voltage", b->ring_move_count);
	REQUIRE(in_time(b->ring_moves[1].at_ns, close_ns), "voltage until %.1f ms after",
		ms_after(b->ring_moves[1].at_ns, close_ns));
}

static void ring_again(struct bench *b)
{
	ring(b, &us_ring);
	bench_run_ms(b, 500);
	REQUIRE(b->driver->ring_stop(b->port, b->now_ns) == 0, "ring_stop failed");
	bench_run_ms(b, 100);
	bench_forget(b);
	ring(b, &uk_ring);
	bench_run_ms(b, 500);
	REQUIRE(b->ring_move_count == 2, "%zu changes of voltage", b->ring_move_count);
	REQUIRE(in_time(b->ring_moves[1].at_ns, b->ring_moves[0].at_ns + 400 * MS_NS),
		"the burst lasts %.1f ms", ms_after(b->ring_moves[1].at_ns, b->ring_moves[0].at_ns));
}

const struct contract_case ring_cases[] = {
	{"ring voltage comes within 20 ms", at_once},
	{"the cadence is kept within 20 ms", cadence},
	{"the longest cadence is kept within 20 ms", longest_cadence},
	{"bursts and pauses are told", events},
	{"ring_stop ends a burst within 20 ms", stop_in_burst},
	{"ring_stop in a pause prevents the next burst", stop_in_pause},
	{"lifting in a burst ends the voltage within 20 ms", trip_in_burst},
	{"lifting in a pause prevents the next burst", trip_in_pause},
	{"a rung telephone that is lifted can talk", answer},
	{"a telephone off-hook is not rung", off_hook},
	{"a bad cadence is refused", bad_cadence},
	{"ringing starts sound", sound_goes_on},
	{"ringing again rings by the new cadence", ring_again},
	{"closing a ringing port ends the voltage within 20 ms", close_while_ringing},
	{NULL, NULL},
};
