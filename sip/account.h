/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An account: an address of record, its registrar, its credentials, its registration (RFC 3261 s10).
 * Kept registered for ever once started: refreshed before it expires, retried after a failure.
 */
#ifndef TIPRING_SIP_ACCOUNT_H
#define TIPRING_SIP_ACCOUNT_H

#include "sip/agent.h"

enum ua_protocol {
	UA_UDP = 0,
	UA_TCP, /* one connection for all that accounts send a server; what comes by it is served */
	UA_TLS, /* ... to who proves to have tls_name */
};

/* Which header of a call from here says who calls, beside From. */
enum ua_identity {
	UA_IDENTITY_FROM = 0,      /* none, but where From hides him: then as the next */
	UA_IDENTITY_PREFERRED,     /* P-Preferred-Identity (RFC 3325 s9.2) */
	UA_IDENTITY_ASSERTED,      /* P-Asserted-Identity, for a server that trusts us (RFC 3325 s9.1) */
	UA_IDENTITY_REMOTE_PARTY,  /* Remote-Party-ID, for older ones */
};

#define UA_BACKUPS_MAX 3
struct ua_account_config {
	const char *user;      /* of the address of record */
	const char *domain;    /* of the address of record */
	const char *display_name; /* NULL or "": none */
	/* Of registrar and outbound proxy: numeric, the agent's family, or a name, which the DNS is asked for (RFC 3263); port 0 with
	 * a name: its NAPTR and SRV tell. */
	const char *server_addr;
	uint16_t server_port;
	const char *peers;     /* others from whom calls to it are taken, as of peers.h; NULL or "": none */
	struct ua_address backups[UA_BACKUPS_MAX]; /* who takes its place, the preferred first */
	enum ua_protocol transport;
	const char *tls_name; /* that the server's certificate must bear; NULL or "": the domain */
	/* Address of record, Contact and whom it calls are sips: URIs (RFC 5630); with UA_TLS. Calls to it are taken over TLS alone. */
	bool sips;
	const char *auth_user; /* NULL: as user */
	const char *password;  /* copied, wiped when freed, never printed */
	unsigned expires_s;    /* 60..86400 */
	unsigned session_expires_s; /* 0: off; 90..86400: a call is refreshed so often (RFC 4028), where the peer can */
	unsigned qualify_s;    /* 0: off; 10..3600: OPTIONS so often to the server; see below */
	enum ua_identity identity;
	/* Calls say the first of those addresses that the registrar names in P-Associated-URI (RFC 7315 s4.1), instead of user and domain. */
	bool network_identity;
	/* The registrar is asked to tell what becomes of the registration (RFC 3680): deactivated or expired, it is made again at once,
	 * shortened, it is refreshed sooner; rejected (UA_REG_FAILED with 403): not before ua_account_register. */
	bool reg_event;
	/* From of a call that is forwarded from here (forwards of struct ua_call_to) is its caller, and identity, or P-Preferred-Identity,
	 * is the account: for servers that let others' numbers pass. */
	bool forward_shows_caller;
	bool contact_as_seen;  /* Contact says from where the server sees requests come (RFC 3581), once it has said so to a REGISTER */
	/* URN of this account on this machine, the same after a restart (RFC 5626 s4.1); NULL or "": none, and then neither of the next two. */
	const char *instance;
	bool outbound; /* the server is asked to keep the flow that it is registered by (RFC 5626) */
	bool gruu;     /* ... for addresses that reach this instance from anywhere, which Contact then says (RFC 5627) */
	unsigned keepalive_s; /* a connection is pinged so often (RFC 5626 s4.4.1), where the server wants it no sooner; 0: not */
	const char *access_network; /* value of P-Access-Network-Info for the server (RFC 7315 s4.4); NULL or "": not said */
};

enum ua_registration {
	UA_REG_NONE,        /* not started, or un-registered */
	UA_REG_TRYING,
	UA_REG_REGISTERED,
	UA_REG_FAILED,      /* retried later */
};

/* status is that of the final response, 408 when nobody answered, 0 where there was none; reason is
 * its phrase. UA_REG_REGISTERED with another status than 2xx: the last refresh failed and is tried
 * again, and the binding lasts still; UA_REG_FAILED comes when it has run out. So is told that an
 * OPTIONS was not answered, or with 408 or 503; the next one that is answered as by a server that serves registers again at
 * once. */
typedef void ua_registration_h(struct ua_account *account, enum ua_registration state, unsigned status,
	const char *reason, void *arg);

/* Copies what it needs; EINVAL for what is neither an address nor a name, for sips without UA_TLS, and for bad peers,
 * EAFNOSUPPORT for one of another family than the agent's. With the first account over TCP
 * the agent listens there too, on the port that it has, with the first over TLS on the next one: EADDRINUSE, and
 * ENOENT for files that it cannot use. A connection that is lost is
 * made anew by registering.
 * A server that answers nothing for failover_s is left: its accounts register with the next within 4 s more, and no other request waits
 * for it. It is asked by OPTIONS until it answers as one that serves (2xx, 401, 404, 405, 407, 483, 501), and within failback_s has its accounts back;
 * one that answers anything else is asked less and less often, at least every 10 min or as its Retry-After wants. One that answers 503 to a
 * REGISTER stays the preferred one, and is asked again after failback_s, and twice as long each time until a refresh is due. Calls go on
 * where they are. */
int ua_account_alloc(struct ua_account **accountp, struct ua_agent *agent,
	const struct ua_account_config *config, ua_registration_h *handler, void *arg);
/* Without un-registering. Its calls must have ended. */
void ua_account_free(struct ua_account *account);

/* delay_ms: to pace the start of many. */
int ua_account_register(struct ua_account *account, unsigned delay_ms);
/* Takes our binding away; the handler hears UA_REG_NONE when it is done, at the latest after 4 s.
 * Where we never asked for one nothing is sent. */
void ua_account_unregister(struct ua_account *account);

/* The addresses that the registrar names as the account's too, the default one first: as URIs, 16 at most, until the next answer to a
 * REGISTER. A call from the account's server to one of them is the account's. NULL: there are no more. */
const char *ua_account_associated(const struct ua_account *account, unsigned index);

enum ua_registration ua_account_state(const struct ua_account *account);

struct ua_registration_view {
	unsigned status;  /* as the handler was told last */
	char reason[128]; /* ... */
	char server[64];  /* "address:port" that the last REGISTER went to; "": none yet */
	uint32_t lasts_s; /* the binding, from now on, by the registrar's word; 0: there is none */
	uint32_t next_s;  /* until the next REGISTER; 0: none is planned */
};
void ua_account_registration(const struct ua_account *account, struct ua_registration_view *view);
/* The server has said that it keeps the flow by which the account is registered. */
bool ua_account_has_flow(const struct ua_account *account);
void *ua_account_arg(const struct ua_account *account);

#endif
