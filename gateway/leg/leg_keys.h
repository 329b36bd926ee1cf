/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What protects a leg's sound: keys, as the exchanges of session descriptions agree on them. A key that is agreed on again goes on
 * as it is, since it counts packets; another one is made beside it, and the old one lives as long as the leg, which the
 * media thread may still be using. Control thread.
 */
#ifndef TIPRING_GATEWAY_LEG_KEYS_H
#define TIPRING_GATEWAY_LEG_KEYS_H

#include "gateway/media/stream.h"
#include "sip/sdp.h"

#define LEG_KEYS_MAX 64 /* that a call may have one after the other */

/* How an account wants it. Zeroed: off. */
struct leg_security {
	uint8_t policy; /* enum ua_srtp_policy */
	uint8_t suites[UA_SRTP_SUITES]; /* enum ua_srtp_suite, in order of preference */
	uint8_t suite_count;
	bool sdes; /* keys may go in session descriptions */
	bool dtls; /* a handshake is offered, rather than those */
};

/* Zeroed: nothing is agreed on, and sound is plain. */
struct leg_keys {
	bool secured; /* without a key nothing goes nor comes */
	struct ua_crypto sends, receives;
	struct ua_srtp *send, *receive; /* two of made, or NULL */
	struct ua_srtp *made[LEG_KEYS_MAX];
	unsigned made_count;
};

/* Fresh keys to offer, and the fingerprint of whom the handshake is with, where it may be one. ENOMEM. */
int leg_keys_prepare(struct ua_sdp_local *local, const struct leg_security *security, const struct ua_fingerprint *fingerprint);

/* The remote's description counts now; offered as ua_security_agree has it. Of a handshake the keys come later (leg_keys_take), and
 * those that there are go on. ENOTSUP: it does not protect as it must, ENOSPC: too many keys, ENOMEM; then nothing goes nor comes. */
int leg_keys_agree(struct leg_keys *keys, const struct ua_sdp *remote, bool offered, const struct ua_sdp_local *local,
	struct ua_agreed *agreed);

/* Both ways, from now on. Errors as above. */
int leg_keys_take(struct leg_keys *keys, const struct ua_crypto *send, const struct ua_crypto *receive);

void leg_keys_wish(const struct leg_keys *keys, struct stream_wish *wish);

/* When the media thread does not know the leg any more. Wipes them. */
void leg_keys_free(struct leg_keys *keys);

#endif
