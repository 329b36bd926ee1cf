/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/digitmap.h"

static const char alphabet[] = "0123456789*#ABCD";

#define ANY_DIGIT 0x03ffu
#define TIMER     (1u << 16)

static unsigned bit_of(char c)
{
	const char *at = c ? strchr(alphabet, toupper((unsigned char)c)) : NULL;

	return at ? 1u << (at - alphabet) : 0;
}

/* [...]: p stands behind the bracket; returns the bits, 0 for an error. */
static unsigned parse_set(const char **p)
{
	unsigned bits = 0;

	while (**p && **p != ']') {
		char from = **p, to = (*p)[1] == '-' ? (*p)[2] : from;

		if (!bit_of(from) || !bit_of(to) || bit_of(from) > bit_of(to))
			return 0;
		/* All bits from the first to the last. */
		bits |= (bit_of(to) << 1) - bit_of(from);
		*p += to == from && (*p)[1] != '-' ? 1 : 3;
	}
	if (**p != ']')
		return 0;
	(*p)++;
	return bits;
}

static unsigned parse_symbol(const char **p)
{
	char c = *(*p)++;

	if (c == '[')
		return parse_set(p);
	if (c == 'x' || c == 'X')
		return ANY_DIGIT;
	if (c == 'T' || c == 't')
		return TIMER;
	return bit_of(c);
}

static bool ends_in_timer(const struct digitmap_alternative *alternative)
{
	return alternative->count && alternative->accepts[alternative->count - 1] == TIMER;
}

static const char *add_symbol(struct digitmap_alternative *alternative, const char **p)
{
	if (alternative->count == DIGITMAP_SYMBOLS_MAX)
		return "an alternative of more than 32 symbols";
	if (ends_in_timer(alternative))
		return "something stands behind a T";
	if (!(alternative->accepts[alternative->count] = parse_symbol(p)))
		return "not one of 0-9 * # A-D x T [...] <...:...>";
	alternative->count++;
	return NULL;
}

static const char *parse_sent(struct digitmap_alternative *alternative, const char **p)
{
	size_t length = 0;

	for (; bit_of(**p) || **p == '+'; (*p)++) {
		if (length == DIGITMAP_SENT_MAX)
			return "more than 16 digits to be sent";
		alternative->sent[length++] = **p;
	}
	if (**p != '>')
		return "a > is missing";
	(*p)++;
	return NULL;
}

/* <...:...>: p stands behind the bracket. The digits are told by their place, which a "." before would leave open. */
static const char *parse_rewriting(struct digitmap_alternative *alternative, const char **p)
{
	const char *why;

	if (alternative->rewrites || alternative->repeats)
		return "a second <, or one behind a .";
	if (ends_in_timer(alternative))
		return "something stands behind a T";
	alternative->rewrites = true;
	alternative->rewritten_from = alternative->count;
	while (**p && **p != ':') {
		if (**p == 'T' || **p == 't')
			return "a T between < and :";
		why = add_symbol(alternative, p);
		if (why)
			return why;
	}
	if (**p != ':')
		return "a : is missing";
	(*p)++;
	alternative->rewritten_to = alternative->count;
	return parse_sent(alternative, p);
}

static const char *parse_item(struct digitmap_alternative *alternative, const char **p)
{
	const char *why;

	if (**p == '<') {
		(*p)++;
		return parse_rewriting(alternative, p);
	}
	why = add_symbol(alternative, p);
	if (!why && **p == '.') {
		alternative->repeats |= 1u << (alternative->count - 1);
		(*p)++;
	}
	return why;
}

static const char *parse_alternative(struct digitmap *map, const char **p, bool in_brackets)
{
	unsigned at = map->count;
	const char *why = NULL;

	if (at == DIGITMAP_ALTERNATIVES_MAX)
		return "more than 32 alternatives";
	memset(&map->alternatives[at], 0, sizeof(map->alternatives[at]));
	while (!why && **p && !(in_brackets && (**p == '|' || **p == ')')))
		why = parse_item(&map->alternatives[at], p);
	if (why)
		return why;
	if (map->alternatives[at].count == 0)
		return "an empty alternative";
	map->count++;
	return NULL;
}

static const char *parse(struct digitmap *map, const char **p)
{
	bool in_brackets = **p == '(';
	const char *why;

	map->count = 0;
	if (!in_brackets)
		return parse_alternative(map, p, false);
	do {
		(*p)++;
		why = parse_alternative(map, p, true);
	} while (!why && **p == '|');
	if (why)
		return why;
	if (**p != ')')
		return "a ) is missing";
	(*p)++;
	return **p ? "something stands behind the )" : NULL;
}

int digitmap_parse(struct digitmap *map, const char *text, size_t *error_at, const char **error_why)
{
	struct digitmap parsed;
	const char *p = text, *why = parse(&parsed, &p);

	if (why) {
		*error_at = (size_t)(p - text);
		*error_why = why;
		return EINVAL;
	}
	*map = parsed;
	return 0;
}

/* The set of places in an alternative where the digits so far may have led, as bits; place count is
 * the end. A repeated symbol may be skipped. */
static unsigned long long skip_repeats(unsigned repeats, unsigned count, unsigned long long places)
{
	for (unsigned i = 0; i < count; i++) {
		if (places >> i & 1 && repeats >> i & 1)
			places |= 1ull << (i + 1);
	}
	return places;
}

static unsigned long long advance(const struct digitmap *map, unsigned at, unsigned long long places,
	unsigned symbol)
{
	unsigned count = map->alternatives[at].count, repeats = map->alternatives[at].repeats;
	unsigned long long next = 0;

	for (unsigned i = 0; i < count; i++) {
		if (places >> i & 1 && map->alternatives[at].accepts[i] & symbol)
			next |= 1ull << (repeats >> i & 1 ? i : i + 1);
	}
	return skip_repeats(repeats, count, next);
}

static enum digitmap_verdict match_one(const struct digitmap *map, unsigned at, const char *digits)
{
	unsigned count = map->alternatives[at].count;
	unsigned long long end = 1ull << count;
	unsigned long long places = skip_repeats(map->alternatives[at].repeats, count, 1);

	for (; *digits; digits++)
		places = advance(map, at, places, bit_of(*digits));
	if (!places)
		return DIGITMAP_NEVER;
	if (places == end)
		return DIGITMAP_COMPLETE;
	if (places & end || advance(map, at, places, TIMER) & end)
		return DIGITMAP_TIMER;
	return DIGITMAP_MORE;
}

/* A complete alternative waits for the timer when a longer number begins with the same digits. */
enum digitmap_verdict digitmap_match(const struct digitmap *map, const char *digits)
{
	enum digitmap_verdict best = DIGITMAP_NEVER;
	bool longer = false;

	for (unsigned i = 0; i < map->count; i++) {
		enum digitmap_verdict verdict = match_one(map, i, digits);

		longer = longer || verdict == DIGITMAP_MORE || verdict == DIGITMAP_TIMER;
		if (verdict > best)
			best = verdict;
	}
	return best == DIGITMAP_COMPLETE && longer ? DIGITMAP_ENOUGH : best;
}

/* The first alternative that the digits are complete in, else the first that a timer makes complete. */
static const struct digitmap_alternative *find(const struct digitmap *map, const char *digits)
{
	const struct digitmap_alternative *timed = NULL;

	for (unsigned i = 0; i < map->count; i++) {
		enum digitmap_verdict verdict = match_one(map, i, digits);

		if (verdict == DIGITMAP_COMPLETE)
			return &map->alternatives[i];
		if (verdict == DIGITMAP_TIMER && !timed)
			timed = &map->alternatives[i];
	}
	return timed;
}

enum digitmap_verdict digitmap_or(enum digitmap_verdict one, enum digitmap_verdict other)
{
	enum digitmap_verdict less = one < other ? one : other, more = one < other ? other : one;

	if (less == DIGITMAP_NEVER || less == more)
		return more;
	/* A longer number begins so, or the same one may. */
	return less == DIGITMAP_MORE && more != DIGITMAP_COMPLETE ? more : DIGITMAP_ENOUGH;
}

size_t digitmap_rewrite(const struct digitmap *map, const char *digits, char *number, size_t size)
{
	const struct digitmap_alternative *alternative = find(map, digits);
	unsigned from = alternative ? alternative->rewritten_from : 0, to = alternative ? alternative->rewritten_to : 0;
	int length = snprintf(number, size, "%.*s%s%s", (int)from, digits, alternative ? alternative->sent : "",
		digits + to);

	return length > 0 && (size_t)length < size ? (size_t)length : 0;
}
