/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/story/tap.h"

/* A piece of the message; never ends with a zero. */
struct piece {
	const char *text;
	size_t length;
};

/* FNV-1a */
static uint64_t hash(uint64_t value, struct piece piece)
{
	for (size_t i = 0; i < piece.length; i++)
		value = (value ^ (uint8_t)piece.text[i]) * UINT64_C(0x100000001b3);
	return (value ^ 0xff) * UINT64_C(0x100000001b3);
}

static void keep(char *text, size_t size, struct piece piece)
{
	size_t length = piece.length < size - 1 ? piece.length : size - 1;

	memcpy(text, piece.text, length);
	text[length] = '\0';
}

/* Cuts the next line off the rest; false at the end of the headers. */
static bool line_next(struct piece *rest, struct piece *line)
{
	const char *end = memchr(rest->text, '\n', rest->length);
	size_t used = end ? (size_t)(end - rest->text) + 1 : rest->length;

	*line = (struct piece){rest->text, used};
	while (line->length && isspace((unsigned char)line->text[line->length - 1]))
		line->length--;
	rest->text += used;
	rest->length -= used;
	return line->length;
}

static struct piece word_next(struct piece *rest)
{
	struct piece word;

	while (rest->length && rest->text[0] == ' ')
		*rest = (struct piece){rest->text + 1, rest->length - 1};
	word = (struct piece){rest->text, 0};
	while (word.length < rest->length && rest->text[word.length] != ' ')
		word.length++;
	*rest = (struct piece){rest->text + word.length, rest->length - word.length};
	return word;
}

static long number(struct piece piece)
{
	char text[12];

	keep(text, sizeof text, piece);
	return isdigit((unsigned char)text[0]) ? strtol(text, NULL, 10) : -1;
}

/* What stands behind the mark, to the first of the characters in ends; empty when there is none. */
static struct piece behind(struct piece piece, const char *mark, const char *ends)
{
	const char *found = memmem(piece.text, piece.length, mark, strlen(mark));
	struct piece rest = {piece.text, 0};

	if (!found)
		return rest;
	rest.text = found + strlen(mark);
	while (rest.text + rest.length < piece.text + piece.length &&
		!strchr(ends, rest.text[rest.length]))
		rest.length++;
	return rest;
}

static void user_keep(char *user, struct piece value)
{
	struct piece found = behind(value, "sip:", "@;>");

	if (!found.length)
		found = behind(value, "sips:", "@;>");
	keep(user, BED_TEXT_MAX + 1, found);
}

static void open_note(struct bed_sip *sip, const char *place, struct piece value)
{
	if (memmem(value.text, value.length, "sip:", 4))
		keep(sip->open, sizeof sip->open, (struct piece){place, strlen(place)});
}

struct reading {
	struct bed_sip *sip;
	uint64_t key, call_id;
	bool via_seen, cseq_seen, call_seen;
};

static void take_via(struct reading *reading, struct piece value)
{
	if (!reading->via_seen)
		reading->key = hash(reading->key, behind(value, "branch=", ";, "));
	reading->via_seen = true;
}

static void take_call(struct reading *reading, struct piece value)
{
	reading->call_id = hash(UINT64_C(0xcbf29ce484222325), value);
	reading->key = hash(reading->key, value);
	reading->call_seen = true;
}

static void take_cseq(struct reading *reading, struct piece value)
{
	struct piece rest = value;

	reading->key = hash(reading->key, value);
	word_next(&rest);
	keep(reading->sip->method, sizeof reading->sip->method, word_next(&rest));
	reading->cseq_seen = true;
}

static void take_from(struct reading *reading, struct piece value)
{
	user_keep(reading->sip->from, value);
}

static void take_to(struct reading *reading, struct piece value)
{
	user_keep(reading->sip->to, value);
	reading->key = hash(reading->key, behind(value, ";tag=", ";, ")); /* one INVITE may ring in several places */
}

static void take_rseq(struct reading *reading, struct piece value)
{
	reading->key = hash(reading->key, value);
}

static void take_contact(struct reading *reading, struct piece value)
{
	struct piece expires = behind(value, "expires=", ";, ");

	if (expires.length)
		reading->sip->expires_s = (int)number(expires);
}

static void take_expires(struct reading *reading, struct piece value)
{
	if (reading->sip->expires_s < 0)
		reading->sip->expires_s = (int)number(value);
}

static void take_reason(struct reading *reading, struct piece value)
{
	keep(reading->sip->reason, sizeof reading->sip->reason, value);
}

static void take_nothing(struct reading *reading, struct piece value)
{
	(void)reading;
	(void)value;
}

static const struct {
	const char *name, *compact;
	void (*take)(struct reading *reading, struct piece value);
	bool has_uri;
} headers[] = {
	{"via", "v", take_via, false},
	{"call-id", "i", take_call, false},
	{"cseq", "", take_cseq, false},
	{"from", "f", take_from, true},
	{"to", "t", take_to, true},
	{"contact", "m", take_contact, true},
	{"expires", "", take_expires, false},
	{"reason", "", take_reason, false},
	{"rseq", "", take_rseq, false},
	{"route", "", take_nothing, true},
	{"record-route", "", take_nothing, true},
	{"refer-to", "r", take_nothing, true},
	{"referred-by", "b", take_nothing, true},
	{"diversion", "", take_nothing, true},
	{"history-info", "", take_nothing, true},
};

static bool name_is(struct piece line, size_t length, const char *name)
{
	return strlen(name) == length && length && !strncasecmp(line.text, name, length);
}

static void header_take(struct reading *reading, struct piece line)
{
	const char *colon = memchr(line.text, ':', line.length);
	size_t length = colon ? (size_t)(colon - line.text) : 0;
	struct piece value;

	if (!colon)
		return;
	value = (struct piece){colon + 1, line.length - length - 1};
	while (length && line.text[length - 1] == ' ')
		length--;
	while (value.length && (*value.text == ' ' || *value.text == '\t'))
		value = (struct piece){value.text + 1, value.length - 1};
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		if (!name_is(line, length, headers[i].name) && !name_is(line, length, headers[i].compact))
			continue;
		headers[i].take(reading, value);
		if (headers[i].has_uri)
			open_note(reading->sip, headers[i].name, value);
	}
}

static int start_take(struct bed_sip *sip, struct piece line)
{
	struct piece rest = line, first = word_next(&rest), second = word_next(&rest);

	if (first.length == 7 && !memcmp(first.text, "SIP/2.0", 7)) {
		long status = number(second);

		sip->status = (unsigned)status;
		return status >= 100 && status <= 699 ? 0 : EBADMSG;
	}
	sip->status = 0;
	open_note(sip, "Request-URI", second);
	if (line.length < 8 || memcmp(line.text + line.length - 7, "SIP/2.0", 7))
		return EBADMSG;
	return 0;
}

int tap_parse(struct bed_sip *sip, const char *text, size_t length, uint64_t *key, uint64_t *call_id)
{
	struct reading reading = {.sip = sip, .key = UINT64_C(0xcbf29ce484222325)};
	struct piece rest = {text, length}, line;

	sip->method[0] = sip->from[0] = sip->to[0] = sip->reason[0] = sip->open[0] = '\0';
	sip->expires_s = -1;
	if (!line_next(&rest, &line) || start_take(sip, line))
		return EBADMSG;
	reading.key = hash(reading.key, line);
	while (line_next(&rest, &line))
		header_take(&reading, line);
	if (!reading.via_seen || !reading.cseq_seen || !reading.call_seen)
		return EBADMSG;
	*key = hash(reading.key, rest); /* a description that is another makes another message */
	*call_id = reading.call_id;
	return 0;
}

size_t tap_message_length(const char *text, size_t length)
{
	const char *end = memmem(text, length, "\r\n\r\n", 4);
	struct piece rest = {text, length}, line;
	size_t total;

	if (!end)
		return 0;
	total = (size_t)(end - text) + 4;
	while (line_next(&rest, &line) && line.text < end) {
		const char *colon = memchr(line.text, ':', line.length);
		size_t name = colon ? (size_t)(colon - line.text) : 0;
		struct piece value;

		if (!name_is(line, name, "content-length") && !name_is(line, name, "l"))
			continue;
		value = (struct piece){colon + 1, line.length - name - 1};
		value = word_next(&value);
		total += number(value) > 0 ? (size_t)number(value) : 0;
	}
	return total <= length ? total : 0;
}
