/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

#include "sip/credentials.h"

struct remembered {
	struct ua_challenge challenge;
	uint32_t nonce_count;
	bool proxy, registering;
};

struct ua_credentials {
	char *user, *password;
	struct remembered remembered[UA_CHALLENGES_MAX];
	unsigned count;
};

static void destroy(void *arg)
{
	struct ua_credentials *credentials = arg;

	if (credentials->password)
		OPENSSL_cleanse(credentials->password, strlen(credentials->password));
	mem_deref(credentials->password);
	mem_deref(credentials->user);
}

int ua_credentials_alloc(struct ua_credentials **credentialsp, const char *user, const char *password)
{
	struct ua_credentials *credentials = mem_zalloc(sizeof(*credentials), destroy);
	int err;

	if (!credentials)
		return ENOMEM;
	err = str_dup(&credentials->user, user);
	if (!err)
		err = str_dup(&credentials->password, password ? password : "");
	if (err)
		mem_deref(credentials);
	else
		*credentialsp = credentials;
	return err;
}

static bool is_registering(const struct pl *method)
{
	return !pl_strcmp(method, "REGISTER");
}

/* The slot of a realm, a new one, or the first when all are taken. */
static unsigned slot_of(struct ua_credentials *credentials, const struct remembered *fresh)
{
	for (unsigned i = 0; i < credentials->count; i++) {
		const struct remembered *old = &credentials->remembered[i];

		if (old->proxy == fresh->proxy && old->registering == fresh->registering &&
		    !strcmp(old->challenge.realm, fresh->challenge.realm))
			return i;
	}
	return credentials->count < UA_CHALLENGES_MAX ? credentials->count++ : 0;
}

struct learning {
	struct ua_credentials *credentials;
	struct ua_attempt *attempt;
	unsigned taken; /* bit per slot that got a challenge from this response */
	bool proxy, wrong;
};

static void learn(struct learning *learning, const struct remembered *fresh)
{
	struct ua_attempt *attempt = learning->attempt;
	unsigned slot, bit;

	slot = slot_of(learning->credentials, fresh);
	bit = 1u << slot;
	if (learning->taken & bit)
		return;
	if (attempt->answered & bit && (!fresh->challenge.stale || attempt->stale & bit)) {
		learning->wrong = true;
		return;
	}
	if (attempt->answered & bit)
		attempt->stale |= bit;
	attempt->answered |= bit;
	learning->taken |= bit;
	learning->credentials->remembered[slot] = *fresh;
}

static bool on_challenge(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct learning *learning = arg;
	struct remembered fresh = {
		.proxy = learning->proxy,
		.registering = is_registering(&msg->cseq.met),
	};

	if (!ua_challenge_parse(&fresh.challenge, header->val.p, header->val.l))
		learn(learning, &fresh);
	return false;
}

/* Another server has not seen what the one before refused. A few that take turns are not followed for ever. */
static void note_server(struct ua_attempt *attempt, const struct sa *server)
{
	bool is_other = sa_isset(&attempt->server, SA_ADDR) && !sa_cmp(&attempt->server, server, SA_ALL);

	attempt->server = *server;
	if (!is_other || attempt->moves == UA_ATTEMPT_MOVES_MAX)
		return;
	attempt->moves++;
	attempt->answered = attempt->stale = 0;
}

int ua_credentials_learn(struct ua_credentials *credentials, struct ua_attempt *attempt,
	const struct sip_msg *msg, bool trusted)
{
	struct learning learning = {.credentials = credentials, .attempt = attempt};

	if (!trusted)
		return ENOTSUP;
	note_server(attempt, &msg->src);
	sip_msg_hdr_apply(msg, true, SIP_HDR_WWW_AUTHENTICATE, on_challenge, &learning);
	learning.proxy = true;
	sip_msg_hdr_apply(msg, true, SIP_HDR_PROXY_AUTHENTICATE, on_challenge, &learning);
	if (learning.wrong)
		return EACCES;
	return learning.taken ? 0 : ENOTSUP;
}

static int write_one(const struct ua_credentials *credentials, struct remembered *remembered,
	struct mbuf *mb, const char *method, const char *uri, const char *body)
{
	char text[UA_CREDENTIALS_MAX], cnonce[17];
	const struct ua_digest_input input = {
		.user = credentials->user,
		.password = credentials->password,
		.method = method,
		.uri = uri,
		.body = body,
		.cnonce = cnonce,
		.nonce_count = ++remembered->nonce_count,
	};
	int err;

	(void)re_snprintf(cnonce, sizeof(cnonce), "%016llx", (unsigned long long)rand_u64());
	err = ua_digest_print(text, sizeof(text), &remembered->challenge, &input);
	if (err)
		return err;
	return mbuf_printf(mb, "%sAuthorization: %s\r\n", remembered->proxy ? "Proxy-" : "", text);
}

int ua_credentials_write(struct ua_credentials *credentials, struct mbuf *mb, const char *method,
	const char *uri, const char *body)
{
	bool registering = !strcmp(method, "REGISTER");
	int err = 0;

	for (unsigned i = 0; i < credentials->count && !err; i++) {
		if (credentials->remembered[i].registering == registering)
			err = write_one(credentials, &credentials->remembered[i], mb, method, uri,
				body);
	}
	return err;
}

bool ua_credentials_fit(const struct ua_credentials *credentials, const struct ua_answer *answer, const char *method)
{
	char expected[UA_DIGEST_HEX + 1];
	const struct ua_digest_input input = {
		.user = credentials->user,
		.password = credentials->password,
		.method = method,
		.uri = answer->uri,
		.cnonce = answer->cnonce,
		.nonce_count = answer->nonce_count,
	};

	return credentials->password[0] && !strcmp(answer->user, credentials->user) && answer->challenge.qop == UA_QOP_AUTH &&
		!ua_digest_response(expected, &answer->challenge, &input) && strlen(expected) == strlen(answer->response) &&
		!CRYPTO_memcmp(expected, answer->response, strlen(expected));
}
