/* SPDX-License-Identifier: BSD-3-Clause */
/* Countries: all of libtonezone's zones, the aliases, and the library's memory layout. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config.h"
#include "fxs/tonezone.h"
#include "fxs/zone.h"
#ifdef WITH_DAHDI
#include <dahdi/tonezone.h>

#define SAME_FIELD(ours, theirs)                                                                 \
	_Static_assert(offsetof(struct tonezone, ours) == offsetof(struct tone_zone, theirs) &&  \
		sizeof((struct tonezone *)0)->ours == sizeof((struct tone_zone *)0)->theirs,     \
		"libtonezone keeps " #theirs " elsewhere")

_Static_assert(sizeof(struct tonezone) == sizeof(struct tone_zone), "another size");
SAME_FIELD(number, zone);
SAME_FIELD(country, country);
SAME_FIELD(description, description);
SAME_FIELD(ring_ms, ringcadence);
SAME_FIELD(tones, tones);
SAME_FIELD(tones[1].id, tones[1].toneid);
SAME_FIELD(tones[1].text, tones[1].data);
SAME_FIELD(dtmf_high_dbm0, dtmf_high_level);
SAME_FIELD(dtmf_low_dbm0, dtmf_low_level);
SAME_FIELD(mfr1_dbm0, mfr1_level);
SAME_FIELD(mfr2_dbm0, mfr2_level);
#else
extern struct tonezone builtin_zones[];
#endif

#define ZONES_KNOWN 46

static const struct tonezone *zone_at(size_t index)
{
	return (const struct tonezone *)builtin_zones + index;
}

/* Fails where the layout is not the library's: the table would not end after as many sensible rows. */
static void test_the_layout_is_the_library_s(void **state)
{
	size_t count = 0;

	(void)state;
	for (; zone_at(count)->number != -1; count++) {
		const struct tonezone *zone = zone_at(count);

		assert_int_equal(zone->number, count);
		assert_in_range(strnlen(zone->country, sizeof zone->country), 2, sizeof zone->country - 1);
		assert_in_range(strnlen(zone->description, sizeof zone->description), 1,
			sizeof zone->description);
		assert_in_range(-zone->dtmf_high_dbm0, 1, 20);
		assert_in_range(-zone->dtmf_low_dbm0, 1, 20);
		for (size_t i = 0; i < TONEZONE_TONES; i++)
			assert_non_null(memchr(zone->tones[i].text, 0, TONEZONE_TEXT_BYTES));
	}
	assert_true(count >= ZONES_KNOWN);
}

static void test_every_zone_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; zone_at(i)->number != -1; i++) {
		struct fxs_zone zone;

		assert_int_equal(fxs_zone_find(&zone, zone_at(i)->country), 0);
		assert_string_equal(zone.country, zone_at(i)->country);
		assert_true(fxs_cadence_valid(&zone.ring));
		for (int tone = 0; tone < FXS_TONE_COUNT; tone++) {
			assert_non_null(zone.tone_text[tone]);
			assert_true(zone.tone_text[tone][0] == '!' ||
				(zone.tone_text[tone][0] >= '0' && zone.tone_text[tone][0] <= '9'));
		}
	}
}

static void test_a_known_country_in_full(void **state)
{
	struct fxs_zone zone;

	(void)state;
	assert_int_equal(fxs_zone_find(&zone, "UK"), 0);
	assert_string_equal(zone.country, "uk");
	assert_string_equal(zone.description, "United Kingdom");
	assert_int_equal(zone.ring.count, 4);
	assert_int_equal(zone.ring.on_off_ms[0], 400);
	assert_int_equal(zone.ring.on_off_ms[1], 200);
	assert_int_equal(zone.ring.on_off_ms[2], 400);
	assert_int_equal(zone.ring.on_off_ms[3], 2000);
	assert_string_equal(zone.tone_text[FXS_TONE_DIAL], "350+440");
	assert_string_equal(zone.tone_text[FXS_TONE_CONFIRM], "!0/300,!350+440/100,!0/100,!350+440/300");
	assert_string_equal(zone.tone_text[FXS_TONE_BUSY], "400/375,0/375");
	assert_string_equal(zone.tone_text[FXS_TONE_CALL_WAITING], "400/100,0/4000");
	assert_int_equal(zone.dtmf_high_dbm0, -9);
	assert_int_equal(zone.dtmf_low_dbm0, -11);
}

/* Russia's table is not in the order of the tones' numbers. */
static void test_tones_are_found_by_number_not_by_place(void **state)
{
	struct fxs_zone zone;

	(void)state;
	assert_int_equal(fxs_zone_find(&zone, "ru"), 0);
	assert_string_equal(zone.tone_text[FXS_TONE_INFO], "950/330,1440/330,1800/330,0/1000");
	assert_memory_equal(zone.tone_text[FXS_TONE_RECALL_DIAL], "!350+440/100", 12);
}

static void test_aliases_find_a_zone_that_is_there(void **state)
{
	static const char *const aliases[][2] = {
		{"gb", "uk"}, {"GB", "uk"}, {"gi", "uk"}, {"je", "uk"}, {"ca", "us"}, {"pr", "us"},
		{"vi", "us"}, {"mc", "fr"}, {"re", "fr"}, {"fo", "dk"}, {"ax", "fi"}, {"sj", "no"},
		{"sm", "it"}, {"va", "it"}, {"li", "ch"}, {"sk", "cz"}, {"by", "ru"}, {"kz", "ru"},
		{"lu", "de"}, {"id", "nl"}, {"vn", "nl"}, {"kr", "tw"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
		struct fxs_zone zone;

		assert_int_equal(fxs_zone_find(&zone, aliases[i][0]), 0);
		assert_string_equal(zone.country, aliases[i][1]);
	}
}

static void test_every_name_that_is_told_is_found_and_none_stands_twice(void **state)
{
	char names[FXS_ZONE_NAMES_MAX], told[FXS_ZONE_NAMES_MAX], *rest = NULL;
	size_t count = 0;

	(void)state;
	fxs_zone_names(names, sizeof names);
	assert_true(strlen(names) < sizeof names - 1);
	strcpy(told, " ");
	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest), count++) {
		struct fxs_zone zone;
		char word[16];

		assert_int_equal(fxs_zone_find(&zone, name), 0);
		snprintf(word, sizeof word, " %s ", name);
		assert_null(strstr(told, word));
		strcat(strcat(told, name), " ");
	}
	assert_true(count > ZONES_KNOWN + 40);
}

static void test_unknown_countries_are_not_found(void **state)
{
	static const char *const unknown[] = {"", "zz", "u", "usa", "us ", "b ", "hk", "ie", "a-very-long-name",
		"\xff\xff"};
	struct fxs_zone zone;

	(void)state;
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_int_equal(fxs_zone_find(&zone, unknown[i]), ENOENT);
}

static void test_every_tone_has_its_own_name(void **state)
{
	(void)state;
	for (int a = 0; a < FXS_TONE_COUNT; a++) {
		assert_true(strlen(fxs_tone_name((enum fxs_tone)a)) > 1);
		for (int b = 0; b < a; b++)
			assert_string_not_equal(fxs_tone_name((enum fxs_tone)a),
				fxs_tone_name((enum fxs_tone)b));
	}
	assert_string_equal(fxs_tone_name(FXS_TONE_RINGBACK), "ringback");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_layout_is_the_library_s),
		cmocka_unit_test(test_every_zone_is_complete),
		cmocka_unit_test(test_a_known_country_in_full),
		cmocka_unit_test(test_tones_are_found_by_number_not_by_place),
		cmocka_unit_test(test_aliases_find_a_zone_that_is_there),
		cmocka_unit_test(test_every_name_that_is_told_is_found_and_none_stands_twice),
		cmocka_unit_test(test_unknown_countries_are_not_found),
		cmocka_unit_test(test_every_tone_has_its_own_name),
	};

	return cmocka_run_group_tests_name("fxs_zone", tests, NULL, NULL);
}
