/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/directory.h"

/* Those of the lines, then of the groups; NULL behind the last. */
static const char *number_at(const struct config *config, unsigned i)
{
	if (i < config->line_count)
		return config->lines[i].number.text;
	i -= config->line_count;
	return i < config->group_count ? config->groups[i].number.text : NULL;
}

enum digitmap_verdict directory_match(const struct directory *directory, const char *digits)
{
	bool equal = false, longer = false;
	const char *number;

	for (unsigned i = 0; (number = number_at(directory->config, i)); i++) {
		bool begins = *number && !strncmp(number, digits, strlen(digits));

		equal = equal || (begins && !number[strlen(digits)]);
		longer = longer || (begins && number[strlen(digits)]);
	}
	if (equal)
		return longer ? DIGITMAP_ENOUGH : DIGITMAP_COMPLETE;
	return longer ? DIGITMAP_MORE : DIGITMAP_NEVER;
}

const struct config_line *directory_line(const struct directory *directory, const char *number)
{
	const struct config *config = directory->config;

	for (unsigned i = 0; i < config->line_count && *number; i++) {
		if (!strcmp(config->lines[i].number.text, number))
			return &config->lines[i];
	}
	return NULL;
}

const struct config_account *directory_account(const struct directory *directory, const char *number)
{
	const struct config_line *line = directory_line(directory, number);
	const struct config *config = directory->config;

	if (line)
		return line->account;
	for (unsigned i = 0; i < config->group_count && *number; i++) {
		if (!strcmp(config->groups[i].number.text, number))
			return config->groups[i].account;
	}
	return NULL;
}

struct ua_account *directory_find(const struct directory *directory, const char *number)
{
	const struct config_account *account = directory_account(directory, number);

	return account ? directory->accounts[account - directory->config->accounts] : NULL;
}

const struct config_account *directory_config_of(const struct directory *directory, const struct ua_account *account)
{
	unsigned i = 0;

	while (i + 1 < directory->config->account_count && directory->accounts[i] != account)
		i++;
	return &directory->config->accounts[i];
}

bool directory_has_others(const struct directory *directory, const struct config_line *line)
{
	const char *number;

	for (unsigned i = 0; (number = number_at(directory->config, i)); i++) {
		if (number != line->number.text && number[0])
			return true;
	}
	return false;
}
