/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Transfer, as all three parties see it (RFC 3515, RFC 5589).
 *
 * The transferor asks the peer of a call to call somebody else: ua_invite_refer; how that goes comes to the handler
 * transfer of the invite. The transferee hears the handler refer, and when it takes the task it calls with
 * ua_invite_send_to and reports with the referral that it was given. The target hears in struct ua_incoming
 * which call of its own the new one replaces (RFC 3891).
 *
 * A referral belongs to sip/; the user's pointer is dead after ua_referral_end, and with the agent. It outlives the call
 * that it came in, since the report is due also after a BYE. Control thread.
 */
#ifndef TIPRING_SIP_REFER_H
#define TIPRING_SIP_REFER_H

#include "sip/invite.h"

/* Whom the peer shall call: one of user, other, focus and dropped. */
struct ua_refer_to {
	const char *user;              /* dialled text, at the account's domain */
	const struct ua_invite *other; /* the far end of this call of ours, which the new one replaces */
	/* other is named by its address of record, with Require: replaces, rather than by its
	 * Contact, which does not route behind border controllers. */
	bool by_address;
	const struct ua_invite *focus; /* the conference that this call of ours is in (RFC 4579): its Contact */
	const char *dropped;           /* nobody: the peer, a focus, shall end its call with this URI (method=BYE) */
};

/* The request waits for an offer of ours that is under way, as a hold: two requests at once meet as 491.
 * A transfer that the peer has taken on and told no end of is given up for the new one. ENOTCONN: the call is not up, or other has no
 * dialog yet. EALREADY: the peer has not answered the request before. EINVAL: no such user. */
int ua_invite_refer(struct ua_invite *invite, const struct ua_refer_to *to);

/* The address of the peer of a call, as dropped has it; "" when it has none that fits. */
void ua_invite_far_uri(const struct ua_invite *invite, char *uri, size_t size);

/* What a peer asks us for. Valid during the handler; texts without control characters. */
struct ua_refer_request {
	const char *uri;         /* whom to call: sip:, sips: or tel:, without headers */
	const char *user;        /* its user part or telephone number, unescaped; "" when there is none */
	const char *host;        /* its host part, "" for tel: */
	const char *replaces;    /* goes into ua_call_to; "": nothing is replaced */
	bool requires_replaces;  /* goes there too */
	const char *referred_by; /* who asks, as it says itself; goes into ua_call_to; "": it does not say */
};

/* Tells the transferor what the new call has come to: 1xx, not the same status twice. */
void ua_referral_tell(struct ua_referral *referral, unsigned status, const char *phrase);
/* ... at last: 200 or more. */
void ua_referral_end(struct ua_referral *referral, unsigned status, const char *phrase);

#endif
