/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether somebody's telephone is busy (RFC 4235): the body application/dialog-info+xml, of which only that much is read and written. Who
 * watches learns neither with whom the watched one talks nor since when. And who may watch an account of ours. Control thread.
 */
#ifndef TIPRING_SIP_DIALOG_INFO_H
#define TIPRING_SIP_DIALOG_INFO_H

#include "sip/account.h"

#define UA_DIALOG       "dialog" /* the package */
#define UA_DIALOG_TYPE  "application/dialog-info+xml"

/* *busy: a dialog stands there that is not terminated; of a partial document only the dialogs in it count. EBADMSG: no such document. Pure. */
int ua_dialog_info_parse(bool *busy, const char *text, size_t length);

/* Watchers of an account are told from the first call on: SUBSCRIBE from its own server, a listed peer or this agent's address (403
 * for others); at most UA_WATCHERS_OF_ACCOUNT and UA_WATCHERS_MAX (503, Retry-After); each gets one NOTIFY a second at most. Before,
 * and for other packages: 489. While busy, OPTIONS to the account is answered with 486, as a call would be (RFC 3261 s11.2). */
void ua_account_busy_set(struct ua_account *account, bool busy);

#define UA_WATCHERS_OF_ACCOUNT 8
#define UA_WATCHERS_MAX        256
#define UA_WATCH_MIN_S         60   /* a shorter subscription is refused: 423 */
#define UA_WATCH_MAX_S         3600 /* ... a longer one shortened */
#define UA_WATCH_PACE_MS       1000

#endif
