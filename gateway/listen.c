/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/address.h"
#include "gateway/listen.h"

static bool has(const struct listen *listen, const union address *address)
{
	for (unsigned i = 0; i < listen->count; i++) {
		union address other;

		if (address_set(&other, listen->each[i], 0) == 0 && address_same_host(&other, address))
			return true;
	}
	return false;
}

static bool *any_of(struct listen *listen, const char *word)
{
	struct in6_addr in6;
	struct in_addr in;

	if (inet_pton(AF_INET, word, &in) == 1 && in.s_addr == htonl(INADDR_ANY))
		return &listen->any_ipv4;
	return inet_pton(AF_INET6, word, &in6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&in6) ? &listen->any_ipv6 : NULL;
}

static int add(struct listen *listen, const char *word)
{
	bool *any = any_of(listen, word);
	union address address;

	if (any) {
		int err = *any ? EINVAL : 0;

		*any = true;
		return err;
	}
	if (address_set(&address, word, 0) != 0 || listen->count == LISTEN_MAX || has(listen, &address))
		return EINVAL;
	address_print(&address, listen->each[listen->count++]);
	return 0;
}

static bool is_any(const struct listen *listen, int family)
{
	return family == AF_INET6 ? listen->any_ipv6 : listen->any_ipv4;
}

/* Of a family all or some. */
static bool is_clear(const struct listen *listen)
{
	for (unsigned i = 0; i < listen->count; i++) {
		if (is_any(listen, strchr(listen->each[i], ':') ? AF_INET6 : AF_INET))
			return false;
	}
	return listen_is_said(listen);
}

bool listen_is_said(const struct listen *listen)
{
	return listen->count || listen->any_ipv4 || listen->any_ipv6;
}

bool listen_has_family(const struct listen *listen, int family)
{
	bool has = is_any(listen, family);

	for (unsigned i = 0; i < listen->count; i++)
		has = has || !strchr(listen->each[i], ':') == (family == AF_INET);
	return has;
}

int listen_parse(struct listen *listen, const char *text)
{
	struct listen result = {0};
	char word[INET6_ADDRSTRLEN];

	for (;;) {
		size_t length = strcspn(text += strspn(text, " "), " ");

		if (!length)
			break;
		if (length >= sizeof(word))
			return EINVAL;
		memcpy(word, text, length);
		word[length] = '\0';
		if (add(&result, word) != 0)
			return EINVAL;
		text += length;
	}
	if (!is_clear(&result))
		return EINVAL;
	*listen = result;
	return 0;
}

/* From where packets to that address would go. */
static int source_of(union address *source, const union address *peer)
{
	int fd = socket(peer->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	union address to = *peer;
	socklen_t size = sizeof(*source);

	if (fd < 0)
		return errno;
	address_port_set(&to, 5060);
	if (connect(fd, &to.any, address_size(&to)) < 0 || getsockname(fd, &source->any, &size) < 0)
		err = errno;
	close(fd);
	return err;
}

static unsigned choose_for(const struct listen *listen, const union address *peer)
{
	unsigned chosen = listen->count;
	union address source, local;
	bool is_routed = source_of(&source, peer) == 0;

	for (unsigned i = 0; i < listen->count; i++) {
		if (address_set(&local, listen->each[i], 0) != 0)
			continue;
		if (is_routed && address_same_host(&local, &source))
			return i;
		if (chosen == listen->count && local.any.sa_family == peer->any.sa_family)
			chosen = i;
	}
	return chosen < listen->count ? chosen : 0;
}

/* NULL: they are names alone. */
static const union address *numeric_of(const struct servers *servers)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (!servers->each[i].name[0])
			return &servers->each[i].addr;
	}
	return NULL;
}

/* Somewhere in the world (RFC 5737, RFC 3849): nothing is sent there. */
static void somewhere(union address *peer, const struct listen *listen)
{
	(void)address_set(peer, listen->any_ipv4 ? "192.0.2.1" : "2001:db8::1", 0);
}

unsigned listen_choose(const struct listen *listen, const struct servers *servers)
{
	const union address *peer = numeric_of(servers);
	union address world;

	if (!peer && (listen->any_ipv4 || listen->any_ipv6)) {
		somewhere(&world, listen);
		peer = &world;
	}
	return peer ? choose_for(listen, peer) : 0;
}

int listen_resolve(struct listen *listen, const struct servers *servers)
{
	const union address *peer = numeric_of(servers);
	union address world, source;
	int err;

	if (!peer) {
		somewhere(&world, listen);
		peer = &world;
	}
	if (!is_any(listen, peer->any.sa_family))
		return 0;
	err = source_of(&source, peer);
	if (err || has(listen, &source))
		return err;
	if (listen->count == LISTEN_MAX)
		return ENOSPC;
	address_print(&source, listen->each[listen->count++]);
	return 0;
}
