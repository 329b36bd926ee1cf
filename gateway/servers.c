/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/servers.h"

#define SIP_PORT 5060
#define DNS_PORT 53
#define STUN_PORT 3478

const char servers_allowed[] =
	"1 to 4 names or numeric IPv4 or IPv6 addresses with blanks between them, each with or without :port (1 to 65535); an IPv6 address "
	"with port in brackets";

const char servers_nameservers_allowed[] = "up to 4 numeric IPv4 or IPv6 addresses with blanks between them, each with or without :port";

const char servers_stun_allowed[] = "off, or one name or numeric IPv4 or IPv6 address, with or without :port (1 to 65535)";

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
	long port = strspn(text, "0123456789") == strlen(text) ? strtol(text, NULL, 10) : 0;

	return port >= 1 && port <= 65535 ? (uint16_t)port : 0;
}

/* Letters, digits, dashes and dots; its last word has a letter, which no number has. */
static bool is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *last = strrchr(text, '.');

	last = last ? last + 1 : text;
	for (const char *c = text; *c; c++) {
		if (!strchr(letters, *c) && !strchr("0123456789-.", *c))
			return false;
	}
	return text[0] && text[0] != '.' && strlen(text) <= SERVERS_NAME_MAX && strpbrk(last, letters);
}

static bool parse_one(struct server *server, char *word, uint16_t usual_port)
{
	const char *addr, *port_text;

	memset(server, 0, sizeof(*server));
	if (!split(word, &addr, &port_text))
		return false;
	server->port = port_text ? port_of(port_text) : usual_port;
	if (!server->port)
		return false;
	if (address_set(&server->addr, addr, server->port) == 0)
		return true;
	if (!is_name(addr))
		return false;
	strcpy(server->name, addr);
	server->port = port_text ? server->port : 0;
	return true;
}

static int parse(struct servers *servers, const char *text, uint16_t usual_port)
{
	char copy[SERVERS_TEXT_MAX + 1], *rest = NULL;

	memset(servers, 0, sizeof(*servers));
	if (strlen(text) >= sizeof(copy))
		return EINVAL;
	strcpy(copy, text);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (servers->count == SERVERS_MAX || !parse_one(&servers->each[servers->count++], word, usual_port))
			return EINVAL;
	}
	return 0;
}

int servers_parse(struct servers *servers, const char *text)
{
	struct servers result;

	if (parse(&result, text, SIP_PORT) || !result.count)
		return EINVAL;
	*servers = result;
	return 0;
}

int servers_nameservers_parse(struct servers *servers, const char *text)
{
	struct servers result;

	if (parse(&result, text, DNS_PORT))
		return EINVAL;
	for (unsigned i = 0; i < result.count; i++) {
		if (result.each[i].name[0])
			return EINVAL;
	}
	*servers = result;
	return 0;
}

int servers_stun_parse(struct servers_stun *stun, const char *text)
{
	struct servers_stun result = {.said = text[0] != '\0'};

	if (strcmp(text, "off") != 0 && (parse(&result.servers, text, STUN_PORT) || result.servers.count > 1 || result.servers.count < result.said))
		return EINVAL;
	*stun = result;
	return 0;
}
