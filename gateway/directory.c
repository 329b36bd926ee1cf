/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/directory.h"

enum digitmap_verdict directory_match(const struct directory *directory, const char *digits)
{
	bool equal = false, longer = false;

	for (unsigned i = 0; i < directory->config->line_count; i++) {
		const char *number = directory->config->lines[i].number.text;
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

struct ua_account *directory_find(const struct directory *directory, const char *number)
{
	const struct config_line *line = directory_line(directory, number);

	return line ? directory->accounts[line->account - directory->config->accounts] : NULL;
}

bool directory_has_others(const struct directory *directory, const struct config_line *line)
{
	for (unsigned i = 0; i < directory->config->line_count; i++) {
		if (&directory->config->lines[i] != line && directory->config->lines[i].number.text[0])
			return true;
	}
	return false;
}
