/* SPDX-License-Identifier: BSD-3-Clause */
/* Who rings, by the number that was called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_called_number_tells_who_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
