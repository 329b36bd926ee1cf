/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of an invite.
 *
 *   caller   CALLING ----2xx----------------------.       (one that makes no call: ENDED)
 *              |  `--hang up--> CANCELLING --2xx--|--> ENDED (ACK, BYE)
 *              |refused             |refused      v
 *              v                    v          TALKING --BYE, hang up--> ENDED
 *            ENDED                ENDED           ^
 *                                                 |ACK
 *   called   OFFERED --pick up--> ACCEPTED -------'
 *              |reject, CANCEL      `--hang up--> CLOSING --ACK--> ENDED (BYE)
 *              v
 *            ENDED
 *
 * A called one must not send BYE before the ACK came or was given up (RFC 3261 s15): hence CLOSING.
 */
#include "sip/invite_private.h"

static void end_answered(struct ua_invite *invite, enum ua_end_by by, unsigned q850_cause,
	const char *reason)
{
	const struct ua_end end = {
		.by = by, .q850_cause = q850_cause, .after_answer = true, .reason = reason,
	};

	ua_post_ended(invite, &end);
}

static void say_bye(struct ua_invite *invite, const struct ua_event *event)
{
	unsigned cause = event->q850_cause ? event->q850_cause : invite->q850_cause;

	(void)ua_bye_send(invite->account, invite->dialog, cause);
}

static void note_cause(struct ua_invite *invite, const struct ua_event *event)
{
	invite->q850_cause = event->q850_cause;
}

static void no_ack(struct ua_invite *invite, const struct ua_event *event)
{
	say_bye(invite, event);
	end_answered(invite, UA_END_BY_TIMEOUT, 0, "No ACK");
}

static void broken(struct ua_invite *invite, const struct ua_event *event)
{
	say_bye(invite, event);
	end_answered(invite, UA_END_BY_ERROR, 0, "No Usable Answer");
}

static void session_over(struct ua_invite *invite, const struct ua_event *event)
{
	say_bye(invite, event);
	end_answered(invite, UA_END_BY_TIMEOUT, 0, "Session Expired");
}

static void bye_came(struct ua_invite *invite, const struct ua_event *event)
{
	end_answered(invite, UA_END_BY_PEER, ua_message_q850(event->msg), "BYE");
}

static void gone(struct ua_invite *invite, const struct ua_event *event)
{
	const struct ua_end end = {
		.by = UA_END_BY_PEER, .status = event->msg->scode, .after_answer = true,
		.reason = "Call Does Not Exist",
	};

	ua_post_ended(invite, &end);
}

static const struct row {
	enum ua_invite_state state;
	enum ua_invite_event event;
	enum ua_invite_state next;
	void (*action)(struct ua_invite *invite, const struct ua_event *event);
} rows[] = {
	{UA_INVITE_CALLING, UA_EV_PROGRESS, UA_INVITE_CALLING, ua_uac_progress},
	{UA_INVITE_CALLING, UA_EV_ANSWER, UA_INVITE_TALKING, ua_uac_answered},
	{UA_INVITE_CALLING, UA_EV_UNFIT, UA_INVITE_ENDED, ua_uac_unfit},
	{UA_INVITE_CALLING, UA_EV_CHALLENGED, UA_INVITE_CALLING, ua_uac_challenged},
	{UA_INVITE_CALLING, UA_EV_REFUSED, UA_INVITE_ENDED, ua_uac_refused},
	{UA_INVITE_CALLING, UA_EV_UNREACHED, UA_INVITE_ENDED, ua_uac_unreached},
	{UA_INVITE_CALLING, UA_EV_HANG_UP, UA_INVITE_CANCELLING, ua_uac_cancel},

	{UA_INVITE_CANCELLING, UA_EV_ANSWER, UA_INVITE_ENDED, ua_uac_answered_too_late},
	{UA_INVITE_CANCELLING, UA_EV_UNFIT, UA_INVITE_ENDED, ua_uac_answered_too_late},
	{UA_INVITE_CANCELLING, UA_EV_CHALLENGED, UA_INVITE_ENDED, ua_uac_given_up},
	{UA_INVITE_CANCELLING, UA_EV_REFUSED, UA_INVITE_ENDED, ua_uac_given_up},
	{UA_INVITE_CANCELLING, UA_EV_UNREACHED, UA_INVITE_ENDED, ua_uac_given_up},

	{UA_INVITE_OFFERED, UA_EV_RING, UA_INVITE_OFFERED, ua_uas_ring},
	{UA_INVITE_OFFERED, UA_EV_PICK_UP, UA_INVITE_ACCEPTED, ua_uas_pick_up},
	{UA_INVITE_OFFERED, UA_EV_REJECT, UA_INVITE_ENDED, ua_uas_reject},
	{UA_INVITE_OFFERED, UA_EV_HANG_UP, UA_INVITE_ENDED, ua_uas_reject},
	{UA_INVITE_OFFERED, UA_EV_CANCEL, UA_INVITE_ENDED, ua_uas_cancelled},
	{UA_INVITE_OFFERED, UA_EV_EXPIRED, UA_INVITE_ENDED, ua_uas_expired},
	{UA_INVITE_OFFERED, UA_EV_BYE, UA_INVITE_ENDED, ua_uas_bye_early},
	{UA_INVITE_OFFERED, UA_EV_NO_PRACK, UA_INVITE_ENDED, ua_uas_no_prack},
	{UA_INVITE_OFFERED, UA_EV_BROKEN, UA_INVITE_ENDED, ua_uas_failed},

	{UA_INVITE_ACCEPTED, UA_EV_ACK, UA_INVITE_TALKING, ua_uas_acked},
	{UA_INVITE_ACCEPTED, UA_EV_NO_ACK, UA_INVITE_ENDED, no_ack},
	{UA_INVITE_ACCEPTED, UA_EV_BROKEN, UA_INVITE_ENDED, ua_uas_failed},
	{UA_INVITE_ACCEPTED, UA_EV_HANG_UP, UA_INVITE_CLOSING, note_cause},
	{UA_INVITE_ACCEPTED, UA_EV_BYE, UA_INVITE_ENDED, bye_came},

	{UA_INVITE_CLOSING, UA_EV_ACK, UA_INVITE_ENDED, say_bye},
	{UA_INVITE_CLOSING, UA_EV_NO_ACK, UA_INVITE_ENDED, say_bye},
	{UA_INVITE_CLOSING, UA_EV_BYE, UA_INVITE_ENDED, NULL}, /* the user let go */

	{UA_INVITE_TALKING, UA_EV_HANG_UP, UA_INVITE_ENDED, say_bye},
	{UA_INVITE_TALKING, UA_EV_BYE, UA_INVITE_ENDED, bye_came},
	{UA_INVITE_TALKING, UA_EV_REINVITE, UA_INVITE_TALKING, ua_uas_reinvited},
	{UA_INVITE_TALKING, UA_EV_GONE, UA_INVITE_ENDED, gone},
	{UA_INVITE_TALKING, UA_EV_CANCEL, UA_INVITE_TALKING, ua_uas_reinvite_cancelled},
	{UA_INVITE_TALKING, UA_EV_ACK, UA_INVITE_TALKING, ua_uas_reinvite_acked},
	{UA_INVITE_TALKING, UA_EV_NO_ACK, UA_INVITE_TALKING, ua_uas_unacknowledged},
	{UA_INVITE_TALKING, UA_EV_SESSION_OVER, UA_INVITE_ENDED, session_over},
	{UA_INVITE_TALKING, UA_EV_BROKEN, UA_INVITE_ENDED, broken},
};

static const struct row *find_row(enum ua_invite_state state, enum ua_invite_event event)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].state == state && rows[i].event == event)
			return &rows[i];
	}
	return NULL;
}

static void on_linger(void *arg)
{
	mem_deref(arg);
}

void ua_invite_linger(struct ua_invite *invite)
{
	if (tmr_isrunning(&invite->linger))
		tmr_start(&invite->linger, UA_TIMEOUT_MS, on_linger, invite);
}

static void enter_ended(struct ua_invite *invite)
{
	tmr_cancel(&invite->expires);
	tmr_cancel(&invite->ring);
	ua_accepting_stop(invite);
	ua_reliable_stop(invite);
	ua_timer_stop(invite);
	ua_reoffer_stop(invite);
	ua_update_refuse(invite, 487, "Request Terminated");
	ua_uas_refuse_offer(invite, 487, "Request Terminated");
	ua_invite_settle(invite);
}

/* A call that was answered is remembered for as long as its 2xx or its BYE may come again, and one of ours that was not, for as long as a
 * 2xx of another fork may. */
void ua_invite_settle(struct ua_invite *invite)
{
	if (invite->state != UA_INVITE_ENDED || invite->owned || !list_isempty(&invite->posts))
		return;
	if (!tmr_isrunning(&invite->linger))
		tmr_start(&invite->linger, invite->answered || invite->started ? UA_TIMEOUT_MS : 0, on_linger, invite);
}

bool ua_invite_event(struct ua_invite *invite, const struct ua_event *event)
{
	const struct row *row = find_row(invite->state, event->type);
	bool ends;

	if (!row)
		return false;
	ends = row->next == UA_INVITE_ENDED && invite->state != UA_INVITE_ENDED;
	invite->state = row->next;
	if (row->action)
		row->action(invite, event);
	if (ends)
		enter_ended(invite);
	return true;
}
