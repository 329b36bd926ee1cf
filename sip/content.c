/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/content.h"

#define BOUNDARY_MAX 70 /* RFC 2046 s5.1.1 */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct pl trimmed(struct pl text)
{
	while (text.l && is_space(text.p[0])) {
		text.p++;
		text.l--;
	}
	while (text.l && is_space(text.p[text.l - 1]))
		text.l--;
	return text;
}

/* What comes before the next end, which is not looked for within quotes; it and the end are taken off. */
static struct pl take_until(struct pl *rest, char end)
{
	struct pl text = {rest->p, 0};
	bool quoted = false;

	for (; text.l < rest->l && (quoted || rest->p[text.l] != end); text.l++) {
		if (rest->p[text.l] == '"')
			quoted = !quoted;
	}
	if (rest->l)
		pl_advance(rest, (ssize_t)(text.l + (text.l < rest->l)));
	return trimmed(text);
}

/* The value before its parameters. */
static struct pl value_of(const struct pl *field)
{
	struct pl rest = *field;

	return take_until(&rest, ';');
}

/* Not set: there is no such parameter. */
static struct pl parameter_of(const struct pl *field, const char *name)
{
	struct pl rest = *field;

	(void)take_until(&rest, ';');
	while (rest.l) {
		struct pl one = take_until(&rest, ';');
		struct pl key = take_until(&one, '=');

		if (pl_strcasecmp(&key, name))
			continue;
		one = trimmed(one);
		if (one.l >= 2 && one.p[0] == '"' && one.p[one.l - 1] == '"')
			one = (struct pl){one.p + 1, one.l - 2};
		return one;
	}
	return pl_null;
}

/* Up to the end of the line, which is taken off with it, without CR and LF. */
static struct pl take_line(struct pl *rest)
{
	const char *end = memchr(rest->p, '\n', rest->l);
	struct pl line = {rest->p, end ? (size_t)(end - rest->p) : rest->l};

	pl_advance(rest, (ssize_t)(line.l + (end != NULL)));
	if (line.l && line.p[line.l - 1] == '\r')
		line.l--;
	return line;
}

enum delimiter {
	NO_DELIMITER,
	DELIMITER,
	LAST_DELIMITER,
};

static enum delimiter delimiter_of(const struct pl *line, const struct pl *boundary)
{
	struct pl rest = *line;

	if (rest.l < 2 + boundary->l || memcmp(rest.p, "--", 2) || memcmp(rest.p + 2, boundary->p, boundary->l))
		return NO_DELIMITER;
	pl_advance(&rest, (ssize_t)(2 + boundary->l));
	rest = trimmed(rest);
	if (!rest.l)
		return DELIMITER;
	return rest.l >= 2 && !memcmp(rest.p, "--", 2) ? LAST_DELIMITER : NO_DELIMITER;
}

/* All before the next delimiter, which is taken off with it; the end of the line before a delimiter belongs to that. */
static enum delimiter take_part(struct pl *part, struct pl *rest, const struct pl *boundary)
{
	const char *start = rest->p, *end = rest->p;

	while (rest->l) {
		struct pl line = take_line(rest);
		enum delimiter delimiter = delimiter_of(&line, boundary);

		if (delimiter != NO_DELIMITER) {
			*part = (struct pl){start, (size_t)(end - start)};
			return delimiter;
		}
		end = line.p + line.l;
	}
	return NO_DELIMITER;
}

static void read_field(struct ua_content *content, const struct pl *field)
{
	const struct {
		const char *name;
		struct pl *value;
	} rows[] = {
		{"Content-Type", &content->type},
		{"Content-Disposition", &content->disposition},
		{"Content-Encoding", &content->encoding},
		{"Content-Transfer-Encoding", &content->transfer},
	};
	struct pl rest = *field, name = take_until(&rest, ':');

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!pl_strcasecmp(&name, rows[i].name))
			*rows[i].value = trimmed(rest);
	}
}

/* Header fields, which may go on in lines that begin with a space, an empty line, and the body. */
static void read_part(struct ua_content *content, struct pl text)
{
	*content = (struct ua_content){0};
	while (text.l) {
		struct pl field = take_line(&text);

		if (!field.l)
			break;
		while (text.l && (text.p[0] == ' ' || text.p[0] == '\t')) {
			struct pl more = take_line(&text);

			field.l = (size_t)(more.p + more.l - field.p);
		}
		read_field(content, &field);
	}
	content->body = text;
}

static bool is_optional(const struct ua_content *content)
{
	struct pl handling = parameter_of(&content->disposition, "handling");

	return !pl_strcasecmp(&handling, "optional");
}

static bool is_one_of(const struct pl *value, const char *const names[], size_t count)
{
	struct pl name = value_of(value);

	for (size_t i = 0; i < count; i++) {
		if (!pl_strcasecmp(&name, names[i]))
			return true;
	}
	return !name.l;
}

static bool is_sdp(const struct ua_content *content)
{
	static const char *const sessions[] = {"session"}, *const plain[] = {"identity"},
		*const as_is[] = {"7bit", "8bit", "binary"};
	struct pl type = value_of(&content->type);

	return !pl_strcasecmp(&type, "application/sdp") && is_one_of(&content->disposition, sessions, 1) &&
		is_one_of(&content->encoding, plain, 1) && is_one_of(&content->transfer, as_is, 3);
}

static int find(struct pl *sdp, const struct ua_content *content, unsigned depth);

/* How the parts belong together (RFC 2046 s5.1, RFC 2387). */
enum relation {
	MIXED,       /* each for itself */
	ALTERNATIVE, /* the last that is understood counts */
	RELATED,     /* the others only complete one */
};

static enum relation relation_of(const struct pl *type)
{
	if (!pl_strcasecmp(type, "multipart/alternative"))
		return ALTERNATIVE;
	return pl_strcasecmp(type, "multipart/related") ? MIXED : RELATED;
}

struct outcome {
	struct pl sdp;
	bool lacks; /* a part that has to be understood is not */
};

static int judge_part(struct outcome *outcome, struct pl text, enum relation relation, unsigned depth)
{
	struct ua_content part;
	struct pl sdp = pl_null;
	int err;

	read_part(&part, text);
	err = find(&sdp, &part, depth + 1);
	if (err == ENOTSUP)
		outcome->lacks = true;
	if (sdp.p && (!outcome->sdp.p || relation == ALTERNATIVE))
		outcome->sdp = sdp;
	return err == EBADMSG ? err : 0;
}

static int find_in_parts(struct pl *sdp, const struct ua_content *content, const struct pl *type, unsigned depth)
{
	struct pl boundary = parameter_of(&content->type, "boundary"), rest = content->body, part;
	enum relation relation = relation_of(type);
	enum delimiter delimiter;
	struct outcome outcome = {0};
	unsigned count = 0;
	int err = 0;

	if (!boundary.l || boundary.l > BOUNDARY_MAX || depth == UA_CONTENT_DEPTH_MAX)
		return EBADMSG;
	delimiter = take_part(&part, &rest, &boundary); /* a preamble, which is nothing */
	while (!err && delimiter == DELIMITER) {
		delimiter = take_part(&part, &rest, &boundary);
		if (delimiter == NO_DELIMITER || ++count > UA_CONTENT_PARTS_MAX)
			return EBADMSG;
		err = judge_part(&outcome, part, relation, depth);
	}
	if (err || delimiter == NO_DELIMITER)
		return EBADMSG;
	if (outcome.sdp.p)
		*sdp = outcome.sdp;
	if (outcome.lacks && (relation == MIXED || !outcome.sdp.p))
		return ENOTSUP;
	return outcome.sdp.p ? 0 : ENODATA;
}

static int find(struct pl *sdp, const struct ua_content *content, unsigned depth)
{
	struct pl type = value_of(&content->type);
	int err = ENOTSUP;

	if (!content->body.l)
		return ENODATA;
	if (type.l > 10 && !strncasecmp(type.p, "multipart/", 10)) {
		err = find_in_parts(sdp, content, &type, depth);
	} else if (is_sdp(content)) {
		*sdp = content->body;
		err = 0;
	}
	/* What need not be understood need not be sound either. */
	return err && is_optional(content) ? ENODATA : err;
}

int ua_content_sdp(struct pl *sdp, const struct ua_content *content)
{
	return find(sdp, content, 0);
}
