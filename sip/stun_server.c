/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/stun.h"

struct ua_stun_server {
	struct sa addr;       /* of one that is no name */
	struct ua_name *name; /* NULL: none */
	uint32_t seed;        /* among equals of a name every machine has an order of its own */
};

static void destroy(void *arg)
{
	struct ua_stun_server *server = arg;

	mem_deref(server->name);
}

int ua_stun_server_alloc(struct ua_stun_server **serverp, struct ua_agent *agent, const char *host, uint16_t port)
{
	struct ua_stun_server *server = mem_zalloc(sizeof(*server), destroy);
	int err = 0;

	if (!server)
		return ENOMEM;
	server->seed = rand_u32();
	if (sa_set_str(&server->addr, host, port ? port : STUN_PORT))
		err = ua_name_get_stun(&server->name, agent, host, port);
	if (err)
		mem_deref(server);
	else
		*serverp = server;
	return err;
}

void ua_stun_server_free(struct ua_stun_server *server)
{
	mem_deref(server);
}

static const struct sa *place_of(const struct ua_stun_server *server, unsigned which)
{
	const struct ua_name *name = server->name;
	struct ua_weighted order[UA_TARGETS_MAX];

	if (!name)
		return &server->addr;
	if (!name->count)
		return NULL;
	for (unsigned i = 0; i < name->count; i++)
		order[i] = (struct ua_weighted){.priority = name->places[i].priority, .weight = name->places[i].weight, .index = i};
	ua_target_order(order, name->count, server->seed);
	return &name->places[order[which % name->count].index].hop.addr;
}

bool ua_stun_server_at(const struct ua_stun_server *server, unsigned which, char addr[UA_STUN_ADDR_MAX], uint16_t *port)
{
	const struct sa *place = place_of(server, which);

	if (!place || re_snprintf(addr, UA_STUN_ADDR_MAX, "%j", place) < 0)
		return false;
	*port = sa_port(place);
	return true;
}
