/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an account knows to answer challenges with, and what one request has been through (RFC 3261 s22).
 * A remembered nonce may be refused; an answer to a challenge of this same request that is refused again
 * means wrong credentials, whatever nonce comes along, unless the server says stale=true. Private to sip/.
 */
#ifndef TIPRING_SIP_CREDENTIALS_H
#define TIPRING_SIP_CREDENTIALS_H

#include <re.h>

#include "sip/digest.h"

#define UA_CHALLENGES_MAX 4 /* realms remembered, www and proxy, REGISTER and other requests apart */
#define UA_ATTEMPT_MOVES_MAX 4 /* how often another server than the one before may challenge one request */

struct ua_credentials;

/* One request with all its repetitions; zeroed before the first. Each server that it goes on to may challenge it anew. */
struct ua_attempt {
	struct sa server;  /* whose challenge was the last */
	unsigned moves;    /* to another server */
	unsigned answered; /* bit per challenge that came and was answered */
	unsigned stale;    /* bit per challenge that was called stale once */
};

int ua_credentials_alloc(struct ua_credentials **credentialsp, const char *user, const char *password);
/* Frees with mem_deref; the password is wiped. */

/* Takes the topmost challenge of each realm that can be answered from a 401 or 407. trusted: it
 * came from our server or a listed peer; others are not answered, whatever realm they name, lest
 * anyone whom we call collects hashes of the password. 0: send the request again. EACCES: the credentials
 * are wrong. ENOTSUP: nothing that we could or would answer. */
int ua_credentials_learn(struct ua_credentials *credentials, struct ua_attempt *attempt,
	const struct sip_msg *msg, bool trusted);

/* Writes Authorization and Proxy-Authorization headers for all that is remembered for the method.
 * body NULL: none. */
int ua_credentials_write(struct ua_credentials *credentials, struct mbuf *mb, const char *method,
	const char *uri, const char *body);

/* Whether an answer to a challenge of ours shows these credentials; without a password: never. */
bool ua_credentials_fit(const struct ua_credentials *credentials, const struct ua_answer *answer, const char *method);

#endif
