/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a 3xx sends a call. Private to sip/. */
#ifndef TIPRING_SIP_MOVED_H
#define TIPRING_SIP_MOVED_H

#include "sip/invite.h"
#include "sip/refer_text.h"

struct ua_moved_set {
	struct ua_refer_target targets[UA_MOVED_MAX]; /* the most wanted first */
	unsigned ranks[UA_MOVED_MAX]; /* q in thousandths (RFC 3261 s20.10) */
	unsigned count;
	bool are_proxies;             /* 305: targets name whom the request is to go by ... */
	struct ua_refer_target asked; /* ... to where it went */
};

/* target: the Request-URI that was refused. NULL: a 3xx without a place that can be called, as 380 whose body alone would say what there is
 * instead (s21.3.5), another status, or no memory. A libre object. */
struct ua_moved_set *ua_moved_read(const struct sip_msg *msg, const char *target);
/* The public shape of one of them; it points into the set. */
struct ua_moved ua_moved_of(const struct ua_moved_set *set, unsigned i);

#endif
