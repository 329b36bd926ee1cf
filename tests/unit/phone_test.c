/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole telephones and their scripts on the dummy driver, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "gateway/phone/player.h"
#include "tests/unit/phone_exchange.h"

#define MS_NS    UINT64_C(1000000)
#define START_NS UINT64_C(1000000000)

struct bed {
	struct exchange *exchange;
	struct phone *phones[2];
	struct player player;
	uint64_t now_ns;
	struct script script;
};

static const struct script_verb *const verbs[] = {
	player_verbs, player_expect_verbs, player_judge_verbs, NULL};

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof *bed);

	assert_non_null(bed);
	bed->now_ns = START_NS;
	bed->exchange = exchange_alloc(bed->now_ns);
	player_init(&bed->player);
	for (unsigned i = 0; i < 2; i++) {
		struct phone_config config = {.number = i + 1, .country = "us", .wires = &wires_dummy_ops,
			.wires_config = {exchange_path(bed->exchange), i ? "2" : "1"}};

		assert_int_equal(phone_alloc(&bed->phones[i], &config, bed->now_ns, NULL, NULL), 0);
		assert_int_equal(player_phone_add(&bed->player, bed->phones[i]), 0);
	}
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	for (unsigned i = 0; i < 2; i++)
		phone_free(bed->phones[i]);
	exchange_free(bed->exchange);
	script_clear(&bed->script);
	free(bed);
	return 0;
}

static void millisecond(struct bed *bed)
{
	bed->now_ns += MS_NS;
	if (bed->now_ns / MS_NS % 10 == 0)
		exchange_tick(bed->exchange, bed->now_ns);
	for (unsigned i = 0; i < 2; i++)
		phone_step(bed->phones[i], bed->now_ns);
}

/* Plays lines until one fails or all are done. */
static enum script_result play(struct bed *bed, const char *const *lines)
{
	enum script_result result = SCRIPT_DONE;
	char error[1200];

	for (; *lines && result == SCRIPT_DONE; lines++) {
		struct script_command *command;

		if (script_line(&command, "test", 1, *lines, verbs, error, sizeof error))
			fail_msg("%s", error);
		assert_int_equal(script_add(&bed->script, command), 0);
		player_begin(&bed->player, command, bed->now_ns);
		while ((result = player_step(&bed->player, bed->now_ns)) == SCRIPT_WAIT)
			millisecond(bed);
	}
	return result;
}

#define assert_played(bed, ...) \
	do { \
		const char *const lines_[] = {__VA_ARGS__, NULL}; \
		if (play(bed, lines_) != SCRIPT_DONE) \
			fail_msg("%s: %s", (bed)->player.failed->source, (bed)->player.failure); \
	} while (0)

#define assert_play_fails(bed, why, ...) \
	do { \
		const char *const lines_[] = {__VA_ARGS__, NULL}; \
		assert_int_equal(play(bed, lines_), SCRIPT_FAILED); \
		if (!strstr((bed)->player.failure, why)) \
			fail_msg("failed by \"%s\" instead of \"%s\"", (bed)->player.failure, why); \
	} while (0)

static void test_a_call_is_told_as_a_story(void **state)
{
	struct bed *bed = *state;

	assert_played(bed, "1 expect connected", "1 lift", "1 expect tone dial within 30 of lift",
		"1 dial 102", "1 expect tone-end dial within 40 of digit", "1 never tone dial",
		"2 expect ring within 20 of 1 digit", "2 expect cadence", "1 expect silence for 500", "2 lift",
		"1 say seed 11", "2 say seed 22", "1 hears 2 for 3000", "2 hears 1",
		"1 does not hear 1", "2 does not hear 2", "2 hush", "1 expect tone-end voice within 5000",
		"1 hangup", "2 hangup");
	assert_int_equal(bed->player.judged_count, 4);
	assert_true(bed->player.judged[0].result.correlation > 0.99);
	assert_true(bed->player.judged[0].result.delay_ms < 60);
}

static void test_pulses_and_flash_are_breaks_of_their_length(void **state)
{
	static const unsigned breaks_ms[] = {60, 40, 60, 40, 60, 700, 60, 40, 60};
	struct bed *bed = *state;
	const struct fxs_event *edges;

	assert_played(bed, "1 expect connected", "1 lift", "wait 100", "1 pulse 32", "wait 2000");
	assert_int_equal(exchange_edges(bed->exchange, 1, &edges), 11);
	for (size_t i = 0; i < sizeof breaks_ms / sizeof breaks_ms[0]; i++) {
		double ms = (double)(edges[i + 2].at_ns - edges[i + 1].at_ns) / MS_NS;

		if (fabs(ms - breaks_ms[i]) > 2)
			fail_msg("edge %zu after %.1f ms instead of %u", i, ms, breaks_ms[i]);
	}
	assert_played(bed, "1 flash 123", "wait 500");
	assert_int_equal(exchange_edges(bed->exchange, 1, &edges), 13);
	assert_float_equal((double)(edges[12].at_ns - edges[11].at_ns) / MS_NS, 123, 2);
}

static void test_hanging_up_in_a_break_stays_hung_up(void **state)
{
	struct bed *bed = *state;
	const struct fxs_event *edges;
	unsigned count;

	assert_played(bed, "1 expect connected", "1 lift", "1 flash 500", "wait 100", "1 hangup",
		"wait 1000");
	count = exchange_edges(bed->exchange, 1, &edges);
	assert_int_equal(count, 2); /* the break goes on */
	assert_int_equal(edges[count - 1].kind, FXS_EVENT_ON_HOOK);
	assert_false(phone_is_off_hook(bed->phones[0]));
}

/* By the sum of a Goertzel filter: how much of the block is that frequency. */
static double share(const int16_t *block, size_t count, double hz)
{
	double real = 0, imaginary = 0, energy = 0;

	for (size_t i = 0; i < count; i++) {
		real += block[i] * cos(2 * M_PI * hz * (double)i / 8000);
		imaginary += block[i] * sin(2 * M_PI * hz * (double)i / 8000);
		energy += (double)block[i] * block[i];
	}
	return energy > 0 ? 2 * (real * real + imaginary * imaginary) / energy / (double)count : 0;
}

static void test_keys_sound_as_q23_says(void **state)
{
	static const char digits[] = "123A456B789C*0#D";
	static const double low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477, 1633};
	struct bed *bed = *state;
	char line[32] = "1 dial ";

	strcat(line, digits);
	assert_played(bed, "1 expect connected", "1 lift", "wait 100", line);
	for (size_t key = 0; key < 16; key++) {
		const struct phone_event *event;
		const int16_t *said;
		uint64_t digit = 0, seen = 0;

		do {
			event = phone_event(bed->phones[0], digit++);
			while (!event || digit > phone_event_count(bed->phones[0])) {
				millisecond(bed);
				event = phone_event(bed->phones[0], digit - 1);
			}
			seen += event->kind == PHONE_DIGIT;
		} while (seen <= key);
		assert_int_equal(event->digit, digits[key]);
		while (bed->now_ns < event->at_ns + 70 * MS_NS)
			millisecond(bed);
		said = exchange_said(bed->exchange, 1);
		assert_true(share(said, EXCHANGE_SAID, low[key / 4]) > 0.34);
		assert_true(share(said, EXCHANGE_SAID, high[key % 4]) > 0.55);
	}
}

static void test_an_expectation_not_met_says_what_was_seen(void **state)
{
	struct bed *bed = *state;

	assert_play_fails(bed, "no tone busy within 100 ms of lift; seen:",
		"1 expect connected", "1 lift", "1 expect tone busy within 100 of lift");
	assert_play_fails(bed, "allowed are 1 ms", "2 lift", "2 expect tone dial within 1 of lift");
	assert_play_fails(bed, "no ring", "2 expect ring within 100");
}

static void test_a_tone_that_must_never_come_is_noticed(void **state)
{
	struct bed *bed = *state;

	assert_play_fails(bed, "hears dial", "1 expect connected", "1 lift", "1 never tone dial",
		"wait 1000");
	assert_string_equal(bed->player.failed->source, "1 never tone dial");
}

static void test_a_scrap_of_a_tone_that_must_never_come_is_noticed(void **state)
{
	struct bed *bed = *state;

	assert_played(bed, "1 expect connected", "1 lift", "1 expect tone dial", "1 dial 1",
		"1 expect tone-end dial within 40 of digit", "1 never tone dial", "wait 300");
	exchange_scrap(bed->exchange, 1, 2);
	assert_play_fails(bed, "heard 20 ms of 350+440", "wait 1000");
}

static void test_a_ring_of_another_cadence_is_noticed(void **state)
{
	static const struct fxs_cadence cadence = {{1900, 4000}, 2};
	struct bed *bed = *state;

	exchange_cadence_set(bed->exchange, &cadence);
	assert_play_fails(bed, "ms instead of 2000", "1 expect connected",
		"1 lift", "wait 200", "1 dial 1", "2 expect cadence");
}

static void test_a_bell_that_must_keep_still_is_noticed(void **state)
{
	struct bed *bed = *state;

	assert_played(bed, "1 expect connected", "1 lift", "wait 200", "2 expect no-ring for 300", "1 dial 1");
	assert_play_fails(bed, "it rings", "2 expect no-ring for 1000");
}

static void test_a_distinctive_ring_is_told_from_the_countrys(void **state)
{
	static const struct fxs_cadence cadence = {{800, 400, 800, 4000}, 4};
	struct bed *bed = *state;

	exchange_cadence_set(bed->exchange, &cadence);
	assert_played(bed, "1 expect connected", "1 lift", "wait 200", "1 dial 1", "2 expect cadence dr2");
	assert_play_fails(bed, "ms instead of 400", "2 expect cadence dr3");
	assert_play_fails(bed, "ms instead of 2000", "2 expect cadence within 100");
}

static void test_a_limit_counts_from_the_first_digit_of_the_last_dial(void **state)
{
	struct bed *bed = *state;

	assert_played(bed, "1 expect connected", "1 lift", "wait 200", "1 dial 123", "wait 1000",
		"2 expect ring within 20 of 1 digit");
}

static const char *const talk[] = {"1 expect connected", "1 lift", "wait 200", "1 dial 1",
	"2 expect ring", "2 lift", "1 say seed 1", "2 say seed 2", NULL};

static void test_a_muted_leg_is_noticed(void **state)
{
	struct bed *bed = *state;

	phone_spoil_set(bed->phones[1], PHONE_SPOIL_MUTE);
	assert_int_equal(play(bed, talk), SCRIPT_DONE);
	assert_played(bed, "2 hears 1");
	assert_play_fails(bed, "not recognised", "1 hears 2");
}

static void test_a_gap_of_60_ms_is_noticed(void **state)
{
	struct bed *bed = *state;

	phone_spoil_set(bed->phones[1], PHONE_SPOIL_GAP_60);
	assert_int_equal(play(bed, talk), SCRIPT_DONE);
	assert_play_fails(bed, "has a gap", "1 hears 2");
}

static void test_swapped_legs_are_noticed(void **state)
{
	struct bed *bed = *state;

	bed->player.legs_swapped = true;
	assert_int_equal(play(bed, talk), SCRIPT_DONE);
	assert_play_fails(bed, "the voice is heard", "1 does not hear 1");
	assert_play_fails(bed, "not recognised", "1 hears 2");
}

static void test_a_wrong_line_is_refused_with_what_is_allowed(void **state)
{
	static const struct {
		const char *line, *error;
	} wrong[] = {
		{"1 jump", "f:7: unknown verb \"jump\"; allowed are lift, hangup"},
		{"1", "f:7: a verb must follow"},
		{"1 lift now", "f:7: nothing may follow; allowed is lift"},
		{"1 flash 0", "f:7: a flash takes 1..5000 ms; allowed is flash MS"},
		{"1 flash -5", "f:7: a flash takes"},
		{"1 dial 12x", "f:7: digits are 0-9 * # A-D"},
		{"1 pulse 1*", "f:7: digits are 0-9"},
		{"1 wait 5", "f:7: this is not a telephone's to do"},
		{"1 expect rain", "f:7: nobody knows that thing; allowed is expect connected | ring"},
		{"1 expect tone loud", "f:7: tones are dial"},
		{"1 expect ring within", "f:7: \"within\" takes 0..600000 ms"},
		{"1 expect ring within 5 of moon", "f:7: an event is"},
		{"1 expect ring for 5", "f:7: only silence and no-ring last"},
		{"1 say seed 0", "f:7: a seed is 1..999999999"},
		{"1 say tone 1100", "f:7: a tone is of 1..3999 Hz, for so long"},
		{"1 say tone 1100 for 0", "f:7: a tone lasts for 1..60000 ms"},
		{"1 hears", "f:7: hears which telephone?"},
		{"1 does hear 2", "f:7: does what?"},
		{"1 never mind", "f:7: never what?"},
		{"a b c d e f g h i j k l m n o p q r s t u v w x y z", "f:7: more than 24 words"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct script_command *command;
		char error[1200];

		assert_int_equal(script_line(&command, "f", 7, wrong[i].line, verbs, error,
			sizeof error), EINVAL);
		assert_null(command);
		if (strncmp(error, wrong[i].error, strlen(wrong[i].error)))
			fail_msg("%s: %s", wrong[i].line, error);
	}
}

static void test_comments_and_empty_lines_are_nothing_but_a_hash_is_a_digit(void **state)
{
	static const char *const nothing[] = {"", "   ", "# lift", "  # lift", "\n"};
	struct script_command *command;
	char error[1200];

	(void)state;
	for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
		assert_int_equal(script_line(&command, "f", 1, nothing[i], verbs, error,
			sizeof error), 0);
		assert_null(command);
	}
	assert_int_equal(script_line(&command, "f", 1, "2 dial #", verbs, error, sizeof error), 0);
	assert_string_equal(command->words[0], "#");
	assert_int_equal(command->phone, 2);
	script_command_free(command);
	assert_int_equal(script_line(&command, "f", 1, "lift # at last", verbs, error, sizeof error), 0);
	assert_int_equal(command->count, 0);
	script_command_free(command);
}

static void test_a_line_that_the_exchange_does_not_have_is_refused(void **state)
{
	struct bed *bed = *state;
	struct phone_config config = {.number = 3, .country = "us", .wires = &wires_dummy_ops,
		.wires_config = {exchange_path(bed->exchange), "9"}};
	struct phone *phone;

	assert_int_equal(phone_alloc(&phone, &config, bed->now_ns, NULL, NULL), 0);
	for (int i = 0; i < 50; i++) {
		millisecond(bed);
		phone_step(phone, bed->now_ns);
	}
	assert_int_equal(phone_fd(phone), -1);
	assert_int_equal(phone_event(phone, 0)->err, ENODEV);
	assert_int_equal(phone_lift(phone, bed->now_ns), ENOTCONN);
	phone_free(phone);
	config.wires_config.path = "nowhere";
	assert_int_equal(phone_alloc(&phone, &config, bed->now_ns, NULL, NULL), ENOENT);
}

#define test_in_bed(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_bed(test_a_call_is_told_as_a_story),
		test_in_bed(test_pulses_and_flash_are_breaks_of_their_length),
		test_in_bed(test_hanging_up_in_a_break_stays_hung_up),
		test_in_bed(test_keys_sound_as_q23_says),
		test_in_bed(test_an_expectation_not_met_says_what_was_seen),
		test_in_bed(test_a_tone_that_must_never_come_is_noticed),
		test_in_bed(test_a_scrap_of_a_tone_that_must_never_come_is_noticed),
		test_in_bed(test_a_ring_of_another_cadence_is_noticed),
		test_in_bed(test_a_bell_that_must_keep_still_is_noticed),
		test_in_bed(test_a_distinctive_ring_is_told_from_the_countrys),
		test_in_bed(test_a_limit_counts_from_the_first_digit_of_the_last_dial),
		test_in_bed(test_a_muted_leg_is_noticed),
		test_in_bed(test_a_gap_of_60_ms_is_noticed),
		test_in_bed(test_swapped_legs_are_noticed),
		cmocka_unit_test(test_a_wrong_line_is_refused_with_what_is_allowed),
		cmocka_unit_test(test_comments_and_empty_lines_are_nothing_but_a_hash_is_a_digit),
		test_in_bed(test_a_line_that_the_exchange_does_not_have_is_refused),
	};

	return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
