/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handshakes of one leg, of which one is to be done (RFC 5763). Nothing signs their packets until then, so anybody may have sent
 * them: who spoils one is to spoil his own alone. Control thread; no clock, no sockets.
 *   - The peer begins: each source has its own, and each hello of a source. The very address and port that the peer said has room of its own.
 *   - We begin: there is one. It is with that address; another source is listened to only after HANDSHAKE_OTHERS_MS without a word
 *     from there, and then that one alone.
 * The first that proves the peer's fingerprint is it, and the others are forgotten.
 */
#ifndef TIPRING_GATEWAY_HANDSHAKE_TRIES_H
#define TIPRING_GATEWAY_HANDSHAKE_TRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/address.h"
#include "sip/dtls.h"

#define HANDSHAKE_TRIES_SAID   2 /* at a time, with the address that the peer said */
#define HANDSHAKE_TRIES_OTHERS 6
#define HANDSHAKE_TRIES        (HANDSHAKE_TRIES_SAID + HANDSHAKE_TRIES_OTHERS)
#define HANDSHAKE_TRY_MS       1000 /* one that has heard nothing for so long gives way to another */
#define HANDSHAKE_OTHERS_MS    500
#define HANDSHAKE_RUMOUR_MAX   200

typedef void handshake_tries_send_h(const uint8_t *bytes, size_t length, const union address *to, void *arg);

struct handshake_tries {
	struct ua_dtls_config config; /* of each; its send and arg are not used */
	handshake_tries_send_h *send;
	void *arg;
	union address said;           /* port 0: the peer has not said any */
	bool said_heard;              /* since we began */
	uint64_t begun_ms;
	const struct handshake_try *done;
	struct handshake_try {
		const struct handshake_tries *tries;
		struct ua_dtls *dtls;     /* NULL: free */
		union address to;
		uint8_t hello[UA_DTLS_HELLO_BYTES]; /* the peer's, who began */
		uint64_t heard_ms;
	} each[HANDSHAKE_TRIES];
	char rumour[HANDSHAKE_RUMOUR_MAX];
};

/* Forgets all of them, also the one that is done. */
void handshake_tries_reset(struct handshake_tries *tries);

/* The peer says another address, or the same. */
void handshake_tries_describe(struct handshake_tries *tries, const union address *said);

/* We begin, config.active, or do so anew. ENOMEM. */
int handshake_tries_begin(struct handshake_tries *tries, uint64_t now_ms);

/* A packet; false: it was nobody's. */
bool handshake_tries_take(struct handshake_tries *tries, const union address *source, const uint8_t *bytes, size_t length, uint64_t now_ms);

int handshake_tries_timeout_ms(const struct handshake_tries *tries); /* as ua_dtls_timeout_ms */
void handshake_tries_timeout(struct handshake_tries *tries);

/* UA_DTLS_FAILED: the address that the peer said has proved to be somebody else. UA_DTLS_SPOILT: ours may be begun anew. */
enum ua_dtls_state handshake_tries_state(const struct handshake_tries *tries);
const char *handshake_tries_failure(const struct handshake_tries *tries);
/* For who gives up: what came last, of whomever. */
const char *handshake_tries_rumour(const struct handshake_tries *tries);

#endif
