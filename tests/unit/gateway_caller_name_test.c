/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/caller_name.h"

static void test_a_mark_before_the_name_says_what_the_network_knows(void **state)
{
	static const struct {
		struct ua_incoming incoming;
		const char *shown;
	} rows[] = {
		{{.caller_user = "200", .caller_name = "Ann"}, "Ann"},
		{{.caller_user = "200", .caller_name = ""}, "200"},
		{{.caller_user = "200", .caller_name = "Ann", .verification = UA_VERIFICATION_PASSED}, "[V] Ann"},
		{{.caller_user = "200", .caller_name = "", .verification = UA_VERIFICATION_FAILED}, "[?] 200"},
		{{.caller_user = "", .caller_name = "", .anonymous = true}, "anonymous"},
	};
	char name[CALLER_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		caller_name_show(name, &rows[i].incoming);
		assert_string_equal(name, rows[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mark_before_the_name_says_what_the_network_knows),
	};

	return cmocka_run_group_tests_name("gateway/caller_name", tests, NULL, NULL);
}
