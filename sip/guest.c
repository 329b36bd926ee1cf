/* SPDX-License-Identifier: BSD-3-Clause */
/* An account that calls another agent's, past every server: the other agent has a guest in its place, so that all of the call is at one address. */
#include <errno.h>

#include "sip/agent_private.h"

/* It is never registered: a server is only what an account cannot be without. */
static int alloc(struct ua_account **guestp, const struct ua_account *account, struct ua_agent *agent)
{
	const struct sa *local = ua_transport_local(agent->transport);
	char addr[UA_ADDR_MAX];
	const struct ua_account_config config = {
		.user = account->user, .domain = account->domain, .server_addr = addr, .server_port = sa_port(local), .password = "", .expires_s = 3600,
		.session_expires_s = account->session_expires_s, .identity = account->identity,
	};

	(void)re_snprintf(addr, sizeof(addr), "%j", local);
	return ua_account_alloc(guestp, agent, &config, NULL, account->arg);
}

/* One that its agent has taken along is as good as none. */
static void forget_dead(struct ua_account *account)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < account->guest_count; i++) {
		if (account->guests[i]->agent)
			account->guests[kept++] = account->guests[i];
		else
			mem_deref(account->guests[i]);
	}
	account->guest_count = kept;
}

int ua_account_at(struct ua_account **accountp, struct ua_account *account, struct ua_agent *agent)
{
	struct ua_account *guest;
	int err;

	if (!account->agent || !agent)
		return EHOSTUNREACH;
	*accountp = account;
	if (account->agent == agent)
		return 0;
	forget_dead(account);
	for (unsigned i = 0; i < account->guest_count; i++) {
		*accountp = account->guests[i];
		if (account->guests[i]->agent == agent)
			return 0;
	}
	if (account->guest_count == UA_GUESTS_MAX)
		return EHOSTUNREACH;
	err = alloc(&guest, account, agent);
	if (err)
		return err;
	mem_deref(guest->address); /* with the display name */
	guest->address = mem_ref(account->address);
	guest->host = account;
	account->guests[account->guest_count++] = mem_ref(guest);
	*accountp = guest;
	return 0;
}

void ua_guests_free(struct ua_account *account)
{
	forget_dead(account);
	while (account->guest_count) {
		struct ua_account *guest = account->guests[--account->guest_count];

		guest->host = NULL;
		ua_account_free(guest);
		mem_deref(guest);
	}
}
