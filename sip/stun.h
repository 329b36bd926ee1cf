/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * STUN (RFC 8489) as a gateway needs it: a Binding request asks a server from where it sees packets of a socket come, a Binding
 * indication keeps an address translator's mapping of it. Messages alone: sockets, times and repetitions are the user's. Not libre's, which
 * wants the socket and allocates. No clock, no allocation. ua_stun_server says where a server is; control thread.
 */
#ifndef TIPRING_SIP_STUN_H
#define TIPRING_SIP_STUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UA_STUN_ID_BYTES  12 /* of a transaction */
#define UA_STUN_BYTES     20 /* of what is sent */
#define UA_STUN_BYTES_MAX 548 /* ... of what is read: the longest over an unknown path (s6.1), headers of IP and UDP left away */

/* From where the server sees us. */
struct ua_stun_mapped {
	uint8_t addr[16]; /* in the order of the network; IPv4: the first 4 */
	bool is_ipv6;
	uint16_t port;
};

/* Of a new transaction. It must not be guessed: who knows it can answer in the server's place. EIO: there is no randomness. */
int ua_stun_id(uint8_t id[UA_STUN_ID_BYTES]);
/* A whole message; of a repetition the id is the same. */
void ua_stun_request(uint8_t bytes[UA_STUN_BYTES], const uint8_t id[UA_STUN_ID_BYTES]);
/* ... that nobody answers. */
void ua_stun_indication(uint8_t bytes[UA_STUN_BYTES], const uint8_t id[UA_STUN_ID_BYTES]);

/* The success response to the request with that id. EBADMSG: no whole STUN message, or one that says nothing of the address; ENOENT: not an
 * answer to it; ECONNREFUSED: an error response, or one that has to be understood and is not (s6.3.3). mapped is untouched on failure. */
int ua_stun_answer(struct ua_stun_mapped *mapped, const uint8_t id[UA_STUN_ID_BYTES], const uint8_t *bytes, size_t length);

struct ua_agent;
struct ua_stun_server;

/* host: numeric, or a name, whose SRV (_stun._udp) and addresses of the agent's own family are asked of its DNS as long as this lives (s8);
 * with a port its addresses alone. port 0: not said. The agent outlives it. */
int ua_stun_server_alloc(struct ua_stun_server **serverp, struct ua_agent *agent, const char *host, uint16_t port);
void ua_stun_server_free(struct ua_stun_server *server);

#define UA_STUN_ADDR_MAX 46 /* INET6_ADDRSTRLEN */

/* Where it is: the best for 0, the others of its name after that, over and over. False: not known, or not yet. */
bool ua_stun_server_at(const struct ua_stun_server *server, unsigned which, char addr[UA_STUN_ADDR_MAX], uint16_t *port);

#endif
