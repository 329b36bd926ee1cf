/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/taste.h"

/* The frequency is that of ITU-T E.180's warning tone, which tells by its period (15 s) that a call is recorded: a single
 * short one does not. */
#define BEEP "!1400/200"
/* Nobody has standardised one: short and seldom enough to be borne for minutes. */
#define HOLD_TONE "425/200,0/200,425/200,0/7400"
#define HOLD_TONE_SAMPLES (8000 * 8)
#define MILLIWATT "1004" /* as North American exchanges have it; at 0 dBm0 */

struct taste {
	struct media_taste media;
	struct dsp_tone_def *tones[MEDIA_TONE_COUNT], *waiting_tones[RING_PATTERNS];
	int16_t *hold_tone; /* samples of it, once around; NULL: none is played */
};

static int tone_make(struct taste *taste, unsigned tone, const char *text, double level_dbm0)
{
	int err = dsp_tone_def_parse(&taste->tones[tone], text, level_dbm0);

	taste->media.tones[tone] = taste->tones[tone];
	return err;
}

static int waiting_tones_make(struct taste *taste, const struct config_profile *profile, const struct fxs_zone *zone)
{
	char text[RING_WAITING_MAX];
	int err = 0;

	for (uint8_t i = 0; i < RING_PATTERNS && !err; i++) {
		ring_waiting_text(text, i, zone->tone_text[FXS_TONE_CALL_WAITING]);
		err = dsp_tone_def_parse(&taste->waiting_tones[i], text, profile->tone_level_dbm0);
		taste->media.waiting_tones[i] = taste->waiting_tones[i];
	}
	return err;
}

/* Played as a file would be. */
static int hold_tone_make(struct taste *taste, double level_dbm0)
{
	struct dsp_tone_def *def = NULL;
	struct dsp_tone *tone = NULL;
	int err = dsp_tone_def_parse(&def, HOLD_TONE, level_dbm0);

	if (!err)
		err = dsp_tone_alloc(&tone);
	taste->hold_tone = err ? NULL : calloc(HOLD_TONE_SAMPLES, sizeof(*taste->hold_tone));
	if (!err && !taste->hold_tone)
		err = ENOMEM;
	if (!err) {
		dsp_tone_start(tone, def);
		dsp_tone_fill(tone, taste->hold_tone, HOLD_TONE_SAMPLES);
		taste->media.hold = (struct sound){taste->hold_tone, HOLD_TONE_SAMPLES};
	}
	dsp_tone_free(tone);
	dsp_tone_def_free(def);
	return err;
}

static int tones_make(struct taste *taste, const struct config_profile *profile, const struct fxs_zone *zone)
{
	int err = 0;

	for (unsigned i = 0; i < FXS_TONE_COUNT && !err; i++)
		err = tone_make(taste, i, zone->tone_text[i], profile->tone_level_dbm0);
	if (!err)
		err = tone_make(taste, MEDIA_TONE_BEEP, BEEP, profile->tone_level_dbm0);
	if (!err)
		err = tone_make(taste, MEDIA_TONE_MILLIWATT, MILLIWATT, 0);
	if (!err)
		err = waiting_tones_make(taste, profile, zone);
	taste->media.hold = profile->hold_file;
	if (!err && strcmp(profile->hold_sound.text, CONFIG_HOLD_TONE) == 0)
		err = hold_tone_make(taste, profile->tone_level_dbm0);
	return err;
}

static void media_describe(struct media_taste *media, const struct config_profile *profile, const struct fxs_zone *zone)
{
	const struct use_traits *traits = use_traits(profile->use);

	memcpy(media->rings, profile->rings, sizeof(media->rings));
	media->rings[RING_COUNTRY] = zone->ring;
	media->key_low_dbm0 = zone->dtmf_low_dbm0;
	media->key_high_dbm0 = zone->dtmf_high_dbm0;
	media->use = profile->use;
	media->hook = fxs_hook_defaults;
	media->echo = traits->echo_cancelled ? profile->echo : MEDIA_ECHO_OFF;
	media->echo_tail_ms = profile->echo_tail_ms;
	media->hears_fax = profile->fax_detect && profile->use == USE_PHONE;
	media->echo_mutes = traits->echo_muted;
	media->high_pass = profile->high_pass && traits->shaped;
	media->level_control = profile->level_control && traits->shaped;
	media->rx_gain_db = profile->rx_gain_db;
	media->tx_gain_db = profile->tx_gain_db;
	media->hook.flash_min_ms = profile->flash_min_ms;
	media->hook.flash_max_ms = profile->flash_max_ms;
}

int taste_alloc(struct taste **tastep, const struct config_profile *profile)
{
	struct taste *taste = calloc(1, sizeof(*taste));
	struct fxs_zone zone;
	int err;

	if (!taste)
		return ENOMEM;
	err = fxs_zone_find(&zone, profile->country.text);
	if (!err)
		err = tones_make(taste, profile, &zone);
	if (err) {
		taste_free(taste);
		return err;
	}
	media_describe(&taste->media, profile, &zone);
	*tastep = taste;
	return 0;
}

void taste_free(struct taste *taste)
{
	if (!taste)
		return;
	for (int i = 0; i < MEDIA_TONE_COUNT; i++)
		dsp_tone_def_free(taste->tones[i]);
	for (int i = 0; i < RING_PATTERNS; i++)
		dsp_tone_def_free(taste->waiting_tones[i]);
	free(taste->hold_tone);
	free(taste);
}

const struct media_taste *taste_media(const struct taste *taste)
{
	return &taste->media;
}
