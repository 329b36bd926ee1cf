/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a request must fulfil where somebody wants it to come over TLS all the way: who called a sips: URI, or an account that is one
 * (RFC 3261 s26.2.2, RFC 5630 s5.1.2). Each refuses with 480 and a Warning. Private to sip/.
 */
#ifndef TIPRING_SIP_SIPS_H
#define TIPRING_SIP_SIPS_H

#include "sip/agent_private.h"

/* To a sips: URI, but not over TLS. true: it is answered. */
bool ua_sips_came_openly(struct ua_agent *agent, const struct sip_msg *msg);
/* A request outside any dialog; account: whom it is for, NULL: nobody here. true: it is answered. */
bool ua_sips_refuses(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg);

#endif
