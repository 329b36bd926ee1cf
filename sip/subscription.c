/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The subscriber's side (RFC 6665 s4.1). A SUBSCRIBE begins it, the first NOTIFY makes its dialog, whether it comes before the 2xx or
 * after it (s4.4.1); without one within 64*T1 it has failed (timer N).
 */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/notice.h"

#define RETRY_FIRST_MS    30000u
#define RETRY_MAX_MS      1800000u
#define REFUSED_MS        3600000u
#define RETRY_AFTER_MAX_S 3600u
#define SETTLED_MS        60000u /* what lasted so long was no failure: the next pause is the first again */
#define REFRESH_MIN_MS    5000u  /* however soon the notifier wants it to expire */
#define JITTER_PERCENT    10u
#define MIN_EXPIRES_MAX   3      /* how often one subscription may be called too brief */

struct ua_subscription {
	struct le le; /* in agent->subscription_list */
	struct le he; /* in agent->subscriptions */
	struct ua_account *account;
	struct ua_subscription_handlers handlers;
	void *arg;
	bool owned;   /* the user holds a pointer */
	bool leaving; /* Expires: 0 was sent */
	char *target, *to, *event, *accept;
	bool past_servers;
	unsigned expires_s;         /* asked for */
	unsigned too_brief;         /* 423s in a row */
	unsigned failures;          /* in a row */
	struct ua_dialog *started;  /* what the first SUBSCRIBE said; NULL: between two attempts */
	struct ua_dialog *dialog;   /* NULL: no NOTIFY yet */
	struct ua_request *request;
	struct ua_attempt attempt;
	struct tmr next;            /* refresh, or next attempt */
	struct tmr expiry;          /* timer N, then the end of what was granted */
	struct tmr settled;
	uint32_t granted_s;         /* by a 2xx */

	struct tmr deliver;
	bool told;                  /* the state below */
	enum ua_subscription_state state;
	unsigned status;
	char reason[UA_TEXT_MAX];
	struct ua_notice_slot notice;
};

static void destroy(void *arg)
{
	struct ua_subscription *subscription = arg;

	list_unlink(&subscription->le);
	hash_unlink(&subscription->he);
	tmr_cancel(&subscription->next);
	tmr_cancel(&subscription->expiry);
	tmr_cancel(&subscription->settled);
	tmr_cancel(&subscription->deliver);
	mem_deref(subscription->request);
	mem_deref(subscription->started);
	mem_deref(subscription->dialog);
	mem_deref(subscription->notice.body);
	mem_deref(subscription->target);
	mem_deref(subscription->to);
	mem_deref(subscription->event);
	mem_deref(subscription->accept);
	mem_deref(subscription->account);
}

static void deliver_state(struct ua_subscription *subscription)
{
	char reason[UA_TEXT_MAX];

	str_ncpy(reason, subscription->reason, sizeof(reason));
	subscription->told = true;
	if (subscription->handlers.changed)
		subscription->handlers.changed(subscription, subscription->state, subscription->status, reason,
			subscription->arg);
}

static void deliver_notice(struct ua_subscription *subscription)
{
	struct ua_notice_slot slot = subscription->notice;
	const struct ua_notice notice = ua_notice_of(&slot);

	subscription->notice.body = NULL;
	if (subscription->handlers.notified)
		subscription->handlers.notified(subscription, &notice, subscription->arg);
	mem_deref(slot.body);
}

/* A handler may end it, or free the agent. */
static void on_deliver(void *arg)
{
	struct ua_subscription *subscription = mem_ref(arg);

	if (!subscription->told)
		deliver_state(subscription);
	if (subscription->owned && subscription->notice.body)
		deliver_notice(subscription);
	mem_deref(subscription);
}

static void post(struct ua_subscription *subscription)
{
	if (subscription->owned)
		tmr_start(&subscription->deliver, 0, on_deliver, subscription);
}

static void tell(struct ua_subscription *subscription, enum ua_subscription_state state, unsigned status, const char *reason)
{
	if (subscription->told && subscription->state == state && subscription->status == status)
		return;
	subscription->told = false;
	subscription->state = state;
	subscription->status = status;
	str_ncpy(subscription->reason, reason, sizeof(subscription->reason));
	post(subscription);
}

/* Nothing is under way any more, and nothing is there. */
static void forget(struct ua_subscription *subscription)
{
	hash_unlink(&subscription->he);
	tmr_cancel(&subscription->next);
	tmr_cancel(&subscription->expiry);
	tmr_cancel(&subscription->settled);
	subscription->request = mem_deref(subscription->request);
	subscription->started = mem_deref(subscription->started);
	subscription->dialog = mem_deref(subscription->dialog);
}

static void on_next(void *arg);

static void again_in(struct ua_subscription *subscription, uint64_t ms)
{
	uint64_t spread = ms * JITTER_PERCENT / 100;

	tmr_start(&subscription->next, ms + rand_u32() % (spread + 1), on_next, subscription);
}

static uint64_t pause_ms(struct ua_subscription *subscription, uint32_t retry_after_s)
{
	uint64_t ms = RETRY_FIRST_MS;

	for (unsigned i = 0; i < subscription->failures && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	subscription->failures++;
	return MAX(MIN(ms, RETRY_MAX_MS), 1000ull * MIN(retry_after_s, RETRY_AFTER_MAX_S));
}

static void failed(struct ua_subscription *subscription, unsigned status, const char *reason, uint32_t retry_after_s)
{
	forget(subscription);
	tell(subscription, UA_SUBSCRIPTION_FAILED, status, reason);
	again_in(subscription, pause_ms(subscription, retry_after_s));
}

static void refused(struct ua_subscription *subscription, unsigned status, const char *reason)
{
	forget(subscription);
	tell(subscription, UA_SUBSCRIPTION_REFUSED, status, reason);
	again_in(subscription, REFUSED_MS);
}

/* The notifier lost it and would have it again: at once, but not over and over. */
static void lost(struct ua_subscription *subscription, const char *reason)
{
	if (subscription->failures) {
		failed(subscription, 0, reason, 0);
		return;
	}
	forget(subscription);
	subscription->failures = 1;
	tell(subscription, UA_SUBSCRIPTION_TRYING, 0, reason);
	again_in(subscription, 0);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_subscribe(struct ua_subscription *subscription)
{
	struct ua_dialog *dialog = subscription->dialog ? subscription->dialog : subscription->started;
	char *extra = ua_text_format("Contact: <%s>\r\nEvent: %s\r\nAccept: %s\r\nExpires: %u\r\nAllow: " UA_ALLOW "\r\n",
		ua_account_contact(subscription->account, dialog, false), subscription->event, subscription->accept,
		subscription->leaving ? 0 : subscription->expires_s);
	const struct ua_outgoing outgoing = {
		.method = "SUBSCRIBE",
		.cseq = ++dialog->local_cseq,
		.extra = extra,
		.to_server = !subscription->dialog && !subscription->past_servers,
	};
	int err = ENOMEM;

	subscription->request = mem_deref(subscription->request);
	if (extra)
		err = ua_agent_request(&subscription->request, subscription->account, dialog, &outgoing, on_response,
			subscription);
	mem_deref(extra);
	return err;
}

static void on_expiry(void *arg)
{
	struct ua_subscription *subscription = arg;

	if (subscription->leaving)
		mem_deref(subscription);
	else if (subscription->dialog)
		lost(subscription, "Expired");
	else
		failed(subscription, 408, "No NOTIFY Came", 0);
}

static void begin(struct ua_subscription *subscription)
{
	int err = subscription->account->agent ? 0 : ECANCELED;

	forget(subscription);
	subscription->attempt = (struct ua_attempt){0};
	subscription->too_brief = 0;
	subscription->granted_s = 0;
	tell(subscription, UA_SUBSCRIPTION_TRYING, 0, "");
	if (!err)
		err = ua_dialog_start(&subscription->started, subscription->account->address, subscription->to,
			subscription->target);
	if (!err && !subscription->past_servers)
		err = ua_dialog_preload(subscription->started, subscription->account->services);
	if (!err) {
		hash_append(subscription->account->agent->subscriptions, hash_joaat_str(subscription->started->call_id),
			&subscription->he, subscription);
		err = send_subscribe(subscription);
	}
	if (err)
		failed(subscription, 0, "Not Sent", 0);
	else
		tmr_start(&subscription->expiry, UA_TIMEOUT_MS, on_expiry, subscription);
}

static void refresh(struct ua_subscription *subscription)
{
	subscription->attempt = (struct ua_attempt){0};
	subscription->too_brief = 0;
	if (send_subscribe(subscription))
		again_in(subscription, RETRY_FIRST_MS);
}

static void on_next(void *arg)
{
	struct ua_subscription *subscription = arg;

	if (subscription->dialog)
		refresh(subscription);
	else
		begin(subscription);
}

static void on_settled(void *arg)
{
	struct ua_subscription *subscription = arg;

	subscription->failures = 0;
}

/* With a quarter of the time left, or a little earlier so that many do not come at once. */
static void lasts(struct ua_subscription *subscription, uint32_t seconds)
{
	uint64_t ms;

	seconds = MIN(seconds, UA_SUBSCRIBE_MAX_S);
	ms = MAX(750ull * seconds, REFRESH_MIN_MS);
	tmr_start(&subscription->expiry, 1000ull * seconds, on_expiry, subscription);
	tmr_start(&subscription->next, ms - rand_u32() % (ms * JITTER_PERCENT / 100 + 1), on_next, subscription);
}

static void granted(struct ua_subscription *subscription, const struct sip_msg *msg)
{
	subscription->granted_s = ua_message_number(msg, SIP_HDR_EXPIRES, subscription->expires_s);
	if (!subscription->granted_s)
		failed(subscription, msg->scode, "Subscription Not Kept", 0);
	else if (subscription->dialog)
		lasts(subscription, subscription->granted_s);
}

static bool too_brief(struct ua_subscription *subscription, const struct sip_msg *msg)
{
	uint32_t least = ua_message_number(msg, SIP_HDR_MIN_EXPIRES, 0);

	if (least <= subscription->expires_s || least > UA_SUBSCRIBE_MAX_S || subscription->too_brief++ == MIN_EXPIRES_MAX)
		return false;
	subscription->expires_s = least;
	return !send_subscribe(subscription);
}

static bool is_refusal(unsigned status)
{
	static const unsigned refusals[] = {401, 403, 404, 405, 407, 410, 416, 484, 485, 489, 501, 603, 604};

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		if (refusals[i] == status)
			return true;
	}
	return false;
}

/* What a refresh came to that was not accepted: it lasts until it expires (s4.1.2.2). */
static void refresh_failed(struct ua_subscription *subscription, uint32_t retry_after_s)
{
	again_in(subscription, MAX(RETRY_FIRST_MS, 1000ull * MIN(retry_after_s, RETRY_AFTER_MAX_S)));
}

static void on_refusal(struct ua_subscription *subscription, const struct sip_msg *msg)
{
	uint32_t retry_after_s = ua_message_number(msg, SIP_HDR_RETRY_AFTER, 0);
	bool challenge = msg->scode == 401 || msg->scode == 407;
	char phrase[UA_TEXT_MAX];

	ua_text_copy(phrase, sizeof(phrase), &msg->reason);
	if (challenge && !ua_agent_challenged(subscription->account, &subscription->attempt, msg) &&
	    !send_subscribe(subscription))
		return;
	if (subscription->leaving)
		mem_deref(subscription);
	else if (msg->scode == 423 && too_brief(subscription, msg))
		return;
	else if (is_refusal(msg->scode))
		refused(subscription, msg->scode, phrase);
	else if (msg->scode == 481 && subscription->dialog)
		lost(subscription, phrase);
	else if (subscription->dialog)
		refresh_failed(subscription, retry_after_s);
	else
		failed(subscription, msg->scode, phrase, retry_after_s);
}

static void on_silence(struct ua_subscription *subscription, int err)
{
	if (subscription->leaving)
		mem_deref(subscription);
	else if (subscription->dialog)
		refresh_failed(subscription, 0);
	else
		failed(subscription, err == ETIMEDOUT ? 408 : 0, err == ETIMEDOUT ? "Request Timeout" : "Not Sent", 0);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_subscription *subscription = arg;

	if (err)
		on_silence(subscription, err);
	else if (msg->scode >= 300)
		on_refusal(subscription, msg);
	else if (msg->scode >= 200 && !subscription->leaving)
		granted(subscription, msg);
}

enum again {
	AGAIN_LATER, /* also for a reason that we do not know, or none (s4.1.3) */
	AGAIN_AT_ONCE,
	AGAIN_NEVER,
};

static enum again again_after(const struct pl *reason)
{
	static const struct {
		const char *reason;
		enum again again;
	} rows[] = {
		{"deactivated", AGAIN_AT_ONCE}, {"timeout", AGAIN_AT_ONCE}, {"probation", AGAIN_LATER},
		{"giveup", AGAIN_LATER}, {"rejected", AGAIN_NEVER}, {"noresource", AGAIN_NEVER},
		{"invariant", AGAIN_NEVER},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!pl_strcasecmp(reason, rows[i].reason))
			return rows[i].again;
	}
	return AGAIN_LATER;
}

static void terminated(struct ua_subscription *subscription, const struct ua_notice_state *state)
{
	char reason[UA_TEXT_MAX];

	ua_text_copy(reason, sizeof(reason), &state->reason);
	switch (again_after(&state->reason)) {
	case AGAIN_AT_ONCE:
		lost(subscription, reason);
		break;
	case AGAIN_LATER:
		failed(subscription, 0, reason, state->retry_after_s);
		break;
	case AGAIN_NEVER:
		refused(subscription, 0, reason);
		break;
	}
}

static void goes_on(struct ua_subscription *subscription, const struct ua_notice_state *state, bool first)
{
	bool pending = !pl_strcasecmp(&state->state, "pending");
	uint32_t seconds = state->expires_s;

	if (seconds == UINT32_MAX && first)
		seconds = subscription->granted_s ? subscription->granted_s : subscription->expires_s;
	if (seconds != UINT32_MAX)
		lasts(subscription, MAX(seconds, 1u));
	if (first)
		tmr_start(&subscription->settled, SETTLED_MS, on_settled, subscription);
	tell(subscription, pending ? UA_SUBSCRIPTION_PENDING : UA_SUBSCRIPTION_ACTIVE, 200, "OK");
}

static bool awaits(struct le *le, void *arg)
{
	const struct ua_subscription *subscription = le->data;
	const struct sip_msg *msg = arg;

	if (subscription->dialog)
		return ua_dialog_has(subscription->dialog, msg);
	return !pl_strcmp(&msg->callid, subscription->started->call_id) &&
		!pl_strcmp(&msg->to.tag, subscription->started->local_tag) && pl_isset(&msg->from.tag);
}

static struct ua_subscription *find(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return list_ledata(hash_lookup(agent->subscriptions, hash_joaat_pl(&msg->callid), awaits, (void *)(uintptr_t)msg));
}

bool ua_subscription_has(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return find(agent, msg);
}

/* Before anything changes: what cannot be taken, or not yet. */
static bool holds_back(struct ua_agent *agent, struct ua_subscription *subscription, const struct sip_msg *msg)
{
	if (ua_notice_refuses(agent, msg, subscription->event, subscription->accept))
		return true;
	if (!subscription->dialog && ua_dialog_fork(&subscription->dialog, subscription->started, msg)) {
		ua_agent_refuse(agent, msg, 400, "Bad Contact Or Record-Route", NULL);
		return true;
	}
	if (ua_dialog_in_order(subscription->dialog, msg))
		return false;
	ua_agent_refuse(agent, msg, 500, "CSeq Out Of Order", NULL);
	return true;
}

bool ua_subscription_notified(struct ua_agent *agent, const struct sip_msg *msg)
{
	const struct ua_reply ok = {.status = 200, .phrase = "OK"};
	struct ua_subscription *subscription = find(agent, msg);
	struct sip_strans *strans = NULL;
	struct ua_notice_state state;
	bool first;

	if (!subscription)
		return false;
	first = !subscription->dialog;
	if (holds_back(agent, subscription, msg))
		return true;
	(void)ua_dialog_refresh(subscription->dialog, msg);
	if (subscription->owned && !ua_notice_take(&subscription->notice, msg))
		post(subscription);
	(void)ua_transport_reply(agent->transport, &strans, msg, &ok, NULL);
	ua_notice_state(&state, msg);
	if (pl_strcasecmp(&state.state, "terminated")) {
		if (!subscription->leaving)
			goes_on(subscription, &state, first);
	} else if (subscription->leaving) {
		mem_deref(subscription);
	} else {
		terminated(subscription, &state);
	}
	return true;
}

static int fill(struct ua_subscription *subscription, const struct ua_subscribe_to *to)
{
	struct ua_account *account = subscription->account;
	int err = re_sdprintf(&subscription->to, "<%s:%H@%s>", account->scheme, ua_print_user, to->user ? to->user : account->user,
		account->domain);

	if (!err && to->account)
		err = str_dup(&subscription->target, to->account->here);
	else if (!err)
		err = re_sdprintf(&subscription->target, "%s:%H@%s", account->scheme, ua_print_user, to->user ? to->user : account->user,
			account->domain);
	if (!err)
		err = str_dup(&subscription->event, to->event);
	return err ? err : str_dup(&subscription->accept, to->accept);
}

int ua_subscription_begin(struct ua_subscription **subscriptionp, struct ua_account *account,
	const struct ua_subscribe_to *to, unsigned delay_ms, const struct ua_subscription_handlers *handlers, void *arg)
{
	struct ua_subscription *subscription;
	int err;

	if (to->user && (!to->user[0] || strlen(to->user) > UA_USER_MAX))
		return EINVAL;
	if (to->account && (err = ua_account_at(&account, account, to->account->agent)))
		return err;
	subscription = mem_zalloc(sizeof(*subscription), destroy);
	if (!subscription)
		return ENOMEM;
	subscription->account = mem_ref(account);
	subscription->handlers = *handlers;
	subscription->arg = arg;
	subscription->owned = subscription->told = true;
	subscription->past_servers = to->account;
	subscription->expires_s = MAX(UA_SUBSCRIBE_MIN_S, MIN(to->expires_s, UA_SUBSCRIBE_MAX_S));
	err = fill(subscription, to);
	if (err) {
		mem_deref(subscription);
		return err;
	}
	list_append(&account->agent->subscription_list, &subscription->le, subscription);
	tmr_start(&subscription->next, delay_ms, on_next, subscription);
	*subscriptionp = subscription;
	return 0;
}

void ua_subscription_end(struct ua_subscription *subscription)
{
	if (!subscription)
		return;
	subscription->owned = false;
	subscription->leaving = true;
	tmr_cancel(&subscription->deliver);
	tmr_cancel(&subscription->next);
	tmr_cancel(&subscription->settled);
	subscription->attempt = (struct ua_attempt){0};
	if (subscription->dialog && !send_subscribe(subscription))
		tmr_start(&subscription->expiry, UA_TIMEOUT_MS, on_expiry, subscription);
	else
		mem_deref(subscription); /* a NOTIFY that comes yet finds nobody: 481 */
}

void ua_subscription_drop(struct ua_subscription *subscription)
{
	subscription->owned = false;
	list_unlink(&subscription->le);
	forget(subscription);
	mem_deref(subscription);
}

void ua_subscription_renew(struct ua_subscription *subscription)
{
	if (!subscription->request && (subscription->dialog || !subscription->started))
		tmr_start(&subscription->next, 0, on_next, subscription);
}
