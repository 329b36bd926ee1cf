/* SPDX-License-Identifier: BSD-3-Clause */
/* A name server of the tests' own, in the loop of the agent that asks it. What it is told it says; of anything else it says that it does not exist. */
#ifndef TIPRING_TESTS_SIP_DNS_H
#define TIPRING_TESTS_SIP_DNS_H

#include <stdbool.h>
#include <stdint.h>

uint16_t dns_bind(void); /* before the loop is there: says its port */
void dns_open(void);
void dns_close(void);

void dns_a(const char *name, int64_t ttl_s, const char *addr);
/* name is another name of canonical. */
void dns_cname(const char *name, int64_t ttl_s, const char *canonical);
void dns_srv(const char *name, int64_t ttl_s, uint16_t priority, uint16_t weight, uint16_t port, const char *target);
void dns_naptr(const char *name, int64_t ttl_s, uint16_t order, uint16_t preference, const char *service, const char *replacement);
/* It forgets all of this. */
void dns_forget(void);
/* It does not answer any more. */
void dns_be_silent(bool silent);
/* How often it was asked, and from which port the last time. */
unsigned dns_questions(void);
uint16_t dns_asker_port(void);
/* Somebody else, who knows the last question, says in its place what it would say now. */
void dns_stranger_answers(void);

#endif
