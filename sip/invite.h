/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The INVITE usage: one call, from the first request to the last BYE (RFC 3261 s12 to s15).
 *
 * An invite belongs to sip/. The user holds a pointer from ua_invite_send or the incoming handler until
 * either the ended handler returns or it calls ua_invite_end or ua_invite_reject; after that the pointer is
 * dead, no handler comes any more, and the agent finishes the exchange by itself (CANCEL, ACK, BYE, retransmissions).
 */
#ifndef TIPRING_SIP_INVITE_H
#define TIPRING_SIP_INVITE_H

#include "sip/account.h"
#include "sip/key_info.h"
#include "sip/sdp.h"

struct ua_refer_request;
struct ua_referral;

enum ua_end_by {
	UA_END_BY_PEER,    /* BYE, CANCEL, or a final refusal */
	UA_END_BY_TIMEOUT, /* nobody answered a request, or no ACK came */
	UA_END_BY_ERROR,   /* could not be sent, or a message broke the rules */
};

#define UA_MOVED_MAX 5 /* places of a 3xx that are told, the most wanted */

/* Where a 3xx says that the called one is: one of its Contacts. Valid during the handler; texts without control characters. */
struct ua_moved {
	const char *uri;  /* sip:, sips: or tel:, without headers */
	const char *user; /* its user part or telephone number, unescaped; "" when there is none */
	const char *host; /* its host part, "" for tel: */
	/* 305: he is where he was called (above), but to be called by this proxy (ua_call_to); sip:; "": none */
	const char *proxy, *proxy_host;
};

struct ua_end {
	enum ua_end_by by;
	unsigned status;     /* of the refusal; 408 when nobody answered our INVITE, 488 when the answer made no call; else 0 */
	unsigned q850_cause; /* from a Reason header; 0: none */
	bool after_answer;   /* the call had been answered */
	const char *reason;  /* phrase, valid during the handler */
	const struct ua_moved *moved; /* the most wanted (q) first, equals as they came */
	unsigned moved_count; /* 0: nowhere that could be called */
};

#define UA_EARLY_MEDIA_ENDED 199 /* RFC 6228 */

struct ua_invite_handlers {
	/* 1xx but 100; answer describes the sound that is to be heard from now on, NULL: as before. Several may ring at once (one early
	 * dialog each): the newest that described itself is heard. UA_EARLY_MEDIA_ENDED without a description: nobody's any more.
	 * Outgoing calls only. */
	void (*progress)(struct ua_invite *invite, unsigned status, const struct ua_sdp *answer, void *arg);
	/* 2xx; our ACK is on its way. Outgoing calls only. */
	void (*answered)(struct ua_invite *invite, const struct ua_sdp *answer, void *arg);
	/* The peer's new offer in the call (re-INVITE, UPDATE), or before it is answered (UPDATE, PRACK): write the answer and return 0, or an errno
	 * for 488, and the session stays as it was. offer NULL: write a full offer; what the ACK
	 * answers comes to changed. */
	int (*offered)(struct ua_invite *invite, const struct ua_sdp *offer, struct ua_sdp *answer, void *arg);
	/* The peer's answer to an offer that we made: in a 200 (INVITE without session description)
	 * or by ua_invite_offer. NULL: what ua_invite_offer offered was refused, and the session
	 * stays as it was; or an offer that it turned down while an ACK was due may be made now. */
	void (*changed)(struct ua_invite *invite, const struct ua_sdp *remote, void *arg);
	/* The peer did not answer an offer of ours in the call (after changed with NULL), or
	 * answered 408 for somebody behind it, or that nobody there is known (RFC 5057 s5.1), or never
	 * acknowledged our 200 to its own. A call
	 * whose media still comes goes on, since a proxy that died must not end it: the user looks,
	 * and ends it with ua_invite_end when it is silent too. NULL: it goes on whatever its media
	 * does. */
	void (*unreachable)(struct ua_invite *invite, void *arg);
	/* How the transfer fares that ua_invite_refer asked for: status is that of the peer's call
	 * to the target. done: the last word; 200 to 299 is success, else the status of the refusal,
	 * 408 when nobody answered, 487 when the peer stopped telling. */
	void (*transfer)(struct ua_invite *invite, unsigned status, bool done, void *arg);
	/* The peer asks us to call somebody else (refer.h): return 202 and see to it, reporting to the
	 * referral, or a refusal, 403 or 603, and the referral is dead. NULL: refused. */
	unsigned (*refer)(struct ua_invite *invite, const struct ua_refer_request *request,
		struct ua_referral *referral, void *arg);
	/* The peer's telephone has a key pressed (INFO). NULL: such is not taken. */
	void (*key)(struct ua_invite *invite, const struct ua_key_info *key, void *arg);
	/* What came of ua_invite_info: the answer's status, 408 when there was none. Another one may be sent from within. NULL: nobody asks. */
	void (*informed)(struct ua_invite *invite, unsigned status, void *arg);
	/* The last call of all. */
	void (*ended)(struct ua_invite *invite, const struct ua_end *end, void *arg);
};

/* Calls user@<the account's domain> from the account. user is dialled text; what SIP cannot carry
 * is escaped. */
int ua_invite_send(struct ua_invite **invitep, struct ua_account *account, const char *user,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg);

enum ua_forward_cause {
	UA_FORWARD_ALWAYS,
	UA_FORWARD_BUSY,
	UA_FORWARD_NO_ANSWER,
};

#define UA_URI_EMERGENCY "urn:service:sos" /* RFC 5031: the server knows which centre */

/* A call on somebody's behalf, or that takes another's place. */
struct ua_call_to {
	const char *user;        /* as of ua_invite_send */
	const char *uri;         /* ... or, when that is NULL, a sip: or sips: address as it goes into the request, or UA_URI_EMERGENCY */
	/* Of any agent, or NULL: called past every server, at the address of its agent alone; user is only what To says. */
	struct ua_account *account;
	const char *proxy;       /* a sip: address that the request goes by (305), behind the server and its Service-Routes; NULL: none */
	const char *replaces;    /* value of Replaces (RFC 3891); "": none */
	bool requires_replaces;  /* who does not know that shall refuse the call rather than ring */
	const char *referred_by; /* value of Referred-By (RFC 3892); "": none */
	/* The call that came in, is not answered yet, and goes on by this one, which tells who forwards and why, as
	 * ua_invite_redirect does, and has one hop less to go. NULL: none. */
	const struct ua_invite *forwards;
	enum ua_forward_cause cause; /* of forwarding */
	bool anonymous;          /* From hides who calls, Privacy asks for it (RFC 3323 s4.1.1.3, RFC 3325 s9.3), the server alone is told */
	bool hurries;            /* there is another way: ends by timeout, 408, when the last server too has said nothing for failover_s */
};
/* EINVAL: no such address, or text that does not belong into a header. EPROTONOSUPPORT: sips: of an account without TLS.
 * ELOOP: the call that is forwarded has no hop left.
 * ENOTCONN: it is not there any more. EHOSTUNREACH: the account that is to be called is gone, or so is its agent. */
int ua_invite_send_to(struct ua_invite **invitep, struct ua_account *account, const struct ua_call_to *to,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg);

/* From within the incoming handler: takes the call, which now is the user's. */
void ua_invite_accept(struct ua_invite *invite, const struct ua_invite_handlers *handlers, void *arg);
/* 180 Ringing, repeated every 60 s; until its PRACK comes where the caller requires that (RFC 3262). offer: what is said when that
 * makes an offer due, since the INVITE brought none; its answer comes to changed. waiting: with Alert-Info urn:alert:service:call-waiting (RFC 7462, 3GPP TS 24.615), since
 * the subscriber is in another call. */
int ua_invite_ring(struct ua_invite *invite, bool waiting, const struct ua_sdp *offer);
/* 181 Call Is Being Forwarded, once, and not to a caller who requires reliable responses: the call goes on by another one
 * (forwards of struct ua_call_to). ENOTCONN: it is too late. */
int ua_invite_tell_forwarded(struct ua_invite *invite);
/* 183 Session Progress with the answer to the INVITE's offer, repeated and made sure of as 180: the caller hears the sound from now on;
 * ua_invite_answer has to give the same answer. EINVAL: the INVITE had no offer. */
int ua_invite_progress(struct ua_invite *invite, const struct ua_sdp *answer);
/* 200 OK with the answer to the INVITE's offer, or with an offer when it had none. ENOTCONN from
 * this and from ua_invite_ring: it is too late, and ended will say why. */
int ua_invite_answer(struct ua_invite *invite, const struct ua_sdp *sdp);
/* Offers another session description in a call that is up (re-INVITE); changed hears what came of
 * it. When both sides offer at once (491, or 500 with a Retry-After of up to 10 s), it is offered again by itself, or what was offered since in its place. ENOTCONN: the call is not
 * up. EBUSY: another offer, ours or the peer's, is under way. After either, where it is only that the peer's ACK
 * is due, changed tells when it has come. */
int ua_invite_offer(struct ua_invite *invite, const struct ua_sdp *offer);
/* Tells the peer of something outside the session (INFO, RFC 2976); type is a static text. ENOTCONN: the call is not up.
 * EALREADY: it has not answered the one before. */
int ua_invite_info(struct ua_invite *invite, const char *type, const char *body);
/* A final refusal, status 300..699. */
void ua_invite_reject(struct ua_invite *invite, unsigned status, const char *phrase);

/* To whom a call is forwarded. */
struct ua_redirect {
	const char *user; /* as of ua_invite_send */
	enum ua_forward_cause cause;
};
/* 302 with the new target in Contact, and who forwards and why in Diversion and History-Info, with what those said in
 * the INVITE (RFC 5806, RFC 7044). The pointer is dead afterwards, but after an error: ENOTCONN: it is too late, and
 * ended will say why; EINVAL: no such user. */
int ua_invite_redirect(struct ua_invite *invite, const struct ua_redirect *redirect);

/* Gives up a call from here that nobody has answered; ended comes when its peer has done so too, with 487. An answer that crosses it is
 * hung up on by itself. ENOTCONN: it has been answered, or has ended. */
int ua_invite_give_up(struct ua_invite *invite);

/* Ends a call in whatever state it is: CANCEL (held back until a 1xx came), BYE, or 480 for one not
 * answered. q850_cause goes into the BYE's Reason header; 0: none, 16: normal clearing. */
void ua_invite_end(struct ua_invite *invite, unsigned q850_cause);

#endif
