/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the servers of a name are (RFC 3263): NAPTR, SRV, then A or AAAA, whichever the agent's own address is. Asked of the DNS as long as
 * somebody uses the name: anew when the least TTL of what it said is over. What it said last stands until it says something else. The loop
 * never waits. Private to sip/.
 */
#ifndef TIPRING_SIP_RESOLVER_H
#define TIPRING_SIP_RESOLVER_H

#include <re.h>

#include "sip/hop.h"
#include "sip/target.h"

#define UA_NAME_TTL_MIN_S   30u    /* an answer is kept at least so long */
#define UA_NAME_TTL_MAX_S   86400u /* ... and at most */
#define UA_NAME_RETRY_S     30u    /* after an answer that helped nobody */

struct ua_agent;

enum ua_service {
	UA_SERVICE_SIP,
	UA_SERVICE_STUN, /* over UDP; has no NAPTR (RFC 8489 s8) */
};

struct ua_place {
	struct ua_hop hop;
	uint16_t priority, weight; /* of its SRV */
};

/* A libre object that all accounts share: mem_deref. */
struct ua_name {
	struct le le; /* in agent->names */
	struct ua_agent *agent; /* NULL: gone */
	char *host;
	uint16_t port; /* 0: not said, NAPTR and SRV tell */
	enum sip_transp type;
	enum ua_service service;
	struct ua_place places[UA_TARGETS_MAX]; /* as the DNS listed them */
	unsigned count;
	bool asked; /* the DNS has answered once, or failed to */
	bool failed; /* the last time it did not say where they are: places are what it said before */
	struct ua_question *question;
	struct tmr again;
	struct ua_search *search; /* under way */
};

/* The one with that name, or a new one, which is asked for at once. */
int ua_name_get(struct ua_name **namep, struct ua_agent *agent, const char *host, uint16_t port, enum sip_transp type);
/* ... of STUN. */
int ua_name_get_stun(struct ua_name **namep, struct ua_agent *agent, const char *host, uint16_t port);
/* The agent goes. */
void ua_name_drop(struct ua_name *name);

#endif
