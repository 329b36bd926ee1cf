/* SPDX-License-Identifier: BSD-3-Clause */
/* The called one's side, and re-INVITEs that come to either side: requests that we answer. */
#include <errno.h>

#include "sip/invite_private.h"

#define RING_AGAIN_MS 60000 /* RFC 3261 s13.3.1.1: a proxy may cancel after 3 minutes without 1xx */
#define RETRY_AFTER_MAX_S 10

static void on_cancel(void *arg)
{
	const struct ua_event event = {.type = UA_EV_CANCEL};

	ua_invite_event(arg, &event);
}

static void on_expires(void *arg)
{
	const struct ua_event event = {.type = UA_EV_EXPIRED};

	ua_invite_event(arg, &event);
}

static void forget_request(struct ua_invite *invite)
{
	invite->strans = mem_deref(invite->strans);
	invite->msg = mem_deref(invite->msg);
}

/* A final refusal of the INVITE or re-INVITE that waits. */
static void refuse_with(struct ua_invite *invite, unsigned status, const char *phrase, const char *headers)
{
	const struct ua_reply reply = {.status = status, .phrase = phrase, .headers = headers};

	if (invite->strans)
		(void)ua_transport_reply(invite->agent->transport, &invite->strans, invite->msg, &reply,
			NULL);
	forget_request(invite);
}

static void refuse(struct ua_invite *invite, unsigned status, const char *phrase)
{
	refuse_with(invite, status, phrase, NULL);
}

void ua_uas_refuse_offer(struct ua_invite *invite, unsigned status, const char *phrase)
{
	refuse(invite, status, phrase);
}

/* Keeps the request open and says 100. */
static int hold_request(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_reply trying = {.status = 100, .phrase = "Trying"};
	int err = ua_transport_serve(&invite->strans, invite->agent->transport, msg, on_cancel, invite);

	if (err)
		return err;
	invite->msg = mem_ref((void *)(uintptr_t)msg);
	return ua_transport_reply(invite->agent->transport, &invite->strans, msg, &trying, NULL);
}

/* What to answer for a description that ua_message_sdp refused; 0: it is good, or there is none. */
static unsigned status_for(int err)
{
	if (!err || err == ENODATA)
		return 0;
	return err == EBADMSG ? 400 : 488;
}

bool ua_uas_refuses_description(struct ua_agent *agent, const struct sip_msg *msg, int err)
{
	unsigned status = status_for(err);

	if (status == 400) {
		ua_agent_count(agent, &agent->counts.refused_malformed, &msg->src);
		ua_agent_refuse(agent, msg, 400, "Bad Session Description", NULL);
	} else if (err == EAFNOSUPPORT) {
		ua_agent_refuse(agent, msg, 488, "Not Acceptable Here",
			"Warning: 301 tipring \"Incompatible network address format\"\r\n");
	} else if (status) {
		ua_agent_refuse(agent, msg, 488, "Not Acceptable Here",
			"Warning: 304 tipring \"Media type not available\"\r\n");
	}
	return status != 0;
}

static int open_invite(struct ua_invite *invite, const struct sip_msg *msg)
{
	int err = ua_dialog_accept(&invite->dialog, msg);

	if (err)
		return err;
	err = hold_request(invite, msg);
	if (err)
		return err;
	invite->state = UA_INVITE_OFFERED;
	invite->first = mem_ref((void *)(uintptr_t)msg);
	ua_invite_enter(invite);
	if (pl_isset(&msg->expires) && ua_text_number(&msg->expires))
		tmr_start(&invite->expires, 1000ull * ua_text_number(&msg->expires), on_expires, invite);
	return 0;
}

void ua_invite_received(struct ua_agent *agent, struct ua_account *account, const struct sip_msg *msg)
{
	struct ua_invite *invite;
	struct ua_sdp offer;
	int err, sdp_err = ua_message_sdp(&offer, msg);
	unsigned status = ua_replaces_find(&invite, account, msg);

	if (status) {
		ua_agent_refuse(agent, msg, status, "Not Replaced", NULL);
		return;
	}
	if (ua_uas_refuses_description(agent, msg, sdp_err) || ua_timer_refuses(agent, msg))
		return;
	err = ua_invite_new(&invite, account);
	if (!err) {
		err = open_invite(invite, msg);
		if (err)
			mem_deref(invite);
	}
	if (err == EBADMSG) {
		ua_agent_count(agent, &agent->counts.refused_malformed, &msg->src);
		ua_agent_refuse(agent, msg, 400, "Bad Contact Or Record-Route", NULL);
	} else if (err) {
		ua_agent_refuse(agent, msg, 500, "Server Internal Error", NULL);
	} else {
		if (!sdp_err)
			ua_session_note(invite, &offer);
		/* Nobody would ever hear of it. */
		if (ua_post(invite, UA_POST_INCOMING, 0, sdp_err ? NULL : &offer))
			ua_invite_reject(invite, 500, "Server Internal Error");
	}
}

static void on_ring_again(void *arg)
{
	const struct ua_event event = {.type = UA_EV_RING};

	ua_uas_ring(arg, &event);
}

void ua_uas_ring(struct ua_invite *invite, const struct ua_event *event)
{
	char *headers = ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n%s",
		ua_account_contact(invite->account, invite->dialog, invite->anonymous),
		invite->waiting ? "Alert-Info: <urn:alert:service:call-waiting>\r\n" : "");
	bool early = invite->early_text;
	const struct ua_reply reply = {
		.status = early ? 183 : 180, .phrase = early ? "Session Progress" : "Ringing", .headers = headers,
		.type = "application/sdp",
		.body = invite->reliable.settled ? NULL : early ? invite->early_text : event->text,
	};

	tmr_start(&invite->ring, RING_AGAIN_MS, on_ring_again, invite);
	invite->early_due = false;
	if (!headers)
		return;
	if (!ua_reliable_is_wanted(invite))
		(void)ua_transport_reply(invite->agent->transport, &invite->strans, invite->msg, &reply, NULL);
	else if (!invite->reliable.message) /* one at a time (RFC 3262 s3) */
		(void)ua_reliable_reply(invite, &reply);
	else
		invite->early_due = early;
	mem_deref(headers);
}

void ua_uas_tell_forwarded(struct ua_invite *invite)
{
	char *headers = ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n",
		ua_account_contact(invite->account, invite->dialog, invite->anonymous));
	const struct ua_reply reply = {.status = 181, .phrase = "Call Is Being Forwarded", .headers = headers};

	if (headers)
		(void)ua_transport_reply(invite->agent->transport, &invite->strans, invite->msg, &reply, NULL);
	mem_deref(headers);
}

static void on_resend(void *arg)
{
	struct ua_invite *invite = arg;
	struct ua_accepting *accepting = &invite->accepting;

	invite->agent->counts.retransmitted++;
	(void)ua_transport_send(invite->agent->transport, &accepting->hop, accepting->message);
	accepting->interval_ms = MIN(2 * accepting->interval_ms, UA_T2_MS);
	tmr_start(&invite->resend, accepting->interval_ms, on_resend, invite);
}

static void on_give_up(void *arg)
{
	const struct ua_event event = {.type = UA_EV_NO_ACK};

	ua_invite_event(arg, &event);
}

void ua_accepting_stop(struct ua_invite *invite)
{
	tmr_cancel(&invite->resend);
	tmr_cancel(&invite->give_up);
	invite->accepting.message = mem_deref(invite->accepting.message);
}

/* 200 with a description, repeated until its ACK comes, whatever the transport (RFC 3261 s13.3.1.4). */
static int accept_request(struct ua_invite *invite, const char *text, bool offers)
{
	struct ua_accepting *accepting = &invite->accepting;
	char timer[UA_TIMER_LINES_MAX];
	struct ua_reply reply = {.status = 200, .phrase = "OK", .type = "application/sdp", .body = text};
	char *headers;
	int err = ENOMEM;

	ua_timer_accept(invite, invite->msg, timer);
	reply.headers = headers = ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n" UA_SUPPORTED "%s",
		ua_account_contact(invite->account, invite->dialog, invite->anonymous), timer);
	if (headers)
		err = ua_transport_reply(invite->agent->transport, &invite->strans, invite->msg, &reply,
			&accepting->message);
	mem_deref(headers);
	if (err)
		return err;
	ua_transport_reply_hop(&accepting->hop, invite->msg);
	accepting->cseq = invite->msg->cseq.num;
	accepting->offers = offers;
	accepting->interval_ms = UA_T1_MS;
	tmr_start(&invite->resend, UA_T1_MS, on_resend, invite);
	tmr_start(&invite->give_up, UA_TIMEOUT_MS, on_give_up, invite);
	forget_request(invite);
	return 0;
}

void ua_uas_pick_up(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_event broken = {.type = UA_EV_BROKEN};

	tmr_cancel(&invite->ring);
	tmr_cancel(&invite->expires);
	ua_reliable_silence(invite);
	if (accept_request(invite, event->text, event->offers))
		ua_invite_event(invite, &broken);
	else
		invite->answered = true;
}

void ua_uas_reject(struct ua_invite *invite, const struct ua_event *event)
{
	refuse_with(invite, event->status ? event->status : 480,
		event->phrase ? event->phrase : "Temporarily Unavailable", event->headers);
}

static void end_unanswered(struct ua_invite *invite, enum ua_end_by by, const char *reason)
{
	const struct ua_end end = {.by = by, .reason = reason};

	refuse(invite, 487, "Request Terminated");
	ua_post_ended(invite, &end);
}

void ua_uas_cancelled(struct ua_invite *invite, const struct ua_event *event)
{
	(void)event;
	end_unanswered(invite, UA_END_BY_PEER, "CANCEL");
}

void ua_uas_expired(struct ua_invite *invite, const struct ua_event *event)
{
	(void)event;
	end_unanswered(invite, UA_END_BY_TIMEOUT, "Expires");
}

void ua_uas_bye_early(struct ua_invite *invite, const struct ua_event *event)
{
	(void)event;
	end_unanswered(invite, UA_END_BY_PEER, "BYE");
}

void ua_uas_failed(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_end end = {.by = UA_END_BY_ERROR, .reason = "Not Sent"};

	(void)event;
	refuse(invite, 500, "Server Internal Error");
	ua_post_ended(invite, &end);
}

void ua_uas_no_prack(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_end end = {.by = UA_END_BY_TIMEOUT, .reason = "No PRACK"};

	(void)event;
	refuse(invite, 504, "Server Time-out"); /* RFC 3262 s3: a 5xx */
	ua_post_ended(invite, &end);
}

/* False: it brings no answer to the offer of our 200. */
static bool take_ack(struct ua_invite *invite, const struct sip_msg *msg)
{
	bool offers = invite->accepting.offers;
	struct ua_sdp answer;

	ua_accepting_stop(invite);
	if (offers && ua_message_sdp(&answer, msg))
		return false;
	if (!offers) {
		ua_reoffer_may_begin(invite);
		return true;
	}
	invite->reoffer.turned_down = false;
	ua_session_note(invite, &answer);
	ua_post(invite, UA_POST_CHANGED, 0, &answer);
	return true;
}

void ua_uas_acked(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_event broken = {.type = UA_EV_BROKEN, .q850_cause = UA_Q850_PROTOCOL_ERROR};

	if (!take_ack(invite, event->msg))
		ua_invite_event(invite, &broken);
}

/* The session stays as it was. */
void ua_uas_reinvite_acked(struct ua_invite *invite, const struct ua_event *event)
{
	if (!take_ack(invite, event->msg))
		ua_reoffer_may_begin(invite);
}

/* Our 200 to a re-INVITE: whether the call is to go on is not for us to say. */
void ua_uas_unacknowledged(struct ua_invite *invite, const struct ua_event *event)
{
	(void)event;
	ua_accepting_stop(invite);
	ua_reoffer_may_begin(invite);
	ua_post(invite, UA_POST_UNREACHABLE, 0, NULL);
}

/* One offer at a time (RFC 3261 s14.2). */
void ua_uas_refuse_busy(struct ua_invite *invite, const struct sip_msg *msg)
{
	char header[32];

	(void)re_snprintf(header, sizeof(header), "Retry-After: %u\r\n",
		rand_u16() % (RETRY_AFTER_MAX_S + 1));
	ua_agent_refuse(invite->agent, msg, 500, "Server Internal Error", header);
}

void ua_uas_reinvited(struct ua_invite *invite, const struct ua_event *event)
{
	struct ua_sdp offer;
	int err = ua_message_sdp(&offer, event->msg);

	if (invite->reoffer.request) {
		ua_agent_refuse(invite->agent, event->msg, 491, "Request Pending", NULL);
		return;
	}
	if (invite->strans || invite->accepting.message || invite->update.strans) {
		ua_uas_refuse_busy(invite, event->msg);
		return;
	}
	if (ua_uas_refuses_description(invite->agent, event->msg, err) || ua_timer_refuses(invite->agent, event->msg))
		return;
	if (hold_request(invite, event->msg)) {
		forget_request(invite);
		return;
	}
	if (ua_post(invite, UA_POST_OFFERED, 0, err ? NULL : &offer))
		refuse(invite, 500, "Server Internal Error"); /* nobody would ever hear of it */
}

void ua_uas_reinvite_cancelled(struct ua_invite *invite, const struct ua_event *event)
{
	(void)event;
	refuse(invite, 487, "Request Terminated");
}

void ua_uas_answer_offer(struct ua_invite *invite, const struct ua_sdp *answer)
{
	const struct ua_event broken = {.type = UA_EV_BROKEN};
	struct ua_sdp offer;
	bool offers = ua_message_sdp(&offer, invite->msg) != 0;
	char *text;
	int err = ENOMEM;

	if (!offers)
		ua_session_note(invite, &offer);
	(void)ua_dialog_refresh(invite->dialog, invite->msg);
	text = ua_session_text(invite, answer);
	if (text)
		err = accept_request(invite, text, offers);
	else
		refuse(invite, 500, "Server Internal Error");
	mem_deref(text);
	if (err)
		ua_invite_event(invite, &broken);
}
