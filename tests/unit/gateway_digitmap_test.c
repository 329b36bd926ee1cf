/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/digitmap.h"

static enum digitmap_verdict match(const char *text, const char *digits)
{
	struct digitmap map;
	const char *why;
	size_t at;

	assert_int_equal(digitmap_parse(&map, text, &at, &why), 0);
	return digitmap_match(&map, digits);
}

static void test_a_number_of_fixed_length_is_complete_at_its_last_digit(void **state)
{
	(void)state;
	assert_int_equal(match("(1xx|2xxx)", "1"), DIGITMAP_MORE);
	assert_int_equal(match("(1xx|2xxx)", "102"), DIGITMAP_COMPLETE);
	assert_int_equal(match("(1xx|2xxx)", "203"), DIGITMAP_MORE);
	assert_int_equal(match("(1xx|2xxx)", "3"), DIGITMAP_NEVER);
	assert_int_equal(match("(1xx|2xxx)", "1023"), DIGITMAP_NEVER);
}

static void test_any_length_waits_for_the_timer(void **state)
{
	(void)state;
	assert_int_equal(match("x.T", "0"), DIGITMAP_TIMER);
	assert_int_equal(match("x.T", "123456789"), DIGITMAP_TIMER);
	assert_int_equal(match("xx.T", "1"), DIGITMAP_TIMER);
	assert_int_equal(match("x.T", "*"), DIGITMAP_NEVER);
}

static void test_a_shorter_number_waits_when_a_longer_one_begins_so(void **state)
{
	(void)state;
	assert_int_equal(match("(11|11x)", "11"), DIGITMAP_ENOUGH);
	assert_int_equal(match("(11|11x)", "112"), DIGITMAP_COMPLETE);
	assert_int_equal(match("(0T|00x.T)", "0"), DIGITMAP_TIMER);
	assert_int_equal(match("(0T|00x.T)", "00"), DIGITMAP_TIMER);
}

static void assert_sent(const char *text, const char *digits, const char *number)
{
	struct digitmap map;
	const char *why;
	char sent[64];
	size_t at;

	assert_int_equal(digitmap_parse(&map, text, &at, &why), 0);
	assert_int_equal(digitmap_rewrite(&map, digits, sent, sizeof(sent)), strlen(number));
	assert_string_equal(sent, number);
	assert_int_equal(digitmap_rewrite(&map, digits, sent, strlen(number)), 0);
}

static void test_a_number_may_be_sent_otherwise_than_dialled(void **state)
{
	(void)state;
	assert_int_equal(match("<9:>xxxx", "9123"), DIGITMAP_MORE);
	assert_int_equal(match("<9:>xxxx", "91234"), DIGITMAP_COMPLETE);
	assert_sent("<9:>xxxx", "91234", "1234");
	assert_sent("<:0>xxxx", "1234", "01234");
	assert_sent("(<0:+49>[1-9]x.T|<00:+>[1-9]x.T|1xx)", "030123", "+4930123");
	assert_sent("(<0:+49>[1-9]x.T|<00:+>[1-9]x.T|1xx)", "0044123", "+44123");
	assert_sent("(<0:+49>[1-9]x.T|<00:+>[1-9]x.T|1xx)", "102", "102");
	assert_sent("1<2:34>5", "125", "1345");
	assert_sent("<[*#]x:77>1", "*11", "771");
	assert_sent("x.T", "5", "5");
}

static void test_sets_stars_and_letters_match(void **state)
{
	(void)state;
	assert_int_equal(match("[2-46*]x#", "37#"), DIGITMAP_COMPLETE);
	assert_int_equal(match("[2-46*]x#", "*7#"), DIGITMAP_COMPLETE);
	assert_int_equal(match("[2-46*]x#", "57#"), DIGITMAP_NEVER);
	assert_int_equal(match("[a-d]1", "C1"), DIGITMAP_COMPLETE);
}

static void test_a_bad_map_is_refused_with_the_place(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {
		{"", 0}, {"(", 1}, {"()", 1}, {"(1|)", 3}, {"1y", 2}, {"[1", 2}, {"[]", 2}, {"[5-2]", 1},
		{"(1xx", 4}, {"(1xx)2", 5}, {".", 1},
		{"<1", 2}, {"<1:", 3}, {"<1:y>2", 4}, {"<:2>", 4}, {"<1.:2>3", 3}, {"<T:2>3", 2}, {"x.<1:2>3", 3},
		{"<1:2>3<4:5>6", 7}, {"<1:12345678901234567>2", 20},
		{"T1", 1}, {"xTT", 2}, {"(1|T<:2>)", 4},
	};
	struct digitmap map;
	const char *why;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(digitmap_parse(&map, bad[i].text, &at, &why), 0);
		assert_non_null(why);
		assert_in_range(at, bad[i].at > 0 ? bad[i].at - 1 : 0, bad[i].at + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_number_of_fixed_length_is_complete_at_its_last_digit),
		cmocka_unit_test(test_any_length_waits_for_the_timer),
		cmocka_unit_test(test_a_shorter_number_waits_when_a_longer_one_begins_so),
		cmocka_unit_test(test_a_number_may_be_sent_otherwise_than_dialled),
		cmocka_unit_test(test_sets_stars_and_letters_match),
		cmocka_unit_test(test_a_bad_map_is_refused_with_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
