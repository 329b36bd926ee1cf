/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gate: what a request must fulfil before anything looks at what it wants (RFC 3261 s8.2). The checks
 * are a table, in the order of that section. Refusals are answered without a transaction: the sender's
 * repetitions are as good, and nobody can make us keep state with rubbish.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/content.h"
#include "sip/sips.h"

#define MAX_FORWARDS_MAX 255

static void refuse_malformed(struct ua_agent *agent, const struct sip_msg *msg, const char *phrase)
{
	ua_agent_count(agent, &agent->counts.refused_malformed, &msg->src);
	ua_agent_refuse(agent, msg, 400, phrase, NULL);
}

static void refuse_unknown(struct ua_agent *agent, const struct sip_msg *msg, unsigned status,
	const char *phrase, const char *headers)
{
	ua_agent_count(agent, &agent->counts.refused_unknown, &msg->src);
	ua_agent_refuse(agent, msg, status, phrase, headers);
}

static bool is(const struct sip_msg *msg, const char *method)
{
	return !pl_strcmp(&msg->met, method);
}

/* Without Via nobody can be answered (s18.2.2). */
static bool misses_header(struct ua_agent *agent, const struct sip_msg *msg)
{
	const struct {
		const struct pl *value;
		const char *phrase;
	} rows[] = {
		{&msg->to.val, "Missing To"},
		{&msg->from.val, "Missing From"},
		{&msg->callid, "Missing Call-ID"},
		{&msg->cseq.met, "Missing CSeq"},
	};

	if (!pl_isset(&msg->via.sentby)) {
		ua_agent_count(agent, &agent->counts.refused_malformed, &msg->src);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (pl_isset(rows[i].value))
			continue;
		refuse_malformed(agent, msg, rows[i].phrase);
		return true;
	}
	return false;
}

static bool contradicts_itself(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct pl body;

	if (pl_cmp(&msg->met, &msg->cseq.met))
		refuse_malformed(agent, msg, "CSeq Method Mismatch");
	else if (ua_message_body(&body, msg))
		refuse_malformed(agent, msg, "Body Shorter Than Content-Length");
	else
		return false;
	return true;
}

/* A proxy's check (s16.3) that keeps a loop through us finite; OPTIONS is how a path is traced. */
static bool went_too_far(struct ua_agent *agent, const struct sip_msg *msg)
{
	if (!pl_isset(&msg->maxfwd) || is(msg, "OPTIONS"))
		return false;
	if (!isdigit((unsigned char)msg->maxfwd.p[0]) || ua_text_number(&msg->maxfwd) > MAX_FORWARDS_MAX) {
		refuse_malformed(agent, msg, "Bad Max-Forwards");
		return true;
	}
	if (ua_text_number(&msg->maxfwd))
		return false;
	ua_agent_refuse(agent, msg, 483, "Too Many Hops", NULL);
	return true;
}

/* 405 says that we know the method but not for this address (s8.2.1), 501 that we do not know it. */
static bool wants_other_method(struct ua_agent *agent, const struct sip_msg *msg)
{
	static const char *const served[] = {"INVITE", "ACK", "BYE", "OPTIONS", "CANCEL", "REFER", "NOTIFY", "SUBSCRIBE",
		"PRACK", "UPDATE", "INFO"};
	static const char *const known[] = {
		"REGISTER", "MESSAGE", "PUBLISH",
	};

	for (size_t i = 0; i < ARRAY_SIZE(served); i++) {
		if (is(msg, served[i]))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!is(msg, known[i]))
			continue;
		refuse_unknown(agent, msg, 405, "Method Not Allowed", "Allow: " UA_ALLOW "\r\n");
		return true;
	}
	refuse_unknown(agent, msg, 501, "Not Implemented", "Allow: " UA_ALLOW "\r\n");
	return true;
}

static bool wants_other_scheme(struct ua_agent *agent, const struct sip_msg *msg)
{
	if (!pl_strcasecmp(&msg->uri.scheme, "sip"))
		return false;
	if (!pl_strcasecmp(&msg->uri.scheme, "sips") && ua_transport_has_tls(agent->transport))
		return ua_sips_came_openly(agent, msg);
	refuse_unknown(agent, msg, 416, "Unsupported URI Scheme", NULL);
	return true;
}

static bool is_known_option(const struct pl *option)
{
	static const char *const known[] = {"replaces", "norefersub", "100rel", "timer", "199"};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!pl_strcasecmp(option, known[i]))
			return true;
	}
	return false;
}

static bool write_option(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct mbuf *mb = arg;

	(void)msg;
	return !is_known_option(&header->val) && mbuf_printf(mb, "%s%r", mb->pos ? ", " : "Unsupported: ", &header->val);
}

/* s8.2.2.3 */
static bool wants_extension(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct mbuf *mb;

	if (is(msg, "CANCEL") || is(msg, "ACK") || !sip_msg_xhdr(msg, "Require"))
		return false;
	mb = mbuf_alloc(128);
	if (!mb)
		return true;
	sip_msg_xhdr_apply(msg, true, "Require", write_option, mb);
	if (!mb->pos) {
		mem_deref(mb);
		return false;
	}
	if (!mbuf_write_str(mb, "\r\n") && !mbuf_write_u8(mb, 0))
		refuse_unknown(agent, msg, 420, "Bad Extension", (const char *)mb->buf);
	mem_deref(mb);
	return true;
}

static bool has_other_content(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct pl sdp = pl_null;
	int err = is(msg, "INVITE") ? ua_message_content(&sdp, msg) : 0;

	if (err == EBADMSG)
		refuse_malformed(agent, msg, "Bad Multipart Body");
	else if (err == ENOTSUP)
		ua_agent_refuse(agent, msg, 415, "Unsupported Media Type", UA_ACCEPT);
	else
		return false;
	return true;
}

bool ua_gate_refuses(struct ua_agent *agent, const struct sip_msg *msg)
{
	static bool (*const checks[])(struct ua_agent *agent, const struct sip_msg *msg) = {
		misses_header, contradicts_itself, wants_other_method, wants_other_scheme,
		went_too_far, wants_extension, has_other_content,
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (checks[i](agent, msg))
			return true;
	}
	return false;
}
