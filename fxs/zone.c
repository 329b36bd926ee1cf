/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "fxs/tonezone.h"
#include "fxs/zone.h"

#define COUNTRY_MAX 9

/* libtonezone's; it does not change what it is given. */
struct tonezone *tone_zone_find(char *country);

/*
 * Countries for which libtonezone has no zone of its own, and whose they use. E.180 asks for one
 * tone of 425 Hz in any new network; the Dutch zone is the plainest that follows it.
 */
static const struct {
	char country[3], zone[3];
	const char *reason;
} aliases[] = {
	{"gb", "uk", "ISO 3166 calls it GB"},
	{"gg", "uk", "British network"},
	{"im", "uk", "British network"},
	{"je", "uk", "British network"},
	{"ie", "uk", "rings like the British; its dial tone is 425 Hz"},
	{"hk", "uk", "rings in pairs like the British, 350+440 Hz dial tone; its busy tone is 480+620 Hz"},
	{"ca", "us", "North American numbering plan and tones"},
	{"pr", "us", "North American numbering plan and tones"},
	{"do", "us", "North American numbering plan and tones"},
	{"jm", "us", "North American numbering plan and tones"},
	{"tt", "us", "North American numbering plan and tones"},
	{"bs", "us", "North American numbering plan and tones"},
	{"bb", "us", "North American numbering plan and tones"},
	{"bm", "us", "North American numbering plan and tones"},
	{"kr", "tw", "350+440, 480+620 and 440+480 Hz like the Taiwanese, ringback 1 s in 3"},
	{"sa", "nl", "425 Hz"},
	{"eg", "nl", "425 Hz; its own modulation is left out"},
	{"id", "nl", "425 Hz, rings 1 s in 5"},
	{"vn", "nl", "425 Hz, rings 1 s in 5"},
	{"sk", "cz", "one network until 1993"},
	{"by", "ru", "one network until 1991"},
	{"kz", "ru", "one network until 1991"},
	{"ua", "ru", "one network until 1991"},
	{"lv", "lt", "one network until 1991, changed alike since"},
	{"li", "ch", "Swiss network until 1998"},
	{"mc", "fr", "French network"},
	{"sm", "it", "Italian network"},
	{"va", "it", "Italian network"},
	{"fo", "dk", "Danish network"},
	{"gl", "dk", "Danish network"},
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
	[FXS_TONE_HOWLER] = {"howler", .text = "1400+2060+2450+2600/100,0/100"},
};

static const struct tonezone *tonezone_find(const char *country)
{
	char name[COUNTRY_MAX + 1] = "";
	size_t length = strnlen(country, sizeof name);

	if (!length || length == sizeof name)
		return NULL;
	for (size_t i = 0; i < length; i++)
		name[i] = (char)tolower((unsigned char)country[i]);
	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
		if (!strcmp(aliases[i].country, name))
			strcpy(name, aliases[i].zone);
	}
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
	return 0;
}

const char *fxs_tone_name(enum fxs_tone tone)
{
	return tone < FXS_TONE_COUNT ? tones[tone].name : "?";
}
