/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handshake on the path of the sound that makes the keys of SRTP (DTLS-SRTP, RFC 5763 and 5764), over DTLS 1.2. Its packets come
 * and go by its owner's hands: no sockets here, no libre; libssl reads the clock for what is to be sent again. What a peer must
 * prove is the fingerprint of its session description. Control thread.
 *
 * Until there are keys nothing signs a packet, and anybody may have sent it: an alert counts for nothing then, nor does a record that is
 * none of a handshake (sip/dtls_record.h); whoever waits gives up in his own time. A message that is well made and does not fit spoils the
 * handshake, and proves nothing of the peer: another may be begun. Nor do we say anything of it, since the peer would believe the alert.
 */
#ifndef TIPRING_SIP_DTLS_H
#define TIPRING_SIP_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/sdp_crypto.h"

#define UA_DTLS_MTU        1200 /* bytes of a packet that is sent, at most */
#define UA_DTLS_PACKET_MAX 1500 /* ... that is taken */
#define UA_DTLS_HELLO_BYTES 32
#define UA_DTLS_FIRST_MS   100  /* after which a flight is sent again; doubled each time. RFC 6347 s4.2.4.1 has 1 s, for what may wait */

/* Who we are: a key and a certificate that it signed itself, both of this process. */
struct ua_dtls_identity;
int ua_dtls_identity_alloc(struct ua_dtls_identity **identityp); /* ENOMEM, also where libssl cannot */
void ua_dtls_identity_free(struct ua_dtls_identity *identity);
const struct ua_fingerprint *ua_dtls_identity_fingerprint(const struct ua_dtls_identity *identity);

/* Whether a packet that came beside RTP is one of a handshake (RFC 7983 s7). */
bool ua_dtls_is(const uint8_t *bytes, size_t length);

/* What a handshake is known by that the sender of a packet begins, the UA_DTLS_HELLO_BYTES random ones of its hello; NULL: it is none, or
 * has not the first piece of it. */
const uint8_t *ua_dtls_hello(const uint8_t *bytes, size_t length);

enum ua_dtls_state {
	UA_DTLS_RUNS,
	UA_DTLS_DONE,   /* there are keys; packets must go on being taken, since the peer may have missed the last ones */
	UA_DTLS_FAILED, /* it came to its end, and not with the peer, or without keys; ua_dtls_failure tells why */
	UA_DTLS_SPOILT, /* nothing will come of it, by what anybody may have sent, or by nothing having come */
};

/* Whether a handshake can agree on it (RFC 5764 s4.1.2, RFC 7714 s14.2). */
bool ua_dtls_has_suite(enum ua_srtp_suite suite);

typedef void ua_dtls_send_h(const uint8_t *bytes, size_t length, void *arg);

struct ua_dtls_config {
	struct ua_dtls_identity *identity; /* outlives it */
	bool active;                       /* we begin */
	struct ua_fingerprint fingerprint; /* the peer's */
	const uint8_t *suites;             /* enum ua_srtp_suite, in order of preference */
	size_t suite_count;
	ua_dtls_send_h *send;
	void *arg;
};

struct ua_dtls;

/* EINVAL: none of the suites can be agreed on in a handshake. ENOMEM. */
int ua_dtls_alloc(struct ua_dtls **dtlsp, const struct ua_dtls_config *config);
void ua_dtls_free(struct ua_dtls *dtls);

/* Each may send, and tells how things stand. The side that is active begins, the other waits. */
enum ua_dtls_state ua_dtls_begin(struct ua_dtls *dtls);
enum ua_dtls_state ua_dtls_take(struct ua_dtls *dtls, const uint8_t *bytes, size_t length);
enum ua_dtls_state ua_dtls_timeout(struct ua_dtls *dtls); /* to be called after: */
int ua_dtls_timeout_ms(const struct ua_dtls *dtls);       /* -1: nothing is to be sent again */

enum ua_dtls_state ua_dtls_state(const struct ua_dtls *dtls);
const char *ua_dtls_failure(const struct ua_dtls *dtls);
/* Why nothing came of it, for who gives up before it is at its end: with what came of the other side, or in its name. */
const char *ua_dtls_rumour(const struct ua_dtls *dtls);
/* Once it is done. */
void ua_dtls_keys(const struct ua_dtls *dtls, struct ua_crypto *send, struct ua_crypto *receive);

#endif
