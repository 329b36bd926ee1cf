/* SPDX-License-Identifier: BSD-3-Clause */
/* What a registrar's answer is read for (flows, GRUUs, further addresses), a redirection, and the state of a subscription. */
#include <assert.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/moved.h"
#include "sip/notice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *text)
{
	assert(!text || !strpbrk(text, "\r\n <>\""));
}

static bool take_contact(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct ua_account *account = arg;
	struct sip_addr addr;

	(void)msg;
	if (sip_addr_decode(&addr, &header->val))
		return false;
	(void)ua_outbound_is_ours(&account->outbound, &addr.params);
	ua_gruus_take(&account->gruus, &addr.params);
	clean(account->gruus.public);
	clean(account->gruus.temporary);
	(void)ua_gruus_have(&account->gruus, &addr.uri);
	ua_gruus_forget(&account->gruus);
	return false;
}

static void registered(const struct sip_msg *msg)
{
	static char instance[] = "urn:uuid:00000000-0000-4000-8000-000000000000";
	struct ua_account account = {
		.outbound = {.instance = instance, .wanted = true, .in_force = true}, .gruus = {.wanted = true}, .associated = {.wanted = true},
	};

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, take_contact, &account);
	ua_outbound_take(&account.outbound, msg);
	assert(account.outbound.flow_timer_s <= UA_PING_MAX_S);
	ua_associated_take(&account, msg);
	for (unsigned i = 0; i < account.associated.count; i++)
		clean(account.associated.each[i].uri);
	ua_associated_forget(&account.associated);
}

static void moved(const struct sip_msg *msg)
{
	struct ua_moved_set *set = ua_moved_read(msg, "sip:b@example.org");

	for (unsigned i = 0; set && i < set->count; i++) {
		const struct ua_moved place = ua_moved_of(set, i);

		assert(place.uri[0] && !strpbrk(place.uri, "\r\n"));
		assert(!i || set->ranks[i] <= set->ranks[i - 1]);
	}
	mem_deref(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct ua_notice_state state;
	struct sip_msg *msg = NULL;

	if (mb && !mbuf_write_mem(mb, data, size)) {
		mb->pos = 0;
		if (!sip_msg_decode(&msg, mb)) {
			registered(msg);
			moved(msg);
			ua_notice_state(&state, msg);
		}
	}
	mem_deref(msg);
	mem_deref(mb);
	return 0;
}
