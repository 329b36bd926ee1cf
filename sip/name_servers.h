/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom the names of servers are asked of: as configured, or as resolv.conf says, which is read when the first name is asked for and again
 * when it has changed. One that cannot be read, or names nobody, changes nothing. Private to sip/.
 */
#ifndef TIPRING_SIP_NAME_SERVERS_H
#define TIPRING_SIP_NAME_SERVERS_H

#include <re.h>

#include "sip/agent.h"
#include "sip/question.h"

#define UA_RESOLV_CONF          "/etc/resolv.conf"
#define UA_RESOLV_CONF_CHECK_MS 10000u /* from the first question on: so often it is looked at, also while nobody answers */

struct ua_name_servers;

/* arg is the handler's. A libre object. */
int ua_name_servers_alloc(struct ua_name_servers **serversp, const struct ua_agent_config *config, void *arg);
/* As ua_question_ask. ENOENT: none is known yet. */
int ua_name_servers_ask(struct ua_question **questionp, struct ua_name_servers *servers, const char *what, uint16_t type, dns_query_h *handler,
	void *arg);

/* The numeric addresses in lines "nameserver ADDRESS" (resolv.conf(5)), the first max. Pure. */
unsigned ua_resolv_conf_parse(struct sa *addrs, unsigned max, uint16_t port, const char *text, size_t length);

#endif
