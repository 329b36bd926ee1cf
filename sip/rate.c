/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/rate.h"

#define KEY_BYTES 16
#define PREFIX_BYTES 8 /* of an IPv6 address: what one household or host has */
#define TOKEN 1000     /* so that a millisecond is worth per_s */

/* A server brings the answers to a thousand REGISTERs in one second and the calls of as many lines; a stranger in a call sends a
 * few requests, and one who has none has nothing to say. */
const struct ua_rate_figures ua_rate_figures[UA_RATE_LIMITS] = {
	[UA_RATE_STRANGER] = {20, 60},
	[UA_RATE_STRANGERS] = {500, 1000},
	[UA_RATE_SERVER] = {10000, 20000},
	[UA_RATE_CALLS_STRANGER] = {1, 5},
	[UA_RATE_CALLS_STRANGERS] = {10, 20},
	[UA_RATE_CALLS_SERVER] = {200, 400},
};

struct bucket {
	uint64_t filled_ms;
	uint32_t level;
};

struct source {
	uint8_t key[KEY_BYTES];
	uint64_t used_ms;
	struct sa asked; /* of whom the handler was asked */
	uint64_t asked_ms;
	bool in_use, known;
	struct bucket buckets[UA_RATE_LIMITS]; /* those of all together are unused */
};

struct ua_rate {
	struct source sources[UA_RATE_SOURCES];
	struct bucket together[UA_RATE_LIMITS];
	uint8_t salt[KEY_BYTES]; /* lest anyone chooses addresses that fall into one set */
	ua_rate_known_h *known;
	void *arg;
};

static void bucket_start(struct bucket *bucket, enum ua_rate_limit limit, uint64_t now_ms)
{
	*bucket = (struct bucket){.filled_ms = now_ms, .level = ua_rate_figures[limit].burst * TOKEN};
}

static void bucket_fill(struct bucket *bucket, enum ua_rate_limit limit, uint64_t now_ms)
{
	const struct ua_rate_figures *figures = &ua_rate_figures[limit];
	uint64_t most = (uint64_t)figures->burst * TOKEN, level;

	level = bucket->level + MIN(now_ms - bucket->filled_ms, most) * figures->per_s;
	bucket->level = (uint32_t)MIN(level, most);
	bucket->filled_ms = now_ms;
}

int ua_rate_alloc(struct ua_rate **ratep, ua_rate_known_h *known, void *arg)
{
	struct ua_rate *rate = mem_zalloc(sizeof(*rate), NULL);

	if (!rate)
		return ENOMEM;
	rate->known = known;
	rate->arg = arg;
	rand_bytes(rate->salt, sizeof(rate->salt));
	for (unsigned i = 0; i < UA_RATE_LIMITS; i++)
		bucket_start(&rate->together[i], (enum ua_rate_limit)i, 0);
	*ratep = rate;
	return 0;
}

static void key_of(uint8_t key[KEY_BYTES], const struct sa *source)
{
	uint8_t addr[KEY_BYTES];

	memset(key, 0, KEY_BYTES);
	if (sa_af(source) == AF_INET6) {
		sa_in6(source, addr);
		memcpy(key, addr, PREFIX_BYTES);
	} else {
		memset(key + PREFIX_BYTES, 0xff, 4);
		memcpy(key + KEY_BYTES - 4, &source->u.in.sin_addr, 4);
	}
}

static struct source *set_of(struct ua_rate *rate, const uint8_t key[KEY_BYTES])
{
	uint8_t salted[2 * KEY_BYTES];

	memcpy(salted, rate->salt, KEY_BYTES);
	memcpy(salted + KEY_BYTES, key, KEY_BYTES);
	return &rate->sources[hash_joaat(salted, sizeof(salted)) % (UA_RATE_SOURCES / UA_RATE_WAYS) * UA_RATE_WAYS];
}

static void source_start(struct source *source, const uint8_t key[KEY_BYTES], uint64_t now_ms)
{
	memset(source, 0, sizeof(*source));
	memcpy(source->key, key, KEY_BYTES);
	source->in_use = true;
	for (unsigned i = 0; i < UA_RATE_LIMITS; i++)
		bucket_start(&source->buckets[i], (enum ua_rate_limit)i, now_ms);
}

/* Its row, or a new one in place of the oldest. */
static struct source *row_of(struct ua_rate *rate, const struct sa *addr, uint64_t now_ms)
{
	uint8_t key[KEY_BYTES];
	struct source *set, *oldest;

	key_of(key, addr);
	oldest = set = set_of(rate, key);
	for (unsigned i = 0; i < UA_RATE_WAYS; i++) {
		if (set[i].in_use && !memcmp(set[i].key, key, KEY_BYTES))
			return &set[i];
		if (oldest->in_use && (!set[i].in_use || set[i].used_ms < oldest->used_ms))
			oldest = &set[i];
	}
	source_start(oldest, key, now_ms);
	return oldest;
}

/* Of one /64 some may be known and others not. */
static bool is_known(struct ua_rate *rate, struct source *source, const struct sa *addr, uint64_t now_ms)
{
	if (!sa_cmp(&source->asked, addr, SA_ADDR) || now_ms - source->asked_ms >= UA_RATE_KNOWN_MS) {
		source->known = rate->known(addr, rate->arg);
		source->asked = *addr;
		source->asked_ms = now_ms;
	}
	return source->known;
}

static bool take(struct bucket *own, enum ua_rate_limit limit, struct bucket *together, enum ua_rate_limit limit_together,
	uint64_t now_ms)
{
	bucket_fill(own, limit, now_ms);
	bucket_fill(together, limit_together, now_ms);
	if (own->level < TOKEN || together->level < TOKEN)
		return false;
	own->level -= TOKEN;
	together->level -= TOKEN;
	return true;
}

static bool takes(struct ua_rate *rate, const struct sa *addr, uint64_t now_ms, enum ua_rate_limit stranger,
	enum ua_rate_limit strangers, enum ua_rate_limit server)
{
	struct source *source = row_of(rate, addr, now_ms);
	struct bucket unlimited = {.filled_ms = now_ms, .level = TOKEN};

	source->used_ms = now_ms;
	if (is_known(rate, source, addr, now_ms))
		return take(&source->buckets[server], server, &unlimited, server, now_ms);
	return take(&source->buckets[stranger], stranger, &rate->together[strangers], strangers, now_ms);
}

bool ua_rate_takes_message(struct ua_rate *rate, const struct sa *source, uint64_t now_ms)
{
	return takes(rate, source, now_ms, UA_RATE_STRANGER, UA_RATE_STRANGERS, UA_RATE_SERVER);
}

bool ua_rate_takes_call(struct ua_rate *rate, const struct sa *source, uint64_t now_ms)
{
	return takes(rate, source, now_ms, UA_RATE_CALLS_STRANGER, UA_RATE_CALLS_STRANGERS, UA_RATE_CALLS_SERVER);
}
