/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/cause.h"
#include "gateway/leg.h"
#include "gateway/leg_codecs.h"
#include "gateway/log.h"

/* No other 1xx says that somebody may answer soon. */
#define STATUS_RINGING 180
#define STATUS_QUEUED  182 /* ... as from where a call waits */

#define Q850_INCOMPATIBLE      88
#define Q850_RECOVERY_ON_TIMER 102

#define REASON_MAX 160

static const char unwilling[] = "the other side does not do it";
static const char weak[] = "the other side's fingerprint is none of SHA-256, SHA-384 and SHA-512";

struct leg {
	const struct leg_config *config;
	const struct leg_config *home; /* config, or that of the account that the call goes over: whose sockets it has */
	struct mapping *mapping;       /* of these; NULL: none */
	uint16_t port;                 /* ... */
	struct ua_invite *invite; /* NULL once it ended */
	const struct leg_handlers *handlers;
	void *arg;
	struct ua_sdp_local local;
	struct ua_sdp remote;
	bool has_remote;
	struct leg_codecs codecs;
	bool held;    /* as the line wishes */
	enum ua_direction narrowed; /* as the other end of a bridge wishes */
	enum ua_direction told; /* what the peer was offered last */
	enum dsp_fax machine;   /* what was heard of one; NONE: people talk */
	bool narrows;           /* the codec that is in use is to be changed for one that keeps a machine's signals */
	enum ua_direction peer; /* ... and wants by itself */
	bool past_servers;
	bool up;      /* answered: may be offered something else */
	bool offered; /* the INVITE that came in had an offer */
	bool unreachable; /* the peer answered nothing the last time that it had to */
	bool silent;      /* nor does sound come */
	bool early;       /* sound may come before the answer ... */
	bool quiet;       /* ... but does not */
	bool alerted;     /* 180: somebody is to hear that it rings */
	struct ua_end end;
	char reason[REASON_MAX]; /* of it */
	int fds[STREAM_WIRE_KINDS];
	char cname[UA_RTCP_CNAME_BYTES];
	uint32_t stream_id;
	struct ua_rtp_sender sender;
	struct leg_keypad keypad;
	bool flash_told;    /* ... and the peer has not answered */
	bool flash_refused; /* it takes none */
	struct leg_keys keys;
	struct leg_handshake *handshake; /* NULL: none may be */
	int aside_fd; /* 0: none */
	bool described; /* the peer has our description, or is about to have it */
	bool forged; /* what its key did not sign came, and that was told */
};

/* With what the line wishes, but no socket yet. */
static struct leg *leg_new(const struct leg_config *config, const struct leg_config *home, const struct leg_handlers *handlers, void *arg)
{
	static uint32_t last_stream_id;
	struct leg *leg = calloc(1, sizeof(*leg));

	if (!leg)
		return NULL;
	leg->config = config;
	leg->home = home;
	leg->handlers = handlers;
	leg->arg = arg;
	if (++last_stream_id == 0)
		last_stream_id = 1;
	leg->stream_id = last_stream_id;
	ua_rtp_sender_init(&leg->sender);
	ua_rtcp_cname(leg->cname);
	leg->local.direction = leg->narrowed = leg->told = leg->peer = UA_SENDRECV;
	leg->local.ptime_ms = config->ptime_ms;
	leg_codecs_local(&config->codecs, config->dtmf == LEG_DTMF_AUTO, config->redundancy, &leg->local);
	return leg;
}

struct stream_socket_config leg_sockets(const struct leg_config *config)
{
	return (struct stream_socket_config){
		.addr = config->addr, .interface = config->interface, .port_min = config->port_min, .port_max = config->port_max,
		.dscp = config->dscp, .buffer_bytes = config->buffer_bytes,
	};
}

static int sockets_open(struct leg *leg, const struct leg_config *config)
{
	struct stream_socket_config sockets = leg_sockets(config);
	int err;

	sockets.addr = leg->home->addr;
	if (leg->home->mapper)
		err = mapper_take(leg->home->mapper, &leg->mapping, leg->fds, &leg->port);
	else
		err = stream_socket_open(leg->fds, &leg->port, &sockets);

	if (err == EADDRINUSE)
		gw_log(GW_LOG_WARNING, NULL, "a call has no port for its sound: all of rtp_port_min = %u to rtp_port_max = %u are taken",
			config->port_min, config->port_max);
	else if (err)
		gw_log(GW_LOG_WARNING, NULL, "a call has no socket for its sound on %s: %s", leg->home->addr, strerror(err));
	return err;
}

static void sockets_close(struct leg *leg)
{
	mapping_give_back(leg->mapping);
	if (leg->aside_fd > 0)
		close(leg->aside_fd);
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++) {
		if (leg->fds[kind] >= 0)
			close(leg->fds[kind]);
	}
}

/* The call has not the protection that it must have. */
static void end_unprotected(struct leg *leg, const char *why)
{
	leg_hang_up(leg, Q850_INCOMPATIBLE);
	snprintf(leg->reason, sizeof(leg->reason), "the sound is not protected: %s", why);
	leg->end = (struct ua_end){.status = 488, .reason = leg->reason, .after_answer = true};
	leg->handlers->event(leg, LINE_EV_ENDED, leg->arg);
}

static void on_handshake(const char *why, void *arg)
{
	struct leg *leg = arg;
	struct ua_crypto send, receive;

	if (!leg->invite || (why && !leg->up)) /* while it rings, who answers may be another */
		return;
	if (!why) {
		leg_handshake_keys(leg->handshake, &send, &receive);
		if (leg_keys_take(&leg->keys, &send, &receive))
			why = "no memory for its keys";
		explicit_bzero(&send, sizeof(send));
		explicit_bzero(&receive, sizeof(receive));
	}
	if (why)
		end_unprotected(leg, why);
	else
		leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
}

static int handshake_own(struct leg *leg, struct leg_handshake *handshake)
{
	int fd = leg_handshake_fd(handshake);

	if (fd < 0)
		return EMFILE;
	leg->aside_fd = fd;
	leg->handshake = handshake;
	leg_handshake_own(handshake, leg->fds[STREAM_WIRE_RTP], on_handshake, leg);
	return 0;
}

/* RTCP shares the port, for there is one handshake (RFC 5764 s4.1). */
static int handshake_prepare(struct leg *leg)
{
	struct leg_handshake *handshake;
	int err;

	if (!leg->local.security.dtls)
		return 0;
	leg->local.rtcp_mux = true;
	err = leg_handshake_alloc(&handshake, leg->config->handshakes);
	if (err)
		return err;
	err = handshake_own(leg, handshake);
	if (err)
		leg_handshake_free(handshake);
	return err;
}

static const struct ua_fingerprint *fingerprint_of(const struct leg_config *config)
{
	const bool shown = config->security.policy != UA_SRTP_OFF && config->security.dtls;

	return shown ? ua_dtls_identity_fingerprint(config->handshakes->identity) : NULL;
}

/* An account of another address of this machine has its sound there too. */
static const struct leg_config *home_of(const struct leg_config *config, const struct ua_account *account)
{
	return config->config_of && account ? config->config_of(account) : config;
}

static int leg_alloc(struct leg **legp, const struct leg_config *config, const struct ua_account *account,
	const struct leg_handlers *handlers, void *arg)
{
	struct leg *leg = leg_new(config, home_of(config, account), handlers, arg);
	int err;

	if (!leg)
		return ENOMEM;
	err = leg_keys_prepare(&leg->local, &config->security, fingerprint_of(config));
	if (!err)
		err = sockets_open(leg, config);
	if (err) {
		free(leg);
		return err;
	}
	err = handshake_prepare(leg);
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
	struct leg *leg = leg_new(config, from->home, handlers, arg);

	if (!leg)
		return ENOMEM;
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++)
		leg->fds[kind] = fcntl(from->fds[kind], F_DUPFD_CLOEXEC, 0);
	if (leg->fds[STREAM_WIRE_RTP] < 0 || leg->fds[STREAM_WIRE_RTCP] < 0) {
		sockets_close(leg);
		free(leg);
		return EMFILE;
	}
	leg->port = from->port;
	leg->local.security = from->local.security;
	leg->local.rtcp_mux = from->local.rtcp_mux;
	if (from->handshake && handshake_own(leg, from->handshake) != 0) {
		leg_free(leg);
		return EMFILE;
	}
	from->handshake = NULL;
	leg->mapping = from->mapping;
	from->mapping = NULL;
	if (leg->mapping)
		mapping_moved(leg->mapping, leg->fds);
	*legp = leg;
	return 0;
}

/* False also for the old way of hold, 0.0.0.0 or ::, and then addr stays unset. */
static bool remote_addr(const struct ua_sdp *remote, union address *addr)
{
	return remote->port != 0 && address_set(addr, remote->addr, remote->port) == 0;
}

static int handshake_agree(struct leg *leg, const struct ua_agreed *agreed)
{
	union address said = {0};
	uint8_t symmetric = leg->config->symmetric_rtp;
	struct leg_handshake_peer peer = {
		.said = &said, .agreed = agreed, .suites = leg->config->security.suites, .suite_count = leg->config->security.suite_count,
	};

	(void)remote_addr(&leg->remote, &said);
	peer.symmetric = symmetric == STREAM_SYMMETRIC_ON || (symmetric == STREAM_SYMMETRIC_PRIVATE && address_is_private(&said));
	leg->local.security.part = agreed->active ? UA_SETUP_ACTIVE : UA_SETUP_PASSIVE;
	return leg_handshake_agree(leg->handshake, &peer);
}

/* Once the peer knows that there is to be one. */
static void handshake_go(struct leg *leg)
{
	if (leg->handshake && leg->described)
		leg_handshake_go(leg->handshake, leg->up);
}

/* What leaves less protection than we must have is silent from then on. */
static int remote_take(struct leg *leg, const struct ua_sdp *remote, bool offered)
{
	struct ua_agreed agreed;
	int err;

	leg->remote = *remote;
	leg->has_remote = true;
	if (leg->machine)
		leg_codecs_prefer_exact(&leg->remote);
	(void)leg_codecs_make(&leg->codecs, &leg->local, remote); /* without a coder there is no sound, but a call */
	err = leg_keys_agree(&leg->keys, remote, offered, &leg->local, &agreed);
	if (!err && remote->port)
		leg->local.security.by_keys = agreed.by == UA_AGREED_KEYS;
	if (!err && agreed.by == UA_AGREED_HANDSHAKE)
		err = handshake_agree(leg, &agreed);
	else if (remote->port || !leg_is_secured(leg)) /* no port is a pause: what is done goes on after it */
		leg_handshake_rest(leg->handshake);
	handshake_go(leg);
	explicit_bzero(&agreed, sizeof(agreed));
	return err;
}

/* An address that nobody has is the old way of hold. */
static void offer_take(struct leg *leg, const struct ua_sdp *offer)
{
	union address addr;

	leg_codecs_agree(&leg->local, offer);
	(void)remote_take(leg, offer, true); /* else it could not have been answered */
	leg->local.rtcp_mux = offer->rtcp_mux; /* what was agreed on is offered again */
	leg->peer = offer->direction & ~(remote_addr(offer, &addr) ? 0u : (unsigned)UA_RECVONLY);
}

/* Of what it was not offered an answer says nothing. */
static int answer_take(struct leg *leg, const struct ua_sdp *answer)
{
	unsigned unsaid = (leg->told & UA_SENDONLY ? 0u : (unsigned)UA_RECVONLY) |
		(leg->told & UA_RECVONLY ? 0u : (unsigned)UA_SENDONLY);

	leg->peer = (answer->direction & ~unsaid) | (leg->peer & unsaid);
	return remote_take(leg, answer, false);
}

static enum ua_direction hold_direction(const struct leg *leg)
{
	if (!leg->held)
		return UA_SENDRECV;
	return leg->config->hold_inactive ? UA_INACTIVE : UA_SENDONLY;
}

/* What is said of this side: of a machine's call less than is taken, since sound in the old codec comes until the peer has answered. False: there
 * is no less. */
static bool local_describe(const struct leg *leg, struct ua_sdp_local *local)
{
	*local = leg->local;
	return leg->machine && leg_codecs_keep_exact(local);
}

static bool is_exact(const struct leg *leg)
{
	const struct ua_format *format = leg->has_remote ? ua_sdp_sound_format(&leg->remote, &leg->local) : NULL;

	return format && (format->codec == UA_CODEC_PCMU || format->codec == UA_CODEC_PCMA);
}

/* Whoever has refused less, and has none of it in use, is offered all again: else it could not be held. */
static void offer_describe(const struct leg *leg, struct ua_sdp *offer)
{
	struct ua_sdp_local local = leg->local;

	if (leg->narrows || is_exact(leg))
		(void)local_describe(leg, &local);
	ua_sdp_offer(offer, &local);
	explicit_bzero(&local.security, sizeof(local.security));
}

/* Offers what the line wishes, when the peer does not know it yet and nothing else is under way. */
static void hold_offer(struct leg *leg)
{
	struct ua_sdp offer;

	leg->local.direction = hold_direction(leg) & leg->narrowed;
	if (!leg->invite || !leg->up || (leg->local.direction == leg->told && !leg->narrows))
		return;
	offer_describe(leg, &offer);
	if (ua_invite_offer(leg->invite, &offer) != 0)
		return;
	leg->told = leg->local.direction;
	leg->narrows = false;
}

enum dsp_fax leg_fax(struct leg *leg, const struct media_fax *faxes, size_t count)
{
	struct ua_sdp_local local = {0};

	if (!leg->invite || !leg->up || leg->machine)
		return DSP_FAX_NONE;
	for (size_t i = 0; i < count && !leg->machine; i++) {
		if (faxes[i].id == leg->stream_id)
			leg->machine = (enum dsp_fax)faxes[i].heard;
	}
	leg->narrows = leg->machine && !is_exact(leg) && local_describe(leg, &local);
	explicit_bzero(&local.security, sizeof(local.security));
	if (leg->machine)
		leg_codecs_prefer_exact(&leg->remote);
	if (leg->narrows)
		hold_offer(leg);
	return leg->machine;
}

enum dsp_fax leg_machine(const struct leg *leg)
{
	return leg->machine;
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

	if (!leg->invite || leg->up || !leg->early || !leg->alerted)
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
	return leg->keys.secured && leg->keys.send && leg->keys.receive;
}

static enum line_event early_event(struct leg *leg, const struct ua_sdp *answer)
{
	leg->early = answer != NULL;
	leg->quiet = false;
	if (answer)
		(void)answer_take(leg, answer);
	return answer ? LINE_EV_EARLY_MEDIA : LINE_EV_EARLY_ENDED;
}

static void on_progress(struct ua_invite *invite, unsigned status, const struct ua_sdp *answer, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	leg->alerted = leg->alerted || status == STATUS_RINGING || status == STATUS_QUEUED;
	if (answer || status == UA_EARLY_MEDIA_ENDED)
		leg->handlers->event(leg, early_event(leg, answer), leg->arg);
	else if (status == STATUS_RINGING || status == STATUS_QUEUED)
		leg->handlers->event(leg, LINE_EV_ALERTED, leg->arg);
}

static void on_answered(struct ua_invite *invite, const struct ua_sdp *answer, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	leg->up = true;
	handshake_go(leg); /* of what an earlier answer agreed on */
	if (answer && answer_take(leg, answer))
		end_unprotected(leg, answer->security.has_weak_fingerprint ? weak : unwilling);
	else
		leg->handlers->event(leg, LINE_EV_ANSWERED, leg->arg);
}

static int offer_answer(const struct leg *leg, const struct ua_sdp *offer, struct ua_sdp *answer)
{
	struct ua_sdp_local local;
	bool narrowed = local_describe(leg, &local);
	int err = ua_sdp_answer(answer, offer, &local);

	explicit_bzero(&local.security, sizeof(local.security));
	return err && narrowed ? ua_sdp_answer(answer, offer, &leg->local) : err; /* a machine's call goes on without a good codec */
}

static int on_offered(struct ua_invite *invite, const struct ua_sdp *offer, struct ua_sdp *answer, void *arg)
{
	struct leg *leg = arg;
	int err;

	(void)invite;
	leg->unreachable = false;
	if (!offer) {
		offer_describe(leg, answer);
		return 0;
	}
	err = offer_answer(leg, offer, answer);
	if (err)
		return err;
	offer_take(leg, offer);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
	return 0;
}

static void on_changed(struct ua_invite *invite, const struct ua_sdp *remote, void *arg)
{
	struct leg *leg = arg;

	(void)invite;
	if (remote) {
		leg->unreachable = false;
		if (answer_take(leg, remote)) {
			end_unprotected(leg, remote->security.has_weak_fingerprint ? weak : unwilling);
			return;
		}
	}
	hold_offer(leg);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
}

static void on_ended(struct ua_invite *invite, const struct ua_end *end, void *arg)
{
	struct leg *leg = arg;
	enum line_event event = LINE_EV_ENDED;

	(void)invite;
	leg->invite = NULL;
	leg_handshake_rest(leg->handshake);
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
static void flash_answered(struct leg *leg, unsigned status)
{
	leg->flash_refused = leg_keypad_is_refusal(status);
	if (leg->flash_refused)
		gw_log(GW_LOG_WARNING, NULL, "the far end takes no flash as INFO (%u): this call's next ones act here", status);
}

static void on_informed(struct ua_invite *invite, unsigned status, void *arg)
{
	struct leg *leg = arg;

	if (leg->flash_told)
		flash_answered(leg, status);
	leg->flash_told = false;
	if (!leg_keypad_answered(&leg->keypad, invite, status))
		return;
	gw_log(GW_LOG_WARNING, NULL, "the far end takes no keys as INFO (%u): they go to it as sound", status);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
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

static void tell_outer(struct leg *leg, const union address *outer)
{
	const union address *rtcp = mapping_outer(leg->mapping, STREAM_WIRE_RTCP);

	address_print(outer, leg->local.addr);
	leg->local.port = address_port(outer);
	leg->local.rtcp_port = rtcp && address_port(rtcp) != leg->local.port + UA_RTCP_PORT_AFTER ? address_port(rtcp) : 0;
}

/* Who is on this side of an address translator hears by the inner address. */
static void tell_address(struct leg *leg, bool past_servers)
{
	const union address *outer = leg->mapping && !past_servers ? mapping_outer(leg->mapping, STREAM_WIRE_RTP) : NULL;
	const char *inner = leg->home->told_addr && !past_servers ? leg->home->told_addr : leg->home->addr;

	leg->past_servers = past_servers;
	if (outer) {
		tell_outer(leg, outer);
		return;
	}
	snprintf(leg->local.addr, sizeof(leg->local.addr), "%s", inner);
	leg->local.port = leg->port;
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
	leg->described = true;
	tell_address(leg, to->account != NULL);
	ua_sdp_offer(&offer, &leg->local);
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
	if (incoming->offer && ua_sdp_answer(&answer, incoming->offer, &leg->local) != 0) {
		if (incoming->offer->security.has_weak_fingerprint)
			gw_log(GW_LOG_WARNING, NULL, "a call from %s: %s", incoming->caller_user, weak);
		ua_invite_reject(invite, 488, "Not Acceptable Here");
		leg_free(leg);
		return EPROTO;
	}
	leg->offered = incoming->offer != NULL;
	if (leg->offered)
		offer_take(leg, incoming->offer);
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
	leg->offered = from->offered;
	leg->described = from->described;
	if (from->has_remote)
		offer_take(leg, &from->remote);
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
	ua_sdp_offer(&offer, &leg->local);
	return ua_invite_ring(leg->invite, waiting, &offer);
}

int leg_ring_early(struct leg *leg)
{
	struct ua_sdp answer;
	int err;

	if (!leg->invite)
		return ENOTCONN;
	if (!leg->offered)
		return EINVAL;
	if (ua_sdp_answer(&answer, &leg->remote, &leg->local) != 0)
		return EPROTO;
	err = ua_invite_progress(leg->invite, &answer);
	leg->described = leg->described || !err;
	handshake_go(leg);
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
	if (!leg->offered)
		ua_sdp_offer(&sdp, &leg->local);
	else if (ua_sdp_answer(&sdp, &leg->remote, &leg->local) != 0)
		return EPROTO;
	leg->up = leg->described = true;
	err = ua_invite_answer(leg->invite, &sdp);
	if (!err)
		handshake_go(leg);
	return err;
}

void leg_hold(struct leg *leg, bool held)
{
	leg->held = held;
	hold_offer(leg);
}

void leg_narrow(struct leg *leg, enum ua_direction direction)
{
	leg->held = false;
	leg->narrowed = direction;
	hold_offer(leg);
}

enum ua_direction leg_peer_direction(const struct leg *leg)
{
	return leg->peer;
}

bool leg_is_held(const struct leg *leg)
{
	return leg->held;
}

int leg_transfer(struct leg *leg, const struct leg *other, bool by_address)
{
	const struct ua_refer_to to = {.other = other->invite, .by_address = by_address};

	return leg->invite && other->invite ? ua_invite_refer(leg->invite, &to) : ENOTCONN;
}

void leg_flash(struct leg *leg)
{
	if (leg->invite && ua_invite_info(leg->invite, "application/hook-flash", "Signal=hf\r\n") == 0)
		leg->flash_told = true;
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
	leg_handshake_rest(leg->handshake);
}

void leg_refuse(struct leg *leg, unsigned status, const char *phrase)
{
	if (leg->invite)
		ua_invite_reject(leg->invite, status, phrase);
	leg->invite = NULL;
	leg_handshake_rest(leg->handshake);
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
	return leg->up && leg->invite;
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
	leg_handshake_rest(leg->handshake);
}

void leg_free(struct leg *leg)
{
	if (!leg)
		return;
	leg_hang_up(leg, 16);
	leg_handshake_free(leg->handshake);
	sockets_close(leg);
	leg_codecs_free(&leg->codecs);
	leg_keys_free(&leg->keys);
	explicit_bzero(&leg->local.security, sizeof(leg->local.security));
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
	const struct ua_format *format = leg->has_remote ? ua_sdp_sound_format(&leg->remote, &leg->local) : NULL;

	return format ? ua_codec_name(format->codec) : "-";
}

static struct playout_config playout_of(const struct leg *leg)
{
	struct playout_config playout = leg->config->playout;

	if (leg->machine && !playout.fixed) {
		playout.fixed = true;
		playout.start_ms = leg->config->playout_machine_ms;
	}
	return playout;
}

/* Keys of a machine's call stay what they sound like: nothing is cut out of its signals. */
static void keys_keep(struct stream_wish *wish)
{
	wish->event_type = 0;
	wish->told = false;
}

void leg_stream_wish(const struct leg *leg, bool talks, bool hears, struct stream_wish *wish)
{
	bool reachable;

	memset(wish, 0, sizeof(*wish));
	wish->id = leg->stream_id;
	wish->fd = leg->fds[STREAM_WIRE_RTP];
	wish->rtcp_fd = leg->fds[STREAM_WIRE_RTCP];
	wish->symmetric = leg->config->symmetric_rtp;
	snprintf(wish->cname, sizeof(wish->cname), "%.*s", STREAM_CNAME_BYTES - 1, leg->cname);
	wish->sender = leg->sender;
	wish->playout = playout_of(leg);
	wish->machine = leg->machine != DSP_FAX_NONE;
	wish->aside_fd = leg->aside_fd;
	leg_keys_wish(&leg->keys, wish);
	leg_keypad_wish(&leg->keypad, leg->config->dtmf == LEG_DTMF_INFO && leg->up, wish);
	reachable = leg_codecs_wish(&leg->codecs, &leg->local, leg->has_remote ? &leg->remote : NULL, wish);
	if (leg->machine)
		keys_keep(wish);
	if (!leg->has_remote)
		return;
	reachable = remote_addr(&leg->remote, &wish->remote) && reachable;
	wish->rtcp_port = reachable ? ua_sdp_rtcp_port(&leg->remote) : 0;
	if (leg->local.security.part != UA_SETUP_NONE && wish->rtcp_port != leg->remote.port)
		wish->rtcp_port = 0; /* on a port of its own it would need a handshake of its own */
	/* The remote's directions are as it sees them: it receives what we send. */
	wish->plays_hold = leg->held && leg->config->hold_plays && !leg->machine;
	wish->sends = (talks || wish->plays_hold) && reachable && leg->remote.direction & UA_RECVONLY;
	wish->receives = hears && leg->remote.direction & UA_SENDONLY;
}
