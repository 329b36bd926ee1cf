/* SPDX-License-Identifier: BSD-3-Clause */
/* What subscriptions and unsolicited NOTIFYs share: reading a NOTIFY, and its body until the user hears of it. Private to sip/. */
#ifndef TIPRING_SIP_NOTICE_H
#define TIPRING_SIP_NOTICE_H

#include <re.h>

#include "sip/subscription.h"

/* A body that waits; zeroed before use. */
struct ua_notice_slot {
	char *body; /* NULL: nothing waits. mem_deref it */
	size_t length;
};

/* The package that an Event header names, without parameters; pl_null when there is none. */
struct pl ua_notice_event(const struct sip_msg *msg);

/* Whether a NOTIFY or SUBSCRIBE names this package. */
bool ua_notice_is_about(const struct sip_msg *msg, const char *event);

/* Refuses a NOTIFY that cannot be taken: 489, 400, 413 or 415; true: it did. */
bool ua_notice_refuses(struct ua_agent *agent, const struct sip_msg *msg, const char *event, const char *accept);

/* The newest counts, but one without body takes nothing away. */
int ua_notice_take(struct ua_notice_slot *slot, const struct sip_msg *msg); /* ENOMEM */
struct ua_notice ua_notice_of(const struct ua_notice_slot *slot);

/* What Subscription-State says (RFC 6665 s8.2.3). */
struct ua_notice_state {
	struct pl state;      /* active, pending, terminated */
	struct pl reason;     /* pl_null: none */
	uint32_t expires_s;   /* UINT32_MAX: not said */
	uint32_t retry_after_s; /* 0: not said */
};
void ua_notice_state(struct ua_notice_state *state, const struct sip_msg *msg);

#endif
