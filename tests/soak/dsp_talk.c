/* SPDX-License-Identifier: BSD-3-Clause */
/* No digit and no fax is heard in speech, and hardly a block of it is suspected. usage: dsp_talk_test FILE... of raw speech, 8 kHz, 16 bit */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/fax_tone.h"

#define BLOCK          80
#define SUSPECTED_MAX  0.002 /* share of the blocks */

static char **files;
static unsigned digits, faxes;

static void hear(char digit, bool on, unsigned duration_samples, void *arg)
{
	digits += on;
	if (!on)
		print_message("# %s: a digit %c of %u ms\n", (const char *)arg, digit, duration_samples / 8);
}

static void listen(char *file, unsigned long *blocks, unsigned long *suspected)
{
	FILE *speech = fopen(file, "rb");
	struct dsp_dtmf_rx *rx = NULL;
	struct dsp_fax_tone fax = {0};
	int16_t samples[BLOCK];

	assert_non_null(speech);
	assert_int_equal(dsp_dtmf_rx_alloc(&rx, hear, file), 0);
	while (fread(samples, sizeof(*samples), BLOCK, speech) == BLOCK) {
		dsp_dtmf_rx_feed(rx, samples, BLOCK);
		faxes += dsp_fax_tone_feed(&fax, samples, BLOCK) != DSP_FAX_NONE;
		++*blocks;
		*suspected += dsp_dtmf_rx_suspects(rx);
	}
	dsp_dtmf_rx_free(rx);
	fclose(speech);
}

static void test_speech_has_no_digits_and_no_fax(void **state)
{
	unsigned long blocks = 0, suspected = 0;

	(void)state;
	for (char **file = files; *file; file++)
		listen(*file, &blocks, &suspected);
	print_message("# %.1f minutes of speech: %u digits, %u faxes, %.3f %% of the blocks suspected\n", (double)blocks * 10 / 60000, digits,
		faxes, 100.0 * (double)suspected / (double)blocks);
	assert_true(blocks > 0);
	assert_int_equal(digits, 0);
	assert_int_equal(faxes, 0);
	assert_true((double)suspected <= SUSPECTED_MAX * (double)blocks);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_speech_has_no_digits_and_no_fax),
	};

	(void)argc;
	files = argv + 1;
	if (dsp_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("dsp/talk", tests, NULL, NULL);
}
