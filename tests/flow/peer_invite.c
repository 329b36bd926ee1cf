/* SPDX-License-Identifier: BSD-3-Clause */
/* The gateway's side of a call: what it does to it by sip/invite.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/flow/peer_private.h"

#define RING_AGAIN_MS 60000

static void record_request(const struct ua_invite *invite, bool out, const char *method, bool from_us)
{
	const struct call *call = invite->call;
	enum side from = from_us ? invite->side : other_side(invite->side);

	peer_record(call->peer, call, out, method, 0, call->names[from], call->names[other_side(from)]);
}

void invite_sent(const struct ua_invite *invite, const char *method)
{
	record_request(invite, true, method, true);
}

void invite_came(const struct ua_invite *invite, const char *method)
{
	record_request(invite, false, method, false);
}

/* A response, to a request of the given side. */
static void record_response(const struct ua_invite *invite, bool out, const char *method, unsigned status,
	enum side requester)
{
	const struct call *call = invite->call;

	peer_record(call->peer, call, out, method, status, call->names[requester],
		call->names[other_side(requester)]);
}

void invite_replied(const struct ua_invite *invite, const char *method, unsigned status)
{
	record_response(invite, true, method, status, other_side(invite->side));
}

void invite_reply_came(const struct ua_invite *invite, const char *method, unsigned status)
{
	record_response(invite, false, method, status, invite->side);
}

struct message *invite_pass(struct ua_invite *invite, enum message_kind kind)
{
	return message_send(invite->call, kind, other_side(invite->side), 2);
}

static void on_ring_timer(void *arg)
{
	ua_invite_ring(arg);
}

int invite_alloc(struct ua_invite **invitep, struct call *call, enum side side, struct ua_account *account)
{
	struct ua_invite *invite = calloc(1, sizeof(*invite));
	int err = invite ? loop_timer_alloc(&invite->ring_timer, call->peer->loop, on_ring_timer, invite)
			 : ENOMEM;

	if (err) {
		free(invite);
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
	free(invite);
}

int ua_invite_send(struct ua_invite **invitep, struct ua_account *account, const char *user,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	struct call *call = call_alloc(peer_current(), account->user, user);
	struct ua_invite *invite = NULL;

	if (!call)
		return ENOMEM;
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

void ua_invite_accept(struct ua_invite *invite, const struct ua_invite_handlers *handlers, void *arg)
{
	invite->accepted = true;
	invite->handlers = handlers;
	invite->arg = arg;
}

int ua_invite_ring(struct ua_invite *invite)
{
	struct message *message = invite_pass(invite, MESSAGE_PROGRESS);

	if (!message)
		return ENOMEM;
	message->status = 180;
	invite_replied(invite, "INVITE", 180);
	loop_timer_start(invite->ring_timer, RING_AGAIN_MS);
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

static void request_pass(struct ua_invite *invite, enum message_kind kind, const char *method)
{
	struct message *message = invite_pass(invite, kind);

	if (message)
		message->q850_cause = invite->end_cause;
	invite_sent(invite, method);
}

void invite_bye(struct ua_invite *invite)
{
	invite->end_wanted = false;
	request_pass(invite, MESSAGE_BYE, "BYE");
	invite->call->over = true;
}

void invite_cancel(struct ua_invite *invite)
{
	invite->end_wanted = false;
	request_pass(invite, MESSAGE_CANCEL, "CANCEL");
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
