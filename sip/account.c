/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/agent_private.h"
#include "sip/authority.h"
#include "sip/known.h"

#define FOUND_SPREAD_MS 1000u /* within which accounts register when the DNS has told where */

static uint32_t key_of(const char *contact_user)
{
	return hash_joaat_str(contact_user);
}

static bool has_contact_user(struct le *le, void *arg)
{
	const struct ua_account *account = le->data;

	return !strcmp(account->contact_user, arg);
}

struct ua_account *ua_account_find(const struct ua_agent *agent, const char *contact_user)
{
	return list_ledata(hash_lookup(agent->accounts, key_of(contact_user), has_contact_user,
		(void *)(uintptr_t)contact_user));
}

static bool is_called(struct le *le, void *arg)
{
	const struct ua_account *account = le->data;
	const struct uri *uri = arg;

	return ua_gruu_is(uri) ? ua_gruus_have(&account->gruus, uri) : !pl_strcmp(&uri->user, account->hidden_user);
}

static bool is_hidden(const struct uri *uri)
{
	return uri->user.l == strlen(UA_HIDDEN_START) + UA_HIDDEN_DIGITS && !strncmp(uri->user.p, UA_HIDDEN_START, strlen(UA_HIDDEN_START));
}

/* Of another instance of the account a GRUU is not ours, though the user is (RFC 5627 s4.5). */
struct ua_account *ua_account_called(const struct ua_agent *agent, const struct uri *uri)
{
	char user[UA_TEXT_MAX];

	if (ua_gruu_is(uri) || is_hidden(uri))
		return list_ledata(hash_apply(agent->accounts, is_called, (void *)(uintptr_t)uri));
	ua_text_user(user, sizeof(user), &uri->user);
	return ua_account_find(agent, user);
}

bool ua_account_has_server_at(const struct ua_account *account, const struct sa *addr)
{
	for (unsigned i = 0; i < account->server_count; i++) {
		if (sa_cmp(addr, &account->servers[i]->hop.addr, SA_ADDR))
			return true;
	}
	return false;
}

bool ua_account_is_proven(const struct ua_account *account)
{
	return account->transport == SIP_TRANSP_TLS && account->agent && ua_transport_verifies(account->agent->transport);
}

bool ua_account_has_server(const struct ua_account *account, const struct sip_msg *msg)
{
	if (ua_account_is_proven(account))
		return ua_transport_came_from(account->agent->transport, msg, account->tls_name);
	return ua_account_has_server_at(account, &msg->src);
}

bool ua_account_uses(const struct ua_account *account, const struct ua_server *server)
{
	for (unsigned i = 0; i < account->server_count; i++) {
		if (account->servers[i] == server)
			return true;
	}
	return false;
}

void ua_account_hop(const struct ua_account *account, struct ua_hop *hop)
{
	struct ua_target targets[UA_TARGETS_MAX];
	int chosen;

	for (unsigned i = 0; i < account->server_count; i++)
		targets[i] = (struct ua_target){account->servers[i]->health, false};
	chosen = ua_target_choose(targets, account->server_count, tmr_jiffies());
	if (chosen >= 0) {
		*hop = account->servers[chosen]->hop;
		return;
	}
	hop->type = account->transport;
	sa_init(&hop->addr, account->agent ? sa_af(ua_transport_local(account->agent->transport)) : AF_INET);
}

static void destroy(void *arg)
{
	struct ua_account *account = arg;

	hash_unlink(&account->he);
	mem_deref(account->registrar);
	mem_deref(account->reg_event);
	mem_deref(account->qualifier);
	for (unsigned i = 0; i < account->server_count; i++)
		mem_deref(account->servers[i]);
	for (unsigned i = 0; i < account->entry_count; i++) {
		mem_deref(account->entries[i].server);
		mem_deref(account->entries[i].name);
	}
	mem_deref(account->unsolicited);
	mem_deref(account->services);
	mem_deref(account->credentials);
	mem_deref(account->user);
	mem_deref(account->domain);
	mem_deref(account->contact_user);
	mem_deref(account->address);
	mem_deref(account->display_name);
	ua_associated_forget(&account->associated);
	mem_deref(account->contact);
	mem_deref(account->here);
	mem_deref(account->hidden_user);
	for (unsigned i = 0; i < UA_CONTACTS; i++)
		mem_deref(account->contacts[i]);
	mem_deref(account->outbound.instance);
	ua_gruus_forget(&account->gruus);
	mem_deref(account->tls_name);
	mem_deref(account->access_network);
	mem_deref(account->peers);
}

/* The user where no other account has it; two accounts of one user at two domains get 100 and 100-2. */
static int choose_contact_user(struct ua_account *account, const struct ua_agent *agent)
{
	int err = str_dup(&account->contact_user, account->user);

	for (unsigned n = 2; !err && ua_account_find(agent, account->contact_user); n++) {
		account->contact_user = mem_deref(account->contact_user);
		err = re_sdprintf(&account->contact_user, "%s-%u", account->user, n);
	}
	return err;
}

static int compose_address(struct ua_account *account, const char *name)
{
	if (name && name[0])
		return re_sdprintf(&account->address, "%H <%s:%H@%s>", ua_print_quoted, name,
			account->scheme, ua_print_user, account->user, account->domain);
	return re_sdprintf(&account->address, "<%s:%H@%s>", account->scheme, ua_print_user, account->user,
		account->domain);
}

static int get_server(struct ua_server **serverp, const struct ua_account *account, const struct ua_hop *hop)
{
	struct ua_hop named = *hop;

	if (named.type == SIP_TRANSP_TLS)
		str_ncpy(named.tls_name, account->tls_name, sizeof(named.tls_name));
	return ua_server_get(serverp, account->agent, &named);
}

static void use_server(struct ua_account *account, const struct ua_hop *hop)
{
	struct ua_server *server;

	if (account->server_count == UA_TARGETS_MAX || get_server(&server, account, hop))
		return;
	if (ua_account_uses(account, server))
		mem_deref(server);
	else
		account->servers[account->server_count++] = server;
}

/* Each account draws its own order, and the same each time. */
static void use_name(struct ua_account *account, const struct ua_name *name)
{
	struct ua_weighted order[UA_TARGETS_MAX];

	for (unsigned i = 0; i < name->count; i++)
		order[i] = (struct ua_weighted){name->places[i].priority, name->places[i].weight, i};
	ua_target_order(order, name->count, hash_joaat_str(account->contact_user));
	for (unsigned i = 0; i < name->count; i++)
		use_server(account, &name->places[order[i].index].hop);
}

/* Those that stay keep what is known of them: the old ones are let go last. */
static void list_servers(struct ua_account *account)
{
	struct ua_server *old[UA_TARGETS_MAX];
	unsigned old_count = account->server_count;

	memcpy(old, account->servers, sizeof(old));
	account->server_count = 0;
	for (unsigned i = 0; i < account->entry_count; i++) {
		if (account->entries[i].name)
			use_name(account, account->entries[i].name);
		else
			use_server(account, &account->entries[i].server->hop);
	}
	for (unsigned i = 0; i < old_count; i++)
		mem_deref(old[i]);
	ua_known_outdate(account->agent->authority.known);
}

bool ua_account_is_searching(const struct ua_account *account)
{
	for (unsigned i = 0; i < account->entry_count; i++) {
		if (account->entries[i].name && !account->entries[i].name->asked)
			return !account->server_count;
	}
	return false;
}

void ua_account_name_found(struct ua_account *account, const struct ua_name *name)
{
	bool has = false;

	for (unsigned i = 0; i < account->entry_count; i++)
		has = has || account->entries[i].name == name;
	if (!has)
		return;
	list_servers(account);
	ua_registrar_servers_changed(account->registrar, FOUND_SPREAD_MS);
}

static bool is_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

	return text[0] && strlen(text) <= UA_USER_MAX && strspn(text, allowed) == strlen(text);
}

static int add_server(struct ua_account *account, const char *addr, uint16_t port)
{
	struct ua_entry *entry = &account->entries[account->entry_count];
	struct ua_hop hop = {.type = account->transport};
	int err;

	if (sa_set_str(&hop.addr, addr, port)) {
		err = is_name(addr) ? ua_name_get(&entry->name, account->agent, addr, port, account->transport) : EINVAL;
	} else if (sa_af(&hop.addr) != sa_af(ua_transport_local(account->agent->transport))) {
		err = EAFNOSUPPORT;
	} else {
		err = get_server(&entry->server, account, &hop);
	}
	if (!err)
		account->entry_count++;
	return err;
}

static int add_servers(struct ua_account *account, const struct ua_account_config *config)
{
	int err = add_server(account, config->server_addr, config->server_port);

	for (unsigned i = 0; i < UA_BACKUPS_MAX && config->backups[i].addr && !err; i++)
		err = add_server(account, config->backups[i].addr, config->backups[i].port);
	return err;
}

static int fill_outbound(struct ua_account *account, const struct ua_account_config *config)
{
	account->outbound.wanted = config->outbound;
	account->outbound.keepalive_s = config->keepalive_s;
	account->gruus.wanted = config->gruu;
	return config->instance && config->instance[0] ? str_dup(&account->outbound.instance, config->instance) : 0;
}

static int fill(struct ua_account *account, struct ua_agent *agent,
	const struct ua_account_config *config)
{
	static const enum sip_transp types[] = {
		[UA_UDP] = SIP_TRANSP_UDP, [UA_TCP] = SIP_TRANSP_TCP, [UA_TLS] = SIP_TRANSP_TLS,
	};
	int err = str_dup(&account->tls_name, config->tls_name && config->tls_name[0] ? config->tls_name : config->domain);

	account->transport = types[config->transport];
	account->scheme = config->sips ? "sips" : "sip";
	ua_transport_address(agent->transport, account->transport, &account->contact_addr);
	if (!err)
		err = add_servers(account, config);
	if (!err && config->transport == UA_TCP)
		err = ua_transport_open_tcp(agent->transport);
	if (!err && config->transport == UA_TLS)
		err = ua_transport_open_tls(agent->transport, &agent->tls);
	if (!err)
		err = str_dup(&account->user, config->user);
	if (!err)
		err = str_dup(&account->domain, config->domain);
	if (!err)
		err = choose_contact_user(account, agent);
	if (!err)
		err = compose_address(account, config->display_name);
	if (!err && config->display_name)
		err = str_dup(&account->display_name, config->display_name);
	account->associated.wanted = config->network_identity;
	if (!err)
		err = fill_outbound(account, config);
	if (!err)
		err = ua_account_contacts_fill(account);
	account->contact_as_seen = config->contact_as_seen;
	if (!err && config->access_network && config->access_network[0])
		err = str_dup(&account->access_network, config->access_network);
	if (!err)
		err = ua_authority_peers(&account->peers, agent, config->peers);
	if (!err)
		err = ua_credentials_alloc(&account->credentials,
			config->auth_user ? config->auth_user : config->user, config->password);
	return err;
}

static bool is_urn(const char *instance)
{
	return !instance || !instance[0] || (!strncasecmp(instance, "urn:", 4) && ua_text_is_line(instance) && !strpbrk(instance, " <>\"\\"));
}

/* Domains go into messages as they are. */
static bool is_valid(const struct ua_account_config *config)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";

	return config->user && config->user[0] && strlen(config->user) <= UA_USER_MAX &&
		config->domain && config->domain[0] && strlen(config->domain) <= UA_USER_MAX &&
		strspn(config->domain, allowed) == strlen(config->domain) && config->server_addr &&
		(!config->sips || config->transport == UA_TLS) &&
		(!config->access_network || ua_text_is_line(config->access_network)) && is_urn(config->instance);
}

int ua_account_alloc(struct ua_account **accountp, struct ua_agent *agent,
	const struct ua_account_config *config, ua_registration_h *handler, void *arg)
{
	struct ua_account *account;
	int err;

	if (!is_valid(config))
		return EINVAL;
	account = mem_zalloc(sizeof(*account), destroy);
	if (!account)
		return ENOMEM;
	account->agent = agent;
	account->session_expires_s = config->session_expires_s;
	account->identity = config->identity;
	account->forward_shows_caller = config->forward_shows_caller;
	account->arg = arg;
	err = fill(account, agent, config);
	if (!err)
		err = ua_dialog_start(&account->services, account->address, account->address, account->contact);
	if (!err)
		err = ua_registrar_alloc(&account->registrar, account, config, handler);
	if (!err && config->reg_event)
		err = ua_reg_event_alloc(&account->reg_event, account);
	if (!err)
		err = ua_qualifier_alloc(&account->qualifier, account, config->qualify_s);
	if (err) {
		mem_deref(account);
		return err;
	}
	list_servers(account);
	hash_append(agent->accounts, key_of(account->contact_user), &account->he, account);
	*accountp = account;
	return 0;
}

void ua_account_free(struct ua_account *account)
{
	if (!account)
		return;
	ua_guests_free(account);
	hash_unlink(&account->he);
	ua_known_outdate(account->agent->authority.known);
	ua_reg_event_drop(account->reg_event);
	account->agent = NULL;
	account->registrar = mem_deref(account->registrar);
	account->qualifier = mem_deref(account->qualifier);
	account->unsolicited = mem_deref(account->unsolicited);
	mem_deref(account);
}

void *ua_account_arg(const struct ua_account *account)
{
	return account->arg;
}
