/* SPDX-License-Identifier: BSD-3-Clause */
/* What fxs/ reads of the world's countries, and what gateway/ makes of it, dsp/ can play: they do not know each other, so it is tested here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"
#include "dsp/fax_tone.h"
#include "dsp/mix.h"
#include "dsp/tone.h"
#include "fxs/tonezone.h"
#include "fxs/zone.h"
#include "gateway/ring_pattern.h"

extern struct tonezone builtin_zones[]; /* libtonezone's */

#define ZONES_MIN   45 /* libtonezone 3.1 has so many of two letters; our aliases not counted */
#define DEFINITIONS_MIN 413 /* in its 46 zones */
#define SECOND      8000
#define LISTEN_S    3
#define DIGITS      16

static const char all_digits[DIGITS + 1] = "0123456789*#ABCD";

typedef void visit_h(const struct fxs_zone *zone);

/* All countries of two letters; aliases come by their own letters. */
static size_t each_zone(visit_h *visit)
{
	char name[3] = "";
	size_t count = 0;

	for (name[0] = 'a'; name[0] <= 'z'; name[0]++) {
		for (name[1] = 'a'; name[1] <= 'z'; name[1]++) {
			struct fxs_zone zone;

			if (fxs_zone_find(&zone, name) != 0)
				continue;
			visit(&zone);
			count += strcmp(zone.country, name) == 0;
		}
	}
	return count;
}

static void assert_no_fax(const int16_t *samples, const struct fxs_zone *zone, int tone)
{
	struct dsp_fax_tone fax = {0};

	for (size_t at = 0; at < LISTEN_S * SECOND; at += DSP_FAX_BLOCK) {
		if (dsp_fax_tone_feed(&fax, samples + at, DSP_FAX_BLOCK))
			fail_msg("%s %s is taken for a fax", zone->country, fxs_tone_name(tone));
	}
}

static void play(const struct fxs_zone *zone)
{
	static int16_t samples[LISTEN_S * SECOND];

	for (int tone = 0; tone < FXS_TONE_COUNT; tone++) {
		struct dsp_tone_def *def = NULL;
		struct dsp_tone *player = NULL;

		if (dsp_tone_def_parse(&def, zone->tone_text[tone], -13) != 0)
			fail_msg("%s %s: %s", zone->country, fxs_tone_name(tone), zone->tone_text[tone]);
		assert_int_equal(dsp_tone_alloc(&player), 0);
		dsp_tone_start(player, def);
		dsp_tone_fill(player, samples, LISTEN_S * SECOND);
		assert_no_fax(samples, zone, tone);
		if (dsp_mix_level_dbm0(samples, LISTEN_S * SECOND) < -35)
			fail_msg("%s %s is silent: %s", zone->country, fxs_tone_name(tone), zone->tone_text[tone]);
		dsp_tone_free(player);
		dsp_tone_def_free(def);
	}
}

static void test_every_tone_of_every_country_is_heard_and_is_no_fax(void **state)
{
	(void)state;
	assert_true(each_zone(play) >= ZONES_MIN);
}

/* Whichever of them the gateway uses. Wrong in libtonezone: au congestion 425@, nz recall and stutter without a comma before
 * "!", ee information 950/0, th waiting 10000 Hz. */
static void test_every_definition_of_libtonezone_is_understood(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct tonezone *zone = builtin_zones; zone->number != -1; zone++) {
		for (size_t i = 0; i < TONEZONE_TONES; i++) {
			struct dsp_tone_def *def = NULL;

			if (!zone->tones[i].text[0])
				continue;
			if (dsp_tone_def_parse(&def, zone->tones[i].text, -13) != 0)
				fail_msg("%s: %s", zone->country, zone->tones[i].text);
			dsp_tone_def_free(def);
			count++;
		}
	}
	assert_true(count >= DEFINITIONS_MIN);
}

static void hear(char digit, bool on, unsigned duration_samples, void *arg)
{
	char *heard = arg;
	size_t length = strlen(heard);

	(void)duration_samples;
	if (on && length < DIGITS)
		heard[length] = digit;
}

static const char *dial_tone_text(const struct tonezone *zone)
{
	for (size_t i = 0; i < TONEZONE_TONES; i++) {
		if (zone->tones[i].id == TONEZONE_DIAL && zone->tones[i].text[0])
			return zone->tones[i].text;
	}
	fail_msg("%s has no dial tone", zone->country);
	return NULL;
}

/* A zone's dial tone as it is sent, nothing of it lost on its way back, and the telephone's digits over it. */
static void listen(const struct tonezone *zone, const char *digits, bool filtered, char heard[DIGITS + 1])
{
	static int16_t tone[LISTEN_S * SECOND], keys[LISTEN_S * SECOND], line[LISTEN_S * SECOND];
	const int16_t *inputs[] = {tone, keys};
	struct dsp_tone_def *def = NULL;
	struct dsp_tone *player = NULL;
	struct dsp_dtmf_tx *telephone = NULL;
	struct dsp_dtmf_rx *rx = NULL;

	memset(heard, 0, DIGITS + 1);
	assert_int_equal(dsp_tone_def_parse(&def, dial_tone_text(zone), -13), 0);
	assert_int_equal(dsp_tone_alloc(&player), 0);
	assert_int_equal(dsp_dtmf_tx_alloc(&telephone), 0);
	assert_int_equal(dsp_dtmf_rx_alloc(&rx, hear, heard), 0);
	dsp_tone_start(player, def);
	dsp_tone_fill(player, tone, LISTEN_S * SECOND);
	assert_int_equal(dsp_dtmf_tx_push(telephone, digits, 50, 50), 0);
	dsp_dtmf_tx_fill(telephone, keys, LISTEN_S * SECOND);
	dsp_mix_sum(line, inputs, 2, LISTEN_S * SECOND);
	dsp_dtmf_rx_reset(rx, filtered);
	dsp_dtmf_rx_feed(rx, line, LISTEN_S * SECOND);
	dsp_dtmf_rx_free(rx);
	dsp_dtmf_tx_free(telephone);
	dsp_tone_free(player);
	dsp_tone_def_free(def);
}

static void test_no_digit_is_heard_in_the_dial_tone_of_any_country(void **state)
{
	char heard[DIGITS + 1];

	(void)state;
	for (const struct tonezone *zone = builtin_zones; zone->number != -1; zone++) {
		for (int filtered = 0; filtered < 2; filtered++) {
			listen(zone, "", filtered, heard);
			if (*heard)
				fail_msg("%s: %s", zone->country, heard);
		}
	}
}

static void test_every_digit_is_heard_over_the_dial_tone_of_every_country(void **state)
{
	char heard[DIGITS + 1];

	(void)state;
	for (const struct tonezone *zone = builtin_zones; zone->number != -1; zone++) {
		listen(zone, all_digits, true, heard);
		if (strcmp(heard, all_digits) != 0)
			fail_msg("%s: %s", zone->country, heard);
	}
}

/* Their bursts are 3 % of the 10 s. */
static void waiting_check(const struct fxs_zone *zone)
{
	static int16_t samples[SECOND];
	const char *own = zone->tone_text[FXS_TONE_CALL_WAITING];

	for (uint8_t pattern = 0; pattern < RING_PATTERNS; pattern++) {
		struct dsp_tone_def *def = NULL;
		struct dsp_tone *player = NULL;
		char text[RING_WAITING_MAX];

		ring_waiting_text(text, pattern, own);
		if (dsp_tone_def_parse(&def, text, -13) != 0)
			fail_msg("%s %s: %s", zone->country, ring_pattern_name(pattern), text);
		assert_int_equal(dsp_tone_alloc(&player), 0);
		dsp_tone_start(player, def);
		dsp_tone_fill(player, samples, SECOND);
		if (*own && pattern >= 2 && pattern <= 4 && dsp_mix_level_dbm0(samples, SECOND) < -25)
			fail_msg("%s %s is silent: %s", zone->country, ring_pattern_name(pattern), text);
		dsp_tone_free(player);
		dsp_tone_def_free(def);
	}
}

static void test_a_waiting_call_is_heard_in_every_pattern_in_every_country(void **state)
{
	(void)state;
	assert_true(each_zone(waiting_check) >= ZONES_MIN);
}

static void cadence_check(const struct fxs_zone *zone)
{
	if (!fxs_cadence_valid(&zone->ring))
		fail_msg("%s: a ring cadence that no port takes", zone->country);
}

static void test_every_country_s_ring_cadence_can_be_rung(void **state)
{
	(void)state;
	assert_true(each_zone(cadence_check) >= ZONES_MIN);
}

static int start(void **state)
{
	(void)state;
	return dsp_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_digit_is_heard_in_the_dial_tone_of_any_country),
		cmocka_unit_test(test_every_digit_is_heard_over_the_dial_tone_of_every_country),
		cmocka_unit_test(test_every_tone_of_every_country_is_heard_and_is_no_fax),
		cmocka_unit_test(test_every_definition_of_libtonezone_is_understood),
		cmocka_unit_test(test_a_waiting_call_is_heard_in_every_pattern_in_every_country),
		cmocka_unit_test(test_every_country_s_ring_cadence_can_be_rung),
	};

	return cmocka_run_group_tests_name("zones", tests, start, NULL);
}
