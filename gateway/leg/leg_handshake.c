/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/leg/leg_handshake.h"
#include "gateway/media/stream_wire.h"

#define AGAIN_MS 1000 /* what was sent so long ago is not answered any more */

enum { OURS, MEDIAS, ENDS };

struct leg_handshake {
	const struct leg_handshakes *with;
	int fds[ENDS];
	int rtp_fd;
	leg_handshake_h *handler;
	void *arg;
	struct loop_timer *timer;
	struct ua_dtls *dtls; /* NULL: nothing is agreed on */
	bool wanted;          /* what was agreed on last is a handshake */
	bool told;            /* how it ended */
	bool heard;           /* the peer has said something */
	uint64_t until_ms;    /* 0: it may take its time */
	uint64_t sent_ms;     /* when dtls sent last; 0: never */
	uint64_t again_ms;    /* when to begin anew, if nothing is heard until then; 0: not */
	struct ua_dtls_config config; /* of dtls */
	uint8_t suites[UA_SRTP_SUITES];
	union address said, to;
	bool symmetric;
	struct stream_wire_aside early;
	size_t early_length;
};

static void packet_send(const uint8_t *bytes, size_t length, void *arg)
{
	struct leg_handshake *handshake = arg;

	if (!address_port(&handshake->to))
		return;
	handshake->sent_ms = loop_now_ms(handshake->with->loop);
	(void)sendto(handshake->rtp_fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, &handshake->to.any, address_size(&handshake->to));
}

static void tell(struct leg_handshake *handshake, const char *why)
{
	handshake->told = true;
	if (handshake->handler)
		handshake->handler(why, handshake->arg);
}

/* -1: never. */
static int left_until(uint64_t now_ms, uint64_t until_ms)
{
	return !until_ms ? -1 : now_ms >= until_ms ? 0 : (int)(until_ms - now_ms);
}

static int sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

static void timer_set(struct leg_handshake *handshake)
{
	int left_ms = ua_dtls_timeout_ms(handshake->dtls);
	uint64_t now_ms = loop_now_ms(handshake->with->loop);

	loop_timer_stop(handshake->timer);
	if (!handshake->told)
		left_ms = sooner(left_ms, sooner(left_until(now_ms, handshake->until_ms), left_until(now_ms, handshake->again_ms)));
	if (left_ms >= 0)
		loop_timer_start(handshake->timer, (uint64_t)left_ms);
}

/* The last thing that is done: who is told may free it. */
static void judge(struct leg_handshake *handshake)
{
	timer_set(handshake);
	if (handshake->told || ua_dtls_state(handshake->dtls) == UA_DTLS_RUNS)
		return;
	tell(handshake, ua_dtls_state(handshake->dtls) == UA_DTLS_FAILED ? ua_dtls_failure(handshake->dtls) : NULL);
}

static int dtls_renew(struct leg_handshake *handshake)
{
	ua_dtls_free(handshake->dtls);
	handshake->dtls = NULL;
	handshake->told = handshake->heard = false;
	handshake->sent_ms = handshake->again_ms = 0;
	return ua_dtls_alloc(&handshake->dtls, &handshake->config);
}

/* An answer to what was sent just now would be taken for one to what is sent next, and not fit it. */
static void begin(struct leg_handshake *handshake)
{
	uint64_t now_ms = loop_now_ms(handshake->with->loop);

	handshake->again_ms = 0;
	if (handshake->heard || !handshake->config.active)
		return;
	if (handshake->sent_ms && now_ms < handshake->sent_ms + AGAIN_MS)
		handshake->again_ms = handshake->sent_ms + AGAIN_MS;
	else if (dtls_renew(handshake) == 0)
		(void)ua_dtls_begin(handshake->dtls);
}

static void on_timer(void *arg)
{
	struct leg_handshake *handshake = arg;

	if (!handshake->dtls || !handshake->wanted)
		return;
	if (!handshake->told && handshake->until_ms && loop_now_ms(handshake->with->loop) >= handshake->until_ms) {
		tell(handshake, ua_dtls_rumour(handshake->dtls));
		return;
	}
	if (handshake->again_ms && loop_now_ms(handshake->with->loop) >= handshake->again_ms)
		begin(handshake);
	if (!handshake->dtls)
		return;
	if (ua_dtls_timeout_ms(handshake->dtls) == 0)
		(void)ua_dtls_timeout(handshake->dtls);
	judge(handshake);
}

static bool is_peers(const struct leg_handshake *handshake, const union address *source)
{
	return handshake->symmetric || (address_port(&handshake->said) && address_same_host(source, &handshake->said));
}

static void take(struct leg_handshake *handshake, const struct stream_wire_aside *aside, size_t length)
{
	if (!is_peers(handshake, &aside->source))
		return;
	handshake->heard = true;
	handshake->to = aside->source;
	(void)ua_dtls_take(handshake->dtls, aside->bytes, length);
}

/* One packet: the loop calls again while there are more. */
static void on_readable(int fd, void *arg)
{
	struct leg_handshake *handshake = arg;
	struct stream_wire_aside aside;
	ssize_t length = recv(fd, &aside, sizeof(aside), MSG_DONTWAIT);

	if (length < (ssize_t)offsetof(struct stream_wire_aside, bytes))
		return;
	length -= (ssize_t)offsetof(struct stream_wire_aside, bytes);
	if (!handshake->dtls) {
		handshake->early = aside;
		handshake->early_length = (size_t)length;
		return;
	}
	if (!handshake->wanted)
		return;
	take(handshake, &aside, (size_t)length);
	judge(handshake);
}

int leg_handshake_alloc(struct leg_handshake **handshakep, const struct leg_handshakes *with)
{
	struct leg_handshake *handshake = calloc(1, sizeof(*handshake));
	int err;

	if (!handshake)
		return ENOMEM;
	handshake->with = with;
	handshake->rtp_fd = -1;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, handshake->fds) < 0) {
		free(handshake);
		return EMFILE;
	}
	err = loop_timer_alloc(&handshake->timer, with->loop, on_timer, handshake);
	if (!err)
		err = loop_watch(with->loop, handshake->fds[OURS], on_readable, handshake);
	if (err) {
		leg_handshake_free(handshake);
		return err;
	}
	*handshakep = handshake;
	return 0;
}

void leg_handshake_free(struct leg_handshake *handshake)
{
	if (!handshake)
		return;
	loop_unwatch(handshake->with->loop, handshake->fds[OURS]);
	loop_timer_free(handshake->timer);
	ua_dtls_free(handshake->dtls);
	close(handshake->fds[OURS]);
	close(handshake->fds[MEDIAS]);
	free(handshake);
}

void leg_handshake_own(struct leg_handshake *handshake, int rtp_fd, leg_handshake_h *handler, void *arg)
{
	handshake->told = false;
	handshake->rtp_fd = rtp_fd;
	handshake->handler = handler;
	handshake->arg = arg;
}

int leg_handshake_fd(const struct leg_handshake *handshake)
{
	return fcntl(handshake->fds[MEDIAS], F_DUPFD_CLOEXEC, 1);
}

static bool goes_on(const struct leg_handshake *handshake, const struct ua_agreed *agreed)
{
	return handshake->dtls && handshake->wanted && ua_dtls_state(handshake->dtls) != UA_DTLS_FAILED && handshake->config.active == agreed->active &&
		ua_fingerprint_is_same(&handshake->config.fingerprint, &agreed->fingerprint);
}

static int prepare(struct leg_handshake *handshake, const struct leg_handshake_peer *peer)
{
	size_t count = peer->suite_count < UA_SRTP_SUITES ? peer->suite_count : UA_SRTP_SUITES;
	int err;

	memcpy(handshake->suites, peer->suites, count);
	handshake->config = (struct ua_dtls_config){
		.identity = handshake->with->identity,
		.active = peer->agreed->active,
		.fingerprint = peer->agreed->fingerprint,
		.suites = handshake->suites,
		.suite_count = count,
		.send = packet_send,
		.arg = handshake,
	};
	handshake->until_ms = 0;
	err = dtls_renew(handshake);
	if (!err && handshake->early_length)
		take(handshake, &handshake->early, handshake->early_length);
	handshake->early_length = 0;
	return err;
}

/* What came of it is told from the timer, since whoever agrees is not ready for it yet. */
int leg_handshake_agree(struct leg_handshake *handshake, const struct leg_handshake_peer *peer)
{
	int err = 0;

	if (address_port(peer->said)) { /* else a hold of the old kind */
		if (!address_same_host(peer->said, &handshake->said) || address_port(peer->said) != address_port(&handshake->said))
			handshake->to = *peer->said;
		handshake->said = *peer->said;
	}
	handshake->symmetric = peer->symmetric;
	if (!goes_on(handshake, peer->agreed))
		err = prepare(handshake, peer);
	handshake->wanted = true;
	if (!err)
		loop_timer_start(handshake->timer, 0);
	return err;
}

/* Nothing is freed: whoever tells how it ended may be on the way. */
void leg_handshake_rest(struct leg_handshake *handshake)
{
	if (!handshake)
		return;
	handshake->wanted = false;
	loop_timer_stop(handshake->timer);
}

void leg_handshake_go(struct leg_handshake *handshake, bool must)
{
	if (!handshake->wanted)
		return;
	if (handshake->dtls && must && ua_dtls_state(handshake->dtls) == UA_DTLS_FAILED)
		(void)dtls_renew(handshake);
	if (!handshake->dtls || ua_dtls_state(handshake->dtls) != UA_DTLS_RUNS)
		return;
	if (must && !handshake->until_ms && address_port(&handshake->said))
		handshake->until_ms = loop_now_ms(handshake->with->loop) + LEG_HANDSHAKE_MAX_S * 1000u;
	begin(handshake);
	loop_timer_start(handshake->timer, 0);
}

void leg_handshake_keys(const struct leg_handshake *handshake, struct ua_crypto *send, struct ua_crypto *receive)
{
	ua_dtls_keys(handshake->dtls, send, receive);
}
