/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/authority.h"
#include "sip/known.h"
#include "sip/proof.h"

static void trusted_destroy(void *arg)
{
	struct ua_trusted *trusted = arg;

	for (unsigned i = 0; i < UA_PEER_NAMES_MAX; i++)
		mem_deref(trusted->names[i]);
}

/* A port is named so that it is addresses that are asked for, and not a service. */
static int names_get(struct ua_trusted *trusted, struct ua_agent *agent)
{
	int err = 0;

	for (unsigned i = 0; i < trusted->peers.name_count && !err; i++) {
		if (!trusted->peers.names[i].by_tls)
			err = ua_name_get(&trusted->names[i], agent, trusted->peers.names[i].name, SIP_PORT, SIP_TRANSP_UDP);
	}
	return err;
}

int ua_authority_peers(struct ua_trusted **peersp, struct ua_agent *agent, const char *text)
{
	struct ua_trusted *peers;
	int err;

	if (!text || !text[0]) {
		*peersp = NULL;
		return 0;
	}
	peers = mem_zalloc(sizeof(*peers), trusted_destroy);
	err = peers ? ua_peers_parse(&peers->peers, text) : ENOMEM;
	if (!err)
		err = names_get(peers, agent);
	if (err)
		mem_deref(peers);
	else
		*peersp = peers;
	return err;
}

void ua_authority_bytes(uint8_t bytes[UA_PEER_BYTES], const struct sa *addr)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (sa_af(addr) == AF_INET6) {
		sa_in6(addr, bytes);
		return;
	}
	memcpy(bytes, mapped, sizeof(mapped));
	memcpy(bytes + sizeof(mapped), &addr->u.in.sin_addr, 4);
}

static bool is_at(const struct ua_name *name, const struct sa *addr)
{
	for (unsigned i = 0; i < name->count; i++) {
		if (sa_cmp(&name->places[i].hop.addr, addr, SA_ADDR))
			return true;
	}
	return false;
}

bool ua_authority_lists(const struct ua_trusted *peers, const struct sa *addr)
{
	uint8_t bytes[UA_PEER_BYTES];

	if (!peers)
		return false;
	ua_authority_bytes(bytes, addr);
	if (ua_peers_have(&peers->peers, bytes))
		return true;
	for (unsigned i = 0; i < peers->peers.name_count; i++) {
		if (peers->names[i] && !peers->names[i]->failed && is_at(peers->names[i], addr))
			return true;
	}
	return false;
}

/* By a name that he has proved. */
static bool lists_sender(const struct ua_trusted *peers, const struct ua_agent *agent, const struct sip_msg *msg)
{
	for (unsigned i = 0; peers && i < peers->peers.name_count; i++) {
		if (peers->peers.names[i].by_tls && ua_transport_came_from(agent->transport, msg, peers->peers.names[i].name))
			return true;
	}
	return false;
}

bool ua_authority_service_route(const struct ua_account *account, struct sa *addr)
{
	struct ua_hop server, hop;

	if (!account->services || !account->services->route_count)
		return false;
	ua_account_hop(account, &server);
	ua_dialog_next_hop(account->services, &server, &hop);
	*addr = hop.addr;
	return true;
}

/* The registrar has named it (RFC 3608), and calls from here go by it. */
static bool is_service_route(const struct ua_account *account, const struct sa *addr)
{
	struct sa route;

	return ua_authority_service_route(account, &route) && sa_cmp(addr, &route, SA_ADDR);
}

static bool is_listed(const struct ua_account *account, const struct sa *addr)
{
	return ua_authority_lists(account->peers, addr) || (account->agent && ua_authority_lists(account->agent->authority.peers, addr));
}

bool ua_authority_trusts_at(const struct ua_account *account, const struct sa *addr)
{
	return ua_account_has_server_at(account, addr) || is_service_route(account, addr) || is_listed(account, addr);
}

bool ua_authority_is_here(const struct ua_agent *agent, const struct sa *addr)
{
	return sa_cmp(addr, ua_transport_local(agent->transport), SA_ADDR);
}

bool ua_authority_trusts(const struct ua_account *account, const struct sip_msg *msg)
{
	const struct ua_agent *agent = account->agent;

	if (agent && (lists_sender(account->peers, agent, msg) || lists_sender(agent->authority.peers, agent, msg)))
		return true;
	if (ua_account_is_proven(account))
		return ua_account_has_server(account, msg) || is_listed(account, &msg->src);
	return ua_authority_trusts_at(account, &msg->src);
}

static bool trusts(struct le *le, void *arg)
{
	return ua_authority_trusts_at(le->data, arg);
}

bool ua_authority_knows(const struct ua_agent *agent, const struct sa *addr)
{
	bool has = false;

	if (ua_authority_is_here(agent, addr) || ua_authority_lists(agent->authority.peers, addr))
		return true;
	if (ua_known_has(agent, addr, &has))
		return hash_apply(agent->accounts, trusts, (void *)(uintptr_t)addr);
	return has;
}

static bool trusts_sender(struct le *le, void *arg)
{
	return ua_authority_trusts(le->data, arg);
}

/* A name is nothing that could be looked up. */
static bool knows_sender(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return ua_authority_knows(agent, &msg->src) || (msg->tp == SIP_TRANSP_TLS && (lists_sender(agent->authority.peers, agent, msg) ||
		hash_apply(agent->accounts, trusts_sender, (void *)(uintptr_t)msg)));
}

static bool may_ask(const struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg)
{
	if (!account)
		return knows_sender(agent, msg);
	return ua_authority_is_here(agent, &msg->src) || ua_authority_trusts(account, msg);
}

/* They may call, and ask whether they may; what is for servers to tell or to watch is not for them. */
static bool strangers_may(const struct sip_msg *msg)
{
	return !pl_strcmp(&msg->met, "INVITE") || !pl_strcmp(&msg->met, "OPTIONS");
}

bool ua_authority_refuses(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg)
{
	enum ua_strangers strangers = agent->authority.strangers;

	if (may_ask(agent, account, msg) || (strangers == UA_STRANGERS_ALLOW && strangers_may(msg)))
		return false;
	if (strangers == UA_STRANGERS_CHALLENGE && !pl_strcmp(&msg->met, "INVITE"))
		return ua_proof_refuses(agent, account, msg);
	ua_agent_count(agent, &agent->counts.refused_strangers, &msg->src);
	if (strangers != UA_STRANGERS_SILENCE)
		ua_agent_refuse(agent, msg, 403, "Forbidden", NULL);
	return true;
}

bool ua_authority_is_silent(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return agent->authority.strangers == UA_STRANGERS_SILENCE && !knows_sender(agent, msg);
}
