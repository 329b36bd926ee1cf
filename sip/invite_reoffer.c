/* SPDX-License-Identifier: BSD-3-Clause */
/* An offer of ours within a call: re-INVITE (RFC 3261 s14.1). Whatever comes of it, the call goes on, but for 481. */
#include <errno.h>

#include "sip/invite_private.h"

#define GLARES_MAX 5
#define RETRY_AFTER_MAX_S 10 /* of a 500 that only says that another offer is under way there (RFC 3261 s14.2) */

static void forget_offer(struct ua_reoffer *reoffer)
{
	reoffer->text = mem_deref(reoffer->text);
	reoffer->credentials = mem_deref(reoffer->credentials);
}

void ua_reoffer_stop(struct ua_invite *invite)
{
	struct ua_reoffer *reoffer = &invite->reoffer;

	tmr_cancel(&reoffer->again);
	reoffer->request = mem_deref(reoffer->request);
	forget_offer(reoffer);
}

bool ua_reoffer_is_busy(const struct ua_invite *invite)
{
	return invite->reoffer.text || invite->strans || invite->accepting.message || invite->update.strans;
}

bool ua_reoffer_owns(const struct ua_invite *invite, const struct sip_msg *response)
{
	return invite->reoffer.ack && invite->dialog && ua_dialog_has(invite->dialog, response) &&
		response->cseq.num == invite->reoffer.cseq && !pl_strcmp(&response->cseq.met, "INVITE");
}

void ua_reoffer_acknowledge_again(struct ua_invite *invite)
{
	invite->agent->counts.retransmitted++;
	(void)ua_transport_send(invite->agent->transport, &invite->reoffer.hop, invite->reoffer.ack);
}

void ua_reoffer_may_begin(struct ua_invite *invite)
{
	if (invite->reoffer.turned_down)
		ua_post(invite, UA_POST_CHANGED, 0, NULL);
	invite->reoffer.turned_down = false;
}

static void refused(struct ua_invite *invite)
{
	forget_offer(&invite->reoffer);
	ua_post(invite, UA_POST_CHANGED, 0, NULL);
	ua_refer_go_on(invite);
}

static void unanswered(struct ua_invite *invite)
{
	refused(invite);
	ua_post(invite, UA_POST_UNREACHABLE, 0, NULL);
}

/* RFC 5057 s5.1: nothing in the dialog finds its way any more. */
bool ua_reoffer_is_lost(unsigned status)
{
	static const uint16_t lost[] = {404, 410, 416, 482, 483, 484, 485, 502, 604};

	for (size_t i = 0; i < ARRAY_SIZE(lost); i++) {
		if (lost[i] == status)
			return true;
	}
	return false;
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_offer(struct ua_invite *invite)
{
	struct ua_reoffer *reoffer = &invite->reoffer;
	char timer[UA_TIMER_LINES_MAX];
	char *extra;
	struct ua_outgoing outgoing = {
		.method = "INVITE",
		.cseq = ++invite->dialog->local_cseq,
		.body = reoffer->text,
		.credentialsp = &reoffer->credentials,
	};
	int err = ENOMEM;

	ua_timer_ask(invite, timer);
	outgoing.extra = extra = ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n" UA_SUPPORTED "%s",
		ua_account_contact(invite->account, invite->dialog, invite->anonymous), timer);
	reoffer->cseq = outgoing.cseq;
	reoffer->ack = mem_deref(reoffer->ack);
	reoffer->credentials = mem_deref(reoffer->credentials);
	if (extra)
		err = ua_agent_request(&reoffer->request, invite->account, invite->dialog, &outgoing,
			on_response, invite);
	mem_deref(extra);
	return err;
}

/* Takes the text. */
static int start(struct ua_invite *invite, char *text)
{
	struct ua_reoffer *reoffer = &invite->reoffer;
	int err;

	reoffer->text = text;
	if (!text)
		return ENOMEM;
	reoffer->attempt = (struct ua_attempt){0};
	reoffer->glares = 0;
	err = send_offer(invite);
	if (err)
		forget_offer(reoffer);
	return err;
}

int ua_reoffer_start(struct ua_invite *invite, const struct ua_sdp *offer)
{
	return start(invite, ua_session_text(invite, offer));
}

bool ua_reoffer_waits(const struct ua_invite *invite)
{
	return tmr_isrunning(&invite->reoffer.again);
}

int ua_reoffer_replace(struct ua_invite *invite, const struct ua_sdp *offer)
{
	char *text = ua_session_text(invite, offer);

	if (!text)
		return ENOMEM;
	mem_deref(invite->reoffer.text);
	invite->reoffer.text = text;
	return 0;
}

int ua_reoffer_refresh(struct ua_invite *invite)
{
	return start(invite, mem_ref(invite->sdp_text));
}

static void on_again(void *arg)
{
	struct ua_invite *invite = arg;

	invite->reoffer.attempt = (struct ua_attempt){0};
	if (invite->strans || invite->accepting.message || invite->update.strans || send_offer(invite))
		refused(invite);
}

static void offer_again(struct ua_invite *invite, uint64_t ms)
{
	if (++invite->reoffer.glares > GLARES_MAX)
		refused(invite);
	else
		tmr_start(&invite->reoffer.again, ms, on_again, invite);
}

/* Who gave the Call-ID waits longer, so that they do not meet again. In units of 10 ms. */
static void glare(struct ua_invite *invite)
{
	offer_again(invite, invite->started ? 2100 + 10 * (rand_u16() % 191) : 10 * (rand_u16() % 201));
}

static bool is_not_now(const struct sip_msg *msg)
{
	return msg->scode == 500 && ua_message_number(msg, SIP_HDR_RETRY_AFTER, RETRY_AFTER_MAX_S + 1) <= RETRY_AFTER_MAX_S;
}

static void accepted(struct ua_invite *invite, const struct sip_msg *msg)
{
	struct ua_reoffer *reoffer = &invite->reoffer;
	struct ua_sdp answer;

	(void)ua_dialog_refresh(invite->dialog, msg);
	(void)ua_agent_acknowledge(invite->account, invite->dialog, reoffer->cseq, reoffer->credentials,
		&reoffer->ack, &reoffer->hop);
	ua_timer_answered(invite, msg);
	if (ua_message_sdp(&answer, msg)) {
		refused(invite);
		return;
	}
	forget_offer(reoffer);
	ua_session_note(invite, &answer);
	ua_post(invite, UA_POST_CHANGED, 0, &answer);
	ua_refer_go_on(invite);
}

static void challenged(struct ua_invite *invite, const struct sip_msg *msg)
{
	if (ua_agent_challenged(invite->account, &invite->reoffer.attempt, msg) || send_offer(invite))
		refused(invite);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	const struct ua_event gone = {.type = UA_EV_GONE, .msg = msg};
	struct ua_invite *invite = arg;

	if (err)
		unanswered(invite);
	else if (msg->scode < 200)
		return;
	else if (msg->scode < 300)
		accepted(invite, msg);
	else if (msg->scode == 401 || msg->scode == 407)
		challenged(invite, msg);
	else if (msg->scode == 422 && ua_timer_raise(invite, msg))
		tmr_start(&invite->reoffer.again, 0, on_again, invite);
	else if (msg->scode == 491)
		glare(invite);
	else if (is_not_now(msg))
		offer_again(invite, 1000ull * ua_message_number(msg, SIP_HDR_RETRY_AFTER, 0));
	else if (msg->scode == 481)
		ua_invite_event(invite, &gone);
	else if (msg->scode == 408 || ua_reoffer_is_lost(msg->scode))
		unanswered(invite);
	else
		refused(invite);
}
