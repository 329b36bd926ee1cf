/* SPDX-License-Identifier: BSD-3-Clause */
/* The servers of an account, as the configuration has them: "192.0.2.10:5070 [2001:db8::10]". Pure. */
#ifndef TIPRING_GATEWAY_SERVERS_H
#define TIPRING_GATEWAY_SERVERS_H

#include "gateway/address.h"

#define SERVERS_MAX      4
#define SERVERS_TEXT_MAX 511 /* bytes of all of them without the final zero */

struct servers {
	unsigned count; /* 0: never set */
	union address addrs[SERVERS_MAX]; /* the preferred first */
};

/* What is allowed, in words. */
extern const char servers_allowed[];

/* EINVAL: something else. */
int servers_parse(struct servers *servers, const char *text);

#endif
