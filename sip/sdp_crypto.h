/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a session description says of protected sound: keys (a=crypto, RFC 4568) or whose handshake it waits for (a=fingerprint
 * and a=setup, RFC 5763), and what is made of it by policy. Plain values; control thread. Keys never are for a log.
 */
#ifndef TIPRING_SIP_SDP_CRYPTO_H
#define TIPRING_SIP_SDP_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/srtp.h"

#define UA_CRYPTO_MAX       8   /* a=crypto lines of a description that are kept */
#define UA_CRYPTO_TEXT_MAX  128 /* of what is written behind "a=crypto:", with a final zero */
#define UA_FINGERPRINT_BYTES 64 /* of the longest, SHA-512 */
#define UA_FINGERPRINT_TEXT_MAX 200 /* "sha-512 AB:CD..." with a final zero */

enum ua_srtp_policy {
	UA_SRTP_OFF = 0,
	UA_SRTP_OPTIONAL, /* offered beside plain sound, and taken where it is offered */
	UA_SRTP_REQUIRED,
};

/* What may tell a certificate from others (RFC 8122 s5), in the order of their strength. */
enum ua_digest {
	UA_SHA_256,
	UA_SHA_384,
	UA_SHA_512,
	UA_DIGESTS,
};

struct ua_fingerprint {
	uint8_t digest; /* enum ua_digest */
	uint8_t bytes[UA_FINGERPRINT_BYTES]; /* zero behind its end */
};

struct ua_crypto {
	unsigned tag;
	uint8_t suite; /* enum ua_srtp_suite */
	uint8_t key[UA_SRTP_KEY_MAX];
};

enum ua_setup { /* who begins the handshake, as the owner of the description says it (RFC 4145) */
	UA_SETUP_NONE,
	UA_SETUP_ACTPASS,
	UA_SETUP_ACTIVE,
	UA_SETUP_PASSIVE,
};

enum ua_profile { /* of the m= line */
	UA_PROFILE_AVP,
	UA_PROFILE_AVPF,
	UA_PROFILE_SAVP,
	UA_PROFILE_SAVPF,
	UA_PROFILE_DTLS_SAVP,
	UA_PROFILE_DTLS_SAVPF,
	UA_PROFILES,
};
extern const char *const ua_profile_names[UA_PROFILES];

/* Of one description. Zeroed: plain. */
struct ua_security {
	enum ua_profile profile;
	struct ua_crypto cryptos[UA_CRYPTO_MAX]; /* those known to us, in the owner's order */
	size_t crypto_count;
	bool has_fingerprint;
	bool has_weak_fingerprint; /* and no other: md5, sha-1 or what is not known here, by which nobody is known */
	struct ua_fingerprint fingerprint;
	enum ua_setup setup;
};

/* What this side wants and has. Zeroed: plain only. */
struct ua_security_local {
	enum ua_srtp_policy policy;
	struct ua_crypto cryptos[UA_SRTP_SUITES]; /* one for a suite, in order of preference, tags from 1 up */
	size_t crypto_count;
	bool dtls; /* by handshake too, with fingerprint; offered rather than the keys */
	bool by_keys; /* those were agreed on last, and are what is offered again */
	enum ua_setup part; /* in the handshake that was agreed on: it is kept (RFC 8842 s5.3); NONE: not yet */
	struct ua_fingerprint fingerprint;
};

/* What both sides have agreed on. */
enum ua_agreement {
	UA_AGREED_PLAIN,
	UA_AGREED_KEYS,      /* send and receive hold them */
	UA_AGREED_HANDSHAKE, /* with who has the fingerprint; active: we begin */
};
struct ua_agreed {
	enum ua_agreement by;
	struct ua_crypto send, receive;
	struct ua_fingerprint fingerprint;
	bool active;
};

/* Reads what stands behind "a=crypto:". EBADMSG: it is none. ENOTSUP: with a suite, a parameter or a key identifier (MKI) that
 * we do not know. */
int ua_crypto_parse(struct ua_crypto *crypto, const char *text, size_t length);
void ua_crypto_print(const struct ua_crypto *crypto, char text[UA_CRYPTO_TEXT_MAX]);
bool ua_crypto_is_same(const struct ua_crypto *a, const struct ua_crypto *b);

/* Fresh keys, one for each of these suites. ENOMEM: no randomness. */
int ua_security_keys_make(struct ua_security_local *local, const uint8_t *suites, size_t count);

size_t ua_digest_length(enum ua_digest digest);

/* Behind "a=fingerprint:"; ENOTSUP: another digest than enum ua_digest's. */
int ua_fingerprint_parse(struct ua_fingerprint *fingerprint, const char *text, size_t length);
void ua_fingerprint_print(const struct ua_fingerprint *fingerprint, char text[UA_FINGERPRINT_TEXT_MAX]);
bool ua_fingerprint_is_same(const struct ua_fingerprint *a, const struct ua_fingerprint *b);

bool ua_security_is_same(const struct ua_security *a, const struct ua_security *b);

/* What we offer: RTP/SAVP where it is required, else RTP/AVP with the same beside it, which who does not know it ignores. */
void ua_security_offer(struct ua_security *offer, const struct ua_security_local *local);
/* ENOTSUP: nothing in common (488). */
int ua_security_answer(struct ua_security *answer, const struct ua_security *offer, const struct ua_security_local *local);
/* What counts after an exchange. offered: the offer was the remote's, else it was ours and remote answers it. ENOTSUP:
 * it leaves less than policy wants, or makes no sense. */
int ua_security_agree(struct ua_agreed *agreed, const struct ua_security *remote, bool offered,
	const struct ua_security_local *local);

#endif
