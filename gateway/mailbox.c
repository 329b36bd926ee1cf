/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/log.h"
#include "gateway/mailbox.h"

#define EXPIRES_S 3600 /* RFC 3842 s3.4 */

struct mailbox {
	const struct config_account *config;
	struct ua_account *account;
	struct ua_subscription *subscription; /* NULL: not asked for */
	struct ua_message_summary summary;
	bool registered;
	mailbox_h *changed;
	void *arg;
};

static void take(struct mailbox *mailbox, const struct ua_notice *notice)
{
	struct ua_message_summary summary;

	if (!notice->length)
		return;
	if (ua_message_summary_parse(&summary, notice->body, notice->length) != 0) {
		gw_log(GW_LOG_NOTICE, mailbox->config->name, "the server tells of the mailbox what cannot be understood");
		return;
	}
	gw_log(GW_LOG_INFO, mailbox->config->name, "messages %s: %u new, %u old", summary.waiting ? "wait" : "do not wait",
		summary.voice_new, summary.voice_old);
	mailbox->summary = summary;
	mailbox->changed(&mailbox->summary, mailbox->arg);
}

static void on_unsolicited(struct ua_account *account, const struct ua_notice *notice, void *arg)
{
	(void)account;
	take(arg, notice);
}

static void on_notified(struct ua_subscription *subscription, const struct ua_notice *notice, void *arg)
{
	(void)subscription;
	take(arg, notice);
}

static void on_changed(struct ua_subscription *subscription, enum ua_subscription_state state, unsigned status,
	const char *reason, void *arg)
{
	static const char *const names[] = {
		[UA_SUBSCRIPTION_TRYING] = "asked for", [UA_SUBSCRIPTION_ACTIVE] = "told", [UA_SUBSCRIPTION_PENDING] = "not told yet",
		[UA_SUBSCRIPTION_FAILED] = "not to be had now", [UA_SUBSCRIPTION_REFUSED] = "refused",
	};
	struct mailbox *mailbox = arg;
	bool good = state < UA_SUBSCRIPTION_FAILED;

	(void)subscription;
	gw_log(good ? GW_LOG_INFO : GW_LOG_WARNING, mailbox->config->name, "the mailbox's messages are %s: %u %s", names[state],
		status, reason);
}

int mailbox_alloc(struct mailbox **mailboxp, const struct config_account *config, struct ua_account *account,
	mailbox_h *changed, void *arg)
{
	struct mailbox *mailbox = calloc(1, sizeof(*mailbox));
	int err = 0;

	if (!mailbox)
		return ENOMEM;
	mailbox->config = config;
	mailbox->account = account;
	mailbox->changed = changed;
	mailbox->arg = arg;
	if (config->mwi == CONFIG_MWI_UNSOLICITED)
		err = ua_account_take_notices(account, UA_MESSAGE_SUMMARY, UA_MESSAGE_SUMMARY_TYPE, on_unsolicited, mailbox);
	if (err)
		free(mailbox);
	else
		*mailboxp = mailbox;
	return err;
}

void mailbox_free(struct mailbox *mailbox)
{
	if (!mailbox)
		return;
	ua_subscription_end(mailbox->subscription);
	(void)ua_account_take_notices(mailbox->account, UA_MESSAGE_SUMMARY, UA_MESSAGE_SUMMARY_TYPE, NULL, NULL);
	free(mailbox);
}

static void subscribe(struct mailbox *mailbox)
{
	static const struct ua_subscription_handlers handlers = {on_notified, on_changed};
	const char *user = mailbox->config->mailbox.text;
	const struct ua_subscribe_to to = {
		.user = *user ? user : NULL, .event = UA_MESSAGE_SUMMARY, .accept = UA_MESSAGE_SUMMARY_TYPE, .expires_s = EXPIRES_S,
	};
	int err = ua_subscription_begin(&mailbox->subscription, mailbox->account, &to, 0, &handlers, mailbox);

	if (err)
		gw_log(GW_LOG_ERROR, mailbox->config->name, "the mailbox cannot be asked: %s", strerror(err));
}

void mailbox_registration(struct mailbox *mailbox, bool well)
{
	bool back = well && !mailbox->registered;

	mailbox->registered = well;
	if (!back || mailbox->config->mwi != CONFIG_MWI_SUBSCRIBE)
		return;
	if (mailbox->subscription)
		ua_subscription_renew(mailbox->subscription);
	else
		subscribe(mailbox);
}
