/* SPDX-License-Identifier: BSD-3-Clause */
/* A program in which another library's goertzel_result takes the place of SpanDSP's, as librem's would. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dsp/dsp.h"

float goertzel_result(void *goertzel);

float goertzel_result(void *goertzel)
{
	(void)goertzel;
	return 1e9f;
}

static void test_symbols_of_another_library_are_found_out_at_start(void **state)
{
	(void)state;
	assert_int_equal(dsp_init(), EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbols_of_another_library_are_found_out_at_start),
	};

	return cmocka_run_group_tests_name("dsp/dsp", tests, NULL, NULL);
}
