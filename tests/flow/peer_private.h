/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the scripted peer: calls, their two sides, and messages on their way. */
#ifndef TIPRING_TESTS_FLOW_PEER_PRIVATE_H
#define TIPRING_TESTS_FLOW_PEER_PRIVATE_H

#include <netinet/in.h>

#include "sip/invite.h"
#include "sip/rtp.h"
#include "sip/subscription.h"
#include "tests/flow/peer.h"

#define MESSAGE_PHRASE_MAX 63
#define MESSAGE_SDP_MAX    1024
#define CALL_THROUGH_MAX   256

enum message_kind {
	MESSAGE_INVITE,    /* the proxy has let it pass */
	MESSAGE_CHALLENGE, /* 407 */
	MESSAGE_TRYING,    /* 100 of the proxy */
	MESSAGE_PROGRESS,
	MESSAGE_ANSWER,
	MESSAGE_ACK,
	MESSAGE_REFUSAL,
	MESSAGE_REFUSAL_ACK, /* the proxy's own, for a refusal that the gateway sent */
	MESSAGE_CANCEL,
	MESSAGE_CANCEL_OK,
	MESSAGE_BYE,
	MESSAGE_BYE_OK,
	MESSAGE_OFFER,     /* re-INVITE */
	MESSAGE_OFFER_ANSWER,
	MESSAGE_OFFER_ACK,
};

enum side {
	CALLER,
	CALLEE,
};

struct call {
	struct call *next;
	struct peer *peer;
	unsigned number;
	char names[2][PEER_NAME_MAX + 1]; /* by side */
	bool anonymous; /* the caller hides */
	struct ua_invite *invites[2];     /* by side; NULL: the side is a scripted user or nobody */
	struct peer_user *users[2];
	struct message *messages;         /* on their way */
	bool answered;  /* 200 was sent */
	bool confirmed; /* its ACK came */
	bool over;      /* nothing new begins; what is on its way still arrives */
	char caller_sdp[MESSAGE_SDP_MAX]; /* "": none */
	unsigned diversions;              /* how often it was forwarded ... */
	char through[CALL_THROUGH_MAX];   /* ... by whom, each between blanks */
};

struct message {
	struct message *next;
	struct call *call;
	struct loop_timer *timer;
	enum message_kind kind;
	enum side to;
	unsigned status, q850_cause;
	char phrase[MESSAGE_PHRASE_MAX + 1];
	char sdp[MESSAGE_SDP_MAX]; /* "": none */
};

/* The gateway's side of a call. */
struct ua_invite {
	struct call *call;
	enum side side;
	struct ua_account *account;
	const struct ua_invite_handlers *handlers;
	void *arg;
	bool accepted;  /* incoming: by ua_invite_accept */
	bool released;  /* its user has let go of it or was told its end */
	bool progressed;  /* a 1xx came */
	bool established; /* outgoing: the 200 came */
	bool end_wanted;  /* as soon as it may be: CANCEL after a 1xx, BYE after the ACK */
	unsigned end_cause;
	char offer[MESSAGE_SDP_MAX]; /* of a re-INVITE that is not done yet; "": none */
	bool offering;               /* it was sent, its answer has not come */
	struct loop_timer *ring_timer;  /* repeats 180 */
	struct loop_timer *offer_timer; /* repeats the offer after 491 */
};

struct ua_account {
	struct ua_account *next;
	struct ua_agent *agent;
	char user[PEER_NAME_MAX + 1];
	unsigned expires_s;
	enum ua_registration state;
	bool ending, authorised;
	bool wrong; /* its password */
	uint64_t bound_until_ms; /* calls come to it until then */
	struct loop_timer *timer;
	void (*step)(struct ua_account *account);
	ua_registration_h *handler;
	void *arg;
	ua_notice_h *notice; /* NULL: NOTIFYs that nobody asked for are refused */
	void *notice_arg;
};

struct ua_agent {
	uint16_t port;
	struct ua_account *accounts;
	struct ua_agent_counts counts;
	ua_incoming_h *incoming;
	void *arg;
};

/* Somebody beyond the proxy. */
struct peer_user {
	struct peer_user *next;
	struct peer *peer;
	char name[PEER_NAME_MAX + 1];
	struct call *call; /* NULL: none */
	enum side side;
	bool cancelled;    /* he has sent CANCEL */
	int fd;            /* where his sound would come from */
	int fd_before;     /* the port that he offered before this one; 0: none */
	bool echoes;
	unsigned source;   /* of what he sends back: another SSRC and clock for each */
	unsigned source_packets; /* as many before the next source; 0: none is to come */
	struct ua_sdp_local local;

	struct loop_timer *sound_timer; /* NULL: he says nothing */
	struct sockaddr_in sound_to;
	struct ua_rtp_sender sender;
	uint8_t payload_type;
	uint32_t noise;
};

struct peer {
	struct loop *loop;
	peer_event_h *handler;
	void *arg;
	struct ua_agent *agent;
	unsigned delay_ms, registrar_status; /* 0: silent */
	bool challenges;
	bool tells; /* of its users' telephones to who subscribes */
	struct call *calls;
	unsigned call_count;
	struct peer_user *users;
};

/* The peer of this process. */
struct peer *peer_current(void);

/* peer.c: writes down a message; its time is now. */
void peer_record(struct peer *peer, const struct peer_event *event);
struct call *call_alloc(struct peer *peer, const char *from, const char *to);
/* Sends to a side, to arrive after that many times the network's delay; NULL when there is no memory. */
struct message *message_send(struct call *call, enum message_kind kind, enum side to, unsigned hops);
/* Frees the call if it is over and nothing and nobody holds it. */
void call_review(struct call *call);
void calls_free(struct peer *peer);

/* peer_proxy.c: what is between the two sides of a call. The proxy hands an INVITE to whom it is for. */
void proxy_route(struct call *call);
/* What the proxy puts into Alert-Info; "": nothing. */
#define PROXY_ALERT_MAX 64
void proxy_alert_info(const struct call *call, char text[PROXY_ALERT_MAX]);
enum side other_side(enum side side);
void sdp_to_text(const struct ua_sdp *sdp, char text[MESSAGE_SDP_MAX]);
/* NULL when there is none. */
const struct ua_sdp *sdp_from_text(struct ua_sdp *sdp, const char *text);

/* peer_account.c */
struct ua_account *account_find(struct ua_agent *agent, const char *user);

/* peer_event.c: a NOTIFY about an account's mailbox. */
void messages_tell(struct ua_account *account, unsigned fresh, unsigned old);

/* peer_receive.c: what comes to the gateway's side. */
void invite_receive(struct ua_invite *invite, const struct message *message);

/* peer_invite.c: what the gateway does. */
int invite_alloc(struct ua_invite **invitep, struct call *call, enum side side, struct ua_account *account);
void invite_free(struct ua_invite *invite);
/* Record a request or a response at the gateway's socket; q850_cause only where there is one. */
void invite_record(const struct ua_invite *invite, struct peer_event *event, enum side requester);
void invite_sent(const struct ua_invite *invite, const char *method);
void invite_came(const struct ua_invite *invite, const char *method);
void invite_replied(const struct ua_invite *invite, const char *method, unsigned status);
void invite_reply_came(const struct ua_invite *invite, const char *method, unsigned status);
/* Send to the other side, through the proxy. */
struct message *invite_pass(struct ua_invite *invite, enum message_kind kind);
void invite_offer(struct ua_invite *invite);
void invite_refuse(struct ua_invite *invite, unsigned status, const char *phrase);
void invite_bye(struct ua_invite *invite);
void invite_cancel(struct ua_invite *invite);

/* peer_user.c */
/* Sends to the other side of his call. */
struct message *user_say(struct peer_user *user, enum message_kind kind);
struct message *user_say_status(struct peer_user *user, enum message_kind kind, unsigned status, const char *phrase);
void user_let_go(struct peer_user *user);
void user_receive(struct peer_user *user, const struct message *message);
/* peer_echo.c: what comes to his port is sent back from now on. */
int echo_watch(struct peer_user *user);
struct peer_user *user_find(struct peer *peer, const char *name);
void users_free(struct peer *peer);

/* peer_sound.c: he says something until the call is over. */
int sound_start(struct peer_user *user, const struct ua_sdp *theirs, uint8_t payload_type);
void sound_stop(struct peer_user *user);

#endif
