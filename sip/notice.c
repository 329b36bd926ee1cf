/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/notice.h"

/* A header's value without its parameters. */
static struct pl bare(const struct sip_hdr *header)
{
	struct pl text = header ? header->val : pl_null;
	const char *end = text.l ? memchr(text.p, ';', text.l) : NULL;

	if (end)
		text.l = (size_t)(end - text.p);
	while (text.l && (text.p[text.l - 1] == ' ' || text.p[text.l - 1] == '\t'))
		text.l--;
	return text;
}

struct pl ua_notice_event(const struct sip_msg *msg)
{
	return bare(sip_msg_hdr(msg, SIP_HDR_EVENT));
}

bool ua_notice_is_about(const struct sip_msg *msg, const char *event)
{
	struct pl named = ua_notice_event(msg);

	return !pl_strcasecmp(&named, event);
}

static bool is_of_type(const struct sip_msg *msg, const char *accept)
{
	size_t length = strcspn(accept, "/");
	const struct pl type = {accept, length};

	return !pl_casecmp(&msg->ctyp.type, &type) && !pl_strcasecmp(&msg->ctyp.subtype, accept + length + 1);
}

static void refuse_type(struct ua_agent *agent, const struct sip_msg *msg, const char *accept)
{
	char header[UA_TEXT_MAX];

	(void)re_snprintf(header, sizeof(header), "Accept: %s\r\n", accept);
	ua_agent_refuse(agent, msg, 415, "Unsupported Media Type", header);
}

bool ua_notice_refuses(struct ua_agent *agent, const struct sip_msg *msg, const char *event, const char *accept)
{
	char header[UA_TEXT_MAX];
	struct pl body;

	if (!ua_notice_is_about(msg, event)) {
		(void)re_snprintf(header, sizeof(header), "Allow-Events: %s\r\n", event);
		ua_agent_refuse(agent, msg, 489, "Bad Event", header);
	} else if (!sip_msg_hdr(msg, SIP_HDR_SUBSCRIPTION_STATE)) {
		ua_agent_refuse(agent, msg, 400, "Missing Subscription-State", NULL);
	} else if (ua_message_body(&body, msg) || body.l > UA_NOTICE_MAX) {
		ua_agent_refuse(agent, msg, 413, "Request Entity Too Large", NULL);
	} else if (body.l && !is_of_type(msg, accept)) {
		refuse_type(agent, msg, accept);
	} else {
		return false;
	}
	return true;
}

int ua_notice_take(struct ua_notice_slot *slot, const struct sip_msg *msg)
{
	struct pl body;
	char *text;

	if (ua_message_body(&body, msg))
		return EBADMSG;
	if (!body.l && slot->body)
		return 0;
	text = mem_alloc(body.l + 1, NULL);
	if (!text)
		return ENOMEM;
	memcpy(text, body.p, body.l);
	text[body.l] = '\0';
	mem_deref(slot->body);
	slot->body = text;
	slot->length = body.l;
	return 0;
}

struct ua_notice ua_notice_of(const struct ua_notice_slot *slot)
{
	return (struct ua_notice){slot->body, slot->length};
}

void ua_notice_state(struct ua_notice_state *state, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_SUBSCRIPTION_STATE);
	struct pl number;

	*state = (struct ua_notice_state){.state = bare(header), .expires_s = UINT32_MAX};
	if (!header)
		return;
	if (!msg_param_decode(&header->val, "expires", &number))
		state->expires_s = ua_text_number(&number);
	if (!msg_param_decode(&header->val, "retry-after", &number))
		state->retry_after_s = ua_text_number(&number);
	if (msg_param_decode(&header->val, "reason", &state->reason))
		state->reason = pl_null;
}
