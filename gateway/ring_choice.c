/* SPDX-License-Identifier: BSD-3-Clause */
/* Which pattern a call rings in. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gateway/ring_pattern.h"

#define WORD_MAX 80
#define URN      "urn:alert:"
#define BELLCORE "Bellcore-dr"
#define NO_RULE  RING_PATTERNS

struct rule {
	char word[WORD_MAX];
	uint8_t pattern;
};

/* The rule at the front; *next is what follows. False: there is none, or it is wrong. */
static bool rule_read(struct rule *rule, const char *text, const char **next)
{
	size_t length = strcspn(text, " "), at = length;

	*next = text + length + strspn(text + length, " ");
	while (at > 0 && text[at - 1] != '=')
		at--;
	if (at < 2 || at > WORD_MAX || ring_pattern_find(&rule->pattern, text + at, length - at))
		return false;
	memcpy(rule->word, text, at - 1);
	rule->word[at - 1] = '\0';
	return true;
}

const char *ring_rules_check(const char *rules, const char **at)
{
	struct rule rule;

	for (const char *next = rules + strspn(rules, " "); *next;) {
		*at = next;
		if (!rule_read(&rule, next, &next))
			return "allowed is WORD=PATTERN, a pattern being country or dr1 to dr8, with blanks between them";
	}
	return NULL;
}

static bool caller_is(const char *word, const void *call_)
{
	const struct ring_call *call = call_;

	if (call->anonymous)
		return !strcmp(word, "anonymous");
	return call->caller[0] && strcmp(word, "anonymous") && !fnmatch(word, call->caller, 0);
}

/* The word itself, or what it is a part of. */
static bool alert_is(const char *word, const void *token)
{
	size_t length = strlen(word);

	return !strncasecmp(word, token, length) && strchr(":", ((const char *)token)[length]);
}

static uint8_t rule_find(const char *rules, bool (*is)(const char *word, const void *arg), const void *arg)
{
	struct rule rule;

	for (const char *next = rules + strspn(rules, " "); *next;) {
		if (rule_read(&rule, next, &next) && is(rule.word, arg))
			return rule.pattern;
	}
	return NO_RULE;
}

static uint8_t bellcore(const char *token)
{
	const char *digit = token + strlen(BELLCORE);

	if (strncasecmp(token, BELLCORE, strlen(BELLCORE)) || *digit < '1' || *digit > '8' || digit[1])
		return NO_RULE;
	return (uint8_t)(*digit - '0');
}

static uint8_t alert_choose(const char *rules, const char *alert_info)
{
	static const char between[] = "<>;,\"= \t/";
	uint8_t pattern = NO_RULE;
	char token[WORD_MAX];

	for (const char *from = alert_info; *from && pattern == NO_RULE;) {
		size_t skip = strspn(from, between), length = strcspn(from + skip, between);
		bool is_urn;

		from += skip;
		snprintf(token, sizeof(token), "%.*s", (int)length, from);
		is_urn = !strncasecmp(token, URN, strlen(URN));
		from += length;
		if (length == 0 || length >= sizeof(token))
			continue;
		pattern = bellcore(token);
		if (pattern == NO_RULE)
			pattern = rule_find(rules, alert_is, is_urn ? token + strlen(URN) : token);
	}
	return pattern;
}

uint8_t ring_choose(const struct ring_rules *rules, const struct ring_call *call)
{
	uint8_t pattern = rule_find(rules->callers, caller_is, call);

	if (pattern == NO_RULE)
		pattern = alert_choose(rules->alerts, call->alert_info);
	return pattern == NO_RULE ? rules->account : pattern;
}
