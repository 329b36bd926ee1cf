/* SPDX-License-Identifier: BSD-3-Clause */
/* The servers of an account, as the configuration has them: "sip.example.com 192.0.2.10:5070 [2001:db8::10]". Pure. */
#ifndef TIPRING_GATEWAY_SERVERS_H
#define TIPRING_GATEWAY_SERVERS_H

#include "gateway/address.h"

#define SERVERS_MAX      4
#define SERVERS_TEXT_MAX 511 /* bytes of all of them without the final zero */

#define SERVERS_NAME_MAX 127 /* bytes of a name without the final zero */

struct server {
	char name[SERVERS_NAME_MAX + 1]; /* "": it was said as a number */
	uint16_t port;                   /* with a name, 0: not said */
	union address addr;
};

struct servers {
	unsigned count; /* 0: never set */
	struct server each[SERVERS_MAX]; /* the preferred first */
};

/* A server that says how this machine is seen from outside. */
struct servers_stun {
	bool said; /* false: whatever is said elsewhere counts */
	struct servers servers; /* one, or none */
};

/* What is allowed, in words. */
extern const char servers_allowed[], servers_nameservers_allowed[], servers_stun_allowed[];

/* EINVAL: something else. */
int servers_parse(struct servers *servers, const char *text);
/* Numbers alone, whose port is that of the DNS where none is said; or "", none. */
int servers_nameservers_parse(struct servers *servers, const char *text);
/* One, whose port is that of STUN where none is said and it is no name; "off", none; or "", not said. */
int servers_stun_parse(struct servers_stun *stun, const char *text);

#endif
