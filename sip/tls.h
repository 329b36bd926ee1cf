/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS as SIP needs it (RFC 3261 s26.3, RFC 5922): TLS 1.2 at least, the server's chain and name verified, its name said (SNI), a
 * certificate of ours where there is one. One for all connections of a transport: which server the next one goes to is said
 * before it is made, and afterwards who has proved to be at its other end. Files are read at each handshake, so that a renewed one is taken
 * up. Private to sip/; control thread.
 */
#ifndef TIPRING_SIP_TLS_H
#define TIPRING_SIP_TLS_H

#include <re.h>

#include "sip/agent.h"
#include "sip/hop.h"

struct ua_tls;
struct tls; /* libre's */

int ua_tls_alloc(struct ua_tls **uap, const struct ua_tls_config *config);
void ua_tls_free(struct ua_tls *ua);
struct tls *ua_tls_context(const struct ua_tls *ua);

/* Whether it is us who show a certificate, and others must prove who they are. */
bool ua_tls_has_certificate(const struct ua_tls *ua);
bool ua_tls_verifies(const struct ua_tls *ua);

/* Connections that are made from now on go to who has this name, or numeric address, in his certificate; NULL: nobody has, or who connects
 * to us. lane is kept with them. */
void ua_tls_expect(struct ua_tls *ua, const char *name, unsigned lane);

/* A connection that stands or is being made. It is gone with its handle in OpenSSL. */
struct ua_tls_link {
	struct le le; /* in ua_tls_links */
	struct ssl_st *ssl;
	const struct tcp_conn *tcp; /* compared, never read */
	struct sa local, peer;
	char name[UA_TLS_NAME_MAX + 1]; /* that it was made to; "": the peer made it */
	unsigned lane; /* of one that we made */
};
const struct list *ua_tls_links(const struct ua_tls *ua);
/* NULL: not by TLS, or gone. */
const struct ua_tls_link *ua_tls_link_of(const struct ua_tls *ua, const struct sip_msg *msg);
/* Whether its peer has proved to bear that name, or numeric address (RFC 5922 s7). */
bool ua_tls_link_has_name(const struct ua_tls_link *link, const char *name);

/* Why the last handshake that failed did so, since this was asked; NULL: none has. Valid until the next. */
const char *ua_tls_refusal(struct ua_tls *ua);

#endif
