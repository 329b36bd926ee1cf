/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/servers.h"

#define SIP_PORT 5060

const char servers_allowed[] =
	"1 to 4 numeric IPv4 or IPv6 addresses with blanks between them, each with or without :port (1 to 65535); an IPv6 address with port "
	"in brackets";

/* "[address]" or "[address]:port", IPv6 alone */
static bool bracketed_split(char *text, const char **addr, const char **port)
{
	char *end = strchr(text, ']');

	if (!end || (end[1] && end[1] != ':'))
		return false;
	*end = 0;
	*addr = text + 1;
	*port = end[1] ? end + 2 : NULL;
	return strchr(*addr, ':');
}

/* "address" or "address:port", but for an address that has more colons. */
static bool split(char *text, const char **addr, const char **port)
{
	char *colon = strchr(text, ':');

	if (text[0] == '[')
		return bracketed_split(text, addr, port);
	*addr = text;
	*port = NULL;
	if (colon && !strchr(colon + 1, ':')) {
		*colon = 0;
		*port = colon + 1;
	}
	return true;
}

/* 0: none. */
static uint16_t port_of(const char *text)
{
	char *end;
	long port;

	if (!text)
		return SIP_PORT;
	port = strspn(text, "0123456789") == strlen(text) ? strtol(text, &end, 10) : 0;
	return port >= 1 && port <= 65535 ? (uint16_t)port : 0;
}

static bool parse_one(union address *address, char *word)
{
	const char *addr, *port_text;

	return split(word, &addr, &port_text) && port_of(port_text) && address_set(address, addr, port_of(port_text)) == 0;
}

int servers_parse(struct servers *servers, const char *text)
{
	struct servers result = {.count = 0};
	char copy[SERVERS_TEXT_MAX + 1], *rest = NULL;

	if (strlen(text) >= sizeof(copy))
		return EINVAL;
	strcpy(copy, text);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (result.count == SERVERS_MAX || !parse_one(&result.addrs[result.count++], word))
			return EINVAL;
	}
	if (!result.count)
		return EINVAL;
	*servers = result;
	return 0;
}
