/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/listen.h"

static void test_addresses_are_numeric_and_none_stands_twice(void **state)
{
	static const char *const wrong[] = {"", " ", "localhost", "0.0.0.0 127.0.0.1", "::1 ::", "0.0.0.0 0.0.0.0", "fe80::1", "127.0.0.1 127.0.0.1", "::1 0:0::1",
		"127.0.0.1,127.0.0.2", "127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.5",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"};
	struct listen listen = {.count = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(listen_parse(&listen, wrong[i]), EINVAL);
	assert_int_equal(listen.count, 7);
	assert_int_equal(listen_parse(&listen, " 192.0.2.1  2001:db8:0:0::1 "), 0);
	assert_int_equal(listen.count, 2);
	assert_string_equal(listen.each[0], "192.0.2.1");
	assert_string_equal(listen.each[1], "2001:db8::1");
}

static unsigned chosen(const char *addresses, const char *text)
{
	struct listen listen;
	struct servers servers;

	assert_int_equal(listen_parse(&listen, addresses), 0);
	assert_int_equal(servers_parse(&servers, text), 0);
	return listen_choose(&listen, &servers);
}

static void test_an_account_has_the_address_that_the_route_to_its_server_starts_from(void **state)
{
	(void)state;
	/* What loopback's own route says, whatever stands first. */
	assert_int_equal(chosen("127.0.0.2 127.0.0.1 ::1", "127.0.0.9"), 1);
	assert_int_equal(chosen("127.0.0.2 127.0.0.1 ::1", "[::1]:5070"), 2);
	/* The first server that is no name tells. */
	assert_int_equal(chosen("127.0.0.2 127.0.0.1 ::1", "sip.example.org ::1"), 2);
}

static void test_where_no_route_fits_the_family_does(void **state)
{
	(void)state;
	assert_int_equal(chosen("2001:db8::1 192.0.2.1 192.0.2.2", "127.0.0.1"), 1);
	assert_int_equal(chosen("192.0.2.1 2001:db8::1", "::1"), 1);
	assert_int_equal(chosen("192.0.2.1 192.0.2.2", "::1"), 0);
	assert_int_equal(chosen("::1 127.0.0.1", "sip.example.org"), 0);
}

/* Resolves listen for accounts with these servers. */
static int resolved(struct listen *listen, const char *addresses, const char *const *texts, size_t count)
{
	struct servers servers;
	int err = 0;

	assert_int_equal(listen_parse(listen, addresses), 0);
	assert_true(listen_is_said(listen));
	for (size_t i = 0; i < count && !err; i++) {
		assert_int_equal(servers_parse(&servers, texts[i]), 0);
		err = listen_resolve(listen, &servers);
	}
	return err;
}

static void test_any_address_is_that_of_the_way_to_each_server(void **state)
{
	static const char *const texts[] = {"127.0.0.9", "[::1]:5070", "sip.example.org 127.0.0.3", "127.0.0.1"};
	struct servers servers;
	struct listen listen;

	(void)state;
	assert_int_equal(resolved(&listen, "0.0.0.0 ::", texts, 4), 0);
	assert_int_equal(listen.count, 2);
	assert_string_equal(listen.each[0], "127.0.0.1");
	assert_string_equal(listen.each[1], "::1");
	assert_int_equal(servers_parse(&servers, "::1"), 0);
	assert_int_equal(listen_choose(&listen, &servers), 1);
	/* Of one family alone: the other's addresses are those that are said. */
	assert_int_equal(resolved(&listen, "::", texts, 4), 0);
	assert_int_equal(listen.count, 1);
	assert_false(listen_has_family(&listen, AF_INET));
	assert_int_equal(resolved(&listen, "0.0.0.0 ::1", texts, 4), 0);
	assert_int_equal(listen.count, 2);
	assert_string_equal(listen.each[0], "::1");
	assert_true(listen_has_family(&listen, AF_INET) && listen_has_family(&listen, AF_INET6));
	/* Nothing stands for anything. */
	assert_int_equal(resolved(&listen, "127.0.0.2", texts, 4), 0);
	assert_int_equal(listen.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_address_is_that_of_the_way_to_each_server),
		cmocka_unit_test(test_addresses_are_numeric_and_none_stands_twice),
		cmocka_unit_test(test_an_account_has_the_address_that_the_route_to_its_server_starts_from),
		cmocka_unit_test(test_where_no_route_fits_the_family_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
