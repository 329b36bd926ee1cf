/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fax sends a page from one line to another, through the media planes of two gateways and a network between them.
 * With --table N each case is tried with N seeds and told as doc/machines.md has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <spandsp.h>

#include "tests/unit/machine_fax.h"

#define CALL_MAX_MS 180000

static const struct modem {
	const char *name;
	int modems, bit_rate;
} modems[] = {
	{"V.27ter", T30_SUPPORT_V27TER, 4800},
	{"V.29", T30_SUPPORT_V27TER | T30_SUPPORT_V29, 9600},
	{"V.17", T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17, 14400},
};
#define MODEMS (sizeof(modems) / sizeof(*modems))

static const struct lines_config clean = {.use = USE_FAX, .delay_ms = 30};
static const struct lines_config uneven = {.use = USE_FAX, .delay_ms = 30, .jitter_ms = 10, .drift_ppm = 100};
static const struct lines_config uneven_the_other_way = {.use = USE_FAX, .delay_ms = 30, .jitter_ms = 10, .drift_ppm = -100};
static const struct lines_config lossy = {.use = USE_FAX, .delay_ms = 30, .jitter_ms = 10, .drift_ppm = 100, .loss = 0.001};
static const struct lines_config lossy_redundant = {.use = USE_FAX, .delay_ms = 30, .jitter_ms = 10, .drift_ppm = 100, .loss = 0.01,
	.redundant = true};
static const struct lines_config phone = {.use = USE_PHONE, .fax_detect = true, .delay_ms = 30, .jitter_ms = 10, .drift_ppm = 100};
static const struct lines_config phone_the_other_way = {.use = USE_PHONE, .fax_detect = true, .delay_ms = 30, .jitter_ms = 10,
	.drift_ppm = -100};
static const struct lines_config phone_undetected = {.use = USE_PHONE, .delay_ms = 30, .jitter_ms = 10, .drift_ppm = 100};

static const struct lines_config jitter_20 = {.use = USE_FAX, .delay_ms = 30, .jitter_ms = 20, .drift_ppm = 100};
static const struct lines_config jitter_40 = {.use = USE_FAX, .delay_ms = 30, .jitter_ms = 40, .drift_ppm = 100};
static const struct lines_config phone_jitter_40 = {.use = USE_PHONE, .fax_detect = true, .delay_ms = 30, .jitter_ms = 40, .drift_ppm = 100};

struct call {
	struct fax_result fax;
	struct lines_result lines[LINES];
	unsigned ms;
};

static struct call page_send(const struct lines_config *lines_config, const struct modem *modem, bool ecm, unsigned rows, unsigned seed)
{
	const struct fax_config fax_config = {.modems = modem->modems, .ecm = ecm, .seed = seed, .rows = rows};
	struct lines_config config = *lines_config;
	struct machine machines[LINES];
	struct call call;
	struct lines *lines;
	struct fax *fax;

	config.seed = seed;
	fax_make(&fax, &fax_config);
	fax_machines(fax, machines);
	lines_make(&lines, &config, machines);
	(void)lines_run(lines, CALL_MAX_MS, fax_is_over, fax);
	call.ms = lines_now_ms(lines);
	lines_result(lines, call.lines);
	fax_result(fax, &call.fax);
	lines_free(lines);
	fax_drop(fax);
	return call;
}

static unsigned lost(const struct call *call)
{
	return call->lines[0].lost + call->lines[1].lost;
}

static bool page_came(const struct call *call)
{
	return call->fax.over && call->fax.status[0] == T30_ERR_OK && call->fax.status[1] == T30_ERR_OK && call->fax.equal;
}

static bool at_once(const struct call *call, const struct modem *modem)
{
	return page_came(call) && call->fax.bit_rate == modem->bit_rate && call->fax.bad_rows == 0 && call->fax.ecm_repeats == 0 &&
		call->fax.trainings == 1 && call->fax.repeats == 0;
}

static void call_tell(const struct call *call, const struct modem *modem, bool ecm)
{
	print_message("# %s%s: %s, %s; %d bit/s, %u rows%s, %d bad, %u trainings, %u repeats, %u packets lost, %.1f s\n", modem->name,
		ecm ? ", ECM" : "", t30_completion_code_to_str(call->fax.status[0]), t30_completion_code_to_str(call->fax.status[1]),
		call->fax.bit_rate, call->fax.rows, call->fax.equal ? " as sent" : "", call->fax.bad_rows, call->fax.trainings,
		call->fax.repeats, lost(call), call->ms / 1000.0);
}

/* By each modem, with error correction and without. */
static void assert_pages_come_at_once(const struct lines_config *config)
{
	for (unsigned i = 0; i < 2 * MODEMS; i++) {
		const struct modem *modem = &modems[i / 2];
		struct call call = page_send(config, modem, i % 2, FAX_ROWS, 1 + i);

		call_tell(&call, modem, i % 2);
		assert_true(at_once(&call, modem));
		for (int n = 0; n < LINES; n++)
			assert_true(call.lines[n].machine == (config->use == USE_PHONE));
	}
}

static void test_a_page_comes_as_it_was_sent(void **state)
{
	(void)state;
	assert_pages_come_at_once(&clean);
}

static void test_a_page_comes_at_once_with_jitter_and_clocks_that_differ(void **state)
{
	(void)state;
	assert_pages_come_at_once(&uneven);
	assert_pages_come_at_once(&uneven_the_other_way);
}

/* It turns to a fax's in the call. */
static void test_a_page_comes_at_once_over_a_telephones_line(void **state)
{
	(void)state;
	assert_pages_come_at_once(&phone);
	assert_pages_come_at_once(&phone_the_other_way);
}

/* The delay grows between the signals. */
static void test_a_page_comes_at_once_with_much_jitter(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * MODEMS; i++) {
		struct call call = page_send(i % 2 ? &jitter_40 : &phone_jitter_40, &modems[i / 2], true, FAX_ROWS, 1 + i);

		call_tell(&call, &modems[i / 2], true);
		assert_true(at_once(&call, &modems[i / 2]));
	}
}

/* So it is the fixed playout that does it. */
static void test_a_page_is_spoilt_where_no_fax_is_detected(void **state)
{
	unsigned spoilt = 0;

	(void)state;
	for (unsigned i = 0; i < 2 * MODEMS; i++) {
		struct call call = page_send(&phone_undetected, &modems[i / 2], i % 2, FAX_ROWS, 1 + i);

		call_tell(&call, &modems[i / 2], i % 2);
		spoilt += !at_once(&call, &modems[i / 2]);
	}
	assert_true(spoilt >= 3);
}

static void test_error_correction_makes_up_for_lost_packets(void **state)
{
	unsigned packets = 0;

	(void)state;
	for (unsigned i = 0; i < MODEMS; i++) {
		struct call call = page_send(&lossy, &modems[i], true, 4 * FAX_ROWS, 1 + i);

		call_tell(&call, &modems[i], true);
		assert_true(page_came(&call));
		packets += lost(&call);
	}
	assert_true(packets >= 3);
}

static void test_redundancy_makes_up_for_lost_packets(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MODEMS; i++) {
		struct call call = page_send(&lossy_redundant, &modems[i], false, FAX_ROWS, 1 + i);

		call_tell(&call, &modems[i], false);
		assert_true(at_once(&call, &modems[i]));
		assert_true(lost(&call) >= 3);
	}
}

static const struct table_case {
	const char *name;
	const struct lines_config *config;
	unsigned rows;
} table_cases[] = {
	{"`use = fax`, nothing happens", &clean, FAX_ROWS},
	{"`use = fax`, jitter 10 ms, +100 ppm", &uneven, FAX_ROWS},
	{"`use = fax`, jitter 10 ms, -100 ppm", &uneven_the_other_way, FAX_ROWS},
	{"`use = phone`, `fax_detect`, jitter 10 ms, +100 ppm", &phone, FAX_ROWS},
	{"`use = phone`, `fax_detect`, jitter 10 ms, -100 ppm", &phone_the_other_way, FAX_ROWS},
	{"... without `fax_detect`, +100 ppm", &phone_undetected, FAX_ROWS},
	{"`use = fax`, jitter 20 ms, +100 ppm", &jitter_20, FAX_ROWS},
	{"`use = fax`, jitter 40 ms, +100 ppm", &jitter_40, FAX_ROWS},
	{"`use = phone`, jitter 40 ms, +100 ppm", &phone_jitter_40, FAX_ROWS},
	{"`use = fax`, jitter 10 ms, +100 ppm, 0.1 % lost, 400 rows", &lossy, 4 * FAX_ROWS},
	{"... 1 % lost, with redundancy, 400 rows", &lossy_redundant, 4 * FAX_ROWS},
};

static void table_row(const struct table_case *c, const struct modem *modem, bool ecm, unsigned seeds)
{
	unsigned came = 0, clean_calls = 0, trainings = 0, repeats = 0, packets = 0, bad_rows = 0, ms = 0;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct call call = page_send(c->config, modem, ecm, c->rows, seed);

		came += page_came(&call);
		clean_calls += at_once(&call, modem);
		trainings += call.fax.trainings > 1;
		repeats += call.fax.repeats;
		bad_rows += (unsigned)call.fax.bad_rows;
		packets += lost(&call);
		ms += call.ms;
	}
	printf("| %s | %s%s | %u of %u | %u | %u | %u | %u | %u | %.1f |\n", c->name, modem->name, ecm ? ", ECM" : "", came, seeds, clean_calls,
		trainings, repeats, bad_rows, packets, ms / 1000.0 / seeds);
	fflush(stdout);
}

static int table(unsigned seeds)
{
	puts("| line and network | modem | pages as sent | at once | trained again | asked again | bad rows | packets lost | seconds |");
	puts("|---|---|---|---|---|---|---|---|---|");
	for (unsigned i = 0; i < sizeof(table_cases) / sizeof(*table_cases); i++) {
		for (unsigned m = 0; m < 2 * MODEMS; m++)
			table_row(&table_cases[i], &modems[m / 2], m % 2, seeds);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_page_comes_as_it_was_sent),
		cmocka_unit_test(test_a_page_comes_at_once_with_jitter_and_clocks_that_differ),
		cmocka_unit_test(test_a_page_comes_at_once_over_a_telephones_line),
		cmocka_unit_test(test_a_page_comes_at_once_with_much_jitter),
		cmocka_unit_test(test_a_page_is_spoilt_where_no_fax_is_detected),
		cmocka_unit_test(test_error_correction_makes_up_for_lost_packets),
		cmocka_unit_test(test_redundancy_makes_up_for_lost_packets),
	};

	if (argc == 3 && strcmp(argv[1], "--table") == 0)
		return table((unsigned)atoi(argv[2]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
