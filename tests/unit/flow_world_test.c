/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow bed itself, by one call between two lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/media/media.h"
#include "tests/flow/loop_virtual.h"
#include "tests/flow/world.h"

#define SAID_MAX  65536
#define NS_PER_MS 1000000ull

struct bed {
	char directory[64], config[96], wires[96];
	char said[SAID_MAX];
	struct world *world;
	struct phone *phones[2];
};

static void say(struct bed *bed, uint64_t at_ns, const char *who, const char *text)
{
	size_t length = strlen(bed->said);

	snprintf(bed->said + length, SAID_MAX - length, "%.3f %s %s\n",
		(double)(int64_t)(at_ns - LOOP_VIRTUAL_EPOCH_NS) / 1e6, who, text);
}

static void on_sip(const struct peer_event *event, void *arg)
{
	char text[256];

	peer_event_text(event, text, sizeof(text));
	say(arg, event->at_ns, event->out ? ">" : "<", text);
}

static void on_phone(const struct phone *phone, const struct phone_event *event, void *arg)
{
	char text[256];

	phone_event_text(text, sizeof(text), event);
	say(arg, event->at_ns, phone_number(phone) == 1 ? "1" : "2", text);
}

static void config_write(const struct bed *bed)
{
	FILE *file = fopen(bed->config, "w");

	assert_non_null(file);
	fprintf(file, "sip { listen = \"127.0.0.1\" }\n"
		      "profile \"us\" { country = \"us\" digit_map = \"(1xx)\" }\n"
		      "dummy { wires = \"%s\" }\nstate { file = \"\" }\n", bed->wires);
	for (int i = 1; i <= 2; i++)
		fprintf(file, "account \"a%d\" { user = \"10%d\" domain = \"example.net\" server = \"127.0.0.1\" "
			      "password = \"secret\" }\n"
			      "line \"l%d\" { driver = \"dummy\" channel = \"l%d\" account = \"a%d\" profile = \"us\" }\n",
			i, i, i, i, i);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(bed->config, 0600), 0);
}

static int bed_make(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct bed *bed = calloc(1, sizeof(*bed));

	*state = bed;
	snprintf(bed->directory, sizeof(bed->directory), "%.40s/flow-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(bed->directory))
		return -1;
	snprintf(bed->config, sizeof(bed->config), "%s/tipring.conf", bed->directory);
	snprintf(bed->wires, sizeof(bed->wires), "%s/wires", bed->directory);
	config_write(bed);
	return 0;
}

static int bed_free(void **state)
{
	struct bed *bed = *state;

	world_free(bed->world);
	unlink(bed->config);
	unlink(bed->wires);
	rmdir(bed->directory);
	free(bed);
	return 0;
}

static void begin(struct bed *bed, unsigned events_size, unsigned control_lag_ms)
{
	struct world_config config = {
		.config_path = bed->config,
		.wires_path = bed->wires,
		.events_size = events_size,
		.control_lag_ms = control_lag_ms,
		.sip = on_sip,
		.phone = on_phone,
		.arg = bed,
	};

	bed->said[0] = 0;
	assert_int_equal(world_alloc(&bed->world, &config), 0);
	assert_int_equal(world_phone_add(bed->world, &bed->phones[0], 1, "us", "l1"), 0);
	assert_int_equal(world_phone_add(bed->world, &bed->phones[1], 2, "us", "l2"), 0);
}

static void end(struct bed *bed)
{
	assert_int_equal(world_stop(bed->world), 0);
	world_free(bed->world);
	bed->world = NULL;
}

static uint64_t at(struct bed *bed, uint64_t ms)
{
	uint64_t at_ns = LOOP_VIRTUAL_EPOCH_NS + ms * NS_PER_MS;

	world_run(bed->world, at_ns, NULL, NULL);
	return at_ns;
}

/* Telephone 1 calls telephone 2, they talk, 2 hangs up. */
static void call(struct bed *bed)
{
	assert_int_equal(phone_lift(bed->phones[0], at(bed, 1000)), 0);
	assert_int_equal(mouth_dial(phone_mouth(bed->phones[0]), "102", at(bed, 1503)), 0);
	assert_int_equal(phone_lift(bed->phones[1], at(bed, 5000)), 0);
	at(bed, 5500);
	assert_int_equal(mouth_say_seed(phone_mouth(bed->phones[0]), 1, 1000), 0);
	assert_int_equal(mouth_say_seed(phone_mouth(bed->phones[1]), 2, 1000), 0);
	assert_int_equal(phone_hangup(bed->phones[1], at(bed, 7000)), 0);
	assert_int_equal(phone_hangup(bed->phones[0], at(bed, 10000)), 0);
	at(bed, 12000);
}

static void assert_in_order(const char *text, const char *const *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *found = strstr(text, pieces[i]);

		if (!found)
			fail_msg("not found, or not in its place: %s in\n%s", pieces[i], text);
		text = found;
	}
}

static void test_a_call_between_two_lines_runs(void **state)
{
	static const char *const pieces[] = {
		"> REGISTER 101 -> 101", "< 200 REGISTER 102 -> 102", "1 lifts", "1 hears dial", "1 dials 1",
		"> INVITE 101 -> 102", "< INVITE 101 -> 102", "2 rings", "1 hears ringback", "2 lifts",
		"> 200 INVITE 101 -> 102", "> ACK 101 -> 102", "hears a voice", "2 hangs up", "> BYE 102 -> 101",
		"1 hangs up", "> REGISTER 101 -> 101",
	};
	struct bed *bed = *state;

	begin(bed, 0, 0);
	call(bed);
	end(bed);
	assert_in_order(bed->said, pieces, sizeof(pieces) / sizeof(pieces[0]));
}

/* Both phones' voices come at the same moment, so the order of all events counts too. */
static void test_two_runs_are_the_same_event_for_event(void **state)
{
	static char first[SAID_MAX];
	struct bed *bed = *state;

	begin(bed, 0, 0);
	call(bed);
	end(bed);
	strcpy(first, bed->said);
	begin(bed, 0, 0);
	call(bed);
	end(bed);
	assert_string_equal(bed->said, first);
}

static void test_queues_of_size_1_change_nothing(void **state)
{
	static char first[SAID_MAX];
	struct bed *bed = *state;

	begin(bed, 0, 0);
	call(bed);
	end(bed);
	strcpy(first, bed->said);
	begin(bed, 1, 0);
	call(bed);
	end(bed);
	assert_string_equal(bed->said, first);
}

/* Control sleeps over lifting and hanging up: of the two events the queue keeps one, and the state heals. */
static void test_a_lost_hang_up_heals_from_the_state(void **state)
{
	struct bed *bed = *state;

	begin(bed, 1, 5000);
	assert_int_equal(phone_lift(bed->phones[0], at(bed, 6000)), 0);
	assert_int_equal(phone_hangup(bed->phones[0], at(bed, 7000)), 0);
	at(bed, 25000);
	assert_true(phone_silent_since_ns(bed->phones[0]) != UINT64_MAX);
	bed->said[0] = 0;
	assert_int_equal(phone_lift(bed->phones[0], at(bed, 26000)), 0);
	at(bed, 40000);
	assert_non_null(strstr(bed->said, "1 hears dial"));
	assert_int_equal(phone_hangup(bed->phones[0], at(bed, 41000)), 0);
	at(bed, 60000);
}

static void sip(struct bed *bed, const char *text)
{
	char reason[128];

	assert_int_equal(peer_command(world_peer(bed->world), text, reason, sizeof(reason)), 0);
}

static void test_stopping_ends_ringing_and_refuses_the_call(void **state)
{
	static const char *const pieces[] = {"2 rings", "> 480 INVITE bob -> 102", "> REGISTER 102 -> 102"};
	struct bed *bed = *state;

	begin(bed, 0, 0);
	at(bed, 1000);
	sip(bed, "user bob");
	sip(bed, "call bob 102");
	at(bed, 1500);
	end(bed);
	assert_in_order(bed->said, pieces, sizeof(pieces) / sizeof(pieces[0]));
}

/* With a slow network the server still sends calls while we are taking our leave. */
static void test_what_begins_while_stopping_is_refused(void **state)
{
	struct bed *bed = *state;

	begin(bed, 0, 0);
	at(bed, 1000);
	sip(bed, "user bob");
	sip(bed, "delay 300");
	world_stop_begin(bed->world);
	world_stop_begin(bed->world);
	sip(bed, "call bob 102");
	assert_int_equal(phone_lift(bed->phones[0], at(bed, 1100)), 0);
	at(bed, 4000);
	assert_non_null(strstr(bed->said, "> 480 INVITE bob -> 102"));
	assert_null(strstr(bed->said, "2 rings"));
	assert_null(strstr(bed->said, "1 hears"));
}

static void test_stopping_does_not_wait_for_a_dead_registrar(void **state)
{
	struct bed *bed = *state;

	begin(bed, 0, 0);
	sip(bed, "registrar silent");
	at(bed, 1000);
	end(bed);
}

static void test_a_port_that_cannot_be_opened_leaves_the_others_at_work(void **state)
{
	static const char *const story[] = {"INVITE", "480", "1 hears busy"};
	struct bed *bed = *state;
	FILE *file = fopen(bed->config, "a");

	/* A name that the wires cannot carry. */
	assert_non_null(file);
	fputs("account \"a3\" { user = \"103\" domain = \"example.net\" server = \"127.0.0.1\" "
	      "password = \"secret\" }\n"
	      "line \"broken\" { driver = \"dummy\" channel = \"b d\" account = \"a3\" }\n", file);
	assert_int_equal(fclose(file), 0);
	begin(bed, 0, 0);
	assert_int_equal(phone_lift(bed->phones[0], at(bed, 1000)), 0);
	assert_int_equal(mouth_dial(phone_mouth(bed->phones[0]), "103", at(bed, 1503)), 0);
	at(bed, 5000);
	assert_in_order(bed->said, story, 3);
	end(bed);
}

#define BED_TEST(test) cmocka_unit_test_setup_teardown(test, bed_make, bed_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_a_call_between_two_lines_runs),
		BED_TEST(test_two_runs_are_the_same_event_for_event),
		BED_TEST(test_queues_of_size_1_change_nothing),
		BED_TEST(test_a_lost_hang_up_heals_from_the_state),
		BED_TEST(test_stopping_ends_ringing_and_refuses_the_call),
		BED_TEST(test_what_begins_while_stopping_is_refused),
		BED_TEST(test_stopping_does_not_wait_for_a_dead_registrar),
		BED_TEST(test_a_port_that_cannot_be_opened_leaves_the_others_at_work),
	};

	return cmocka_run_group_tests_name("flow/world", tests, NULL, NULL);
}
