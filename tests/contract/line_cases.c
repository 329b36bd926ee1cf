/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "tests/contract/bench.h"

static int open_another(struct bench *b, const char *channel, unsigned block_samples)
{
	struct fxs_port_config config = {.channel = channel, .block_samples = block_samples};
	struct fxs_port *port = NULL;
	int err = b->driver->port_open(&port, b->bus, &config, b->now_ns);

	if (!err)
		b->driver->port_close(port);
	return err;
}

static void opened_twice(struct bench *b)
{
	int err = open_another(b, b->channel, b->block_samples);

	REQUIRE(err == EBUSY, "%s", strerror(err));
	b->far->lift(b);
	bench_run_ms(b, 100);
	REQUIRE(b->event_count == 1, "the first no longer works");
}

static void absent(struct bench *b)
{
	int err = open_another(b, b->far->absent_channel, b->block_samples);

	REQUIRE(err == b->far->absent_errno, "%s", strerror(err));
	REQUIRE(open_another(b, "", b->block_samples) == EINVAL, "no name is taken");
	REQUIRE(open_another(b, NULL, b->block_samples) == EINVAL, "nothing is taken");
}

static void block_sizes(struct bench *b)
{
	static const unsigned good[] = {40, 80, 160}, bad[] = {0, 1, 20, 100, 161, 320};

	bench_port_close(b);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		REQUIRE(open_another(b, b->channel, bad[i]) == EINVAL, "%u samples are taken", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		REQUIRE(open_another(b, b->channel, good[i]) == 0, "%u samples are not taken", good[i]);
}

static void small_blocks(struct bench *b)
{
	unsigned usual = b->block_samples;
	long at;

	bench_port_close(b);
	bench_run_ms(b, 20);
	b->block_samples = 40;
	bench_port_open(b);
	b->far->connect(b);
	bench_run_ms(b, 20);
	bench_talk(b);
	b->exchange_voice.speaks = b->phone_voice.speaks = true;
	bench_run_ms(b, 2000);
	b->block_samples = usual;
	at = track_find(&b->written, 4000, &b->heard, 0, b->far->sound_exact);
	REQUIRE(at >= 0, "sound to the telephone is torn");
	at = track_find(&b->said, 4000, &b->read, 0, b->far->sound_exact);
	REQUIRE(at >= 0, "sound from the telephone is torn");
	bench_port_close(b);
	bench_run_ms(b, 20);
}

static void reopened(struct bench *b)
{
	for (int i = 0; i < 20; i++) {
		bench_port_close(b);
		bench_port_open(b);
	}
	b->far->connect(b);
	bench_run_ms(b, 100);
	bench_forget(b);
	b->far->lift(b);
	bench_run_ms(b, 100);
	REQUIRE(b->event_count == 1 && b->events[0].event.kind == FXS_EVENT_OFF_HOOK,
		"%zu events after lifting", b->event_count);
}

static void on_hook_is_mute(struct bench *b)
{
	bench_audio(b, true);
	b->exchange_voice.speaks = true;
	bench_run_ms(b, 1000);
	REQUIRE(b->heard.count > 0 && track_is_silent(&b->heard, 0), "an on-hook telephone hears");
	b->exchange_voice.speaks = false;
	bench_talk(b);
	b->far->hang_up(b);
	bench_run_ms(b, 200);
	bench_forget(b);
	b->phone_voice.speaks = true;
	bench_run_ms(b, 1000);
	REQUIRE(b->read.count > 0 && track_is_silent(&b->read, 0), "an on-hook telephone is heard");
}

static void on_hook_transfer(struct bench *b)
{
	long at;
	int err;

	bench_audio(b, true);
	b->exchange_voice.speaks = true;
	err = b->driver->onhook_transfer(b->port, 2000);
	REQUIRE(err == 0 || err == ENOTSUP, "%s", strerror(err));
	if (err == ENOTSUP)
		return;
	bench_run_ms(b, 1500);
	at = track_find(&b->written, 4000, &b->heard, 0, b->far->sound_exact);
	REQUIRE(at >= 0, "nothing is heard");
	bench_run_ms(b, 1500);
	bench_forget(b);
	bench_run_ms(b, 500);
	REQUIRE(track_is_silent(&b->heard, 0), "it is heard for longer than asked");
}

static void feed_open(struct bench *b)
{
	bool off_hook = false;

	bench_talk(b);
	REQUIRE(b->battery, "no battery in a call");
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_OPEN, b->now_ns) == 0, "feed_set failed");
	bench_run_ms(b, 20);
	REQUIRE(!b->battery, "battery for 20 ms and more");
	bench_run_ms(b, 380);
	REQUIRE(!b->battery, "battery back before 400 ms");
	REQUIRE(b->driver->hook_get(b->port, &off_hook) == 0 && off_hook, "told as hung up");
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_ACTIVE, b->now_ns) == 0, "no way back");
	bench_run_ms(b, 20);
	REQUIRE(b->battery, "no battery 20 ms after");
	bench_run_ms(b, 1000);
	REQUIRE(b->event_count == 0, "told as event %d", b->events[0].event.kind);
	b->far->hang_up(b);
	bench_run_ms(b, 100);
	REQUIRE(bench_events(b, FXS_EVENT_ON_HOOK, NULL) == 1, "hanging up is not told afterwards");
}

/* A telephone that gives up during the drop, as it should. */
static void feed_open_hung_up(struct bench *b)
{
	bench_talk(b);
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_OPEN, b->now_ns) == 0, "feed_set failed");
	bench_run_ms(b, 300);
	b->far->hang_up(b);
	bench_run_ms(b, 200);
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_IDLE, b->now_ns) == 0, "no way back");
	bench_run_ms(b, 500);
	REQUIRE(bench_events(b, FXS_EVENT_ON_HOOK, NULL) == 1, "on-hook is told %zu times",
		bench_events(b, FXS_EVENT_ON_HOOK, NULL));
	REQUIRE(b->battery, "no battery on an idle line");
	bench_forget(b);
	b->far->lift(b);
	bench_run_ms(b, 100);
	REQUIRE(bench_events(b, FXS_EVENT_OFF_HOOK, NULL) == 1, "lifting is not told afterwards");
}

static void feed_idle(struct bench *b)
{
	bench_talk(b);
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_IDLE, b->now_ns) == 0, "feed_set failed");
	for (int i = 0; i < 100; i++) {
		bench_run_ms(b, 10);
		REQUIRE(b->battery, "an idle feed drops the battery");
	}
	REQUIRE(b->event_count == 0, "told as event %d", b->events[0].event.kind);
}

static void polarity(struct bench *b)
{
	int err;

	bench_talk(b);
	REQUIRE(!b->reversed, "reversed from the beginning");
	err = b->driver->feed_set(b->port, FXS_FEED_REVERSED, b->now_ns);
	REQUIRE(err == 0 || err == ENOTSUP, "%s", strerror(err));
	if (err == ENOTSUP)
		return;
	bench_run_ms(b, 20);
	REQUIRE(b->reversed && b->battery, "not felt within 20 ms");
	REQUIRE(b->driver->feed_set(b->port, FXS_FEED_ACTIVE, b->now_ns) == 0, "no way back");
	bench_run_ms(b, 20);
	REQUIRE(!b->reversed && b->battery, "still reversed after 20 ms");
	bench_run_ms(b, 500);
	REQUIRE(b->event_count == 0, "told as event %d", b->events[0].event.kind);
}

static void options(struct bench *b)
{
	int lamp = b->driver->lamp_set(b->port, true);
	int echo = b->driver->echo_cancel_set(b->port, 128);

	REQUIRE(lamp == 0 || lamp == ENOTSUP, "lamp_set: %s", strerror(lamp));
	REQUIRE(echo == 0 || echo == ENOTSUP, "echo_cancel_set: %s", strerror(echo));
	REQUIRE(b->driver->lamp_set(b->port, false) == lamp, "a lamp is lit but not put out");
	REQUIRE(b->driver->echo_cancel_set(b->port, 0) == echo || echo == ENOTSUP,
		"an echo canceller is on but not off");
}

/* The slots as an array: each is a function's address. */
static void slots(struct bench *b)
{
	typedef void slot(void);
	const size_t first = offsetof(struct fxs_driver, bus_open);
	const size_t count = (sizeof *b->driver - first) / sizeof(slot *);

	for (size_t i = 0; i < count; i++) {
		slot *function;

		memcpy(&function, (const char *)b->driver + first + i * sizeof function, sizeof function);
		REQUIRE(function, "slot %zu of %zu is empty", i, count);
	}
	REQUIRE(fxs_driver_find(b->driver->name) == b->driver, "not found by its name");
}

const struct contract_case line_cases[] = {
	{"a channel opened twice is busy", opened_twice},
	{"a channel that cannot be is refused", absent},
	{"blocks are of 40, 80 or 160 samples", block_sizes},
	{"blocks of 5 ms carry sound", small_blocks},
	{"a port can be opened again", reopened},
	{"an on-hook telephone neither hears nor is heard", on_hook_is_mute},
	{"on-hook transfer lets sound pass for its time", on_hook_transfer},
	{"an open feed is felt and is no hanging up", feed_open},
	{"hanging up while the feed is open is told", feed_open_hung_up},
	{"an idle feed keeps the battery", feed_idle},
	{"a reversed feed is felt", polarity},
	{"what a card cannot do it says", options},
	{"every slot of the driver is filled", slots},
	{NULL, NULL},
};
