/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings of a random sequence: each is what it usually is or, at random, something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "tests/soak/soak.h"

static uint64_t random_state;
static bool told;

/* One of four values by chance; printed when it is not the first. */
static unsigned choose(const char *name, const unsigned values[4])
{
	unsigned value = values[soak_random(&random_state) % 4];

	if (told && value != values[0])
		printf("%s = %u\n", name, value);
	return value;
}

#define CHOOSE(name, ...) choose(name, (const unsigned[4]){__VA_ARGS__})

static void text_set(const char *name, struct config_text *text, const char *value)
{
	if (CHOOSE(name, 0, 0, 0, 1))
		snprintf(text->text, sizeof(text->text), "%s", value);
}

static void map_set(const char *name, struct digitmap *map, const char *value)
{
	const char *why;
	size_t at;

	if (CHOOSE(name, 1, 1, 0, 0))
		assert_int_equal(digitmap_parse(map, value, &at, &why), 0);
}

static void services_make(struct config_profile *profile)
{
	profile->call_waiting = CHOOSE("call_waiting", 1, 1, 1, 0);
	profile->three_way = CHOOSE("three_way", 1, 1, 1, 0);
	profile->three_way_leave = CHOOSE("three_way_leave", 0, 0, 1, 1);
	profile->transfer = CHOOSE("transfer", 1, 1, 1, 0);
	profile->transfer_blind = CHOOSE("transfer_blind", 0, 0, 0, 1);
	profile->r_digit_tone = CHOOSE("r_digit_tone", 0, 0, 1, 1);
	profile->autoreoriginate = CHOOSE("autoreoriginate", 0, 0, 0, 1);
	profile->howler_s = CHOOSE("howler_s", 30, 30, 30, 0);
	profile->csh_s = CHOOSE("csh_s", 0, 0, 0, 20);
	profile->emergency_hold_s = CHOOSE("emergency_hold_s", 60, 60, 60, 0);
	profile->hotline_s = CHOOSE("hotline_s", 0, 0, 5, 5);
	profile->hash_sends = CHOOSE("hash_sends", 1, 1, 1, 0);
	profile->release_tone = CHOOSE("release_tone", FXS_TONE_BUSY, FXS_TONE_BUSY, FXS_TONE_CONGESTION, FXS_TONE_COUNT);
	profile->forward_by = (uint8_t)CHOOSE("forward_by", CONFIG_FORWARD_REDIRECT, CONFIG_FORWARD_BRIDGE, CONFIG_FORWARD_BRIDGE,
		CONFIG_FORWARD_BRIDGE);
	profile->transfer_fallback = (uint8_t)CHOOSE("transfer_fallback", CONFIG_FALLBACK_RING_BACK, CONFIG_FALLBACK_RING_BACK,
		CONFIG_FALLBACK_BRIDGE, CONFIG_FALLBACK_BRIDGE);
	profile->max_call_s = CHOOSE("max_call_s", 0, 0, 0, 60);
	profile->max_call_warning_s = profile->max_call_s / 2;
	text_set("hotline", &profile->hotline, "104");
	map_set("barred", &profile->barred, "90x");
	map_set("emergency", &profile->emergency, "112");
}

void soak_profile_make(uint64_t seed, uint8_t style, bool tell)
{
	static const enum features_set sets[] = {FEATURES_NANP, FEATURES_NANP, FEATURES_ETSI, FEATURES_CN};
	struct config_profile *profile = &world.profile;
	const char *why;

	random_state = seed ^ 0x70726f66696c65;
	told = tell;
	profile->flash_style = style;
	profile->ring_s = 60;
	profile->use = (uint8_t)CHOOSE("use", USE_PHONE, USE_PHONE, USE_PHONE, USE_FAX);
	for (int prompt = 0; prompt < PROMPT_COUNT; prompt++)
		world.whole.prompts.sounds[prompt].count = 4000; /* nobody listens */
	services_make(profile);
	memset(&profile->features, 0, sizeof(profile->features));
	assert_null(features_make(&profile->features, sets[CHOOSE("features", 0, 1, 2, 3)], "", &why));
	world.config.calls_unregistered = CHOOSE("calls_unregistered", 0, 0, 0, 1);
	world.account.accept_transfers = CHOOSE("accept_transfers", CONFIG_REACH_DOMAIN, CONFIG_REACH_DOMAIN, CONFIG_REACH_ON,
		CONFIG_REACH_OFF);
	world.account.follow_redirects = (uint8_t)CHOOSE("follow_redirects", CONFIG_REACH_DOMAIN, CONFIG_REACH_DOMAIN, CONFIG_REACH_ON,
		CONFIG_REACH_OFF);
	world.account.transfer_by_address = CHOOSE("transfer_by_address", 0, 0, 1, 1);
	if (CHOOSE("neighbour_has_number", 1, 1, 0, 0))
		snprintf(soak_neighbour.configs[1].number.text, sizeof(soak_neighbour.configs[1].number.text), "22");
	world.queue_size = CHOOSE("queue", 64, 64, 2, 1);
	world.offers_take_time = CHOOSE("offers_take_time", 1, 1, 0, 0);
}
