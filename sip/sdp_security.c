/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Offering, answering and agreeing on protected sound.
 *
 *   we offer    off       RTP/AVP
 *               optional  RTP/AVP with the keys, or the fingerprint, beside it
 *               required  RTP/SAVP with keys, UDP/TLS/RTP/SAVP with a fingerprint
 *   we answer   what was offered:       off    optional   required
 *               AVP                     plain  plain      488
 *               AVP with keys           plain  protected  protected
 *               SAVP, known keys        488    protected  protected
 *               SAVP, none known        488    488        488
 */
#include <errno.h>
#include <string.h>

#include "sip/sdp_crypto.h"

static bool is_plain(enum ua_profile profile)
{
	return profile == UA_PROFILE_AVP || profile == UA_PROFILE_AVPF;
}

static bool is_for_handshake(const struct ua_security *security)
{
	return security->has_fingerprint && security->setup != UA_SETUP_NONE;
}

bool ua_security_is_same(const struct ua_security *a, const struct ua_security *b)
{
	bool same = a->profile == b->profile && a->crypto_count == b->crypto_count &&
		a->has_fingerprint == b->has_fingerprint && a->setup == b->setup;

	for (size_t i = 0; same && i < a->crypto_count; i++)
		same = ua_crypto_is_same(&a->cryptos[i], &b->cryptos[i]);
	return same && (!a->has_fingerprint || ua_fingerprint_is_same(&a->fingerprint, &b->fingerprint));
}

static void fingerprint_say(struct ua_security *security, const struct ua_security_local *local, enum ua_setup setup)
{
	security->has_fingerprint = true;
	security->setup = setup;
	security->fingerprint = local->fingerprint;
}

void ua_security_offer(struct ua_security *offer, const struct ua_security_local *local)
{
	const bool required = local->policy == UA_SRTP_REQUIRED;

	*offer = (struct ua_security){.profile = UA_PROFILE_AVP};
	if (local->policy == UA_SRTP_OFF)
		return;
	if (local->dtls && !local->by_keys) {
		offer->profile = required ? UA_PROFILE_DTLS_SAVP : UA_PROFILE_AVP;
		fingerprint_say(offer, local, UA_SETUP_ACTPASS);
		return;
	}
	offer->profile = required ? UA_PROFILE_SAVP : UA_PROFILE_AVP;
	offer->crypto_count = local->crypto_count;
	memcpy(offer->cryptos, local->cryptos, sizeof(local->cryptos));
}

/* The first of the offer's for whose suite we have a key (RFC 4568 s5.1.2). */
static bool keys_choose(const struct ua_security *offer, const struct ua_security_local *local,
	const struct ua_crypto **theirs, const struct ua_crypto **ours)
{
	for (size_t i = 0; i < offer->crypto_count; i++) {
		for (size_t j = 0; j < local->crypto_count; j++) {
			if (offer->cryptos[i].suite != local->cryptos[j].suite)
				continue;
			*theirs = &offer->cryptos[i];
			*ours = &local->cryptos[j];
			return true;
		}
	}
	return false;
}

static enum ua_agreement offer_judge(const struct ua_security *offer, const struct ua_security_local *local,
	const struct ua_crypto **theirs, const struct ua_crypto **ours)
{
	if (local->policy == UA_SRTP_OFF)
		return UA_AGREED_PLAIN;
	if (local->dtls && is_for_handshake(offer))
		return UA_AGREED_HANDSHAKE;
	return keys_choose(offer, local, theirs, ours) ? UA_AGREED_KEYS : UA_AGREED_PLAIN;
}

/* We begin where we may: then nothing waits for an answer that is under way (RFC 5763 s5). */
static enum ua_setup setup_answer(enum ua_setup offered, enum ua_setup part)
{
	if (offered == UA_SETUP_ACTPASS && part != UA_SETUP_NONE)
		return part;
	return offered == UA_SETUP_ACTIVE ? UA_SETUP_PASSIVE : UA_SETUP_ACTIVE;
}

int ua_security_answer(struct ua_security *answer, const struct ua_security *offer, const struct ua_security_local *local)
{
	const struct ua_crypto *theirs = NULL, *ours = NULL;
	struct ua_security result = {.profile = offer->profile};
	enum ua_agreement by = offer_judge(offer, local, &theirs, &ours);

	if (by == UA_AGREED_PLAIN && (!is_plain(offer->profile) || local->policy == UA_SRTP_REQUIRED))
		return ENOTSUP;
	if (by == UA_AGREED_HANDSHAKE)
		fingerprint_say(&result, local, setup_answer(offer->setup, local->part));
	if (by == UA_AGREED_KEYS) {
		result.cryptos[0] = *ours;
		result.cryptos[0].tag = theirs->tag;
		result.crypto_count = 1;
	}
	*answer = result;
	return 0;
}

static int agree_as_answerer(struct ua_agreed *agreed, const struct ua_security *offer, const struct ua_security_local *local)
{
	const struct ua_crypto *theirs = NULL, *ours = NULL;
	struct ua_security answer;
	int err = ua_security_answer(&answer, offer, local);

	if (err)
		return err;
	agreed->by = offer_judge(offer, local, &theirs, &ours);
	if (agreed->by == UA_AGREED_KEYS) {
		agreed->receive = *theirs;
		agreed->send = *ours;
	}
	agreed->active = answer.setup == UA_SETUP_ACTIVE;
	return 0;
}

/* The answer names the one of ours that it takes by its tag. */
static bool keys_taken(struct ua_agreed *agreed, const struct ua_security *answer, const struct ua_security_local *local)
{
	if (!answer->crypto_count || (local->dtls && !local->by_keys))
		return false;
	for (size_t i = 0; i < local->crypto_count; i++) {
		if (local->cryptos[i].tag != answer->cryptos[0].tag || local->cryptos[i].suite != answer->cryptos[0].suite)
			continue;
		agreed->send = local->cryptos[i];
		agreed->receive = answer->cryptos[0];
		return true;
	}
	return false;
}

static int agree_as_offerer(struct ua_agreed *agreed, const struct ua_security *answer, const struct ua_security_local *local)
{
	if (local->policy == UA_SRTP_OFF)
		return is_plain(answer->profile) ? 0 : ENOTSUP;
	if (local->dtls && is_for_handshake(answer)) {
		agreed->by = UA_AGREED_HANDSHAKE;
		agreed->active = answer->setup == UA_SETUP_PASSIVE;
		return 0;
	}
	if (keys_taken(agreed, answer, local)) {
		agreed->by = UA_AGREED_KEYS;
		return 0;
	}
	/* Keys that we did not offer would have the peer send what we cannot read. */
	return local->policy == UA_SRTP_REQUIRED || !is_plain(answer->profile) || answer->crypto_count ? ENOTSUP : 0;
}

int ua_security_agree(struct ua_agreed *agreed, const struct ua_security *remote, bool offered,
	const struct ua_security_local *local)
{
	struct ua_agreed result = {.by = UA_AGREED_PLAIN};
	int err = offered ? agree_as_answerer(&result, remote, local) : agree_as_offerer(&result, remote, local);

	if (err)
		return err;
	result.fingerprint = remote->fingerprint;
	*agreed = result;
	return 0;
}
