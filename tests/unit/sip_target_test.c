/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of several servers a request goes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sip/target.h"

#define NOW 1000000

/* w: well, l: lost, s: shunned still, o: shunned until now; upper case: tried already. */
static struct ua_target target_of(char letter)
{
	struct ua_target target = {.tried = letter < 'a'};

	switch (letter | 0x20) {
	case 'l':
		target.health.lost = true;
		break;
	case 's':
		target.health.shunned_until_ms = NOW + 1;
		break;
	case 'o':
		target.health.shunned_until_ms = NOW;
		break;
	}
	return target;
}

static void test_the_first_that_is_well_is_chosen_and_the_lost_come_last(void **state)
{
	static const struct {
		const char *servers;
		int chosen;
	} rows[] = {
		{"", -1}, {"w", 0}, {"www", 0}, {"Www", 1}, {"WWw", 2}, {"WWW", -1},
		{"lww", 1}, {"lww", 1}, {"lWw", 2}, {"lWW", 0}, {"LWl", 2},
		{"sww", 1}, {"sl", 0}, {"ls", 1}, {"oww", 0}, {"lll", 0}, {"Lll", 1}, {"lSW", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ua_target targets[UA_TARGETS_MAX];
		unsigned count = (unsigned)strlen(rows[i].servers);

		for (unsigned t = 0; t < count; t++)
			targets[t] = target_of(rows[i].servers[t]);
		assert_int_equal(ua_target_choose(targets, count, NOW), rows[i].chosen);
	}
}

static void test_a_lower_priority_number_always_comes_first(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 1000; seed++) {
		struct ua_weighted records[] = {{20, 65535, 0}, {10, 0, 1}, {30, 1, 2}, {10, 7, 3}};

		ua_target_order(records, 4, seed);
		/* RFC 2782: a client tries the lowest-numbered priority that it can reach | whatever the weights */
		assert_int_equal(records[0].priority, 10);
		assert_int_equal(records[1].priority, 10);
		assert_int_equal(records[2].index, 0);
		assert_int_equal(records[3].index, 2);
	}
}

static void test_equals_come_first_as_often_as_their_weight_says(void **state)
{
	unsigned first[3] = {0}, second_after_heavy[3] = {0};

	(void)state;
	for (uint32_t seed = 0; seed < 30000; seed++) {
		struct ua_weighted records[] = {{1, 60, 0}, {1, 30, 1}, {1, 10, 2}};

		ua_target_order(records, 3, seed * 2654435761u);
		first[records[0].index]++;
		if (records[0].index == 0)
			second_after_heavy[records[1].index]++;
	}
	/* RFC 2782: among equals the chance to be first is in proportion to the weight | within a twentieth over 30 000 accounts */
	assert_in_range(first[0], 17000, 19000);
	assert_in_range(first[1], 8400, 9700);
	assert_in_range(first[2], 2500, 3500);
	assert_in_range(second_after_heavy[1], 12000, 15000);
}

static void test_without_weights_each_record_is_tried(void **state)
{
	struct ua_weighted records[] = {{1, 0, 0}, {1, 0, 1}, {1, 0, 2}};
	unsigned seen = 0;

	(void)state;
	ua_target_order(records, 3, 5);
	for (int i = 0; i < 3; i++)
		seen |= 1u << records[i].index;
	assert_int_equal(seen, 7);
	ua_target_order(records, 0, 5);
}

static void test_an_account_stays_with_its_server(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 100; seed++) {
		struct ua_weighted once[] = {{1, 5, 0}, {1, 5, 1}, {1, 5, 2}}, again[] = {{1, 5, 0}, {1, 5, 1}, {1, 5, 2}};

		ua_target_order(once, 3, seed);
		ua_target_order(again, 3, seed);
		assert_memory_equal(once, again, sizeof(once));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_that_is_well_is_chosen_and_the_lost_come_last),
		cmocka_unit_test(test_a_lower_priority_number_always_comes_first),
		cmocka_unit_test(test_equals_come_first_as_often_as_their_weight_says),
		cmocka_unit_test(test_without_weights_each_record_is_tried),
		cmocka_unit_test(test_an_account_stays_with_its_server),
	};

	return cmocka_run_group_tests_name("sip target", tests, NULL, NULL);
}
