/* SPDX-License-Identifier: BSD-3-Clause */
/* INFO in a call (RFC 6086 legacy usage): something for the peer that changes nothing in the session. */
#include <errno.h>

#include "sip/invite_private.h"

void ua_info_stop(struct ua_invite *invite)
{
	struct ua_info *info = &invite->info;

	info->request = mem_deref(info->request);
	info->body = mem_deref(info->body);
	info->type = NULL;
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_info(struct ua_invite *invite)
{
	struct ua_info *info = &invite->info;
	const struct ua_outgoing outgoing = {
		.method = "INFO", .cseq = ++invite->dialog->local_cseq, .extra = "", .body = info->body, .type = info->type,
	};

	return ua_agent_request(&info->request, invite->account, invite->dialog, &outgoing, on_response, invite);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_invite *invite = arg;
	const struct ua_event gone = {.type = UA_EV_GONE, .msg = msg};

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    !ua_agent_challenged(invite->account, &invite->info.attempt, msg) && !send_info(invite))
		return;
	ua_info_stop(invite);
	if (!err && msg->scode == 481)
		ua_invite_event(invite, &gone);
}

int ua_invite_info(struct ua_invite *invite, const char *type, const char *body)
{
	struct ua_info *info = &invite->info;
	int err;

	if (invite->state != UA_INVITE_TALKING)
		return ENOTCONN;
	if (info->body)
		return EALREADY;
	info->attempt = (struct ua_attempt){0};
	info->type = type;
	info->body = ua_text_format("%s", body);
	err = info->body ? send_info(invite) : ENOMEM;
	if (err)
		ua_info_stop(invite);
	return err;
}
