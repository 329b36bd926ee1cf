/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "gateway/leg/leg_keys.h"

int leg_keys_prepare(struct ua_sdp_local *local, const struct leg_security *security, const struct ua_fingerprint *fingerprint)
{
	local->security = (struct ua_security_local){.policy = (enum ua_srtp_policy)security->policy};
	if (security->policy == UA_SRTP_OFF)
		return 0;
	local->security.dtls = fingerprint != NULL;
	if (fingerprint)
		local->security.fingerprint = *fingerprint;
	return security->sdes ? ua_security_keys_make(&local->security, security->suites, security->suite_count) : 0;
}

static bool is_same_key(const struct ua_crypto *a, const struct ua_crypto *b)
{
	return a->suite == b->suite && memcmp(a->key, b->key, ua_srtp_key_length(a->suite)) == 0;
}

static int key_take(struct leg_keys *keys, struct ua_srtp **current, struct ua_crypto *of, const struct ua_crypto *wanted,
	bool sends)
{
	int err;

	if (*current && is_same_key(of, wanted))
		return 0;
	if (keys->made_count == LEG_KEYS_MAX)
		return ENOSPC;
	err = ua_srtp_alloc(&keys->made[keys->made_count], wanted->suite, wanted->key, sends);
	if (err)
		return err;
	*current = keys->made[keys->made_count++];
	*of = *wanted;
	return 0;
}

int leg_keys_take(struct leg_keys *keys, const struct ua_crypto *send, const struct ua_crypto *receive)
{
	int err = key_take(keys, &keys->send, &keys->sends, send, true);

	if (!err)
		err = key_take(keys, &keys->receive, &keys->receives, receive, false);
	if (err)
		keys->send = keys->receive = NULL;
	return err;
}

int leg_keys_agree(struct leg_keys *keys, const struct ua_sdp *remote, bool offered, const struct ua_sdp_local *local,
	struct ua_agreed *agreed)
{
	int err;

	*agreed = (struct ua_agreed){.by = UA_AGREED_PLAIN};
	if (!remote->port)
		return 0;
	err = ua_security_agree(agreed, &remote->security, offered, &local->security);
	keys->secured = err || agreed->by != UA_AGREED_PLAIN;
	if (err)
		keys->send = keys->receive = NULL;
	return err || agreed->by != UA_AGREED_KEYS ? err : leg_keys_take(keys, &agreed->send, &agreed->receive);
}

void leg_keys_wish(const struct leg_keys *keys, struct stream_wish *wish)
{
	wish->secured = keys->secured;
	wish->send_key = keys->secured ? keys->send : NULL;
	wish->receive_key = keys->secured ? keys->receive : NULL;
}

void leg_keys_free(struct leg_keys *keys)
{
	for (unsigned i = 0; i < keys->made_count; i++)
		ua_srtp_free(keys->made[i]);
	explicit_bzero(keys, sizeof(*keys));
}
