/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may want something of an account outside a dialog: its servers, the proxy that the registrar named as the first of the way to it
 * (Service-Route), the peers that the operator listed for it or for all
 * accounts, and this machine itself, whose address no other can send from. Everybody else is a stranger, and what becomes of
 * strangers is the operator's choice (enum ua_strangers). Within a dialog it is the dialog that counts. Private to sip/.
 *
 * Over UDP an address can be forged by who does not need the answers: a network that lets its neighbours do so has to filter
 * at its border.
 */
#ifndef TIPRING_SIP_AUTHORITY_H
#define TIPRING_SIP_AUTHORITY_H

#include "sip/agent_private.h"
#include "sip/peers.h"

/* Peers as they are listed, and where those are that are listed by name: of them the DNS is asked, and asked again. Who is not found
 * any more is not trusted any more. */
struct ua_trusted {
	struct ua_peers peers;
	struct ua_name *names[UA_PEER_NAMES_MAX]; /* as peers.names; NULL: by TLS */
};

/* text NULL or "": none, and *peersp is NULL. A libre object. */
int ua_authority_peers(struct ua_trusted **peersp, struct ua_agent *agent, const char *text);
bool ua_authority_lists(const struct ua_trusted *peers, const struct sa *addr);

/* Whether it comes from the account's server, which over TLS must have proved its name, or from a peer: then it is also believed what it
 * says of the caller. */
bool ua_authority_trusts(const struct ua_account *account, const struct sip_msg *msg);
/* Whether that is the address of such a one. */
bool ua_authority_trusts_at(const struct ua_account *account, const struct sa *addr);

/* An address as peers are compared with. */
void ua_authority_bytes(uint8_t bytes[UA_PEER_BYTES], const struct sa *addr);
/* Where the account's Service-Route begins; false: it has none. */
bool ua_authority_service_route(const struct ua_account *account, struct sa *addr);

/* Whether it is our own. */
bool ua_authority_is_here(const struct ua_agent *agent, const struct sa *addr);

/* Whether any account trusts the address, or it is our own. */
bool ua_authority_knows(const struct ua_agent *agent, const struct sa *addr);

/* A request outside any dialog; account: whom it is for, NULL: nobody here. true: it was answered, or dropped. */
bool ua_authority_refuses(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg);

/* Whether strangers get no answer at all, and it is from one. */
bool ua_authority_is_silent(const struct ua_agent *agent, const struct sip_msg *msg);

#endif
