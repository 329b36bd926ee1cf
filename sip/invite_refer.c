/* SPDX-License-Identifier: BSD-3-Clause */
/* A transfer that we ask the peer of a call for: REFER, and the NOTIFYs that tell how it fares (RFC 3515 s2.4). */
#include <errno.h>
#include <string.h>

#include "sip/invite_private.h"
#include "sip/notice.h"
#include "sip/refer.h"
#include "sip/refer_text.h"

#define STATUS_NOT_SENT   500
#define STATUS_NO_OUTCOME 487 /* the peer stopped telling before it told how it ended */

void ua_refer_stop(struct ua_invite *invite)
{
	struct ua_refer *refer = &invite->refer;

	refer->request = mem_deref(refer->request);
	refer->refer_to = mem_deref(refer->refer_to);
	refer->waits = false;
}

static void finish(struct ua_invite *invite, unsigned status)
{
	ua_refer_stop(invite);
	if (invite->owned)
		ua_post(invite, UA_POST_TRANSFERRED, status, NULL);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_refer(struct ua_invite *invite)
{
	struct ua_refer *refer = &invite->refer;
	const char *address = invite->account->address;
	bool hidden = invite->anonymous; /* and stays so: Referred-By need not be there (RFC 3892 s2.1) */
	char *extra = ua_text_format("Contact: <%s>\r\nRefer-To: <%s>\r\n%s%s%s", ua_account_contact(invite->account, invite->dialog, invite->anonymous), refer->refer_to,
		hidden ? "" : "Referred-By: ", hidden ? "" : address, hidden ? "" : "\r\n");
	struct ua_outgoing outgoing = {
		.method = "REFER", .cseq = ++invite->dialog->local_cseq, .extra = extra,
	};
	int err = ENOMEM;

	refer->cseq = outgoing.cseq;
	if (extra)
		err = ua_agent_request(&refer->request, invite->account, invite->dialog, &outgoing,
			on_response, invite);
	mem_deref(extra);
	return err;
}

static void refused(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event gone = {.type = UA_EV_GONE, .msg = msg};

	if ((msg->scode == 401 || msg->scode == 407) &&
	    !ua_agent_challenged(invite->account, &invite->refer.attempt, msg) && !send_refer(invite))
		return;
	finish(invite, msg->scode);
	if (msg->scode == 481)
		ua_invite_event(invite, &gone);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_invite *invite = arg;

	if (err)
		finish(invite, 408);
	else if (msg->scode >= 300)
		refused(invite, msg);
	else if (msg->scode >= 200 && ua_refer_text_silent(msg))
		finish(invite, msg->scode);
}

static char *refer_to_of(const struct ua_invite *invite, const struct ua_refer_to *to)
{
	if (to->other)
		return ua_refer_text_replaces(to->other->dialog, to->by_address);
	if (to->focus)
		return ua_refer_text_focus(to->focus->dialog);
	if (to->dropped)
		return ua_text_format("%s;method=BYE", to->dropped);
	return ua_refer_text_user(invite->dialog->secure ? "sips" : invite->account->scheme, to->user, invite->account->domain);
}

/* What goes between angle brackets. */
static bool is_uri(const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p <= ' ' || strchr("<>\"\177", *p))
			return false;
	}
	return text[0];
}

static bool is_valid(const struct ua_refer_to *to)
{
	if (to->other || to->focus)
		return true;
	if (to->dropped)
		return is_uri(to->dropped);
	return to->user && to->user[0] && strlen(to->user) <= UA_USER_MAX;
}

static bool has_dialog(const struct ua_invite *invite)
{
	return !invite || invite->dialog;
}

void ua_invite_far_uri(const struct ua_invite *invite, char *uri, size_t size)
{
	if (invite->dialog)
		ua_refer_text_far(invite->dialog, uri, size);
	else
		uri[0] = '\0';
}

int ua_invite_refer(struct ua_invite *invite, const struct ua_refer_to *to)
{
	struct ua_refer *refer = &invite->refer;
	int err;

	if (invite->state != UA_INVITE_TALKING || !has_dialog(to->other) || !has_dialog(to->focus))
		return ENOTCONN;
	if (refer->request || refer->waits)
		return EALREADY;
	if (!is_valid(to))
		return EINVAL;
	ua_refer_stop(invite);
	refer->attempt = (struct ua_attempt){0};
	refer->refer_to = refer_to_of(invite, to);
	refer->waits = invite->reoffer.text != NULL;
	err = !refer->refer_to ? ENOMEM : refer->waits ? 0 : send_refer(invite);
	if (err)
		ua_refer_stop(invite);
	return err;
}

void ua_refer_go_on(struct ua_invite *invite)
{
	struct ua_refer *refer = &invite->refer;

	if (!refer->waits)
		return;
	refer->waits = false;
	if (invite->state != UA_INVITE_TALKING)
		ua_refer_stop(invite);
	else if (send_refer(invite))
		finish(invite, STATUS_NOT_SENT);
}

static bool is_terminated(const struct sip_msg *msg)
{
	struct ua_notice_state state;

	ua_notice_state(&state, msg);
	return !pl_strcasecmp(&state.state, "terminated");
}

/* Also after the call ended: the NOTIFY that crosses the BYE is answered. */
void ua_refer_notified(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_reply ok = {.status = 200, .phrase = "OK"};
	unsigned status = ua_sipfrag_status(msg);
	struct sip_strans *strans = NULL;

	if (!invite->refer.refer_to || !ua_refer_text_is_about(msg, invite->refer.cseq)) {
		ua_agent_refuse(invite->agent, msg, 481, "Subscription Does Not Exist", NULL);
		return;
	}
	(void)ua_transport_reply(invite->agent->transport, &strans, msg, &ok, NULL);
	if (status >= 200 || is_terminated(msg))
		finish(invite, status >= 200 ? status : STATUS_NO_OUTCOME);
	else if (status && invite->owned)
		ua_post(invite, UA_POST_TRANSFER, status, NULL);
}
