/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of an account that reach this very instance of it from anywhere (RFC 5627), as its registrar made them. Private to sip/. */
#ifndef TIPRING_SIP_GRUU_H
#define TIPRING_SIP_GRUU_H

#include <re.h>

#define UA_GRUU_MAX 255 /* bytes; a longer one is not used */

struct ua_gruus {
	bool wanted;
	char *public;    /* URI; NULL: none */
	char *temporary; /* ... that does not say whose it is */
};

/* From the parameters of our Contact in a 2xx to REGISTER; those of before are forgotten. */
void ua_gruus_take(struct ua_gruus *gruus, const struct pl *params);
void ua_gruus_forget(struct ua_gruus *gruus);
/* Whether a Request-URI is a GRUU at all, and whether it is one of these. */
bool ua_gruu_is(const struct uri *uri);
bool ua_gruus_have(const struct ua_gruus *gruus, const struct uri *uri);

#endif
