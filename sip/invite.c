/* SPDX-License-Identifier: BSD-3-Clause */
/* The user's verbs, and the way of messages to the invite that they belong to. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/history.h"
#include "sip/identity.h"
#include "sip/invite_private.h"

/* Nothing finds it any more, and nothing of its own comes. */
static void stop(struct ua_invite *invite)
{
	hash_unlink(&invite->he);
	tmr_cancel(&invite->expires);
	tmr_cancel(&invite->ring);
	tmr_cancel(&invite->linger);
	ua_accepting_stop(invite);
	ua_reliable_stop(invite);
	ua_update_stop(invite);
	ua_timer_stop(invite);
	ua_reoffer_stop(invite);
	ua_refer_stop(invite);
	ua_info_stop(invite);
	ua_referral_forget(invite);
	ua_post_drop(invite);
}

static void destroy(void *arg)
{
	struct ua_invite *invite = arg;

	stop(invite);
	mem_deref(invite->reoffer.ack);
	mem_deref(invite->call_lines);
	mem_deref(invite->from);
	mem_deref(invite->early_text);
	mem_deref(invite->moved);
	list_flush(&invite->forks);
	mem_deref(invite->last_post);
	mem_deref(invite->request);
	mem_deref(invite->strans);
	mem_deref(invite->msg);
	mem_deref(invite->first);
	mem_deref(invite->started);
	mem_deref(invite->dialog);
	mem_deref(invite->credentials);
	mem_deref(invite->sdp_text);
	mem_deref(invite->account);
}

int ua_invite_new(struct ua_invite **invitep, struct ua_account *account)
{
	struct ua_invite *invite = mem_zalloc(sizeof(*invite), destroy);

	if (!invite)
		return ENOMEM;
	invite->agent = account->agent;
	invite->account = mem_ref(account);
	if (ua_post_reserve(invite)) {
		mem_deref(invite);
		return ENOMEM;
	}
	invite->sdp_id = rand_u32() & 0x7fffffff; /* some peers read 32 bits */
	invite->sdp_version = 1;
	*invitep = invite;
	return 0;
}

static const char *call_id_of(const struct ua_invite *invite)
{
	return invite->started ? invite->started->call_id : invite->dialog->call_id;
}

void ua_invite_enter(struct ua_invite *invite)
{
	hash_append(invite->agent->invites, hash_joaat_str(call_id_of(invite)), &invite->he, invite);
}

/* The agent goes: whoever still has a reference finds it without one. */
void ua_invite_drop(struct ua_invite *invite)
{
	stop(invite);
	invite->agent = NULL;
	invite->owned = false;
	invite->state = UA_INVITE_ENDED;
	invite->request = mem_deref(invite->request);
	invite->strans = mem_deref(invite->strans);
	mem_deref(invite);
}

static bool has_dialog(struct le *le, void *arg)
{
	const struct ua_invite *invite = le->data;

	return (invite->dialog && ua_dialog_has(invite->dialog, arg)) || ua_fork_find(invite, arg);
}

static bool has_started(struct le *le, void *arg)
{
	return ua_uac_owns(le->data, arg);
}

static bool has_reoffer(struct le *le, void *arg)
{
	return ua_reoffer_owns(le->data, arg);
}

static struct ua_invite *find(const struct ua_agent *agent, const struct sip_msg *msg,
	list_apply_h *matches)
{
	return list_ledata(hash_lookup(agent->invites, hash_joaat_pl(&msg->callid), matches,
		(void *)(uintptr_t)msg));
}

static bool has_sent(struct le *le, void *arg)
{
	const struct ua_invite *invite = le->data;
	const struct sip_msg *msg = arg;

	return invite->past_servers && !pl_strcmp(&msg->callid, call_id_of(invite));
}

bool ua_invite_is_ours(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return find(agent, msg, has_sent);
}

void ua_invite_response(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_invite *invite;

	if (msg->scode < 200 || msg->scode > 299)
		return;
	if ((invite = find(agent, msg, has_started)))
		ua_uac_2xx(invite, msg);
	else if ((invite = find(agent, msg, has_reoffer)))
		ua_reoffer_acknowledge_again(invite);
}

bool ua_invite_late_response(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_invite *invite = msg->scode < 300 ? find(agent, msg, has_started) : NULL;

	if (!invite || invite->state != UA_INVITE_ENDED)
		return false;
	ua_uac_2xx(invite, msg);
	return true;
}

static void on_ack(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event event = {.type = UA_EV_ACK, .msg = msg};

	if (invite->accepting.message && invite->accepting.cseq == msg->cseq.num)
		ua_invite_event(invite, &event);
}

/* Also after our own BYE, which it crossed. */
static void on_bye(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event event = {.type = UA_EV_BYE, .msg = msg};
	const struct ua_reply ok = {.status = 200, .phrase = "OK"};
	struct sip_strans *strans = NULL;

	(void)ua_transport_reply(invite->agent->transport, &strans, msg, &ok, NULL);
	ua_invite_event(invite, &event);
}

static void on_reinvite(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event event = {.type = UA_EV_REINVITE, .msg = msg};

	if (ua_invite_event(invite, &event))
		return;
	if (invite->state == UA_INVITE_ENDED)
		ua_agent_refuse(invite->agent, msg, 481, "Call/Transaction Does Not Exist", NULL);
	else
		ua_uas_refuse_busy(invite, msg);
}

/* In a dialog that is early still, or of a fork that was left. */
static void on_fork_request(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg)
{
	if (!ua_dialog_in_order(fork->dialog, msg))
		ua_agent_refuse(invite->agent, msg, 500, "CSeq Out Of Order", NULL);
	else if (!pl_strcmp(&msg->met, "UPDATE") && invite->state == UA_INVITE_CALLING)
		ua_update_received(invite, fork, msg);
	else
		ua_agent_refuse(invite->agent, msg, 481, "Call/Transaction Does Not Exist", NULL);
}

bool ua_invite_has(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return find(agent, msg, has_dialog);
}

bool ua_invite_request(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_invite *invite = pl_isset(&msg->to.tag) ? find(agent, msg, has_dialog) : NULL;

	if (!invite)
		return false;
	if (!pl_strcmp(&msg->met, "ACK"))
		on_ack(invite, msg);
	else if (!invite->dialog || !ua_dialog_has(invite->dialog, msg))
		on_fork_request(invite, ua_fork_find(invite, msg), msg);
	else if (!ua_dialog_in_order(invite->dialog, msg))
		ua_agent_refuse(agent, msg, 500, "CSeq Out Of Order", NULL);
	else if (!pl_strcmp(&msg->met, "BYE"))
		on_bye(invite, msg);
	else if (!pl_strcmp(&msg->met, "INVITE"))
		on_reinvite(invite, msg);
	else if (!pl_strcmp(&msg->met, "UPDATE"))
		ua_update_received(invite, NULL, msg);
	else if (!pl_strcmp(&msg->met, "PRACK"))
		ua_reliable_acknowledged(invite, msg);
	else if (!pl_strcmp(&msg->met, "REFER"))
		ua_referral_received(invite, msg);
	else if (!pl_strcmp(&msg->met, "NOTIFY"))
		ua_refer_notified(invite, msg);
	else if (!pl_strcmp(&msg->met, "INFO"))
		ua_info_received(invite, msg);
	else if (!pl_strcmp(&msg->met, "OPTIONS"))
		ua_agent_tell_abilities(agent, msg);
	else
		return false;
	return true;
}

/* For a call that is forwarded; else 0, as usual. */
static unsigned hops_left(const struct ua_call_to *to)
{
	const struct sip_msg *msg = to->forwards ? to->forwards->msg : NULL;

	if (!msg)
		return 0;
	return pl_isset(&msg->maxfwd) ? (unsigned)ua_text_number(&msg->maxfwd) - 1 : UA_MAX_FORWARDS - 1;
}

static int send_invite(struct ua_invite *invite, const struct ua_call_to *to, const char *to_uri,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	int err;

	invite->past_servers = to->account != NULL;

	invite->state = UA_INVITE_CALLING;
	invite->handlers = *handlers;
	invite->arg = arg;
	err = ua_uac_start(invite, to->account ? to->account->here : to_uri, to_uri, to->proxy, hops_left(to), offer);
	if (err)
		return err;
	invite->owned = true;
	ua_invite_enter(invite);
	return 0;
}

int ua_invite_send(struct ua_invite **invitep, struct ua_account *account, const char *user,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	const struct ua_call_to to = {.user = user, .replaces = "", .referred_by = ""};

	return ua_invite_send_to(invitep, account, &to, offer, handlers, arg);
}

static char *forward_lines_of(const struct ua_account *account, const struct ua_call_to *to)
{
	const struct ua_redirect redirect = {to->user, to->cause};

	if (!to->forwards)
		return ua_text_format("%s", "");
	return to->user ? ua_history_lines(account, to->forwards->msg, &redirect) :
		ua_history_lines_to(account, to->forwards->msg, to->cause, to->uri);
}

static char *lines_of(const struct ua_account *account, const struct ua_call_to *to)
{
	const char *after = !to->replaces[0] ? "" : to->requires_replaces ? "\r\nRequire: replaces\r\n" : "\r\n";
	char *forward = forward_lines_of(account, to), *identity = ua_identity_lines(account, to);
	char *lines = forward && identity ? ua_text_format("%s%s%s%s%s%s%s%s", to->replaces[0] ? "Replaces: " : "", to->replaces,
		after, to->referred_by[0] ? "Referred-By: " : "", to->referred_by,
		to->referred_by[0] ? "\r\n" : "", forward, identity) : NULL;

	mem_deref(identity);
	mem_deref(forward);
	return lines;
}

static bool is_sips(const struct ua_call_to *to)
{
	return !to->user && !strncasecmp(to->uri, "sips:", 5);
}

static bool is_address(const char *uri)
{
	return (!strncasecmp(uri, "sip:", 4) || !strncasecmp(uri, "sips:", 5)) && ua_text_is_line(uri) && !strpbrk(uri, " <>\"");
}

static bool is_valid(const struct ua_call_to *to)
{
	if (!ua_text_is_line(to->replaces) || !ua_text_is_line(to->referred_by) || (to->proxy && (!is_address(to->proxy) || !strncasecmp(to->proxy, "sips:", 5))))
		return false;
	if (to->user)
		return to->user[0] && strlen(to->user) <= UA_USER_MAX;
	return is_address(to->uri) || !strcmp(to->uri, UA_URI_EMERGENCY);
}

int ua_invite_send_to(struct ua_invite **invitep, struct ua_account *account, const struct ua_call_to *to,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	struct ua_invite *invite;
	char *uri;
	int err;

	if (!is_valid(to))
		return EINVAL;
	if (to->account && (err = ua_account_at(&account, account, to->account->agent)))
		return err;
	if (is_sips(to) && account->transport != SIP_TRANSP_TLS)
		return EPROTONOSUPPORT;
	if (to->forwards && to->forwards->state != UA_INVITE_OFFERED)
		return ENOTCONN;
	if (to->forwards && !hops_left(to))
		return ELOOP;
	err = ua_invite_new(&invite, account);
	if (err)
		return err;
	uri = to->user ? ua_text_format("%s:%H@%s", account->scheme, ua_print_user, to->user, account->domain)
		       : ua_text_format("%s", to->uri);
	invite->call_lines = lines_of(account, to);
	invite->from = ua_identity_from(account, to);
	invite->anonymous = ua_identity_is_hidden(account, to);
	invite->hurries = to->hurries;
	err = uri && invite->call_lines && invite->from ? send_invite(invite, to, uri, offer, handlers, arg) : ENOMEM;
	mem_deref(uri);
	if (err)
		mem_deref(invite);
	else
		*invitep = invite;
	return err;
}

void ua_invite_accept(struct ua_invite *invite, const struct ua_invite_handlers *handlers, void *arg)
{
	invite->handlers = *handlers;
	invite->arg = arg;
	invite->owned = true;
}

/* Without an offer of the caller's. */
static bool has_no_offer(const struct ua_invite *invite)
{
	struct ua_sdp offer;

	return ua_message_sdp(&offer, invite->msg) == ENODATA;
}

int ua_invite_ring(struct ua_invite *invite, bool waiting, const struct ua_sdp *offer)
{
	struct ua_event event = {.type = UA_EV_RING};
	char *text = NULL;

	if (invite->state != UA_INVITE_OFFERED)
		return ENOTCONN;
	invite->waiting = waiting;
	invite->early_text = mem_deref(invite->early_text);
	/* The first reliable response to an INVITE without offer has to bring one (RFC 3262 s5). */
	if (has_no_offer(invite) && ua_reliable_is_wanted(invite) && !invite->reliable.rseq) {
		text = ua_session_text(invite, offer);
		if (!text)
			return ENOMEM;
	}
	event.text = text;
	ua_invite_event(invite, &event);
	mem_deref(text);
	return 0;
}

int ua_invite_tell_forwarded(struct ua_invite *invite)
{
	if (invite->state != UA_INVITE_OFFERED)
		return ENOTCONN;
	/* It would have to be made sure of before anything else can be said. */
	if (!ua_reliable_is_wanted(invite))
		ua_uas_tell_forwarded(invite);
	return 0;
}

int ua_invite_progress(struct ua_invite *invite, const struct ua_sdp *answer)
{
	const struct ua_event event = {.type = UA_EV_RING};

	if (invite->state != UA_INVITE_OFFERED)
		return ENOTCONN;
	if (has_no_offer(invite))
		return EINVAL;
	mem_deref(invite->early_text);
	invite->early_text = ua_session_text(invite, answer);
	if (!invite->early_text)
		return ENOMEM;
	return ua_invite_event(invite, &event) ? 0 : ENOTCONN;
}

int ua_invite_answer(struct ua_invite *invite, const struct ua_sdp *sdp)
{
	struct ua_event event = {.type = UA_EV_PICK_UP};
	char *text;

	if (invite->state != UA_INVITE_OFFERED)
		return ENOTCONN;
	/* A description that a PRACK has settled, or is to settle, is not said again. */
	invite->reliable.pick_up_waits = invite->reliable.message && invite->reliable.describes;
	if (invite->reliable.pick_up_waits)
		return 0;
	if (invite->reliable.settled) {
		ua_invite_event(invite, &event);
		return 0;
	}
	event.offers = has_no_offer(invite);
	event.text = text = ua_session_text(invite, sdp);
	if (!text)
		return ENOMEM;
	ua_invite_event(invite, &event);
	mem_deref(text);
	return 0;
}

int ua_invite_offer(struct ua_invite *invite, const struct ua_sdp *offer)
{
	bool is_up = invite->state == UA_INVITE_TALKING;

	if (is_up && ua_reoffer_waits(invite))
		return ua_reoffer_replace(invite, offer);
	if (is_up && !ua_reoffer_is_busy(invite))
		return ua_reoffer_start(invite, offer);
	invite->reoffer.turned_down = invite->accepting.message != NULL;
	return is_up ? EBUSY : ENOTCONN;
}

/* The user's pointer is dead from here on. */
static void disown(struct ua_invite *invite, const struct ua_event *event)
{
	invite->owned = false;
	ua_referral_decline(invite);
	ua_update_refuse(invite, 487, "Request Terminated");
	ua_post_drop(invite);
	ua_invite_event(invite, event);
	ua_post_drop(invite);
	ua_invite_settle(invite);
}

void ua_invite_reject(struct ua_invite *invite, unsigned status, const char *phrase)
{
	const struct ua_event event = {.type = UA_EV_REJECT, .status = status, .phrase = phrase};

	disown(invite, &event);
}

int ua_invite_redirect(struct ua_invite *invite, const struct ua_redirect *redirect)
{
	struct ua_event event = {.type = UA_EV_REJECT, .status = 302, .phrase = "Moved Temporarily"};
	char *headers;

	if (invite->state != UA_INVITE_OFFERED)
		return ENOTCONN;
	if (!redirect->user || !redirect->user[0] || strlen(redirect->user) > UA_USER_MAX)
		return EINVAL;
	headers = ua_history_moved_lines(invite->account, invite->msg, redirect);
	if (!headers)
		return ENOMEM;
	event.headers = headers;
	disown(invite, &event);
	mem_deref(headers);
	return 0;
}

int ua_invite_give_up(struct ua_invite *invite)
{
	const struct ua_event event = {.type = UA_EV_HANG_UP};

	return invite->state == UA_INVITE_CALLING && ua_invite_event(invite, &event) ? 0 : ENOTCONN;
}

void ua_invite_end(struct ua_invite *invite, unsigned q850_cause)
{
	const struct ua_event event = {.type = UA_EV_HANG_UP, .q850_cause = q850_cause};

	disown(invite, &event);
}
