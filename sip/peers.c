/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/peers.h"

#define MAPPED_BITS 96 /* in front of an IPv4 address */
#define BY_TLS      "tls:"
#define WORD_MAX    (sizeof(BY_TLS) + UA_PEER_NAME_MAX)

static bool address_read(struct ua_peer *peer, const char *text)
{
	static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	peer->bits = 128;
	if (inet_pton(AF_INET6, text, peer->addr) == 1)
		return true;
	memcpy(peer->addr, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, peer->addr + sizeof(mapped)) == 1;
}

static bool prefix_read(struct ua_peer *peer, const char *text, bool is_ipv4)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || bits > (is_ipv4 ? 32 : 128))
		return false;
	peer->bits = (uint8_t)(bits + (is_ipv4 ? MAPPED_BITS : 0));
	return true;
}

/* The word is not kept as it is. */
static bool network_read(struct ua_peer *peer, char *word)
{
	char *slash = strchr(word, '/');

	if (slash)
		*slash++ = '\0';
	return address_read(peer, word) && (!slash || prefix_read(peer, slash, !strchr(word, ':')));
}

/* The last label begins with a letter: what is none is a mistyped address (RFC 3696 s2). */
static bool is_host(const char *word)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char *dot = strrchr(word, '.'), *last = dot ? dot + 1 : word;

	return isalnum((unsigned char)word[0]) && isalpha((unsigned char)last[0]) && strlen(word) <= UA_PEER_NAME_MAX &&
		word[strspn(word, allowed)] == '\0' && !strstr(word, "..");
}

/* A certificate may bear an address too. */
static bool name_read(struct ua_peer_name *name, const char *word)
{
	struct ua_peer address;

	name->by_tls = strncmp(word, BY_TLS, strlen(BY_TLS)) == 0;
	if (name->by_tls)
		word += strlen(BY_TLS);
	if (!is_host(word) && !(name->by_tls && address_read(&address, word)))
		return false;
	strcpy(name->name, word);
	return true;
}

static bool is_network(const char *word)
{
	return strncmp(word, BY_TLS, strlen(BY_TLS)) != 0 && (strpbrk(word, ":/") || !is_host(word));
}

static int word_read(struct ua_peers *peers, char *word)
{
	if (is_network(word)) {
		if (peers->count == UA_PEERS_MAX)
			return E2BIG;
		return network_read(&peers->list[peers->count++], word) ? 0 : EINVAL;
	}
	if (peers->name_count == UA_PEER_NAMES_MAX)
		return E2BIG;
	return name_read(&peers->names[peers->name_count++], word) ? 0 : EINVAL;
}

int ua_peers_parse(struct ua_peers *peers, const char *text)
{
	static const char between[] = " ,\t";
	struct ua_peers read = {.count = 0};
	char word[WORD_MAX];
	int err;

	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		size_t length = strcspn(text, between);

		if (length >= sizeof(word))
			return EINVAL;
		memcpy(word, text, length);
		word[length] = '\0';
		err = word_read(&read, word);
		if (err)
			return err;
		text += length;
	}
	*peers = read;
	return 0;
}

static bool has(const struct ua_peer *peer, const uint8_t addr[UA_PEER_BYTES])
{
	unsigned bytes = peer->bits / 8, rest = peer->bits % 8;

	if (memcmp(peer->addr, addr, bytes))
		return false;
	return !rest || (peer->addr[bytes] ^ addr[bytes]) >> (8 - rest) == 0;
}

bool ua_peers_have(const struct ua_peers *peers, const uint8_t addr[UA_PEER_BYTES])
{
	for (unsigned i = 0; i < peers->count; i++) {
		if (has(&peers->list[i], addr))
			return true;
	}
	return false;
}
