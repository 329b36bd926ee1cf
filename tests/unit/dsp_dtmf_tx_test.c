/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/mix.h"
#include "tests/unit/dsp_help.h"

static int tx_alloc(void **state)
{
	struct dsp_dtmf_tx *tx = NULL;
	int err = dsp_dtmf_tx_alloc(&tx);

	*state = tx;
	return err;
}

static int tx_free(void **state)
{
	dsp_dtmf_tx_free(*state);
	return 0;
}

/* Q.23, typed again. */
static const struct {
	char digit;
	double low_hz, high_hz;
} keypad[] = {
	{'1', 697, 1209}, {'2', 697, 1336}, {'3', 697, 1477}, {'A', 697, 1633},
	{'4', 770, 1209}, {'5', 770, 1336}, {'6', 770, 1477}, {'B', 770, 1633},
	{'7', 852, 1209}, {'8', 852, 1336}, {'9', 852, 1477}, {'C', 852, 1633},
	{'*', 941, 1209}, {'0', 941, 1336}, {'#', 941, 1477}, {'D', 941, 1633},
};

static void test_each_digit_is_its_pair_at_minus_11_and_minus_9_dbm0(void **state)
{
	struct dsp_dtmf_tx *tx = *state;
	int16_t samples[MS(1000)];

	for (size_t i = 0; i < sizeof(keypad) / sizeof(keypad[0]); i++) {
		char text[2] = {keypad[i].digit};

		assert_int_equal(dsp_dtmf_tx_push(tx, text, 1000, 0), 0);
		dsp_dtmf_tx_fill(tx, samples, MS(1000));
		assert_true(fabs(help_level_at(samples, MS(1000), keypad[i].low_hz) + 11) < 0.2);
		assert_true(fabs(help_level_at(samples, MS(1000), keypad[i].high_hz) + 9) < 0.2);
		/* 10^-1.1 + 10^-0.9 is -6.87 dB: nothing else is in it. */
		assert_true(fabs(dsp_mix_level_dbm0(samples, MS(1000)) + 6.87) < 0.1);
	}
}

static void test_tones_are_as_loud_as_asked_between_usual_and_20_below(void **state)
{
	static const struct {
		int usual_low, usual_high;
		unsigned volume;
		double low, high;
	} rows[] = {
		{-11, -9, 0, -11, -9}, {-11, -9, 7, -11, -9}, {-11, -9, 12, -16, -14}, {-11, -9, 20, -24, -22}, {-11, -9, 63, -24, -22},
		{-10, -10, 3, -10, -10}, {-10, -10, 10, -13, -13}, {-6, -8, 4, -6, -8}, {-6, -8, 14, -16, -18},
	};
	struct dsp_dtmf_tx *tx = *state;
	int16_t samples[MS(1000)];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dsp_dtmf_tx_usual(tx, rows[i].usual_low, rows[i].usual_high);
		dsp_dtmf_tx_volume(tx, rows[i].volume);
		assert_int_equal(dsp_dtmf_tx_push(tx, "1", 1000, 0), 0);
		dsp_dtmf_tx_fill(tx, samples, MS(1000));
		assert_true(fabs(help_level_at(samples, MS(1000), 697) - rows[i].low) < 0.2);
		assert_true(fabs(help_level_at(samples, MS(1000), 1209) - rows[i].high) < 0.2);
	}
	dsp_dtmf_tx_reset(tx); /* as usual again */
	assert_int_equal(dsp_dtmf_tx_push(tx, "1", 1000, 0), 0);
	dsp_dtmf_tx_fill(tx, samples, MS(1000));
	assert_true(fabs(help_level_at(samples, MS(1000), 697) + 6) < 0.2);
}

static void test_tones_and_pauses_last_as_asked(void **state)
{
	struct dsp_dtmf_tx *tx = *state;
	int16_t sample;
	bool more = true;

	assert_int_equal(dsp_dtmf_tx_push(tx, "1,2", 50, 70), 0);
	for (unsigned at = 0; at < MS(50 + 70 + 500 + 50 + 70); at++) {
		double ms = at / 8.0;
		bool on = ms < 50 || (ms >= 620 && ms < 670);

		assert_true(more);
		more = dsp_dtmf_tx_fill(tx, &sample, 1);
		if (!on)
			assert_int_equal(sample, 0);
	}
	assert_false(more);
	assert_false(dsp_dtmf_tx_fill(tx, &sample, 1));
	assert_int_equal(sample, 0);
}

static void test_nothing_queued_is_silence(void **state)
{
	struct dsp_dtmf_tx *tx = *state;
	int16_t samples[80];

	memset(samples, 1, sizeof(samples));
	assert_false(dsp_dtmf_tx_fill(tx, samples, 80));
	assert_true(dsp_mix_level_dbm0(samples, 80) <= -99);
}

static void test_a_character_without_a_tone_is_refused_and_nothing_queued(void **state)
{
	struct dsp_dtmf_tx *tx = *state;
	int16_t sample;

	assert_int_equal(dsp_dtmf_tx_push(tx, "12x", 50, 50), EINVAL);
	assert_int_equal(dsp_dtmf_tx_push(tx, "a", 50, 50), EINVAL);
	assert_int_equal(dsp_dtmf_tx_push(tx, "1", 0, 50), EINVAL);
	assert_int_equal(dsp_dtmf_tx_push(tx, "1", 60001, 50), EINVAL);
	assert_false(dsp_dtmf_tx_fill(tx, &sample, 1));
}

static void test_64_digits_fit_and_no_more(void **state)
{
	struct dsp_dtmf_tx *tx = *state;
	char text[DSP_DTMF_QUEUE_MAX + 2] = "";

	memset(text, '5', DSP_DTMF_QUEUE_MAX + 1);
	assert_int_equal(dsp_dtmf_tx_push(tx, text, 50, 50), ENOBUFS);
	text[DSP_DTMF_QUEUE_MAX] = 0;
	assert_int_equal(dsp_dtmf_tx_push(tx, text, 50, 50), 0);
	assert_int_equal(dsp_dtmf_tx_push(tx, "1", 50, 50), ENOBUFS);
}

struct heard {
	char digits[256];
	size_t count;
};

static void hear(char digit, bool on, unsigned duration_samples, void *arg)
{
	struct heard *heard = arg;

	(void)duration_samples;
	if (on && heard->count < sizeof(heard->digits) - 1)
		heard->digits[heard->count++] = digit;
}

static void test_what_is_sent_is_received(void **state)
{
	static const char *const numbers[] = {"1234567890", "*#ABCD", "5555", "0"};
	struct dsp_dtmf_tx *tx = *state;
	struct heard heard = {.count = 0};
	struct dsp_dtmf_rx *rx = NULL;
	int16_t block[80];

	assert_int_equal(dsp_dtmf_rx_alloc(&rx, hear, &heard), 0);
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
			bool more = true;

			assert_int_equal(dsp_dtmf_tx_push(tx, numbers[i], 45 + 10 * (unsigned)round, 45), 0);
			memset(&heard, 0, sizeof(heard));
			while (more) {
				more = dsp_dtmf_tx_fill(tx, block, 80);
				dsp_dtmf_rx_feed(rx, block, 80);
			}
			assert_string_equal(heard.digits, numbers[i]);
		}
	}
	dsp_dtmf_rx_free(rx);
}

static int start(void **state)
{
	(void)state;
	return dsp_init();
}

#define TX_TEST(test) cmocka_unit_test_setup_teardown(test, tx_alloc, tx_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TX_TEST(test_each_digit_is_its_pair_at_minus_11_and_minus_9_dbm0),
		TX_TEST(test_tones_are_as_loud_as_asked_between_usual_and_20_below),
		TX_TEST(test_tones_and_pauses_last_as_asked),
		TX_TEST(test_nothing_queued_is_silence),
		TX_TEST(test_a_character_without_a_tone_is_refused_and_nothing_queued),
		TX_TEST(test_64_digits_fit_and_no_more),
		TX_TEST(test_what_is_sent_is_received),
	};

	return cmocka_run_group_tests_name("dsp/dtmf_tx", tests, start, NULL);
}
