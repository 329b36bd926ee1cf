/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/xml.h"

static const char blanks[] = " \t\r\n";

/* Takes what stands before the text off rest, and the text with it; all of it where there is none. */
static void take_past(struct span *rest, const char *text)
{
	size_t length = strlen(text);
	const char *found = rest->length ? memmem(rest->p, rest->length, text, length) : NULL;
	size_t taken = found ? (size_t)(found - rest->p) + length : rest->length;

	rest->p += taken;
	rest->length -= taken;
}

static bool starts(struct span text, const char *start)
{
	return text.length >= strlen(start) && !memcmp(text.p, start, strlen(start));
}

bool ua_xml_next(struct span *rest, struct span *tag)
{
	while (rest->length) {
		(void)take_until(rest, '<');
		if (starts(*rest, "!--")) {
			take_past(rest, "-->");
			continue;
		}
		*tag = take_until(rest, '>');
		if (tag->length)
			return true;
	}
	return false;
}

static bool is_in(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The name of a tag without its prefix. */
static struct span name_of(struct span tag)
{
	struct span name = {tag.p, 0}, rest;

	while (name.length < tag.length && tag.p[name.length] && !is_in(tag.p[name.length], " \t\r\n/"))
		name.length++;
	rest = name;
	(void)take_until(&rest, ':');
	return rest.length ? rest : name;
}

static bool is_same(struct span text, const char *name)
{
	return text.length == strlen(name) && !memcmp(text.p, name, text.length);
}

bool ua_xml_begins(struct span tag, const char *name)
{
	return is_same(name_of(tag), name);
}

bool ua_xml_ends(struct span tag, const char *name)
{
	if (!tag.length || tag.p[0] != '/')
		return false;
	tag.p++;
	tag.length--;
	return is_same(name_of(tag), name);
}

bool ua_xml_is_empty(struct span tag)
{
	return tag.length && tag.p[tag.length - 1] == '/';
}

static struct span trimmed(struct span text)
{
	while (text.length && is_in(*text.p, blanks)) {
		text.p++;
		text.length--;
	}
	while (text.length && is_in(text.p[text.length - 1], blanks))
		text.length--;
	return text;
}

struct span ua_xml_text(struct span rest)
{
	return trimmed(take_until(&rest, '<'));
}

/* name="value" or name='value'. */
bool ua_xml_attribute(struct span tag, const char *name, struct span *value)
{
	while (tag.length) {
		struct span before = trimmed(take_until(&tag, '='));
		struct span quoted = trimmed(tag);
		size_t length = strlen(name);
		char quote;

		if (!quoted.length || !is_in(*quoted.p, "\"'"))
			return false;
		quote = *quoted.p++;
		quoted.length--;
		*value = take_until(&quoted, quote);
		if (before.length > length && is_in(before.p[before.length - length - 1], blanks) &&
		    !memcmp(before.p + before.length - length, name, length))
			return true;
		if (is_same(before, name))
			return true;
		tag = quoted;
	}
	return false;
}

static char take_character(struct span *rest)
{
	static const struct {
		const char *name;
		char character;
	} rows[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	char character = *rest->p;
	size_t taken = 1;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (starts(*rest, rows[i].name)) {
			character = rows[i].character;
			taken = strlen(rows[i].name);
		}
	}
	rest->p += taken;
	rest->length -= taken;
	return character;
}

bool ua_xml_copy(char *text, size_t size, struct span span)
{
	size_t length = 0;

	while (span.length) {
		char c = take_character(&span);

		if ((unsigned char)c < ' ' || c == 0x7f || length + 1 >= size)
			return false;
		text[length++] = c;
	}
	text[length] = '\0';
	return length;
}
