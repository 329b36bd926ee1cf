/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alarm diallers, modems and text telephones on the lines of two gateways with a network between them.
 * With --table N each case is tried with N seeds and told as doc/machines.md has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/machine_alarm.h"
#include "tests/unit/machine_modem.h"
#include "tests/unit/machine_tty.h"

#define ALARM_MAX_MS 30000
#define MODEM_MS     15000 /* some 10 s of data */
#define TTY_MAX_MS   60000

enum { CLEAN, UNEVEN, UNEVEN_THE_OTHER_WAY, LOSSY, ROUGH, NETWORKS };

static const struct network {
	const char *name;
	double jitter_ms, drift_ppm, loss;
} networks[NETWORKS] = {
	[CLEAN] = {"nothing happens", 0, 0, 0},
	[UNEVEN] = {"jitter 10 ms, 100 ppm", 10, 100, 0},
	[UNEVEN_THE_OTHER_WAY] = {"jitter 10 ms, -100 ppm", 10, -100, 0},
	[LOSSY] = {"jitter 10 ms, 100 ppm, 1 % lost", 10, 100, 0.01},
	[ROUGH] = {"jitter 40 ms, 100 ppm", 40, 100, 0},
};

static struct lines_config config_of(enum use use, const struct network *network, unsigned seed)
{
	return (struct lines_config){
		.use = use, .fax_detect = use == USE_PHONE, .delay_ms = 30, .jitter_ms = network->jitter_ms, .loss = network->loss,
		.drift_ppm = network->drift_ppm, .seed = seed,
	};
}

/* ---- alarm diallers ---- */

static struct alarm_result report_send(enum use use, bool key_events, const struct network *network, unsigned seed)
{
	struct lines_config config = config_of(use, network, seed);
	struct machine machines[LINES];
	struct alarm_result result;
	struct lines *lines;
	struct alarm *alarm;

	config.key_events = key_events;
	alarm_make(&alarm, seed);
	alarm_machines(alarm, machines);
	lines_make(&lines, &config, machines);
	(void)lines_run(lines, ALARM_MAX_MS, alarm_is_over, alarm);
	alarm_result(alarm, &result);
	lines_free(lines);
	alarm_drop(alarm);
	return result;
}

static void assert_report_comes_at_once(bool key_events, const struct network *network, unsigned seed)
{
	struct alarm_result result = report_send(USE_ALARM, key_events, network, seed);

	print_message("# %s: %s, %u tries, %u digits, handshake of %u and %u ms, kiss-off of %u after %u ms\n", network->name,
		result.whole ? "whole" : "broken", result.tries, result.digits_heard, result.handshake_ms[0], result.handshake_ms[1],
		result.kiss_off_ms, result.answer_ms);
	assert_true(result.whole);
	assert_int_equal(result.tries, 1);
	assert_int_equal(result.digits_heard, ALARM_DIGITS);
	for (int i = 0; i < 2; i++)
		assert_in_range(result.handshake_ms[i], 80, 120);
	assert_in_range(result.kiss_off_ms, 800, 900);
	assert_in_range(result.answer_ms, 0, 400); /* of 1250 */
}

static void test_an_alarm_report_is_whole_at_the_first_try(void **state)
{
	(void)state;
	for (int n = CLEAN; n < LOSSY; n++) {
		for (unsigned seed = 1; seed <= 4; seed++)
			assert_report_comes_at_once(false, &networks[n], seed);
	}
}

static void test_an_alarm_report_is_whole_where_its_digits_go_as_events(void **state)
{
	(void)state;
	for (int n = CLEAN; n <= LOSSY; n++) {
		for (unsigned seed = 1; seed <= 4; seed++) {
			if (n != LOSSY)
				assert_report_comes_at_once(true, &networks[n], seed);
			else
				assert_true(report_send(USE_ALARM, true, &networks[n], seed).whole);
		}
	}
}

static void test_an_alarm_report_comes_over_a_network_that_loses_packets(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++)
		assert_true(report_send(USE_ALARM, false, &networks[LOSSY], seed).whole);
}

static void alarm_row(enum use use, bool key_events, const struct network *network, unsigned seeds)
{
	unsigned whole = 0, at_once = 0, answer_ms = 0;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct alarm_result result = report_send(use, key_events, network, seed);

		whole += result.whole;
		at_once += result.whole && result.tries == 1;
		answer_ms = result.whole && result.answer_ms > answer_ms ? result.answer_ms : answer_ms;
	}
	printf("| `use = %s`, %s | %s | %u of %u | %u | %u |\n", use == USE_ALARM ? "alarm" : "phone", network->name, key_events ? "events" : "sound",
		whole, seeds, at_once, answer_ms);
	fflush(stdout);
}

/* ---- modems ---- */

struct data {
	struct modem_result ends[LINES];
	struct lines_result lines[LINES];
	unsigned bits, wrong, drops;
};

static struct data data_send(enum use use, enum modem_kind kind, bool turns, const struct network *network, unsigned seed)
{
	const struct lines_config config = config_of(use, network, seed);
	struct machine machines[LINES];
	struct modem_pair *pair;
	struct lines *lines;
	struct data data;

	modem_make(&pair, kind, turns);
	modem_machines(pair, machines);
	lines_make(&lines, &config, machines);
	(void)lines_run(lines, MODEM_MS, NULL, NULL);
	modem_result(pair, data.ends);
	lines_result(lines, data.lines);
	data.bits = data.ends[0].bits + data.ends[1].bits;
	data.wrong = data.ends[0].wrong + data.ends[1].wrong;
	data.drops = data.ends[0].drops + data.ends[1].drops;
	lines_free(lines);
	modem_drop(pair);
	return data;
}

static const int bit_rates[MODEM_KINDS] = {300, 300, 1200, 2400};

static struct data assert_data_is_right(enum use use, enum modem_kind kind, bool turns, const struct network *network)
{
	struct data data = data_send(use, kind, turns, network, 1 + (unsigned)kind);

	print_message("# %s, %s: %u of %u bits wrong, %u times lost, %d bit/s\n", modem_names[kind], network->name, data.wrong, data.bits, data.drops,
		data.ends[0].bit_rate);
	assert_int_equal(data.wrong + data.drops, 0);
	for (int i = 0; i < LINES; i++) {
		assert_int_equal(data.ends[i].bit_rate, bit_rates[kind]);
		assert_true(data.ends[i].bits > 5 * (unsigned)bit_rates[kind]);
	}
	return data;
}

static void test_modems_hear_each_bit(void **state)
{
	(void)state;
	for (int n = CLEAN; n < LOSSY; n++) {
		for (enum modem_kind kind = 0; kind < MODEM_KINDS; kind++)
			(void)assert_data_is_right(USE_MODEM, kind, kind == MODEM_V21, &networks[n]);
	}
}

static void assert_echo_is(const struct data *data, enum dsp_echo_state state)
{
	for (int i = 0; i < LINES; i++) {
		assert_true(data->lines[i].machine);
		assert_int_equal(data->lines[i].echo, state);
	}
}

/* The tone's turns switch the cancellers off for as long as data goes, the tone alone only what they mute. V.22bis wants them on. Bell's modems answer with
 * another tone, which nobody listens for. */
static void test_modems_that_answer_with_2100_hz_hear_each_bit_over_a_telephones_line(void **state)
{
	static const enum modem_kind kinds[] = {MODEM_V21, MODEM_V22, MODEM_V22BIS};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct data data = assert_data_is_right(USE_PHONE, kinds[i], false, &networks[UNEVEN]);

		assert_echo_is(&data, DSP_ECHO_MUTES_NOT);
		if (kinds[i] == MODEM_V22BIS)
			continue;
		data = assert_data_is_right(USE_PHONE, kinds[i], true, &networks[UNEVEN_THE_OTHER_WAY]);
		assert_echo_is(&data, DSP_ECHO_OFF);
	}
}

static void modem_row(enum use use, enum modem_kind kind, bool turns, const struct network *network, unsigned seeds)
{
	unsigned bits = 0, wrong = 0, drops = 0, clean = 0;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct data data = data_send(use, kind, turns, network, seed);

		bits += data.bits;
		wrong += data.wrong;
		drops += data.drops;
		clean += data.wrong + data.drops == 0 && data.ends[0].bits && data.ends[1].bits;
	}
	printf("| `use = %s`, %s | %s%s | %u of %u | %u | %u | %u |\n", use == USE_MODEM ? "modem" : "phone", network->name, modem_names[kind],
		turns ? ", turns" : "", clean, seeds, bits, wrong, drops);
	fflush(stdout);
}

/* ---- text telephones ---- */

static struct tty_result text_send(enum use use, const struct network *network, unsigned seed)
{
	const struct lines_config config = config_of(use, network, seed);
	struct machine machines[LINES];
	struct tty_result result;
	struct tty_pair *pair;
	struct lines *lines;

	tty_make(&pair);
	tty_machines(pair, machines);
	lines_make(&lines, &config, machines);
	(void)lines_run(lines, TTY_MAX_MS, tty_is_over, pair);
	tty_result(pair, &result);
	lines_free(lines);
	tty_drop(pair);
	return result;
}

static void test_text_telephones_lose_no_character(void **state)
{
	(void)state;
	for (int n = CLEAN; n < LOSSY; n++) {
		for (unsigned seed = 1; seed <= 3; seed++) {
			struct tty_result result = text_send(USE_TTY, &networks[n], seed);

			print_message("# %s: \"%s\" \"%s\"\n", networks[n].name, result.heard[0], result.heard[1]);
			assert_int_equal(result.right, result.sent);
		}
	}
}

static void tty_row(enum use use, const struct network *network, unsigned seeds)
{
	unsigned whole = 0;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct tty_result result = text_send(use, network, seed);

		whole += result.right == result.sent;
	}
	printf("| `use = %s`, %s | %u of %u |\n", use == USE_TTY ? "tty" : "phone", network->name, whole, seeds);
	fflush(stdout);
}

/* ---- */

static int table(unsigned seeds)
{
	puts("| line and network | digits as | reports whole | at once | answered after ms, most |\n|---|---|---|---|---|");
	for (int n = 0; n < NETWORKS; n++) {
		for (int events = 0; events < 2; events++) {
			alarm_row(USE_ALARM, events, &networks[n], seeds);
			alarm_row(USE_PHONE, events, &networks[n], seeds);
		}
	}
	puts("\n| line and network | modems | calls without an error | bits | wrong | lost |\n|---|---|---|---|---|---|");
	for (int n = 0; n < NETWORKS; n++) {
		for (unsigned kind = 0; kind < 2 * MODEM_KINDS; kind++) {
			modem_row(USE_MODEM, kind / 2, kind % 2, &networks[n], seeds);
			modem_row(USE_PHONE, kind / 2, kind % 2, &networks[n], seeds);
		}
	}
	puts("\n| line and network | conversations whole |\n|---|---|");
	for (int n = 0; n < NETWORKS; n++) {
		tty_row(USE_TTY, &networks[n], seeds);
		tty_row(USE_PHONE, &networks[n], seeds);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_alarm_report_is_whole_at_the_first_try),
		cmocka_unit_test(test_an_alarm_report_is_whole_where_its_digits_go_as_events),
		cmocka_unit_test(test_an_alarm_report_comes_over_a_network_that_loses_packets),
		cmocka_unit_test(test_modems_hear_each_bit),
		cmocka_unit_test(test_modems_that_answer_with_2100_hz_hear_each_bit_over_a_telephones_line),
		cmocka_unit_test(test_text_telephones_lose_no_character),
	};

	if (argc == 3 && strcmp(argv[1], "--table") == 0)
		return table((unsigned)atoi(argv[2]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
