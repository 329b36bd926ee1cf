/* SPDX-License-Identifier: BSD-3-Clause */
/* What the server tells outside calls: NOTIFY. This peer grants no subscription. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/flow/peer_private.h"

int ua_account_take_notices(struct ua_account *account, const char *event, const char *accept, ua_notice_h *handler, void *arg)
{
	(void)event;
	(void)accept;
	account->notice = handler;
	account->notice_arg = arg;
	return 0;
}

static void record(const struct ua_account *account, bool out, unsigned status)
{
	struct peer_event event = {.out = out, .method = "NOTIFY", .status = status, .expires_s = -1};

	snprintf(event.from, sizeof(event.from), "%s", account->user);
	snprintf(event.to, sizeof(event.to), "%s", account->user);
	peer_record(peer_current(), &event);
}

void messages_tell(struct ua_account *account, unsigned fresh, unsigned old)
{
	char body[96];
	int length = snprintf(body, sizeof(body), "Messages-Waiting: %s\r\nVoice-Message: %u/%u\r\n", fresh ? "yes" : "no", fresh,
		old);
	const struct ua_notice notice = {body, (size_t)length};

	record(account, false, 0);
	record(account, true, account->notice ? 200 : 481);
	if (account->notice)
		account->notice(account, &notice, account->notice_arg);
}

int ua_subscription_begin(struct ua_subscription **subscriptionp, struct ua_account *account,
	const struct ua_subscribe_to *to, unsigned delay_ms, const struct ua_subscription_handlers *handlers, void *arg)
{
	(void)subscriptionp;
	(void)account;
	(void)to;
	(void)delay_ms;
	(void)handlers;
	(void)arg;
	return ENOTSUP;
}

void ua_subscription_end(struct ua_subscription *subscription)
{
	(void)subscription;
}

void ua_subscription_renew(struct ua_subscription *subscription)
{
	(void)subscription;
}
