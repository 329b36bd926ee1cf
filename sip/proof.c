/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sip/proof.h"

#define TIME_DIGITS 8
#define MAC_BYTES   16
#define NONCE_MAX   (TIME_DIGITS + 2 * MAC_BYTES + 1)

enum proof {
	PROOF_NONE,
	PROOF_STALE,
	PROOF_WRONG,
	PROOF_GOOD,
};

struct check {
	const struct ua_agent *agent;
	const struct ua_account *account;
	char realm[UA_HOST_MAX];
	enum proof proof;
};

static uint32_t now_s(void)
{
	return (uint32_t)(tmr_jiffies() / 1000);
}

/* It is good for this address and this call alone: what somebody else has heard on the way serves him nothing. */
static void nonce_write(char nonce[NONCE_MAX], const struct ua_agent *agent, const struct sip_msg *msg, uint32_t time_s)
{
	char *text = ua_text_format("%08x %j %r", time_s, &msg->src, &msg->callid);
	unsigned char mac[EVP_MAX_MD_SIZE];

	rand_bytes(mac, sizeof(mac)); /* what nobody can know, where there is no memory */
	if (text)
		(void)HMAC(EVP_sha256(), agent->secret, sizeof(agent->secret), (const unsigned char *)text, strlen(text), mac, NULL);
	mem_deref(text);
	snprintf(nonce, NONCE_MAX, "%08x", time_s);
	for (unsigned i = 0; i < MAC_BYTES; i++)
		snprintf(nonce + TIME_DIGITS + 2 * i, 3, "%02x", mac[i]);
}

/* Old is what was good; what never was ours, or for another call, is asked for anew likewise. */
static bool is_fresh(const char *nonce, const struct ua_agent *agent, const struct sip_msg *msg)
{
	char digits[TIME_DIGITS + 1] = "", expected[NONCE_MAX];
	uint32_t time_s;

	if (strlen(nonce) != NONCE_MAX - 1)
		return false;
	memcpy(digits, nonce, TIME_DIGITS);
	time_s = (uint32_t)strtoul(digits, NULL, 16);
	nonce_write(expected, agent, msg, time_s);
	return !CRYPTO_memcmp(expected, nonce, NONCE_MAX) && now_s() - time_s <= UA_PROOF_S;
}

static bool on_authorization(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct check *check = arg;
	struct ua_answer answer;
	char uri[UA_DIGEST_URI_MAX + 1];

	if (ua_answer_parse(&answer, header->val.p, header->val.l) || strcmp(answer.challenge.realm, check->realm))
		return false;
	ua_text_copy(uri, sizeof(uri), &msg->ruri);
	if (!check->account || strcmp(answer.uri, uri) || !ua_credentials_fit(check->account->credentials, &answer, "INVITE"))
		check->proof = PROOF_WRONG;
	else
		check->proof = is_fresh(answer.challenge.nonce, check->agent, msg) ? PROOF_GOOD : PROOF_STALE;
	return true;
}

/* The better one first (RFC 8760 s2.4). */
static void challenge(struct ua_agent *agent, const struct sip_msg *msg, const struct check *check)
{
	const char *stale = check->proof == PROOF_STALE ? ", stale=true" : "";
	char nonce[NONCE_MAX], *headers;

	nonce_write(nonce, agent, msg, now_s());
	headers = ua_text_format("WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\", algorithm=SHA-256, qop=\"auth\"%s\r\n"
		"WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\", algorithm=MD5, qop=\"auth\"%s\r\n",
		check->realm, nonce, stale, check->realm, nonce, stale);
	if (headers)
		ua_agent_refuse(agent, msg, 401, "Unauthorized", headers);
	mem_deref(headers);
}

bool ua_proof_refuses(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg)
{
	struct check check = {.agent = agent, .account = account, .proof = PROOF_NONE};

	(void)re_snprintf(check.realm, sizeof(check.realm), "%j", ua_transport_local(agent->transport));
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_AUTHORIZATION, on_authorization, &check);
	if (check.proof == PROOF_GOOD)
		return false;
	ua_agent_count(agent, &agent->counts.refused_strangers, &msg->src);
	if (check.proof == PROOF_WRONG)
		ua_agent_refuse(agent, msg, 403, "Forbidden", NULL);
	else
		challenge(agent, msg, &check);
	return true;
}
