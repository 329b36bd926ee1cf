/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A leg's handshake for the keys of its sound (DTLS-SRTP). The media thread reads the socket of the sound; what is of a handshake it
 * writes, with where it came from, to a descriptor whose other end is read here; answers leave by the socket of the sound itself.
 * A peer may begin before its description is here: its last packet is kept until then. Several may run at a time (gateway/leg/handshake_tries.h), and
 * one that was spoilt by what nothing signs is begun anew; only the described address itself, with another certificate, or the time ends it. Control thread.
 */
#ifndef TIPRING_GATEWAY_LEG_HANDSHAKE_H
#define TIPRING_GATEWAY_LEG_HANDSHAKE_H

#include <stdbool.h>

#include "gateway/address.h"
#include "gateway/loop.h"
#include "sip/dtls.h"

#define LEG_HANDSHAKE_MAX_S 10 /* of a call that was answered: it has failed when it is not done by then */

/* What all legs have of it. */
struct leg_handshakes {
	struct loop *loop;
	struct ua_dtls_identity *identity;
};

struct leg_handshake;

/* why: NULL, and then leg_handshake_keys has them; or why there will be none, valid within the call. The handshake may be freed from within. */
typedef void leg_handshake_h(const char *why, void *arg);

struct leg_handshake_peer {
	const union address *said; /* where it takes sound */
	bool symmetric;            /* its packets may come from another host, and then ours go there */
	const struct ua_agreed *agreed;
	const uint8_t *suites;
	size_t suite_count;
};

int leg_handshake_alloc(struct leg_handshake **handshakep, const struct leg_handshakes *with);
void leg_handshake_free(struct leg_handshake *handshake);

/* Whom to tell, also of what was told to somebody before, and by which socket it goes on. */
void leg_handshake_own(struct leg_handshake *handshake, int rtp_fd, leg_handshake_h *handler, void *arg);

/* Another descriptor for the media thread to write to, the caller's to close; -1: there is none left. */
int leg_handshake_fd(const struct leg_handshake *handshake);

/* What both sides agreed on counts: another fingerprint or another part is another handshake, else the one that there is goes on. The
 * handler is not called from within. EINVAL: no suite that a handshake knows; ENOMEM. */
int leg_handshake_agree(struct leg_handshake *handshake, const struct leg_handshake_peer *peer);

/* No handshake is agreed on any more, or the call is over: nothing is sent, taken or told until one is agreed on again, which is
 * another one. Also from within the handler. NULL: nothing. */
void leg_handshake_rest(struct leg_handshake *handshake);

/* The peer has our description by now, and listens: who is to begin does so, and once more when it was not heard. must: it is to be
 * done within LEG_HANDSHAKE_MAX_S, since the call was answered and the peer has an address. What failed before that is tried
 * again. The handler is not called from within. */
void leg_handshake_go(struct leg_handshake *handshake, bool must);

void leg_handshake_keys(const struct leg_handshake *handshake, struct ua_crypto *send, struct ua_crypto *receive);

#endif
