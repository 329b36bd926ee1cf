/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and networks as an operator lists them. Pure code; any thread. */
#ifndef TIPRING_SIP_PEERS_H
#define TIPRING_SIP_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#define UA_PEERS_MAX 32
#define UA_PEER_BYTES 16 /* of an IPv6 address, or of IPv4 mapped into it (RFC 4291 s2.5.5.2) */

struct ua_peers {
	struct ua_peer {
		uint8_t addr[UA_PEER_BYTES];
		uint8_t bits; /* of addr that count */
	} list[UA_PEERS_MAX];
	unsigned count;
};

/* "192.0.2.7, 198.51.100.0/24 2001:db8::/32", with blanks or commas between them; "": none. EINVAL: one of them is no numeric
 * address, or its length of prefix none of its family; E2BIG: they are too many. */
int ua_peers_parse(struct ua_peers *peers, const char *text);
bool ua_peers_have(const struct ua_peers *peers, const uint8_t addr[UA_PEER_BYTES]);

#endif
