/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "gateway/address.h"

static bool is_reachable(const struct in6_addr *addr)
{
	return !IN6_IS_ADDR_UNSPECIFIED(addr) && !IN6_IS_ADDR_V4MAPPED(addr) && !IN6_IS_ADDR_LINKLOCAL(addr);
}

int address_set(union address *address, const char *text, uint16_t port)
{
	union address result;

	memset(&result, 0, sizeof(result));
	if (inet_pton(AF_INET, text, &result.in.sin_addr) == 1 && result.in.sin_addr.s_addr != htonl(INADDR_ANY))
		result.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &result.in6.sin6_addr) == 1 && is_reachable(&result.in6.sin6_addr))
		result.any.sa_family = AF_INET6;
	else
		return EINVAL;
	address_port_set(&result, port);
	*address = result;
	return 0;
}

/* The port is at the same place in either. */
_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port), "port");

uint16_t address_port(const union address *address)
{
	return ntohs(address->in.sin_port);
}

void address_port_set(union address *address, uint16_t port)
{
	address->in.sin_port = htons(port);
}

socklen_t address_size(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->in6) : sizeof(address->in);
}

bool address_is_private(const union address *address)
{
	static const struct {
		uint32_t prefix, mask;
	} networks[] = {
		{0x0a000000, 0xff000000}, {0xac100000, 0xfff00000}, {0xc0a80000, 0xffff0000}, {0x64400000, 0xffc00000},
	};

	if (address->any.sa_family == AF_INET6)
		return (address->in6.sin6_addr.s6_addr[0] & 0xfe) == 0xfc;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		if ((ntohl(address->in.sin_addr.s_addr) & networks[i].mask) == networks[i].prefix)
			return true;
	}
	return false;
}

bool address_same_host(const union address *a, const union address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return IN6_ARE_ADDR_EQUAL(&a->in6.sin6_addr, &b->in6.sin6_addr);
	return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
}

void address_print(const union address *address, char text[INET6_ADDRSTRLEN])
{
	const void *addr = address->any.sa_family == AF_INET6 ? (const void *)&address->in6.sin6_addr :
		(const void *)&address->in.sin_addr;

	text[0] = 0;
	inet_ntop(address->any.sa_family, addr, text, INET6_ADDRSTRLEN);
}
