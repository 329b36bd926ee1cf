/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "dsp/wav.h"

#define COUNT 300

static char path[32];
static int fd;

static int make(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "dsp_wav_test.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || dsp_init();
}

static int unmake(void **state)
{
	(void)state;
	close(fd);
	unlink(path);
	return 0;
}

static void samples_make(int16_t samples[COUNT])
{
	for (int i = 0; i < COUNT; i++)
		samples[i] = (int16_t)(i * 211 - 31000);
}

static void test_a_file_comes_back_as_it_was_written(void **state)
{
	int16_t said[COUNT], *samples;
	size_t count;

	(void)state;
	samples_make(said);
	assert_int_equal(dsp_wav_write(path, said, COUNT), 0);
	assert_int_equal(dsp_wav_read(path, &samples, &count), 0);
	assert_int_equal(count, COUNT);
	assert_memory_equal(samples, said, sizeof(said));
	free(samples);
}

/* As some programs write it: a longer format, a chunk of theirs of odd length, and then the sound. */
static void law_write(uint8_t tag, const uint8_t *codes)
{
	const uint8_t head[] = {'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 18, 0, 0, 0,
		tag, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0, 0, 0, 'o', 'u', 'r', 's', 3, 0, 0, 0,
		1, 2, 3, 0, 'd', 'a', 't', 'a', COUNT % 256, COUNT / 256, 0, 0};

	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
	assert_int_equal(pwrite(fd, codes, COUNT, sizeof(head)), COUNT);
}

static void test_both_laws_of_g711_are_read(void **state)
{
	static const struct {
		uint8_t tag;
		enum dsp_law law;
	} rows[] = {{6, DSP_LAW_A}, {7, DSP_LAW_MU}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		int16_t said[COUNT], *samples;
		uint8_t codes[COUNT];
		size_t count;

		samples_make(said);
		dsp_g711_encode(rows[i].law, codes, said, COUNT);
		dsp_g711_decode(rows[i].law, said, codes, COUNT);
		law_write(rows[i].tag, codes);
		assert_int_equal(dsp_wav_read(path, &samples, &count), 0);
		assert_int_equal(count, COUNT);
		assert_memory_equal(samples, said, sizeof(said));
		free(samples);
	}
}

static void assert_refused(int err)
{
	int16_t *samples;
	size_t count;

	assert_int_equal(dsp_wav_read(path, &samples, &count), err);
}

static void patch(off_t at, const void *bytes, size_t count)
{
	static const int16_t said[10];

	assert_int_equal(dsp_wav_write(path, said, 10), 0);
	assert_int_equal(pwrite(fd, bytes, count, at), (ssize_t)count);
}

static void test_what_is_no_such_file_is_refused(void **state)
{
	(void)state;
	assert_refused(EINVAL); /* empty */
	patch(24, "\x80\x3e", 2); /* 16000 Hz */
	assert_refused(EINVAL);
	patch(22, "\x02", 1); /* stereo */
	assert_refused(EINVAL);
	patch(20, "\x07", 1); /* mu-law of 16 bit */
	assert_refused(EINVAL);
	patch(40, "\x16", 1); /* one sample more than there is */
	assert_refused(EINVAL);
	patch(40, "\xff\xff\xff\x7f", 4);
	assert_refused(EFBIG);
	patch(16, "\xff\xff\xff\xff", 4);
	assert_refused(EINVAL);
	unlink(path);
	assert_refused(ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0); /* would wait for somebody who writes */
	assert_refused(EINVAL);
}

#define WAV_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WAV_TEST(test_a_file_comes_back_as_it_was_written),
		WAV_TEST(test_both_laws_of_g711_are_read),
		WAV_TEST(test_what_is_no_such_file_is_refused),
	};

	return cmocka_run_group_tests_name("dsp/wav", tests, NULL, NULL);
}
