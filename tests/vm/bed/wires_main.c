/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wirescheck LINES: proves by named cases that a simulated telephone on a DAHDI channel
 * (gateway/phone/wires_dahdi.c) feels what is on its wires and does to them what it is told. The
 * exchange's end is played by raw ioctls. Runs in the guest, after setup-dahdi.sh LINES.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/vm/bed/telephone.h"

static void is_near(
	struct telephone *t, const char *what, uint64_t told_ns, uint64_t true_ns, double ms)
{
	bed_between(&t->bed, what, ((double)told_ns - (double)true_ns) / BED_MS, -ms, ms);
}

/* ---- the cases ---- */

static void the_feed_is_told_at_the_first_step(struct telephone *t)
{
	wires_dahdi_ops.step(t->wires, bed_now());
	bed_is(&t->bed, "feeds told", (long)t->feed_count, 1);
	bed_is(&t->bed, "the feed", t->feeds[0].feed, FXS_FEED_ACTIVE);
}

/* An end is told by no event and seen at the next block: at every phase of one. */
static void ring_edges_are_dated_within_6_ms(struct telephone *t)
{
	struct tipwire_meter m;

	telephone_live(t, 2500); /* opened, so hung up: for 2 s the kernel tells no ring */
	for (unsigned phase = 0; phase < 10; phase++) {
		t->ring_count = 0;
		bed_hook(&t->bed, BED_PORT, DAHDI_RING);
		telephone_live(t, 200 + phase);
		bed_control(&t->bed, BED_PORT, DAHDI_HOOK, &(int){DAHDI_RINGOFF});
		telephone_live(t, 30);
		m = bed_meter(&t->bed);
		bed_is(&t->bed, "edges", (long)t->ring_count, 2);
		is_near(t, "burst's start", t->rings[0].at_ns, m.ring_on_ns, 1.5);
		is_near(t, "burst's end", t->rings[1].at_ns, m.ring_off_ns, 6);
	}
}

static void a_telephone_that_just_hung_up_feels_ring_voltage(struct telephone *t)
{
	telephone_live(t, 2500);
	telephone_hook(t, true);
	telephone_live(t, 500);
	telephone_hook(t, false);
	telephone_live(t, 100);
	bed_hook(&t->bed, BED_PORT, DAHDI_RING);
	telephone_live(t, 50);
	bed_is(&t->bed, "edges", (long)t->ring_count, 1);
	is_near(t, "burst's start", t->rings[0].at_ns, bed_meter(&t->bed).ring_on_ns, 6);
}

static void a_battery_drop_is_told(struct telephone *t)
{
	uint64_t start;

	telephone_live(t, 100);
	telephone_hook(t, true);
	telephone_live(t, 50);
	bed_hook(&t->bed, BED_PORT, DAHDI_OFFHOOK);
	telephone_live(t, 50);
	start = bed_hook(&t->bed, BED_PORT, DAHDI_ONHOOK);
	telephone_live(t, 700);
	bed_is(&t->bed, "feeds told", (long)t->feed_count, 3);
	bed_is(&t->bed, "second", t->feeds[1].feed, FXS_FEED_OPEN);
	is_near(t, "its time", t->feeds[1].at_ns, start, 1.5);
	bed_is(&t->bed, "third", t->feeds[2].feed, FXS_FEED_ACTIVE);
	is_near(t, "its time", t->feeds[2].at_ns, start + 500 * BED_MS, 6);
}

static void swapped_wires_are_told(struct telephone *t)
{
	uint64_t start;

	telephone_live(t, 100);
	start = bed_now();
	bed_control(&t->bed, BED_PORT, DAHDI_SETPOLARITY, &(int){1});
	telephone_live(t, 50);
	bed_control(&t->bed, BED_PORT, DAHDI_SETPOLARITY, &(int){0});
	telephone_live(t, 50);
	bed_is(&t->bed, "feeds told", (long)t->feed_count, 3);
	bed_is(&t->bed, "second", t->feeds[1].feed, FXS_FEED_REVERSED);
	is_near(t, "its time", t->feeds[1].at_ns, start, 1.5);
	bed_is(&t->bed, "third", t->feeds[2].feed, FXS_FEED_ACTIVE);
}

static void the_hook_moves_the_loop(struct telephone *t)
{
	uint64_t moved;

	telephone_live(t, 1500);
	moved = telephone_hook(t, true);
	telephone_live(t, 20);
	bed_expect(&t->bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, moved, 0, 2);
	moved = telephone_hook(t, false);
	telephone_live(t, 20);
	bed_expect(&t->bed, BED_PORT, DAHDI_EVENT_ONHOOK, moved, 2, 5);
}

static void dialling_pulses_loses_no_sound(struct telephone *t)
{
	telephone_live(t, 100);
	telephone_hook(t, true);
	for (int i = 0; i < 10; i++) {
		telephone_live(t, 40);
		telephone_hook(t, false);
		telephone_live(t, 60);
		telephone_hook(t, true);
	}
	bed_is(&t->bed, "flows", (long)t->flow_count, 1);
	bed_between(&t->bed, "samples a ms",
		(double)t->heard_count / ((double)(bed_now() - t->flow_ns) / BED_MS), 7.9, 8.1);
}

static void talk(struct telephone *t)
{
	telephone_live(t, 100);
	telephone_hook(t, true);
	telephone_live(t, 20);
	bed_hook(&t->bed, BED_PORT, DAHDI_OFFHOOK);
	telephone_live(t, 20);
}

/* Writes noise at the port block by block as the port's own sound comes. */
static void what_the_exchange_says_is_heard(struct telephone *t)
{
	static uint8_t noise[4 * BED_BLOCK];
	size_t at = 0, same = 0;

	bed_noise(noise, sizeof(noise), 3);
	talk(t);
	bed_is(&t->bed, "written", bed_write(&t->bed, BED_PORT, noise, sizeof(noise)),
		sizeof(noise));
	telephone_live(t, 150);
	for (at = 0; at + sizeof(noise) <= t->heard_count && same < sizeof(noise); at++)
		for (same = 0; same < sizeof(noise); same++)
			if (t->heard[at + same] != bed_linear(noise[same]))
				break;
	bed_is(&t->bed, "samples of the noise heard", (long)same, sizeof(noise));
}

static void what_is_said_reaches_the_port_in_25_ms(struct telephone *t)
{
	static uint8_t noise[4 * BED_BLOCK], read[BED_SOUND_MAX];
	size_t count;

	bed_noise(noise, sizeof(noise), 4);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (noise[i] & 0x9f) | 1; /* loud, and not 0, which DAHDI makes a 2 */
	talk(t);
	bed_control(&t->bed, BED_PORT, DAHDI_FLUSH, &(int){DAHDI_FLUSH_READ});
	t->says = noise;
	t->says_count = sizeof(noise);
	telephone_live(t, 150);
	count = bed_read(&t->bed, BED_PORT, read, sizeof(read));
	bed_between(&t->bed, "samples before it",
		(double)bed_find(read, count, noise, sizeof(noise)), 80, 200);
}

static void a_telephone_left_alone_begins_a_new_flow(struct telephone *t)
{
	telephone_live(t, 200);
	bed_pause(&t->bed, 300);
	telephone_live(t, 200);
	bed_is(&t->bed, "flows", (long)t->flow_count, 2);
	bed_between(&t->bed, "samples since", (double)t->heard_count, 1400, 1610);
	bed_is(&t->bed, "lost", t->lost, 0);
}

static void channels_that_are_no_telephone_are_refused(struct telephone *t)
{
	char own[16];

	snprintf(own, sizeof(own), "%d", t->lines + 1);
	bed_is(&t->bed, "a port", telephone_try("2"), ENODEV);
	bed_is(&t->bed, "beyond the last", telephone_try("900"), ENODEV);
	bed_is(&t->bed, "not a number", telephone_try("1x"), EINVAL);
	bed_is(&t->bed, "one in use", telephone_try(own), EBUSY);
}

static const struct {
	const char *name;
	void (*run)(struct telephone *t);
} cases[] = {
	{"the_feed_is_told_at_the_first_step", the_feed_is_told_at_the_first_step},
	{"ring_edges_are_dated_within_6_ms", ring_edges_are_dated_within_6_ms},
	{"a_telephone_that_just_hung_up_feels_ring_voltage",
		a_telephone_that_just_hung_up_feels_ring_voltage},
	{"a_battery_drop_is_told", a_battery_drop_is_told},
	{"swapped_wires_are_told", swapped_wires_are_told},
	{"the_hook_moves_the_loop", the_hook_moves_the_loop},
	{"dialling_pulses_loses_no_sound", dialling_pulses_loses_no_sound},
	{"what_the_exchange_says_is_heard", what_the_exchange_says_is_heard},
	{"what_is_said_reaches_the_port_in_25_ms", what_is_said_reaches_the_port_in_25_ms},
	{"a_telephone_left_alone_begins_a_new_flow", a_telephone_left_alone_begins_a_new_flow},
	{"channels_that_are_no_telephone_are_refused", channels_that_are_no_telephone_are_refused},
};

static bool passes(size_t i, int lines)
{
	static struct telephone t;

	telephone_open(&t, lines);
	if (t.wires)
		cases[i].run(&t);
	telephone_close(&t);
	if (t.bed.failed)
		printf("not ok %s: %s\n", cases[i].name, t.bed.why);
	else
		printf("ok %s\n", cases[i].name);
	return !t.bed.failed;
}

int main(int argc, char **argv)
{
	int lines = argc > 1 ? atoi(argv[1]) : 0;
	int failed = 0;

	if (lines < 2) {
		fprintf(stderr, "usage: wirescheck LINES\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		failed += !passes(i, lines);
	return failed;
}
