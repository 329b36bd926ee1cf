/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses, networks and names as an operator lists them. Pure code; any thread. */
#ifndef TIPRING_SIP_PEERS_H
#define TIPRING_SIP_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#define UA_PEERS_MAX 32
#define UA_PEER_NAMES_MAX 8
#define UA_PEER_NAME_MAX  127 /* bytes */
#define UA_PEER_BYTES 16 /* of an IPv6 address, or of IPv4 mapped into it (RFC 4291 s2.5.5.2) */

struct ua_peers {
	struct ua_peer {
		uint8_t addr[UA_PEER_BYTES];
		uint8_t bits; /* of addr that count */
	} list[UA_PEERS_MAX];
	unsigned count;
	struct ua_peer_name {
		char name[UA_PEER_NAME_MAX + 1];
		bool by_tls; /* who proves to have it; else who has its addresses */
	} names[UA_PEER_NAMES_MAX];
	unsigned name_count;
};

/* "192.0.2.7, 198.51.100.0/24 2001:db8::/32 sip.example.com tls:sip.example.com", with blanks or commas between them; "": none. EINVAL: one
 * of them is neither an address nor a name, or its length of prefix none of its family; E2BIG: they are too many. */
int ua_peers_parse(struct ua_peers *peers, const char *text);
/* Whether an address or network has it. */
bool ua_peers_have(const struct ua_peers *peers, const uint8_t addr[UA_PEER_BYTES]);

#endif
