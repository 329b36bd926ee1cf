/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The addresses of this machine that SIP and sound use. Each account has one of them, from which the way to its server goes: it is what
 * Via, Contact and session descriptions say. Any thread.
 */
#ifndef TIPRING_GATEWAY_LISTEN_H
#define TIPRING_GATEWAY_LISTEN_H

#include <netinet/in.h>

#include "gateway/servers.h"

#define LISTEN_MAX 4

struct listen {
	unsigned count; /* 0: none was said */
	char each[LISTEN_MAX][INET6_ADDRSTRLEN]; /* numeric */
};

/* Numeric addresses, none twice, with blanks between them. EINVAL: they are not, are none, or more than LISTEN_MAX. */
int listen_parse(struct listen *listen, const char *text);

/* Which of them an account with these servers has: where this machine's routes start to the first that is no name, else the first of
 * its family, else 0. Asks the kernel, sends nothing. */
unsigned listen_choose(const struct listen *listen, const struct servers *servers);

#endif
