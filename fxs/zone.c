/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fxs/tonezone.h"
#include "fxs/zone.h"

#define COUNTRY_MAX 9
#define ISO_LETTERS 2

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* libtonezone's; the first does not change what it is given. */
struct tonezone *tone_zone_find(char *country);
extern struct tonezone builtin_zones[];

/*
 * Countries for which libtonezone has no zone of its own, and whose tones their network really uses: dial, ringback, busy and
 * congestion tone and the ring are the same. Others are refused rather than given something near.
 */
static const struct alias {
	const char *zone, *countries, *reason;
} aliases[] = {
	{"uk", "gb", "ISO 3166 calls it so"},
	{"uk", "gg gi im je", "British networks"},
	{"us", "ag ai as bb bm bs ca dm do gd gu jm kn ky lc mp ms pr sx tc tt vc vg vi",
		"North American numbering plan"},
	{"fr", "bl gf gp mc mf mq pm re yt", "French networks"},
	{"dk", "fo gl", "Danish networks"},
	{"fi", "ax", "Finnish network"},
	{"no", "sj", "Norwegian network"},
	{"it", "sm va", "Italian networks"},
	{"ch", "li", "Swiss network until 1998"},
	{"cz", "sk", "one network until 1993"},
	{"ru", "by kz", "one network until 1991"},
	{"de", "lu", "425 Hz, 480 ms, 240 ms; rings 1 s in 5"},
	{"nl", "id vn", "425 Hz, 500 ms, 250 ms; rings 1 s in 5"},
	{"tw", "kr", "350+440, 480+620 and 440+480 Hz, ringback 1 s in 3"},
};

static const struct {
	const char *name;
	enum tonezone_tone_id id;
	const char *text; /* instead of the zone's */
} tones[FXS_TONE_COUNT] = {
	[FXS_TONE_DIAL] = {"dial", TONEZONE_DIAL},
	[FXS_TONE_BUSY] = {"busy", TONEZONE_BUSY},
	[FXS_TONE_RINGBACK] = {"ringback", TONEZONE_RINGBACK},
	[FXS_TONE_CONGESTION] = {"congestion", TONEZONE_CONGESTION},
	[FXS_TONE_CALL_WAITING] = {"call-waiting", TONEZONE_CALL_WAITING},
	[FXS_TONE_RECALL_DIAL] = {"recall-dial", TONEZONE_RECALL_DIAL},
	[FXS_TONE_INFO] = {"info", TONEZONE_INFO},
	[FXS_TONE_STUTTER] = {"stutter", TONEZONE_STUTTER},
	[FXS_TONE_CONFIRM] = {"confirm"},
	[FXS_TONE_HOWLER] = {"howler", .text = "1400+2060+2450+2600/100,0/100"},
};

static void alias_resolve(char *name)
{
	for (size_t i = 0; i < COUNT(aliases) && strlen(name) == ISO_LETTERS; i++) {
		const char *found = strstr(aliases[i].countries, name);

		if (found && (found - aliases[i].countries) % (ISO_LETTERS + 1) == 0) {
			strcpy(name, aliases[i].zone);
			return;
		}
	}
}

static const struct tonezone *tonezone_find(const char *country)
{
	char name[COUNTRY_MAX + 1] = "";
	size_t length = strnlen(country, sizeof name);

	if (!length || length == sizeof name)
		return NULL;
	for (size_t i = 0; i < length; i++)
		name[i] = (char)tolower((unsigned char)country[i]);
	alias_resolve(name);
	return tone_zone_find(name);
}

static const char *text_find(const struct tonezone *from, enum tonezone_tone_id id)
{
	for (size_t i = 0; i < TONEZONE_TONES; i++) {
		if (from->tones[i].id == (int)id && from->tones[i].text[0])
			return from->tones[i].text;
	}
	return "";
}

static int ring_read(struct fxs_cadence *ring, const struct tonezone *from)
{
	struct fxs_cadence read = {.count = 0};

	while (read.count < FXS_CADENCE_MAX && from->ring_ms[read.count] > 0) {
		read.on_off_ms[read.count] = (unsigned)from->ring_ms[read.count];
		read.count++;
	}
	if (!fxs_cadence_valid(&read))
		return ENOENT;
	*ring = read;
	return 0;
}

/* Telcordia GR-506's rhythm, with the first frequencies of the dial tone, after a while in which the last key is let go. */
static void confirm_make(struct fxs_zone *zone)
{
	const char *dial = zone->tone_text[FXS_TONE_DIAL];
	int length;

	dial += *dial == '!';
	length = (int)strcspn(dial, "/,!");
	snprintf(zone->confirm_text, sizeof(zone->confirm_text), "!0/300,!%.*s/100,!0/100,!%.*s/300", length, dial, length, dial);
	zone->tone_text[FXS_TONE_CONFIRM] = zone->confirm_text;
}

int fxs_zone_find(struct fxs_zone *zone, const char *country)
{
	const struct tonezone *from = tonezone_find(country);
	struct fxs_zone found = {0};
	int err;

	if (!from)
		return ENOENT;
	err = ring_read(&found.ring, from);
	if (err)
		return err;
	found.country = from->country;
	found.description = from->description;
	for (size_t i = 0; i < FXS_TONE_COUNT; i++)
		found.tone_text[i] = tones[i].text ? tones[i].text : text_find(from, tones[i].id);
	found.dtmf_high_dbm0 = from->dtmf_high_dbm0;
	found.dtmf_low_dbm0 = from->dtmf_low_dbm0;
	*zone = found;
	confirm_make(zone);
	return 0;
}

void fxs_zone_names(char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (const struct tonezone *zone = builtin_zones; zone->number != -1 && length < size; zone++)
		length += (size_t)snprintf(text + length, size - length, "%s%s", length ? " " : "", zone->country);
	for (size_t i = 0; i < COUNT(aliases) && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, " %s", aliases[i].countries);
}

const char *fxs_tone_name(enum fxs_tone tone)
{
	return tone < FXS_TONE_COUNT ? tones[tone].name : "?";
}
