/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a message goes next. Private to sip/. */
#ifndef TIPRING_SIP_HOP_H
#define TIPRING_SIP_HOP_H

#include <re.h>

#define UA_TLS_NAME_MAX 127

struct ua_hop {
	struct sa addr;
	enum sip_transp type; /* SIP_TRANSP_UDP, SIP_TRANSP_TCP, SIP_TRANSP_TLS */
	bool is_fixed; /* whoever named it said by what it is reached, and not by TCP */
	char tls_name[UA_TLS_NAME_MAX + 1]; /* who has to be there, by TLS; "": only a connection that stands is used */
};

#endif
