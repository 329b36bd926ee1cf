/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An account's subscription to its own registrations (RFC 3680): a registrar that takes our binding away, or shortens it, is heard at once
 * rather than with the next refresh. Other telephones' bindings are none of our business. Private to sip/.
 */
#ifndef TIPRING_SIP_REG_EVENT_H
#define TIPRING_SIP_REG_EVENT_H

struct ua_account;
struct ua_reg_event;

/* A libre object; nothing is asked for yet. */
int ua_reg_event_alloc(struct ua_reg_event **eventp, struct ua_account *account);
/* The account is registered; again: it was not before, and the server may have forgotten the subscription. */
void ua_reg_event_start(struct ua_reg_event *event, bool again);
/* The account leaves: the subscription is taken back. */
void ua_reg_event_stop(struct ua_reg_event *event);
/* The account, or the agent, goes. NULL: nothing. */
void ua_reg_event_drop(struct ua_reg_event *event);

#endif
