/* SPDX-License-Identifier: BSD-3-Clause */
/* The ear against tones made here by formula, as E.180 and national networks have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "gateway/phone/ear.h"
#include "gateway/phone/voice.h"

#define SAMPLE_NS 125000
#define MS_NS     1000000
#define BLOCK     160
#define START_NS  UINT64_C(5000000000)
#define SOUND_MAX (8000 * 40)
#define EVENTS    64

struct sound {
	int16_t samples[SOUND_MAX];
	size_t count;
};

static struct sound sound;
static struct cadence_event events[EVENTS];
static size_t event_count;

static void told(const struct cadence_event *event, void *arg)
{
	(void)arg;
	if (event_count < EVENTS)
		events[event_count++] = *event;
}

/* Adds ms of up to two sines with the level of each. */
static void sines(unsigned first_hz, unsigned second_hz, unsigned ms, double dbm0)
{
	double peak = 32767 * pow(10, (dbm0 - 3.14) / 20);

	for (size_t i = 0; i < ms * 8; i++) {
		double angle = 2 * M_PI * (double)i / 8000;
		double sample = first_hz ? peak * sin(angle * first_hz) : 0;

		sample += second_hz ? peak * sin(angle * second_hz + 1) : 0;
		assert_true(sound.count < SOUND_MAX);
		sound.samples[sound.count++] = (int16_t)lrint(sample);
	}
}

static void silence(unsigned ms)
{
	sines(0, 0, ms, 0);
}

static void sound_begin(void)
{
	sound.count = 0;
	event_count = 0;
	silence(100);
}

/* Plays "F+F/ms,F/ms" so often; what has no ms lasts 3 s. */
static void play(const char *text, unsigned times, double dbm0)
{
	while (times--) {
		const char *at = text;

		while (*at) {
			unsigned first, second = 0, ms = 3000;
			char *end;

			first = (unsigned)strtoul(at, &end, 10);
			if (*end == '+')
				second = (unsigned)strtoul(end + 1, &end, 10);
			if (*end == '/')
				ms = (unsigned)strtoul(end + 1, &end, 10);
			sines(first, second, ms, dbm0);
			at = *end ? end + 1 : end;
		}
	}
}

static void listen_in_blocks(const char *country, size_t block)
{
	struct ear *ear;

	assert_int_equal(ear_alloc(&ear, country, START_NS, told, NULL), 0);
	ear_flow(ear, true, START_NS);
	for (size_t at = 0; at < sound.count; at += block) {
		size_t count = sound.count - at < block ? sound.count - at : block;

		ear_feed(ear, sound.samples + at, count, START_NS + (at + count) * SAMPLE_NS);
	}
	ear_free(ear);
}

static void listen(const char *country)
{
	listen_in_blocks(country, BLOCK);
}

static void assert_near_ms(uint64_t ns, double ms)
{
	double seen = ((double)ns - (double)START_NS) / MS_NS;

	if (fabs(seen - ms) > 5)
		fail_msg("at %.1f ms instead of %.1f ms", seen, ms);
}

static void assert_hears_only(const char *country, const char *text, enum tones_name name)
{
	size_t named = 0;

	for (size_t i = 0; i < event_count; i++) {
		if (events[i].name != name)
			fail_msg("%s %s: heard %s (event %d) instead of %s", country, text,
				tones_name_text(events[i].name), events[i].kind,
				tones_name_text(name));
		named += events[i].kind == CADENCE_NAMED;
	}
	if (named != 1)
		fail_msg("%s %s: %s named %zu times", country, text, tones_name_text(name), named);
	assert_near_ms(events[0].begun_ns, 100);
}

/* Tone texts as exchanges play them; times fills about 10 s. */
static const struct {
	const char *country;
	enum tones_name name;
	const char *text;
	unsigned times;
} tones[] = {
	{"us", TONES_DIAL, "350+440", 1},
	{"us", TONES_BUSY, "480+620/500,0/500", 6},
	{"us", TONES_RINGBACK, "440+480/2000,0/4000", 3},
	{"us", TONES_CONGESTION, "480+620/250,0/250", 10},
	{"us", TONES_WAITING, "440/300,0/10000", 2},
	{"us", TONES_WAITING_DR2, "440/100,0/100,440/100,0/9700", 2},
	{"us", TONES_WAITING_DR3, "440/100,0/100,440/100,0/100,440/100,0/9500", 2},
	{"us", TONES_WAITING_DR4, "440/100,0/100,440/300,0/100,440/100,0/9300", 2},
	{"us", TONES_RECALL, "350+440/100,0/100,350+440/100,0/100,350+440/100,0/100,350+440", 1},
	{"us", TONES_STUTTER, "350+440/100,0/100,350+440/100,0/100,350+440/100,0/100,350+440/100,"
		"0/100,350+440/100,0/100,350+440/100,0/100,350+440", 1},
	{"us", TONES_INFO, "950/330,1400/330,1800/330,0/2000", 1},
	{"uk", TONES_DIAL, "350+440", 1},
	{"uk", TONES_BUSY, "400/375,0/375", 8},
	{"uk", TONES_RINGBACK, "400+450/400,0/200,400+450/400,0/2000", 3},
	{"uk", TONES_CONGESTION, "400/400,0/350,400/225,0/525", 5},
	{"uk", TONES_WAITING, "400/100,0/4000", 2},
	{"uk", TONES_INFO, "950/330,0/15,1400/330,0/15,1800/330,0/1000", 3},
	{"uk", TONES_STUTTER, "350+440/750,440/750", 3},
	{"de", TONES_DIAL, "425", 1},
	{"de", TONES_BUSY, "425/480,0/480", 6},
	{"de", TONES_RINGBACK, "425/1000,0/4000", 3},
	{"de", TONES_CONGESTION, "425/240,0/240", 8},
	{"de", TONES_WAITING, "425/200,0/200,425/200,0/5000", 2},
	{"de", TONES_INFO, "950/330,1400/330,1800/330,0/1000", 3},
	{"fr", TONES_DIAL, "440", 1},
	{"fr", TONES_BUSY, "440/500,0/500", 6},
	{"fr", TONES_RINGBACK, "440/1500,0/3500", 3},
	{"fr", TONES_CONGESTION, "440/250,0/250", 8},
	{"fr", TONES_WAITING, "440/300,0/10000", 2},
	{"fr", TONES_INFO, "950/330,1400/330,1800/330,0/2000", 1},
	{"cn", TONES_DIAL, "450", 1},
	{"cn", TONES_BUSY, "450/350,0/350", 8},
	{"cn", TONES_RINGBACK, "450/1000,0/4000", 3},
	{"cn", TONES_CONGESTION, "450/700,0/700", 5},
	{"cn", TONES_WAITING, "450/400,0/4000", 2},
	{"cn", TONES_STUTTER, "450/400,0/40", 12},
	{"cn", TONES_INFO, "450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400", 3},
};

static void test_every_tone_of_the_table_is_known_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++) {
		sound_begin();
		play(tones[i].text, tones[i].times, -13);
		listen(tones[i].country);
		assert_hears_only(tones[i].country, tones[i].text, tones[i].name);
	}
}

static void test_a_tone_is_known_from_minus_35_to_minus_3_dbm0(void **state)
{
	(void)state;
	for (int level = -35; level <= -3; level += 8) {
		sound_begin();
		play("480+620/500,0/500", 4, level);
		listen("us");
		assert_hears_only("us", "busy", TONES_BUSY);
	}
}

static void test_blocks_of_5_and_10_ms_make_no_difference(void **state)
{
	(void)state;
	for (size_t block = 40; block <= 80; block += 40) {
		sound_begin();
		play("425/480,0/480", 4, -13);
		listen_in_blocks("de", block);
		assert_hears_only("de", "busy", TONES_BUSY);
	}
}

static void test_beginning_and_end_of_a_tone_are_exact_to_5_ms(void **state)
{
	(void)state;
	for (unsigned odd = 0; odd < 20; odd += 3) {
		sound_begin();
		silence(odd);
		sines(350, 440, 1000 + 2 * odd, -13);
		silence(500);
		listen("us");
		assert_int_equal(event_count, 2);
		assert_int_equal(events[0].kind, CADENCE_NAMED);
		assert_int_equal(events[0].name, TONES_DIAL);
		assert_near_ms(events[0].begun_ns, 100 + odd);
		assert_int_equal(events[1].kind, CADENCE_ENDED);
		assert_near_ms(events[1].ended_ns, 1100 + 3 * odd);
	}
}

static void test_a_voice_that_follows_a_tone_at_once_ends_it_within_5_ms(void **state)
{
	struct voice voice;

	(void)state;
	for (uint32_t seed = 1; seed < 8; seed++) {
		sound_begin();
		sines(350, 440, 1000, -13);
		voice_init(&voice, seed);
		voice_fill(&voice, sound.samples + sound.count, 8000);
		sound.count += 8000;
		silence(1000);
		listen("us");
		assert_int_equal(events[0].name, TONES_DIAL);
		assert_int_equal(events[1].kind, CADENCE_ENDED);
		assert_near_ms(events[1].ended_ns, 1100);
		assert_int_equal(events[2].name, TONES_VOICE);
		assert_int_equal(events[3].kind, CADENCE_ENDED);
		assert_near_ms(events[3].ended_ns, 2100);
		assert_int_equal(event_count, 4);
	}
}

static void test_a_tone_that_follows_another_at_once_begins_within_5_ms(void **state)
{
	(void)state;
	sound_begin();
	sines(350, 440, 1000, -13);
	sines(480, 620, 500, -13);
	silence(500);
	sines(480, 620, 500, -13);
	silence(1000);
	listen("us");
	assert_int_equal(events[0].name, TONES_DIAL);
	assert_int_equal(events[1].kind, CADENCE_ENDED);
	assert_near_ms(events[1].ended_ns, 1100);
	assert_int_equal(events[2].name, TONES_BUSY);
	assert_near_ms(events[2].begun_ns, 1100);
}

static void test_a_scrap_of_dial_tone_is_noticed_and_told_what_it_might_be(void **state)
{
	(void)state;
	for (unsigned ms = 10; ms <= 90; ms += 10) {
		sound_begin();
		sines(350, 440, ms, -13);
		silence(500);
		listen("us");
		assert_int_equal(event_count, 1);
		assert_int_equal(events[0].kind, CADENCE_SCRAP);
		assert_near_ms(events[0].begun_ns, 100);
		assert_near_ms(events[0].ended_ns, 100 + ms);
		if (ms >= 20 && !(events[0].might_be & 1U << TONES_DIAL))
			fail_msg("%u ms of dial tone might not be dial tone", ms);
	}
}

static void test_neighbours_of_a_tone_are_not_the_tone(void **state)
{
	static const unsigned hz[] = {400, 410, 440, 450};

	(void)state;
	for (size_t i = 0; i < sizeof hz / sizeof hz[0]; i++) {
		sound_begin();
		sines(hz[i], 0, 2000, -13);
		silence(500);
		listen("de");
		for (size_t k = 0; k < event_count; k++) {
			if (events[k].name == TONES_DIAL)
				fail_msg("%u Hz was taken for 425", hz[i]);
		}
	}
}

static void test_one_of_two_frequencies_is_not_the_tone(void **state)
{
	(void)state;
	sound_begin();
	sines(350, 0, 2000, -13);
	silence(500);
	sines(480, 0, 500, -13);
	silence(500);
	listen("us");
	for (size_t k = 0; k < event_count; k++)
		assert_true(events[k].name != TONES_DIAL && events[k].name != TONES_BUSY);
}

static void test_a_cadence_off_by_a_fifth_is_not_the_tone(void **state)
{
	(void)state;
	sound_begin();
	play("425/400,0/400", 6, -13); /* busy is 480 */
	listen("de");
	for (size_t k = 0; k < event_count; k++)
		assert_true(events[k].name == TONES_OTHER);
	assert_true(event_count > 0);
}

static void test_voices_are_voices_and_never_tones(void **state)
{
	static const char *const countries[] = {"us", "uk", "de", "fr", "cn"};
	struct voice voice;

	(void)state;
	for (uint32_t seed = 1; seed <= 25; seed++) {
		sound_begin();
		voice_init(&voice, seed);
		voice_fill(&voice, sound.samples + sound.count, 8000 * 5);
		sound.count += 8000 * 5;
		silence(500);
		listen(countries[seed % 5]);
		assert_hears_only(countries[seed % 5], "voice", TONES_VOICE);
		assert_int_equal(event_count, 2);
		assert_near_ms(events[1].ended_ns, 5100);
	}
}

static void test_the_level_is_that_of_the_whole_tone(void **state)
{
	(void)state;
	sound_begin();
	sines(350, 440, 1000, -13);
	listen("us");
	assert_float_equal(events[0].level_dbm0, -10, 0.5);
}

static void test_quiet_noise_is_silence(void **state)
{
	(void)state;
	sound_begin();
	for (size_t i = 0; i < 8000; i++)
		sound.samples[sound.count++] = (int16_t)(i % 3 * 8) - 8;
	listen("us");
	assert_int_equal(event_count, 0);
}

static void test_how_far_a_tone_is_from_the_table_is_measured(void **state)
{
	const struct cadence_accuracy *accuracy = &events[1].accuracy;

	(void)state;
	sound_begin();
	play("426/485,0/480", 4, -13);
	silence(1000);
	listen("de");
	assert_int_equal(event_count, 2);
	assert_int_equal(events[1].kind, CADENCE_ENDED);
	assert_true(fabs(accuracy->hz_off - 1.0 / 425) < 0.0002);
	assert_true(fabs(accuracy->ms_off - 5) <= 1);
	assert_int_equal(accuracy->segments, 7);
	assert_int_equal(accuracy->wanted, 1);
}

static void test_a_country_without_table_is_refused(void **state)
{
	struct ear *ear;

	(void)state;
	assert_int_equal(ear_alloc(&ear, "xx", 0, told, NULL), ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_tone_of_the_table_is_known_by_name),
		cmocka_unit_test(test_a_tone_is_known_from_minus_35_to_minus_3_dbm0),
		cmocka_unit_test(test_blocks_of_5_and_10_ms_make_no_difference),
		cmocka_unit_test(test_beginning_and_end_of_a_tone_are_exact_to_5_ms),
		cmocka_unit_test(test_a_voice_that_follows_a_tone_at_once_ends_it_within_5_ms),
		cmocka_unit_test(test_a_tone_that_follows_another_at_once_begins_within_5_ms),
		cmocka_unit_test(test_a_scrap_of_dial_tone_is_noticed_and_told_what_it_might_be),
		cmocka_unit_test(test_neighbours_of_a_tone_are_not_the_tone),
		cmocka_unit_test(test_one_of_two_frequencies_is_not_the_tone),
		cmocka_unit_test(test_a_cadence_off_by_a_fifth_is_not_the_tone),
		cmocka_unit_test(test_voices_are_voices_and_never_tones),
		cmocka_unit_test(test_the_level_is_that_of_the_whole_tone),
		cmocka_unit_test(test_quiet_noise_is_silence),
		cmocka_unit_test(test_how_far_a_tone_is_from_the_table_is_measured),
		cmocka_unit_test(test_a_country_without_table_is_refused),
	};

	return cmocka_run_group_tests_name("phone_ear", tests, NULL, NULL);
}
