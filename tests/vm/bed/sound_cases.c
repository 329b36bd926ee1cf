/* SPDX-License-Identifier: BSD-3-Clause */
/* Which sound crosses a pair, and when. */
#include "tests/vm/bed/bed.h"

#include <math.h>

#define SAMPLE 2400 /* 300 ms, what most cases say */

static uint8_t said[BED_SOUND_MAX], heard[BED_SOUND_MAX + 2000];

/* Says 300 ms of noise; returns where it came out at the other end, bit by bit, or -1. */
static long noise_crosses(struct bed *bed, enum bed_end from, size_t *heard_count)
{
	enum bed_end to = from == BED_PORT ? BED_PHONE : BED_PORT;

	bed_noise(said, SAMPLE, 1 + from);
	*heard_count = bed_send(bed, from, said, SAMPLE, to, heard, sizeof(heard));
	return bed_find(heard, *heard_count, said, SAMPLE);
}

static void crosses_bit_exact(struct bed *bed, enum bed_end from)
{
	size_t count;
	long at = noise_crosses(bed, from, &count);

	if (at < 0)
		bed_fail(bed, "the noise did not come out among %zu bytes", count);
	else
		bed_between(bed, "delay in bytes", (double)at, 0, 400);
}

static void is_muted(struct bed *bed, enum bed_end from)
{
	size_t count;

	noise_crosses(bed, from, &count);
	if (count < SAMPLE)
		bed_fail(bed, "only %zu bytes came", count);
	if (!bed_silent(heard, count))
		bed_fail(bed, "something was heard");
}

static void sound_to_the_telephone_is_bit_exact(struct bed *bed)
{
	bed_talk(bed);
	crosses_bit_exact(bed, BED_PORT);
}

static void sound_from_the_telephone_is_bit_exact(struct bed *bed)
{
	bed_talk(bed);
	crosses_bit_exact(bed, BED_PHONE);
}

static void an_on_hook_telephone_hears_nothing(struct bed *bed)
{
	is_muted(bed, BED_PORT);
}

static void an_on_hook_telephone_is_not_heard(struct bed *bed)
{
	bed_control(bed, BED_PORT, DAHDI_ONHOOKTRANSFER, &(int){5000});
	is_muted(bed, BED_PHONE);
}

static void on_hook_transfer_lets_sound_through(struct bed *bed)
{
	bed_control(bed, BED_PORT, DAHDI_ONHOOKTRANSFER, &(int){2000});
	crosses_bit_exact(bed, BED_PORT);
}

static void on_hook_transfer_ends_after_its_time(struct bed *bed)
{
	bed_control(bed, BED_PORT, DAHDI_ONHOOKTRANSFER, &(int){500});
	bed_pause(bed, 100);
	bed_between(bed, "ms left", bed_meter(bed).onhook_ms, 398, 402);
	bed_pause(bed, 401);
	is_muted(bed, BED_PORT);
}

static void sound_passes_between_rings(struct bed *bed)
{
	uint64_t t = bed_hook(bed, BED_PORT, DAHDI_RING);

	bed_until(bed, t + 2500 * BED_MS);
	crosses_bit_exact(bed, BED_PORT);
}

static void sound_does_not_pass_while_it_rings(struct bed *bed)
{
	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 100);
	is_muted(bed, BED_PORT);
}

static void sound_passes_for_6_s_after_a_ring(struct bed *bed)
{
	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 500);
	bed_control(bed, BED_PORT, DAHDI_HOOK, &(int){DAHDI_RINGOFF});
	bed_pause(bed, 5500);
	crosses_bit_exact(bed, BED_PORT);
	bed_pause(bed, 200);
	is_muted(bed, BED_PORT);
}

static void a_call_ends_on_hook_transfer(struct bed *bed)
{
	bed_control(bed, BED_PORT, DAHDI_ONHOOKTRANSFER, &(int){30000});
	bed_talk(bed);
	bed_hook(bed, BED_PHONE, DAHDI_ONHOOK);
	bed_pause(bed, 50);
	is_muted(bed, BED_PORT);
}

static void a_break_is_silence_both_ways(struct bed *bed)
{
	bed_talk(bed);
	bed_break(bed, true);
	bed_pause(bed, 20);
	is_muted(bed, BED_PORT);
	is_muted(bed, BED_PHONE);
}

static void no_sound_without_battery(struct bed *bed)
{
	bed_talk(bed);
	bed_hook(bed, BED_PORT, DAHDI_ONHOOK);
	bed_pause(bed, 20);
	is_muted(bed, BED_PORT);
}

static void nothing_comes_back_from_a_perfect_pair(struct bed *bed)
{
	size_t count;

	bed_talk(bed);
	bed_noise(said, SAMPLE, 5);
	count = bed_send(bed, BED_PORT, said, SAMPLE, BED_PORT, heard, sizeof(heard));
	if (!bed_silent(heard, count))
		bed_fail(bed, "an echo");
}

/* A single loud sample comes back as the taps are. */
static void the_hybrid_returns_its_taps(struct bed *bed)
{
	struct tipwire_knobs k = {.taps = 6, .tap = {0, 0, 8192, -4096, 0, 2048}};
	const int loud = bed_linear(0x80);
	size_t count, at = 0;

	bed_set_knobs(bed, &k);
	bed_talk(bed);
	for (size_t i = 0; i < SAMPLE; i++)
		said[i] = i == SAMPLE / 2 ? 0x80 : 0xff;
	count = bed_send(bed, BED_PORT, said, SAMPLE, BED_PORT, heard, sizeof(heard));
	while (at < count && !bed_linear(heard[at]))
		at++;
	if (at + 4 > count) {
		bed_fail(bed, "nothing came back");
		return;
	}
	for (size_t i = 0; i < 4; i++)
		bed_between(bed, "tap", bed_linear(heard[at + i]) / (double)loud,
			k.tap[2 + i] / 32768.0 - 0.01, k.tap[2 + i] / 32768.0 + 0.01);
}

static double power_db(const uint8_t *bytes, size_t count)
{
	double sum = 1e-9;

	for (size_t i = 0; i < count; i++)
		sum += (double)bed_linear(bytes[i]) * bed_linear(bytes[i]);
	return 10 * log10(sum / (double)count);
}

static void the_hybrid_adds_to_what_the_telephone_says(struct bed *bed)
{
	struct tipwire_knobs k = {.taps = 1, .tap = {4096}};
	size_t count;

	bed_set_knobs(bed, &k);
	bed_talk(bed);
	bed_noise(said, SAMPLE, 7);
	count = bed_send(bed, BED_PORT, said, SAMPLE, BED_PORT, heard, sizeof(heard));
	bed_between(bed, "return loss in dB",
		power_db(said, SAMPLE) - power_db(heard, count) -
			10 * log10((double)count / SAMPLE),
		17.5, 18.6);
}

static void blocks_come_at_an_even_pace(struct bed *bed)
{
	size_t count;
	uint64_t t;

	bed_talk(bed);
	bed_noise(said, BED_SOUND_MAX, 3);
	t = bed_now();
	count = bed_send(bed, BED_PORT, said, BED_SOUND_MAX, BED_PHONE, heard, sizeof(heard));
	bed_between(
		bed, "bytes in a ms", (double)count / ((double)(bed_now() - t) / BED_MS), 7.9, 8.1);
	if (bed_find(heard, count, said, BED_SOUND_MAX) < 0)
		bed_fail(bed, "a second of sound has a gap");
}

const struct bed_case bed_sound_cases[] = {
	{"sound_to_the_telephone_is_bit_exact", sound_to_the_telephone_is_bit_exact},
	{"sound_from_the_telephone_is_bit_exact", sound_from_the_telephone_is_bit_exact},
	{"an_on_hook_telephone_hears_nothing", an_on_hook_telephone_hears_nothing},
	{"an_on_hook_telephone_is_not_heard", an_on_hook_telephone_is_not_heard},
	{"on_hook_transfer_lets_sound_through", on_hook_transfer_lets_sound_through},
	{"on_hook_transfer_ends_after_its_time", on_hook_transfer_ends_after_its_time},
	{"sound_passes_between_rings", sound_passes_between_rings},
	{"sound_does_not_pass_while_it_rings", sound_does_not_pass_while_it_rings},
	{"sound_passes_for_6_s_after_a_ring", sound_passes_for_6_s_after_a_ring},
	{"a_call_ends_on_hook_transfer", a_call_ends_on_hook_transfer},
	{"a_break_is_silence_both_ways", a_break_is_silence_both_ways},
	{"no_sound_without_battery", no_sound_without_battery},
	{"nothing_comes_back_from_a_perfect_pair", nothing_comes_back_from_a_perfect_pair},
	{"the_hybrid_returns_its_taps", the_hybrid_returns_its_taps},
	{"the_hybrid_adds_to_what_the_telephone_says", the_hybrid_adds_to_what_the_telephone_says},
	{"blocks_come_at_an_even_pace", blocks_come_at_an_even_pace},
	{NULL, NULL},
};
