/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS as SIP needs it (RFC 3261 s26.3, RFC 5922): TLS 1.2 at least, the server's chain and name verified, its name said (SNI), a
 * certificate of ours where there is one. One for all connections of a transport: which server the next one goes to is said
 * before it is made. Files are read at each handshake, so that a renewed one is taken up. Private to sip/; control thread.
 */
#ifndef TIPRING_SIP_TLS_H
#define TIPRING_SIP_TLS_H

#include "sip/agent.h"

struct ua_tls;
struct tls; /* libre's */

int ua_tls_alloc(struct ua_tls **uap, const struct ua_tls_config *config);
void ua_tls_free(struct ua_tls *ua);
struct tls *ua_tls_context(const struct ua_tls *ua);

/* Connections that are made from now on go to who has this name, or numeric address, in his certificate; NULL: nobody has. */
void ua_tls_expect(struct ua_tls *ua, const char *name);

/* Why the last handshake that failed did so, since this was asked; NULL: none has. Valid until the next. */
const char *ua_tls_refusal(struct ua_tls *ua);

#endif
