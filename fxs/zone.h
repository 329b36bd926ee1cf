/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A country's ring cadence and its tones as text, from libtonezone. Tone texts are in the notation
 * of zonedata ("350+440", "480+620/500,0/500", "!" for once); dsp/tone.h turns them into sound.
 * Called from the control thread when configuration is read.
 */
#ifndef TIPRING_FXS_ZONE_H
#define TIPRING_FXS_ZONE_H

#include "fxs/fxs.h"

#define FXS_ZONE_NAMES_MAX 512
#define FXS_ZONE_CONFIRM_MAX 128

enum fxs_tone {
	FXS_TONE_DIAL,
	FXS_TONE_BUSY,
	FXS_TONE_RINGBACK,
	FXS_TONE_CONGESTION,
	FXS_TONE_CALL_WAITING,
	FXS_TONE_RECALL_DIAL,
	FXS_TONE_INFO,
	FXS_TONE_STUTTER,
	FXS_TONE_CONFIRM, /* done as asked; no zone has one: made of its dial tone */
	FXS_TONE_HOWLER, /* receiver off hook; no zone has one: the same in every country */
	FXS_TONE_COUNT,
};

struct fxs_zone {
	const char *country;                   /* libtonezone's letters, lower case; not the alias */
	const char *description;
	struct fxs_cadence ring;
	const char *tone_text[FXS_TONE_COUNT]; /* never NULL; "" is a tone that the zone has not */
	int dtmf_high_dbm0, dtmf_low_dbm0;
	char confirm_text[FXS_ZONE_CONFIRM_MAX]; /* tone_text points here: do not copy the struct */
};

/* Finds a country by its two letters, in any case, or by an alias (gb, ca, kr ...); ENOENT. The texts
 * live as long as the zone. */
int fxs_zone_find(struct fxs_zone *zone, const char *country);

/* All that may be asked for, libtonezone's zones and the aliases, with blanks between them; size FXS_ZONE_NAMES_MAX is enough. */
void fxs_zone_names(char *text, size_t size);

/* A tone's name as users write it: "dial", "busy", "ringback" ... */
const char *fxs_tone_name(enum fxs_tone tone);

#endif
