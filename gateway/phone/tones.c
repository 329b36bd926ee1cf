/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/tones.h"

/*
 * F+F+F/ms in turn; lead is played between min and max times before the rest repeats for ever. E.180's 400x25, modulated,
 * is three sines here. Where libtonezone plays something else than E.180 says, what it plays stands here and E.180's
 * beside it; doc/decisions.md tells why.
 */
struct row {
	const char *country; /* "": everywhere */
	enum tones_name name;
	const char *repeat;
	const char *lead;
	unsigned lead_min, lead_max;
};

static const struct row rows[] = {
	{"", TONES_HOWLER, "1400+2060+2450+2600/100 0/100"},
	{"", TONES_MILLIWATT, "1004"},
	{"", TONES_BEEP, "0/1000", "1400/200", 1, 1},

	{"us", TONES_DIAL, "350+440"},
	{"us", TONES_CONFIRM, "0/1000", "350+440/100 0/100 350+440/300", 1, 1},
	{"us", TONES_RECALL, "350+440", "350+440/100 0/100", 3, 3},
	{"us", TONES_STUTTER, "350+440", "350+440/100 0/100", 4, 10},
	{"us", TONES_RINGBACK, "440+480/2000 0/4000"},
	{"us", TONES_BUSY, "480+620/500 0/500"},
	{"us", TONES_CONGESTION, "480+620/250 0/250"},
	{"us", TONES_INFO, "950/330 1400/330 1800/330 0/1000"},
	{"us", TONES_HOLD, "425/200 0/200 425/200 0/7400"},
	{"us", TONES_WAITING, "440/300 0/10000"},
	{"us", TONES_WAITING_DR2, "440/100 0/100 440/100 0/9700"},
	{"us", TONES_WAITING_DR3, "440/100 0/100 440/100 0/100 440/100 0/9500"},
	{"us", TONES_WAITING_DR4, "440/100 0/100 440/300 0/100 440/100 0/9300"},

	{"uk", TONES_DIAL, "350+440"},
	{"uk", TONES_CONFIRM, "0/1000", "350+440/100 0/100 350+440/300", 1, 1},
	{"uk", TONES_STUTTER, "350+440/750 440/750"},
	{"uk", TONES_RINGBACK, "400+450/400 0/200 400+450/400 0/2000"},
	{"uk", TONES_BUSY, "400/375 0/375"},
	{"uk", TONES_CONGESTION, "400/400 0/350 400/225 0/525"},
	{"uk", TONES_INFO, "950/330 0/15 1400/330 0/15 1800/330 0/1000"},
	{"uk", TONES_WAITING, "400/100 0/4000"},

	{"de", TONES_DIAL, "425"},
	{"de", TONES_CONFIRM, "0/1000", "425/100 0/100 425/300", 1, 1},
	{"de", TONES_STUTTER, "400+425"},
	{"de", TONES_RINGBACK, "425/1000 0/4000"},
	{"de", TONES_BUSY, "425/480 0/480"},
	{"de", TONES_CONGESTION, "425/240 0/240"},
	{"de", TONES_INFO, "950/330 1400/330 1800/330 0/1000"},
	{"de", TONES_WAITING, "425/200 0/200 425/200 0/5000"},

	{"fr", TONES_DIAL, "440"},
	{"fr", TONES_CONFIRM, "0/1000", "440/100 0/100 440/300", 1, 1},
	{"fr", TONES_STUTTER, "330+440"},
	{"fr", TONES_RINGBACK, "440/1500 0/3500"},
	{"fr", TONES_BUSY, "440/500 0/500"},
	{"fr", TONES_CONGESTION, "440/250 0/250"},
	{"fr", TONES_INFO, "950/330 1400/330 1800/330 0/1000"},
	{"fr", TONES_WAITING, "440/300 0/10000"},

	{"cn", TONES_DIAL, "450"},
	{"cn", TONES_CONFIRM, "0/1000", "450/100 0/100 450/300", 1, 1},
	{"cn", TONES_STUTTER, "450/400 0/40"},
	{"cn", TONES_RINGBACK, "450/1000 0/4000"},
	{"cn", TONES_BUSY, "450/350 0/350"},
	{"cn", TONES_CONGESTION, "450/700 0/700"},
	{"cn", TONES_INFO, "450/100 0/100 450/100 0/100 450/100 0/100 450/400 0/400"},
	{"cn", TONES_WAITING, "450/400 0/4000"},

	{"it", TONES_DIAL, "425/200 0/200 425/600 0/1000"},
	{"it", TONES_CONFIRM, "0/1000", "425/100 0/100 425/300", 1, 1},
	{"it", TONES_RINGBACK, "425/1000 0/4000"},
	{"it", TONES_BUSY, "425/500 0/500"},
	{"it", TONES_CONGESTION, "425/200 0/200"},
	{"it", TONES_INFO, "950/330 1400/330 1800/330 0/1000"},
	{"it", TONES_WAITING, "425/400 0/100 425/250 0/100 425/150 0/14000"},

	{"nl", TONES_DIAL, "425"},
	{"nl", TONES_CONFIRM, "0/1000", "425/100 0/100 425/300", 1, 1},
	{"nl", TONES_RINGBACK, "425/1000 0/4000"},
	{"nl", TONES_BUSY, "425/500 0/500"},
	{"nl", TONES_CONGESTION, "425/250 0/250"},
	{"nl", TONES_INFO, "950/330 1400/330 1800/330 0/1000"},
	{"nl", TONES_WAITING, "425/500 0/9500"},

	{"es", TONES_DIAL, "425"},
	{"es", TONES_CONFIRM, "0/1000", "425/100 0/100 425/300", 1, 1},
	{"es", TONES_RINGBACK, "425/1500 0/3000"},
	{"es", TONES_BUSY, "425/200 0/200"},
	{"es", TONES_CONGESTION, "425/200 0/200 425/200 0/200 425/200 0/600"},
	{"es", TONES_INFO, "950/330 0/1000"}, /* E.180: 950/330 1400/330 1800/330 0/1000 */
	{"es", TONES_WAITING, "425/175 0/175 425/175 0/3500"},

	{"se", TONES_DIAL, "425"},
	{"se", TONES_CONFIRM, "0/1000", "425/100 0/100 425/300", 1, 1},
	{"se", TONES_RINGBACK, "425/1000 0/5000"},
	{"se", TONES_BUSY, "425/250 0/250"},
	{"se", TONES_CONGESTION, "425/250 0/750"},
	{"se", TONES_INFO, "950/332 0/24 1400/332 0/24 1800/332 0/2024"},
	{"se", TONES_WAITING, "425/200 0/500 425/200 0/9100"},

	{"ch", TONES_DIAL, "425"},
	{"ch", TONES_CONFIRM, "0/1000", "425/100 0/100 425/300", 1, 1},
	{"ch", TONES_RINGBACK, "425/1000 0/4000"},
	{"ch", TONES_BUSY, "425/500 0/500"},
	{"ch", TONES_CONGESTION, "425/200 0/200"},
	{"ch", TONES_INFO, "950/330 1400/330 1800/330 0/1000"},
	{"ch", TONES_WAITING, "425/200 0/200 425/200 0/4000"},

	{"at", TONES_DIAL, "420"},
	{"at", TONES_CONFIRM, "0/1000", "420/100 0/100 420/300", 1, 1},
	{"at", TONES_RINGBACK, "420/1000 0/5000"},
	{"at", TONES_BUSY, "420/400 0/400"},
	{"at", TONES_CONGESTION, "420/200 0/200"},
	{"at", TONES_INFO, "950/330 1450/330 1850/330 0/1000"},
	{"at", TONES_WAITING, "420/40 0/1960"},

	{"in", TONES_DIAL, "375+400+425"},
	{"in", TONES_CONFIRM, "0/1000", "375+400+425/100 0/100 375+400+425/300", 1, 1},
	{"in", TONES_RINGBACK, "375+400+425/400 0/200 375+400+425/400 0/2000"},
	{"in", TONES_BUSY, "400/750 0/750"},
	{"in", TONES_CONGESTION, "400/250 0/250"},
	{"in", TONES_INFO, "950/330 1400/330 1800/330 0/1000"}, /* E.180: 400/2500 0/500, number unobtainable */
	{"in", TONES_WAITING, "400/200 0/100 400/200 0/7500"},
};

static const struct {
	const char *name;
	struct tones_ring ring;
} rings[] = {
	{"us", {{2000, 4000}, 2}},
	{"uk", {{400, 200, 400, 2000}, 4}},
	{"de", {{1000, 4000}, 2}},
	{"fr", {{1500, 3500}, 2}},
	{"cn", {{1000, 4000}, 2}},
	{"it", {{1000, 4000}, 2}},
	{"nl", {{1000, 4000}, 2}},
	{"es", {{1500, 3000}, 2}},
	{"se", {{1000, 5000}, 2}},
	{"ch", {{1000, 4000}, 2}},
	{"at", {{1000, 5000}, 2}},
	{"in", {{400, 200, 400, 2000}, 4}},
	/* Distinctive ringing: GR-506's dr1 to dr5, and what adapters commonly have beyond it. */
	{"dr1", {{2000, 4000}, 2}},
	{"dr2", {{800, 400, 800, 4000}, 4}},
	{"dr3", {{400, 200, 400, 200, 800, 4000}, 6}},
	{"dr4", {{300, 200, 1000, 200, 300, 4000}, 6}},
	{"dr5", {{500, 20000}, 2}},
	{"dr6", {{200, 400, 200, 400, 200, 4000}, 6}},
	{"dr7", {{400, 200, 400, 200, 400, 4000}, 6}},
	{"dr8", {{250, 9750}, 2}},
};

static const char *const names[TONES_NAMES] = {
	[TONES_DIAL] = "dial",
	[TONES_RECALL] = "recall",
	[TONES_STUTTER] = "stutter",
	[TONES_CONFIRM] = "confirm",
	[TONES_RINGBACK] = "ringback",
	[TONES_BUSY] = "busy",
	[TONES_CONGESTION] = "congestion",
	[TONES_INFO] = "info",
	[TONES_WAITING] = "waiting",
	[TONES_WAITING_DR2] = "waiting-dr2",
	[TONES_WAITING_DR3] = "waiting-dr3",
	[TONES_WAITING_DR4] = "waiting-dr4",
	[TONES_HOWLER] = "howler",
	[TONES_MILLIWATT] = "milliwatt",
	[TONES_HOLD] = "hold",
	[TONES_BEEP] = "beep",
	[TONES_VOICE] = "voice",
	[TONES_OTHER] = "other",
};

#define COUNTRY_LETTERS 2
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void steps_add(struct tones_pattern *pattern, const char *text)
{
	while (text && *text) {
		struct tones_step step = {{0}, 0};
		char *end;

		step.hz[0] = (unsigned)strtoul(text, &end, 10);
		for (size_t i = 1; *end == '+'; i++) {
			assert(i < TONES_HZ_MAX);
			step.hz[i] = (unsigned)strtoul(end + 1, &end, 10);
		}
		if (*end == '/')
			step.ms = (unsigned)strtoul(end + 1, &end, 10);
		assert(pattern->count < TONES_STEPS_MAX);
		pattern->steps[pattern->count++] = step;
		assert(*end == ' ' || !*end);
		text = *end ? end + 1 : end;
	}
}

static void row_add(struct tones_country *country, const struct row *row)
{
	for (unsigned times = row->lead_min; times <= row->lead_max; times++) {
		struct tones_pattern *pattern = &country->patterns[country->count++];

		assert(country->count <= TONES_MAX);
		*pattern = (struct tones_pattern){.name = row->name};
		for (unsigned i = 0; i < times; i++)
			steps_add(pattern, row->lead);
		pattern->loop = pattern->count;
		steps_add(pattern, row->repeat);
	}
}

int tones_ring_find(struct tones_ring *ring, const char *name)
{
	for (size_t i = 0; i < COUNT(rings); i++) {
		if (!strcmp(rings[i].name, name)) {
			*ring = rings[i].ring;
			return 0;
		}
	}
	return ENOENT;
}

int tones_country_find(struct tones_country *country, const char *name)
{
	struct tones_country found = {.count = 0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!rows[i].country[0] || !strcmp(rows[i].country, name))
			row_add(&found, &rows[i]);
	}
	if (strlen(name) != COUNTRY_LETTERS || tones_ring_find(&found.ring, name))
		return ENOENT;
	*country = found;
	return 0;
}

const char *tones_countries(void)
{
	return "us, uk, de, fr, cn, it, nl, es, se, ch, at, in";
}

const char *tones_name_text(enum tones_name name)
{
	assert(name < TONES_NAMES);
	return names[name];
}

int tones_name_find(enum tones_name *name, const char *text)
{
	for (size_t i = 0; i < TONES_NAMES; i++) {
		if (!strcmp(names[i], text)) {
			*name = (enum tones_name)i;
			return 0;
		}
	}
	return ENOENT;
}

bool tones_hz_equal(const unsigned *a, const unsigned *b)
{
	for (size_t i = 0; i < TONES_HZ_MAX; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

void tones_hz_text(char *text, size_t size, const unsigned *hz)
{
	size_t length = 0;

	snprintf(text, size, "0");
	for (size_t i = 0; i < TONES_HZ_MAX && hz[i] && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%u", i ? "+" : "", hz[i]);
}
