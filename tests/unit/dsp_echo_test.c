/* SPDX-License-Identifier: BSD-3-Clause */
/* The echo canceller alone, by the bench of echo_suite.h. Its goals stand in doc/echo.md, where more of them are measured with more voices. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/echo.h"
#include "tests/unit/dsp_help.h"
#include "tests/unit/echo_suite.h"

#define SECONDS(s)  ((size_t)((s) * 8000))
#define LENGTH_MAX  SECONDS(12)
#define VOICES      3
#define LEVEL_DBM0  (-15)
#define BOTH_DBM0   (-21) /* when both talk: 10 dB more must not be clipped */
#define NOISE_DBM0  (-65)

static double far[LENGTH_MAX], talk[LENGTH_MAX];
static const struct suite_hybrid hybrids[] = {{1, 6, 0, 15}, {2, 12, 2, 12}, {3, 9, 5, 10}, {4, 6, 12, 15}};
#define HYBRIDS (sizeof(hybrids) / sizeof(hybrids[0]))

static struct suite_case a_case(const struct suite_hybrid *hybrid, double seconds)
{
	return (struct suite_case){.canceller = &suite_ours, .tail_ms = 32, .hybrid = *hybrid, .a_law = true,
		.noise_dbm0 = NOISE_DBM0, .far = far, .count = SECONDS(seconds)};
}

/* What nobody can better between two times. */
static double perfect_db(struct suite_case c, size_t from, size_t to)
{
	struct suite_record record;
	double erle;

	c.canceller = &suite_perfect;
	c.muting = false;
	suite_play(&record, &c);
	erle = suite_erle_db(&record, from, to);
	suite_record_free(&record);
	return erle;
}

static void assert_at_least(double seen, double wanted, const char *what)
{
	if (seen < wanted)
		fail_msg("%s: %.1f, at least %.1f wanted", what, seen, wanted);
}

static void assert_at_most(double seen, double wanted, const char *what)
{
	if (seen > wanted)
		fail_msg("%s: %.1f, at most %.1f wanted", what, seen, wanted);
}

static void converges_on_the_composite_source_signal(void **state)
{
	(void)state;
	suite_css(far, SECONDS(4), LEVEL_DBM0, 1);
	for (size_t i = 0; i < HYBRIDS; i++) {
		struct suite_case c = a_case(&hybrids[i], 4);
		double limit = perfect_db(c, SECONDS(3), SECONDS(4));
		struct suite_record record;

		suite_play(&record, &c);
		assert_at_most(suite_time_to_ms(&record, 0, 20), 200, "ms to 20 dB");
		assert_at_least(suite_erle_db(&record, SECONDS(3), SECONDS(4)), fmin(33, limit - 1.5), "dB converged");
		suite_record_free(&record);
	}
}

/* Some voices begin with sounds that say little of the path: half of them must be quick. */
static void converges_on_speech(void **state)
{
	size_t quick = 0;

	(void)state;
	for (unsigned voice = 1; voice <= VOICES; voice++) {
		suite_voice(far, SECONDS(8), LEVEL_DBM0, voice);
		for (size_t i = 0; i < 2; i++) {
			struct suite_case c = a_case(&hybrids[i], 8);
			double limit = perfect_db(c, SECONDS(4), SECONDS(8));
			struct suite_record record;

			suite_play(&record, &c);
			assert_at_most(suite_time_to_ms(&record, 0, 20), 800, "ms to 20 dB");
			quick += suite_time_to_ms(&record, 0, 20) <= 400;
			assert_at_least(suite_erle_db(&record, SECONDS(4), SECONDS(8)), fmin(30, limit - 2), "dB converged");
			suite_record_free(&record);
		}
	}
	assert_true(quick >= VOICES);
}

static void takes_more_away_where_no_law_rounds(void **state)
{
	struct suite_case c = a_case(&hybrids[0], 8);
	struct suite_record record;

	(void)state;
	suite_voice(far, c.count, LEVEL_DBM0, 4);
	c.a_law = false;
	c.noise_dbm0 = -75;
	suite_play(&record, &c);
	assert_at_least(suite_erle_db(&record, SECONDS(4), SECONDS(8)), 35, "dB converged");
	suite_record_free(&record);
}

/* Each tail and each size of block, the echo at the tail's end. */
static void finds_the_echo_at_the_end_of_the_tail(void **state)
{
	static const unsigned tails_ms[] = {8, 16, 32, 64, 128}, blocks[] = {40, 80, 160};

	(void)state;
	suite_noise(far, SECONDS(2), LEVEL_DBM0, 5);
	for (size_t i = 0; i < sizeof(tails_ms) / sizeof(tails_ms[0]); i++) {
		struct suite_hybrid hybrid = {(unsigned)i, 8, tails_ms[i] - 6, 6};
		struct suite_case c = a_case(&hybrid, 2);
		struct suite_record record;

		c.tail_ms = tails_ms[i];
		c.block_samples = blocks[i % 3];
		suite_play(&record, &c);
		assert_at_least(suite_erle_db(&record, SECONDS(1.5), SECONDS(2)), 30, "dB after 1.5 s");
		suite_record_free(&record);
	}
}

/* Without comfort noise: what the far talker hears while he alone talks. */
static void mutes_what_is_left_over(void **state)
{
	(void)state;
	for (double level = -10; level >= -30; level -= 10) {
		struct suite_case c = a_case(&hybrids[0], 5);
		struct suite_record record;

		suite_css(far, c.count, level, 2);
		c.a_law = false;
		c.noise_dbm0 = 0;
		c.muting = true;
		suite_play(&record, &c);
		for (size_t at = SECONDS(1); at < record.count; at += MS(20))
			assert_at_most(suite_level_dbm0(record.clean + at, MS(20)), -65, "dBm0 left over");
		suite_record_free(&record);
	}
}

/* Power between two frequencies, by a plain Fourier sum over pieces. */
static double band_dbm0(const int16_t *samples, size_t count, double from_hz, double to_hz)
{
	double sum = 0;
	size_t pieces = count / MS(20);

	for (size_t piece = 0; piece < pieces; piece++) {
		for (double hz = from_hz; hz < to_hz; hz += 50)
			sum += pow(10, help_level_at(samples + piece * MS(20), MS(20), hz) / 10);
	}
	return 10 * log10(sum / (double)pieces);
}

static void fills_the_silence_with_noise_like_the_lines(void **state)
{
	struct suite_case c = a_case(&hybrids[0], 8);
	struct suite_record record;
	int16_t *noise = calloc(c.count, sizeof(*noise));

	(void)state;
	suite_voice(far, c.count, LEVEL_DBM0, 6);
	memset(far, 0, SECONDS(1) * sizeof(*far));
	c.a_law = false;
	c.muting = c.comfort_noise = true;
	c.noise_dbm0 = 0;
	suite_noise(talk, c.count, -50, 9);
	for (size_t i = c.count - 1; i > 0; i--)
		talk[i] = 0.7 * (talk[i] + 0.9 * talk[i - 1]); /* the line's noise is mostly low */
	for (size_t i = 0; i < c.count; i++)
		noise[i] = (int16_t)lrint(talk[i]);
	c.talk = talk;
	suite_play(&record, &c);
	for (double hz = 300; hz < 3300; hz += 1000) {
		double own = band_dbm0(noise + SECONDS(3), SECONDS(5), hz, hz + 1000);
		double heard = band_dbm0(record.clean + SECONDS(3), SECONDS(5), hz, hz + 1000);

		assert_at_most(fabs(own - heard), 2.5, "dB between the noises");
	}
	free(noise);
	suite_record_free(&record);
}

static void a_lone_talker_passes_untouched(void **state)
{
	struct suite_case c = a_case(&hybrids[0], 6);
	struct suite_record record;

	(void)state;
	memset(far, 0, sizeof(far));
	suite_voice(far, SECONDS(3), LEVEL_DBM0, 1);
	memset(talk, 0, sizeof(talk));
	suite_voice(talk + SECONDS(3.5), SECONDS(2.5), -20, 2);
	c.talk = talk;
	c.a_law = false;
	c.muting = c.comfort_noise = true;
	suite_play(&record, &c);
	assert_memory_equal(record.clean + SECONDS(3.5), record.near + SECONDS(3.5), SECONDS(2.5) * sizeof(int16_t));
	suite_record_free(&record);
}

/* Talk from 4 s to 7 s; the filter must stay as good as it was and the talk whole. */
static void both_talk(double level_dbm0, unsigned voice)
{
	struct suite_case c = a_case(&hybrids[voice % HYBRIDS], 9);
	struct suite_record record;
	double before, limit;

	suite_voice(far, c.count, BOTH_DBM0, voice);
	memset(talk, 0, sizeof(talk));
	suite_voice(talk + SECONDS(4), SECONDS(3), level_dbm0, voice + 40);
	c.talk = talk;
	limit = perfect_db(c, SECONDS(7), SECONDS(7.5));
	suite_play(&record, &c);
	before = suite_erle_db(&record, SECONDS(3), SECONDS(4));
	assert_at_least(suite_erle_db(&record, SECONDS(7), SECONDS(7.5)), fmin(before, limit) - 6, "dB after both talked");
	assert_at_least(suite_talk_db(&record, SECONDS(4), SECONDS(7)), 20, "dB of talk over the rest");
	suite_record_free(&record);

	c.muting = c.comfort_noise = true;
	suite_play(&record, &c);
	assert_at_most(suite_longest_cut_ms(&record, SECONDS(4), SECONDS(7)), 10, "ms cut");
	suite_record_free(&record);
}

static void double_talk_does_no_harm(void **state)
{
	(void)state;
	for (unsigned voice = 1; voice <= VOICES; voice++) {
		both_talk(BOTH_DBM0 - 10, voice);
		both_talk(BOTH_DBM0, voice + 10);
		both_talk(BOTH_DBM0 + 10, voice + 20);
	}
}

static void another_path_is_learnt_within_a_second(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HYBRIDS; i++) {
		struct suite_case c = a_case(&hybrids[i], 7);
		struct suite_record record;

		suite_voice(far, c.count, LEVEL_DBM0, 7 + i);
		c.later = hybrids[(i + 1) % HYBRIDS];
		c.later_at = SECONDS(4);
		suite_play(&record, &c);
		assert_at_most(suite_time_to_ms(&record, SECONDS(4), 20), 1000, "ms to 20 dB");
		assert_at_least(suite_erle_db(&record, SECONDS(5), SECONDS(7)), 20, "dB after a second");
		suite_record_free(&record);
	}
}

/* A tone says little of the path. It must not make the filter forget what it knows. */
static void tones_do_no_harm(void **state)
{
	struct suite_case c = a_case(&hybrids[1], 10);
	struct suite_record record;

	(void)state;
	suite_voice(far, SECONDS(3), LEVEL_DBM0, 3);
	memset(far + SECONDS(3), 0, sizeof(far) - SECONDS(3) * sizeof(*far));
	suite_tone(far + SECONDS(3), SECONDS(5), 350, -13);
	suite_tone(far + SECONDS(3), SECONDS(5), 440, -13);
	suite_voice(far + SECONDS(8), SECONDS(2), LEVEL_DBM0, 3);
	suite_play(&record, &c);
	assert_at_least(suite_erle_db(&record, SECONDS(4), SECONDS(8)), 30, "dB of the tone");
	assert_at_least(suite_erle_db(&record, SECONDS(8), SECONDS(8.5)), 20, "dB of speech after it");
	suite_record_free(&record);
}

static void keys_pass_while_the_far_end_talks(void **state)
{
	struct suite_case c = a_case(&hybrids[0], 6);
	struct suite_record record;

	(void)state;
	suite_voice(far, c.count, LEVEL_DBM0, 5);
	memset(talk, 0, sizeof(talk));
	for (size_t at = SECONDS(3); at < SECONDS(6); at += MS(200)) {
		suite_tone(talk + at, MS(100), 770, -10);
		suite_tone(talk + at, MS(100), 1336, -8);
	}
	c.talk = talk;
	c.muting = c.comfort_noise = true;
	suite_play(&record, &c);
	for (size_t at = SECONDS(3); at < SECONDS(6); at += MS(200)) {
		assert_at_most(fabs(help_level_at(record.clean + at, MS(100), 770) + 10), 0.6, "dB off, of the low tone");
		assert_at_most(fabs(help_level_at(record.clean + at, MS(100), 1336) + 8), 0.6, "dB off, of the high tone");
	}
	suite_record_free(&record);
}

static void reset_forgets_the_path(void **state)
{
	struct dsp_echo_config config = {.tail_ms = 16, .block_samples = 80};
	struct dsp_echo *echo;
	int16_t loud[80], clean[80];

	(void)state;
	assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
	suite_noise(far, SECONDS(2), LEVEL_DBM0, 8);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t at = 0; at < SECONDS(1); at += 80) {
			for (size_t i = 0; i < 80; i++)
				loud[i] = (int16_t)far[at + i];
			dsp_echo_run(echo, clean, loud, loud, 80);
			if (at == 0)
				assert_memory_equal(clean, loud, sizeof(clean)); /* nothing is known yet */
		}
		assert_at_most(suite_level_dbm0(clean, 80), LEVEL_DBM0 - 30, "dBm0 left over");
		dsp_echo_reset(echo);
	}
	dsp_echo_free(echo);
	dsp_echo_free(NULL);
}

/* The far end stops at once; its last echo still comes, and after a second of nothing it begins again. */
static void the_last_echo_comes_after_the_sound(void **state)
{
	enum { DELAY = 200, STOPS = SECONDS(1), BEGINS = SECONDS(2), ENDS = SECONDS(3) };
	struct dsp_echo_config config = {.tail_ms = 32, .block_samples = 80};
	int16_t loud[80], near[80], clean[80];
	struct dsp_echo *echo;

	(void)state;
	assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
	suite_noise(far, ENDS, LEVEL_DBM0, 8);
	memset(far + STOPS, 0, (BEGINS - STOPS) * sizeof(far[0]));
	for (size_t at = 0; at < ENDS; at += 80) {
		for (size_t i = 0; i < 80; i++) {
			loud[i] = (int16_t)far[at + i];
			near[i] = at + i < DELAY ? 0 : (int16_t)far[at + i - DELAY] / 2;
		}
		dsp_echo_run(echo, clean, loud, near, 80);
		if (at >= STOPS && at < BEGINS)
			assert_at_most(suite_level_dbm0(clean, 80), LEVEL_DBM0 - 30, "dBm0 left over of the last echo");
		else if (at >= BEGINS)
			assert_at_most(suite_level_dbm0(clean, 80), LEVEL_DBM0 - 30, "dBm0 left over when it begins again");
	}
	dsp_echo_free(echo);
}

/* No ghost of what was heard before the pause, and nothing to learn after it. */
static void a_pause_forgets_the_sound_and_not_the_path(void **state)
{
	enum { DELAY = 40 };
	struct dsp_echo_config config = {.tail_ms = 16, .block_samples = 80};
	int16_t loud[80], near[80], clean[80], nothing[80] = {0};
	struct dsp_echo *echo;

	(void)state;
	assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
	suite_noise(far, SECONDS(2), LEVEL_DBM0, 8);
	for (size_t at = 0; at < SECONDS(2); at += 80) {
		for (size_t i = 0; i < 80; i++) {
			loud[i] = (int16_t)far[at + i];
			near[i] = (at + i) % SECONDS(1) < DELAY ? 0 : (int16_t)far[at + i - DELAY] / 2;
		}
		if (at == SECONDS(1)) {
			dsp_echo_begin(echo);
			dsp_echo_run(echo, clean, nothing, nothing, 80);
			assert_memory_equal(clean, nothing, sizeof(clean));
		}
		dsp_echo_run(echo, clean, loud, near, 80);
		if (at >= SECONDS(1))
			assert_at_most(suite_level_dbm0(clean, 80), LEVEL_DBM0 - 30, "dBm0 left over");
	}
	dsp_echo_free(echo);
}

/* An answering tone: its frequency, level, by how much its phase turns every 450 ms, and from which end. */
struct answer {
	double hz, level_dbm0, turn_degrees;
	bool from_near;
	enum dsp_echo_state goes_to;
};

/* Gives `ms` of it (level 0: of nothing); returns after how many ms the state first was `wanted`, or -1. */
static int answer_play(struct dsp_echo *echo, const struct answer *answer, unsigned ms, enum dsp_echo_state wanted)
{
	double phase = 0, peak = answer->level_dbm0 == 0 ? 0 : 32767 * pow(10, (answer->level_dbm0 - 3.14) / 20);
	int16_t sound[80], silence[80] = {0}, clean[80];
	int when = -1;

	for (size_t at = 0; at < MS(ms); at += 80) {
		for (size_t i = 0; i < 80; i++) {
			if ((at + i) % MS(450) == 0 && at + i > 0)
				phase += answer->turn_degrees / 360;
			phase += answer->hz / 8000;
			sound[i] = (int16_t)lrint(peak * sin(2 * M_PI * phase));
		}
		dsp_echo_run(echo, clean, answer->from_near ? silence : sound, answer->from_near ? sound : silence, 80);
		if (when < 0 && dsp_echo_state(echo) == wanted)
			when = (int)(at / MS(1)) + 10;
	}
	return when;
}

/* G.168 clause 7: what must be noticed, and what must not. */
static void answering_tones_are_heeded(void **state)
{
	static const struct answer answers[] = {
		{2100, -12, 180, false, DSP_ECHO_OFF}, {2100, -12, 180, true, DSP_ECHO_OFF},
		{2121, -31, 155, false, DSP_ECHO_OFF}, {2079, -6, 205, true, DSP_ECHO_OFF},
		{2100, -12, 0, false, DSP_ECHO_MUTES_NOT}, {2100, -31, 110, true, DSP_ECHO_MUTES_NOT},
		{2079, -12, 0, true, DSP_ECHO_MUTES_NOT}, {2100, -40, 180, false, DSP_ECHO_WORKS},
		{2225, -12, 180, true, DSP_ECHO_WORKS}, {1850, -12, 180, false, DSP_ECHO_WORKS},
	};
	struct dsp_echo_config config = {.tail_ms = 16, .block_samples = 80, .muting = true};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct dsp_echo *echo;
		int when;

		assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
		when = answer_play(echo, &answers[i], 3000, answers[i].goes_to);
		if (dsp_echo_state(echo) != answers[i].goes_to)
			fail_msg("answer %zu: state %d", i, dsp_echo_state(echo));
		assert_in_range(when, 1, 1000); /* 7.5: within a second */
		dsp_echo_free(echo);
	}
}

static void it_works_again_when_both_ends_are_quiet(void **state)
{
	struct answer answer = {2100, -12, 180, false, DSP_ECHO_OFF}, data = {1800, -31, 0, true, DSP_ECHO_OFF},
		quiet = {1800, -36, 0, true, DSP_ECHO_WORKS};
	struct dsp_echo_config config = {.tail_ms = 16, .block_samples = 80, .muting = true};
	struct dsp_echo *echo;
	int when;

	(void)state;
	assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
	assert_true(answer_play(echo, &answer, 1500, DSP_ECHO_OFF) > 0);
	answer_play(echo, &data, 2000, DSP_ECHO_OFF);
	assert_int_equal(dsp_echo_state(echo), DSP_ECHO_OFF);       /* 7.4: held */
	assert_int_equal(answer_play(echo, &quiet, 100, DSP_ECHO_WORKS), -1);
	answer_play(echo, &data, 100, DSP_ECHO_OFF);
	assert_int_equal(dsp_echo_state(echo), DSP_ECHO_OFF);       /* 7.8: a gap of 100 ms is none */
	when = answer_play(echo, &quiet, 1000, DSP_ECHO_WORKS);
	assert_in_range(when, 100, 400);                            /* 250 +-150 ms */
	dsp_echo_free(echo);
}

/* Off means off: what comes from the line passes to the bit, echo and all. */
static void a_modem_is_left_alone(void **state)
{
	struct answer answer = {2100, -12, 180, false, DSP_ECHO_OFF};
	struct dsp_echo_config config = {.tail_ms = 16, .block_samples = 80, .muting = true, .comfort_noise = true};
	struct dsp_echo *echo;
	int16_t sound[80], clean[80];

	(void)state;
	assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
	answer_play(echo, &answer, 2000, DSP_ECHO_OFF);
	suite_noise(far, SECONDS(1), -10, 4);
	for (size_t at = 0; at < SECONDS(1); at += 80) {
		for (size_t i = 0; i < 80; i++)
			sound[i] = (int16_t)far[at + i];
		dsp_echo_run(echo, clean, sound, sound, 80);
		if (at > MS(100))
			assert_memory_equal(clean, sound, 80 * sizeof(int16_t));
	}
	dsp_echo_free(echo);
}

static void speech_is_no_answering_tone(void **state)
{
	struct dsp_echo_config config = {.tail_ms = 16, .block_samples = 80, .muting = true};
	struct dsp_echo *echo;
	int16_t sound[80], clean[80];

	(void)state;
	assert_int_equal(dsp_echo_alloc(&echo, &config), 0);
	for (unsigned voice = 0; voice < 5; voice++) {
		suite_voice(far, SECONDS(10), -12, voice);
		for (size_t at = 0; at < SECONDS(10); at += 80) {
			for (size_t i = 0; i < 80; i++)
				sound[i] = (int16_t)fmax(-32767, fmin(32767, far[at + i]));
			dsp_echo_run(echo, clean, sound, sound, 80);
			assert_int_equal(dsp_echo_state(echo), DSP_ECHO_WORKS);
		}
	}
	dsp_echo_free(echo);
}

static int init(void **state)
{
	(void)state;
	return dsp_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converges_on_the_composite_source_signal),
		cmocka_unit_test(converges_on_speech),
		cmocka_unit_test(takes_more_away_where_no_law_rounds),
		cmocka_unit_test(finds_the_echo_at_the_end_of_the_tail),
		cmocka_unit_test(mutes_what_is_left_over),
		cmocka_unit_test(fills_the_silence_with_noise_like_the_lines),
		cmocka_unit_test(a_lone_talker_passes_untouched),
		cmocka_unit_test(double_talk_does_no_harm),
		cmocka_unit_test(another_path_is_learnt_within_a_second),
		cmocka_unit_test(tones_do_no_harm),
		cmocka_unit_test(keys_pass_while_the_far_end_talks),
		cmocka_unit_test(reset_forgets_the_path),
		cmocka_unit_test(a_pause_forgets_the_sound_and_not_the_path),
		cmocka_unit_test(the_last_echo_comes_after_the_sound),
		cmocka_unit_test(answering_tones_are_heeded),
		cmocka_unit_test(it_works_again_when_both_ends_are_quiet),
		cmocka_unit_test(a_modem_is_left_alone),
		cmocka_unit_test(speech_is_no_answering_tone),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
