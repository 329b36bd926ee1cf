/* SPDX-License-Identifier: BSD-3-Clause */
/* Who rings, by the number that was called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/dial_route.h"
#include "gateway/route.h"

static struct config_account accounts[2];
static struct config_line lines[] = {
	{.name = "plain", .account = &accounts[0]},
	{.name = "short", .account = &accounts[0], .number = {"21"}},
	{.name = "desk", .account = &accounts[0], .did = {" 5551000  +1555* "}},
	{.name = "other", .account = &accounts[1], .did = {"5551009"}},
};
static struct config_group groups[] = {
	{.name = "sales", .account = &accounts[0], .did = {"555100?"}, .number = {"30"}},
	{.name = "all", .account = &accounts[0]},
	{.name = "late", .account = &accounts[1], .did = {"777"}},
};
static const struct config config = {.accounts = accounts, .account_count = 2, .lines = lines, .line_count = 4,
	.groups = groups, .group_count = 3};

static void test_the_called_number_tells_who_rings(void **state)
{
	static const struct {
		const struct config_account *account;
		const char *called;
		const struct config_line *line;
		const struct config_group *group;
	} rows[] = {
		{&accounts[0], "21", &lines[1], NULL},
		{&accounts[0], "30", NULL, &groups[0]},
		{&accounts[0], "5551000", &lines[2], NULL}, /* a line before a group */
		{&accounts[0], "+15551234", &lines[2], NULL},
		{&accounts[0], "5551001", NULL, &groups[0]},
		{&accounts[0], "55510011", NULL, &groups[1]},
		{&accounts[0], "101", NULL, &groups[1]},
		{&accounts[0], "", NULL, &groups[1]},
		{&accounts[0], "777", NULL, &groups[1]}, /* of the other account */
		{&accounts[1], "5551009", &lines[3], NULL},
		{&accounts[1], "777", NULL, &groups[2]},
		{&accounts[1], "5551000", NULL, NULL},
		{&accounts[1], "21", NULL, NULL},
		{&accounts[1], "", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct route route = route_find(&config, rows[i].account, rows[i].called);

		if (route.line != rows[i].line || route.group != rows[i].group)
			fail_msg("%s: %s %s", rows[i].called, route.line ? route.line->name : "-", route.group ? route.group->name : "-");
	}
}

static void test_the_longest_prefix_tells_the_accounts(void **state)
{
	static const struct {
		const char *routes, *number;
		unsigned place;
		const char *name; /* NULL: none */
	} rows[] = {
		{"", "1", 0, NULL}, {"1: a", "2", 0, NULL}, {"1: a", "12", 0, "a"}, {"1: a", "12", 1, NULL}, {": a b", "12", 1, "b"},
		{"1: a, 12: b  c ", "12", 0, "b"}, {"12: b c,1:a", "12", 1, "c"}, {"12: b c,1:a", "13", 0, "a"}, {"12: b c,1:a", "13", 1, NULL},
		{"+4: a", "+49", 0, "a"}, {"123: a", "12", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[8] = "";
		bool found = dial_route_account(rows[i].routes, rows[i].number, rows[i].place, name, sizeof(name));

		assert_int_equal(found, rows[i].name != NULL);
		assert_string_equal(name, rows[i].name ? rows[i].name : "");
	}
}

static void test_rows_that_cannot_be_read_are_found(void **state)
{
	static const char *const wrong[] = {"1", "1:", "a: b", "1: a b: c", "1: a,,", "12345678901234567: a", "1: a, 2"};
	const char *at;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(dial_route_is_valid(wrong[i], &at));
	assert_true(dial_route_is_valid("", &at));
	assert_true(dial_route_is_valid("00: a b, : c", &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_longest_prefix_tells_the_accounts),
		cmocka_unit_test(test_rows_that_cannot_be_read_are_found),
		cmocka_unit_test(test_the_called_number_tells_who_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
