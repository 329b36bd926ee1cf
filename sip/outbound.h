/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An account's part in managing the connections that the client initiates (RFC 5626): what its REGISTER says of itself, what the
 * registrar said to that, and how long to wait after a failure. One flow is kept, reg-id 1. Private to sip/.
 */
#ifndef TIPRING_SIP_OUTBOUND_H
#define TIPRING_SIP_OUTBOUND_H

#include "sip/flow.h"

#define UA_FLOW_TCP_S 120u /* how often a flow is pinged where the server does not say (RFC 5626 s4.4.1) */
#define UA_FLOW_UDP_S 29u  /* ... (s4.4.2) */

struct ua_outbound {
	char *instance;  /* URN; NULL: none, then nothing of this is asked for */
	bool wanted;
	bool refused;    /* by 439, until the account starts anew */
	bool in_force;   /* the registrar has the flow, by the last 2xx */
	unsigned flow_timer_s; /* ... and wants to hear of it so often; 0: it did not say */
	unsigned keepalive_s;  /* the account's own wish, of a connection; 0: none */
};

bool ua_outbound_is_asked(const struct ua_outbound *outbound);
/* Whether these parameters of a Contact in a 2xx say that it is our flow's. */
bool ua_outbound_is_ours(const struct ua_outbound *outbound, const struct pl *params);
/* From a 2xx to REGISTER. */
void ua_outbound_take(struct ua_outbound *outbound, const struct sip_msg *msg);
void ua_outbound_forget(struct ua_outbound *outbound);
/* For mbuf_printf's %H: "" or the parameters of our Contact, from their first semicolon on. */
int ua_outbound_print(struct re_printf *pf, const struct ua_outbound *outbound);
struct ua_flow_terms ua_outbound_terms(const struct ua_outbound *outbound, enum sip_transp transport);
/* How long to wait after that many failures in a row (s4.5). */
uint64_t ua_outbound_wait_ms(unsigned failures);

#endif
