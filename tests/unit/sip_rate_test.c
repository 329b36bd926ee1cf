/* SPDX-License-Identifier: BSD-3-Clause */
/* How much is taken from whom: sources, limits and the table that forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "sip/rate.h"

static struct ua_rate *rate;
static unsigned asked;

/* 10.0.0.0/8 and 2001:db8::1 are. */
static bool is_known(const struct sa *source, void *arg)
{
	struct sa server;

	(void)arg;
	asked++;
	assert_int_equal(sa_set_str(&server, "2001:db8::1", 0), 0);
	return sa_af(source) == AF_INET ? sa_in(source) >> 24 == 10 : sa_cmp(source, &server, SA_ADDR);
}

static int open_rate(void **state)
{
	(void)state;
	asked = 0;
	return ua_rate_alloc(&rate, is_known, NULL);
}

static int close_rate(void **state)
{
	(void)state;
	rate = mem_deref(rate);
	return 0;
}

static struct sa source(const char *addr, uint16_t port)
{
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, addr, port), 0);
	return sa;
}

static unsigned taken(const char *addr, unsigned count, uint64_t now_ms)
{
	struct sa sa = source(addr, 5060);
	unsigned taken = 0;

	while (count--)
		taken += ua_rate_takes_message(rate, &sa, now_ms);
	return taken;
}

static void test_a_source_has_its_burst_and_then_its_rate(void **state)
{
	(void)state;
	assert_int_equal(taken("192.0.2.1", 100, 1000), 60);
	assert_int_equal(taken("192.0.2.1", 100, 1000), 0);
	assert_int_equal(taken("192.0.2.1", 100, 1049), 0);
	assert_int_equal(taken("192.0.2.1", 100, 1050), 1);
	assert_int_equal(taken("192.0.2.1", 100, 2050), 20);
	assert_int_equal(taken("192.0.2.1", 100, 1000000000000), 60);
	assert_int_equal(taken("192.0.2.2", 100, 1000000000000), 60);
}

static void test_ports_of_one_address_share(void **state)
{
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct sa sa = source("192.0.2.1", (uint16_t)(1000 + i));

		count += ua_rate_takes_message(rate, &sa, 5);
	}
	assert_int_equal(count, 60);
}

static void test_addresses_of_one_ipv6_network_share(void **state)
{
	unsigned count = 0;
	char addr[64];

	(void)state;
	for (unsigned i = 1; i <= 200; i++) {
		snprintf(addr, sizeof(addr), "2001:db8:0:5::%x", i);
		count += taken(addr, 1, 5);
	}
	assert_int_equal(count, 60);
	assert_int_equal(taken("2001:db8:0:6::1", 100, 5), 60);
}

static void test_a_server_may_send_more_and_its_neighbour_may_not(void **state)
{
	(void)state;
	assert_int_equal(taken("10.0.0.1", 30000, 5), 20000);
	assert_int_equal(taken("2001:db8::2", 1000, 5), 60);
	assert_int_equal(taken("2001:db8::1", 1000, 5), 1000);
	assert_int_equal(taken("2001:db8::2", 1000, 5), 0);
}

static void test_whether_it_is_known_is_asked_once_a_second(void **state)
{
	(void)state;
	(void)taken("10.0.0.1", 500, 5);
	assert_int_equal(asked, 1);
	(void)taken("10.0.0.1", 500, 1004);
	assert_int_equal(asked, 1);
	(void)taken("10.0.0.1", 500, 1005);
	assert_int_equal(asked, 2);
}

/* Each with an address that it made up. */
static void test_strangers_together_are_bounded_and_do_not_hinder_a_server(void **state)
{
	unsigned count = 0;
	char addr[64];

	(void)state;
	assert_int_equal(taken("10.0.0.1", 10000, 5), 10000);
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(addr, sizeof(addr), "172.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		count += taken(addr, 1, 5 + i / 100);
	}
	/* One second's worth: the burst, and 500. */
	assert_in_range(count, 1000, 1500);
	assert_true(taken("10.0.0.1", 10000, 1005) >= 9999);
}

static void test_calls_are_counted_for_themselves(void **state)
{
	struct sa server = source("10.0.0.1", 5060), stranger = source("192.0.2.1", 5060);
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		count += ua_rate_takes_call(rate, &server, 5);
	assert_int_equal(count, 400);
	assert_true(ua_rate_takes_message(rate, &server, 5));
	for (count = 0; ua_rate_takes_call(rate, &stranger, 5);)
		count++;
	assert_int_equal(count, 5);
	assert_true(ua_rate_takes_message(rate, &stranger, 5));
	assert_true(ua_rate_takes_call(rate, &stranger, 1005));
	assert_false(ua_rate_takes_call(rate, &stranger, 1005));
}

#define rate_test(test) cmocka_unit_test_setup_teardown(test, open_rate, close_rate)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rate_test(test_a_source_has_its_burst_and_then_its_rate),
		rate_test(test_ports_of_one_address_share),
		rate_test(test_addresses_of_one_ipv6_network_share),
		rate_test(test_a_server_may_send_more_and_its_neighbour_may_not),
		rate_test(test_whether_it_is_known_is_asked_once_a_second),
		rate_test(test_strangers_together_are_bounded_and_do_not_hinder_a_server),
		rate_test(test_calls_are_counted_for_themselves),
	};

	return cmocka_run_group_tests_name("sip rate", tests, NULL, NULL);
}
