/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SIP user agent: one local address (RFC 3261), UDP and where an account wants it TCP. It owns
 * the sockets and the gate that every request passes. Everything in sip/ but rtp.h and dtmf_event.h
 * runs in the control thread, from its main loop; handlers are called from there too, and never
 * from within a call that the user makes (they are posted), so a handler may call anything, also
 * free what it was called for.
 *
 * The main loop is libre's: libre_init and what sizes the loop come before the first agent. An agent
 * gives the process its own gettimeofday (monotonic, for libre's timers): wall time is read with
 * clock_gettime(CLOCK_REALTIME). What libre prints on stderr is swallowed.
 */
#ifndef TIPRING_SIP_AGENT_H
#define TIPRING_SIP_AGENT_H

#include <stdint.h>

#include "sip/sdp.h"

#define UA_USER_MAX 127 /* bytes of a user, display name, domain ... without the final zero */

struct ua_agent;
struct ua_account;
struct ua_invite;

/* What becomes of a call, or of another request outside a dialog, that comes neither from the server of the account that it is
 * for, nor from a peer, nor from this machine's own address. */
enum ua_strangers {
	UA_STRANGERS_REFUSE = 0, /* 403, to who is here as to who is not */
	UA_STRANGERS_SILENCE,    /* not answered at all */
	UA_STRANGERS_CHALLENGE,  /* calls are taken with the account's own credentials (401), the rest is refused */
	UA_STRANGERS_ALLOW,      /* calls are taken and OPTIONS is answered; the rest is refused */
};
#define UA_FAILOVER_S     4u
#define UA_FAILOVER_MIN_S 2u
#define UA_FAILOVER_MAX_S 32u
#define UA_FAILBACK_S     30u
#define UA_FAILBACK_MIN_S 4u
#define UA_FAILBACK_MAX_S 3600u

struct ua_address {
	const char *addr; /* numeric, or where that is allowed a name; NULL: none */
	uint16_t port;    /* 0: not said */
};

#define UA_NAMESERVERS_MAX 4
/* The file that names the name servers has changed: so many count from now on; 0: it cannot be read, or names none, and those of before
 * count still. Of the first reading only that there is none is told. arg is the agent's. */
typedef void ua_nameservers_h(unsigned count, void *arg);

/* Of all connections by TLS. Files are PEM; NULL or "": none. */
struct ua_tls_config {
	const char *ca_file;          /* whom to trust; none: those that the system trusts */
	const char *certificate_file; /* ours, with the chain behind it, for a server that asks for it */
	const char *key_file;         /* none: it stands in certificate_file */
	bool unverified;              /* anybody may be the server */
};

struct ua_agent_config {
	const char *local_addr; /* numeric IPv4 or IPv6 of this host; goes into Via and Contact */
	uint16_t local_port;    /* 0: any free one, see ua_agent_port */
	const char *user_agent; /* User-Agent and Server header */
	uint8_t dscp;           /* of what is sent (RFC 2474), 0..63 */
	const char *interface;  /* that all sockets are bound to; NULL or "": to none */
	struct ua_address nameservers[UA_NAMESERVERS_MAX]; /* whom servers' names are asked of; none: whom resolv.conf names */
	const char *resolv_conf; /* another file of that kind; NULL: /etc/resolv.conf. Read again within 10 s after it has changed */
	uint16_t resolv_port;   /* of those that it names; 0: 53 */
	ua_nameservers_h *nameservers_read; /* NULL: nobody wants to know */
	bool large_by_udp;      /* a large request goes by UDP too; else by TCP (RFC 3261 s18.1.1) where the next hop takes it */
	const char *peers;      /* from whom calls to all accounts are taken, as of peers.h; NULL or "": none */
	enum ua_strangers strangers;
	unsigned failover_s;    /* a server that answers nothing for so long is left for the next; 0: UA_FAILOVER_S */
	unsigned failback_s;    /* one that answers again has its accounts back after so long; 0: UA_FAILBACK_S */
	struct ua_tls_config tls;
};

/* What an INVITE from outside asks for. Valid during the handler only. */
#define UA_NAME_MAX 321 /* bytes of a caller's name, 80 characters of four bytes and the final zero */

/* What the network says of a caller's number. */
enum ua_verification {
	UA_VERIFICATION_NONE,   /* nobody tried, or could */
	UA_VERIFICATION_PASSED, /* the number is the caller's */
	UA_VERIFICATION_FAILED, /* it may be anybody's */
};

struct ua_incoming {
	struct ua_account *account; /* whose Contact it was sent to */
	/* User part of P-Called-Party-ID where the account's own server says so, else of To, or else of the Request-URI, unescaped. */
	const char *called_user;
	/* Who calls: user part, unescaped, and display name, UTF-8, of P-Asserted-Identity, else of Remote-Party-ID, else of
	 * From; a name that the first two do not give is From's. The first two count only when the request came from the
	 * account's own server or a listed peer, by its address (RFC 3325 s5). "" when there is none, and when anonymous. */
	const char *caller_user;
	const char *caller_name;
	enum ua_verification verification; /* of caller_user, by the network (verstat, 3GPP TS 24.229 s7.2A.20); from where the last two count alone */
	bool anonymous;             /* From says so, or Privacy with id, header or user (RFC 3323, RFC 3325) */
	/* values of Alert-Info, as many as fit into 255 bytes, with commas; "": none, or not from there */
	const char *alert_info;
	unsigned diversions;        /* how often it was forwarded before it came here, at most 99 */
	bool past_servers;          /* from an account of this process, past every server */
	bool came_back;             /* the account itself was one of those who forwarded it */
	const struct ua_sdp *offer; /* NULL: an INVITE without session description */
	/* The call of ours whose place it is to take (RFC 3891): to be answered without ringing, and
	 * then ua_invite_end ends the other one. NULL: none. */
	struct ua_invite *replaces;
};

/* A new call. 100 Trying was sent. Either ua_invite_accept or ua_invite_reject before returning. */
typedef void ua_incoming_h(struct ua_invite *invite, const struct ua_incoming *incoming, void *arg);

/* EADDRINUSE, EADDRNOTAVAIL, ENODEV (the interface is not there) ... One per process and address. */
int ua_agent_alloc(struct ua_agent **agentp, const struct ua_agent_config *config,
	ua_incoming_h *incoming, void *arg);

/* Ends everything that is left without waiting, accounts and invites included, whose pointers then
 * are dead. The polite way before it: ua_invite_end, ua_account_unregister, and some time for what
 * they send. */
void ua_agent_free(struct ua_agent *agent);

uint16_t ua_agent_port(const struct ua_agent *agent);

/* Bytes of the socket's receive buffer as the kernel tells it; 0: not known. More than
 * net.core.rmem_max allows is not granted. */
unsigned ua_agent_receive_buffer(const struct ua_agent *agent);

/* Every message as it is on the wire, peer as "address:port". Called while it is sent or received,
 * also from within the user's calls: it may look and nothing else. NULL: no more. */
typedef void ua_trace_h(bool sent, const char *peer, const char *text, size_t length, void *arg);
void ua_agent_trace(struct ua_agent *agent, ua_trace_h *handler, void *arg);

#define UA_SOURCE_MAX 64 /* bytes of "address:port" with the final zero */

/* What the agent met, for the operator. */
struct ua_agent_counts {
	uint64_t requests_in;       /* outside transactions: without repetitions and CANCEL */
	uint64_t requests_out;      /* without repetitions */
	uint64_t refused_malformed; /* no SIP message at all (over the process), or answered 400 */
	uint64_t unreadable;        /* ... no SIP message at all, of these */
	uint64_t refused_unknown;   /* answered 404, 405, 416, 420, 481, 501 */
	uint64_t refused_strangers; /* answered 403, or not at all */
	uint64_t refused_busy;      /* calls of a source that brings too many (sip/rate.h): answered 503 with Retry-After */
	uint64_t dropped;           /* messages of a source that sends too many: not even read */
	char refused_last[UA_SOURCE_MAX]; /* "address:port" from where the last refused or dropped one came; "": none */
	uint64_t retransmitted;     /* 2xx sent again, ACK sent again */
};
void ua_agent_counts_get(const struct ua_agent *agent, struct ua_agent_counts *counts);

#endif
