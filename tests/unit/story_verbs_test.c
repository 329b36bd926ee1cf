/* SPDX-License-Identifier: BSD-3-Clause */
/* A story's own verbs against messages made up here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <errno.h>
#include <cmocka.h>

#include "tests/story/story.h"

#define MS_NS    UINT64_C(1000000)
#define START_NS UINT64_C(5000000000)

static const struct script_verb *const verbs[] = {story_verbs, NULL};
static unsigned stops;

static int bed_stop(struct bed *bed)
{
	(void)bed;
	stops++;
	return 0;
}

static unsigned server_stops, server_starts;
static int64_t clock_s;

static int bed_server(struct bed *bed, bool up)
{
	(void)bed;
	server_starts += up;
	server_stops += !up;
	return 0;
}

static int bed_command(struct bed *bed, const char *text, char *reason, size_t reason_size)
{
	(void)bed;
	if (!strcmp(text, "user 200"))
		return 0;
	strncpy(reason, "nobody", reason_size);
	return ENOENT;
}

static int bed_clock(struct bed *bed, int64_t wall_s)
{
	(void)bed;
	clock_s = wall_s;
	return wall_s < 0 ? ENOTSUP : 0;
}

static const struct bed_ops ops = {.name = "none", .stop = bed_stop, .server = bed_server, .clock = bed_clock, .command = bed_command};
static struct bed bed = {&ops};

static int setup(void **state)
{
	struct story *story = calloc(1, sizeof *story);

	assert_non_null(story);
	player_init(&story->player);
	story->player.arg = story;
	story->player.reference = story_reference;
	story->bed = &bed;
	story->start_ns = START_NS;
	*state = story;
	return 0;
}

static int teardown(void **state)
{
	struct story *story = *state;

	script_clear(&story->script);
	free(story);
	return 0;
}

static void message(struct story *story, unsigned ms, bool out, unsigned status, const char *method)
{
	struct bed_sip *sip = &story->sip[story->sip_count++];

	*sip = (struct bed_sip){.at_ns = START_NS + ms * MS_NS, .out = out, .status = status, .expires_s = -1};
	strcpy(sip->method, method);
	strcpy(sip->from, "101");
	strcpy(sip->to, "102");
}

/* Plays a line, begun at and looked at ms after the start. */
static enum script_result play(struct story *story, const char *line, unsigned begun_ms, unsigned ms)
{
	struct script_command *command;
	enum script_result result;
	char error[1200];

	if (script_line(&command, "test", 1, line, verbs, error, sizeof error))
		fail_msg("%s", error);
	assert_int_equal(script_add(&story->script, command), 0);
	player_begin(&story->player, command, START_NS + begun_ms * MS_NS);
	result = player_step(&story->player, START_NS + begun_ms * MS_NS);
	return result == SCRIPT_WAIT ? player_step(&story->player, START_NS + ms * MS_NS) : result;
}

static void test_a_message_that_passes_in_time_is_what_was_expected(void **state)
{
	struct story *story = *state;

	message(story, 10, true, 0, "INVITE");
	message(story, 12, false, 180, "INVITE");
	assert_int_equal(play(story, "sip expect out INVITE from 101 to 102 within 20", 0, 30), SCRIPT_DONE);
	assert_int_equal(play(story, "sip expect in 180 within 20", 0, 30), SCRIPT_DONE);
}

static void test_a_cause_is_that_of_the_reason(void **state)
{
	struct story *story = *state;

	message(story, 10, true, 0, "BYE");
	strcpy(story->sip[0].reason, "Q.850;cause=102;text=\"x\"");
	assert_int_equal(play(story, "sip expect out BYE cause 16", 0, 20000), SCRIPT_FAILED);
	assert_int_equal(play(story, "sip expect out BYE cause 102", 0, 20), SCRIPT_DONE);
}

static void test_a_message_that_comes_late_is_not(void **state)
{
	struct story *story = *state;

	message(story, 10, false, 0, "INVITE");
	message(story, 40, true, 180, "INVITE");
	assert_int_equal(play(story, "sip expect out 180 within 20 of sip in INVITE", 0, 200),
		SCRIPT_FAILED);
	assert_non_null(strstr(story->player.failure, "30.0 ms after sip in INVITE, allowed are 20 ms"));
}

static void test_direction_user_and_status_must_be_right(void **state)
{
	static const char *const lines[] = {
		"sip expect in INVITE within 20",
		"sip expect out INVITE from 102 within 20",
		"sip expect out INVITE to 101 within 20",
		"sip expect out 200 INVITE within 20",
		"sip expect out BYE within 20",
		"sip expect out INVITE expires 0 within 20",
		"sip expect out INVITE cause 16 within 20",
	};
	struct story *story = *state;

	message(story, 10, true, 0, "INVITE");
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (play(story, lines[i], 0, 200) != SCRIPT_FAILED)
			fail_msg("met: %s", lines[i]);
		assert_non_null(strstr(story->player.failure, "seen: out INVITE 101 -> 102"));
	}
}

static void test_a_retransmission_meets_no_expectation(void **state)
{
	struct story *story = *state;

	message(story, 10, true, 0, "BYE");
	message(story, 500, true, 0, "BYE");
	story->sip[1].repeated = true;
	assert_int_equal(play(story, "sip expect out BYE within 1000", 0, 10), SCRIPT_DONE);
	assert_int_equal(play(story, "sip expect out BYE within 1000", 0, 2000), SCRIPT_FAILED);
}

static void test_a_message_meets_one_expectation_only(void **state)
{
	struct story *story = *state;

	message(story, 10, true, 0, "INVITE");
	message(story, 11, true, 0, "INVITE");
	assert_int_equal(play(story, "sip expect out INVITE", 0, 20), SCRIPT_DONE);
	assert_int_equal(play(story, "sip expect out INVITE", 0, 20), SCRIPT_DONE);
	assert_int_equal(play(story, "sip expect out INVITE within 50", 0, 200), SCRIPT_FAILED);
	assert_non_null(strstr(story->player.failure, "no message came since"));
}

static void test_never_looks_back_to_the_last_met_expectation(void **state)
{
	struct story *story = *state;

	message(story, 10, true, 0, "INVITE");
	assert_int_equal(play(story, "sip never out BYE", 0, 20), SCRIPT_DONE);
	assert_int_equal(play(story, "sip never out INVITE from 102", 0, 20), SCRIPT_DONE);
	assert_int_equal(play(story, "sip never out INVITE from 101", 30, 30), SCRIPT_FAILED);
	assert_non_null(strstr(story->player.failure, "INVITE 101 -> 102 passed 20.0 ms ago"));
	assert_int_equal(play(story, "sip expect out INVITE", 0, 20), SCRIPT_DONE);
	assert_int_equal(play(story, "sip never out INVITE", 30, 30), SCRIPT_DONE);
}

static void test_words_for_the_peer_reach_it_and_its_refusal_is_told(void **state)
{
	struct story *story = *state;

	assert_int_equal(play(story, "sip user 200", 0, 0), SCRIPT_DONE);
	assert_int_equal(play(story, "sip answer 300", 0, 0), SCRIPT_FAILED);
	assert_non_null(strstr(story->player.failure, "nobody"));
}

static void test_at_waits_and_control_stops(void **state)
{
	struct story *story = *state;

	assert_int_equal(play(story, "at 100", 0, 99), SCRIPT_WAIT);
	assert_int_equal(play(story, "at 100", 0, 100), SCRIPT_DONE);
	stops = 0;
	assert_int_equal(play(story, "control stop", 0, 0), SCRIPT_DONE);
	assert_int_equal(stops, 1);
	server_stops = server_starts = 0;
	assert_int_equal(play(story, "control server-stop", 0, 0), SCRIPT_DONE);
	assert_int_equal(server_stops, 1);
	assert_int_equal(server_starts, 0);
	assert_int_equal(play(story, "control server-start", 0, 0), SCRIPT_DONE);
	assert_int_equal(server_starts, 1);
}

static void test_control_sets_the_clock(void **state)
{
	struct story *story = *state;
	struct tm local = {.tm_year = 126, .tm_mon = 2, .tm_mday = 2, .tm_hour = 6, .tm_min = 59, .tm_sec = 30, .tm_isdst = -1};

	assert_int_equal(play(story, "control clock 2026-03-02 06:59:30", 0, 0), SCRIPT_DONE);
	assert_true(clock_s == mktime(&local));
	assert_int_equal(play(story, "control clock 1960-01-01 00:00:00", 0, 0), SCRIPT_FAILED);
	assert_non_null(strstr(story->player.failure, "clock cannot be done"));
}

static void test_a_wrong_line_is_refused(void **state)
{
	static const char *const wrong[] = {"sip", "sip expect", "sip expect INVITE", "sip expect out",
		"sip expect out INVITE within x", "sip expect out INVITE for 5", "sip never out",
		"sip never out INVITE within 5", "control", "control go", "control clock 06:59:30", "control clock 2026-03-02 25:00:00", "control clock 2026-03-02 06:59:30x",
		"at x", "1 sip expect out INVITE"};
	struct script_command *command;
	char error[1200];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (script_line(&command, "f", 1, wrong[i], verbs, error, sizeof error) != EINVAL)
			fail_msg("taken: %s", wrong[i]);
	}
}

#define test_of_story(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_of_story(test_a_message_that_passes_in_time_is_what_was_expected),
		test_of_story(test_a_cause_is_that_of_the_reason),
		test_of_story(test_a_message_that_comes_late_is_not),
		test_of_story(test_direction_user_and_status_must_be_right),
		test_of_story(test_a_retransmission_meets_no_expectation),
		test_of_story(test_a_message_meets_one_expectation_only),
		test_of_story(test_never_looks_back_to_the_last_met_expectation),
		test_of_story(test_words_for_the_peer_reach_it_and_its_refusal_is_told),
		test_of_story(test_at_waits_and_control_stops),
		test_of_story(test_control_sets_the_clock),
		cmocka_unit_test(test_a_wrong_line_is_refused),
	};

	return cmocka_run_group_tests_name("story_verbs", tests, NULL, NULL);
}
