/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/osc.h"
#include "dsp/tone.h"
#include "dsp/tone_def.h"

static struct dsp_tone_def *parse(const char *text)
{
	struct dsp_tone_def *def = NULL;
	int err = dsp_tone_def_parse(&def, text, -13);

	if (err)
		print_error("%s: %s\n", text, strerror(err));
	assert_int_equal(err, 0);
	return def;
}

static int refusal(const char *text)
{
	struct dsp_tone_def *def = NULL;
	int err = dsp_tone_def_parse(&def, text, -13);

	assert_null(def);
	return err;
}

/* One segment as a text that can be compared: "350+440/100!" */
static const char *segment_text(const struct tone_segment *segment)
{
	static char text[128];
	size_t length = 0;

	if (!segment->frequency_count)
		length += (size_t)sprintf(text, "0");
	for (size_t i = 0; i < segment->frequency_count; i++)
		length += (size_t)sprintf(text + length, "%s%.0f", !i ? "" : segment->modulated ? "*" : "+",
			(double)segment->steps[i] * 8000 / 4294967296);
	if (segment->samples)
		length += (size_t)sprintf(text + length, "/%u", segment->samples / 8);
	if (segment->once)
		sprintf(text + length, "!");
	return text;
}

/* What each text is to be understood as, segments apart by a blank. */
static const struct {
	const char *text, *meaning;
} tones[] = {
	{"350+440", "350+440"},                                     /* United States, dial */
	{"480+620/500,0/500", "480+620/500 0/500"},                 /* busy */
	{"440+480/2000,0/4000", "440+480/2000 0/4000"},             /* ringback */
	{"!950/330,!1400/330,!1800/330,0", "950/330! 1400/330! 1800/330! 0"}, /* information */
	{"!350+440/100,!0/100,350+440", "350+440/100! 0/100! 350+440"},
	{"425", "425"},                                             /* Germany, dial */
	{"425+400", "425+400"},
	{"400/375,0/375", "400/375 0/375"},                         /* Britain, busy */
	{"400/400,0/350,400/225,0/525", "400/400 0/350 400/225 0/525"},
	{"350+440/750,440/750", "350+440/750 440/750"},
	{"400*33", "400*33"},                                       /* South Africa, dial */
	{"425*24/500,0/500,425/500,0/2500", "425*24/500 0/500 425/500 0/2500"}, /* Singapore */
	{"600*120", "600*120"},
	{"1400+2060+2450+2600/100,0/100", "1400+2060+2450+2600/100 0/100"}, /* howler */
	{" 350 + 440 / 100 , ! 0 / 100 ", "350+440/100 0/100!"},
	/* Mistakes that the collections in use have. */
	{"425/375,0/375,425@/375,0/375", "425/375 0/375 425/375 0/375"}, /* Australia, busy */
	{"!400/100!0/100,!400/100,!0/100,400", "400/100! 0/100! 400/100! 0/100! 400"}, /* New Zealand */
	{"350+375+400/250,0/250", "350+375+400/250 0/250"},         /* Hungary, congestion */
	{"1000/400,10000/400,1000/400", "1000/400 0/400 1000/400"}, /* Thailand, call waiting */
	{"950/0,0/325,950/325,0/30", "0/325 950/325 0/30"},         /* Estonia, information */
};

static void test_texts_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
		struct dsp_tone_def *def = parse(tones[i].text);
		char meaning[256] = "";

		for (size_t k = 0; k < def->segment_count; k++) {
			if (k)
				strcat(meaning, " ");
			strcat(meaning, segment_text(&def->segments[k]));
		}
		assert_string_equal(meaning, tones[i].meaning);
		dsp_tone_def_free(def);
	}
}

static void test_a_definition_repeats_unless_all_of_it_is_once(void **state)
{
	struct dsp_tone_def *def = parse("!425/100,0/100");

	(void)state;
	assert_true(def->repeats);
	dsp_tone_def_free(def);
	def = parse("!425/100,!0/100");
	assert_false(def->repeats);
	dsp_tone_def_free(def);
}

static void test_what_is_no_tone_is_refused(void **state)
{
	static const char *const texts[] = {
		"", " ", ",", "!", "/", "+", "*", "@", "dial", "425/", "425/0", "425/0,!0/0", "425/x", "425/-1", "-425", "425+",
		"425*", "425*25*3", "425*25+3", "425,", "425,,425", "425//100", "425/100/100", "425/3600001",
		"425/99999999999999999999", "99999999999999999999", "100000", "1+2+3+4+5", "425\x80", "4 25",
		"!!425/100", "425/100;0/100", "425.5", "0x10", "inf",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (refusal(texts[i]) != EINVAL)
			fail_msg("taken for a tone: %s", texts[i]);
	}
}

static void test_more_than_64_segments_are_refused(void **state)
{
	char text[TONE_TEXT_MAX + 64] = "1/1";
	struct dsp_tone_def *def;

	(void)state;
	for (int i = 1; i < TONE_SEGMENTS_MAX; i++)
		strcat(text, ",1/1");
	def = parse(text);
	assert_int_equal(def->segment_count, TONE_SEGMENTS_MAX);
	dsp_tone_def_free(def);
	strcat(text, ",1/1");
	assert_int_equal(refusal(text), EINVAL);
}

static void test_more_than_1024_bytes_are_refused(void **state)
{
	char text[TONE_TEXT_MAX + 2];

	(void)state;
	memset(text, ' ', sizeof(text));
	text[0] = '1';
	text[TONE_TEXT_MAX] = 0;
	dsp_tone_def_free(parse(text));
	text[TONE_TEXT_MAX] = ' ';
	text[TONE_TEXT_MAX + 1] = 0;
	assert_int_equal(refusal(text), EINVAL);
}

static void test_a_level_outside_minus_60_to_plus_3_is_refused(void **state)
{
	static const double levels[] = {3.1, -60.1, INFINITY, -INFINITY, NAN};
	struct dsp_tone_def *def = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		assert_int_equal(dsp_tone_def_parse(&def, "425", levels[i]), EINVAL);
	assert_null(def);
}

static int start(void **state)
{
	(void)state;
	return dsp_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_are_understood),
		cmocka_unit_test(test_a_definition_repeats_unless_all_of_it_is_once),
		cmocka_unit_test(test_what_is_no_tone_is_refused),
		cmocka_unit_test(test_more_than_64_segments_are_refused),
		cmocka_unit_test(test_more_than_1024_bytes_are_refused),
		cmocka_unit_test(test_a_level_outside_minus_60_to_plus_3_is_refused),
	};

	return cmocka_run_group_tests_name("dsp/tone_def", tests, start, NULL);
}
