/* SPDX-License-Identifier: BSD-3-Clause */
/* The gateway's side of a call: what it does to it by sip/invite.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/flow/peer_private.h"

#define RING_AGAIN_MS 60000

void invite_record(const struct ua_invite *invite, struct peer_event *event, enum side requester)
{
	const struct call *call = invite->call;

	event->call = call->number;
	event->expires_s = -1;
	snprintf(event->from, sizeof(event->from), "%s", call->names[requester]);
	snprintf(event->to, sizeof(event->to), "%s", call->names[other_side(requester)]);
	peer_record(call->peer, event);
}

void invite_sent(const struct ua_invite *invite, const char *method)
{
	struct peer_event event = {.out = true, .method = method};

	invite_record(invite, &event, invite->side);
}

void invite_came(const struct ua_invite *invite, const char *method)
{
	struct peer_event event = {.method = method};

	invite_record(invite, &event, other_side(invite->side));
}

void invite_replied(const struct ua_invite *invite, const char *method, unsigned status)
{
	struct peer_event event = {.out = true, .method = method, .status = status};

	invite_record(invite, &event, other_side(invite->side));
}

void invite_reply_came(const struct ua_invite *invite, const char *method, unsigned status)
{
	struct peer_event event = {.method = method, .status = status};

	invite_record(invite, &event, invite->side);
}

struct message *invite_pass(struct ua_invite *invite, enum message_kind kind)
{
	return message_send(invite->call, kind, other_side(invite->side), 2);
}

static void on_ring_timer(void *arg)
{
	ua_invite_ring(arg, false, NULL);
}

static void on_offer_timer(void *arg)
{
	invite_offer(arg);
}

int invite_alloc(struct ua_invite **invitep, struct call *call, enum side side, struct ua_account *account)
{
	struct ua_invite *invite = calloc(1, sizeof(*invite));
	struct loop *loop = call->peer->loop;
	int err;

	if (!invite)
		return ENOMEM;
	err = loop_timer_alloc(&invite->ring_timer, loop, on_ring_timer, invite);
	if (!err)
		err = loop_timer_alloc(&invite->offer_timer, loop, on_offer_timer, invite);
	if (err) {
		invite_free(invite);
		return err;
	}
	invite->call = call;
	invite->side = side;
	invite->account = account;
	*invitep = invite;
	return 0;
}

void invite_free(struct ua_invite *invite)
{
	if (!invite)
		return;
	loop_timer_free(invite->ring_timer);
	loop_timer_free(invite->offer_timer);
	free(invite);
}

static void forward_note(struct call *call, const struct ua_invite *forwards)
{
	call->diversions = forwards->call->diversions + 1;
	snprintf(call->through, sizeof(call->through), "%.*s %s ", CALL_THROUGH_MAX - PEER_NAME_MAX - 3, forwards->call->through,
		forwards->account->user);
}

int ua_invite_send_to(struct ua_invite **invitep, struct ua_account *account, const struct ua_call_to *to,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	struct ua_invite *invite = NULL;
	struct call *call;

	if (!to->user)
		return ENOTSUP;
	call = call_alloc(peer_current(), to->anonymous ? "anonymous" : account->user, to->user);
	if (!call)
		return ENOMEM;
	call->anonymous = to->anonymous;
	if (to->forwards)
		forward_note(call, to->forwards);
	if (invite_alloc(&invite, call, CALLER, account) != 0) {
		call->over = true;
		call_review(call);
		return ENOMEM;
	}
	call->invites[CALLER] = *invitep = invite;
	invite->handlers = handlers;
	invite->arg = arg;
	sdp_to_text(offer, call->caller_sdp);
	invite_sent(invite, "INVITE");
	if (call->peer->challenges)
		message_send(call, MESSAGE_CHALLENGE, CALLER, 2);
	else
		proxy_route(call);
	return 0;
}

int ua_invite_send(struct ua_invite **invitep, struct ua_account *account, const char *user,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	const struct ua_call_to to = {.user = user};

	return ua_invite_send_to(invitep, account, &to, offer, handlers, arg);
}

void ua_invite_accept(struct ua_invite *invite, const struct ua_invite_handlers *handlers, void *arg)
{
	invite->accepted = true;
	invite->handlers = handlers;
	invite->arg = arg;
}

int ua_invite_ring(struct ua_invite *invite, bool waiting, const struct ua_sdp *offer)
{
	struct message *message = invite_pass(invite, MESSAGE_PROGRESS);

	(void)waiting;
	(void)offer;
	if (!message)
		return ENOMEM;
	message->status = 180;
	invite_replied(invite, "INVITE", 180);
	loop_timer_start(invite->ring_timer, RING_AGAIN_MS);
	return 0;
}

int ua_invite_tell_forwarded(struct ua_invite *invite)
{
	struct message *message = invite_pass(invite, MESSAGE_PROGRESS);

	if (!message)
		return ENOMEM;
	message->status = 181;
	invite_replied(invite, "INVITE", 181);
	return 0;
}

int ua_invite_progress(struct ua_invite *invite, const struct ua_sdp *answer)
{
	struct message *message = invite_pass(invite, MESSAGE_PROGRESS);

	if (!message)
		return ENOMEM;
	message->status = 183;
	sdp_to_text(answer, message->sdp);
	invite_replied(invite, "INVITE", 183);
	return 0;
}

int ua_invite_answer(struct ua_invite *invite, const struct ua_sdp *sdp)
{
	struct message *message = invite_pass(invite, MESSAGE_ANSWER);

	if (!message)
		return ENOMEM;
	sdp_to_text(sdp, message->sdp);
	invite_replied(invite, "INVITE", 200);
	invite->call->answered = true;
	loop_timer_stop(invite->ring_timer);
	return 0;
}

void invite_refuse(struct ua_invite *invite, unsigned status, const char *phrase)
{
	struct message *message = invite_pass(invite, MESSAGE_REFUSAL);

	loop_timer_stop(invite->ring_timer);
	invite_replied(invite, "INVITE", status);
	message_send(invite->call, MESSAGE_REFUSAL_ACK, invite->side, 2);
	invite->call->over = true;
	if (!message)
		return;
	message->status = status;
	snprintf(message->phrase, sizeof(message->phrase), "%s", phrase);
}

void ua_invite_reject(struct ua_invite *invite, unsigned status, const char *phrase)
{
	invite->released = true;
	invite_refuse(invite, status, phrase);
}

int ua_invite_redirect(struct ua_invite *invite, const struct ua_redirect *redirect)
{
	if (invite->call->answered || invite->call->over)
		return ENOTCONN;
	if (!redirect->user || !redirect->user[0])
		return EINVAL;
	ua_invite_reject(invite, 302, "Moved Temporarily");
	return 0;
}

void invite_bye(struct ua_invite *invite)
{
	struct message *message = invite_pass(invite, MESSAGE_BYE);
	struct peer_event event = {.out = true, .method = "BYE", .q850_cause = invite->end_cause};

	if (message)
		message->q850_cause = invite->end_cause;
	invite_record(invite, &event, invite->side);
	loop_timer_stop(invite->offer_timer);
	invite->end_wanted = false;
	invite->call->over = true;
}

void invite_cancel(struct ua_invite *invite)
{
	invite_pass(invite, MESSAGE_CANCEL);
	invite_sent(invite, "CANCEL");
	invite->end_wanted = false;
}

void invite_offer(struct ua_invite *invite)
{
	struct message *message = invite_pass(invite, MESSAGE_OFFER);

	if (message)
		memcpy(message->sdp, invite->offer, sizeof(message->sdp));
	invite->offering = true;
	invite_sent(invite, "INVITE");
}

int ua_invite_offer(struct ua_invite *invite, const struct ua_sdp *offer)
{
	bool is_up = invite->side == CALLER ? invite->established : invite->call->confirmed;

	if (!is_up || invite->call->over)
		return ENOTCONN;
	if (invite->offer[0])
		return EBUSY;
	sdp_to_text(offer, invite->offer);
	invite_offer(invite);
	return 0;
}

/* Transfers are not for this peer, nor what comes before one. */
int ua_invite_give_up(struct ua_invite *invite)
{
	(void)invite;
	return ENOTCONN;
}

void ua_invite_end(struct ua_invite *invite, unsigned q850_cause)
{
	struct call *call = invite->call;

	invite->released = true;
	invite->end_cause = q850_cause;
	if (invite->side == CALLEE && !call->answered)
		invite_refuse(invite, 480, "Temporarily Unavailable");
	else if (invite->side == CALLEE ? call->confirmed : invite->established)
		invite_bye(invite);
	else if (invite->side == CALLER && invite->progressed)
		invite_cancel(invite);
	else
		invite->end_wanted = true;
}
