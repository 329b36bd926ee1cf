/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/config/config_comments.h"

struct scan {
	char *at;
	int line;
};

static void step(struct scan *scan)
{
	scan->line += *scan->at == '\n';
	scan->at++;
}

static void blank(struct scan *scan)
{
	if (*scan->at != '\n')
		*scan->at = ' ';
	step(scan);
}

static void quoted_skip(struct scan *scan)
{
	char quote = *scan->at;

	step(scan);
	while (*scan->at && *scan->at != quote) {
		if (*scan->at == '\\' && scan->at[1])
			step(scan);
		step(scan);
	}
	if (*scan->at)
		step(scan);
}

static void line_blank(struct scan *scan)
{
	while (*scan->at && *scan->at != '\n')
		blank(scan);
}

static int block_blank(struct scan *scan)
{
	int begun = scan->line;

	blank(scan);
	blank(scan);
	while (*scan->at && strncmp(scan->at, "*/", 2) != 0)
		blank(scan);
	if (!*scan->at)
		return begun;
	blank(scan);
	blank(scan);
	return 0;
}

int config_comments_blank(char *text)
{
	struct scan scan = {text, 1};
	int open_line = 0;

	while (*scan.at && !open_line) {
		if (*scan.at == '"' || *scan.at == '\'')
			quoted_skip(&scan);
		else if (*scan.at == '#' || strncmp(scan.at, "//", 2) == 0)
			line_blank(&scan);
		else if (strncmp(scan.at, "/*", 2) == 0)
			open_line = block_blank(&scan);
		else
			step(&scan);
	}
	return open_line;
}
