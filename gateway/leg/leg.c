/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/cause.h"
#include "gateway/leg/leg.h"
#include "gateway/leg/leg_sdp.h"
#include "gateway/leg/leg_sockets.h"
#include "gateway/log.h"

/* No other 1xx says that somebody may answer soon. */
#define STATUS_RINGING 180
#define STATUS_QUEUED  182 /* ... as from where a call waits */

#define Q850_INCOMPATIBLE      88
#define Q850_RECOVERY_ON_TIMER 102

#define REASON_MAX 160

static const char unwilling[] = "the other side does not do it";
static const char unfit[] = "the answer is of no use";
static const char weak[] = "the other side's fingerprint is none of SHA-256, SHA-384 and SHA-512";

struct leg {
	const struct leg_config *config;
	struct leg_sockets sockets;
	struct leg_sdp sdp;
	struct ua_invite *invite; /* NULL once it ended */
	const struct leg_handlers *handlers;
	void *arg;
	bool past_servers;
	bool came;        /* the peer called */
	bool unreachable; /* the peer answered nothing the last time that it had to */
	bool silent;      /* nor does sound come */
	bool early;       /* sound may come before the answer ... */
	bool quiet;       /* ... but does not */
	bool alerted;     /* 180: somebody is to hear that it rings */
	struct ua_end end;
	char reason[REASON_MAX]; /* of it */
	char cname[UA_RTCP_CNAME_BYTES];
	uint32_t stream_id;
	struct ua_rtp_sender sender;
	struct leg_keypad keypad;
	bool flash_told;    /* ... and the peer has not answered */
	bool flash_due;     /* one more, when what was told before it is answered */
	bool flash_refused; /* it takes none */
	bool forged; /* what its key did not sign came, and that was told */
};

/* With what the line wishes, but no socket yet. */
static struct leg *leg_new(const struct leg_config *config, const struct leg_handlers *handlers, void *arg)
{
	static uint32_t last_stream_id;
	struct leg *leg = calloc(1, sizeof(*leg));

	if (!leg)
		return NULL;
	leg->config = config;
	leg->handlers = handlers;
	leg->arg = arg;
	if (++last_stream_id == 0)
		last_stream_id = 1;
	leg->stream_id = last_stream_id;
	ua_rtp_sender_init(&leg->sender);
	ua_rtcp_cname(leg->cname);
	leg_sdp_init(&leg->sdp, config);
	return leg;
}

/* What was answered makes no call: event is ENDED where the line had one, ENDED_CONGESTION where it was to begin. Where our own 200 is not out yet, the peer's call is refused. */
static void end_unfit(struct leg *leg, enum line_event event, const char *what, const char *why)
{
	if (leg->sdp.up)
		leg_hang_up(leg, Q850_INCOMPATIBLE);
	else
		leg_refuse(leg, 488, "Not Acceptable Here");
	snprintf(leg->reason, sizeof(leg->reason), "%s: %s", what, why);
	leg->end = (struct ua_end){.status = 488, .reason = leg->reason, .after_answer = event == LINE_EV_ENDED};
	leg->handlers->event(leg, event, leg->arg);
}

/* The call has not the protection that it must have. */
static void end_unprotected(struct leg *leg, enum line_event event, const char *why)
{
	end_unfit(leg, event, "the sound is not protected", why);
}

static const char *unprotected_why(const struct ua_sdp *answer)
{
	return answer->security.has_weak_fingerprint ? weak : unwilling;
}

static void on_handshake(const char *why, void *arg)
{
	struct leg *leg = arg;

	if (!leg->invite || (why && !leg->sdp.up)) /* while it rings, who answers may be another */
		return;
	if (!why)
		why = leg_sdp_handshake_take(&leg->sdp);
	if (why)
		end_unprotected(leg, LINE_EV_ENDED, why);
	else
		leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
}

static int leg_alloc(struct leg **legp, const struct leg_config *config, const struct ua_account *account,
	const struct leg_handlers *handlers, void *arg)
{
	struct leg *leg = leg_new(config, handlers, arg);
	int err = leg ? leg_sockets_open(&leg->sockets, config, account) : ENOMEM;

	if (err) {
		free(leg);
		return err;
	}
	err = leg_sdp_protect(&leg->sdp, leg->sockets.fds[STREAM_WIRE_RTP], on_handshake, leg);
	if (err)
		leg_free(leg);
	else
		*legp = leg;
	return err;
}

/* A reliable 180 may have told the peer already where its sound comes to, and nothing says that anew: the port stays, and so do the keys. */
static int leg_alloc_beside(struct leg **legp, struct leg *from, const struct leg_config *config,
	const struct leg_handlers *handlers, void *arg)
{
	struct leg *leg = leg_new(config, handlers, arg);
	int err = leg ? leg_sockets_share(&leg->sockets, &from->sockets) : ENOMEM;

	if (err) {
		free(leg);
		return err;
	}
	err = leg_sdp_move(&leg->sdp, &from->sdp, leg->sockets.fds[STREAM_WIRE_RTP], on_handshake, leg);
	if (err) {
		leg_free(leg);
		return err;
	}
	leg_sockets_take_mapping(&leg->sockets, &from->sockets);
	*legp = leg;
	return 0;
}

/* Offers what the line wishes, when the peer does not know it yet and nothing else is under way. */
static void hold_offer(struct leg *leg)
{
	bool due = leg_sdp_is_due(&leg->sdp);
	struct ua_sdp offer;

	if (!leg->invite || !leg->sdp.up || !due)
		return;
	leg_sdp_offer_again(&leg->sdp, &offer);
	if (ua_invite_offer(leg->invite, &offer) == 0)
		leg_sdp_told(&leg->sdp);
}

enum dsp_fax leg_fax(struct leg *leg, const struct media_fax *faxes, size_t count)
{
	enum dsp_fax heard = DSP_FAX_NONE;

	if (!leg->invite || !leg->sdp.up || leg->sdp.machine)
		return DSP_FAX_NONE;
	for (size_t i = 0; i < count && !heard; i++) {
		if (faxes[i].id == leg->stream_id)
			heard = (enum dsp_fax)faxes[i].heard;
	}
	if (!heard)
		return DSP_FAX_NONE;
	leg_sdp_set_machine(&leg->sdp, heard);
	if (leg->sdp.narrows)
		hold_offer(leg);
	return heard;
}

enum dsp_fax leg_machine(const struct leg *leg)
{
	return leg->sdp.machine;
}

/* A dead proxy must not end a call in which two people talk. */
static void end_if_dead(struct leg *leg)
{
	if (!leg->invite || !leg->unreachable || !leg->silent)
		return;
	leg_hang_up(leg, Q850_RECOVERY_ON_TIMER);
	leg->end = (struct ua_end){.status = 408, .reason = "neither signalling nor sound comes", .after_answer = true};
	leg->handlers->event(leg, LINE_EV_ENDED, leg->arg);
}

static void on_unreachable(struct ua_invite *invite, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	leg->unreachable = true;
	end_if_dead(leg);
}

void leg_silence(struct leg *leg, const uint32_t *silent_ids, size_t count)
{
	leg->silent = false;
	for (size_t i = 0; i < count; i++)
		leg->silent = leg->silent || silent_ids[i] == leg->stream_id;
	end_if_dead(leg);
}

/* Between a 180 and the answer somebody must be heard: where the network makes no sound, we do (RFC 3960 s3.2). */
void leg_quiet(struct leg *leg, const uint32_t *quiet_ids, size_t count)
{
	bool quiet = false;

	if (!leg->invite || leg->sdp.up || !leg->early || !leg->alerted)
		return;
	for (size_t i = 0; i < count; i++)
		quiet = quiet || quiet_ids[i] == leg->stream_id;
	if (quiet == leg->quiet)
		return;
	leg->quiet = quiet;
	leg->handlers->event(leg, quiet ? LINE_EV_EARLY_ENDED : LINE_EV_EARLY_MEDIA, leg->arg);
}

bool leg_forged(struct leg *leg, const uint32_t *forged_ids, size_t count)
{
	bool before = leg->forged;

	for (size_t i = 0; i < count; i++)
		leg->forged = leg->forged || forged_ids[i] == leg->stream_id;
	return leg->forged && !before;
}

bool leg_is_secured(const struct leg *leg)
{
	return leg_sdp_is_secured(&leg->sdp);
}

static enum line_event early_event(struct leg *leg, const struct ua_sdp *answer)
{
	leg->early = answer != NULL;
	leg->quiet = false;
	if (answer)
		(void)leg_sdp_take_answer(&leg->sdp, answer);
	return answer ? LINE_EV_EARLY_MEDIA : LINE_EV_EARLY_ENDED;
}

static void on_progress(struct ua_invite *invite, unsigned status, const struct ua_sdp *answer, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	leg->alerted = leg->alerted || status == STATUS_RINGING || status == STATUS_QUEUED;
	if (answer && leg_sdp_first_fault(&leg->sdp, answer)) { /* the one that counts may be better */
		answer = NULL;
		status = leg->early ? UA_EARLY_MEDIA_ENDED : status;
	}
	if (answer || status == UA_EARLY_MEDIA_ENDED)
		leg->handlers->event(leg, early_event(leg, answer), leg->arg);
	else if (status == STATUS_RINGING || status == STATUS_QUEUED)
		leg->handlers->event(leg, LINE_EV_ALERTED, leg->arg);
}

static void on_answered(struct ua_invite *invite, const struct ua_sdp *answer, void *arg)
{
	struct leg *leg = arg;
	const char *fault = answer ? leg_sdp_first_fault(&leg->sdp, answer) : NULL;

	(void)invite;
	leg->sdp.up = true;
	leg_sdp_handshake_go(&leg->sdp); /* of what an earlier answer agreed on */
	if (fault)
		end_unfit(leg, LINE_EV_ENDED_CONGESTION, unfit, fault);
	else if (answer && leg_sdp_take_answer(&leg->sdp, answer))
		end_unprotected(leg, LINE_EV_ENDED_CONGESTION, unprotected_why(answer));
	else
		leg->handlers->event(leg, LINE_EV_ANSWERED, leg->arg);
}

static int on_offered(struct ua_invite *invite, const struct ua_sdp *offer, struct ua_sdp *answer, void *arg)
{
	struct leg *leg = arg;
	int err;

	(void)invite;
	leg->unreachable = false;
	if (!offer) {
		leg_sdp_offer_again(&leg->sdp, answer);
		return 0;
	}
	err = leg_sdp_answer(&leg->sdp, offer, answer);
	if (err)
		return err;
	leg_sdp_take_offer(&leg->sdp, offer);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
	return 0;
}

/* False: it has ended the call. One that is of no use leaves a call as it was (RFC 3261 s14.1), unless it is to begin with it. */
static bool change_take(struct leg *leg, const struct ua_sdp *remote)
{
	const char *fault = leg_sdp_fault(&leg->sdp, remote);

	leg->unreachable = false;
	if (fault && leg->sdp.has_remote) {
		gw_log(GW_LOG_WARNING, NULL, "the far end's answer is of no use: %s; the call goes on as it was", fault);
		return true;
	}
	if (!fault && !leg_sdp_take_answer(&leg->sdp, remote))
		return true;
	if (fault)
		end_unfit(leg, LINE_EV_ENDED, unfit, fault);
	else
		end_unprotected(leg, LINE_EV_ENDED, unprotected_why(remote));
	return false;
}

static void on_changed(struct ua_invite *invite, const struct ua_sdp *remote, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	if (remote && !change_take(leg, remote))
		return;
	hold_offer(leg);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
}

static void on_ended(struct ua_invite *invite, const struct ua_end *end, void *arg)
{
	struct leg *leg = arg;
	enum line_event event = LINE_EV_ENDED;

	(void)invite;
	leg->invite = NULL;
	leg_handshake_rest(leg->sdp.handshake);
	leg->end = *end;
	snprintf(leg->reason, sizeof(leg->reason), "%s", end->reason ? end->reason : "");
	leg->end.reason = leg->reason;
	if (!end->after_answer)
		event = cause_event(end->q850_cause, end->status);
	leg->handlers->event(leg, event, leg->arg);
}

static void on_transfer(struct ua_invite *invite, unsigned status, bool done, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	if (done)
		leg->handlers->event(leg, status >= 200 && status < 300 ? LINE_EV_TRANSFERRED : LINE_EV_TRANSFER_FAILED,
			leg->arg);
}

static unsigned on_refer(struct ua_invite *invite, const struct ua_refer_request *request,
	struct ua_referral *referral, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	return leg->handlers->refer(leg, request, referral, leg->arg);
}

static void on_key(struct ua_invite *invite, const struct ua_key_info *key, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	leg_keypad_press(&leg->keypad, key);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
}

/* Others that it refuses are not sent, so that this is said once. */
static bool flash_is_refused(struct leg *leg, unsigned status)
{
	leg->flash_refused = leg_keypad_is_refusal(status);
	if (leg->flash_refused)
		gw_log(GW_LOG_WARNING, NULL, "the far end takes no flash as INFO (%u): this call's act here", status);
	return leg->flash_refused;
}

static void on_informed(struct ua_invite *invite, unsigned status, void *arg)
{
	struct leg *leg = arg;
	bool acts_here = leg->flash_told && flash_is_refused(leg, status);

	leg->flash_told = false;
	if (leg_keypad_answered(&leg->keypad, invite, status)) {
		gw_log(GW_LOG_WARNING, NULL, "the far end takes no keys as INFO (%u): they go to it as sound", status);
		leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
	}
	if (leg->flash_due && !acts_here)
		leg_flash(leg);
	if (acts_here)
		leg->handlers->event(leg, LINE_EV_FLASH, leg->arg);
}

bool leg_key(struct leg *leg, char key, unsigned ms)
{
	return leg->invite && leg_keypad_push(&leg->keypad, leg->invite, key, ms);
}

static const struct ua_invite_handlers invite_handlers = {
	.key = on_key,
	.informed = on_informed,
	.progress = on_progress,
	.answered = on_answered,
	.offered = on_offered,
	.changed = on_changed,
	.unreachable = on_unreachable,
	.transfer = on_transfer,
	.refer = on_refer,
	.ended = on_ended,
};

/* Who is on this side of an address translator hears by the inner address. */
static void tell_address(struct leg *leg, bool past_servers)
{
	leg->past_servers = past_servers;
	leg_sockets_describe(&leg->sockets, past_servers, &leg->sdp.local);
}

int leg_call(struct leg **legp, const struct leg_config *config, struct ua_account *account,
	const struct ua_call_to *to, const struct leg_handlers *handlers, void *arg)
{
	struct ua_sdp offer;
	struct leg *leg;
	/* Past the servers all of it is at the address of who is called. */
	int err = leg_alloc(&leg, config, to->account ? to->account : account, handlers, arg);

	if (err)
		return err;
	leg->sdp.described = true;
	tell_address(leg, to->account != NULL);
	leg_sdp_offer(&leg->sdp, &offer);
	err = ua_invite_send_to(&leg->invite, account, to, &offer, &invite_handlers, leg);
	if (err) {
		leg_free(leg);
		return err;
	}
	*legp = leg;
	return 0;
}

int leg_take(struct leg **legp, const struct leg_config *config, struct ua_invite *invite,
	const struct ua_incoming *incoming, const struct leg_handlers *handlers, void *arg)
{
	struct ua_sdp answer;
	struct leg *leg;
	int err = leg_alloc(&leg, config, incoming->account, handlers, arg);

	if (err) {
		ua_invite_reject(invite, 503, "No Port For Sound");
		return err;
	}
	tell_address(leg, incoming->past_servers);
	if (incoming->offer && leg_sdp_answer(&leg->sdp, incoming->offer, &answer) != 0) {
		if (incoming->offer->security.has_weak_fingerprint)
			gw_log(GW_LOG_WARNING, NULL, "a call from %s: %s", incoming->caller_user, weak);
		ua_invite_reject(invite, 488, "Not Acceptable Here");
		leg_free(leg);
		return EPROTO;
	}
	leg->came = true;
	leg->sdp.offered = incoming->offer != NULL;
	if (leg->sdp.offered)
		leg_sdp_take_offer(&leg->sdp, incoming->offer);
	leg->invite = invite;
	ua_invite_accept(invite, &invite_handlers, leg);
	*legp = leg;
	return 0;
}

int leg_move(struct leg **legp, struct leg *from, const struct leg_config *config, const struct leg_handlers *handlers, void *arg)
{
	struct leg *leg;
	int err = from->invite ? leg_alloc_beside(&leg, from, config, handlers, arg) : ENOTCONN;

	if (err)
		return err;
	tell_address(leg, from->past_servers);
	leg->came = from->came;
	leg->invite = from->invite;
	from->invite = NULL;
	ua_invite_accept(leg->invite, &invite_handlers, leg);
	*legp = leg;
	return 0;
}

int leg_ring(struct leg *leg, bool waiting)
{
	struct ua_sdp offer;

	if (!leg->invite)
		return ENOTCONN;
	leg_sdp_offer(&leg->sdp, &offer);
	return ua_invite_ring(leg->invite, waiting, &offer);
}

int leg_ring_early(struct leg *leg)
{
	struct ua_sdp answer;
	int err;

	if (!leg->invite)
		return ENOTCONN;
	if (!leg->sdp.offered)
		return EINVAL;
	if (leg_sdp_answer(&leg->sdp, &leg->sdp.remote, &answer) != 0)
		return EPROTO;
	err = ua_invite_progress(leg->invite, &answer);
	leg->sdp.described = leg->sdp.described || !err;
	leg_sdp_handshake_go(&leg->sdp);
	return err;
}

void leg_tell_forwarded(struct leg *leg)
{
	if (leg->invite)
		(void)ua_invite_tell_forwarded(leg->invite);
}

int leg_answer(struct leg *leg)
{
	struct ua_sdp sdp;
	int err;

	if (!leg->invite)
		return ENOTCONN;
	if (!leg->sdp.offered)
		leg_sdp_offer(&leg->sdp, &sdp);
	else if (leg_sdp_answer(&leg->sdp, &leg->sdp.remote, &sdp) != 0)
		return EPROTO;
	leg->sdp.up = leg->sdp.described = true;
	err = ua_invite_answer(leg->invite, &sdp);
	if (!err)
		leg_sdp_handshake_go(&leg->sdp);
	return err;
}

void leg_hold(struct leg *leg, bool held)
{
	leg->sdp.held = held;
	hold_offer(leg);
}

void leg_narrow(struct leg *leg, enum ua_direction direction)
{
	leg->sdp.held = false;
	leg->sdp.narrowed = direction;
	hold_offer(leg);
}

enum ua_direction leg_peer_direction(const struct leg *leg)
{
	return leg->sdp.peer;
}

bool leg_is_held(const struct leg *leg)
{
	return leg->sdp.held;
}

int leg_transfer(struct leg *leg, const struct leg *other, bool by_address)
{
	const struct ua_refer_to to = {.other = other->invite, .by_address = by_address};

	return leg->invite && other->invite ? ua_invite_refer(leg->invite, &to) : ENOTCONN;
}

void leg_flash(struct leg *leg)
{
	int err = leg->invite ? ua_invite_info(leg->invite, "application/hook-flash", "Signal=hf\r\n") : ENOTCONN;

	leg->flash_told = leg->flash_told || !err;
	leg->flash_due = err == EALREADY;
}

bool leg_takes_flash(const struct leg *leg)
{
	return !leg->flash_refused;
}

void leg_forward(struct leg *leg, const struct ua_redirect *redirect)
{
	if (leg->invite && ua_invite_redirect(leg->invite, redirect) != 0)
		ua_invite_end(leg->invite, 0);
	leg->invite = NULL;
	leg_handshake_rest(leg->sdp.handshake);
}

void leg_refuse(struct leg *leg, unsigned status, const char *phrase)
{
	if (leg->invite)
		ua_invite_reject(leg->invite, status, phrase);
	leg->invite = NULL;
	leg_handshake_rest(leg->sdp.handshake);
}

int leg_confer(struct leg *leg, const struct leg *other)
{
	const struct ua_refer_to to = {.focus = other->invite};

	return leg->invite && other->invite ? ua_invite_refer(leg->invite, &to) : ENOTCONN;
}

int leg_confer_drop(struct leg *leg, const char *uri)
{
	const struct ua_refer_to to = {.dropped = uri};

	return leg->invite ? ua_invite_refer(leg->invite, &to) : ENOTCONN;
}

void leg_far_uri(const struct leg *leg, char *uri, size_t size)
{
	uri[0] = 0;
	if (leg->invite)
		ua_invite_far_uri(leg->invite, uri, size);
}

int leg_transfer_blind(struct leg *leg, const char *number)
{
	const struct ua_refer_to to = {.user = number};

	return leg->invite ? ua_invite_refer(leg->invite, &to) : ENOTCONN;
}

enum line_event leg_progress(const struct leg *leg)
{
	if (leg->early && !leg->quiet)
		return LINE_EV_EARLY_MEDIA;
	return leg->alerted ? LINE_EV_ALERTED : LINE_EVENT_COUNT;
}

bool leg_is_past_servers(const struct leg *leg)
{
	return leg->past_servers;
}

bool leg_is_up(const struct leg *leg)
{
	return leg->sdp.up && leg->invite;
}

void leg_hand_over(struct leg *leg, const struct leg_handlers *handlers, void *arg)
{
	leg->handlers = handlers;
	leg->arg = arg;
}

const struct ua_invite *leg_invite(const struct leg *leg)
{
	return leg->invite;
}

bool leg_is(const struct leg *leg, const struct ua_invite *invite)
{
	return leg && invite && leg->invite == invite;
}

int leg_give_up(struct leg *leg)
{
	return leg->invite ? ua_invite_give_up(leg->invite) : ENOTCONN;
}

void leg_hang_up(struct leg *leg, unsigned q850_cause)
{
	if (leg->invite)
		ua_invite_end(leg->invite, q850_cause);
	leg->invite = NULL;
	leg_handshake_rest(leg->sdp.handshake);
}

void leg_free(struct leg *leg)
{
	if (!leg)
		return;
	leg_hang_up(leg, 16);
	leg_sdp_free(&leg->sdp);
	leg_sockets_close(&leg->sockets);
	free(leg);
}

const struct ua_end *leg_end(const struct leg *leg)
{
	return &leg->end;
}

uint32_t leg_stream_id(const struct leg *leg)
{
	return leg->stream_id;
}

const char *leg_codec(const struct leg *leg)
{
	const struct ua_format *format = leg_sdp_format(&leg->sdp);

	return format ? ua_codec_name(format->codec) : "-";
}

static struct playout_config playout_of(const struct leg *leg)
{
	struct playout_config playout = leg->config->playout;

	if (leg->sdp.machine && !playout.fixed) {
		playout.fixed = true;
		playout.start_ms = leg->config->playout_machine_ms;
	}
	return playout;
}

void leg_stream_wish(const struct leg *leg, bool talks, bool hears, struct stream_wish *wish)
{
	memset(wish, 0, sizeof(*wish));
	wish->id = leg->stream_id;
	wish->fd = leg->sockets.fds[STREAM_WIRE_RTP];
	wish->rtcp_fd = leg->sockets.fds[STREAM_WIRE_RTCP];
	wish->symmetric = leg->config->symmetric_rtp;
	snprintf(wish->cname, sizeof(wish->cname), "%.*s", STREAM_CNAME_BYTES - 1, leg->cname);
	wish->sender = leg->sender;
	wish->playout = playout_of(leg);
	wish->peer_called = leg->came;
	leg_keypad_wish(&leg->keypad, leg->config->dtmf == LEG_DTMF_INFO && leg->sdp.up, wish);
	leg_sdp_wish(&leg->sdp, talks, hears, wish);
}
