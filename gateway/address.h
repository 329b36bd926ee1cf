/* SPDX-License-Identifier: BSD-3-Clause */
/* A numeric address and port of either family, as the sockets of sound and the configuration have it. Any thread. */
#ifndef TIPRING_GATEWAY_ADDRESS_H
#define TIPRING_GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* EINVAL: not numeric, without brackets; or none that one host can be reached at: unspecified, IPv4 mapped into IPv6,
 * link-local IPv6, which means nothing without an interface. */
int address_set(union address *address, const char *text, uint16_t port);

uint16_t address_port(const union address *address); /* 0 also when it was never set */
void address_port_set(union address *address, uint16_t port);
socklen_t address_size(const union address *address); /* for the socket calls */
bool address_is_private(const union address *address); /* no address of the public network: RFC 1918, 6598, 4193 */
bool address_same_host(const union address *a, const union address *b);
void address_print(const union address *address, char text[INET6_ADDRSTRLEN]); /* without port and brackets */

#endif
