/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/authority.h"
#include "sip/known.h"

#define ROOM_FIRST 8

static void destroy(void *arg)
{
	struct ua_known *known = arg;

	mem_deref(known->addrs);
	mem_deref(known->peers);
}

int ua_known_alloc(struct ua_known **knownp)
{
	*knownp = mem_zalloc(sizeof(**knownp), destroy);
	return *knownp ? 0 : ENOMEM;
}

void ua_known_outdate(struct ua_known *known)
{
	if (known)
		known->fresh = false;
}

/* Room for one more of a size. */
static int make_room(void *arrayp, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? 2 * *room : ROOM_FIRST;
	void **array = arrayp, *larger;

	if (count < *room)
		return 0;
	larger = *array ? mem_realloc(*array, wanted * size) : mem_alloc(wanted * size, NULL);
	if (!larger)
		return ENOMEM;
	*array = larger;
	*room = wanted;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, UA_PEER_BYTES);
}

/* Mostly the one before, since accounts have the same servers. */
static int add_addr(struct ua_known *known, const struct sa *addr)
{
	uint8_t bytes[UA_PEER_BYTES];
	int err;

	ua_authority_bytes(bytes, addr);
	if (known->addr_count && !compare(known->addrs[known->addr_count - 1], bytes))
		return 0;
	err = make_room(&known->addrs, &known->addr_room, known->addr_count, sizeof(*known->addrs));
	if (!err)
		memcpy(known->addrs[known->addr_count++], bytes, sizeof(bytes));
	return err;
}

static bool is_same(const struct ua_peers *a, const struct ua_peers *b)
{
	return a->count == b->count && !memcmp(a->list, b->list, a->count * sizeof(a->list[0])) && a->name_count == b->name_count &&
		!memcmp(a->names, b->names, a->name_count * sizeof(a->names[0]));
}

static int add_peers(struct ua_known *known, const struct ua_trusted *peers)
{
	int err;

	for (size_t i = 0; i < known->peers_count; i++) {
		if (is_same(&known->peers[i]->peers, &peers->peers))
			return 0;
	}
	err = make_room(&known->peers, &known->peers_room, known->peers_count, sizeof(*known->peers));
	if (!err)
		known->peers[known->peers_count++] = peers;
	return err;
}

static bool add_account(struct le *le, void *arg)
{
	const struct ua_account *account = le->data;
	struct ua_known *known = arg;
	struct sa route;
	int err = 0;

	for (unsigned i = 0; i < account->server_count && !err; i++)
		err = add_addr(known, &account->servers[i]->hop.addr);
	if (!err && ua_authority_service_route(account, &route))
		err = add_addr(known, &route);
	if (!err && account->peers)
		err = add_peers(known, account->peers);
	return err;
}

static int refresh(struct ua_known *known, struct hash *accounts)
{
	known->addr_count = known->peers_count = 0;
	if (hash_apply(accounts, add_account, known))
		return ENOMEM;
	if (known->addr_count)
		qsort(known->addrs, known->addr_count, sizeof(*known->addrs), compare);
	known->fresh = true;
	return 0;
}

int ua_known_has(const struct ua_agent *agent, const struct sa *addr, bool *hasp)
{
	struct ua_known *known = agent->authority.known;
	uint8_t bytes[UA_PEER_BYTES];
	int err = known->fresh ? 0 : refresh(known, agent->accounts);

	if (err)
		return err;
	ua_authority_bytes(bytes, addr);
	*hasp = known->addr_count && bsearch(bytes, known->addrs, known->addr_count, sizeof(*known->addrs), compare);
	for (size_t i = 0; i < known->peers_count && !*hasp; i++)
		*hasp = ua_authority_lists(known->peers[i], addr);
	return 0;
}
