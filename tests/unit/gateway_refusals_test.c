/* SPDX-License-Identifier: BSD-3-Clause */
/* However much is refused, the log has one line a minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/log.h"
#include "gateway/refusals.h"

static char logged[4096];
static unsigned lines;

void gw_log(enum gw_log_level level, const char *subject, const char *format, ...)
{
	va_list args;

	(void)level;
	assert_string_equal(subject, "SIP");
	va_start(args, format);
	vsnprintf(logged, sizeof(logged), format, args);
	va_end(args);
	lines++;
}

static void test_a_flood_costs_one_line_a_minute(void **state)
{
	struct refusals refusals = {.next_ms = 0};
	struct ua_agent_counts counts = {.requests_in = 1};

	(void)state;
	refusals_review(&refusals, &counts, 1000);
	assert_int_equal(lines, 0);
	counts.refused_strangers = 3;
	counts.refused_malformed = 1;
	strcpy(counts.refused_last, "192.0.2.9:5060");
	refusals_review(&refusals, &counts, 2000);
	assert_string_equal(logged, "refused or dropped: 3 requests of strangers, 1 malformed messages; the last from 192.0.2.9:5060");
	for (uint64_t now_ms = 3000; now_ms < 2000 + 10 * 60000; now_ms += 1000) {
		counts.dropped += 5000;
		refusals_review(&refusals, &counts, now_ms);
	}
	assert_int_equal(lines, 10);
	assert_string_equal(logged, "refused or dropped: 300000 messages over the limit of their source; the last from 192.0.2.9:5060");
	refusals_review(&refusals, &counts, 2000 + 20 * 60000);
	assert_int_equal(lines, 11);
	refusals_review(&refusals, &counts, 2000 + 30 * 60000);
	assert_int_equal(lines, 11);
}

static void test_the_operator_sees_all_of_them(void **state)
{
	struct ua_agent_counts counts = {.dropped = 7, .refused_busy = 2};
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	refusals_print(&counts, out);
	fclose(out);
	assert_non_null(strstr(text, "dropped             7  messages"));
	assert_non_null(strstr(text, "busy                2  calls"));
	assert_non_null(strstr(text, "last       -\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flood_costs_one_line_a_minute),
		cmocka_unit_test(test_the_operator_sees_all_of_them),
	};

	return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
