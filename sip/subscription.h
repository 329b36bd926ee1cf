/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hearing of events at others (RFC 6665): what somebody's mailbox or telephone does, as the bodies of NOTIFYs.
 *
 * A subscription is kept for ever once begun: refreshed before it expires, begun anew when the notifier forgot it, tried
 * again after a failure, ever less often. It belongs to sip/; the user's pointer is dead after ua_subscription_end, and with the
 * agent. An account that has subscriptions is freed after they have ended. Control thread.
 *
 * Of a SUBSCRIBE that was forked the first notifier counts; the others get 481.
 */
#ifndef TIPRING_SIP_SUBSCRIPTION_H
#define TIPRING_SIP_SUBSCRIPTION_H

#include "sip/account.h"

#define UA_NOTICE_MAX     4096 /* bytes of a body; a NOTIFY with more is refused: 413 */
#define UA_SUBSCRIBE_MIN_S 60
#define UA_SUBSCRIBE_MAX_S 86400

struct ua_subscription;

/* What a NOTIFY says. Valid during the handler only. */
struct ua_notice {
	const char *body; /* with a final zero, and perhaps others; "": none */
	size_t length;
};

enum ua_subscription_state {
	UA_SUBSCRIPTION_TRYING,  /* asked for; no NOTIFY has come yet */
	UA_SUBSCRIPTION_ACTIVE,  /* a NOTIFY said so */
	UA_SUBSCRIPTION_PENDING, /* ... that somebody has to allow it first */
	UA_SUBSCRIPTION_FAILED,  /* asked for again later: in 30 s and then doubled up to 30 min, or after the peer's Retry-After */
	/* The peer will have none: 403, 404, 405, 410, 416, 484, 485, 489, 501, 603, 604, wrong credentials, or a NOTIFY that says
	 * rejected, noresource or invariant. Asked for again after an hour; who does not want that ends it. */
	UA_SUBSCRIPTION_REFUSED,
};

struct ua_subscription_handlers {
	/* A NOTIFY, also the last one. Of many that come at once only the newest is told. */
	void (*notified)(struct ua_subscription *subscription, const struct ua_notice *notice, void *arg);
	/* status: of the refusal, 408 when nobody answered, 200 for the good states, 0 when a NOTIFY was the reason; reason: phrase, or the reason
	 * of that NOTIFY. NULL: nobody wants to know. */
	void (*changed)(struct ua_subscription *subscription, enum ua_subscription_state state, unsigned status,
		const char *reason, void *arg);
};

/* Whose events. The texts are copied. */
struct ua_subscribe_to {
	const char *user;           /* as of ua_invite_send, at the account's domain; NULL: the account's own */
	struct ua_account *account; /* of any agent, or NULL: asked past every server */
	const char *event;          /* package: "message-summary" */
	const char *accept;         /* type of the bodies: "application/simple-message-summary"; others are refused: 415 */
	unsigned expires_s;         /* asked for, UA_SUBSCRIBE_MIN_S to UA_SUBSCRIBE_MAX_S */
};

/* Sends the first SUBSCRIBE after delay_ms. EINVAL: no such user. */
int ua_subscription_begin(struct ua_subscription **subscriptionp, struct ua_account *account,
	const struct ua_subscribe_to *to, unsigned delay_ms, const struct ua_subscription_handlers *handlers, void *arg);
/* Takes it back (Expires: 0), and sees that through by itself. NULL: nothing. */
void ua_subscription_end(struct ua_subscription *subscription);
/* Refreshes it now, or begins it anew where it waits: the server was away, and may have forgotten it. */
void ua_subscription_renew(struct ua_subscription *subscription);

/* NOTIFYs that nobody asked for, as some servers send them for message-summary: one without dialog, to the account's Contact, from the
 * account's own server or a listed peer; all others get 403, other packages 489. As long as this was not called: 481; so again after
 * a call with handler NULL, which cannot fail. */
typedef void ua_notice_h(struct ua_account *account, const struct ua_notice *notice, void *arg);
int ua_account_take_notices(struct ua_account *account, const char *event, const char *accept, ua_notice_h *handler, void *arg);

#endif
