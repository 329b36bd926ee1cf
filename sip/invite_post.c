/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the user is to hear waits here until libre's stack has returned to the main loop: then a handler may
 * do what it likes, even free the agent, and no handler comes from within a call of the user's.
 */
#include "sip/caller.h"
#include "sip/invite_private.h"
#include "sip/moved.h"

struct post {
	struct le le;
	enum ua_post_type type;
	unsigned status;
	bool has_sdp;
	struct ua_sdp sdp;
	struct ua_end end;
	char reason[UA_TEXT_MAX];
};

static void destroy(void *arg)
{
	struct post *post = arg;

	list_unlink(&post->le);
}

static const struct ua_sdp *sdp_of(const struct post *post)
{
	return post->has_sdp ? &post->sdp : NULL;
}

static void call_incoming(struct ua_invite *invite, const struct post *post)
{
	struct ua_caller caller;
	struct ua_incoming incoming = {
		.account = invite->account->host ? invite->account->host : invite->account,
		.called_user = caller.called,
		.caller_user = caller.user,
		.caller_name = caller.name,
		.alert_info = caller.alert_info,
		.offer = sdp_of(post),
	};
	const struct sip_msg *msg = invite->first;

	ua_caller_read(&caller, invite->account, msg);
	incoming.anonymous = caller.anonymous;
	incoming.verification = caller.verification;
	incoming.diversions = caller.diversions;
	incoming.came_back = caller.came_back;
	incoming.past_servers = ua_invite_is_ours(invite->agent, msg);
	/* What it wants to replace may have ended since it was read. */
	if (invite->account->agent && ua_replaces_find(&incoming.replaces, invite->account, msg)) {
		ua_invite_reject(invite, 603, "Decline");
		return;
	}
	if (invite->account->agent)
		invite->agent->incoming(invite, &incoming, invite->agent->arg);
	if (!invite->agent)
		return;
	invite->first = mem_deref(invite->first);
	if (!invite->owned)
		ua_invite_reject(invite, 480, "Temporarily Unavailable");
}

static void call_progress(struct ua_invite *invite, const struct post *post)
{
	if (invite->handlers.progress)
		invite->handlers.progress(invite, post->status, sdp_of(post), invite->arg);
}

static void call_answered(struct ua_invite *invite, const struct post *post)
{
	if (invite->handlers.answered)
		invite->handlers.answered(invite, sdp_of(post), invite->arg);
}

static void call_offered(struct ua_invite *invite, const struct post *post)
{
	struct ua_sdp answer;
	bool updates = invite->update.strans != NULL;
	int err = ENOTSUP;

	if (!updates && !invite->strans) /* cancelled meanwhile */
		return;
	if (invite->handlers.offered)
		err = invite->handlers.offered(invite, sdp_of(post), &answer, invite->arg);
	if (!invite->agent || !(updates ? invite->update.strans : invite->strans))
		return;
	if (updates && err)
		ua_update_refuse(invite, 488, "Not Acceptable Here");
	else if (updates)
		ua_update_answer(invite, &answer);
	else if (err)
		ua_uas_refuse_offer(invite, 488, "Not Acceptable Here");
	else
		ua_uas_answer_offer(invite, &answer);
}

static void call_changed(struct ua_invite *invite, const struct post *post)
{
	if (invite->handlers.changed)
		invite->handlers.changed(invite, sdp_of(post), invite->arg);
}

static void call_unreachable(struct ua_invite *invite, const struct post *post)
{
	(void)post;
	if (invite->handlers.unreachable)
		invite->handlers.unreachable(invite, invite->arg);
}

static void call_transfer(struct ua_invite *invite, const struct post *post)
{
	if (invite->handlers.transfer)
		invite->handlers.transfer(invite, post->status, post->type == UA_POST_TRANSFERRED, invite->arg);
}

static void call_referred(struct ua_invite *invite, const struct post *post)
{
	(void)post;
	if (invite->referred)
		ua_referral_deliver(invite);
}

static void call_ended(struct ua_invite *invite, const struct post *post)
{
	struct ua_end end = post->end;
	struct ua_moved moved[UA_MOVED_MAX];

	end.reason = post->reason;
	end.moved = moved;
	for (; invite->moved && end.moved_count < invite->moved->count; end.moved_count++)
		moved[end.moved_count] = ua_moved_of(invite->moved, end.moved_count);
	if (invite->handlers.ended)
		invite->handlers.ended(invite, &end, invite->arg);
	invite->owned = false;
}

static void deliver(struct ua_invite *invite, const struct post *post)
{
	static void (*const calls[])(struct ua_invite *invite, const struct post *post) = {
		[UA_POST_INCOMING] = call_incoming, [UA_POST_PROGRESS] = call_progress,
		[UA_POST_ANSWERED] = call_answered, [UA_POST_OFFERED] = call_offered,
		[UA_POST_CHANGED] = call_changed,   [UA_POST_UNREACHABLE] = call_unreachable,
		[UA_POST_TRANSFER] = call_transfer, [UA_POST_TRANSFERRED] = call_transfer,
		[UA_POST_REFERRED] = call_referred, [UA_POST_ENDED] = call_ended,
	};

	calls[post->type](invite, post);
}

static void on_deliver(void *arg)
{
	struct ua_invite *invite = mem_ref(arg);
	struct post *post = list_ledata(list_head(&invite->posts));

	list_unlink(&post->le);
	if (!list_isempty(&invite->posts))
		tmr_start(&invite->deliver, 0, on_deliver, invite);
	deliver(invite, post);
	mem_deref(post);
	if (invite->agent)
		ua_invite_settle(invite);
	mem_deref(invite);
}

int ua_post_reserve(struct ua_invite *invite)
{
	invite->last_post = mem_zalloc(sizeof(struct post), destroy);
	return invite->last_post ? 0 : ENOMEM;
}

static struct post *append(struct ua_invite *invite, enum ua_post_type type)
{
	struct post *post = mem_zalloc(sizeof(*post), destroy);

	if (!post && type == UA_POST_ENDED) {
		post = invite->last_post;
		invite->last_post = NULL;
	}
	if (!post)
		return NULL;
	post->type = type;
	list_append(&invite->posts, &post->le, post);
	tmr_start(&invite->deliver, 0, on_deliver, invite);
	return post;
}

int ua_post(struct ua_invite *invite, enum ua_post_type type, unsigned status, const struct ua_sdp *sdp)
{
	struct post *post = append(invite, type);

	if (!post)
		return ENOMEM;
	post->status = status;
	if (sdp) {
		post->has_sdp = true;
		post->sdp = *sdp;
	}
	return 0;
}

void ua_post_ended(struct ua_invite *invite, const struct ua_end *end)
{
	struct post *post = append(invite, UA_POST_ENDED);

	if (!post)
		return;
	post->end = *end;
	if (end->reason)
		str_ncpy(post->reason, end->reason, sizeof(post->reason));
}

void ua_post_drop(struct ua_invite *invite)
{
	tmr_cancel(&invite->deliver);
	list_flush(&invite->posts);
}
