/* SPDX-License-Identifier: BSD-3-Clause */
/* NOTIFYs that nobody subscribed to: from the account's own server or a listed peer, or not at all. */
#include <errno.h>

#include "sip/agent_private.h"
#include "sip/authority.h"
#include "sip/notice.h"

struct ua_unsolicited {
	struct ua_account *account; /* owns us */
	char *event, *accept;
	ua_notice_h *handler;
	void *arg;
	struct tmr deliver;
	struct ua_notice_slot notice;
};

static void destroy(void *arg)
{
	struct ua_unsolicited *unsolicited = arg;

	tmr_cancel(&unsolicited->deliver);
	mem_deref(unsolicited->notice.body);
	mem_deref(unsolicited->event);
	mem_deref(unsolicited->accept);
}

/* The handler may free the account, and us with it. */
static void on_deliver(void *arg)
{
	struct ua_unsolicited *unsolicited = arg;
	struct ua_notice_slot slot = unsolicited->notice;
	const struct ua_notice notice = ua_notice_of(&slot);

	unsolicited->notice.body = NULL;
	unsolicited->handler(unsolicited->account, &notice, unsolicited->arg);
	mem_deref(slot.body);
}

int ua_account_take_notices(struct ua_account *account, const char *event, const char *accept, ua_notice_h *handler, void *arg)
{
	struct ua_unsolicited *unsolicited;
	int err;

	account->unsolicited = mem_deref(account->unsolicited);
	if (!handler)
		return 0;
	unsolicited = mem_zalloc(sizeof(*unsolicited), destroy);
	err = unsolicited ? str_dup(&unsolicited->event, event) : ENOMEM;
	if (!err)
		err = str_dup(&unsolicited->accept, accept);
	if (err) {
		mem_deref(unsolicited);
		return err;
	}
	unsolicited->account = account;
	unsolicited->handler = handler;
	unsolicited->arg = arg;
	account->unsolicited = unsolicited;
	return 0;
}

void ua_unsolicited_received(struct ua_agent *agent, struct ua_account *account, const struct sip_msg *msg)
{
	struct ua_unsolicited *unsolicited = account->unsolicited;
	const struct ua_reply ok = {.status = 200, .phrase = "OK"};
	struct sip_strans *strans = NULL;

	if (!ua_authority_trusts(account, msg)) {
		ua_agent_refuse(agent, msg, 403, "Forbidden", NULL);
		return;
	}
	if (ua_notice_refuses(agent, msg, unsolicited->event, unsolicited->accept))
		return;
	if (ua_notice_take(&unsolicited->notice, msg)) {
		ua_agent_refuse(agent, msg, 500, "Server Internal Error", NULL);
		return;
	}
	tmr_start(&unsolicited->deliver, 0, on_deliver, unsolicited);
	(void)ua_transport_reply(agent->transport, &strans, msg, &ok, NULL);
}
