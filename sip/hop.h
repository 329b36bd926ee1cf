/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a message goes next. Private to sip/. */
#ifndef TIPRING_SIP_HOP_H
#define TIPRING_SIP_HOP_H

#include <re.h>

struct ua_hop {
	struct sa addr;
	enum sip_transp type; /* SIP_TRANSP_UDP, SIP_TRANSP_TCP */
};

#endif
