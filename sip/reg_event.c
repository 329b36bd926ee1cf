/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "sip/agent_private.h"
#include "sip/reg_info.h"

#define EXPIRES_S 3761 /* RFC 3680 s4.4 */

struct ua_reg_event {
	struct ua_account *account; /* owns us */
	struct ua_subscription *subscription; /* NULL: not asked for */
	bool told; /* a document came in this subscription ... */
	uint32_t version; /* ... with this number */
	bool named; /* ... and the last one that told of our Contact had it among those that live */
};

int ua_reg_event_alloc(struct ua_reg_event **eventp, struct ua_account *account)
{
	struct ua_reg_event *event = mem_zalloc(sizeof(*event), NULL);

	if (!event)
		return ENOMEM;
	event->account = account;
	*eventp = event;
	return 0;
}

/* What a document says of our Contact. */
struct own {
	const struct ua_account *account;
	bool lives; /* some entry of it does: others are of its past */
	bool named; /* there was one */
	struct ua_reg_contact contact; /* the last one that tells something */
};

static void on_contact(const struct ua_reg_contact *contact, void *arg)
{
	struct own *own = arg;
	struct sip_addr addr;
	struct pl uri;

	pl_set_str(&uri, contact->uri);
	if (sip_addr_decode(&addr, &uri) || !ua_registrar_is_own(own->account, &addr))
		return;
	own->named = true;
	if (contact->happening <= UA_REG_SHORTENED)
		own->lives = true;
	if (contact->happening == UA_REG_SHORTENED || (contact->happening && !own->lives))
		own->contact = *contact;
	else if (own->lives && own->contact.happening > UA_REG_SHORTENED)
		own->contact.happening = UA_REG_NOTHING;
}

/* Registrars exist that do not count full documents: they say all there is, and by their CSeq they come in order. */
static bool is_news(const struct ua_reg_event *event, const struct ua_reg_info *info)
{
	return !event->told || info->version > event->version || (!info->partial && info->version == event->version);
}

/* Registrars exist that pass over an expired Contact in silence. One that never named ours may write it in another way. */
static bool is_missed(struct ua_reg_event *event, const struct own *own, const struct ua_reg_info *info)
{
	bool missed = event->named && !own->named && !info->partial && info->whole;

	if (own->named || missed)
		event->named = own->lives;
	return missed;
}

/* A partial document that others were lost before says too little: with the next one all is told (s5.2). */
static void on_notified(struct ua_subscription *subscription, const struct ua_notice *notice, void *arg)
{
	struct ua_reg_event *event = arg;
	struct own own = {.account = event->account, .contact = {.happening = UA_REG_NOTHING}};
	struct ua_reg_info info;
	bool complete;

	if (ua_reg_info_parse(&info, notice->body, notice->length) || !is_news(event, &info))
		return;
	complete = !info.partial || (event->told && info.version == event->version + 1);
	event->told = true;
	event->version = info.version;
	if (!complete)
		ua_subscription_renew(subscription);
	ua_reg_info_contacts(notice->body, notice->length, on_contact, &own);
	if (is_missed(event, &own, &info))
		own.contact.happening = UA_REG_EXPIRED;
	ua_registrar_told(event->account->registrar, &own.contact);
}

/* Another one counts anew. */
static void on_changed(struct ua_subscription *subscription, enum ua_subscription_state state, unsigned status, const char *reason, void *arg)
{
	struct ua_reg_event *event = arg;

	(void)subscription;
	(void)status;
	(void)reason;
	if (state != UA_SUBSCRIPTION_ACTIVE && state != UA_SUBSCRIPTION_PENDING)
		event->told = event->named = false;
}

void ua_reg_event_start(struct ua_reg_event *event, bool again)
{
	static const struct ua_subscription_handlers handlers = {on_notified, on_changed};
	const struct ua_subscribe_to to = {.event = UA_REG, .accept = UA_REG_TYPE, .expires_s = EXPIRES_S};

	if (!event->subscription)
		(void)ua_subscription_begin(&event->subscription, event->account, &to, 0, &handlers, event);
	else if (again)
		ua_subscription_renew(event->subscription);
}

void ua_reg_event_stop(struct ua_reg_event *event)
{
	ua_subscription_end(event->subscription);
	event->subscription = NULL;
	event->told = event->named = false;
}

void ua_reg_event_drop(struct ua_reg_event *event)
{
	if (!event || !event->subscription)
		return;
	ua_subscription_drop(event->subscription);
	event->subscription = NULL;
}
