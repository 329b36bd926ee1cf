/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An account's mailbox: how many messages wait in it, as its server tells by itself or is asked to tell (mwi in tipring.conf). Control
 * thread.
 */
#ifndef TIPRING_GATEWAY_MAILBOX_H
#define TIPRING_GATEWAY_MAILBOX_H

#include "gateway/config/config.h"
#include "sip/message_summary.h"
#include "sip/subscription.h"

struct mailbox;

/* What it holds has changed. */
typedef void mailbox_h(const struct ua_message_summary *summary, void *arg);

/* Both outlive it. */
int mailbox_alloc(struct mailbox **mailboxp, const struct config_account *config, struct ua_account *account,
	mailbox_h *changed, void *arg);
/* Takes the subscription back. */
void mailbox_free(struct mailbox *mailbox);

/* What became of the account's registration: with the first one that goes well the server is asked, and again with one after a failure,
 * since a server that was away may have forgotten. */
void mailbox_registration(struct mailbox *mailbox, bool well);

#endif
