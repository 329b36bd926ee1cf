/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/ring_pattern.h"

/* GR-506 issue 1, s14.2 (dr1 to dr5) and s14.3 (waiting); F is a frequency of the country's. */
static const struct {
	const char *name;
	struct fxs_cadence cadence;
	const char *waiting; /* NULL: the country's own */
} patterns[RING_PATTERNS] = {
	{"country", {{0}, 0}, NULL},
	{"dr1", {{2000, 4000}, 2}, NULL},
	{"dr2", {{800, 400, 800, 4000}, 4}, "F/100,0/100,F/100,0/9700"},
	{"dr3", {{400, 200, 400, 200, 800, 4000}, 6}, "F/100,0/100,F/100,0/100,F/100,0/9500"},
	{"dr4", {{300, 200, 1000, 200, 300, 4000}, 6}, "F/100,0/100,F/300,0/100,F/100,0/9300"},
	{"dr5", {{500, 20000}, 2}, NULL},
	{"dr6", {{200, 400, 200, 400, 200, 4000}, 6}, NULL},
	{"dr7", {{400, 200, 400, 200, 400, 4000}, 6}, NULL},
	{"dr8", {{250, 9750}, 2}, NULL},
};

int ring_pattern_find(uint8_t *pattern, const char *name, size_t length)
{
	for (uint8_t i = 0; i < RING_PATTERNS; i++) {
		if (strlen(patterns[i].name) == length && !memcmp(patterns[i].name, name, length)) {
			*pattern = i;
			return 0;
		}
	}
	return ENOENT;
}

const char *ring_pattern_name(uint8_t pattern)
{
	return patterns[pattern].name;
}

static bool cadence_read(struct fxs_cadence *cadence, const char *text, size_t length)
{
	const char *end = text + length;

	*cadence = (struct fxs_cadence){.count = 0};
	while (text < end && cadence->count < FXS_CADENCE_MAX) {
		char *after;

		if (*text < '0' || *text > '9')
			return false;
		cadence->on_off_ms[cadence->count++] = (unsigned)strtoul(text, &after, 10);
		text = after + (after < end);
		if (after < end && (*after != '/' || text == end))
			return false;
	}
	return text == end && fxs_cadence_valid(cadence);
}

static const char *cadence_change(struct fxs_cadence cadences[RING_PATTERNS], const char *word, size_t length)
{
	const char *equals = memchr(word, '=', length);
	struct fxs_cadence cadence;
	uint8_t pattern;

	if (!equals || ring_pattern_find(&pattern, word, (size_t)(equals - word)) || pattern == RING_COUNTRY)
		return "allowed is dr1 to dr8, = and a cadence, with blanks between them";
	if (!cadence_read(&cadence, equals + 1, length - (size_t)(equals + 1 - word)))
		return "a cadence is 2, 4 .. 16 times of 20 to 20000 ms, ring and pause in turn, as 800/400/800/4000";
	cadences[pattern] = cadence;
	return NULL;
}

const char *ring_cadences_make(struct fxs_cadence cadences[RING_PATTERNS], const char *changes, const char **at)
{
	for (uint8_t i = RING_COUNTRY + 1; i < RING_PATTERNS; i++)
		cadences[i] = patterns[i].cadence;
	for (const char *word = changes + strspn(changes, " "); *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		const char *wrong = cadence_change(cadences, word, length);

		*at = word;
		if (wrong)
			return wrong;
		word += length;
	}
	return NULL;
}

static void own_repeated(char text[RING_WAITING_MAX], const char *own)
{
	size_t length = 0, end = strlen(own);
	bool ends = strchr(own, '!') && end > 2 && strcmp(own + end - 2, ",0") == 0;

	for (; *own && length < RING_WAITING_MAX - sizeof("/5000"); own++) {
		if (!ends || *own != '!')
			text[length++] = *own;
	}
	strcpy(text + length, ends ? "/5000" : "");
}

void ring_waiting_text(char text[RING_WAITING_MAX], uint8_t pattern, const char *own)
{
	const char *rhythm = patterns[pattern].waiting, *hz = own + (*own == '!');
	size_t length = 0;

	if (!rhythm || !*own) {
		own_repeated(text, own);
		return;
	}
	for (; *rhythm; rhythm++) {
		if (*rhythm == 'F')
			length += (size_t)snprintf(text + length, RING_WAITING_MAX - length, "%.*s", (int)strcspn(hz, "/,!"), hz);
		else
			text[length++] = *rhythm;
		if (length >= RING_WAITING_MAX - 1)
			break;
	}
	text[length < RING_WAITING_MAX ? length : RING_WAITING_MAX - 1] = '\0';
}
