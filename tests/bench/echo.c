/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures line echo cancellers by the bench of tests/unit/echo_suite.h: this project's, libspeexdsp's where that is there, and what
 * one could reach that knows the hybrid. Prints the table of doc/echo.md, each value as median / worst; with the option -f the
 * figures of ours alone, the medians, as "name value unit".
 *
 * usage: echo [-f] [WAV...]     recorded voices (mono, 16 bit, any rate) beside three made ones
 *        echo -l                lists the figures' names
 *        echo -c TAIL_MS HOPS   runs the canceller on so many 20 ms of noise, to have its instructions counted
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#ifdef WITH_SPEEXDSP
#include <speex/speex_echo.h>
#endif

#include "dsp/dsp.h"
#include "dsp/echo.h"
#include "tests/unit/dsp_help.h"
#include "tests/unit/echo_suite.h"

#define SECONDS(s)   ((size_t)((s) * 8000))
#define VOICES_MAX   12
#define MADE_VOICES  3
#define VALUES_MAX   400
#define LEVEL_DBM0   (-15)
#define NOISE_DBM0   (-65)
#define SPEECH_S     14
#define TALK_AT_S    5  /* double talk, and another path */
#define TALK_S       4
#define BOTH_DBM0    (-21) /* of the far talker when both talk, so that nothing is clipped */

static double voices[VOICES_MAX][SECONDS(SPEECH_S)];
static size_t voice_count;
static double far[SECONDS(SPEECH_S)], talk[SECONDS(SPEECH_S)];

static const struct suite_hybrid hybrids[] = {
	{1, 6, 0, 15}, {2, 9, 1, 12}, {3, 12, 2, 10}, {4, 6, 8, 15}, {5, 9, 3, 12}, {6, 12, 14, 12}, {7, 18, 3, 12}, {8, 24, 5, 8},
};
#define HYBRIDS (sizeof(hybrids) / sizeof(hybrids[0]))

struct values {
	double value[VALUES_MAX];
	size_t count;
};

static void value_add(struct values *values, double value)
{
	if (values->count < VALUES_MAX)
		values->value[values->count++] = value;
}

static int rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* part: 0 the smallest, 0.5 the median, 1 the largest. */
static double value_at(struct values *values, double part)
{
	qsort(values->value, values->count, sizeof(double), rising);
	return values->count ? values->value[(size_t)(part * (double)(values->count - 1))] : NAN;
}

#ifdef WITH_SPEEXDSP
static unsigned speex_frame = 80;

static void *speex_make(unsigned tail_ms, unsigned block_samples, bool muting, bool comfort_noise)
{
	SpeexEchoState *state = speex_echo_state_init((int)speex_frame, (int)MS(tail_ms));
	int rate = DSP_RATE_HZ;

	(void)block_samples, (void)muting, (void)comfort_noise;
	speex_echo_ctl(state, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
	return state;
}

static void speex_run(void *canceller, int16_t *clean, const int16_t *sent, const int16_t *near, size_t count)
{
	for (size_t i = 0; i < count; i += speex_frame)
		speex_echo_cancellation(canceller, near + i, sent + i, clean + i);
}

static void speex_drop(void *canceller)
{
	speex_echo_state_destroy(canceller);
}

static const struct suite_canceller suite_speex = {"speexdsp", speex_make, speex_run, speex_drop};
#endif

static const struct suite_canceller *const cancellers[] = {
	&suite_ours,
#ifdef WITH_SPEEXDSP
	&suite_speex,
#endif
	&suite_perfect,
};
#define CANCELLERS (sizeof(cancellers) / sizeof(cancellers[0]))

enum measure {
	CSS_MS, CSS_DB, NOISE_MS, NOISE_DB, SPEECH_MS, SPEECH_DB, LINEAR_DB,
	WEAK_TALK_DB, EQUAL_TALK_DB, LOUD_TALK_DB, WEAK_TALK_LOSS_DB, EQUAL_TALK_LOSS_DB, LOUD_TALK_LOSS_DB,
	CHANGE_MS, CHANGE_DB, TONE_DB, AFTER_TONE_DB, MUTED_DBM0, CUT_MS, MEASURES
};

static const struct {
	const char *name, *meaning, *unit, *goal;
	bool small_is_good, ours_alone;
} measures[MEASURES] = {
	[CSS_MS] = {"echo_css_20db", "composite source signal: time to 20 dB", "ms", "150", true, false},
	[CSS_DB] = {"echo_css_converged", "... converged, 3 to 4 s", "dB", "33", false, false},
	[NOISE_MS] = {"echo_noise_20db", "white noise: time to 20 dB", "ms", "", true, false},
	[NOISE_DB] = {"echo_noise_converged", "... converged, 3 to 4 s", "dB", "", false, false},
	[SPEECH_MS] = {"echo_speech_20db", "speech: time to 20 dB", "ms", "400", true, false},
	[SPEECH_DB] = {"echo_speech_converged", "... converged, 6 to 12 s", "dB", "30", false, false},
	[LINEAR_DB] = {"echo_linear_converged", "... without A-law", "dB", "35", false, false},
	[WEAK_TALK_DB] = {"echo_weak_talk_clean", "near talk 10 dB weaker than the far talker: over all else", "dB", "", false, false},
	[EQUAL_TALK_DB] = {"echo_equal_talk_clean", "... as loud", "dB", "", false, false},
	[LOUD_TALK_DB] = {"echo_loud_talk_clean", "... 10 dB louder", "dB", "", false, false},
	[WEAK_TALK_LOSS_DB] = {"echo_weak_talk_loss", "cancellation lost in the half second after weak near talk", "dB", "6", true, false},
	[EQUAL_TALK_LOSS_DB] = {"echo_equal_talk_loss", "... equal near talk", "dB", "6", true, false},
	[LOUD_TALK_LOSS_DB] = {"echo_loud_talk_loss", "... loud near talk", "dB", "6", true, false},
	[CHANGE_MS] = {"echo_change_20db", "another path while the far end speaks: time to 20 dB", "ms", "1000", true, false},
	[CHANGE_DB] = {"echo_change_converged", "... 1 to 3 s after it", "dB", "20", false, false},
	[TONE_DB] = {"echo_tone", "dial tone 350+440 Hz, 1 to 5 s", "dB", "", false, false},
	[AFTER_TONE_DB] = {"echo_after_tone", "speech, the half second after it", "dB", "", false, false},
	[MUTED_DBM0] = {"echo_muted_loudest_below_0_dbm0", "muting, no noise, without A-law: loudest 20 ms after 1 s", "dBm0", "-65", true, true},
	[CUT_MS] = {"echo_talk_cut", "muting: longest stretch of near talk cut", "ms", "10", true, true},
};

static struct values results[CANCELLERS][MEASURES];
static struct suite_case base;
static size_t who;

/* Plays a case; the caller takes its values and frees the record. */
static struct suite_record play(struct suite_case c)
{
	struct suite_record record;

	suite_play(&record, &c);
	return record;
}

static void take(enum measure measure, double value)
{
	value_add(&results[who][measure], value);
}

static void steady_signals(void)
{
	struct suite_record record;
	struct suite_case c = base;

	c.count = SECONDS(4);
	suite_css(far, c.count, LEVEL_DBM0, 1);
	record = play(c);
	take(CSS_MS, suite_time_to_ms(&record, 0, 20));
	take(CSS_DB, suite_erle_db(&record, SECONDS(3), SECONDS(4)));
	suite_record_free(&record);
	suite_noise(far, c.count, LEVEL_DBM0, 2);
	record = play(c);
	take(NOISE_MS, suite_time_to_ms(&record, 0, 20));
	take(NOISE_DB, suite_erle_db(&record, SECONDS(3), SECONDS(4)));
	suite_record_free(&record);
}

static void tones(size_t voice)
{
	struct suite_record record;
	struct suite_case c = base;

	c.count = SECONDS(9);
	memset(far, 0, sizeof(far));
	memcpy(far, voices[voice], SECONDS(3) * sizeof(double));
	suite_tone(far + SECONDS(3), SECONDS(5), 350, -13);
	suite_tone(far + SECONDS(3), SECONDS(5), 440, -13);
	memcpy(far + SECONDS(8), voices[voice], SECONDS(1) * sizeof(double));
	record = play(c);
	take(TONE_DB, suite_erle_db(&record, SECONDS(4), SECONDS(8)));
	take(AFTER_TONE_DB, suite_erle_db(&record, SECONDS(8), SECONDS(8.5)));
	suite_record_free(&record);
}

static void speech(size_t voice)
{
	struct suite_record record;
	struct suite_case c = base;

	memcpy(far, voices[voice], sizeof(far));
	c.count = SECONDS(12);
	record = play(c);
	take(SPEECH_MS, suite_time_to_ms(&record, 0, 20));
	take(SPEECH_DB, suite_erle_db(&record, SECONDS(6), SECONDS(12)));
	suite_record_free(&record);
	c.a_law = false;
	c.noise_dbm0 = -75;
	record = play(c);
	take(LINEAR_DB, suite_erle_db(&record, SECONDS(6), SECONDS(12)));
	suite_record_free(&record);
	c = base;
	c.later = hybrids[(base.hybrid.seed + 1) % HYBRIDS];
	c.later.delay_ms += 2;
	c.later_at = SECONDS(TALK_AT_S);
	c.count = SECONDS(TALK_AT_S + 3);
	record = play(c);
	take(CHANGE_MS, suite_time_to_ms(&record, c.later_at, 20));
	take(CHANGE_DB, suite_erle_db(&record, c.later_at + SECONDS(1), c.count));
	suite_record_free(&record);
}

/* What the canceller does to the near talk alone is not to be held against it (speexdsp's takes the low end away): the talk that comes out
 * is compared with the talk that comes out when the far end is silent. */
static void talk_refer(struct suite_record *record, const struct suite_case *c)
{
	static const double silence[SECONDS(SPEECH_S)];
	struct suite_case alone = *c;
	struct suite_record reference;

	if (c->canceller == &suite_perfect || c->canceller == &suite_ours)
		return;
	alone.far = silence;
	suite_play(&reference, &alone);
	for (size_t i = 0; i < record->count; i++)
		record->talk[i] = record->talk[i] != 0 ? reference.clean[i] : 0;
	suite_record_free(&reference);
}

static void double_talk(size_t voice)
{
	static const double levels[] = {-10, 0, 10};
	const size_t from = SECONDS(TALK_AT_S), to = SECONDS(TALK_AT_S + TALK_S);

	for (size_t i = 0; i < SECONDS(SPEECH_S); i++)
		far[i] = voices[voice][i] * pow(10, (BOTH_DBM0 - LEVEL_DBM0) / 20.0);
	for (size_t i = 0; i < 3; i++) {
		struct suite_record record;
		struct suite_case c = base;
		double before;

		memset(talk, 0, sizeof(talk));
		memcpy(talk + from, voices[(voice + 1) % voice_count], (to - from) * sizeof(double));
		for (size_t k = from; k < to; k++)
			talk[k] *= pow(10, (BOTH_DBM0 - LEVEL_DBM0 + levels[i]) / 20);
		c.count = to + SECONDS(1);
		record = play(c);
		before = suite_erle_db(&record, to, to + SECONDS(0.5));
		suite_record_free(&record);
		c.talk = talk;
		record = play(c);
		take(WEAK_TALK_LOSS_DB + i, before - suite_erle_db(&record, to, to + SECONDS(0.5)));
		talk_refer(&record, &c);
		take(WEAK_TALK_DB + i, suite_talk_db(&record, from, to));
		suite_record_free(&record);
		if (c.canceller != &suite_ours)
			continue;
		c.muting = c.comfort_noise = true;
		record = play(c);
		take(CUT_MS, suite_longest_cut_ms(&record, from, to));
		suite_record_free(&record);
	}
}

static void muting(void)
{
	for (double level = -10; level >= -30; level -= 10) {
		struct suite_record record;
		struct suite_case c = base;
		double loudest = -99;

		suite_css(far, SECONDS(5), level, 3);
		c.count = SECONDS(5);
		c.muting = true;
		c.a_law = false;
		c.noise_dbm0 = 0;
		record = play(c);
		for (size_t at = SECONDS(1); at < record.count; at += MS(20))
			loudest = fmax(loudest, suite_level_dbm0(record.clean + at, MS(20)));
		take(MUTED_DBM0, loudest);
		suite_record_free(&record);
	}
}

static void measure_all(size_t canceller_count)
{
	for (who = 0; who < canceller_count; who++) {
		for (size_t h = 0; h < HYBRIDS; h++) {
			base = (struct suite_case){.canceller = cancellers[who], .tail_ms = 32, .hybrid = hybrids[h], .a_law = true,
				.noise_dbm0 = NOISE_DBM0, .far = far};
			steady_signals();
			for (size_t voice = 0; voice < voice_count; voice++) {
				speech(voice);
				double_talk(voice);
			}
			tones(h % voice_count);
			if (cancellers[who] == &suite_ours)
				muting();
		}
	}
}

/* By tail, the echo at its end. */
static void measure_tails(void)
{
	static const unsigned tails_ms[] = {8, 16, 32, 64, 128};

	printf("\n| tail, ms | canceller | noise: ms to 20 dB | converged, dB | us in 20 ms |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof(tails_ms) / sizeof(tails_ms[0]); i++) {
		for (who = 0; who + 1 < CANCELLERS; who++) {
			struct suite_case c = {.canceller = cancellers[who], .tail_ms = tails_ms[i], .hybrid = {7, 8, tails_ms[i] - 6, 6},
				.a_law = true, .noise_dbm0 = NOISE_DBM0, .far = far, .count = SECONDS(4), .muting = true, .comfort_noise = false};
			struct suite_record record;
			double ms, us = 1e9;

			suite_noise(far, c.count, LEVEL_DBM0, 3);
			for (int pass = 0; pass < 5; pass++) {
				record = play(c);
				us = fmin(us, record.us);
				suite_record_free(&record);
			}
			c.muting = false;
			record = play(c);
			ms = suite_time_to_ms(&record, 0, 20);
			printf("| %u | %s | %.0f | %.1f | %.1f |\n", tails_ms[i], cancellers[who]->name, ms,
				suite_erle_db(&record, SECONDS(3), SECONDS(4)), us);
			suite_record_free(&record);
		}
	}
}

static void table_print(void)
{
	printf("| | goal |");
	for (size_t i = 0; i < CANCELLERS; i++)
		printf(" %s |", cancellers[i]->name);
	printf("\n|---|---|");
	for (size_t i = 0; i < CANCELLERS; i++)
		printf("---|");
	printf("\n");
	for (size_t m = 0; m < MEASURES; m++) {
		printf("| %s, %s | %s |", measures[m].meaning, measures[m].unit, measures[m].goal);
		for (size_t i = 0; i < CANCELLERS; i++) {
			if (results[i][m].count)
				printf(" %.1f / %.1f |", value_at(&results[i][m], 0.5), value_at(&results[i][m], measures[m].small_is_good));
			else
				printf(" |");
		}
		printf("\n");
	}
}

static void names_print(void)
{
	for (size_t m = 0; m < MEASURES; m++)
		printf("%s ", measures[m].name);
}

/* A figure has no sign: what is left over of the echo is told as so many dB below 0 dBm0. */
static void figures_print(void)
{
	for (size_t m = 0; m < MEASURES; m++)
		printf("%s %.1f %s\n", measures[m].name, fabs(value_at(&results[0][m], 0.5)), measures[m].unit);
}

/* A windowed sinc, wide enough for speech. */
static double resampled(const int16_t *samples, size_t count, double at, double ratio)
{
	enum { REACH = 16 };
	double sum = 0, cutoff = fmin(1, 1 / ratio), reach = REACH / cutoff;

	for (long i = (long)ceil(at - reach); i <= (long)floor(at + reach); i++) {
		double x = (at - (double)i) * cutoff;

		if (i >= 0 && (size_t)i < count)
			sum += samples[i] * cutoff * (x == 0 ? 1 : sin(M_PI * x) / (M_PI * x)) * (0.5 + 0.5 * cos(M_PI * x / REACH));
	}
	return sum;
}

/* Reads a voice from where it begins, again and again until there is enough. */
static bool voice_read(double *voice, const char *path)
{
	static int16_t samples[SECONDS(6 * SPEECH_S)];
	unsigned char header[44];
	FILE *file = fopen(path, "rb");
	size_t count, first = 0;
	double ratio;

	if (!file || fread(header, 1, sizeof(header), file) != sizeof(header)) {
		if (file)
			fclose(file);
		return false;
	}
	count = fread(samples, sizeof(int16_t), sizeof(samples) / sizeof(samples[0]), file);
	fclose(file);
	while (first < count && abs(samples[first]) < 300)
		first++;
	if (count - first < SECONDS(1))
		return false;
	ratio = (header[24] | header[25] << 8 | header[26] << 16) / (double)DSP_RATE_HZ;
	for (size_t i = 0; i < SECONDS(SPEECH_S); i++)
		voice[i] = resampled(samples + first, count - first, fmod((double)i * ratio, (double)(count - first)), ratio);
	suite_level_set(voice, SECONDS(SPEECH_S), LEVEL_DBM0);
	return true;
}

static int count_instructions(const char *tail_ms, const char *hops)
{
	struct dsp_echo_config config = {.tail_ms = (unsigned)atoi(tail_ms), .block_samples = 80, .muting = true, .comfort_noise = true};
	uint32_t seed = 1;
	int16_t sound[80], clean[80];
	struct dsp_echo *echo;

	if (dsp_echo_alloc(&echo, &config))
		return EXIT_FAILURE;
	for (int i = 0; i < 2 * atoi(hops); i++) {
		memset(sound, 0, sizeof(sound));
		help_add_noise(sound, 80, LEVEL_DBM0, &seed);
		dsp_echo_run(echo, clean, sound, sound, 80);
	}
	dsp_echo_free(echo);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	bool figures = argc > 1 && !strcmp(argv[1], "-f");

	if (dsp_init())
		return EXIT_FAILURE;
	if (argc == 4 && !strcmp(argv[1], "-c"))
		return count_instructions(argv[2], argv[3]);
	if (argc == 2 && !strcmp(argv[1], "-l")) {
		names_print();
		return EXIT_SUCCESS;
	}
	for (int i = 1 + figures; i < argc && voice_count + MADE_VOICES < VOICES_MAX; i++) {
		if (!voice_read(voices[voice_count++], argv[i])) {
			fprintf(stderr, "echo: no voice in %s\n", argv[i]);
			return EXIT_FAILURE;
		}
	}
	for (unsigned i = 0; i < MADE_VOICES; i++)
		suite_voice(voices[voice_count++], SECONDS(SPEECH_S), LEVEL_DBM0, i + 1);
	measure_all(figures ? 1 : CANCELLERS);
	if (figures) {
		figures_print();
		return EXIT_SUCCESS;
	}
	printf("%zu voices, %zu hybrids\n\n", voice_count, HYBRIDS);
	table_print();
	measure_tails();
	return EXIT_SUCCESS;
}
