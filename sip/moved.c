/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "sip/moved.h"

#define RANK_MAX 1000u

/* "0.5", three digits behind the dot at most. Who says nothing, or nonsense, is as good as any. */
static unsigned rank_of(const struct pl *params)
{
	struct pl q;
	unsigned rank = 0;

	if (msg_param_decode(params, "q", &q) || !q.l || q.p[0] != '0')
		return RANK_MAX;
	for (size_t i = 2, unit = RANK_MAX / 10; i < q.l && unit; i++, unit /= 10) {
		if (q.p[1] != '.' || q.p[i] < '0' || q.p[i] > '9')
			return RANK_MAX;
		rank += (unsigned)unit * (unsigned)(q.p[i] - '0');
	}
	return rank;
}

/* Behind those that are wanted as much; the last one has to go where there is no room. */
static void insert(struct ua_moved_set *set, const struct ua_refer_target *target, unsigned rank)
{
	unsigned at = set->count;

	while (at && set->ranks[at - 1] < rank)
		at--;
	if (at == UA_MOVED_MAX)
		return;
	set->count += set->count < UA_MOVED_MAX;
	for (unsigned i = set->count - 1; i > at; i--) {
		set->targets[i] = set->targets[i - 1];
		set->ranks[i] = set->ranks[i - 1];
	}
	set->targets[at] = *target;
	set->ranks[at] = rank;
}

static bool add(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct ua_moved_set *set = arg;
	struct ua_refer_target target;
	struct sip_addr addr;

	(void)msg;
	if (sip_addr_decode(&addr, &header->val) || ua_refer_text_address(&target, &addr.auri))
		return false;
	if (!set->are_proxies || !strncasecmp(target.uri, "sip:", 4))
		insert(set, &target, rank_of(&addr.params));
	return false;
}

/* How a proxy would be reached that is named for a sips: address is not ours to judge. */
static bool read_asked(struct ua_moved_set *set, const char *target)
{
	struct pl uri;

	pl_set_str(&uri, target);
	return !ua_refer_text_address(&set->asked, &uri) && !strncasecmp(target, "sip:", 4);
}

struct ua_moved_set *ua_moved_read(const struct sip_msg *msg, const char *target)
{
	struct ua_moved_set *set = NULL;

	if (msg->scode / 100 == 3 && msg->scode != 380)
		set = mem_zalloc(sizeof(*set), NULL);
	if (!set)
		return NULL;
	set->are_proxies = msg->scode == 305;
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, add, set);
	if (!set->count || (set->are_proxies && !read_asked(set, target)))
		set = mem_deref(set);
	return set;
}

struct ua_moved ua_moved_of(const struct ua_moved_set *set, unsigned i)
{
	const struct ua_refer_target *target = &set->targets[i], *to = set->are_proxies ? &set->asked : target;

	return (struct ua_moved){
		.uri = to->uri, .user = to->user, .host = to->host,
		.proxy = set->are_proxies ? target->uri : "", .proxy_host = set->are_proxies ? target->host : "",
	};
}
