/* SPDX-License-Identifier: BSD-3-Clause */
/* Which accounts have their sound's outer address from which STUN server. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway_private.h"
#include "gateway/log.h"
#include "gateway/mapper.h"

static bool is_same(const struct server *a, const struct server *b)
{
	return strcmp(a->name, b->name) == 0 && a->port == b->port && (a->name[0] || address_same_host(&a->addr, &b->addr));
}

static struct gateway_stun *find(const struct gateway *gateway, unsigned listen, const struct server *server)
{
	struct gateway_stun *stun = gateway->stuns;

	while (stun && (stun->listen != listen || !is_same(stun->config, server)))
		stun = stun->next;
	return stun;
}

static void name_it(struct gateway_stun *stun)
{
	if (stun->config->name[0])
		strcpy(stun->name, stun->config->name);
	else
		address_print(&stun->config->addr, stun->name);
}

static bool server_at(union address *server, unsigned which, const void *arg)
{
	char addr[UA_STUN_ADDR_MAX];
	uint16_t port;

	return ua_stun_server_at(arg, which, addr, &port) && address_set(server, addr, port) == 0;
}

static int mapper_open(struct gateway *gateway, struct gateway_stun *stun, const struct leg_config *legs)
{
	const struct mapper_config config = {
		.loop = gateway->loop, .sockets = leg_sockets(legs), .server_at = server_at, .arg = stun->server, .server_name = stun->name,
	};

	return mapper_alloc(&stun->mapper, &config);
}

static int open_new(struct gateway_stun **stunp, struct gateway *gateway, unsigned listen, const struct server *server,
	const struct leg_config *legs)
{
	struct gateway_stun *stun = calloc(1, sizeof(*stun));
	int err;

	if (!stun)
		return ENOMEM;
	stun->listen = listen;
	stun->config = server;
	name_it(stun);
	err = ua_stun_server_alloc(&stun->server, gateway->agents[listen], stun->name, server->port);
	if (!err)
		err = mapper_open(gateway, stun, legs);
	if (err) {
		ua_stun_server_free(stun->server);
		free(stun);
		return err;
	}
	stun->next = gateway->stuns;
	gateway->stuns = stun;
	*stunp = stun;
	return 0;
}

int gateway_stun_open(struct gateway *gateway, unsigned account)
{
	const struct config_account *config = &gateway->config->accounts[account];
	const struct servers_stun *choice = config->stun_server.said ? &config->stun_server : &gateway->config->sip.stun_server;
	struct leg_config *legs = &gateway->leg_configs[account];
	unsigned listen = gateway->account_users[account].listen;
	struct gateway_stun *stun;
	int err = 0;

	if (!choice->servers.count)
		return 0;
	stun = find(gateway, listen, &choice->servers.each[0]);
	if (!stun)
		err = open_new(&stun, gateway, listen, &choice->servers.each[0], legs);
	if (!err)
		legs->mapper = stun->mapper;
	return err;
}

void gateway_stun_close(struct gateway *gateway)
{
	while (gateway->stuns) {
		struct gateway_stun *stun = gateway->stuns;

		gateway->stuns = stun->next;
		mapper_free(stun->mapper);
		ua_stun_server_free(stun->server);
		free(stun);
	}
}
