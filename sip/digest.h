/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Digest authentication (RFC 7616, RFC 2617, RFC 3261 s22, RFC 8760): reading a challenge, answering it. Pure
 * code. The algorithms are a table in digest.c. Private to sip/.
 */
#ifndef TIPRING_SIP_DIGEST_H
#define TIPRING_SIP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UA_REALM_MAX  255 /* bytes without the final zero; a longer one is refused */
#define UA_NONCE_MAX  511
#define UA_OPAQUE_MAX 511
#define UA_DIGEST_HEX 128 /* hex digits of the longest hash */
#define UA_DIGEST_URI_MAX    511
#define UA_CREDENTIALS_MAX 2560 /* of the value of one Authorization header */

struct ua_digest_algorithm;

/* Quality of protection: what the response covers. */
enum ua_digest_qop {
	UA_QOP_NONE = 0, /* the challenge of RFC 2069, without qop */
	UA_QOP_AUTH,     /* method and URI */
	UA_QOP_AUTH_INT, /* the body too */
};

/* What stood in quotes is kept as it was written there: so it is hashed and so it is sent back. */
struct ua_challenge {
	char realm[UA_REALM_MAX + 1];
	char nonce[UA_NONCE_MAX + 1];
	char opaque[UA_OPAQUE_MAX + 1]; /* "": none */
	const struct ua_digest_algorithm *algorithm;
	bool algorithm_said; /* then it is echoed */
	enum ua_digest_qop qop; /* the one that we answer with */
	bool stale;
};

/* Reads the value of a WWW-Authenticate or Proxy-Authenticate header. EBADMSG: it is malformed or
 * misses realm or nonce. ENOTSUP: another scheme, algorithm or qop than those we have. */
int ua_challenge_parse(struct ua_challenge *challenge, const char *text, size_t length);

struct ua_digest_input {
	const char *user, *password;
	const char *method, *uri;
	const char *body;     /* NULL: none */
	const char *cnonce;   /* without qop not used */
	uint32_t nonce_count; /* from 1, one more for each request with the same nonce */
};

/* The response, in lower-case hex with a final zero. ENOTSUP: libcrypto refuses the algorithm. */
int ua_digest_response(char response[static UA_DIGEST_HEX + 1], const struct ua_challenge *challenge,
	const struct ua_digest_input *input);

/* What an Authorization header says that was sent to us. */
struct ua_answer {
	struct ua_challenge challenge; /* as it is echoed */
	char user[UA_REALM_MAX + 1], uri[UA_DIGEST_URI_MAX + 1], cnonce[UA_NONCE_MAX + 1];
	char response[UA_DIGEST_HEX + 1];
	uint32_t nonce_count;
};

/* As ua_challenge_parse; EBADMSG also without user, uri or response. */
int ua_answer_parse(struct ua_answer *answer, const char *text, size_t length);

/* The value of an Authorization or Proxy-Authorization header. EOVERFLOW: size is too small. */
int ua_digest_print(char *text, size_t size, const struct ua_challenge *challenge,
	const struct ua_digest_input *input);

#endif
