/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An agent with one account (100@example.org) and, on another socket of the same loop, a peer that is
 * nothing but text: it is the agent's server and everybody else. The tests tell their story in order; every
 * wait runs the loop until the message or the handler's word is there, and no longer than 2 s. Time is
 * moved, not waited for.
 */
#ifndef TIPRING_TESTS_SIP_PEER_H
#define TIPRING_TESTS_SIP_PEER_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sip/refer.h"

#define SDP(port) "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" \
	"m=audio " #port " RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"

#define BED_SERVERS_MAX 3

struct bed {
	struct ua_agent *agent;
	struct ua_account *account;
	struct ua_invite *invite;   /* the last one sent or received */
	struct ua_sdp_local local;
	const char *addr, *host;    /* of both, numeric; host: as in a URI */
	uint16_t agent_port, peer_port;
	unsigned speaker;           /* which of its servers sends what the test sends */
	bool refuse_calls;          /* the incoming handler answers 486 */
	bool free_in_handler;       /* the ended handler frees the agent */
	bool ignore_calls;          /* the incoming handler does nothing */
	bool end_when_offered;      /* the offered handler ends the call */
	bool silent;                /* no media comes: the unreachable handler ends the call */
	bool end_in_round;          /* the user ends the call when what came was read, but not told yet */
	int offered_result;
	unsigned refer_status;      /* what the refer handler answers */
	struct ua_referral *referral; /* that it got */
	bool report_at_once;        /* it reports from within */
	bool pongs;                 /* the peer answers pings, by STUN too ... */
	uint16_t mapped_port;       /* ... as sent from that port */
};
extern struct bed bed;
extern struct ua_address bed_nameserver; /* of agents that are opened from now on */
extern const struct ua_invite_handlers bed_handlers;

int bed_open(void **state);
int bed_open_ipv6(void **state);
int bed_close(void **state);
void bed_close_agent(void);
/* Agent and account are others now. */
void bed_agent_anew(const struct ua_agent_config *config, const struct ua_account_config *account);
/* Its account stays as it is; the next one comes beside it. */
void bed_account_forget(void);
/* Its account is another one now, which asks the server so often whether it is there. */
void bed_qualify(unsigned qualify_s);
/* ... whose server has another address: the peer is a stranger. */
void bed_server_elsewhere(void);
/* ... which has so many servers, up to BED_SERVERS_MAX. Whatever they get is received here. */
void bed_servers(unsigned count);
/* ... of which the account knows a name alone. */
void bed_servers_of(unsigned count, const char *name, uint16_t port);
/* Which of them got the message that was received last, from 0. */
unsigned bed_receiver(void);
/* ... and refreshes calls so often. */
void bed_session_timer(unsigned expires_s);
/* The peer takes connections too, on its port; from the first one on whatever it sends goes by the last. */
void bed_listen_tcp(void);
/* Its account is another one now, over TCP: whatever the peer sends goes by the connection made last. */
void bed_tcp(void);
/* The peer closes that connection. */
void bed_hang_up_connection(void);
/* How many connections the agent made so far. */
unsigned bed_connections(void);
/* How many pings came, line ends by the connections or STUN by UDP. */
unsigned bed_pings(void);
/* ... and how many line ends that answer one. */
unsigned bed_pongs(void);

/* The next message that the peer got; the test fails when none comes. Valid until bed_close. */
const char *bed_receive(void);
/* ... and is there already. */
const char *bed_receive_now(void);
/* ... that is no repetition of the one that this brought before, and starts so. */
const char *bed_receive_new(const char *start);
/* A message that came by a connection of the test's own, as that of server number from; and how what the test sends goes from now on,
 * until bed_close; NULL: as before. */
void bed_take(unsigned from, const char *bytes, size_t length);
void bed_send_by(void (*send)(const char *bytes, size_t length));
bool bed_has_message(void);
/* Nothing has come that was not received, and nothing comes now. */
void bed_quiet(void);
/* One message that has come is read and acted upon. */
void bed_step(void);
/* Messages and words that were not received are dropped; texts that were are not valid any more. */
void bed_forget(void);
/* Everything that is due at that later time happens. */
void bed_advance(uint64_t ms);
/* The word of a handler that is the test's own. */
void bed_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Fails unless the next word of a handler is this one; nothing was said otherwise. */
void bed_heard(const char *word);
void bed_heard_nothing(void);
/* The user ends the call. */
void bed_end(unsigned q850_cause);

void bed_send(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Answers a request; tag goes into To (NULL: none), headers are whole lines, body may be "". */
void bed_reply(const char *request, unsigned status, const char *phrase, const char *tag,
	const char *headers, const char *body);
/* The ACK to a refusal of an INVITE of ours. */
void bed_acknowledge(const char *refusal);
/* The value of a header of a message, "" when there is none. Valid until bed_close. */
const char *header(const char *message, const char *name);
const char *body_of(const char *message);
/* The tag or another parameter of a header's value. */
const char *parameter(const char *value, const char *name);
void assert_starts(const char *message, const char *start);
void assert_has(const char *message, const char *text);
void assert_has_not(const char *message, const char *text);

/* The account is to register: its REGISTER comes. */
void bed_register(void);

/* The peer's Contact, as a whole line, and more lines. Valid until the next one. */
const char *contact(const char *more);

/* A call from the agent to 200, up to its INVITE. */
const char *bed_call(void);
/* The peer answers it, with these headers; the ACK. */
const char *bed_talk(const char *invite, const char *headers);
/* A new INVITE from the peer to the agent's account; its branch and Call-ID hold id. */
void bed_invite(const char *id, const char *headers, const char *body);
/* The user picks up, and answers SDP(5004), or offers where the INVITE did not; what the peer gets. */
const char *bed_pick_up(bool offers);

/* A request of the peer's within a dialog; body is a session description or "". */
void bed_in_dialog(const char *from, const char *to, const char *call_id, unsigned cseq, const char *method,
	const char *headers, const char *body);

#define bed_test(test) cmocka_unit_test_setup_teardown(test, bed_open, bed_close)

#endif
