/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/peers.h"

#define MAPPED_BITS 96 /* in front of an IPv4 address */
#define WORD_MAX    (INET6_ADDRSTRLEN + sizeof("/128"))

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

static bool peer_read(struct ua_peer *peer, const char *start, size_t length)
{
	char word[WORD_MAX], *slash;

	if (length >= sizeof(word))
		return false;
	memcpy(word, start, length);
	word[length] = '\0';
	slash = strchr(word, '/');
	if (slash)
		*slash++ = '\0';
	return address_read(peer, word) && (!slash || prefix_read(peer, slash, !strchr(word, ':')));
}

int ua_peers_parse(struct ua_peers *peers, const char *text)
{
	static const char between[] = " ,\t";
	struct ua_peers read = {.count = 0};

	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		size_t length = strcspn(text, between);

		if (read.count == UA_PEERS_MAX)
			return E2BIG;
		if (!peer_read(&read.list[read.count++], text, length))
			return EINVAL;
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
