/* SPDX-License-Identifier: BSD-3-Clause */
/* What subscribers set, and the file that keeps it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/instance.h"
#include "gateway/log.h"
#include "gateway/state.h"

static char directory[] = "/tmp/tipring-state-XXXXXX";
static struct config_line lines[2] = {{.name = "hall"}, {.name = "front door"}};
static struct config_account accounts[2] = {{.name = "trunk"}, {.name = "hall"}};
static struct config config = {.lines = lines, .line_count = 2, .accounts = accounts, .account_count = 2};
static struct state *kept;

static void file_write(const char *text)
{
	FILE *file = fopen(config.state.path.text, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char *file_text(const char *suffix)
{
	static char text[1 << 16];
	char path[sizeof(config.state.path) + 16];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", config.state.path.text, suffix);
	file = fopen(path, "r");
	if (!file)
		return NULL;
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = 0;
	fclose(file);
	return text;
}

static int make(void **state)
{
	(void)state;
	gw_log_level_set(0);
	snprintf(config.state.path.text, sizeof(config.state.path.text), "%s/state", directory);
	return 0;
}

static int unmake(void **state)
{
	char path[sizeof(config.state.path) + 16];

	(void)state;
	unlink(config.state.path.text);
	snprintf(path, sizeof(path), "%s.damaged", config.state.path.text);
	unlink(path);
	return 0;
}

static int group_make(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int group_unmake(void **state)
{
	(void)state;
	return rmdir(directory); /* nothing is left in it */
}

static void begin(void)
{
	assert_int_equal(state_alloc(&kept, &config), 0);
}

static void end(void)
{
	state_free(kept);
	kept = NULL;
}

static void set(unsigned line, enum subscriber_item item, const char *text)
{
	assert_int_equal(subscriber_set(state_subscriber(kept, line), item, text), 0);
}

static void test_what_was_set_is_there_after_a_restart(void **state)
{
	struct stat status;

	(void)state;
	begin();
	set(0, SUBSCRIBER_DND, "on");
	set(1, SUBSCRIBER_SPEED + 7, "*77#");
	set(1, SUBSCRIBER_FORWARD_BUSY, "300");
	set(1, SUBSCRIBER_FORWARD_BUSY, "");
	end();
	assert_string_equal(file_text(""), "tipring 1\nhall\tdnd\ton\nfront door\tspeed_7\t*77#\n");
	assert_int_equal(stat(config.state.path.text, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	begin();
	assert_string_equal(subscriber_get(state_subscriber(kept, 0), SUBSCRIBER_DND), "on");
	assert_string_equal(subscriber_get(state_subscriber(kept, 1), SUBSCRIBER_SPEED + 7), "*77#");
	assert_false(subscriber_has(state_subscriber(kept, 1), SUBSCRIBER_FORWARD_BUSY));
	end();
}

static void test_nothing_is_written_where_nothing_changed(void **state)
{
	(void)state;
	begin();
	set(0, SUBSCRIBER_DND, "");
	end();
	assert_null(file_text(""));
}

static void test_rows_of_other_lines_and_of_later_versions_are_kept(void **state)
{
	(void)state;
	file_write("tipring 1\nattic\tdnd\ton\nhall\tcolour\tred and blue\nhall\tdnd\ton\n");
	begin();
	set(0, SUBSCRIBER_DND, "");
	end();
	assert_string_equal(file_text(""), "tipring 1\nattic\tdnd\ton\nhall\tcolour\tred and blue\n");
	assert_null(file_text(".damaged"));
}

static void test_a_damaged_file_is_kept_aside_and_what_can_be_read_is_in_force(void **state)
{
	static const char *const damaged[] = {
		"tipring 1\nhall\tdnd\ton\nhall\tdnd\n",
		"tipring 1\nhall\tdnd\ton\nhall\tforward_busy\tx\n",
		"tipring 1\nhall\tdnd\ton\nhall\tforward_bu",
		"tipring 1\nhall\tdnd\ton\n\n",
		"tipring 2\nhall\tdnd\ton\n",
		"tipring 1\nhall\tdnd\ton\na\tb\tc\td\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		file_write(damaged[i]);
		begin();
		assert_string_equal(subscriber_get(state_subscriber(kept, 0), SUBSCRIBER_DND), "on");
		assert_string_equal(file_text(".damaged"), damaged[i]);
		set(1, SUBSCRIBER_DND, "on");
		end();
		assert_string_equal(file_text(""), "tipring 1\nhall\tdnd\ton\nfront door\tdnd\ton\n");
		unmake(NULL);
	}
}

static void test_an_empty_file_and_one_of_rubbish_begin_nothing_wrong(void **state)
{
	(void)state;
	file_write("");
	begin();
	end();
	assert_string_equal(file_text(".damaged"), "");
	unmake(NULL);
	file_write("\xff\xfe\n\t\t\t\n\t\n");
	begin();
	for (enum subscriber_item item = 0; item < SUBSCRIBER_ITEMS; item++)
		assert_false(subscriber_has(state_subscriber(kept, 0), item));
	end();
	assert_non_null(file_text(".damaged"));
}

static void test_a_file_that_cannot_be_read_is_not_overwritten(void **state)
{
	(void)state;
	assert_int_equal(mkdir(config.state.path.text, 0700), 0);
	assert_int_not_equal(state_alloc(&kept, &config), 0);
	assert_int_equal(rmdir(config.state.path.text), 0);
}

static void test_a_disk_that_takes_nothing_is_told_and_tried_again(void **state)
{
	char away[sizeof(directory) + 8], back[sizeof(away)];

	(void)state;
	snprintf(back, sizeof(back), "%s", directory);
	snprintf(away, sizeof(away), "%s.away", directory);
	begin();
	assert_int_equal(rename(back, away), 0);
	set(0, SUBSCRIBER_DND, "on");
	state_review(kept);
	assert_int_equal(rename(away, back), 0);
	set(0, SUBSCRIBER_FORWARD_BUSY, "300");
	end();
	assert_string_equal(file_text(""), "tipring 1\nhall\tforward_busy\t300\nhall\tdnd\ton\n");
}

static void test_nothing_is_kept_where_no_file_is_named(void **state)
{
	(void)state;
	config.state.path.text[0] = 0;
	begin();
	set(0, SUBSCRIBER_DND, "on");
	state_review(kept);
	end();
	make(NULL);
	assert_null(file_text(""));
}

static void test_only_what_is_allowed_is_set(void **state)
{
	struct subscriber subscriber = {.changed = NULL};

	(void)state;
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_FORWARD_ALWAYS, "12a"), EINVAL);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_FORWARD_ALWAYS,
		"12345678901234567890123456789012345678901"), EINVAL);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_FORWARD_ALWAYS,
		"1234567890123456789012345678901234567890"), 0);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_DND, "off"), EINVAL);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_CALL_WAITING, "off"), 0);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_BLOCKED, "a b"), EINVAL);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_BLOCKED, "a\tb"), EINVAL);
	assert_int_equal(subscriber_set(&subscriber, SUBSCRIBER_BLOCKED, "+1-a.b"), 0);
}

static void test_every_item_has_a_name_of_its_own(void **state)
{
	char name[SUBSCRIBER_NAME_MAX];

	(void)state;
	for (enum subscriber_item item = 0; item < SUBSCRIBER_ITEMS; item++) {
		subscriber_item_name(item, name);
		assert_int_equal(subscriber_item_find(name), item);
	}
	assert_int_equal(subscriber_item_find("speed"), SUBSCRIBER_ITEMS);
	assert_int_equal(subscriber_item_find(""), SUBSCRIBER_ITEMS);
}

static void test_the_oldest_blocked_caller_makes_room(void **state)
{
	struct subscriber subscriber = {.changed = NULL};
	char caller[8];

	(void)state;
	assert_int_equal(subscriber_list_add(&subscriber, SUBSCRIBER_BLOCKED, ""), EINVAL);
	for (int i = 0; i < SUBSCRIBER_PLACES + 1; i++) {
		snprintf(caller, sizeof(caller), "%d", 100 + i);
		assert_int_equal(subscriber_list_add(&subscriber, SUBSCRIBER_BLOCKED, caller), 0);
		assert_int_equal(subscriber_list_add(&subscriber, SUBSCRIBER_BLOCKED, caller), 0);
	}
	assert_false(subscriber_lists(&subscriber, SUBSCRIBER_BLOCKED, "100"));
	assert_true(subscriber_lists(&subscriber, SUBSCRIBER_BLOCKED, "101"));
	assert_true(subscriber_lists(&subscriber, SUBSCRIBER_BLOCKED, "110"));
	assert_false(subscriber_lists(&subscriber, SUBSCRIBER_BLOCKED, ""));
	assert_false(subscriber_lists(&subscriber, SUBSCRIBER_SELECTED, "101"));
	subscriber_list_clear(&subscriber, SUBSCRIBER_BLOCKED);
	assert_false(subscriber_lists(&subscriber, SUBSCRIBER_BLOCKED, "110"));
}

static void test_an_account_is_the_same_instance_after_a_restart(void **state)
{
	char first[INSTANCE_MAX], second[INSTANCE_MAX], expected[256];

	(void)state;
	begin();
	set(0, SUBSCRIBER_DND, "on");
	strcpy(first, state_instance(kept, 0));
	strcpy(second, state_instance(kept, 1));
	/* RFC 5626 s4.1: an instance is a URN, a UUID of RFC 4122 where nothing better is there | urn:uuid: of version 4 */
	assert_true(instance_is_valid(first));
	assert_int_equal(first[strlen("urn:uuid:xxxxxxxx-xxxx-")], '4');
	/* RFC 5626 s4.1: no other user agent has it | each account has its own */
	assert_string_not_equal(first, second);
	assert_string_equal(state_instance(kept, 0), first);
	end();
	snprintf(expected, sizeof(expected), "tipring 1\nhall\tdnd\ton\ntrunk\tinstance\t%s\nhall\tinstance\t%s\n", first, second);
	assert_string_equal(file_text(""), expected);
	begin();
	/* RFC 5626 s4.1: it is the same after the device was off | it stands in the state file */
	assert_string_equal(state_instance(kept, 0), first);
	assert_string_equal(state_instance(kept, 1), second);
	assert_string_equal(subscriber_get(state_subscriber(kept, 0), SUBSCRIBER_DND), "on");
	config.account_count = 1;
	end();
	begin();
	set(0, SUBSCRIBER_DND, "");
	end();
	snprintf(expected, sizeof(expected), "tipring 1\ntrunk\tinstance\t%s\nhall\tinstance\t%s\n", first, second);
	assert_string_equal(file_text(""), expected);
	config.account_count = 2;
}

static void test_what_is_no_instance_is_none(void **state)
{
	static const char *const texts[] = {
		"trunk\tinstance\tsip:x", "trunk\tinstance\turn:uuid:5b2c7a50-3f0e-4d5e-9d0c-6a1b2c3d4e5", "trunk\tinstance\turn:uuid:5b2c7a50-3f0e-4d5e-9d0c-6a1b2c3d4e5>",
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text), "tipring 1\n%s\n", texts[i]);
		file_write(text);
		begin();
		assert_string_equal(file_text(".damaged"), text);
		assert_true(instance_is_valid(state_instance(kept, 0)));
		end();
	}
}

#define STATE_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(test_what_was_set_is_there_after_a_restart),
		STATE_TEST(test_nothing_is_written_where_nothing_changed),
		STATE_TEST(test_rows_of_other_lines_and_of_later_versions_are_kept),
		STATE_TEST(test_a_damaged_file_is_kept_aside_and_what_can_be_read_is_in_force),
		STATE_TEST(test_an_empty_file_and_one_of_rubbish_begin_nothing_wrong),
		STATE_TEST(test_a_file_that_cannot_be_read_is_not_overwritten),
		STATE_TEST(test_a_disk_that_takes_nothing_is_told_and_tried_again),
		STATE_TEST(test_nothing_is_kept_where_no_file_is_named),
		STATE_TEST(test_only_what_is_allowed_is_set),
		STATE_TEST(test_every_item_has_a_name_of_its_own),
		STATE_TEST(test_the_oldest_blocked_caller_makes_room),
		STATE_TEST(test_an_account_is_the_same_instance_after_a_restart),
		STATE_TEST(test_what_is_no_instance_is_none),
	};

	return cmocka_run_group_tests(tests, group_make, group_unmake);
}
