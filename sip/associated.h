/* SPDX-License-Identifier: BSD-3-Clause */
/* The further addresses of an account, as its registrar names them (P-Associated-URI, RFC 7315 s4.1). Private to sip/. */
#ifndef TIPRING_SIP_ASSOCIATED_H
#define TIPRING_SIP_ASSOCIATED_H

#include <re.h>

#define UA_ASSOCIATED_MAX 16 /* addresses of an account; further ones are passed over */

struct ua_account;
struct ua_agent;

struct ua_associated {
	bool wanted;  /* the first one is who calls, as the account wants */
	struct ua_associated_uri {
		char *uri;  /* sip:, sips: or tel: */
		char *user; /* its user part or telephone number, unescaped */
	} each[UA_ASSOCIATED_MAX];
	unsigned count;
	char *caller; /* value of From that the first one makes, without tag; NULL: the account's own */
};

/* From a 2xx to REGISTER; those of before are forgotten. */
void ua_associated_take(struct ua_account *account, const struct sip_msg *msg);
void ua_associated_forget(struct ua_associated *associated);
/* Value of From, without tag, of a call to somebody else. */
const char *ua_associated_caller(const struct ua_account *account);
/* Whether it has that user. */
bool ua_associated_has(const struct ua_associated *associated, const char *user);
/* Whose request is for one of these, by its Request-URI and by coming from where the account trusts; NULL: nobody's. */
struct ua_account *ua_associated_called(const struct ua_agent *agent, const struct sip_msg *msg);

#endif
