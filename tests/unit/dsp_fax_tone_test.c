/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/fax_tone.h"
#include "dsp/g711.h"
#include "tests/unit/dsp_help.h"

#define SOUND_MS    6000
#define LEAD_MS     301 /* before a tone begins, which is nowhere near a block's border */
#define CALLING_HZ  1100
#define ANSWERING_HZ 2100
#define BURST_MS    500

static int16_t sound[MS(SOUND_MS)];

static int sound_clear(void **state)
{
	(void)state;
	memset(sound, 0, sizeof(sound));
	return 0;
}

struct heard {
	unsigned counts[DSP_FAX_COUNT];
	double at_ms; /* the end of the block in which the first was told; 0: none */
};

static struct heard listen(unsigned block)
{
	struct dsp_fax_tone tone = {0};
	struct heard heard = {0};

	for (size_t at = 0; at + block <= MS(SOUND_MS); at += block) {
		enum dsp_fax told = dsp_fax_tone_feed(&tone, sound + at, block);

		heard.counts[told]++;
		if (told && !heard.at_ms)
			heard.at_ms = (double)(at + block) / 8;
	}
	return heard;
}

static struct heard hear_tone(double hz, double level_dbm0, unsigned ms, double noise_dbm0)
{
	uint32_t seed = (uint32_t)(hz + ms);

	sound_clear(NULL);
	help_add_sine(sound + MS(LEAD_MS) + 5, MS(ms), hz, level_dbm0, 0.2);
	if (noise_dbm0 > -80)
		help_add_noise(sound, MS(SOUND_MS), noise_dbm0, &seed);
	return listen(80);
}

static void assert_heard(struct heard heard, enum dsp_fax what)
{
	for (enum dsp_fax i = DSP_FAX_CALLING; i < DSP_FAX_COUNT; i++)
		assert_int_equal(heard.counts[i], i == what);
}

/* T.30 s4.3.3.4: 3 s lie between, within 15 %. */
static void test_it_is_known_whether_a_caller_was_heard_before(void **state)
{
	static const struct {
		unsigned pause_ms;
		bool repeated;
	} rows[] = {{1000, false}, {2000, false}, {2550, true}, {3000, true}, {3450, true}, {4000, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dsp_fax_tone tone = {0};
		unsigned told = 0;

		sound_clear(NULL);
		help_add_sine(sound + MS(LEAD_MS), MS(BURST_MS), CALLING_HZ, -10, 0.2);
		help_add_sine(sound + MS(LEAD_MS + BURST_MS + rows[i].pause_ms), MS(BURST_MS), CALLING_HZ, -10, 0.2);
		for (size_t at = 0; at + 80 <= MS(SOUND_MS); at += 80) {
			if (dsp_fax_tone_feed(&tone, sound + at, 80))
				assert_int_equal(tone.repeated, told++ == 1 && rows[i].repeated);
		}
		assert_int_equal(told, 2);
	}
}

/* T.30 s4.3.3.4: on for 0.5 s, off for 3 s, each within 15 %. */
static void test_a_caller_is_heard_at_each_of_its_limits(void **state)
{
	static const double off_hz[] = {-38, -20, 0, 20, 38}, levels[] = {0, -15, -30, -43};
	static const unsigned ms[] = {425, 500, 575};

	(void)state;
	for (size_t i = 0; i < sizeof(off_hz) / sizeof(off_hz[0]); i++) {
		for (size_t j = 0; j < sizeof(levels) / sizeof(levels[0]); j++) {
			for (size_t k = 0; k < sizeof(ms) / sizeof(ms[0]); k++)
				assert_heard(hear_tone(CALLING_HZ + off_hz[i], levels[j], ms[k], -100), DSP_FAX_CALLING);
		}
	}
}

static void test_an_answer_is_heard_at_each_of_its_limits(void **state)
{
	static const double off_hz[] = {-15, 0, 15}, levels[] = {0, -15, -30, -43};

	(void)state;
	for (size_t i = 0; i < sizeof(off_hz) / sizeof(off_hz[0]); i++) {
		for (size_t j = 0; j < sizeof(levels) / sizeof(levels[0]); j++)
			assert_heard(hear_tone(ANSWERING_HZ + off_hz[i], levels[j], 2600, -100), DSP_FAX_ANSWERING);
	}
}

static void test_what_is_beside_is_none(void **state)
{
	static const double hz[] = {941, 1000, 1004, 1020, 1040, 1160, 1200, 1209, 1300, 1400, 2000, 2040, 2050, 2150, 2160, 2225};

	(void)state;
	for (size_t i = 0; i < sizeof(hz) / sizeof(hz[0]); i++) {
		assert_heard(hear_tone(hz[i], -10, BURST_MS, -100), DSP_FAX_NONE);
		assert_heard(hear_tone(hz[i], -10, 3000, -100), DSP_FAX_NONE);
	}
}

static void test_softer_shorter_and_longer_ones_are_none(void **state)
{
	(void)state;
	assert_heard(hear_tone(CALLING_HZ, -47, BURST_MS, -100), DSP_FAX_NONE);
	assert_heard(hear_tone(ANSWERING_HZ, -47, 3000, -100), DSP_FAX_NONE);
	assert_heard(hear_tone(CALLING_HZ, -10, 360, -100), DSP_FAX_NONE);
	assert_heard(hear_tone(CALLING_HZ, -10, 660, -100), DSP_FAX_NONE);
	assert_heard(hear_tone(CALLING_HZ, -10, 4000, -100), DSP_FAX_NONE);
	assert_heard(hear_tone(ANSWERING_HZ, -10, 700, -100), DSP_FAX_NONE);
}

static void test_noise_hides_none(void **state)
{
	(void)state;
	for (int level = -10; level >= -40; level -= 10) {
		assert_heard(hear_tone(CALLING_HZ, level, BURST_MS, level - 12), DSP_FAX_CALLING);
		assert_heard(hear_tone(ANSWERING_HZ, level, 2600, level - 12), DSP_FAX_ANSWERING);
	}
}

/* ANSam of V.8: 20 % of it come and go with 15 Hz, and its phase turns. */
static void test_an_answer_whose_phase_turns_is_heard(void **state)
{
	(void)state;
	for (unsigned lead = 0; lead < 80; lead += 7) {
		sound_clear(NULL);
		for (unsigned part = 0; part < 7; part++) {
			int16_t *at = sound + MS(LEAD_MS) + lead + part * MS(450);

			help_add_sine(at, MS(450), ANSWERING_HZ, -15, part % 2 ? 0.5 : 0);
			help_add_sine(at, MS(450), ANSWERING_HZ - 15, -35, part % 2 ? 0.5 : 0);
			help_add_sine(at, MS(450), ANSWERING_HZ + 15, -35, part % 2 ? 0.5 : 0);
		}
		assert_heard(listen(80), DSP_FAX_ANSWERING);
	}
}

static void test_each_burst_of_a_caller_is_told_and_in_time(void **state)
{
	struct heard heard;

	(void)state;
	for (unsigned block = 40; block <= 160; block *= 2) {
		sound_clear(NULL);
		help_add_sine(sound + MS(LEAD_MS), MS(BURST_MS), CALLING_HZ, -12, 0);
		help_add_sine(sound + MS(LEAD_MS) + MS(3500), MS(BURST_MS), CALLING_HZ, -12, 0);
		heard = listen(block);
		assert_int_equal(heard.counts[DSP_FAX_CALLING], 2);
		assert_in_range(heard.at_ms, LEAD_MS + BURST_MS + 190, LEAD_MS + BURST_MS + 260);
	}
	heard = hear_tone(ANSWERING_HZ, -12, 3000, -100);
	assert_in_range(heard.at_ms, LEAD_MS + 790, LEAD_MS + 830);
}

/* A note of a melody has others beside it. */
static void test_a_burst_amid_sound_is_none(void **state)
{
	(void)state;
	for (int after = 0; after < 2; after++) {
		sound_clear(NULL);
		help_add_sine(sound + MS(LEAD_MS), MS(BURST_MS), CALLING_HZ, -12, 0);
		help_add_sine(sound + (after ? MS(LEAD_MS + BURST_MS) : 0), MS(LEAD_MS), 880, -12, 0);
		assert_heard(listen(80), DSP_FAX_NONE);
	}
}

static void test_a_lost_packet_does_not_hide_an_answer(void **state)
{
	(void)state;
	help_add_sine(sound + MS(LEAD_MS), MS(2600), ANSWERING_HZ, -12, 0);
	memset(sound + MS(LEAD_MS + 305), 0, sizeof(*sound) * MS(10));
	assert_heard(listen(80), DSP_FAX_ANSWERING);
}

static void test_an_offset_hides_none(void **state)
{
	(void)state;
	help_add_sine(sound + MS(LEAD_MS), MS(BURST_MS), CALLING_HZ, -30, 0);
	for (size_t i = 0; i < MS(SOUND_MS); i++)
		sound[i] = (int16_t)(sound[i] + 600);
	assert_heard(listen(80), DSP_FAX_CALLING);
}

static void test_no_key_is_one(void **state)
{
	static const char digits[] = "1234567890*#ABCD";
	static const unsigned ms[] = {50, 100, 420, 500, 560, 900, 2000};
	struct dsp_dtmf_tx *tx;

	(void)state;
	assert_int_equal(dsp_dtmf_tx_alloc(&tx), 0);
	for (size_t i = 0; digits[i]; i++) {
		for (size_t k = 0; k < sizeof(ms) / sizeof(ms[0]); k++) {
			const char digit[] = {digits[i], 0};

			dsp_dtmf_tx_reset(tx);
			assert_int_equal(dsp_dtmf_tx_push(tx, digit, ms[k], 100), 0);
			(void)dsp_dtmf_tx_fill(tx, sound, MS(SOUND_MS));
			assert_heard(listen(80), DSP_FAX_NONE);
		}
	}
	dsp_dtmf_tx_free(tx);
}

/* T.30 s4.3.3: through G.711 and at any place in the detector's blocks, a fixed share of each kind of trouble at once. */
static void test_usual_lines_hide_none(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		bool answers = i % 2;
		double hz = answers ? ANSWERING_HZ + 30 * (help_random(&seed) - 0.5) : CALLING_HZ + 76 * (help_random(&seed) - 0.5);
		double level = -10 - 30 * help_random(&seed);
		unsigned ms = answers ? 2600 : 425 + (unsigned)(150 * help_random(&seed));
		uint8_t bytes[MS(SOUND_MS)];

		sound_clear(NULL);
		help_add_sine(sound + MS(LEAD_MS) + i, MS(ms), hz, level, help_random(&seed));
		help_add_noise(sound, MS(SOUND_MS), level - 14, &seed);
		dsp_g711_encode(i % 3 ? DSP_LAW_A : DSP_LAW_MU, bytes, sound, MS(SOUND_MS));
		dsp_g711_decode(i % 3 ? DSP_LAW_A : DSP_LAW_MU, sound, bytes, MS(SOUND_MS));
		assert_heard(listen(80), answers ? DSP_FAX_ANSWERING : DSP_FAX_CALLING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_it_is_known_whether_a_caller_was_heard_before, sound_clear),
		cmocka_unit_test_setup(test_a_caller_is_heard_at_each_of_its_limits, sound_clear),
		cmocka_unit_test_setup(test_an_answer_is_heard_at_each_of_its_limits, sound_clear),
		cmocka_unit_test_setup(test_what_is_beside_is_none, sound_clear),
		cmocka_unit_test_setup(test_softer_shorter_and_longer_ones_are_none, sound_clear),
		cmocka_unit_test_setup(test_noise_hides_none, sound_clear),
		cmocka_unit_test_setup(test_an_answer_whose_phase_turns_is_heard, sound_clear),
		cmocka_unit_test_setup(test_each_burst_of_a_caller_is_told_and_in_time, sound_clear),
		cmocka_unit_test_setup(test_a_burst_amid_sound_is_none, sound_clear),
		cmocka_unit_test_setup(test_a_lost_packet_does_not_hide_an_answer, sound_clear),
		cmocka_unit_test_setup(test_an_offset_hides_none, sound_clear),
		cmocka_unit_test_setup(test_no_key_is_one, sound_clear),
		cmocka_unit_test_setup(test_usual_lines_hide_none, sound_clear),
	};

	if (dsp_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
