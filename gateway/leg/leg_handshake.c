/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/leg/handshake_tries.h"
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
	struct handshake_tries tries;
	bool agreed;          /* tries has what was */
	bool wanted;          /* what was agreed on last is a handshake */
	bool told;            /* how it ended */
	bool heard;           /* the peer has said something since we began */
	uint64_t until_ms;    /* 0: it may take its time */
	uint64_t sent_ms;     /* when we sent last; 0: never */
	uint64_t again_ms;    /* when to begin anew, if nothing is heard until then; 0: not */
	uint8_t suites[UA_SRTP_SUITES];
	bool symmetric;
	struct stream_wire_aside early;
	size_t early_length;
};

static void packet_send(const uint8_t *bytes, size_t length, const union address *to, void *arg)
{
	struct leg_handshake *handshake = arg;

	if (!address_port(to))
		return;
	handshake->sent_ms = loop_now_ms(handshake->with->loop);
	(void)sendto(handshake->rtp_fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, &to->any, address_size(to));
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
	int left_ms = handshake_tries_timeout_ms(&handshake->tries);
	uint64_t now_ms = loop_now_ms(handshake->with->loop);

	loop_timer_stop(handshake->timer);
	if (!handshake->told)
		left_ms = sooner(left_ms, sooner(left_until(now_ms, handshake->until_ms), left_until(now_ms, handshake->again_ms)));
	if (left_ms >= 0)
		loop_timer_start(handshake->timer, (uint64_t)left_ms);
}

/* Forgets what there was of it; the early packet is another matter. */
static void renew(struct leg_handshake *handshake)
{
	handshake_tries_reset(&handshake->tries);
	handshake->told = handshake->heard = false;
	handshake->sent_ms = handshake->again_ms = 0;
}

/* An answer to what was sent just now would be taken for one to what is sent next, and not fit it. */
static void begin(struct leg_handshake *handshake)
{
	uint64_t now_ms = loop_now_ms(handshake->with->loop);

	handshake->again_ms = 0;
	if (!handshake->tries.config.active || (handshake->heard && handshake_tries_state(&handshake->tries) == UA_DTLS_RUNS))
		return;
	if (handshake->sent_ms && now_ms < handshake->sent_ms + AGAIN_MS) {
		handshake->again_ms = handshake->sent_ms + AGAIN_MS;
		return;
	}
	handshake->heard = false;
	(void)handshake_tries_begin(&handshake->tries, now_ms);
}

/* The last thing that is done: who is told may free it. */
static void judge(struct leg_handshake *handshake)
{
	enum ua_dtls_state state = handshake_tries_state(&handshake->tries);

	if (state == UA_DTLS_SPOILT && !handshake->again_ms && !handshake->told)
		begin(handshake);
	timer_set(handshake);
	if (!handshake->told && (state == UA_DTLS_FAILED || state == UA_DTLS_DONE))
		tell(handshake, state == UA_DTLS_FAILED ? handshake_tries_failure(&handshake->tries) : NULL);
}

static void on_timer(void *arg)
{
	struct leg_handshake *handshake = arg;

	if (!handshake->agreed || !handshake->wanted)
		return;
	if (!handshake->told && handshake->until_ms && loop_now_ms(handshake->with->loop) >= handshake->until_ms) {
		tell(handshake, handshake_tries_rumour(&handshake->tries));
		return;
	}
	if (handshake->again_ms && loop_now_ms(handshake->with->loop) >= handshake->again_ms)
		begin(handshake);
	handshake_tries_timeout(&handshake->tries);
	judge(handshake);
}

static bool may_be_peers(const struct leg_handshake *handshake, const union address *source)
{
	const union address *said = &handshake->tries.said;

	return handshake->symmetric || (address_port(said) && address_same_host(source, said));
}

static void take(struct leg_handshake *handshake, const struct stream_wire_aside *aside, size_t length)
{
	if (may_be_peers(handshake, &aside->source) &&
		handshake_tries_take(&handshake->tries, &aside->source, aside->bytes, length, loop_now_ms(handshake->with->loop)))
		handshake->heard = true;
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
	if (!handshake->agreed) {
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
	handshake_tries_reset(&handshake->tries);
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
	const struct ua_dtls_config *config = &handshake->tries.config;

	return handshake->agreed && handshake->wanted && handshake_tries_state(&handshake->tries) != UA_DTLS_FAILED &&
		config->active == agreed->active && ua_fingerprint_is_same(&config->fingerprint, &agreed->fingerprint);
}

static bool has_suite(const struct leg_handshake_peer *peer)
{
	for (size_t i = 0; i < peer->suite_count; i++) {
		if (ua_dtls_has_suite(peer->suites[i]))
			return true;
	}
	return false;
}

static int prepare(struct leg_handshake *handshake, const struct leg_handshake_peer *peer)
{
	size_t count = peer->suite_count < UA_SRTP_SUITES ? peer->suite_count : UA_SRTP_SUITES;

	if (!has_suite(peer))
		return EINVAL;
	renew(handshake);
	memcpy(handshake->suites, peer->suites, count);
	handshake->tries.config = (struct ua_dtls_config){
		.identity = handshake->with->identity,
		.active = peer->agreed->active,
		.fingerprint = peer->agreed->fingerprint,
		.suites = handshake->suites,
		.suite_count = count,
	};
	handshake->tries.send = packet_send;
	handshake->tries.arg = handshake;
	handshake->agreed = true;
	handshake->until_ms = 0;
	if (handshake->early_length)
		take(handshake, &handshake->early, handshake->early_length);
	handshake->early_length = 0;
	return 0;
}

/* What came of it is told from the timer, since whoever agrees is not ready for it yet. */
int leg_handshake_agree(struct leg_handshake *handshake, const struct leg_handshake_peer *peer)
{
	int err = 0;

	if (address_port(peer->said)) /* else a hold of the old kind */
		handshake_tries_describe(&handshake->tries, peer->said);
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
	if (!handshake->agreed || !handshake->wanted)
		return;
	if (must && handshake_tries_state(&handshake->tries) == UA_DTLS_FAILED)
		renew(handshake);
	if (handshake_tries_state(&handshake->tries) == UA_DTLS_DONE || handshake_tries_state(&handshake->tries) == UA_DTLS_FAILED)
		return;
	if (must && !handshake->until_ms && address_port(&handshake->tries.said))
		handshake->until_ms = loop_now_ms(handshake->with->loop) + LEG_HANDSHAKE_MAX_S * 1000u;
	begin(handshake);
	loop_timer_start(handshake->timer, 0);
}

void leg_handshake_keys(const struct leg_handshake *handshake, struct ua_crypto *send, struct ua_crypto *receive)
{
	ua_dtls_keys(handshake->tries.done->dtls, send, receive);
}
