/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom any account trusts, in one place, so that a stranger's request is not compared with a thousand accounts one by one: the addresses of all
 * servers and Service-Routes, sorted, and each list of peers once. Put together anew when somebody asks after an account has
 * changed. Private to sip/.
 */
#ifndef TIPRING_SIP_KNOWN_H
#define TIPRING_SIP_KNOWN_H

#include "sip/agent_private.h"

struct ua_known {
	bool fresh;
	uint8_t (*addrs)[UA_PEER_BYTES];
	size_t addr_count, addr_room;
	const struct ua_trusted **peers; /* the accounts' */
	size_t peers_count, peers_room;
};

/* A libre object. */
int ua_known_alloc(struct ua_known **knownp);
/* An account came or went, has other servers, or a Service-Route. */
void ua_known_outdate(struct ua_known *known);
/* ENOMEM: it could not be put together, and every account has to be asked. */
int ua_known_has(const struct ua_agent *agent, const struct sa *addr, bool *hasp);

#endif
