/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Digit maps (RFC 3435 s2.1.5): which dialled digits make a number.
 *
 *   map   := alternative | "(" alternative ("|" alternative)* ")"
 *   alternative := (symbol ["."] | rewriting)*            "." : the symbol before it, any number of times, also none
 *   symbol := 0-9 | * | # | A-D | x | T | "[" (char | char "-" char)* "]"
 *   rewriting := "<" symbol* ":" (0-9 | * | # | A-D | +)* ">"      once in an alternative, before its first "."
 *
 * x is any of 0-9; T, only as an alternative's last, waits for the inter-digit timer. Letters in either case. What the
 * symbols of a rewriting match is replaced by the text behind the colon: <9:>xxxx strips a 9, <:0049>0x. puts a prefix in
 * front. Pure; control thread.
 */
#ifndef TIPRING_GATEWAY_DIGITMAP_H
#define TIPRING_GATEWAY_DIGITMAP_H

#include <stdbool.h>
#include <stddef.h>

#define DIGITMAP_ALTERNATIVES_MAX 32
#define DIGITMAP_SYMBOLS_MAX      32 /* of one alternative */
#define DIGITMAP_SENT_MAX         16 /* of what a rewriting sends */

struct digitmap_alternative {
	/* One bit for each of "0123456789*#ABCD" and one for the timer. */
	unsigned accepts[DIGITMAP_SYMBOLS_MAX];
	unsigned repeats; /* bit i: symbol i may stand any number of times */
	unsigned count;
	bool rewrites;    /* digits from..to-1 are sent as this: */
	unsigned rewritten_from, rewritten_to;
	char sent[DIGITMAP_SENT_MAX + 1];
};

struct digitmap {
	struct digitmap_alternative alternatives[DIGITMAP_ALTERNATIVES_MAX];
	unsigned count;
};

enum digitmap_verdict {
	DIGITMAP_NEVER,    /* no number begins so */
	DIGITMAP_MORE,     /* more digits are needed */
	DIGITMAP_TIMER,    /* a number when no other digit comes (the timer, or #) */
	DIGITMAP_ENOUGH,   /* a number, but a longer one begins so (the shorter timer) */
	DIGITMAP_COMPLETE, /* a number, and no longer one begins so; or as good as that */
};

/* EINVAL: *error_at is where in the text it went wrong, *error_why says what. */
int digitmap_parse(struct digitmap *map, const char *text, size_t *error_at, const char **error_why);

enum digitmap_verdict digitmap_match(const struct digitmap *map, const char *digits);

/* What digits are of which two maps say this. */
enum digitmap_verdict digitmap_or(enum digitmap_verdict one, enum digitmap_verdict other);

/* What is called for digits that make a number: those of the first alternative that they are complete in, rewritten, or as
 * they are. Returns the length, 0 when it does not fit into size bytes with the final zero. */
size_t digitmap_rewrite(const struct digitmap *map, const char *digits, char *number, size_t size);

#endif
