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

static void tell(struct ua_invite *invite, unsigned status)
{
	if (invite->handlers.informed && invite->state == UA_INVITE_TALKING)
		invite->handlers.informed(invite, status, invite->arg);
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
	else
		tell(invite, err ? 408 : msg->scode);
}

static int key_read(struct ua_key_info *key, const struct sip_msg *msg)
{
	const struct sip_hdr *type = sip_msg_hdr(msg, SIP_HDR_CONTENT_TYPE);
	struct pl name = type ? type->val : pl_null;
	const char *parameters = pl_strchr(&name, ';');
	struct pl body;

	if (parameters)
		name.l = (size_t)(parameters - name.p);
	if (ua_message_body(&body, msg))
		return EBADMSG;
	if (!body.l)
		return ENODATA;
	return ua_key_info_parse(key, name.p, name.l, body.p, body.l);
}

void ua_info_received(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_reply ok = {.status = 200, .phrase = "OK"};
	struct sip_strans *strans = NULL;
	struct ua_key_info key;
	int err = key_read(&key, msg);
	bool taken = invite->handlers.key && invite->state == UA_INVITE_TALKING;

	if (err == EBADMSG) {
		ua_agent_refuse(invite->agent, msg, 400, "No Key In It", NULL);
		return;
	}
	if (err == ENOTSUP || (!err && !taken)) {
		ua_agent_refuse(invite->agent, msg, 415, "Unsupported Media Type", UA_KEY_INFO_ACCEPT);
		return;
	}
	/* RFC 2976 s2.2: one without a body is a question whether the call is there. */
	(void)ua_transport_reply(invite->agent->transport, &strans, msg, &ok, NULL);
	if (!err)
		invite->handlers.key(invite, &key, invite->arg);
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
