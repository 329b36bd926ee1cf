/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests that change the session without being an INVITE: UPDATE (RFC 3311), in a call or in the early dialog before it, and PRACK
 * with an offer (RFC 3262 s5). Both may be empty, and then an UPDATE only refreshes the session.
 */
#include <errno.h>

#include "sip/invite_private.h"

/* What an offer that comes now meets (RFC 3311 s5.2): 491 one of ours, 500 one of the peer's own; 0: it can be answered. */
static unsigned conflict(const struct ua_invite *invite, const struct ua_fork *fork)
{
	if (invite->update.strans)
		return 500;
	switch (invite->state) {
	case UA_INVITE_CALLING:
		return fork && fork->answered ? 0 : 491;
	case UA_INVITE_OFFERED:
		return invite->reliable.settled ? 0 : invite->reliable.message && invite->reliable.offers ? 491 : 500;
	case UA_INVITE_ACCEPTED:
	case UA_INVITE_TALKING:
		if (invite->reoffer.request || (invite->accepting.message && invite->accepting.offers))
			return 491;
		return invite->strans ? 500 : 0;
	case UA_INVITE_CANCELLING:
	case UA_INVITE_CLOSING:
	case UA_INVITE_ENDED:
	case UA_INVITE_STATES:
		return 481;
	}
	return 481;
}

static void refuse(struct ua_invite *invite, const struct sip_msg *msg, unsigned status)
{
	if (status == 500)
		ua_uas_refuse_busy(invite, msg);
	else
		ua_agent_refuse(invite->agent, msg, status, status == 491 ? "Request Pending" : "Call Does Not Exist", NULL);
}

/* PRACK takes no part in session timers, and moves no target. */
static bool is_update(const struct sip_msg *msg)
{
	return !pl_strcmp(&msg->met, "UPDATE");
}

static char *headers_for(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_dialog *dialog = invite->dialog ? invite->dialog : invite->started;
	char timer[UA_TIMER_LINES_MAX] = "";

	if (!is_update(msg))
		return ua_text_format("");
	ua_timer_accept(invite, msg, timer);
	return ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n" UA_SUPPORTED "%s",
		ua_account_contact(invite->account, dialog, invite->anonymous), timer);
}

static int reply(struct ua_invite *invite, struct sip_strans **strans, const struct sip_msg *msg, const char *text)
{
	char *headers = headers_for(invite, msg);
	const struct ua_reply ok = {
		.status = 200, .phrase = "OK", .headers = headers, .type = "application/sdp", .body = text,
	};
	int err = headers ? ua_transport_reply(invite->agent->transport, strans, msg, &ok, NULL) : ENOMEM;

	mem_deref(headers);
	return err;
}

void ua_update_accept(struct ua_invite *invite, const struct sip_msg *msg, struct ua_dialog *dialog)
{
	struct sip_strans *strans = NULL;

	if (dialog)
		(void)ua_dialog_refresh(dialog, msg);
	(void)reply(invite, &strans, msg, NULL);
}

void ua_update_received(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg)
{
	struct ua_dialog *dialog = fork ? fork->dialog : invite->dialog;
	struct ua_sdp offer;
	int err = ua_message_sdp(&offer, msg);
	unsigned status = conflict(invite, fork);

	if (is_update(msg) && ua_timer_refuses(invite->agent, msg))
		return;
	if (ua_uas_refuses_description(invite->agent, msg, err))
		return;
	if (status == 481 || (status && !err)) {
		refuse(invite, msg, status);
		return;
	}
	if (err) {
		ua_update_accept(invite, msg, is_update(msg) ? dialog : NULL);
		return;
	}
	if (ua_transport_serve(&invite->update.strans, invite->agent->transport, msg, NULL, NULL))
		return; /* it will come again */
	invite->update.msg = mem_ref((void *)(uintptr_t)msg);
	invite->update.fork = mem_ref(fork);
	if (ua_post(invite, UA_POST_OFFERED, 0, &offer))
		ua_update_refuse(invite, 500, "Server Internal Error");
}

static void forget(struct ua_update *update)
{
	update->strans = mem_deref(update->strans);
	update->msg = mem_deref(update->msg);
	update->fork = mem_deref(update->fork);
}

void ua_update_refuse(struct ua_invite *invite, unsigned status, const char *phrase)
{
	const struct ua_reply refusal = {.status = status, .phrase = phrase};
	struct ua_update *update = &invite->update;

	if (update->strans)
		(void)ua_transport_reply(invite->agent->transport, &update->strans, update->msg, &refusal, NULL);
	forget(update);
}

void ua_update_answer(struct ua_invite *invite, const struct ua_sdp *answer)
{
	struct ua_update *update = &invite->update;
	struct ua_sdp offer;
	char *text;

	if (!ua_message_sdp(&offer, update->msg))
		ua_session_note(invite, &offer);
	text = ua_session_text(invite, answer);
	if (!text || reply(invite, &update->strans, update->msg, text)) {
		mem_deref(text);
		ua_update_refuse(invite, 500, "Server Internal Error");
		return;
	}
	mem_deref(text);
	if (is_update(update->msg))
		(void)ua_dialog_refresh(update->fork ? update->fork->dialog : invite->dialog, update->msg);
	if (update->fork && invite->state == UA_INVITE_CALLING)
		ua_fork_redescribed(invite, update->fork, &offer);
	forget(update);
}

void ua_update_stop(struct ua_invite *invite)
{
	forget(&invite->update);
}
