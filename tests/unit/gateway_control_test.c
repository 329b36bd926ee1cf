/* SPDX-License-Identifier: BSD-3-Clause */
/* The operator's socket and those who misuse it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/control.h"
#include "tests/flow/loop_virtual.h"

#define IDLERS    20
#define ANSWER_MAX (1 << 20)

static char directory[] = "/tmp/tipring-control-XXXXXX";
static char path[64];
static struct loop *loop;
static struct control *control;
static unsigned line_count;
static char answer[ANSWER_MAX];

bool gateway_line_status(const struct gateway *gateway, unsigned index, struct line_status *status)
{
	(void)gateway;
	*status = (struct line_status){.name = "a-name-of-a-usual-length", .state = "talking"};
	return index < line_count;
}

void gateway_sip_counts(const struct gateway *gateway, struct ua_agent_counts *counts)
{
	(void)gateway;
	*counts = (struct ua_agent_counts){.refused_strangers = 7, .refused_last = "192.0.2.9:5060"};
}

bool gateway_account_status(const struct gateway *gateway, unsigned index, struct account_status *status)
{
	(void)gateway;
	*status = (struct account_status){index ? "office" : "house", index ? UA_REG_FAILED : UA_REG_REGISTERED,
		{200, "OK", "192.0.2.10:5060", 600, 450}};
	if (index)
		status->view = (struct ua_registration_view){403, "Go\naway", "[2001:db8::1]:5061", 0, 300};
	return index < 2;
}

const char *gateway_account_address(const struct gateway *gateway, unsigned index, unsigned which)
{
	static const char *const addresses[] = {"sip:+15550100@example.org", "tel:+15550101", NULL};

	(void)gateway;
	return index ? NULL : addresses[which];
}

/* Two workers, of which the second is late. */
struct media *gateway_media(const struct gateway *gateway, unsigned worker)
{
	static char workers[2];

	(void)gateway;
	return worker < 2 ? (struct media *)&workers[worker] : NULL;
}

void media_lateness(const struct media *media, struct lateness_view *view)
{
	bool late = media != gateway_media(NULL, 0);

	*view = (struct lateness_view){.ticks = late ? 7 : 100, .p50_us = 50, .p99_us = late ? UINT32_MAX : 1500, .worst_us = late ? 250000 : 1234};
}

unsigned media_line_count(const struct media *media)
{
	return media == gateway_media(NULL, 0) ? 3 : 4;
}

bool gateway_line_exists(const struct gateway *gateway, unsigned index)
{
	(void)gateway;
	return index < line_count;
}

bool gateway_line_call(const struct gateway *gateway, unsigned index, unsigned call_index, struct line_call *call)
{
	(void)gateway;
	*call = (struct line_call){
		.line = "a-name", .codec = "PCMA", .fax = call_index ? "" : "calls", .up = true,
		.stats = {.sent = 500, .received = call_index ? 0 : 490, .lost = 10, .late = 2, .jitter_us = 2500, .delay_ms = 41,
			.round_trip_ms = 80, .far_told = !call_index, .far_lost = 3},
		.rating = {.r = 88, .mos = 4.32, .mos_lq = 4.4, .far_mos = call_index ? 0 : 3.96},
	};
	return index < line_count && call_index < 2;
}

static unsigned in_use;
static bool conf_is_wrong;

unsigned gateway_lines_in_use(const struct gateway *gateway)
{
	(void)gateway;
	return in_use;
}

int gateway_reload(struct gateway *gateway, FILE *errors)
{
	(void)gateway;
	if (conf_is_wrong)
		fprintf(errors, "tipring.conf:3: port \"99999\": allowed is 1 to 65535\n");
	return conf_is_wrong ? EINVAL : 0;
}

static struct subscriber subscriber;

struct subscriber *gateway_subscriber(struct gateway *gateway, const char *line)
{
	(void)gateway;
	return !strcmp(line, "hall") || !strcmp(line, "front door") ? &subscriber : NULL;
}

static int make(void **state)
{
	(void)state;
	line_count = 1;
	assert_int_equal(loop_alloc(&loop, 64), 0);
	assert_int_equal(control_alloc(&control, loop, path, NULL), 0);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	control_free(control);
	loop_free(loop);
	return 0;
}

static int group_make(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/control", directory);
	return 0;
}

static int group_unmake(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static int connected(void)
{
	int fd;

	assert_int_equal(control_connect(&fd, path), 0);
	loop_virtual_serve(loop);
	return fd;
}

/* All that comes until the daemon closes; the operator reads only then. */
static const char *asked(const char *request, size_t length)
{
	int fd = connected();
	size_t got = 0;
	ssize_t count;

	assert_int_equal(send(fd, request, length, MSG_NOSIGNAL), length);
	loop_virtual_serve(loop);
	while ((count = recv(fd, answer + got, sizeof(answer) - 1 - got, MSG_DONTWAIT)) > 0)
		got += (size_t)count;
	answer[got] = 0;
	close(fd);
	return answer;
}

static const char *last_line(const char *text)
{
	size_t length = strlen(text);

	while (length > 1 && text[length - 2] != '\n')
		length--;
	return text + (length ? length - 1 : 0);
}

static void test_the_status_of_all_lines_there_can_be_arrives_whole(void **state)
{
	(void)state;
	line_count = CONFIG_LINES_MAX;
	assert_string_equal(last_line(asked("status --json\n", 14)), "ok\n");
	assert_string_equal(last_line(asked("status\n", 7)), "ok\n");
}

static void test_calls_are_shown_with_how_they_sound(void **state)
{
	(void)state;
	assert_string_equal(asked("calls\n", 6),
		"line             codec        sent received   lost   late jitter-ms delay-ms round-trip-ms   mos  far-lost far-mos     fax\n"
		"a-name           PCMA          500      490     10      2       2.5       41            80   4.3         3     4.0   calls\n"
		"a-name           PCMA          500        0     10      2       2.5       41            80     -         3       -       -\n"
		"ok\n");
	assert_non_null(strstr(asked("calls --json\n", 13), "\"codec\":\"PCMA\",\"answered\":true,\"sent\":500,\"received\":490,"));
	assert_non_null(strstr(answer, "\"fax\":\"calls\""));
	assert_non_null(strstr(answer, "\"far_told\":false"));
	assert_string_equal(last_line(answer), "ok\n");
}

static void test_who_asks_nothing_does_not_keep_the_operator_out(void **state)
{
	int idlers[IDLERS];

	(void)state;
	for (int i = 0; i < IDLERS; i++)
		idlers[i] = connected();
	assert_string_equal(last_line(asked("status\n", 7)), "ok\n");
	for (int i = 0; i < IDLERS; i++)
		close(idlers[i]);
}

static void test_what_is_not_understood_is_refused(void **state)
{
	char endless[400];

	(void)state;
	memset(endless, 'x', sizeof(endless));
	assert_int_equal(strncmp(asked("reboot\n", 7), "error: ", 7), 0);
	assert_int_equal(strncmp(asked("\n", 1), "error: ", 7), 0);
	assert_int_equal(strncmp(asked(endless, 300), "error: ", 7), 0);
	assert_string_equal(last_line(asked("status\n", 7)), "ok\n");
}

static const char *ask(const char *request)
{
	return asked(request, strlen(request));
}

static void test_the_operator_sees_and_changes_what_a_subscriber_has_set(void **state)
{
	(void)state;
	memset(&subscriber, 0, sizeof(subscriber));
	assert_string_equal(ask("set hall dnd on\n"), "ok\n");
	assert_string_equal(ask("set \"front door\" forward_busy 300\n"), "ok\n");
	assert_string_equal(ask("show hall\n"), "forward_busy 300\ndnd on\nok\n");
	assert_string_equal(ask("clear hall dnd\n"), "ok\n");
	assert_string_equal(ask("show hall\n"), "forward_busy 300\nok\n");
}

static void test_the_operator_sees_what_was_refused(void **state)
{
	const char *text = ask("sip\n");

	(void)state;
	assert_non_null(strstr(text, "strangers           7  "));
	assert_non_null(strstr(text, "last       192.0.2.9:5060\nok\n"));
}

static void test_a_changed_configuration_is_read_when_the_operator_says_so(void **state)
{
	(void)state;
	assert_string_equal(ask("reload\n"), "ok\n");
	in_use = 2;
	assert_string_equal(ask("reload\n"), "comes in force as soon as no telephone is in use (2 now)\nok\n");
	conf_is_wrong = true;
	assert_string_equal(ask("reload\n"), "tipring.conf:3: port \"99999\": allowed is 1 to 65535\n"
		"error: the configuration stays as it was: what is wrong stands above\n");
	conf_is_wrong = false;
	in_use = 0;
}

static void test_the_operator_sees_the_addresses_of_each_account(void **state)
{
	(void)state;
	assert_string_equal(ask("accounts\n"),
		"account          registered server                 lasts-s next-s answer                       addresses\n"
		"house            yes        192.0.2.10:5060            600    450 200 OK                       sip:+15550100@example.org tel:+15550101\n"
		"office           failed     [2001:db8::1]:5061           0    300 403 Go?away                 \n"
		"ok\n");
}

static void test_a_wrong_setting_is_refused_with_what_is_allowed(void **state)
{
	(void)state;
	memset(&subscriber, 0, sizeof(subscriber));
	assert_string_equal(ask("set attic dnd on\n"), "error: no line \"attic\"; allowed is the name of a line section\n");
	assert_string_equal(ask("set hall dnd maybe\n"), "error: dnd \"maybe\": allowed is on\n");
	assert_string_equal(ask("set hall forward_busy 1a\n"), "error: forward_busy \"1a\": allowed is 1 to 40 of 0-9 * # +\n");
	assert_string_equal(ask("set hall wakeup 25:00\n"), "error: wakeup \"25:00\": allowed is a time as 07:00, with a date before it "
		"(2026-03-02 07:00) or not, and \" daily\" behind it or not\n");
	assert_string_equal(ask("set hall wakeup \"07:00 daily\"\n"), "ok\n");
	assert_non_null(strstr(ask("show hall\n"), "wakeup 07:00 daily\n"));
	assert_string_equal(ask("clear hall wakeup\n"), "ok\n");
	assert_non_null(strstr(ask("set hall colour red\n"), "error: no item \"colour\"; allowed is forward_always "));
	assert_non_null(strstr(ask("set hall dnd\n"), "error: unknown request"));
	assert_non_null(strstr(ask("set hall dnd on on\n"), "error: unknown request"));
	assert_string_equal(ask("show hall\n"), "ok\n");
}

static void test_a_file_that_is_no_socket_is_not_replaced(void **state)
{
	struct control *other = NULL;
	char precious[96];
	FILE *file;

	(void)state;
	snprintf(precious, sizeof(precious), "%s/precious", directory);
	file = fopen(precious, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(control_alloc(&other, loop, precious, NULL), EEXIST);
	assert_int_equal(unlink(precious), 0);
}

static void test_a_second_daemon_leaves_the_first_ones_socket_alone(void **state)
{
	struct control *other = NULL;

	(void)state;
	assert_int_equal(control_alloc(&other, loop, path, NULL), EADDRINUSE);
	loop_virtual_serve(loop);
	assert_string_equal(last_line(asked("status\n", 7)), "ok\n");
}

static void test_out_of_descriptors_a_client_is_sent_away(void **state)
{
	struct rlimit before, none_left;
	char byte;
	int fd;

	(void)state;
	assert_int_equal(control_connect(&fd, path), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none_left = before;
	none_left.rlim_cur = (rlim_t)dup(fd);
	close((int)none_left.rlim_cur);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none_left), 0);
	loop_virtual_serve(loop);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	close(fd);
	assert_string_equal(last_line(asked("status\n", 7)), "ok\n");
}

#define CONTROL_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

static void test_how_late_the_sound_is_served_is_told_of_each_worker(void **state)
{
	(void)state;
	assert_string_equal(ask("media\n"),
		"worker  lines      ticks     p50-ms     p99-ms   worst-ms\n"
		"     0      3        100       0.05       1.50       1.23\n"
		"     1      4          7       0.05       >100     250.00\nok\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(test_the_status_of_all_lines_there_can_be_arrives_whole),
		CONTROL_TEST(test_calls_are_shown_with_how_they_sound),
		CONTROL_TEST(test_who_asks_nothing_does_not_keep_the_operator_out),
		CONTROL_TEST(test_what_is_not_understood_is_refused),
		CONTROL_TEST(test_the_operator_sees_and_changes_what_a_subscriber_has_set),
		CONTROL_TEST(test_the_operator_sees_what_was_refused),
		CONTROL_TEST(test_the_operator_sees_the_addresses_of_each_account),
		CONTROL_TEST(test_a_changed_configuration_is_read_when_the_operator_says_so),
		CONTROL_TEST(test_a_wrong_setting_is_refused_with_what_is_allowed),
		CONTROL_TEST(test_a_file_that_is_no_socket_is_not_replaced),
		CONTROL_TEST(test_out_of_descriptors_a_client_is_sent_away),
		CONTROL_TEST(test_a_second_daemon_leaves_the_first_ones_socket_alone),
		CONTROL_TEST(test_how_late_the_sound_is_served_is_told_of_each_worker),
	};

	return cmocka_run_group_tests_name("gateway/control", tests, group_make, group_unmake);
}
