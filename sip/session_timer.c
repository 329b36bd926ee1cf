/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Session timers (RFC 4028): a call whose other end has vanished is noticed by a refresh that nobody answers, or that does not
 * come. We ask for them where the account wants them, and take part wherever the peer does.
 */
#include <errno.h>

#include "sip/invite_private.h"

#define MIN_SE_S          90    /* s4: no interval below it */
#define EXPIRES_MAX_S     86400
#define RAISES_MAX        3     /* how often a 422 makes us ask again */
#define AGAIN_BUSY_MS     2000
#define AGAIN_UNANSWERED_MS 30000

static bool read_expires(const struct sip_msg *msg, unsigned *expires_s, struct pl *refresher)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_SESSION_EXPIRES);

	*refresher = (struct pl){NULL, 0};
	if (!header)
		return false;
	*expires_s = MIN(ua_text_number(&header->val), EXPIRES_MAX_S);
	(void)msg_param_decode(&header->val, "refresher", refresher);
	return *expires_s > 0;
}

static bool supports(const struct sip_msg *msg)
{
	return sip_msg_hdr_has_value(msg, SIP_HDR_SUPPORTED, "timer");
}

static void note_abilities(struct ua_session_timer *timer, const struct sip_msg *msg)
{
	if (sip_msg_hdr(msg, SIP_HDR_ALLOW))
		timer->peer_updates = sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "UPDATE");
}

void ua_timer_stop(struct ua_invite *invite)
{
	struct ua_session_timer *timer = &invite->timer;

	tmr_cancel(&timer->refresh);
	tmr_cancel(&timer->expiry);
	timer->request = mem_deref(timer->request);
	timer->expires_s = 0;
}

static void on_refresh(void *arg);

static void on_expiry(void *arg)
{
	const struct ua_event event = {.type = UA_EV_SESSION_OVER};

	ua_invite_event(arg, &event);
}

/* Refreshed at half time; who waits for the peer's refresh ends the call a little before the time is over (s10). */
static void arm(struct ua_invite *invite, unsigned expires_s, bool we_refresh)
{
	struct ua_session_timer *timer = &invite->timer;
	unsigned early_s = we_refresh ? 0 : MIN(32, expires_s / 3);

	timer->expires_s = expires_s;
	timer->we_refresh = we_refresh;
	tmr_cancel(&timer->refresh);
	if (we_refresh)
		tmr_start(&timer->refresh, expires_s * 1000ull / 2, on_refresh, invite);
	tmr_start(&timer->expiry, (expires_s - early_s) * 1000ull, on_expiry, invite);
}

/* ---- what we ask ---- */

void ua_timer_ask(const struct ua_invite *invite, char lines[UA_TIMER_LINES_MAX])
{
	const struct ua_session_timer *timer = &invite->timer;
	const char *refresher = !invite->answered ? "" : timer->we_refresh ? ";refresher=uac" : ";refresher=uas";
	unsigned expires_s = invite->answered ? timer->expires_s : MAX(timer->min_se_s, invite->account->session_expires_s);

	lines[0] = 0;
	if (expires_s && (invite->answered || invite->account->session_expires_s))
		(void)re_snprintf(lines, UA_TIMER_LINES_MAX, "Session-Expires: %u%s\r\nMin-SE: %u\r\n",
			MAX(expires_s, timer->min_se_s), refresher, MAX(timer->min_se_s, MIN_SE_S));
}

bool ua_timer_raise(struct ua_invite *invite, const struct sip_msg *msg)
{
	struct ua_session_timer *timer = &invite->timer;
	unsigned min_se_s = ua_message_number(msg, SIP_HDR_MIN_SE, 0);

	if (min_se_s <= MAX(timer->min_se_s, MIN_SE_S) || min_se_s > EXPIRES_MAX_S || timer->raises == RAISES_MAX)
		return false;
	timer->raises++;
	timer->min_se_s = min_se_s;
	return true;
}

void ua_timer_answered(struct ua_invite *invite, const struct sip_msg *msg)
{
	struct pl refresher;
	unsigned expires_s;

	note_abilities(&invite->timer, msg);
	if (read_expires(msg, &expires_s, &refresher))
		arm(invite, MAX(expires_s, MIN_SE_S), pl_strcasecmp(&refresher, "uas") != 0);
	else
		ua_timer_stop(invite);
}

/* ---- what we are asked ---- */

bool ua_timer_refuses(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct pl refresher;
	unsigned expires_s;

	if (!read_expires(msg, &expires_s, &refresher) || expires_s >= MIN_SE_S || !supports(msg))
		return false;
	ua_agent_refuse(agent, msg, 422, "Session Interval Too Small", "Min-SE: 90\r\n");
	return true;
}

void ua_timer_accept(struct ua_invite *invite, const struct sip_msg *msg, char lines[UA_TIMER_LINES_MAX])
{
	unsigned expires_s = invite->account->session_expires_s;
	struct pl refresher;
	bool asked, we_refresh;

	lines[0] = 0;
	note_abilities(&invite->timer, msg);
	asked = read_expires(msg, &expires_s, &refresher);
	if (!asked && (!supports(msg) || !invite->account->session_expires_s)) {
		ua_timer_stop(invite);
		return;
	}
	/* What we choose ourselves has to be what every proxy on the way would take (s9). */
	if (!asked)
		expires_s = MAX(expires_s, MIN(ua_message_number(msg, SIP_HDR_MIN_SE, 0), EXPIRES_MAX_S));
	expires_s = MAX(expires_s, MIN_SE_S);
	we_refresh = pl_isset(&refresher) ? !pl_strcasecmp(&refresher, "uas") : !supports(msg);
	arm(invite, expires_s, we_refresh);
	(void)re_snprintf(lines, UA_TIMER_LINES_MAX, "Session-Expires: %u;refresher=%s\r\n%s", expires_s,
		we_refresh ? "uas" : "uac", we_refresh ? "" : "Require: timer\r\n");
}

/* ---- the refresh ---- */

static void again(struct ua_invite *invite, unsigned ms)
{
	tmr_start(&invite->timer.refresh, ms, on_refresh, invite);
}

static void unanswered(struct ua_invite *invite)
{
	again(invite, AGAIN_UNANSWERED_MS);
	ua_post(invite, UA_POST_UNREACHABLE, 0, NULL);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_update(struct ua_invite *invite)
{
	char timer[UA_TIMER_LINES_MAX];
	char *extra;
	struct ua_outgoing outgoing = {.method = "UPDATE", .cseq = ++invite->dialog->local_cseq};
	int err;

	ua_timer_ask(invite, timer);
	outgoing.extra = extra = ua_text_format("Contact: <%s>\r\nAllow: " UA_ALLOW "\r\n" UA_SUPPORTED "%s",
		ua_account_contact(invite->account, invite->dialog, invite->anonymous), timer);
	err = ENOMEM;
	if (extra)
		err = ua_agent_request(&invite->timer.request, invite->account, invite->dialog, &outgoing, on_response, invite);
	mem_deref(extra);
	return err;
}

static void refused(struct ua_invite *invite, const struct sip_msg *msg)
{
	const struct ua_event gone = {.type = UA_EV_GONE, .msg = msg};
	struct ua_session_timer *timer = &invite->timer;

	switch (msg->scode) {
	case 401:
	case 407:
		if (ua_agent_challenged(invite->account, &timer->attempt, msg) || send_update(invite))
			again(invite, AGAIN_UNANSWERED_MS);
		return;
	case 408:
		unanswered(invite);
		return;
	case 491:
	case 500:
	case 503:
		again(invite, AGAIN_BUSY_MS);
		return;
	case 422:
		again(invite, ua_timer_raise(invite, msg) ? 0 : AGAIN_UNANSWERED_MS);
		return;
	case 481:
		ua_invite_event(invite, &gone);
		return;
	case 405:
	case 501:
		timer->peer_updates = false;
		again(invite, 0);
		return;
	default: /* why should it like the next one better, or many of them */
		if (ua_reoffer_is_lost(msg->scode))
			unanswered(invite);
		else
			again(invite, AGAIN_UNANSWERED_MS);
		return;
	}
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_invite *invite = arg;

	if (err)
		unanswered(invite);
	else if (msg->scode >= 300)
		refused(invite, msg);
	else if (msg->scode >= 200) {
		(void)ua_dialog_refresh(invite->dialog, msg);
		ua_timer_answered(invite, msg);
	}
}

static void on_refresh(void *arg)
{
	struct ua_invite *invite = arg;
	struct ua_session_timer *timer = &invite->timer;

	if (invite->state != UA_INVITE_TALKING)
		return;
	timer->attempt = (struct ua_attempt){0};
	if (timer->request || ua_reoffer_is_busy(invite) || invite->update.strans) {
		again(invite, AGAIN_BUSY_MS);
		return;
	}
	again(invite, AGAIN_UNANSWERED_MS); /* unless something is answered before */
	if (timer->peer_updates)
		(void)send_update(invite);
	else
		(void)ua_reoffer_refresh(invite);
}
