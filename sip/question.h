/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Questions to name servers. libre's client asks all that it is asked from one port, and takes an answer from whoever sends it: 16 bits of
 * an id would be all that keeps a stranger from saying where our servers are. Here each question has a client of its own, and with it a port that
 * nobody knows (RFC 5452 s9.2), as long as there are not too many at once; and who was not asked is not heard. Private to sip/; the agent's thread.
 */
#ifndef TIPRING_SIP_QUESTION_H
#define TIPRING_SIP_QUESTION_H

#include <re.h>

#include "sip/agent.h"

#define UA_QUESTION_PORTS_MAX 8 /* at once; further questions share them */

struct ua_questions;
struct ua_question;

/* A libre object; no question may be under way when it goes. ENOMEM. */
int ua_questions_alloc(struct ua_questions **questionsp);
/* Whom to ask from now on, UA_NAMESERVERS_MAX at most, also of what is under way. */
void ua_questions_servers_set(struct ua_questions *questions, const struct sa *servers, unsigned count);

/* *questionp is there until the handler is called, just before which it becomes NULL. ENOENT: there is nobody to ask. ENOMEM, and libre's:
 * no port, nothing sent; then the handler is not called. */
int ua_question_ask(struct ua_question **questionp, struct ua_questions *questions, const char *what, uint16_t type, dns_query_h *handler,
	void *arg);
/* Gives it up; NULL: nothing. */
void ua_question_free(struct ua_question *question);

#endif
