/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the agent, the accounts and the invites know of each other. Private to sip/. */
#ifndef TIPRING_SIP_AGENT_PRIVATE_H
#define TIPRING_SIP_AGENT_PRIVATE_H

#include "sip/account.h"
#include "sip/agent.h"
#include "sip/associated.h"
#include "sip/credentials.h"
#include "sip/dialog.h"
#include "sip/gruu.h"
#include "sip/message.h"
#include "sip/outbound.h"
#include "sip/name_servers.h"
#include "sip/peers.h"
#include "sip/reg_event.h"
#include "sip/reg_info.h"
#include "sip/request.h"
#include "sip/resolver.h"
#include "sip/server.h"
#include "sip/subscription.h"
#include "sip/transport.h"

struct ua_agent {
	struct ua_tls_config tls; /* texts are the agent's */
	char *tls_files[3];
	struct ua_transport *transport;
	struct ua_authority {
		enum ua_strangers strangers;
		struct ua_trusted *peers; /* of all accounts; NULL: none */
		struct ua_known *known; /* whom the accounts trust */
	} authority;
	char *user_agent;
	ua_incoming_h *incoming;
	void *arg;
	ua_trace_h *trace;
	void *trace_arg;
	struct hash *accounts; /* by contact_user */
	struct hash *invites;  /* by Call-ID */
	struct hash *subscriptions;     /* ... those that a NOTIFY may come for */
	struct list subscription_list;  /* all */
	struct list watchers;           /* struct ua_watcher */
	struct list probes;             /* struct ua_probe */
	struct list lone_requests; /* struct ua_lone_request, on their way */
	struct list referrals; /* struct ua_referral */
	struct ua_rate *rate;
	uint8_t secret[32]; /* of the nonces that strangers get */
	struct list servers; /* struct ua_server */
	struct list names; /* struct ua_name */
	struct ua_name_servers *name_servers;
	struct list left; /* struct ua_branch: INVITEs that were left */
	unsigned failover_ms, failback_ms;
	bool large_by_udp;
	struct ua_agent_counts counts;
	struct sa refused_last; /* from where the last one came that they count as refused */
};

/* Counts a request that is refused. */
void ua_agent_count(struct ua_agent *agent, uint64_t *count, const struct sa *source);

#define UA_HIDDEN_START  "anonymous-" /* of a hidden user, with so many hexadecimal digits behind it */
#define UA_HIDDEN_DIGITS 16

/* Of what an account is known by: each for who calls openly, and for who hides. */
enum ua_contact {
	UA_CONTACT_USUAL,
	UA_CONTACT_SECURE = 2, /* a sips: URI, over TLS only */
	UA_CONTACTS = 4,
};

#define UA_GUESTS_MAX 8 /* of an account: other agents, which are as many as the gateway has addresses */

/* A libre object: invites keep it while they need its credentials, also after ua_account_free. */
struct ua_account {
	struct le he;             /* in agent->accounts */
	struct ua_agent *agent;   /* NULL once freed */
	char *user, *domain;
	char *contact_user;       /* no other account of the agent has it */
	const char *scheme;       /* of its addresses and whom it calls by number: "sip" or "sips" */
	char *address;            /* value of From, without tag */
	char *display_name;       /* in it; NULL: none */
	struct ua_associated associated;
	char *contact;            /* URI, as the registrar knows it */
	char *contacts[UA_CONTACTS]; /* ... as others know it; NULL: none of that kind */
	char *hidden_user;        /* of Contact where a caller hides */
	struct ua_outbound outbound;
	struct ua_gruus gruus;
	char *here;               /* contact at our own address */
	bool contact_as_seen;
	char *tls_name;           /* that a server's certificate bears */
	struct sa contact_addr;   /* of contact */
	struct ua_trusted *peers; /* NULL: none but the agent's */
	enum sip_transp transport;
	struct ua_entry {
		struct ua_server *server;
		struct ua_name *name; /* NULL: it was said as a number */
	} entries[1 + UA_BACKUPS_MAX]; /* as they were configured */
	unsigned entry_count;
	struct ua_server *servers[UA_TARGETS_MAX]; /* of all of these, the preferred first */
	unsigned server_count; /* 0: none is known yet */
	struct ua_credentials *credentials;
	unsigned session_expires_s; /* 0: not asked for */
	enum ua_identity identity;
	bool forward_shows_caller;
	char *access_network; /* NULL: not said */
	void *arg;
	struct ua_registrar *registrar;
	struct ua_dialog *services; /* whose routes are the Service-Routes of the registration */
	struct ua_qualifier *qualifier;
	struct ua_unsolicited *unsolicited; /* NULL: not wanted */
	struct ua_reg_event *reg_event;     /* ... */
	bool tells_busy, busy;
	struct ua_account *guests[UA_GUESTS_MAX]; /* that stand for it at other agents */
	unsigned guest_count;
	struct ua_account *host; /* whose guest it is; NULL: nobody's, or the host is gone */
};

/* guest.c: who calls for the account from that agent: itself at its own, else a guest, which lives as long as both. EHOSTUNREACH: the agent or the
 * account is gone, or there are UA_GUESTS_MAX. */
int ua_account_at(struct ua_account **accountp, struct ua_account *account, struct ua_agent *agent);
void ua_guests_free(struct ua_account *account);

struct ua_account *ua_account_find(const struct ua_agent *agent, const char *contact_user);
/* For a Request-URI. NULL: it is nobody's here. */
struct ua_account *ua_account_called(const struct ua_agent *agent, const struct uri *uri);

/* contact.c. The first ones: the account's user and server are known. */
int ua_account_contacts_fill(struct ua_account *account);
/* After what the registrar said. ENOMEM: others know it as before. */
int ua_account_contacts_compose(struct ua_account *account);
/* What Contact says within a dialog (RFC 3261 s12.1.1): a sips: URI where the dialog needs one, and nothing of who it is where the caller
 * hides. Valid until the next registration. */
const char *ua_account_contact(const struct ua_account *account, const struct ua_dialog *dialog, bool hides);
/* Its Contact is at that address from now on. ENOMEM: it stays. */
int ua_account_contact_move(struct ua_account *account, const struct sa *addr);
/* Whether an address is that of one of the account's servers, whatever the port. */
bool ua_account_has_server_at(const struct ua_account *account, const struct sa *addr);
/* Its servers prove their name by TLS: what comes from their addresses otherwise is not theirs. */
bool ua_account_is_proven(const struct ua_account *account);
/* Whether a message came from there; over TLS it is the name that tells, not the address (RFC 5922 s7). */
bool ua_account_has_server(const struct ua_account *account, const struct sip_msg *msg);
/* Some of its names was not answered for yet, and no server is known. */
bool ua_account_is_searching(const struct ua_account *account);
/* The DNS has said where a name's servers are, or failed to. */
void ua_account_name_found(struct ua_account *account, const struct ua_name *name);
bool ua_account_uses(const struct ua_account *account, const struct ua_server *server);
/* Where a request goes that nothing sends elsewhere: the best of its servers. Port 0: none is known. */
void ua_account_hop(const struct ua_account *account, struct ua_hop *hop);

/* register.c */
int ua_registrar_alloc(struct ua_registrar **registrarp, struct ua_account *account,
	const struct ua_account_config *config, ua_registration_h *handler);
/* The server does not answer, as the qualifier found; told with the state that it leaves. */
void ua_registrar_server_lost(struct ua_registrar *registrar, unsigned status, const char *reason);
/* It answers again: whether it still knows us is asked at once. */
void ua_registrar_server_back(struct ua_registrar *registrar);
/* A server was lost, or is there again: the account registers where it belongs now, within that time. */
void ua_registrar_servers_changed(struct ua_registrar *registrar, unsigned spread_ms);
/* Whether a Contact is the account's own. */
bool ua_registrar_is_own(const struct ua_account *account, const struct sip_addr *addr);
/* What it says of our Contact by itself (reg_event.c). */
void ua_registrar_told(struct ua_registrar *registrar, const struct ua_reg_contact *contact);
/* The server will not have us as we are; only an operator can mend that. */
bool ua_registrar_is_refused(const struct ua_registrar *registrar);

/* qualify.c; qualify_s 0: the qualifier does nothing. mem_deref. */
int ua_qualifier_alloc(struct ua_qualifier **qualifierp, struct ua_account *account, unsigned qualify_s);
/* The first OPTIONS comes at a random time within an interval after delay_ms. */
void ua_qualifier_start(struct ua_qualifier *qualifier, unsigned delay_ms);
void ua_qualifier_stop(struct ua_qualifier *qualifier);

/* gate.c: answers a request that must not pass; true: it did. */
bool ua_gate_refuses(struct ua_agent *agent, const struct sip_msg *msg);
/* Answers without a transaction, but for what belongs to a dialog, whose repetitions get the same answer. */
void ua_agent_refuse(struct ua_agent *agent, const struct sip_msg *msg, unsigned status,
	const char *phrase, const char *headers);

/* 200 with what we can do, to OPTIONS. */
void ua_agent_tell_abilities(struct ua_agent *agent, const struct sip_msg *msg);

/* A request of an account, its credentials, User-Agent and Contact included. extra: whole header
 * lines; body NULL: none. *requestp as ua_request_send. to_server: whatever the dialog says,
 * to the server, the next one where that does not answer. server: to this one alone. anonymous: without credentials. */
#define UA_EXTRA_MAX 1024 /* bytes of header lines, a Contact of ours among them, with their final zero */
struct ua_outgoing {
	const char *method;
	uint32_t cseq;
	const char *extra;
	const char *body;
	const char *type; /* of the body; NULL: a session description */
	bool to_server, anonymous;
	bool hurries; /* ETIMEDOUT when the last server too has said nothing for failover_s */
	struct ua_server *server; /* NULL: not to a certain one */
	struct ua_hop *hopp; /* gets where it went last; may be NULL */
	char **credentialsp; /* gets the lines of the credentials; may be NULL. mem_deref them */
};
int ua_agent_request(struct ua_request **requestp, struct ua_account *account,
	const struct ua_dialog *dialog, const struct ua_outgoing *outgoing, sip_resp_h *handler,
	void *arg);
/* Sends the ACK to a 2xx, with the credentials of its INVITE (RFC 3261 s13.2.2.4), and says where it went. */
int ua_agent_acknowledge(struct ua_account *account, const struct ua_dialog *dialog, uint32_t cseq, const char *credentials,
	struct mbuf **ackp, struct ua_hop *hop);
/* Learns from a 401 or 407; as ua_credentials_learn. */
int ua_agent_challenged(struct ua_account *account, struct ua_attempt *attempt,
	const struct sip_msg *msg);

/* lone_request.c: sends it and sees it through; nobody needs to wait for it. method is a static text; extra is whole lines of the
 * heap, NULL: none, and stays the caller's. */
int ua_lone_request_send(struct ua_account *account, struct ua_dialog *dialog, const char *method, char *extra);
int ua_bye_send(struct ua_account *account, struct ua_dialog *dialog, unsigned q850_cause);

/* subscription.c: true: it is one's, and was answered. */
bool ua_subscription_has(const struct ua_agent *agent, const struct sip_msg *msg);
bool ua_subscription_notified(struct ua_agent *agent, const struct sip_msg *msg);
/* The agent goes. */
void ua_subscription_drop(struct ua_subscription *subscription);

/* watcher.c: a SUBSCRIBE to one of our accounts; within a dialog of such, true: it was answered. */
void ua_watcher_subscribed(struct ua_agent *agent, struct ua_account *account, const struct sip_msg *msg);
bool ua_watcher_has(const struct ua_agent *agent, const struct sip_msg *msg);
bool ua_watcher_refreshed(struct ua_agent *agent, const struct sip_msg *msg);

/* unsolicited.c: a NOTIFY outside every dialog, to an account that wants it. */
void ua_unsolicited_received(struct ua_agent *agent, struct ua_account *account, const struct sip_msg *msg);

/* referral.c: a SUBSCRIBE in the subscription that a REFER made; true: it was one, and is answered. */
bool ua_referral_has(const struct ua_agent *agent, const struct sip_msg *msg);
bool ua_referral_subscribed(struct ua_agent *agent, const struct sip_msg *msg);

/* Between agent.c and the invites. */
void ua_invite_received(struct ua_agent *agent, struct ua_account *account, const struct sip_msg *msg);
/* Whether a request belongs to one of their dialogs; the same of a subscription, a watcher, a referral. */
bool ua_invite_has(const struct ua_agent *agent, const struct sip_msg *msg);
bool ua_invite_request(struct ua_agent *agent, const struct sip_msg *msg);
void ua_invite_response(struct ua_agent *agent, const struct sip_msg *msg);
/* A 2xx to an INVITE of ours that has come to its end already; false: it is none. */
bool ua_invite_late_response(struct ua_agent *agent, const struct sip_msg *msg);
void ua_invite_drop(struct ua_invite *invite);

#endif
