/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "sip/agent_private.h"

#define SPREAD_LOST_MS 4000u /* within which accounts leave a lost server */
#define SHUN_MAX_S     3600u
#define REFUSED_MAX_MS 600000u /* between two questions to a server that answers that it cannot */

static void destroy(void *arg)
{
	struct ua_server *server = arg;

	list_unlink(&server->le);
	tmr_cancel(&server->next);
	mem_deref(server->probe);
	mem_deref(server->dialog);
}

bool ua_hop_is_same(const struct ua_hop *a, const struct ua_hop *b)
{
	return a->type == b->type && sa_cmp(&a->addr, &b->addr, SA_ALL) && !str_casecmp(a->tls_name, b->tls_name);
}

struct ua_server *ua_server_find(const struct ua_agent *agent, const struct ua_hop *hop)
{
	struct le *le;

	LIST_FOREACH(&agent->servers, le) {
		struct ua_server *server = le->data;

		if (ua_hop_is_same(&server->hop, hop))
			return server;
	}
	return NULL;
}

int ua_server_get(struct ua_server **serverp, struct ua_agent *agent, const struct ua_hop *hop)
{
	struct ua_server *server = mem_ref(ua_server_find(agent, hop));

	if (!server) {
		server = mem_zalloc(sizeof(*server), destroy);
		if (!server)
			return ENOMEM;
		server->agent = agent;
		server->hop = *hop;
		list_append(&agent->servers, &server->le, server);
	}
	*serverp = server;
	return 0;
}

/* The probe may be the last one that knows of the server: whoever calls this holds it. */
static void stop_probe(struct ua_server *server)
{
	server->probe = mem_deref(server->probe);
}

void ua_server_drop(struct ua_server *server)
{
	server->agent = NULL;
	list_unlink(&server->le);
	tmr_cancel(&server->next);
	stop_probe(mem_ref(server));
	mem_deref(server);
}

struct change {
	const struct ua_server *server;
	unsigned spread_ms;
};

static bool tell(struct le *le, void *arg)
{
	const struct change *change = arg;
	struct ua_account *account = le->data;

	if (ua_account_uses(account, change->server))
		ua_registrar_servers_changed(account->registrar, change->spread_ms);
	return false;
}

static void tell_accounts(const struct ua_server *server, unsigned spread_ms)
{
	struct change change = {server, spread_ms};

	(void)hash_apply(server->agent->accounts, tell, &change);
}

static bool uses(struct le *le, void *arg)
{
	return ua_account_uses(le->data, arg);
}

static void on_peace_over(void *arg)
{
	struct ua_server *server = arg;

	tell_accounts(server, server->agent->failback_ms / 2);
}

/* Those who went elsewhere meanwhile come back. */
static void await_peace_over(struct ua_server *server)
{
	uint64_t now_ms = tmr_jiffies(), until_ms = server->health.shunned_until_ms;

	if (!server->health.lost && until_ms > now_ms)
		tmr_start(&server->next, until_ms - now_ms, on_peace_over, server);
}

bool ua_server_serves(unsigned status)
{
	static const unsigned serving[] = {401, 404, 405, 407, 483, 501};

	for (size_t i = 0; i < ARRAY_SIZE(serving); i++) {
		if (serving[i] == status)
			return true;
	}
	return status / 100 == 2;
}

/* ... to REGISTER: it has us register. */
static bool takes_registrations(unsigned status)
{
	return status / 100 == 2 || status == 401 || status == 407;
}

/* Its policy, rather than its state, may be all that it tells. */
static bool may_refuse_options_alone(const struct sip_msg *msg)
{
	return (msg->scode / 100 == 4 || msg->scode / 100 == 6) && msg->scode != 408 && !sip_msg_hdr(msg, SIP_HDR_RETRY_AFTER);
}

static void on_next(void *arg);
static int ask(struct ua_server *server, bool registrar);

/* Less and less often, and not before it wants to be asked. */
static void ask_later(struct ua_server *server, const struct sip_msg *msg)
{
	uint64_t asked_for_ms = 1000ull * MIN(ua_message_number(msg, SIP_HDR_RETRY_AFTER, 0), SHUN_MAX_S);
	uint64_t ms = server->agent->failback_ms / 2;

	server->refusals++;
	for (unsigned i = 0; i < server->refusals && ms < REFUSED_MAX_MS; i++)
		ms *= 2;
	tmr_start(&server->next, MAX(MIN(ms, REFUSED_MAX_MS), asked_for_ms), on_next, server);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_server *server = arg;

	if (err || msg->scode < 200 || !server->agent)
		return;
	if (!(server->asks_registrar ? takes_registrations : ua_server_serves)(msg->scode)) {
		if (server->asks_registrar || !may_refuse_options_alone(msg) || ask(server, true))
			ask_later(server, msg);
		return;
	}
	tmr_cancel(&server->next);
	server->health.lost = false;
	await_peace_over(server);
	tell_accounts(server, server->agent->failback_ms / 2);
}

/* Any account's name will do: whom it knows does not matter, only that it serves. Without credentials, and a REGISTER without Contact, which
 * changes nothing there (RFC 3261 s10.2.3). */
static int ask(struct ua_server *server, bool registrar)
{
	struct ua_outgoing outgoing = {.method = registrar ? "REGISTER" : "OPTIONS", .server = server, .anonymous = true};
	struct ua_account *account = list_ledata(hash_apply(server->agent->accounts, uses, server));
	char *uri, *to;
	int err = ENOMEM;

	if (!account)
		return ENOENT;
	server->asks_registrar = registrar;
	uri = ua_text_format("%s:%s", account->scheme, account->domain);
	to = registrar ? ua_text_format("%s", account->address) : ua_text_format("<%s:%s>", account->scheme, account->domain);
	server->dialog = mem_deref(server->dialog);
	if (uri && to)
		err = ua_dialog_start(&server->dialog, account->address, to, uri);
	if (!err) {
		outgoing.cseq = ++server->dialog->local_cseq;
		err = ua_agent_request(&server->probe, account, server->dialog, &outgoing, on_response, server);
	}
	mem_deref(to);
	mem_deref(uri);
	return err;
}

static void on_next(void *arg)
{
	struct ua_server *server = mem_ref(arg);

	stop_probe(server);
	if (ask(server, false) != ENOENT)
		tmr_start(&server->next, server->agent->failback_ms / 2, on_next, server);
	mem_deref(server);
}

void ua_server_lose(struct ua_server *server)
{
	if (server->health.lost || !server->agent)
		return;
	server->health.lost = true;
	server->refusals = 0;
	tmr_start(&server->next, server->agent->failback_ms / 2, on_next, server);
	tell_accounts(server, SPREAD_LOST_MS);
}

void ua_server_shun(struct ua_server *server, unsigned seconds)
{
	server->health.shunned_until_ms = tmr_jiffies() + 1000ull * MIN(seconds, SHUN_MAX_S);
	if (server->agent)
		await_peace_over(server);
}
