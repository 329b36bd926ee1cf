/* SPDX-License-Identifier: BSD-3-Clause */
/* The agent and its accounts, and the registrar that they meet. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/stun.h"
#include "tests/flow/peer_private.h"

#define SILENCE_MS        32000 /* RFC 3261 s17.1.2: timer F */
#define RETRY_MS          30000
#define UNREGISTER_MS_MAX 4000
#define PORT_DEFAULT      5060

int ua_agent_alloc(struct ua_agent **agentp, const struct ua_agent_config *config, ua_incoming_h *incoming,
	void *arg)
{
	struct peer *peer = peer_current();
	struct ua_agent *agent;

	if (!peer)
		return ENETDOWN;
	if (peer->agent)
		return EADDRINUSE;
	agent = calloc(1, sizeof(*agent));
	if (!agent)
		return ENOMEM;
	agent->port = config->local_port ? config->local_port : PORT_DEFAULT;
	agent->incoming = incoming;
	agent->arg = arg;
	peer->agent = *agentp = agent;
	return 0;
}

void ua_agent_free(struct ua_agent *agent)
{
	if (!agent)
		return;
	calls_free(peer_current());
	while (agent->accounts)
		ua_account_free(agent->accounts);
	peer_current()->agent = NULL;
	free(agent);
}

/* Nobody asks a STUN server in virtual time. */
int ua_stun_server_alloc(struct ua_stun_server **serverp, struct ua_agent *agent, const char *host, uint16_t port)
{
	(void)serverp;
	(void)agent;
	(void)host;
	(void)port;
	return ENOTSUP;
}

void ua_stun_server_free(struct ua_stun_server *server)
{
	(void)server;
}

bool ua_stun_server_at(const struct ua_stun_server *server, unsigned which, char addr[UA_STUN_ADDR_MAX], uint16_t *port)
{
	(void)server;
	(void)which;
	(void)addr;
	(void)port;
	return false;
}

const char *ua_account_associated(const struct ua_account *account, unsigned index)
{
	(void)account;
	(void)index;
	return NULL;
}

uint16_t ua_agent_port(const struct ua_agent *agent)
{
	return agent->port;
}

void ua_agent_counts_get(const struct ua_agent *agent, struct ua_agent_counts *counts)
{
	*counts = agent->counts;
}

struct ua_account *account_find(struct ua_agent *agent, const char *user)
{
	struct ua_account *account = agent->accounts;

	while (account && strcmp(account->user, user) != 0)
		account = account->next;
	return account;
}

static void on_account_timer(void *arg)
{
	struct ua_account *account = arg;

	account->step(account);
}

int ua_account_alloc(struct ua_account **accountp, struct ua_agent *agent,
	const struct ua_account_config *config, ua_registration_h *handler, void *arg)
{
	struct ua_account *account = calloc(1, sizeof(*account));
	int err;

	if (!account)
		return ENOMEM;
	err = loop_timer_alloc(&account->timer, peer_current()->loop, on_account_timer, account);
	if (err) {
		free(account);
		return err;
	}
	snprintf(account->user, sizeof(account->user), "%s", config->user);
	account->wrong = strncmp(config->password, "secret", strlen("secret")) != 0;
	account->agent = agent;
	account->expires_s = config->expires_s;
	account->handler = handler;
	account->arg = arg;
	account->next = agent->accounts;
	agent->accounts = account;
	*accountp = account;
	return 0;
}

void ua_account_free(struct ua_account *account)
{
	struct ua_account **place;

	if (!account)
		return;
	place = &account->agent->accounts;
	while (*place != account)
		place = &(*place)->next;
	*place = account->next;
	loop_timer_free(account->timer);
	free(account);
}

bool ua_account_has_flow(const struct ua_account *account)
{
	(void)account;
	return false;
}

void ua_account_registration(const struct ua_account *account, struct ua_registration_view *view)
{
	(void)account;
	*view = (struct ua_registration_view){0};
}

enum ua_registration ua_account_state(const struct ua_account *account)
{
	return account->state;
}

void *ua_account_arg(const struct ua_account *account)
{
	return account->arg;
}

static void next_step(struct ua_account *account, void (*step)(struct ua_account *account), uint64_t delay_ms)
{
	account->step = step;
	loop_timer_start(account->timer, delay_ms);
}

static void record(const struct ua_account *account, bool out, unsigned status)
{
	struct peer_event event = {
		.out = out,
		.method = "REGISTER",
		.status = status,
		.expires_s = account->ending ? 0 : (int)account->expires_s,
	};

	snprintf(event.from, sizeof(event.from), "%s", account->user);
	snprintf(event.to, sizeof(event.to), "%s", account->user);
	if (status && status != 200)
		event.expires_s = -1;
	peer_record(peer_current(), &event);
}

static void state_set(struct ua_account *account, enum ua_registration state, unsigned status, const char *reason)
{
	account->state = state;
	account->handler(account, state, status, reason, account->arg);
}

static void request_send(struct ua_account *account);

/* As account.h has it: a binding outlives a refresh that failed. That it has run out is told at the next try. */
static void try_later(struct ua_account *account, unsigned status, const char *reason)
{
	bool lasts = loop_now_ms(peer_current()->loop) < account->bound_until_ms;

	next_step(account, request_send, RETRY_MS);
	state_set(account, lasts ? UA_REG_REGISTERED : UA_REG_FAILED, status, reason);
}

static void registrar_is_silent(struct ua_account *account)
{
	if (account->ending) {
		state_set(account, UA_REG_NONE, 408, "Request Timeout");
		return;
	}
	try_later(account, 408, "Request Timeout");
}

static void registrar_answers(struct ua_account *account)
{
	struct peer *peer = peer_current();
	unsigned status = peer->registrar_status;

	if (peer->challenges && !account->authorised) {
		record(account, false, 401);
		account->authorised = true;
		request_send(account);
		return;
	}
	account->authorised = false;
	if (peer->challenges && account->wrong)
		status = 401;
	record(account, false, status);
	if (account->ending) {
		state_set(account, UA_REG_NONE, status, "");
	} else if (status == 200) {
		account->bound_until_ms = loop_now_ms(peer->loop) + account->expires_s * 1000ull;
		next_step(account, request_send, account->expires_s * 900ull); /* 90 % of it */
		state_set(account, UA_REG_REGISTERED, 200, "OK");
	} else {
		try_later(account, status, "Refused");
	}
}

static void request_send(struct ua_account *account)
{
	struct peer *peer = peer_current();

	record(account, true, 0);
	if (peer->registrar_status)
		next_step(account, registrar_answers, 2 * peer->delay_ms);
	else
		next_step(account, registrar_is_silent, account->ending ? UNREGISTER_MS_MAX : SILENCE_MS);
}

static void register_begin(struct ua_account *account)
{
	state_set(account, UA_REG_TRYING, 0, "");
	request_send(account);
}

int ua_account_register(struct ua_account *account, unsigned delay_ms)
{
	account->ending = false;
	next_step(account, register_begin, delay_ms);
	return 0;
}

static void unregister_done(struct ua_account *account)
{
	state_set(account, UA_REG_NONE, 0, "");
}

void ua_account_unregister(struct ua_account *account)
{
	account->ending = true;
	account->authorised = false;
	if (account->state == UA_REG_REGISTERED)
		request_send(account);
	else
		next_step(account, unregister_done, 0);
}
