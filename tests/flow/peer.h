/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All of SIP that is outside the gateway, in place of sip/'s agent: a registrar and proxy that asks for credentials
 * (passwords that begin with "secret" are right), and further users that a story scripts. It implements sip/agent.h,
 * account.h and invite.h; what would have been a message is handed on after the network's delay and recorded as the
 * gateway's side of the wire would show it.
 *
 *   gateway's line --INVITE--> proxy --INVITE--> another of its lines, or a scripted user; 404 when there is none
 *
 * Session descriptions pass as text through sip/sdp.h. One thread; time is the virtual loop's.
 */
#ifndef TIPRING_TESTS_FLOW_PEER_H
#define TIPRING_TESTS_FLOW_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/loop.h"

#define PEER_NAME_MAX 63
#define PEER_DELAY_MS 1 /* from the gateway to the proxy, and from the proxy to anybody */

struct peer;

/* A message at the gateway's socket. from and to are the users of the headers of those names. */
struct peer_event {
	uint64_t at_ns;
	bool out;         /* sent by the gateway */
	const char *method;
	unsigned status;  /* 0: the request itself */
	char from[PEER_NAME_MAX + 1], to[PEER_NAME_MAX + 1];
	unsigned call;    /* counts calls from 1; 0: none */
	int expires_s;    /* of a REGISTER; -1: not said */
	unsigned q850_cause; /* in a Reason header; 0: none */
};

typedef void peer_event_h(const struct peer_event *event, void *arg);

/* The one that ua_agent_alloc finds. handler, which may be NULL, is told of each message. */
int peer_alloc(struct peer **peerp, struct loop *loop, peer_event_h *handler, void *arg);
void peer_free(struct peer *peer); /* after the agent's */

/* Does what a story's "sip" line says:
 *
 *   delay MS               of the network, each way to and from the proxy
 *   challenge on|off       whether REGISTER and INVITE have to carry credentials (on)
 *   registrar STATUS|silent  what a REGISTER gets; 200 is as usual
 *   tells on|off           whether who subscribes is told of users' telephones (on); OPTIONS are answered in any case
 *   user NAME              somebody whom the gateway does not serve; called, he rings
 *   call NAME NUMBER       he calls a number
 *   progress NAME STATUS   answers 181..199 to the call that came to him
 *   announce NAME          183 with a session description, and he is heard until the call is over
 *   answer NAME            takes it
 *   refuse NAME STATUS [CAUSE]  300..699, with a Q.850 cause in a Reason header
 *   echo NAME              from now on he sends back all sound that comes
 *   source NAME PACKETS    ... after so many packets from another source: SSRC, numbers and clock begin anew
 *   hangup NAME            BYE, or CANCEL while it is not answered yet
 *   messages NAME NEW OLD  the server tells the gateway's account of its mailbox; no new ones: none wait
 *   offer NAME DIRECTION   re-INVITE: sendrecv, sendonly, recvonly or inactive
 *   offer NAME port|pcma|pcmu  re-INVITE from another port, or with one codec alone
 *
 * EINVAL: not understood; ENOENT: no such user; ENOTCONN: he has no such call; reason says it in words. */
int peer_command(struct peer *peer, const char *text, char *reason, size_t reason_size);

/* One line: "INVITE 101 -> 102" or "180 INVITE 101 -> 102". */
void peer_event_text(const struct peer_event *event, char *text, size_t size);

#endif
