/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gateway/leg/leg.h"
#include "gateway/leg/leg_sdp.h"

static const struct ua_fingerprint *fingerprint_of(const struct leg_config *config)
{
	const bool shown = config->security.policy != UA_SRTP_OFF && config->security.dtls;

	return shown ? ua_dtls_identity_fingerprint(config->handshakes->identity) : NULL;
}

void leg_sdp_init(struct leg_sdp *sdp, const struct leg_config *config)
{
	*sdp = (struct leg_sdp){.config = config, .narrowed = UA_SENDRECV, .told = UA_SENDRECV, .peer = UA_SENDRECV};
	sdp->local.direction = UA_SENDRECV;
	sdp->local.ptime_ms = config->ptime_ms;
	leg_codecs_local(&config->codecs, config->dtmf == LEG_DTMF_AUTO, config->redundancy, &sdp->local);
}

static int handshake_own(struct leg_sdp *sdp, struct leg_handshake *handshake, int rtp_fd, leg_handshake_h *handler, void *arg)
{
	int fd = leg_handshake_fd(handshake);

	if (fd < 0)
		return EMFILE;
	sdp->aside_fd = fd;
	sdp->handshake = handshake;
	leg_handshake_own(handshake, rtp_fd, handler, arg);
	return 0;
}

/* RTCP shares the port, for there is one handshake (RFC 5764 s4.1). */
static int handshake_prepare(struct leg_sdp *sdp, int rtp_fd, leg_handshake_h *handler, void *arg)
{
	struct leg_handshake *handshake;
	int err;

	sdp->local.rtcp_mux = true;
	err = leg_handshake_alloc(&handshake, sdp->config->handshakes);
	if (err)
		return err;
	err = handshake_own(sdp, handshake, rtp_fd, handler, arg);
	if (err)
		leg_handshake_free(handshake);
	return err;
}

int leg_sdp_protect(struct leg_sdp *sdp, int rtp_fd, leg_handshake_h *handler, void *arg)
{
	int err = leg_keys_prepare(&sdp->local, &sdp->config->security, fingerprint_of(sdp->config));

	return err || !sdp->local.security.dtls ? err : handshake_prepare(sdp, rtp_fd, handler, arg);
}

int leg_sdp_move(struct leg_sdp *sdp, struct leg_sdp *from, int rtp_fd, leg_handshake_h *handler, void *arg)
{
	int err = from->handshake ? handshake_own(sdp, from->handshake, rtp_fd, handler, arg) : 0;

	if (err)
		return err;
	from->handshake = NULL;
	sdp->local.security = from->local.security;
	sdp->local.rtcp_mux = from->local.rtcp_mux;
	sdp->offered = from->offered;
	sdp->described = from->described;
	if (from->has_remote)
		leg_sdp_take_offer(sdp, &from->remote);
	return 0;
}

void leg_sdp_free(struct leg_sdp *sdp)
{
	leg_handshake_free(sdp->handshake);
	if (sdp->aside_fd > 0)
		close(sdp->aside_fd);
	leg_codecs_free(&sdp->codecs);
	leg_keys_free(&sdp->keys);
	explicit_bzero(&sdp->local.security, sizeof(sdp->local.security));
}

/* False also for the old way of hold, 0.0.0.0 or ::, and then addr stays unset. */
static bool remote_addr(const struct ua_sdp *remote, union address *addr)
{
	return remote->port != 0 && address_set(addr, remote->addr, remote->port) == 0;
}

static int handshake_agree(struct leg_sdp *sdp, const struct ua_agreed *agreed)
{
	const struct leg_config *config = sdp->config;
	union address said = {0};
	uint8_t symmetric = config->symmetric_rtp;
	struct leg_handshake_peer peer = {
		.said = &said, .agreed = agreed, .suites = config->security.suites, .suite_count = config->security.suite_count,
	};

	(void)remote_addr(&sdp->remote, &said);
	peer.symmetric = symmetric == STREAM_SYMMETRIC_ON || (symmetric == STREAM_SYMMETRIC_PRIVATE && address_is_private(&said));
	sdp->local.security.part = agreed->active ? UA_SETUP_ACTIVE : UA_SETUP_PASSIVE;
	return leg_handshake_agree(sdp->handshake, &peer);
}

void leg_sdp_handshake_go(struct leg_sdp *sdp)
{
	if (sdp->handshake && sdp->described)
		leg_handshake_go(sdp->handshake, sdp->up);
}

const char *leg_sdp_handshake_take(struct leg_sdp *sdp)
{
	struct ua_crypto send, receive;
	int err;

	leg_handshake_keys(sdp->handshake, &send, &receive);
	err = leg_keys_take(&sdp->keys, &send, &receive);
	explicit_bzero(&send, sizeof(send));
	explicit_bzero(&receive, sizeof(receive));
	return err ? "no memory for its keys" : NULL;
}

/* What leaves less protection than we must have is silent from then on. */
static int remote_take(struct leg_sdp *sdp, const struct ua_sdp *remote, bool offered)
{
	struct ua_agreed agreed;
	int err;

	sdp->remote = *remote;
	sdp->has_remote = true;
	if (sdp->machine)
		leg_codecs_prefer_exact(&sdp->remote);
	(void)leg_codecs_make(&sdp->codecs, &sdp->local, remote); /* without a coder there is no sound, but a call */
	err = leg_keys_agree(&sdp->keys, remote, offered, &sdp->local, &agreed);
	if (!err && remote->port)
		sdp->local.security.by_keys = agreed.by == UA_AGREED_KEYS;
	if (!err && agreed.by == UA_AGREED_HANDSHAKE)
		err = handshake_agree(sdp, &agreed);
	else if (remote->port || !leg_sdp_is_secured(sdp)) /* no port is a pause: what is done goes on after it */
		leg_handshake_rest(sdp->handshake);
	leg_sdp_handshake_go(sdp);
	explicit_bzero(&agreed, sizeof(agreed));
	return err;
}

const char *leg_sdp_fault(const struct leg_sdp *sdp, const struct ua_sdp *answer)
{
	return answer->port && !ua_sdp_sound_format(answer, &sdp->local) ? "it has no codec in common" : NULL;
}

const char *leg_sdp_first_fault(const struct leg_sdp *sdp, const struct ua_sdp *answer)
{
	return answer->port ? leg_sdp_fault(sdp, answer) : "it refuses the sound";
}

/* An address that nobody has is the old way of hold. */
void leg_sdp_take_offer(struct leg_sdp *sdp, const struct ua_sdp *offer)
{
	union address addr;

	leg_codecs_agree(&sdp->local, offer);
	(void)remote_take(sdp, offer, true); /* else it could not have been answered */
	sdp->local.rtcp_mux = offer->rtcp_mux; /* what was agreed on is offered again */
	sdp->peer = offer->direction & ~(remote_addr(offer, &addr) ? 0u : (unsigned)UA_RECVONLY);
}

/* Of what it was not offered an answer says nothing. */
int leg_sdp_take_answer(struct leg_sdp *sdp, const struct ua_sdp *answer)
{
	unsigned unsaid = (sdp->told & UA_SENDONLY ? 0u : (unsigned)UA_RECVONLY) |
		(sdp->told & UA_RECVONLY ? 0u : (unsigned)UA_SENDONLY);

	sdp->peer = (answer->direction & ~unsaid) | (sdp->peer & unsaid);
	return remote_take(sdp, answer, false);
}

static enum ua_direction hold_direction(const struct leg_sdp *sdp)
{
	if (!sdp->held)
		return UA_SENDRECV;
	return sdp->config->hold_inactive ? UA_INACTIVE : UA_SENDONLY;
}

bool leg_sdp_is_due(struct leg_sdp *sdp)
{
	sdp->local.direction = hold_direction(sdp) & sdp->narrowed;
	return sdp->local.direction != sdp->told || sdp->narrows;
}

void leg_sdp_told(struct leg_sdp *sdp)
{
	sdp->told = sdp->local.direction;
	sdp->narrows = false;
}

/* What is said of this side: of a machine's call less than is taken, since sound in the old codec comes until the peer has answered. False: there
 * is no less. */
static bool local_describe(const struct leg_sdp *sdp, struct ua_sdp_local *local)
{
	*local = sdp->local;
	return sdp->machine && leg_codecs_keep_exact(local);
}

const struct ua_format *leg_sdp_format(const struct leg_sdp *sdp)
{
	return sdp->has_remote ? ua_sdp_sound_format(&sdp->remote, &sdp->local) : NULL;
}

static bool is_exact(const struct leg_sdp *sdp)
{
	const struct ua_format *format = leg_sdp_format(sdp);

	return format && (format->codec == UA_CODEC_PCMU || format->codec == UA_CODEC_PCMA);
}

void leg_sdp_offer(const struct leg_sdp *sdp, struct ua_sdp *offer)
{
	ua_sdp_offer(offer, &sdp->local);
}

/* Whoever has refused less, and has none of it in use, is offered all again: else it could not be held. */
void leg_sdp_offer_again(const struct leg_sdp *sdp, struct ua_sdp *offer)
{
	struct ua_sdp_local local = sdp->local;

	if (sdp->narrows || is_exact(sdp))
		(void)local_describe(sdp, &local);
	ua_sdp_offer(offer, &local);
	explicit_bzero(&local.security, sizeof(local.security));
}

int leg_sdp_answer(const struct leg_sdp *sdp, const struct ua_sdp *offer, struct ua_sdp *answer)
{
	struct ua_sdp_local local;
	bool narrowed = local_describe(sdp, &local);
	int err = ua_sdp_answer(answer, offer, &local);

	explicit_bzero(&local.security, sizeof(local.security));
	return err && narrowed ? ua_sdp_answer(answer, offer, &sdp->local) : err; /* a machine's call goes on without a good codec */
}

void leg_sdp_set_machine(struct leg_sdp *sdp, enum dsp_fax machine)
{
	struct ua_sdp_local local = {0};

	sdp->machine = machine;
	sdp->narrows = !is_exact(sdp) && local_describe(sdp, &local);
	explicit_bzero(&local.security, sizeof(local.security));
	leg_codecs_prefer_exact(&sdp->remote);
}

bool leg_sdp_is_secured(const struct leg_sdp *sdp)
{
	return sdp->keys.secured && sdp->keys.send && sdp->keys.receive;
}

/* Keys of a machine's call stay what they sound like: nothing is cut out of its signals. */
static void keys_keep(struct stream_wish *wish)
{
	wish->event_type = 0;
	wish->told = false;
}

void leg_sdp_wish(const struct leg_sdp *sdp, bool talks, bool hears, struct stream_wish *wish)
{
	bool reachable;

	wish->machine = sdp->machine != DSP_FAX_NONE;
	wish->aside_fd = sdp->aside_fd;
	leg_keys_wish(&sdp->keys, wish);
	reachable = leg_codecs_wish(&sdp->codecs, &sdp->local, sdp->has_remote ? &sdp->remote : NULL, wish);
	if (sdp->machine)
		keys_keep(wish);
	if (!sdp->has_remote)
		return;
	reachable = remote_addr(&sdp->remote, &wish->remote) && reachable;
	wish->rtcp_port = reachable ? ua_sdp_rtcp_port(&sdp->remote) : 0;
	if (sdp->local.security.part != UA_SETUP_NONE && wish->rtcp_port != sdp->remote.port)
		wish->rtcp_port = 0; /* on a port of its own it would need a handshake of its own */
	/* The remote's directions are as it sees them: it receives what we send. */
	wish->plays_hold = sdp->held && sdp->config->hold_plays && !sdp->machine;
	wish->sends = (talks || wish->plays_hold) && reachable && sdp->remote.direction & UA_RECVONLY;
	wish->receives = hears && sdp->remote.direction & UA_SENDONLY;
}
