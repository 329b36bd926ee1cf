/* SPDX-License-Identifier: BSD-3-Clause */
/* Provisional responses of ours that the caller wants to be sure of: repeated until their PRACK comes (RFC 3262 s3). */
#include <errno.h>

#include "sip/invite_private.h"

static void on_resend(void *arg)
{
	struct ua_invite *invite = arg;
	struct ua_reliable *reliable = &invite->reliable;

	invite->agent->counts.retransmitted++;
	(void)ua_transport_send(invite->agent->transport, &reliable->hop, reliable->message);
	reliable->interval_ms *= 2;
	tmr_start(&reliable->resend, reliable->interval_ms, on_resend, invite);
}

static void on_give_up(void *arg)
{
	const struct ua_event event = {.type = UA_EV_NO_PRACK};

	ua_invite_event(arg, &event);
}

void ua_reliable_silence(struct ua_invite *invite)
{
	tmr_cancel(&invite->reliable.resend);
	tmr_cancel(&invite->reliable.give_up);
}

void ua_reliable_stop(struct ua_invite *invite)
{
	ua_reliable_silence(invite);
	invite->reliable.message = mem_deref(invite->reliable.message);
}

bool ua_reliable_is_wanted(const struct ua_invite *invite)
{
	return sip_msg_hdr_has_value(invite->msg, SIP_HDR_REQUIRE, "100rel");
}

int ua_reliable_reply(struct ua_invite *invite, const struct ua_reply *reply)
{
	struct ua_reliable *reliable = &invite->reliable;
	uint32_t rseq = (reliable->rseq ? reliable->rseq : rand_u16()) + 1;
	char *headers = ua_text_format("%sRequire: 100rel\r\nRSeq: %u\r\n", reply->headers, rseq);
	struct ua_reply whole = *reply;
	int err = ENOMEM;

	whole.headers = headers;
	if (headers)
		err = ua_transport_reply(invite->agent->transport, &invite->strans, invite->msg, &whole, &reliable->message);
	mem_deref(headers);
	if (err)
		return err;
	reliable->rseq = rseq;
	reliable->cseq = invite->msg->cseq.num;
	reliable->describes = reply->body;
	reliable->offers = reply->body && !invite->early_text;
	ua_transport_reply_hop(&reliable->hop, invite->msg);
	reliable->interval_ms = UA_T1_MS;
	tmr_start(&reliable->resend, UA_T1_MS, on_resend, invite);
	tmr_start(&reliable->give_up, UA_TIMEOUT_MS, on_give_up, invite);
	return 0;
}

/* RAck: the RSeq, and CSeq and method of what it was a response to. */
static bool is_about(const struct ua_reliable *reliable, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_RACK);
	struct pl rseq, cseq, method;

	return header && !re_regex(header->val.p, header->val.l, "[0-9]+[ \t]+[0-9]+[ \t]+[^ \t]+", &rseq, NULL, &cseq, NULL,
			&method) &&
		ua_text_number(&rseq) == reliable->rseq && ua_text_number(&cseq) == reliable->cseq &&
		!pl_strcmp(&method, "INVITE");
}

static void take_answer(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event broken = {.type = UA_EV_BROKEN};
	struct ua_sdp answer;

	if (ua_message_sdp(&answer, msg)) {
		ua_agent_refuse(invite->agent, msg, 400, "No Usable Answer", NULL);
		ua_invite_event(invite, &broken);
		return;
	}
	ua_update_accept(invite, msg, NULL);
	invite->reliable.settled = true;
	ua_session_note(invite, &answer);
	ua_post(invite, UA_POST_CHANGED, 0, &answer);
}

void ua_reliable_acknowledged(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event ring = {.type = UA_EV_RING}, pick_up = {.type = UA_EV_PICK_UP};
	struct ua_reliable *reliable = &invite->reliable;

	if (!reliable->message || !is_about(reliable, msg)) {
		ua_agent_refuse(invite->agent, msg, 481, "No Such Response", NULL);
		return;
	}
	ua_reliable_stop(invite);
	reliable->settled |= reliable->describes && !reliable->offers; /* it was our answer */
	if (reliable->offers)
		take_answer(invite, msg);
	else
		ua_update_received(invite, NULL, msg);
	if (reliable->pick_up_waits)
		(void)ua_invite_event(invite, &pick_up);
	else if (invite->early_due)
		(void)ua_invite_event(invite, &ring);
}
