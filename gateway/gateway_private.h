/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the gateway: what it is composed of. */
#ifndef TIPRING_GATEWAY_GATEWAY_PRIVATE_H
#define TIPRING_GATEWAY_GATEWAY_PRIVATE_H

#include "gateway/gateway.h"
#include "gateway/presence.h"
#include "gateway/refusals.h"
#include "gateway/ring_group.h"
#include "gateway/state.h"

struct taste;

struct gateway {
	struct loop *loop;
	const struct config *config;
	struct gateway_options options;
	struct leg_config *leg_configs; /* as config->accounts */
	struct leg_handshakes handshakes; /* without identity where no account has them */
	struct directory directory;
	struct state *state;
	struct listen listen; /* config's, with what 0.0.0.0 and :: stand for */
	struct ua_agent *agents[LISTEN_MAX]; /* as listen */
	struct ua_account **accounts; /* as config->accounts */
	struct account_user {          /* ... */
		struct gateway *gateway;
		unsigned index;
		unsigned listen; /* whose agent it has */
		struct mailbox *mailbox; /* NULL: nobody wants to know of it */
		bool has_lines, ready;   /* at the last review: whether one of them would ring */
	} *account_users;
	struct gateway_stun {          /* of an address and a server, shared by accounts */
		struct gateway_stun *next;
		unsigned listen;
		const struct server *config;
		char name[SERVERS_NAME_MAX + 1];
		struct ua_stun_server *server;
		struct mapper *mapper;
	} *stuns;
	struct taste **tastes;        /* as config->profiles; NULL where no line uses it */
	struct media_pool *media;
	struct media_watch {          /* of each worker, while count says so */
		struct gateway *gateway;
		struct media *media;
	} watches[MEDIA_WORKERS_MAX];
	unsigned watch_count;
	struct line **lines;          /* those that could be opened, in config's order */
	struct ua_account **line_accounts; /* as lines */
	struct completion **completions;   /* ... */
	const struct config_line **closed; /* the others */
	unsigned line_count, closed_count;
	struct ring_group *groups;    /* as config->groups */
	struct offers offers;
	struct refusals refusals;
	struct presence presences[LISTEN_MAX]; /* as agents */
	struct loop_timer *review_timer, *stop_timer;
	uint64_t stop_by_ms;
	void (*stop_done)(void *arg);
	void *stop_arg;
};

/* Then no telephone begins anything and no call is taken: nobody would be there to end it. */
static inline bool gateway_is_stopping(const struct gateway *gateway)
{
	return gateway->stop_done != NULL;
}

/* Whose sockets and codecs calls over that account have. */
static inline const struct leg_config *gateway_leg_config(const struct gateway *gateway, const struct config_account *account)
{
	return &gateway->leg_configs[account - gateway->config->accounts];
}

/* gateway_calls.c: a call comes in, by any of the agents; arg: the gateway. */
void gateway_incoming(struct ua_invite *invite, const struct ua_incoming *incoming, void *arg);

/* gateway_accounts.c. They log what fails. */
int gateway_agent_open(struct gateway *gateway, unsigned listen);
int gateway_account_open(struct gateway *gateway, unsigned index); /* and registers it */
int gateway_account_register(struct gateway *gateway, unsigned index); /* soon; not all of them at once */

/* gateway_stun.c. For an account whose user and leg_config are there: has its sound's outer address asked for, where it is to be. */
int gateway_stun_open(struct gateway *gateway, unsigned account);
/* After all legs, before the agents. */
void gateway_stun_close(struct gateway *gateway);

#endif
