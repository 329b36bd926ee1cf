/* SPDX-License-Identifier: BSD-3-Clause */
/* The caller's side: INVITE, its responses and the dialogs that come of it. */
#include <errno.h>

#include "sip/authority.h"
#include "sip/invite_private.h"
#include "sip/moved.h"

static void on_progress(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event event = {
		.type = UA_EV_PROGRESS,
		.msg = msg,
		.fork = pl_isset(&msg->to.tag) ? ua_fork_get(invite, msg) : NULL,
	};

	if (msg->scode > 100 && ua_fork_is_new(invite, event.fork, msg))
		ua_invite_event(invite, &event);
}

static void on_refusal(struct ua_invite *invite, const struct sip_msg *msg)
{
	bool challenge = msg->scode == 401 || msg->scode == 407;
	struct ua_event event = {.type = UA_EV_REFUSED, .msg = msg};

	if (challenge && !ua_agent_challenged(invite->account, &invite->attempt, msg))
		event.type = UA_EV_CHALLENGED;
	if (msg->scode == 422 && ua_timer_raise(invite, msg))
		event.type = UA_EV_CHALLENGED;
	if (event.type == UA_EV_REFUSED)
		ua_transport_expect_late(invite->agent->transport, msg);
	ua_invite_event(invite, &event);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_invite *invite = arg;
	const struct ua_event unreached = {.type = UA_EV_UNREACHED, .err = err};

	if (err)
		ua_invite_event(invite, &unreached);
	else if (msg->scode < 200)
		on_progress(invite, msg);
	else if (msg->scode < 300)
		ua_uac_2xx(invite, msg);
	else
		on_refusal(invite, msg);
}

static int send_invite(struct ua_invite *invite)
{
	struct ua_account *account = invite->account;
	char timer[UA_TIMER_LINES_MAX];
	char *extra;
	struct ua_outgoing outgoing = {
		.method = "INVITE",
		.cseq = ++invite->started->local_cseq,
		.body = invite->sdp_text,
		.to_server = !invite->past_servers,
		.hurries = invite->hurries,
		.credentialsp = &invite->credentials,
	};
	int err = ENOMEM;

	invite->credentials = mem_deref(invite->credentials);
	ua_timer_ask(invite, timer);
	outgoing.extra = extra = ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n" UA_SUPPORTED
		"P-Early-Media: supported\r\n%s%s", ua_account_contact(account, invite->started, invite->anonymous), timer,
		invite->call_lines ? invite->call_lines : "");
	if (extra)
		err = ua_agent_request(&invite->request, account, invite->started, &outgoing,
			on_response, invite);
	mem_deref(extra);
	return err;
}

int ua_uac_start(struct ua_invite *invite, const char *uri, const char *to_uri, const char *proxy, unsigned max_forwards,
	const struct ua_sdp *offer)
{
	char *to = ua_text_format("<%s>", to_uri);
	char *text = ua_session_text(invite, offer);
	int err = ENOMEM;

	if (to && text)
		err = ua_dialog_start(&invite->started, invite->from, to, uri);
	if (!err && !invite->past_servers)
		err = ua_dialog_preload(invite->started, invite->account->services);
	if (!err && proxy)
		err = ua_dialog_route_by(invite->started, proxy);
	if (!err) {
		invite->started->max_forwards = max_forwards;
		err = send_invite(invite);
	}
	mem_deref(text);
	mem_deref(to);
	return err;
}

bool ua_uac_owns(const struct ua_invite *invite, const struct sip_msg *response)
{
	const struct ua_dialog *started = invite->started;

	return started && response->cseq.num == started->local_cseq &&
		!pl_strcmp(&response->cseq.met, "INVITE") &&
		!pl_strcmp(&response->callid, started->call_id) &&
		!pl_strcmp(&response->from.tag, started->local_tag);
}

/* What a reliable response answered is settled; the first answer counts too where the 2xx brings none. */
static int take_answer(struct ua_fork *fork, const struct sip_msg *msg)
{
	int err = fork->answered ? 0 : ua_message_sdp(&fork->answer, msg);

	return err == ENODATA && fork->described ? 0 : err;
}

static int acknowledge(struct ua_invite *invite, struct ua_fork *fork)
{
	return ua_agent_acknowledge(invite->account, fork->dialog, invite->started->local_cseq, invite->credentials, &fork->ack, &fork->hop);
}

/* An answer that nothing more may be sent to (RFC 3261 s26.2.2) is given back by the way that the call went, which needs no TLS. */
static int retreat(struct ua_invite *invite, struct ua_event *event, const char *phrase)
{
	int err = ua_dialog_retreat(event->fork->dialog, invite->started);

	event->type = UA_EV_UNFIT;
	event->phrase = phrase;
	event->q850_cause = UA_Q850_PROTOCOL_ERROR;
	return err ? err : acknowledge(invite, event->fork);
}

/* There is no way to where it says; memory, or a busy network, may be another matter when it comes again. */
static bool has_no_way(int err)
{
	return err == EACCES || err == EINVAL || err == ENETUNREACH || err == EHOSTUNREACH;
}

static int confirm(struct ua_invite *invite, struct ua_event *event)
{
	int err = ua_dialog_confirm(event->fork->dialog, event->msg);

	if (err == EBADMSG)
		return retreat(invite, event, "Its Record-Route Is Nonsense");
	err = acknowledge(invite, event->fork);
	if (err == EPROTONOSUPPORT)
		return retreat(invite, event, "Its sips: Address Wants An Account With transport = tls");
	return has_no_way(err) ? retreat(invite, event, "Its Contact Cannot Be Reached") : err;
}

/* Also of forks that come after the call is up, or ended: those get ACK and BYE. */
void ua_uac_2xx(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event no_dialog = {.type = UA_EV_UNREACHED, .err = EBADMSG};
	struct ua_event event = {.type = UA_EV_ANSWER, .msg = msg, .fork = ua_fork_get(invite, msg)};
	struct ua_fork *fork = event.fork;

	if (!fork) {
		ua_invite_event(invite, &no_dialog);
		return;
	}
	if (fork->ack) {
		invite->agent->counts.retransmitted++;
		(void)ua_transport_send(invite->agent->transport, &fork->hop, fork->ack);
		return;
	}
	if (confirm(invite, &event))
		return; /* it will be repeated, and we try again */
	if (event.type == UA_EV_ANSWER && take_answer(fork, msg)) {
		event.type = UA_EV_UNFIT;
		event.phrase = "No Usable Answer";
		event.q850_cause = UA_Q850_PROTOCOL_ERROR;
	}
	if (ua_invite_event(invite, &event))
		return;
	(void)ua_bye_send(invite->account, fork->dialog, 0);
	ua_transport_expect_late(invite->agent->transport, msg); /* it again */
	ua_invite_linger(invite);
}

void ua_uac_progress(struct ua_invite *invite, const struct ua_event *event)
{
	struct ua_sdp answer;
	bool described = !pl_isset(&event->msg->to.tag) && !ua_message_sdp(&answer, event->msg);

	if (event->fork)
		ua_fork_progress(invite, event->fork, event->msg);
	else
		ua_post(invite, UA_POST_PROGRESS, event->msg->scode, described ? &answer : NULL);
}

void ua_uac_answered(struct ua_invite *invite, const struct ua_event *event)
{
	struct ua_fork *fork = event->fork;

	invite->answered = true;
	invite->dialog = mem_ref(fork->dialog);
	ua_session_note(invite, &fork->answer);
	ua_timer_answered(invite, event->msg);
	ua_post(invite, UA_POST_ANSWERED, event->msg->scode, &fork->answer);
}

void ua_uac_unfit(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_end end = {.by = UA_END_BY_ERROR, .status = 488, .reason = event->phrase};

	invite->answered = true;
	invite->dialog = mem_ref(event->fork->dialog);
	(void)ua_bye_send(invite->account, invite->dialog, event->q850_cause);
	ua_post_ended(invite, &end);
}

void ua_uac_answered_too_late(struct ua_invite *invite, const struct ua_event *event)
{
	invite->answered = true;
	(void)ua_bye_send(invite->account, event->fork->dialog, invite->q850_cause);
	ua_uac_given_up(invite, event);
}

/* Who only gave it up waits for its end. */
void ua_uac_given_up(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_end end = {.by = UA_END_BY_PEER, .status = 487, .reason = "Request Terminated"};

	(void)event;
	if (invite->owned)
		ua_post_ended(invite, &end);
}

void ua_uac_challenged(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_event unreached = {.type = UA_EV_UNREACHED, .err = send_invite(invite)};

	(void)event;
	if (unreached.err)
		ua_invite_event(invite, &unreached);
}

void ua_uac_refused(struct ua_invite *invite, const struct ua_event *event)
{
	char phrase[UA_TEXT_MAX];
	const struct ua_end end = {
		.by = UA_END_BY_PEER,
		.status = event->msg->scode,
		.q850_cause = ua_message_q850(event->msg),
		.reason = phrase,
	};

	invite->moved = ua_moved_read(event->msg, invite->started->target);
	ua_text_copy(phrase, sizeof(phrase), &event->msg->reason);
	ua_post_ended(invite, &end);
}

void ua_uac_unreached(struct ua_invite *invite, const struct ua_event *event)
{
	bool silent = event->err == ETIMEDOUT;
	const struct ua_end end = {
		.by = silent ? UA_END_BY_TIMEOUT : UA_END_BY_ERROR,
		.status = silent ? 408 : 0,
		.reason = silent ? "Request Timeout" : event->err == EBADMSG ? "No Usable Answer" : "Not Sent",
	};

	ua_post_ended(invite, &end);
}

void ua_uac_cancel(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_event unreached = {.type = UA_EV_UNREACHED};

	invite->q850_cause = event->q850_cause;
	if (invite->request)
		ua_request_cancel(invite->request);
	else /* it was answered, but our ACK could not be sent: nothing need come any more */
		ua_invite_event(invite, &unreached);
}
