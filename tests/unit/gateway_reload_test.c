/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration that changes while telephones are in use, in virtual time. */
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

#include "gateway/log.h"
#include "gateway/reload.h"
#include "tests/flow/loop_virtual.h"

#define NS_PER_MS 1000000ull
#define GOOD  "sip {\nlisten = \"127.0.0.1\"\n}\n"
#define WRONG "sip {\nlisten = \"127.0.0.1\"\nport = 99999\n}\n"

static char dir[] = "/tmp/tipring-reload-XXXXXX";
static char path[64];

static struct bed {
	struct loop *loop;
	struct reload *reload;
	unsigned in_use, begun;
	char log[4096]; /* line by line */
} bed;

void gw_log(enum gw_log_level level, const char *subject, const char *format, ...)
{
	size_t length = strlen(bed.log);
	va_list args;

	(void)level;
	(void)subject;
	va_start(args, format);
	length += (size_t)vsnprintf(bed.log + length, sizeof(bed.log) - length, format, args);
	va_end(args);
	snprintf(bed.log + length, sizeof(bed.log) - length, "\n");
}

unsigned gateway_lines_in_use(const struct gateway *gateway)
{
	(void)gateway;
	return bed.in_use;
}

static void on_due(void *arg)
{
	assert_ptr_equal(arg, &bed);
	bed.begun++;
}

static void conf_write(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	chmod(path, 0640);
}

static int setup(void **state)
{
	(void)state;
	memset(&bed, 0, sizeof(bed));
	conf_write(GOOD);
	assert_int_equal(loop_alloc(&bed.loop, 64), 0);
	return reload_alloc(&bed.reload, bed.loop, path, NULL, on_due, &bed);
}

static int teardown(void **state)
{
	(void)state;
	reload_free(bed.reload);
	loop_free(bed.loop);
	return 0;
}

static void pass_ms(unsigned ms)
{
	uint64_t until_ns = loop_virtual_now_ns(bed.loop) + ms * NS_PER_MS;

	while (loop_virtual_next_ns(bed.loop) <= until_ns) {
		loop_virtual_move(bed.loop, loop_virtual_next_ns(bed.loop));
		while (loop_virtual_serve(bed.loop))
			;
	}
	loop_virtual_move(bed.loop, until_ns);
}

static void test_with_no_telephone_in_use_it_begins_anew_at_once(void **state)
{
	(void)state;
	assert_int_equal(reload_ask(bed.reload, NULL), 0);
	pass_ms(0);
	assert_int_equal(bed.begun, 1);
	pass_ms(10000);
	assert_int_equal(bed.begun, 1);
}

static void test_no_call_is_dropped_for_it(void **state)
{
	(void)state;
	bed.in_use = 2;
	assert_int_equal(reload_ask(bed.reload, NULL), 0);
	assert_non_null(strstr(bed.log, "comes in force as soon as no telephone is in use (2 are)"));
	pass_ms(3600000);
	bed.in_use = 1;
	pass_ms(1000);
	assert_int_equal(bed.begun, 0);
	bed.in_use = 0;
	pass_ms(RELOAD_REVIEW_MS);
	assert_int_equal(bed.begun, 1);
}

static void test_what_is_wrong_is_told_and_changes_nothing(void **state)
{
	char told[1024] = "";
	FILE *errors = fmemopen(told, sizeof(told), "w");

	(void)state;
	conf_write(WRONG);
	assert_int_equal(reload_ask(bed.reload, errors), EINVAL);
	fclose(errors);
	assert_non_null(strstr(told, "tipring.conf:3: "));
	assert_non_null(strstr(told, "99999"));
	assert_non_null(strstr(bed.log, "tipring.conf:3: "));
	assert_non_null(strstr(bed.log, "stays as it was"));
	pass_ms(10000);
	assert_int_equal(bed.begun, 0);
}

static void test_what_was_asked_before_is_not_waited_for_after_a_wrong_one(void **state)
{
	(void)state;
	bed.in_use = 1;
	assert_int_equal(reload_ask(bed.reload, NULL), 0);
	conf_write(WRONG);
	assert_int_equal(reload_ask(bed.reload, NULL), EINVAL);
	conf_write(GOOD);
	bed.in_use = 0;
	pass_ms(10000);
	assert_int_equal(bed.begun, 0);
}

static void test_one_that_became_wrong_while_it_waited_changes_nothing(void **state)
{
	(void)state;
	bed.in_use = 1;
	assert_int_equal(reload_ask(bed.reload, NULL), 0);
	conf_write(WRONG);
	bed.in_use = 0;
	pass_ms(10000);
	assert_int_equal(bed.begun, 0);
	assert_non_null(strstr(bed.log, "stays as it was"));
	conf_write(GOOD);
	assert_int_equal(reload_ask(bed.reload, NULL), 0);
	pass_ms(0);
	assert_int_equal(bed.begun, 1);
}

#define reload_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		reload_test(test_with_no_telephone_in_use_it_begins_anew_at_once),
		reload_test(test_no_call_is_dropped_for_it),
		reload_test(test_what_is_wrong_is_told_and_changes_nothing),
		reload_test(test_what_was_asked_before_is_not_waited_for_after_a_wrong_one),
		reload_test(test_one_that_became_wrong_while_it_waited_changes_nothing),
	};
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/tipring.conf", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(dir);
	return failed;
}
