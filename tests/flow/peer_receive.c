/* SPDX-License-Identifier: BSD-3-Clause */
/* The gateway's side of a call: what comes to it. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/flow/peer_private.h"

#define GLARE_CALLER_MS 3000
#define GLARE_CALLEE_MS 1000

/* Tells the user that it is over, once. */
static void tell_end(struct ua_invite *invite, unsigned status, unsigned q850_cause, bool after_answer,
	const char *phrase)
{
	struct ua_end end = {
		.by = UA_END_BY_PEER,
		.status = status,
		.q850_cause = q850_cause,
		.after_answer = after_answer,
		.reason = phrase,
	};

	if (invite->released)
		return;
	invite->handlers->ended(invite, &end, invite->arg);
	invite->released = true;
}

static void on_challenge(struct ua_invite *invite, const struct message *message)
{
	(void)message;
	invite_reply_came(invite, "INVITE", 407);
	invite_sent(invite, "ACK");
	if (invite->end_wanted) {
		invite->call->over = true;
		return;
	}
	invite_sent(invite, "INVITE");
	proxy_route(invite->call);
}

static void on_provisional(struct ua_invite *invite, const struct message *message)
{
	unsigned status = message->kind == MESSAGE_TRYING ? 100 : message->status;
	struct ua_sdp sdp;

	invite_reply_came(invite, "INVITE", status);
	invite->progressed = true;
	if (invite->end_wanted)
		invite_cancel(invite);
	else if (!invite->released && status > 100)
		invite->handlers->progress(invite, status, sdp_from_text(&sdp, message->sdp), invite->arg);
}

static void on_answer(struct ua_invite *invite, const struct message *message)
{
	struct ua_sdp sdp;

	invite_reply_came(invite, "INVITE", 200);
	invite_sent(invite, "ACK");
	invite_pass(invite, MESSAGE_ACK);
	invite->established = true;
	if (invite->released)
		invite_bye(invite);
	else
		invite->handlers->answered(invite, sdp_from_text(&sdp, message->sdp), invite->arg);
}

static void on_refusal(struct ua_invite *invite, const struct message *message)
{
	invite_reply_came(invite, "INVITE", message->status);
	invite_sent(invite, "ACK");
	invite->call->over = true;
	tell_end(invite, message->status, message->q850_cause, false, message->phrase);
}

static bool was_through(const struct call *call, const char *user)
{
	char name[PEER_NAME_MAX + 3];

	snprintf(name, sizeof(name), " %s ", user);
	return strstr(call->through, name);
}

static void on_invite(struct ua_invite *invite, const struct message *message)
{
	struct ua_agent *agent = invite->call->peer->agent;
	char alert_info[PROXY_ALERT_MAX];
	struct ua_sdp sdp;
	struct ua_incoming incoming = {
		.account = invite->account,
		.called_user = invite->call->names[CALLEE],
		.caller_user = invite->call->names[CALLER],
		.anonymous = invite->call->anonymous,
		.caller_name = "",
		.alert_info = alert_info,
		.diversions = invite->call->diversions,
		.came_back = was_through(invite->call, invite->account->user),
		.offer = sdp_from_text(&sdp, invite->call->caller_sdp),
	};

	(void)message;
	proxy_alert_info(invite->call, alert_info);
	invite_came(invite, "INVITE");
	invite_replied(invite, "INVITE", 100);
	agent->incoming(invite, &incoming, agent->arg);
	assert(invite->accepted || invite->released);
}

static void on_ack(struct ua_invite *invite, const struct message *message)
{
	struct ua_sdp sdp;
	const struct ua_sdp *answer = sdp_from_text(&sdp, message->sdp);

	invite_came(invite, "ACK");
	invite->call->confirmed = true;
	if (invite->end_wanted)
		invite_bye(invite);
	else if (!invite->released && answer)
		invite->handlers->changed(invite, answer, invite->arg);
}

static void on_any_ack(struct ua_invite *invite, const struct message *message)
{
	(void)message;
	invite_came(invite, "ACK");
}

static void on_cancel(struct ua_invite *invite, const struct message *message)
{
	invite_came(invite, "CANCEL");
	invite_replied(invite, "CANCEL", 200);
	invite_pass(invite, MESSAGE_CANCEL_OK);
	if (invite->call->answered || invite->call->over)
		return;
	invite_refuse(invite, 487, "Request Terminated");
	tell_end(invite, 0, message->q850_cause, false, "cancelled");
}

static void on_cancel_ok(struct ua_invite *invite, const struct message *message)
{
	(void)message;
	invite_reply_came(invite, "CANCEL", 200);
}

static void on_bye(struct ua_invite *invite, const struct message *message)
{
	struct peer_event event = {.method = "BYE", .q850_cause = message->q850_cause};

	invite_record(invite, &event, other_side(invite->side));
	invite_replied(invite, "BYE", 200);
	invite_pass(invite, MESSAGE_BYE_OK);
	loop_timer_stop(invite->offer_timer);
	invite->call->over = true;
	tell_end(invite, 0, message->q850_cause, true, "");
}

static void on_bye_ok(struct ua_invite *invite, const struct message *message)
{
	(void)message;
	invite_reply_came(invite, "BYE", 200);
}

static unsigned offer_judge(struct ua_invite *invite, const char *text, char reply[MESSAGE_SDP_MAX])
{
	struct ua_sdp offer, answer;
	int err;

	if (invite->offering)
		return 491;
	if (invite->released)
		return 481;
	err = invite->handlers->offered(invite, sdp_from_text(&offer, text), &answer, invite->arg);
	if (err)
		return 488;
	sdp_to_text(&answer, reply);
	return 200;
}

static void on_offer(struct ua_invite *invite, const struct message *message)
{
	struct message *reply = invite_pass(invite, MESSAGE_OFFER_ANSWER);

	invite_came(invite, "INVITE");
	if (!reply)
		return;
	reply->status = offer_judge(invite, message->sdp, reply->sdp);
	invite_replied(invite, "INVITE", reply->status);
}

/* RFC 3261 s14.1: who made the call waits longer, so that they do not meet again. */
static void on_offer_answer(struct ua_invite *invite, const struct message *message)
{
	struct ua_sdp answer;

	invite->offering = false;
	invite_reply_came(invite, "INVITE", message->status);
	invite_sent(invite, "ACK");
	invite_pass(invite, MESSAGE_OFFER_ACK);
	if (message->status == 491 && !invite->call->over) {
		loop_timer_start(invite->offer_timer, invite->side == CALLER ? GLARE_CALLER_MS : GLARE_CALLEE_MS);
		return;
	}
	invite->offer[0] = 0;
	if (!invite->released)
		invite->handlers->changed(invite, sdp_from_text(&answer, message->sdp), invite->arg);
}

typedef void receive_h(struct ua_invite *invite, const struct message *message);

static receive_h *const receivers[] = {
	[MESSAGE_INVITE] = on_invite,
	[MESSAGE_CHALLENGE] = on_challenge,
	[MESSAGE_TRYING] = on_provisional,
	[MESSAGE_PROGRESS] = on_provisional,
	[MESSAGE_ANSWER] = on_answer,
	[MESSAGE_ACK] = on_ack,
	[MESSAGE_REFUSAL] = on_refusal,
	[MESSAGE_REFUSAL_ACK] = on_any_ack,
	[MESSAGE_CANCEL] = on_cancel,
	[MESSAGE_CANCEL_OK] = on_cancel_ok,
	[MESSAGE_BYE] = on_bye,
	[MESSAGE_BYE_OK] = on_bye_ok,
	[MESSAGE_OFFER] = on_offer,
	[MESSAGE_OFFER_ANSWER] = on_offer_answer,
	[MESSAGE_OFFER_ACK] = on_any_ack,
};

void invite_receive(struct ua_invite *invite, const struct message *message)
{
	assert((size_t)message->kind < sizeof(receivers) / sizeof(receivers[0]));
	receivers[message->kind](invite, message);
}
