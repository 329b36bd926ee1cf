/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much is taken from whom: buckets of tokens per source, in a table of fixed size whose longest unused row gives way. A
 * source is an IPv4 address, or the /64 of an IPv6 one. Time comes in, monotonic. Private to sip/.
 */
#ifndef TIPRING_SIP_RATE_H
#define TIPRING_SIP_RATE_H

#include <re.h>

#define UA_RATE_SOURCES 4096 /* remembered at once, a multiple of UA_RATE_WAYS */
#define UA_RATE_WAYS    8    /* rows that one source may stand in */
#define UA_RATE_KNOWN_MS 1000 /* how long the answer of the handler below is remembered */

enum ua_rate_limit {
	UA_RATE_STRANGER,       /* messages of any kind, of a source that is not known */
	UA_RATE_STRANGERS,      /* ... of all of them together */
	UA_RATE_SERVER,         /* messages of a source that is known */
	UA_RATE_CALLS_STRANGER, /* new calls */
	UA_RATE_CALLS_STRANGERS,
	UA_RATE_CALLS_SERVER,
	UA_RATE_LIMITS,
};

struct ua_rate_figures {
	unsigned per_s, burst;
};
extern const struct ua_rate_figures ua_rate_figures[UA_RATE_LIMITS];

struct ua_rate;

/* Whether a source is known. */
typedef bool ua_rate_known_h(const struct sa *source, void *arg);

/* A libre object. */
int ua_rate_alloc(struct ua_rate **ratep, ua_rate_known_h *known, void *arg);

/* Whether one more message, or one more new call, is taken from there; what is not taken costs the source nothing. */
bool ua_rate_takes_message(struct ua_rate *rate, const struct sa *source, uint64_t now_ms);
bool ua_rate_takes_call(struct ua_rate *rate, const struct sa *source, uint64_t now_ms);

#endif
