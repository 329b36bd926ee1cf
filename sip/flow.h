/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a registration is reached by (a flow, RFC 5626 s3.1), and whether it lives. A connection is pinged by two line ends, which a
 * server answers by one (s3.5.1, s4.4.1): once for all registrations that it has, as often as the most demanding of them wants. By UDP
 * the server is asked by STUN from where it sees us (s3.5.2, s4.4.2).
 *
 * libre's own pings would come as often as the first registration on a connection wanted, for ever, and close it whenever they are not
 * answered, where servers of before RFC 5626 answer none. Private to sip/.
 */
#ifndef TIPRING_SIP_FLOW_H
#define TIPRING_SIP_FLOW_H

#include <re.h>

#define UA_PONG_MS      10000u /* RFC 5626 s4.4.1 */
#define UA_PING_MAX_S   86400u

struct ua_flow_watch;

/* Once: it is gone. shared: how many registrations lose it at once. The handler may not free the transport; the watch is of no use
 * any more. */
typedef void ua_flow_lost_h(unsigned shared, void *arg);

struct ua_flow_terms {
	unsigned ping_s; /* how often it is pinged at the least; 0: never. Each time it is 80 to 100 % of that (RFC 5626 s4.4) */
	bool answers;    /* the server has said that it answers pings: one that is not answered is the end of the flow. Else only once
	                  * another was answered, and by UDP nothing is pinged */
};

/* Of what msg came by. A libre object: mem_deref ends the watch, but not from within its handler. ENOTSUP: there is nothing to watch. */
int ua_flow_watch(struct ua_flow_watch **watchp, struct list *flows, struct sip *sip, const struct sip_msg *msg,
	const struct ua_flow_terms *terms, ua_flow_lost_h *handler, void *arg);
/* A ping was answered: the flow was more than a registration that got through (RFC 5626 s4.5). */
bool ua_flow_was_answered(const struct ua_flow_watch *watch);

#endif
