/* SPDX-License-Identifier: BSD-3-Clause */
/* The notifier's side (RFC 6665 s4.2), for the package dialog alone: who watches an account is told when it becomes busy or free. */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/authority.h"
#include "sip/dialog_info.h"
#include "sip/notice.h"

struct ua_watcher {
	struct le le; /* in agent->watchers */
	struct ua_account *account;
	struct ua_dialog *dialog;
	struct ua_request *request; /* one NOTIFY at a time */
	struct ua_attempt attempt;
	struct tmr expiry, pace;
	bool due;       /* a NOTIFY is, as soon as it may be sent */
	bool owed;      /* ... whatever the state is: a SUBSCRIBE came (s4.2.1.2) */
	bool told_busy; /* what the last one said */
	bool ended;     /* the next one is the last */
	unsigned version;
};

static void destroy(void *arg)
{
	struct ua_watcher *watcher = arg;

	list_unlink(&watcher->le);
	tmr_cancel(&watcher->expiry);
	tmr_cancel(&watcher->pace);
	mem_deref(watcher->request);
	mem_deref(watcher->dialog);
	mem_deref(watcher->account);
}

static int print_escaped(struct re_printf *pf, const char *text)
{
	static const char special[] = "&<>\"'";
	int err = 0;

	for (; *text && !err; text++) {
		if (strchr(special, *text))
			err = re_hprintf(pf, "&#%u;", (unsigned)(unsigned char)*text);
		else
			err = pf->vph(text, 1, pf->arg);
	}
	return err;
}

static char *body_of(struct ua_watcher *watcher)
{
	const struct ua_account *account = watcher->account;
	char *entity = ua_text_format("%s:%H@%s", account->scheme, ua_print_user, account->user, account->domain);
	char *body = NULL;

	if (entity)
		body = ua_text_format("<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" "
			"version=\"%u\" state=\"full\" entity=\"%H\">\r\n%s</dialog-info>\r\n", watcher->version, print_escaped, entity,
			account->busy ? "<dialog id=\"1\"><state>confirmed</state></dialog>\r\n" : "");
	mem_deref(entity);
	return body;
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_notify(struct ua_watcher *watcher)
{
	char extra[UA_EXTRA_MAX], state[64] = "terminated;reason=timeout";
	char *body = body_of(watcher);
	const struct ua_outgoing outgoing = {
		.method = "NOTIFY", .cseq = ++watcher->dialog->local_cseq, .extra = extra, .body = body, .type = UA_DIALOG_TYPE,
	};
	int err = body ? 0 : ENOMEM;

	if (!watcher->ended)
		(void)re_snprintf(state, sizeof(state), "active;expires=%llu", tmr_get_expire(&watcher->expiry) / 1000);
	if (re_snprintf(extra, sizeof(extra), "Contact: <%s>\r\nEvent: " UA_DIALOG "\r\nSubscription-State: %s\r\n",
		    ua_account_contact(watcher->account, watcher->dialog, false), state) < 0)
		err = EOVERFLOW;
	if (!err)
		err = ua_agent_request(&watcher->request, watcher->account, watcher->dialog, &outgoing, on_response, watcher);
	if (!err)
		watcher->version++;
	mem_deref(body);
	return err;
}

static void on_pace(void *arg);

/* Sends what is due, when that is allowed; what changed and changed back meanwhile is not told. */
static void settle(struct ua_watcher *watcher)
{
	if (!watcher->due || watcher->request || (tmr_isrunning(&watcher->pace) && !watcher->ended))
		return;
	watcher->due = watcher->owed = false;
	watcher->told_busy = watcher->account->busy;
	watcher->attempt = (struct ua_attempt){0};
	tmr_start(&watcher->pace, UA_WATCH_PACE_MS, on_pace, watcher);
	if (send_notify(watcher))
		mem_deref(watcher);
}

static void on_pace(void *arg)
{
	settle(arg);
}

/* Who does not want to know, or is not there, is not told any more (s4.2.2). */
static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_watcher *watcher = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    !ua_agent_challenged(watcher->account, &watcher->attempt, msg) && !send_notify(watcher))
		return;
	if (err || msg->scode >= 300 || (watcher->ended && !watcher->due))
		mem_deref(watcher);
	else
		settle(watcher);
}

static void end(struct ua_watcher *watcher)
{
	tmr_cancel(&watcher->expiry);
	watcher->ended = watcher->due = true;
	settle(watcher);
}

static void on_expiry(void *arg)
{
	end(arg);
}

static bool may_watch(const struct ua_account *account, const struct sip_msg *msg)
{
	return ua_authority_trusts(account, msg) ||
		sa_cmp(&msg->src, ua_transport_local(account->agent->transport), SA_ADDR);
}

static bool has_room(const struct ua_account *account)
{
	unsigned count = 0;
	struct le *le;

	LIST_FOREACH(&account->agent->watchers, le) {
		const struct ua_watcher *watcher = le->data;

		count += watcher->account == account;
	}
	return count < UA_WATCHERS_OF_ACCOUNT && list_count(&account->agent->watchers) < UA_WATCHERS_MAX;
}

static int watcher_new(struct ua_watcher **watcherp, struct ua_account *account, const struct sip_msg *msg)
{
	struct ua_watcher *watcher = mem_zalloc(sizeof(*watcher), destroy);
	int err;

	if (!watcher)
		return ENOMEM;
	watcher->account = mem_ref(account);
	err = ua_dialog_accept(&watcher->dialog, msg);
	if (err) {
		mem_deref(watcher);
		return err;
	}
	list_append(&account->agent->watchers, &watcher->le, watcher);
	*watcherp = watcher;
	return 0;
}

static uint32_t expires_of(const struct sip_msg *msg)
{
	return MIN(pl_isset(&msg->expires) ? ua_text_number(&msg->expires) : UA_WATCH_MAX_S, UA_WATCH_MAX_S);
}

/* 200, and the NOTIFY that follows at once (s4.2.1.2). */
static void grant(struct ua_agent *agent, struct ua_watcher *watcher, const struct sip_msg *msg)
{
	uint32_t expires_s = expires_of(msg);
	char *headers = ua_text_format("Contact: <%s>\r\nExpires: %u\r\n", ua_account_contact(watcher->account, watcher->dialog, false), expires_s);
	const struct ua_reply reply = {.status = 200, .phrase = "OK", .headers = headers};
	struct sip_strans *strans = NULL;

	(void)ua_transport_reply(agent->transport, &strans, msg, &reply, NULL);
	mem_deref(headers);
	if (!expires_s) {
		end(watcher);
		return;
	}
	tmr_start(&watcher->expiry, 1000ull * expires_s, on_expiry, watcher);
	watcher->due = watcher->owed = true;
	settle(watcher);
}

/* What it wants must be something that we grant. */
static bool refuses(struct ua_agent *agent, const struct sip_msg *msg, bool tells)
{
	uint32_t expires_s = expires_of(msg);
	char header[64];

	(void)re_snprintf(header, sizeof(header), "Min-Expires: %u\r\n", UA_WATCH_MIN_S);
	if (!tells || !ua_notice_is_about(msg, UA_DIALOG))
		ua_agent_refuse(agent, msg, 489, "Bad Event", "Allow-Events: " UA_DIALOG "\r\n");
	else if (expires_s && expires_s < UA_WATCH_MIN_S)
		ua_agent_refuse(agent, msg, 423, "Interval Too Brief", header);
	else
		return false;
	return true;
}

void ua_watcher_subscribed(struct ua_agent *agent, struct ua_account *account, const struct sip_msg *msg)
{
	struct ua_watcher *watcher;
	int err;

	if (!may_watch(account, msg)) {
		ua_agent_refuse(agent, msg, 403, "Forbidden", NULL);
		return;
	}
	if (refuses(agent, msg, account->tells_busy))
		return;
	if (!has_room(account)) {
		ua_agent_refuse(agent, msg, 503, "Too Many Subscriptions", "Retry-After: 60\r\n");
		return;
	}
	err = watcher_new(&watcher, account, msg);
	if (err)
		ua_agent_refuse(agent, msg, err == ENOMEM ? 500 : 400, err == ENOMEM ? "Server Internal Error" : "Bad Request", NULL);
	else
		grant(agent, watcher, msg);
}

static struct ua_watcher *find(const struct ua_agent *agent, const struct sip_msg *msg)
{
	struct le *le;

	LIST_FOREACH(&agent->watchers, le) {
		struct ua_watcher *watcher = le->data;

		if (!watcher->ended && ua_dialog_has(watcher->dialog, msg))
			return watcher;
	}
	return NULL;
}

bool ua_watcher_has(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return find(agent, msg);
}

bool ua_watcher_refreshed(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_watcher *watcher = find(agent, msg);

	if (!watcher)
		return false;
	if (!ua_dialog_in_order(watcher->dialog, msg))
		ua_agent_refuse(agent, msg, 500, "CSeq Out Of Order", NULL);
	else if (!refuses(agent, msg, true))
		grant(agent, watcher, msg);
	return true;
}

void ua_account_busy_set(struct ua_account *account, bool busy)
{
	struct le *le = account->agent ? list_head(&account->agent->watchers) : NULL;

	account->tells_busy = true;
	if (account->busy == busy)
		return;
	account->busy = busy;
	while (le) {
		struct ua_watcher *watcher = le->data;

		le = le->next;
		if (watcher->account != account || watcher->ended)
			continue;
		watcher->due = watcher->owed || watcher->told_busy != busy;
		settle(watcher);
	}
}
