/* SPDX-License-Identifier: BSD-3-Clause */
/* Ring patterns: their tables, what may be said of them, and which of them a call gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/ring_pattern.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_all_patterns_have_a_name_and_can_be_rung(void **state)
{
	struct fxs_cadence cadences[RING_PATTERNS] = {{{0}, 0}};
	const char *at;

	(void)state;
	assert_null(ring_cadences_make(cadences, "", &at));
	assert_int_equal(cadences[RING_COUNTRY].count, 0);
	for (uint8_t i = 0; i < RING_PATTERNS; i++) {
		const char *name = ring_pattern_name(i);
		uint8_t found = RING_PATTERNS;

		assert_int_equal(ring_pattern_find(&found, name, strlen(name)), 0);
		assert_int_equal(found, i);
		if (i != RING_COUNTRY)
			assert_true(fxs_cadence_valid(&cadences[i]));
	}
}

static void test_cadences_are_changed(void **state)
{
	static const unsigned changed[] = {500, 250, 1500, 3000};
	struct fxs_cadence cadences[RING_PATTERNS] = {{{0}, 0}};
	const char *at;

	(void)state;
	assert_null(ring_cadences_make(cadences, " dr8=500/250/1500/3000  dr1=20/20000 ", &at));
	assert_int_equal(cadences[8].count, 4);
	assert_memory_equal(cadences[8].on_off_ms, changed, sizeof(changed));
	assert_int_equal(cadences[1].on_off_ms[1], 20000);
	assert_int_equal(cadences[2].on_off_ms[0], 800);
}

static void test_wrong_cadences_are_refused_where_they_stand(void **state)
{
	static const char *const wrong[] = {
		"dr9=500/500", "dr0=500/500", "country=500/500", "500/500", "dr2", "dr2=", "dr2=/", "dr2=500", "dr2=500/", "dr2=500/500/500",
		"dr2=10/500", "dr2=500/20001", "dr2=500,500", "dr2=-500/500", "dr2=500/x", "dr2=500/500/", "=500/500",
		"dr2=99999999999999999999/500", "dr2=1000/1/1000/1/1000/1/1000/1/1000/1/1000/1/1000/1/1000/1/1000/1",
	};
	struct fxs_cadence cadences[RING_PATTERNS];
	char text[120];
	const char *at;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		snprintf(text, sizeof(text), "dr1=100/100 %s", wrong[i]);
		if (!ring_cadences_make(cadences, text, &at))
			fail_msg("%s", wrong[i]);
		assert_ptr_equal(at, text + strlen("dr1=100/100 "));
	}
}

static void test_a_waiting_call_sounds_in_the_countrys_frequencies(void **state)
{
	static const struct {
		uint8_t pattern;
		const char *own, *text;
	} rows[] = {
		{RING_COUNTRY, "440/300,0/10000", "440/300,0/10000"},
		{1, "440/300,0/10000", "440/300,0/10000"},
		{2, "440/300,0/10000", "440/100,0/100,440/100,0/9700"},
		{3, "!400+450/300", "400+450/100,0/100,400+450/100,0/100,400+450/100,0/9500"},
		{4, "425", "425/100,0/100,425/300,0/100,425/100,0/9300"},
		{4, "", ""},
		{8, "425/200,0/5000", "425/200,0/5000"},
	};
	char text[RING_WAITING_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ring_waiting_text(text, rows[i].pattern, rows[i].own);
		assert_string_equal(text, rows[i].text);
	}
}

static void test_a_country_whose_tone_ends_hears_it_again(void **state)
{
	static const struct {
		const char *own, *text;
	} rows[] = {
		{"!425/200,!0/200,!425/200,!0/5000,!425/200,!0/200,!425/200,0",
			"425/200,0/200,425/200,0/5000,425/200,0/200,425/200,0/5000"},
		{"425/40,0/1960", "425/40,0/1960"},
		{"!1000/50,425/40,0/1960", "!1000/50,425/40,0/1960"},
		{"", ""},
	};
	char text[RING_WAITING_MAX], own[700];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ring_waiting_text(text, RING_COUNTRY, rows[i].own);
		assert_string_equal(text, rows[i].text);
	}
	memset(own, '!', sizeof(own));
	strcpy(own + 690, "1,0");
	own[0] = '1';
	ring_waiting_text(text, RING_COUNTRY, own);
	memset(own, '1', 600);
	ring_waiting_text(text, RING_COUNTRY, own);
	assert_true(strlen(text) < RING_WAITING_MAX);
}

static void test_endless_frequencies_are_cut(void **state)
{
	char own[300], text[RING_WAITING_MAX];

	(void)state;
	memset(own, '1', sizeof(own) - 1);
	own[sizeof(own) - 1] = '\0';
	ring_waiting_text(text, 4, own);
	assert_true(strlen(text) < RING_WAITING_MAX);
}

static void test_wrong_rules_are_refused_where_they_stand(void **state)
{
	static const char *const wrong[] = {"102", "=dr2", "102=", "102=dr9", "102=dr", "102=DR2"};
	char text[200];
	const char *at;

	(void)state;
	assert_null(ring_rules_check("", &at));
	assert_null(ring_rules_check("  9*=dr2 a=b=country ", &at));
	for (size_t i = 0; i < COUNT(wrong); i++) {
		snprintf(text, sizeof(text), "1=dr1 %s", wrong[i]);
		if (!ring_rules_check(text, &at))
			fail_msg("%s", wrong[i]);
		assert_ptr_equal(at, text + 6);
	}
	memset(text, 'x', sizeof(text));
	strcpy(text + 100, "=dr2");
	assert_non_null(ring_rules_check(text, &at));
}

static uint8_t alerted(const char *alert_info)
{
	const struct ring_rules rules = {"", "source:internal=dr6 source=dr7 alert-external=dr8 service:forward=country", 5};
	const struct ring_call call = {"102", false, alert_info};

	return ring_choose(&rules, &call);
}

static void test_alert_info_chooses_in_its_usual_spellings(void **state)
{
	static const struct {
		const char *alert_info;
		uint8_t pattern;
	} rows[] = {
		{"<http://127.0.0.1/Bellcore-dr2>", 2},
		{"<http://127.0.0.1/BELLCORE-DR3>", 3},
		{"<http://127.0.0.1>;info=Bellcore-dr4", 4},
		{";info=Bellcore-dr3", 3},
		{"Bellcore-dr8", 8},
		{"<Bellcore-dr1>", 1},
		{"info=\"Bellcore-dr2\"", 2},
		{"<http://x/y>, <http://127.0.0.1/Bellcore-dr2>", 2},
		{"<urn:alert:source:internal>", 6},
		{"<URN:alert:Source:Internal>", 6},
		{"<urn:alert:source:internal:vip@example>", 6},
		{"<urn:alert:source:internals>", 7},
		{"<urn:alert:source>", 7},
		{"<urn:alert:sourc>", 5},
		{"<urn:alert:service:forward>", RING_COUNTRY},
		{"<urn:alert:tone:x>, <urn:alert:source:external>", 7},
		{"<http://x>;info=alert-external", 8},
		{"<http://127.0.0.1/Bellcore-dr9>", 5},
		{"<http://127.0.0.1/Bellcore-dr22>", 5},
		{"<http://127.0.0.1/Bellcore-dr>", 5},
		{"<http://127.0.0.1/ring.wav>", 5},
		{"<<>>;;,,==\"\"", 5},
		{"", 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (alerted(rows[i].alert_info) != rows[i].pattern)
			fail_msg("%s: %u", rows[i].alert_info, alerted(rows[i].alert_info));
	}
}

static void test_endless_words_choose_nothing(void **state)
{
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(alerted(text), 5);
}

static uint8_t called_by(const char *caller, bool anonymous)
{
	const struct ring_rules rules = {"102=dr1 1?3=dr2 9*=dr3 anonymous=dr4 ann=dr5", "", RING_COUNTRY};
	const struct ring_call call = {caller, anonymous, "<http://127.0.0.1/Bellcore-dr8>"};

	return ring_choose(&rules, &call);
}

static void test_the_caller_chooses_before_alert_info(void **state)
{
	(void)state;
	assert_int_equal(called_by("102", false), 1);
	assert_int_equal(called_by("103", false), 2);
	assert_int_equal(called_by("9", false), 3);
	assert_int_equal(called_by("912345", false), 3);
	assert_int_equal(called_by("ann", false), 5);
	assert_int_equal(called_by("", true), 4);
	assert_int_equal(called_by("", false), 8);
	assert_int_equal(called_by("1021", false), 8);
	assert_int_equal(called_by("anonymous", false), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_patterns_have_a_name_and_can_be_rung),
		cmocka_unit_test(test_cadences_are_changed),
		cmocka_unit_test(test_wrong_cadences_are_refused_where_they_stand),
		cmocka_unit_test(test_a_waiting_call_sounds_in_the_countrys_frequencies),
		cmocka_unit_test(test_a_country_whose_tone_ends_hears_it_again),
		cmocka_unit_test(test_endless_frequencies_are_cut),
		cmocka_unit_test(test_wrong_rules_are_refused_where_they_stand),
		cmocka_unit_test(test_alert_info_chooses_in_its_usual_spellings),
		cmocka_unit_test(test_endless_words_choose_nothing),
		cmocka_unit_test(test_the_caller_chooses_before_alert_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
