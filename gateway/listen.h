/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The addresses of this machine that SIP and sound use. Each account has one of them, from which the way to its server goes: it is what
 * Via, Contact and session descriptions say. Any thread.
 */
#ifndef TIPRING_GATEWAY_LISTEN_H
#define TIPRING_GATEWAY_LISTEN_H

#include <netinet/in.h>
#include <stdbool.h>

#include "gateway/servers.h"

#define LISTEN_MAX 4

struct listen {
	unsigned count; /* 0: none was said */
	char each[LISTEN_MAX][INET6_ADDRSTRLEN]; /* numeric */
	bool any_ipv4, any_ipv6; /* whichever of that family the ways to servers go from */
};

/* Numeric addresses, none twice, with blanks between them; 0.0.0.0 or :: in the place of all of its family. EINVAL: they are not, are none, or
 * more than LISTEN_MAX. */
int listen_parse(struct listen *listen, const char *text);

bool listen_is_said(const struct listen *listen);
/* Whether accounts with servers of that family, AF_INET or AF_INET6, have one. */
bool listen_has_family(const struct listen *listen, int family);

/* In the place of 0.0.0.0 and ::, the address from which the way to these servers goes, where it is not there yet; of servers that are names alone
 * that from which most of the world is reached. ENETUNREACH and others: there is no way, or not yet; ENOSPC: more than LISTEN_MAX. */
int listen_resolve(struct listen *listen, const struct servers *servers);

/* Which of them an account with these servers has: where this machine's routes start to the first that is no name, else the first of
 * its family, else 0. Asks the kernel, sends nothing. */
unsigned listen_choose(const struct listen *listen, const struct servers *servers);

#endif
