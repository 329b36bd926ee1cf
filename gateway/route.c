/* SPDX-License-Identifier: BSD-3-Clause */
#include <fnmatch.h>
#include <string.h>

#include "gateway/route.h"

typedef bool is_called_f(const char *number, const char *incoming_numbers, const char *called);

static bool is_short_number(const char *number, const char *incoming_numbers, const char *called)
{
	(void)incoming_numbers;
	return *number && !strcmp(number, called);
}

static bool is_incoming_number(const char *number, const char *incoming_numbers, const char *called)
{
	char word[CONFIG_LIST_MAX + 1];

	(void)number;
	for (const char *at = incoming_numbers + strspn(incoming_numbers, " "); *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		memcpy(word, at, length);
		word[length] = '\0';
		if (!fnmatch(word, called, 0))
			return true;
		at += length;
	}
	return false;
}

static bool takes_the_rest(const char *number, const char *incoming_numbers, const char *called)
{
	(void)number;
	(void)called;
	return !*incoming_numbers;
}

static const struct config_line *line_find(const struct config *config, const struct config_account *account, is_called_f *is_called,
	const char *called)
{
	for (unsigned i = 0; i < config->line_count; i++) {
		const struct config_line *line = &config->lines[i];

		if (line->account == account && is_called(line->number.text, line->did.text, called))
			return line;
	}
	return NULL;
}

static const struct config_group *group_find(const struct config *config, const struct config_account *account, is_called_f *is_called,
	const char *called)
{
	for (unsigned i = 0; i < config->group_count; i++) {
		const struct config_group *group = &config->groups[i];

		if (group->account == account && is_called(group->number.text, group->did.text, called))
			return group;
	}
	return NULL;
}

struct route route_find(const struct config *config, const struct config_account *account, const char *called)
{
	static is_called_f *const steps[] = {is_short_number, is_incoming_number};
	struct route route = {NULL, NULL};

	for (int i = 0; i < 2 && !route.line && !route.group; i++) {
		route.line = line_find(config, account, steps[i], called);
		if (!route.line)
			route.group = group_find(config, account, steps[i], called);
	}
	if (!route.line && !route.group)
		route.group = group_find(config, account, takes_the_rest, called);
	return route;
}
