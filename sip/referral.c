/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A transfer that the peer of a call asks us for: REFER comes, the user decides, and NOTIFY after NOTIFY reports
 * (RFC 3515 s2.4.4). One NOTIFY is under way at a time, so that they arrive in order; what is overtaken meanwhile is
 * not reported.
 */
#include <errno.h>

#include "sip/invite_private.h"
#include "sip/refer.h"
#include "sip/refer_text.h"

#define EXPIRES_MAX_S 180 /* three minutes are longer than any call rings */

struct ua_referral {
	struct le le; /* in agent->referrals */
	struct ua_account *account;
	struct ua_dialog *dialog;
	struct ua_request *request;
	struct ua_attempt attempt;
	uint32_t id; /* CSeq of the REFER */
	bool hides;  /* the call hides who made it */
	bool silent; /* no reports are wanted (RFC 4488) */
	bool held;   /* the REFER has no answer yet: reports wait for it */
	unsigned sent, wanted; /* status of the last NOTIFY, and of the one that is due */
	bool again;  /* whoever subscribed is owed a NOTIFY, whatever was sent */
	bool over;   /* he will have no more after it */
	unsigned expires_s;
	char phrase[UA_TEXT_MAX];
};

static void destroy(void *arg)
{
	struct ua_referral *referral = arg;

	list_unlink(&referral->le);
	mem_deref(referral->request);
	mem_deref(referral->dialog);
	mem_deref(referral->account);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static void print_state(char *text, size_t size, const struct ua_referral *referral)
{
	if (referral->sent >= 200 || referral->over)
		str_ncpy(text, referral->over ? "terminated;reason=timeout" : "terminated;reason=noresource", size);
	else
		(void)re_snprintf(text, size, "active;expires=%u", referral->expires_s);
}

static int send_notify(struct ua_referral *referral)
{
	char extra[UA_EXTRA_MAX], body[UA_TEXT_MAX + 32], state[64];
	struct ua_outgoing outgoing = {
		.method = "NOTIFY", .cseq = ++referral->dialog->local_cseq, .extra = extra,
		.body = body, .type = "message/sipfrag;version=2.0",
	};

	print_state(state, sizeof(state), referral);
	(void)re_snprintf(extra, sizeof(extra), "Contact: <%s>\r\nEvent: refer;id=%u\r\n"
		"Subscription-State: %s\r\n", ua_account_contact(referral->account, referral->dialog, referral->hides), referral->id, state);
	(void)re_snprintf(body, sizeof(body), "SIP/2.0 %u %s\r\n", referral->sent, referral->phrase);
	return ua_agent_request(&referral->request, referral->account, referral->dialog, &outgoing,
		on_response, referral);
}

/* Sends what is due when nothing is under way; the last report, or that it cannot be made, frees it. */
static void settle(struct ua_referral *referral)
{
	bool due = referral->wanted && (referral->again || referral->wanted != referral->sent);

	if (referral->request || referral->held)
		return;
	if (due && !referral->silent) {
		referral->sent = referral->wanted;
		referral->again = false;
		referral->silent = referral->over; /* after this one */
		referral->attempt = (struct ua_attempt){0};
		if (!send_notify(referral))
			return;
	}
	if (referral->wanted >= 200)
		mem_deref(referral);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_referral *referral = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) && referral->account->agent &&
	    !ua_agent_challenged(referral->account, &referral->attempt, msg) && !send_notify(referral))
		return;
	/* Nobody is there who wants to know (RFC 6665 s4.2.2). */
	if (err || msg->scode >= 300)
		referral->silent = true;
	settle(referral);
}

static void want(struct ua_referral *referral, unsigned status, const char *phrase)
{
	struct pl text;

	pl_set_str(&text, phrase);
	referral->wanted = status;
	ua_text_copy(referral->phrase, sizeof(referral->phrase), &text);
	settle(referral);
}

void ua_referral_tell(struct ua_referral *referral, unsigned status, const char *phrase)
{
	if (status >= 100 && status < 200)
		want(referral, status, phrase);
}

void ua_referral_end(struct ua_referral *referral, unsigned status, const char *phrase)
{
	want(referral, status < 200 ? 500 : status, phrase);
}

static struct ua_referral *referral_new(struct ua_invite *invite)
{
	struct ua_referral *referral = mem_zalloc(sizeof(*referral), destroy);

	if (!referral)
		return NULL;
	referral->account = mem_ref(invite->account);
	referral->hides = invite->anonymous;
	referral->dialog = mem_ref(invite->dialog);
	referral->id = invite->referred->cseq.num;
	referral->silent = ua_refer_text_silent(invite->referred);
	referral->expires_s = EXPIRES_MAX_S;
	referral->held = true;
	list_append(&invite->agent->referrals, &referral->le, referral);
	return referral;
}

static unsigned status_of(int err)
{
	return err == EPROTONOSUPPORT ? 416 : err ? 400 : 0;
}

static const char *phrase_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *phrase;
	} rows[] = {
		{202, "Accepted"}, {400, "Bad Refer-To"}, {403, "Forbidden"},
		{416, "Unsupported URI Scheme"}, {500, "Server Internal Error"}, {603, "Decline"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].status == status)
			return rows[i].phrase;
	}
	return "Refused";
}

static void reply(struct ua_invite *invite, unsigned status, bool silent)
{
	char *headers = ua_text_format("Contact: <%s>\r\n%s", ua_account_contact(invite->account, invite->dialog, invite->anonymous),
		silent ? "Refer-Sub: false\r\n" : "");
	const struct ua_reply answer = {
		.status = status, .phrase = phrase_of(status), .headers = headers,
	};

	(void)ua_transport_reply(invite->agent->transport, &invite->referred_strans, invite->referred, &answer,
		NULL);
	mem_deref(headers);
}

/* The user decides when libre's stack has returned; the sender's repetitions find the request waiting. */
void ua_referral_received(struct ua_invite *invite, const struct sip_msg *msg)
{
	struct ua_refer_target target;
	unsigned status = status_of(ua_refer_text_target(&target, msg));

	if (!status && (invite->state != UA_INVITE_TALKING || !invite->owned))
		status = 403;
	if (!status && (invite->referred || ua_transport_serve(&invite->referred_strans,
		    invite->agent->transport, msg, NULL, NULL)))
		status = 500;
	if (status) {
		ua_agent_refuse(invite->agent, msg, status, phrase_of(status), NULL);
		return;
	}
	invite->referred = mem_ref((void *)(uintptr_t)msg);
	/* Nobody would ever hear of it. */
	if (ua_post(invite, UA_POST_REFERRED, 0, NULL)) {
		reply(invite, 500, false);
		ua_referral_forget(invite);
	}
}

/* The first report is due at once. */
static void begin(struct ua_referral *referral)
{
	referral->held = false;
	if (referral->wanted)
		settle(referral);
	else
		ua_referral_tell(referral, 100, "Trying");
}

static void referred_by(char *text, size_t size, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_REFERRED_BY);

	ua_text_copy(text, size, header ? &header->val : &pl_null);
}

void ua_referral_deliver(struct ua_invite *invite)
{
	struct ua_referral *referral = referral_new(invite);
	struct ua_refer_target target;
	char by[UA_URI_MAX];
	struct ua_refer_request request = {
		.uri = target.uri, .user = target.user, .host = target.host, .replaces = target.replaces,
		.referred_by = by,
	};
	unsigned status = 603;

	(void)ua_refer_text_target(&target, invite->referred); /* it was read before */
	request.requires_replaces = target.requires_replaces;
	referred_by(by, sizeof(by), invite->referred);
	if (referral && invite->handlers.refer)
		status = invite->handlers.refer(invite, &request, referral, invite->arg);
	if (!invite->agent) /* freed by the handler, the referral with it */
		return;
	reply(invite, status, referral && referral->silent);
	ua_referral_forget(invite);
	if (status >= 300)
		mem_deref(referral);
	else
		begin(referral);
}

void ua_referral_forget(struct ua_invite *invite)
{
	invite->referred = mem_deref(invite->referred);
	invite->referred_strans = mem_deref(invite->referred_strans);
}

void ua_referral_decline(struct ua_invite *invite)
{
	if (invite->referred)
		reply(invite, 603, false);
	ua_referral_forget(invite);
}

/* ---- whoever asked may ask for its reports anew, or for no more (RFC 3515 s2.4.4, RFC 6665 s4.1.2) ---- */

static struct ua_referral *find(const struct ua_agent *agent, const struct sip_msg *msg)
{
	struct le *le;

	LIST_FOREACH(&agent->referrals, le) {
		struct ua_referral *referral = le->data;

		if (ua_dialog_has(referral->dialog, msg) && !referral->silent && !referral->over &&
		    ua_refer_text_is_about(msg, referral->id))
			return referral;
	}
	return NULL;
}

static void accept_subscription(struct ua_agent *agent, const struct ua_referral *referral, const struct sip_msg *msg)
{
	char headers[UA_EXTRA_MAX];
	const struct ua_reply ok = {.status = 200, .phrase = "OK", .headers = headers};
	struct sip_strans *strans = NULL;

	(void)re_snprintf(headers, sizeof(headers), "Contact: <%s>\r\nExpires: %u\r\n", ua_account_contact(referral->account, referral->dialog, referral->hides),
		referral->expires_s);
	(void)ua_transport_reply(agent->transport, &strans, msg, &ok, NULL);
}

bool ua_referral_has(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return find(agent, msg);
}

bool ua_referral_subscribed(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_referral *referral = pl_strcmp(&msg->met, "SUBSCRIBE") ? NULL : find(agent, msg);

	if (!referral)
		return false;
	if (!ua_dialog_in_order(referral->dialog, msg)) {
		ua_agent_refuse(agent, msg, 500, "CSeq Out Of Order", NULL);
		return true;
	}
	referral->expires_s = MIN(pl_isset(&msg->expires) ? ua_text_number(&msg->expires) : EXPIRES_MAX_S, EXPIRES_MAX_S);
	accept_subscription(agent, referral, msg);
	referral->over = !referral->expires_s;
	referral->again = true;
	settle(referral);
	return true;
}
