/* SPDX-License-Identifier: BSD-3-Clause */
/* What others tell outside calls: of a mailbox, and whether a scripted user is in a call. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/dialog_info.h"
#include "sip/probe.h"
#include "tests/flow/peer_private.h"

#define WATCH_MS 100 /* between two looks at a user */

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

/* ---- whether a scripted user's telephone is busy ---- */

struct ua_subscription {
	struct ua_account *account;
	struct ua_subscription_handlers handlers;
	void *arg;
	char user[PEER_NAME_MAX + 1];
	struct loop_timer *timer;
	bool asked, told_busy;
};

static void record_between(const char *method, bool out, unsigned status, const char *from, const char *to)
{
	struct peer_event event = {.out = out, .method = method, .status = status, .expires_s = -1};

	snprintf(event.from, sizeof(event.from), "%s", from);
	snprintf(event.to, sizeof(event.to), "%s", to);
	peer_record(peer_current(), &event);
}

/* He may end it in there. */
static void notify(struct ua_subscription *subscription, bool busy)
{
	char body[160];
	int length = snprintf(body, sizeof(body), "<dialog-info>%s</dialog-info>",
		busy ? "<dialog id=\"1\"><state>confirmed</state></dialog>" : "");
	const struct ua_notice notice = {body, (size_t)length};

	record_between("NOTIFY", false, 0, subscription->user, subscription->account->user);
	record_between("NOTIFY", true, 200, subscription->user, subscription->account->user);
	subscription->told_busy = busy;
	loop_timer_start(subscription->timer, WATCH_MS);
	subscription->handlers.notified(subscription, &notice, subscription->arg);
}

static void begin(struct ua_subscription *subscription)
{
	struct peer *peer = peer_current();
	struct peer_user *user = user_find(peer, subscription->user);

	subscription->asked = true;
	record_between("SUBSCRIBE", true, 0, subscription->account->user, subscription->user);
	record_between("SUBSCRIBE", false, user && peer->tells ? 200 : 489, subscription->account->user, subscription->user);
	if (user && peer->tells)
		notify(subscription, user->call);
	else
		subscription->handlers.changed(subscription, UA_SUBSCRIPTION_REFUSED, 489, "Bad Event", subscription->arg);
}

static void on_watch(void *arg)
{
	struct ua_subscription *subscription = arg;
	struct peer_user *user = user_find(peer_current(), subscription->user);

	if (!subscription->asked)
		begin(subscription);
	else if (user && subscription->told_busy != (user->call != NULL))
		notify(subscription, user->call);
	else
		loop_timer_start(subscription->timer, WATCH_MS);
}

int ua_subscription_begin(struct ua_subscription **subscriptionp, struct ua_account *account,
	const struct ua_subscribe_to *to, unsigned delay_ms, const struct ua_subscription_handlers *handlers, void *arg)
{
	struct ua_subscription *subscription = calloc(1, sizeof(*subscription));

	if (!subscription)
		return ENOMEM;
	subscription->account = account;
	subscription->handlers = *handlers;
	subscription->arg = arg;
	snprintf(subscription->user, sizeof(subscription->user), "%s", to->user ? to->user : account->user);
	if (loop_timer_alloc(&subscription->timer, peer_current()->loop, on_watch, subscription) != 0) {
		free(subscription);
		return ENOMEM;
	}
	loop_timer_start(subscription->timer, delay_ms);
	*subscriptionp = subscription;
	return 0;
}

void ua_subscription_end(struct ua_subscription *subscription)
{
	if (!subscription)
		return;
	loop_timer_free(subscription->timer);
	free(subscription);
}

void ua_subscription_renew(struct ua_subscription *subscription)
{
	(void)subscription;
}

/* Nobody here watches the gateway's lines. */
void ua_account_busy_set(struct ua_account *account, bool busy)
{
	(void)account;
	(void)busy;
}

struct ua_probe {
	struct ua_account *account;
	char user[PEER_NAME_MAX + 1];
	struct loop_timer *timer;
	ua_probe_h *handler;
	void *arg;
};

static void on_probe(void *arg)
{
	struct ua_probe probe = *(struct ua_probe *)arg;
	struct peer_user *user = user_find(peer_current(), probe.user);
	unsigned status = !user ? 404 : user->call ? 486 : 200;

	record_between("OPTIONS", false, status, probe.account->user, probe.user);
	ua_probe_cancel(arg);
	probe.handler(status, probe.arg);
}

int ua_probe_send(struct ua_probe **probep, struct ua_account *account, const char *user, struct ua_account *past,
	ua_probe_h *handler, void *arg)
{
	struct ua_probe *probe = calloc(1, sizeof(*probe));

	(void)past;
	if (!probe)
		return ENOMEM;
	probe->account = account;
	probe->handler = handler;
	probe->arg = arg;
	snprintf(probe->user, sizeof(probe->user), "%s", user);
	if (loop_timer_alloc(&probe->timer, peer_current()->loop, on_probe, probe) != 0) {
		free(probe);
		return ENOMEM;
	}
	record_between("OPTIONS", true, 0, account->user, user);
	loop_timer_start(probe->timer, 2 * peer_current()->delay_ms);
	*probep = probe;
	return 0;
}

void ua_probe_cancel(struct ua_probe *probe)
{
	if (!probe)
		return;
	loop_timer_free(probe->timer);
	free(probe);
}
