/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/dial_route.h"

#define PREFIX_CHARS "0123456789*#+"

/* A row in the text. */
struct row {
	const char *prefix, *accounts;
	size_t prefix_length, accounts_length;
};

/* Takes the next row off the text; false: there is none, or it cannot be read, and then *textp stays. */
static bool next_row(const char **textp, struct row *row)
{
	const char *text = *textp + strspn(*textp, " ");

	row->prefix = text;
	row->prefix_length = strspn(text, PREFIX_CHARS);
	text += row->prefix_length;
	if (*text != ':' || row->prefix_length > DIAL_ROUTE_PREFIX_MAX)
		return false;
	row->accounts = ++text;
	row->accounts_length = strcspn(text, ",");
	if (strspn(text, " ") >= row->accounts_length || memchr(text, ':', row->accounts_length))
		return false;
	text += row->accounts_length;
	*textp = *text ? text + 1 : text;
	return true;
}

static bool account_of(const struct row *row, unsigned place, char *name, size_t size)
{
	const char *at = row->accounts, *end = at + row->accounts_length;

	for (;; place--) {
		size_t length;

		at += strspn(at, " ");
		if (at >= end)
			return false;
		length = strcspn(at, " ,");
		if (!place && length < size) {
			memcpy(name, at, length);
			name[length] = '\0';
			return true;
		}
		if (!place)
			return false;
		at += length;
	}
}

bool dial_route_account(const char *routes, const char *number, unsigned place, char *name, size_t size)
{
	struct row row, best = {.accounts = NULL};

	while (*routes && next_row(&routes, &row)) {
		if (strncmp(number, row.prefix, row.prefix_length) == 0 &&
		    (!best.accounts || row.prefix_length > best.prefix_length))
			best = row;
	}
	return best.accounts && account_of(&best, place, name, size);
}

bool dial_route_is_valid(const char *routes, const char **at)
{
	struct row row;

	while (*routes) {
		*at = routes;
		if (!next_row(&routes, &row))
			return false;
	}
	return true;
}

bool dial_route_named(const char *routes, unsigned place, char *name, size_t size)
{
	struct row row;

	while (*routes && next_row(&routes, &row)) {
		unsigned count = 0;

		while (account_of(&row, count, name, size)) {
			if (count++ == place)
				return true;
		}
		place -= count;
	}
	return false;
}
