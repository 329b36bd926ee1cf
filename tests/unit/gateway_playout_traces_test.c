/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The playout on networks that are made from seeds. With --table it prints the table of doc/playout.md instead; the test
 * asserts what the table tells.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "tests/unit/playout_traces.h"

#define SEED 1

static const struct trace traces[] = {
	{.name = "nothing happens", .seconds = 60},
	{.name = "1 % lost", .seconds = 120, .loss = .01},
	{.name = "3 % lost", .seconds = 120, .loss = .03},
	{.name = "5 % lost", .seconds = 120, .loss = .05},
	{.name = "10 % lost", .seconds = 120, .loss = .10},
	{.name = "5 % lost, four at a time", .seconds = 120, .loss = .05, .burst_packets = 4},
	{.name = "jitter 10 ms", .seconds = 120, .jitter_ms = 10},
	{.name = "jitter 40 ms", .seconds = 120, .jitter_ms = 40},
	{.name = "jitter 100 ms", .seconds = 120, .jitter_ms = 100},
	{.name = "jitter 40 ms, 5 % lost", .seconds = 120, .jitter_ms = 40, .loss = .05},
	{.name = "5 % overtaken", .seconds = 120, .overtaken = .05},
	/* Now and then it is more than one in a hundred for a while. */
	{.name = "0.5 % overtaken", .seconds = 120, .overtaken = .005, .missed_ms = 1.5},
	{.name = "jitter 10 ms, another source every 7 s", .seconds = 120, .jitter_ms = 10, .restart_s = 7},
	{.name = "sender 200 ppm fast, 30 min", .seconds = 1800, .drift_ppm = 200},
	{.name = "sender 200 ppm slow, 30 min", .seconds = 1800, .drift_ppm = -200},
	{.name = "jitter 10 ms, 200 ppm fast, 30 min", .seconds = 1800, .jitter_ms = 10, .drift_ppm = 200},
	{.name = "stall of 20 ms", .seconds = 20, .stall_ms = 20},
	{.name = "stall of 50 ms", .seconds = 20, .stall_ms = 50},
	{.name = "stall of 100 ms", .seconds = 20, .stall_ms = 100},
	{.name = "stall of 200 ms", .seconds = 20, .stall_ms = 200},
	{.name = "stall of 400 ms", .seconds = 20, .stall_ms = 400},
	{.name = "jitter 10 ms, stall of 300 ms", .seconds = 20, .jitter_ms = 10, .stall_ms = 300},
};

#define TRACES (sizeof(traces) / sizeof(traces[0]))

static void table_print(void)
{
	puts("| network | delay, mean, ms | smallest fixed with 1 % late, ms | delay at most, ms | made up, % | longest, ms | over 40 ms | came too late, % |");
	puts("|---|---|---|---|---|---|---|---|");
	for (size_t i = 0; i < TRACES; i++) {
		struct trace_result result = trace_play(&traces[i], SEED, NULL, NULL, NULL);

		printf("| %s | %.1f | %.0f | %.0f | %.1f | %.0f | %u | %.1f |\n", traces[i].name, result.delay_ms, result.fixed_ms,
			result.delay_most_ms, 100 * result.concealed, result.gap_ms, result.gaps, 100 * result.late);
	}
}

/* What a stall delays is heard all the same, and the delay then takes some seconds to go: in the mean of all, a second. */
static double allowed_ms(const struct trace *trace, double fixed_ms)
{
	return fmax(1.3 * fixed_ms, fixed_ms + 10) + trace->missed_ms +
		(double)trace->stall_ms / trace->seconds;
}

/* Two and a half in a hundred more than are lost may be made up, and what a stall takes. */
static double allowed_made_up(const struct trace *trace)
{
	return trace->loss * 1.15 + .025 + (double)trace->stall_ms / (1000.0 * trace->seconds);
}

static void judge(const struct trace *trace, unsigned seed)
{
	struct trace_result result = trace_play(trace, seed, NULL, NULL, NULL);

	print_message("# %s, seed %u: delay %.1f ms, fixed %.1f ms, made up %.2f %%, late %.2f %%, over after a stall %.1f ms\n",
		trace->name, seed, result.delay_ms, result.fixed_ms, 100 * result.concealed, 100 * result.late,
		result.stall_over_ms);
	assert_true(result.delay_ms <= allowed_ms(trace, result.fixed_ms));
	assert_true(result.concealed <= allowed_made_up(trace));
	assert_true(result.late <= .015);
	assert_true(trace->stall_ms == 0 || result.stall_over_ms <= 10);
	assert_int_equal(result.stats.duplicates, 0);
}

static void test_the_delay_is_near_the_smallest_fixed_one_on_every_network(void **state)
{
	(void)state;
	for (size_t i = 0; i < TRACES; i++) {
		for (unsigned seed = SEED; seed < SEED + (traces[i].seconds <= 120 ? 3 : 1); seed++)
			judge(&traces[i], seed);
	}
}

#define TONE_PEAK 4000

static double tone_hz;

static int16_t tone(unsigned long n)
{
	return (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * tone_hz * (double)n / TRACE_RATE_HZ));
}

struct clicks {
	double before[2], worst;
	unsigned long heard;
};

/* What is left where the tone is taken out: a step in it stands out. */
static void listen(const int16_t *samples, size_t count, void *arg)
{
	struct clicks *clicks = arg;

	for (size_t i = 0; i < count; i++) {
		double rest = samples[i] - 2 * cos(2 * M_PI * tone_hz / TRACE_RATE_HZ) * clicks->before[1] + clicks->before[0];

		if (clicks->heard++ > 8000)
			clicks->worst = fmax(clicks->worst, fabs(rest));
		clicks->before[0] = clicks->before[1];
		clicks->before[1] = samples[i];
	}
}

static double worst_click(double drift_ppm, unsigned seconds)
{
	struct trace trace = {.name = "tone", .seconds = seconds, .drift_ppm = drift_ppm};
	struct clicks clicks = {0};
	struct trace_result result = trace_play(&trace, SEED, tone, listen, &clicks);

	if (drift_ppm != 0)
		assert_true(result.stats.shortened_samples + result.stats.lengthened_samples > 2500);
	print_message("# %.0f Hz, %+.0f ppm: rest %.0f of %d, delay at most %.1f ms, %u %u\n", tone_hz, drift_ppm, clicks.worst, TONE_PEAK,
		result.delay_most_ms, (unsigned)result.stats.shortened_samples, (unsigned)result.stats.lengthened_samples);
	assert_true(result.delay_most_ms <= 30);
	return clicks.worst;
}

/* A click of a tenth of the tone would be more than twice what the mu-law alone leaves. */
static void test_a_tone_drifts_through_half_an_hour_without_a_click(void **state)
{
	static const double tones_hz[] = {300, 440, 1004, 1633};

	(void)state;
	for (size_t i = 0; i < sizeof(tones_hz) / sizeof(tones_hz[0]); i++) {
		double alone;

		tone_hz = tones_hz[i];
		alone = worst_click(0, 60);
		assert_true(worst_click(200, 1800) <= 1.5 * alone + 40);
		assert_true(worst_click(-200, 1800) <= 1.5 * alone + 40);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_delay_is_near_the_smallest_fixed_one_on_every_network),
		cmocka_unit_test(test_a_tone_drifts_through_half_an_hour_without_a_click),
	};

	if (dsp_init() != 0)
		return 1;
	if (argc > 1 && !strcmp(argv[1], "--table")) {
		table_print();
		return 0;
	}
	return cmocka_run_group_tests_name("gateway/playout/traces", tests, NULL, NULL);
}
