/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking somebody whether he could take a call, without calling him: OPTIONS, which is to be answered as an INVITE would be (RFC 3261 s11.2).
 * Servers that answer in his stead say nothing by it. Control thread.
 */
#ifndef TIPRING_SIP_PROBE_H
#define TIPRING_SIP_PROBE_H

#include "sip/account.h"

struct ua_probe;

/* The last word: status of the answer, 408 when nobody answered, 0 when it could not be sent. The pointer is dead then. */
typedef void ua_probe_h(unsigned status, void *arg);

/* user, as of ua_invite_send, at the account's domain; past: that account of any agent is asked past every server, or NULL. EINVAL: no such user. */
int ua_probe_send(struct ua_probe **probep, struct ua_account *account, const char *user, struct ua_account *past,
	ua_probe_h *handler, void *arg);
/* No handler comes any more. NULL: nothing. */
void ua_probe_cancel(struct ua_probe *probe);

#endif
