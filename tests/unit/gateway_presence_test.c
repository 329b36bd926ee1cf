/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/presence.h"

#define HERE      "127.0.0.1"
#define ELSEWHERE "192.0.2.77"

static void test_an_address_is_missed_once_and_welcomed_once(void **state)
{
	struct presence presence = {0};

	(void)state;
	assert_int_equal(presence_review(&presence, HERE), PRESENCE_SAME);
	assert_int_equal(presence_review(&presence, ELSEWHERE), PRESENCE_LOST);
	assert_int_equal(presence_review(&presence, ELSEWHERE), PRESENCE_SAME);
	assert_int_equal(presence_review(&presence, HERE), PRESENCE_BACK);
	assert_int_equal(presence_review(&presence, HERE), PRESENCE_SAME);
	assert_int_equal(presence_review(&presence, "2001:db8::77"), PRESENCE_LOST);
	assert_int_equal(presence_review(&presence, "::1"), PRESENCE_BACK);
}

static void test_what_the_system_does_not_say_changes_nothing(void **state)
{
	struct presence here = {0}, gone = {.gone = true};

	(void)state;
	assert_int_equal(presence_review(&here, "none"), PRESENCE_SAME);
	assert_int_equal(presence_review(&gone, "none"), PRESENCE_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_address_is_missed_once_and_welcomed_once),
		cmocka_unit_test(test_what_the_system_does_not_say_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
