/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a call was forwarded: Diversion (RFC 5806) and History-Info (RFC 7044), read from an INVITE and
 * written into the 302 that forwards it once more. Private to sip/.
 */
#ifndef TIPRING_SIP_HISTORY_H
#define TIPRING_SIP_HISTORY_H

#include "sip/agent_private.h"
#include "sip/invite.h"

#define UA_DIVERSIONS_MAX 99   /* more are counted as so many */
#define UA_HISTORY_MAX    2048 /* bytes of the entries of each header that are kept; older ones go first */

/* How often the call was forwarded before it came here: what the counters of Diversion add up to, or the
 * entries of History-Info that have a cause, whichever is more. */
unsigned ua_history_count(const struct sip_msg *msg);

/* The account is one of those who forwarded the call, as either header tells. */
bool ua_history_names(const struct ua_account *account, const struct sip_msg *msg);

/* The header lines by which the account tells that it forwards the call of msg, in a 302 or in the INVITE to the new target:
 * Diversion, History-Info. NULL without memory. mem_deref it. */
char *ua_history_lines(const struct ua_account *account, const struct sip_msg *msg,
	const struct ua_redirect *redirect);
/* ... where the target is that URI. */
char *ua_history_lines_to(const struct ua_account *account, const struct sip_msg *msg, enum ua_forward_cause cause, const char *target);
/* ... and the Contact of a 302 before them. */
char *ua_history_moved_lines(const struct ua_account *account, const struct sip_msg *msg,
	const struct ua_redirect *redirect);

#endif
