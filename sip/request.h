/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One that is too large for a datagram goes by TCP instead (RFC 3261 s18.1.1), unless whoever named the next hop named UDP too; where
 * TCP is refused, or nothing is answered by it for UA_TCP_PATIENCE_MS, by UDP after all, and a server that does so gets everything by UDP
 * for UA_TCP_PAUSE_MS.
 *
 * A request on its way, and the servers that it may go to. One that answers nothing for failover_s, answers 503 (3xx or 5xx to a REGISTER) or
 * cannot be reached is left for the next: the same request with another branch (RFC 3263 s4.3). An INVITE that was left is cancelled as soon as a 1xx
 * comes, and a 2xx to it gets ACK and BYE; nobody else hears of that. Private to sip/.
 */
#ifndef TIPRING_SIP_REQUEST_H
#define TIPRING_SIP_REQUEST_H

#include "sip/server.h"

#define UA_DATAGRAM_MAX    1300u /* bytes of a request; the way's MTU is not known */
#define UA_TCP_PATIENCE_MS 2000u
#define UA_TCP_PAUSE_MS    (10 * 60 * 1000u)

struct ua_agent;
struct ua_request;
struct ua_outgoing;

struct ua_request_plan {
	struct ua_account *account;
	const struct ua_dialog *dialog;
	const struct ua_outgoing *outgoing;
	struct ua_hop hop;  /* where it goes when it may not go elsewhere */
	struct mbuf *content; /* all headers but Via, then the body */
};

/* *requestp becomes NULL before the final response or error is told; mem_deref(*requestp) silences it. EHOSTUNREACH: no server is
 * known. */
int ua_request_send(struct ua_request **requestp, const struct ua_request_plan *plan, sip_resp_h *handler, void *arg);
/* CANCEL, held back until a 1xx came; the final response still is told. */
void ua_request_cancel(struct ua_request *request);
/* A 2xx that no transaction knows; true: to an INVITE that was left. */
bool ua_request_left_response(struct ua_agent *agent, const struct sip_msg *msg);

#endif
