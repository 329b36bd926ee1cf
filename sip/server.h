/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A server, by its address and over TLS by its name, as all accounts of an agent know it: whether it answers. One that let an INVITE, or a request
 * to itself, unanswered is lost: no request waits for it any more, and it is asked by OPTIONS until it answers. The accounts hear of both.
 * Private to sip/.
 */
#ifndef TIPRING_SIP_SERVER_H
#define TIPRING_SIP_SERVER_H

#include "sip/hop.h"
#include "sip/target.h"

struct ua_agent;
struct ua_account;
struct ua_dialog;
struct ua_request;

/* A libre object: mem_deref. */
struct ua_server {
	struct le le; /* in agent->servers */
	struct ua_agent *agent; /* NULL: gone */
	struct ua_hop hop;
	struct ua_health health;
	struct tmr next;
	unsigned refusals;     /* of OPTIONS, in a row */
	bool asks_registrar;   /* the question is a REGISTER */
	uint64_t by_udp_until; /* what is large goes by UDP too: it does not take TCP */
	struct ua_dialog *dialog;
	struct ua_request *probe;
};

/* The one with that address and name, or a new one. */
int ua_server_get(struct ua_server **serverp, struct ua_agent *agent, const struct ua_hop *hop);
/* NULL: none of an account's. */
struct ua_server *ua_server_find(const struct ua_agent *agent, const struct ua_hop *hop);
bool ua_hop_is_same(const struct ua_hop *a, const struct ua_hop *b);

/* Whether that answer to OPTIONS comes from one that serves: 2xx, or what only who read the request and would route it says. A server
 * that starts or stops answers 5xx, and 403 may be meant for us. Pure. A lost one that so refuses OPTIONS is asked by REGISTER. */
bool ua_server_serves(unsigned status);
/* It did not answer, or could not be reached. */
void ua_server_lose(struct ua_server *server);
/* It answered 503 with Retry-After. */
void ua_server_shun(struct ua_server *server, unsigned seconds);
/* The agent goes. */
void ua_server_drop(struct ua_server *server);

#endif
