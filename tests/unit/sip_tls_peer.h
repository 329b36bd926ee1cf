/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bed's peer over TLS, of OpenSSL alone: a server at one address with certificates of several names, which it shows to who asks for
 * them by name, and who opens connections to the agent too. Messages are the bed's; bed_receiver says by which connection one came,
 * in the order in which they were made, from 0, whoever made them.
 */
#ifndef TIPRING_TESTS_SIP_TLS_PEER_H
#define TIPRING_TESTS_SIP_TLS_PEER_H

#include "sip/account.h"
#include "tests/unit/sip_peer.h"

#define TLS_PEER_ADDR "127.0.0.2"
#define TLS_PEER_NAME "sip.example.org"

/* The agent has an account over TLS, whose server bears TLS_PEER_NAME. */
int tls_peer_open(void **state);
int tls_peer_close(void **state);

/* Agent and account are others: what is not said is as it was. */
void tls_peer_agent_anew(const struct ua_agent_config *config, const struct ua_account_config *account);
/* As the agent's account is. */
struct ua_account_config tls_peer_account(void);
struct ua_agent_config tls_peer_agent(void);

/* It has a certificate of that name from now on, a file; names as in subjectAltName. */
void tls_peer_certificate(const char *file, const char *names);
/* Who asks for name is shown that file. */
void tls_peer_shows(const char *name, const char *file);

/* How many connections stood, and stand. */
unsigned tls_peer_connections(void);
/* A connection to the agent's port, with the certificate of that file; NULL: without. Returns its number. */
unsigned tls_peer_connects(const char *file);
/* ... from that port of its own. */
unsigned tls_peer_connects_from(uint16_t port, const char *file);
/* Whatever the test sends goes by that one. */
void tls_peer_speaks_by(unsigned connection);
/* For bed_send_by, which it is given when it opens. */
void tls_peer_send(const char *bytes, size_t length);
/* ... by UDP from its address and port; what comes there, bed_receiver calls so. */
void tls_peer_send_by_udp(const char *bytes, size_t length);
#define TLS_PEER_BY_UDP 1000
/* It is closed by the peer. */
void tls_peer_hangs_up(unsigned connection);
uint16_t tls_peer_port(void);
/* It listens no more. */
void tls_peer_stop(void);

#define tls_peer_test(test) cmocka_unit_test_setup_teardown(test, tls_peer_open, tls_peer_close)

#endif
