/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking a stranger who calls for the account's own credentials (RFC 3261 s22.1, RFC 7616, RFC 8760). Nothing is remembered of him: the
 * nonce says when it was made, for which address and which call, and only we could have written it. Private to sip/.
 */
#ifndef TIPRING_SIP_PROOF_H
#define TIPRING_SIP_PROOF_H

#include "sip/agent_private.h"

#define UA_PROOF_S 60 /* how long a nonce may be answered */

/* Answers a request without good credentials: 401, with stale=true to those that are good but old, and 403 to those that are wrong. account
 * NULL: who is not here has none. false: they are good. */
bool ua_proof_refuses(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg);

#endif
