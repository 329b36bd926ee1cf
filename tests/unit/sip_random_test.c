/* SPDX-License-Identifier: BSD-3-Clause */
/* The random numbers that libre has from us: they are the kernel's, none comes twice, and libre itself uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <dlfcn.h>
#include <pthread.h>
#include <cmocka.h>
#include <re.h>

#define NUMBERS 4096

int main(void);

static int compare(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

	return one < other ? -1 : one > other;
}

static void *draw(void *numbers)
{
	for (unsigned i = 0; i < NUMBERS; i++)
		((uint64_t *)numbers)[i] = i % 2 ? rand_u64() : (uint64_t)rand_u32() << 32 | rand_u32();
	return NULL;
}

/* Of 8192 numbers of 64 bits two are equal by chance once in 10^11 runs. Half of the bits are set, to ten times the deviation. */
static void test_no_number_comes_twice_in_two_threads(void **state)
{
	static uint64_t numbers[2 * NUMBERS];
	unsigned ones = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, draw, numbers), 0);
	draw(numbers + NUMBERS);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (unsigned i = 0; i < 2 * NUMBERS; i++)
		ones += (unsigned)__builtin_popcountll(numbers[i]);
	assert_in_range(ones, NUMBERS * 64 - 3620, NUMBERS * 64 + 3620);
	qsort(numbers, 2 * NUMBERS, sizeof(numbers[0]), compare);
	for (unsigned i = 1; i < 2 * NUMBERS; i++)
		assert_true(numbers[i - 1] != numbers[i]);
}

static void test_libre_finds_ours_first(void **state)
{
	void *ours = dlsym(RTLD_DEFAULT, "rand_u32"), *libres = dlsym(RTLD_NEXT, "rand_u32");
	Dl_info info, other;

	(void)state;
	assert_non_null(ours);
	assert_non_null(libres);
	assert_ptr_not_equal(ours, libres);
	assert_true(dladdr(ours, &info) && dladdr((void *)(uintptr_t)main, &other));
	assert_ptr_equal(info.dli_fbase, other.dli_fbase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_number_comes_twice_in_two_threads),
		cmocka_unit_test(test_libre_finds_ours_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
