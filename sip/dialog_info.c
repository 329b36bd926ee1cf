/* SPDX-License-Identifier: BSD-3-Clause */
/* As much XML as this needs: names of elements, whatever their prefix, and the text in one of them. */
#include <errno.h>

#include "sip/dialog_info.h"
#include "sip/span.h"

/* Takes what stands before the text off rest, and the text with it; all of it where there is none. */
static struct span take_past(struct span *rest, const char *text)
{
	size_t length = strlen(text);
	const char *found = rest->length ? memmem(rest->p, rest->length, text, length) : NULL;
	struct span part = {rest->p, found ? (size_t)(found - rest->p) : rest->length};
	size_t taken = part.length + (found ? length : 0);

	rest->p += taken;
	rest->length -= taken;
	return part;
}

static bool begins(struct span text, const char *start)
{
	return text.length >= strlen(start) && !memcmp(text.p, start, strlen(start));
}

/* The name of a tag without its prefix. */
static struct span name_of(struct span tag)
{
	struct span name = {tag.p, 0}, rest;

	while (name.length < tag.length && !strchr(" \t\r\n/", tag.p[name.length]))
		name.length++;
	rest = name;
	(void)take_until(&rest, ':');
	return rest.length ? rest : name;
}

static bool is_name(struct span tag, const char *name)
{
	struct span found = name_of(tag);

	return found.length == strlen(name) && !memcmp(found.p, name, found.length);
}

static struct span trimmed(struct span text)
{
	while (text.length && strchr(" \t\r\n", *text.p)) {
		text.p++;
		text.length--;
	}
	while (text.length && strchr(" \t\r\n", text.p[text.length - 1]))
		text.length--;
	return text;
}

int ua_dialog_info_parse(bool *busy, const char *text, size_t length)
{
	struct span rest = {text, length};
	bool found = false, is_busy = false;

	while (rest.length) {
		struct span before = take_until(&rest, '<'), tag, value;

		(void)before;
		if (begins(rest, "!--")) {
			(void)take_past(&rest, "-->");
			continue;
		}
		tag = take_until(&rest, '>');
		found = found || is_name(tag, "dialog-info");
		if (!found || !is_name(tag, "state") || (tag.length && tag.p[tag.length - 1] == '/'))
			continue;
		value = rest;
		value = trimmed(take_until(&value, '<'));
		is_busy = is_busy || !span_is(value, "terminated");
	}
	if (!found)
		return EBADMSG;
	*busy = is_busy;
	return 0;
}
