/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "tests/contract/bench.h"

#define DELAY_MAX_MS 50
#define MARGIN       4000 /* samples that may still be under way */

struct path {
	const struct track *in, *out;
};

static double delay_ms(const struct path *path, size_t in, size_t out)
{
	return (double)(int64_t)(track_time(path->out, out) - track_time(path->in, in)) / 1e6;
}

/* The newest samples that can have arrived are found, and with what delay. */
static void path_judge(struct bench *b, const struct path *path, double *delay)
{
	size_t in;
	long out;

	REQUIRE(path->in->count > 2 * MARGIN, "only %zu samples went in", path->in->count);
	in = path->in->count - MARGIN;
	out = track_find(path->in, in, path->out, 0, b->far->sound_exact);
	REQUIRE(out >= 0, "what went in did not come out");
	*delay = delay_ms(path, in, (size_t)out);
}

static struct path to_phone(struct bench *b)
{
	return (struct path){&b->written, &b->heard};
}

static struct path from_phone(struct bench *b)
{
	return (struct path){&b->said, &b->read};
}

static void speak(struct bench *b, bool exchange, bool phone, unsigned for_ms)
{
	b->exchange_voice.speaks = exchange;
	b->phone_voice.speaks = phone;
	bench_run_ms(b, for_ms);
}

/* Every sample of a second, not only a passage. */
static void whole_judge(struct bench *b, const struct path *path)
{
	size_t first = path->in->count / 2;
	long out = track_find(path->in, first, path->out, 0, b->far->sound_exact);

	REQUIRE(out >= 0, "what went in did not come out");
	for (size_t more = 2000; first + more + MARGIN < path->in->count; more += 2000)
		REQUIRE(track_find(path->in, first + more, path->out, (size_t)out + more,
				b->far->sound_exact) == out + (long)more,
			"sound is torn after %zu samples", more);
}

static void true_to_phone(struct bench *b)
{
	struct path path = to_phone(b);

	bench_talk(b);
	speak(b, true, false, 5000);
	whole_judge(b, &path);
}

static void true_from_phone(struct bench *b)
{
	struct path path = from_phone(b);

	bench_talk(b);
	speak(b, false, true, 5000);
	whole_judge(b, &path);
}

static void no_own_voice(struct bench *b)
{
	struct path to = to_phone(b), from = from_phone(b);
	double delay;

	bench_talk(b);
	speak(b, true, true, 3000);
	path_judge(b, &to, &delay);
	path_judge(b, &from, &delay);
	REQUIRE(track_find(&b->written, b->written.count / 2, &b->read, 0, false) < 0,
		"the exchange hears itself");
	REQUIRE(track_find(&b->said, b->said.count / 2, &b->heard, 0, false) < 0,
		"the telephone hears itself");
}

static void one_speaks(struct bench *b)
{
	bench_talk(b);
	speak(b, true, false, 1000);
	REQUIRE(track_is_silent(&b->read, 0), "a silent telephone is heard");
	speak(b, false, false, 300);
	bench_forget(b);
	speak(b, false, true, 1000);
	REQUIRE(track_is_silent(&b->heard, 0), "a silent exchange is heard");
}

static void delay_judge(struct bench *b, struct path path)
{
	double delay;

	bench_talk(b);
	speak(b, true, true, 3000);
	delay = -1;
	path_judge(b, &path, &delay);
	snprintf(b->note, sizeof b->note, "%.1f ms", delay);
	REQUIRE(b->why[0] || (delay >= 0 && delay <= DELAY_MAX_MS), "%.1f ms", delay);
}

static void delay_to_phone(struct bench *b)
{
	delay_judge(b, to_phone(b));
}

static void delay_from_phone(struct bench *b)
{
	delay_judge(b, from_phone(b));
}

static void before_start(struct bench *b)
{
	int16_t samples[FXS_BLOCK_SAMPLES_MAX] = {0};
	int err;

	b->far->lift(b);
	bench_run_ms(b, 50);
	b->driver->feed_set(b->port, FXS_FEED_ACTIVE, b->now_ns);
	for (int i = 0; i < FXS_BLOCK_SAMPLES_MAX; i++)
		samples[i] = 10000;
	for (int i = 0; i < 20; i++) {
		err = b->driver->write(b->port, samples, b->block_samples);
		REQUIRE(err == EAGAIN, "write: %s", strerror(err));
		err = b->driver->read(b->port, samples, b->block_samples);
		REQUIRE(err == EAGAIN, "read: %s", strerror(err));
		bench_run_ms(b, 20);
	}
	REQUIRE(track_is_silent(&b->heard, 0), "the telephone hears something");
}

static void start_twice(struct bench *b)
{
	struct path path = to_phone(b);

	bench_talk(b);
	b->exchange_voice.speaks = true;
	for (int i = 0; i < 60; i++) {
		int err = b->driver->audio_start(b->port, b->now_ns);

		REQUIRE(err == 0, "audio_start: %s", strerror(err));
		bench_run_ms(b, 50);
	}
	whole_judge(b, &path);
}

/* Starting again is as the first time: neither side finds what was left by the other. */
static void no_stale_sound(struct bench *b)
{
	bench_talk(b);
	speak(b, true, true, 1000);
	bench_audio(b, false);
	speak(b, false, false, 300);
	bench_forget(b);
	bench_audio(b, true);
	bench_run_ms(b, 500);
	REQUIRE(b->read.count > 0 && track_is_silent(&b->read, 0), "the exchange hears the past");
	REQUIRE(b->heard.count > 0 && track_is_silent(&b->heard, 0), "the telephone hears the past");
}

static void stop_and_start(struct bench *b)
{
	struct path to = to_phone(b), from = from_phone(b);
	double delay;

	bench_talk(b);
	for (int i = 0; i < 5; i++) {
		bench_audio(b, false);
		bench_audio(b, false);
		bench_run_ms(b, 100);
		bench_audio(b, true);
		bench_run_ms(b, 100);
	}
	bench_forget(b);
	speak(b, true, true, 3000);
	path_judge(b, &to, &delay);
	path_judge(b, &from, &delay);
}

static void wrong_count(struct bench *b)
{
	int16_t samples[FXS_BLOCK_SAMPLES_MAX] = {0};

	bench_talk(b);
	for (size_t count = 0; count <= FXS_BLOCK_SAMPLES_MAX; count += 20) {
		if (count == b->block_samples)
			continue;
		REQUIRE(b->driver->read(b->port, samples, count) == EINVAL, "read takes %zu", count);
		REQUIRE(b->driver->write(b->port, samples, count) == EINVAL, "write takes %zu", count);
	}
}

static void nothing_lost(struct bench *b)
{
	struct fxs_counters before, after;

	bench_talk(b);
	b->driver->counters_get(b->port, &before);
	speak(b, true, true, 5000);
	b->driver->counters_get(b->port, &after);
	REQUIRE(!memcmp(&before, &after, sizeof before),
		"lost: %llu blocks read, %llu written, %llu events, %llu surprises",
		(unsigned long long)(after.read_lost_blocks - before.read_lost_blocks),
		(unsigned long long)(after.write_lost_blocks - before.write_lost_blocks),
		(unsigned long long)(after.events_lost - before.events_lost),
		(unsigned long long)(after.misbehaved - before.misbehaved));
}

static void pausing(struct bench *b)
{
	struct path to = to_phone(b), from = from_phone(b);
	double delay_to, delay_from;

	bench_talk(b);
	speak(b, true, true, 1000);
	for (int i = 0; i < 3; i++) {
		b->served = false;
		bench_run_ms(b, 330);
		b->served = true;
		bench_run_ms(b, 300);
	}
	bench_forget(b);
	bench_run_ms(b, 3000);
	delay_to = delay_from = -1;
	path_judge(b, &to, &delay_to);
	path_judge(b, &from, &delay_from);
	snprintf(b->note, sizeof b->note, "%.1f ms to the telephone, %.1f ms from it", delay_to, delay_from);
	REQUIRE(b->why[0] || (delay_to <= DELAY_MAX_MS && delay_from <= DELAY_MAX_MS),
		"afterwards %.1f ms to the telephone, %.1f from it", delay_to, delay_from);
}

static void edges_in_sound(struct bench *b)
{
	struct path to = to_phone(b);
	double delay;

	bench_talk(b);
	b->exchange_voice.speaks = true;
	for (int i = 0; i < 20; i++) {
		b->far->loop_break(b, i % 2 == 0);
		bench_run_ms(b, 50);
	}
	bench_run_ms(b, 2000);
	REQUIRE(b->event_count == 20, "%zu edges", b->event_count);
	path_judge(b, &to, &delay);
}

const struct contract_case sound_cases[] = {
	{"sound to the telephone is true and whole", true_to_phone},
	{"sound from the telephone is true and whole", true_from_phone},
	{"both speak and nobody hears himself", no_own_voice},
	{"silence stays silence", one_speaks},
	{"sound is at the telephone within 50 ms", delay_to_phone},
	{"sound is here from the telephone within 50 ms", delay_from_phone},
	{"no sound moves before audio_start", before_start},
	{"audio_start while sound is on changes nothing", start_twice},
	{"sound that was left over is thrown away", no_stale_sound},
	{"sound goes on after stops and starts", stop_and_start},
	{"only whole blocks are moved", wrong_count},
	{"a call in good order loses nothing", nothing_lost},
	{"a caller that pauses finds no longer delay", pausing},
	{"hook edges do not disturb sound", edges_in_sound},
	{NULL, NULL},
};
