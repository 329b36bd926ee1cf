/* SPDX-License-Identifier: BSD-3-Clause */
/* Who we say that calls, in an INVITE of ours. Private to sip/. */
#ifndef TIPRING_SIP_IDENTITY_H
#define TIPRING_SIP_IDENTITY_H

#include "sip/agent_private.h"
#include "sip/invite.h"

/* Value of From without its tag: the account; nobody, where who calls hides; or, of a call that is forwarded, its own caller, where the
 * account has him shown and always to a line of ours. mem_deref it; NULL: no memory. */
char *ua_identity_from(const struct ua_account *account, const struct ua_call_to *to);
bool ua_identity_is_hidden(const struct ua_account *account, const struct ua_call_to *to);

/* The lines that say it beside From, as the account wants (struct ua_account_config); what its server alone is to know
 * goes to no other line of ours (to->account). mem_deref it; NULL: no memory. */
char *ua_identity_lines(const struct ua_account *account, const struct ua_call_to *to);

#endif
