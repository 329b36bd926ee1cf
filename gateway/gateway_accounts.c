/* SPDX-License-Identifier: BSD-3-Clause */
/* The gateway's accounts, and the agents that they speak by: as the configuration has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/gateway_private.h"
#include "gateway/log.h"
#include "gateway/mailbox.h"

#define REGISTER_PACE_MS 5 /* between the first REGISTERs of many accounts */

static void on_registration(struct ua_account *account, enum ua_registration state, unsigned status,
	const char *reason, void *arg)
{
	static const char *const names[] = {
		[UA_REG_NONE] = "not registered", [UA_REG_TRYING] = "registering",
		[UA_REG_REGISTERED] = "registered", [UA_REG_FAILED] = "registration failed",
	};
	struct account_user *user = arg;
	const struct config_account *config = &user->gateway->config->accounts[user->index];
	bool is_kept = state == UA_REG_REGISTERED && status / 100 == 2 && ua_account_has_flow(account);
	char number[16] = "";

	if (status)
		snprintf(number, sizeof(number), "%u ", status);
	gw_log(state == UA_REG_FAILED ? GW_LOG_WARNING : GW_LOG_INFO, config->name, "%s%s%s%s%s", names[state],
		status || reason[0] ? ": " : "", number, reason, is_kept ? ", by a flow that the server keeps" : "");
	if (user->mailbox)
		mailbox_registration(user->mailbox, state == UA_REG_REGISTERED && status / 100 == 2);
}

static void on_messages(const struct ua_message_summary *messages, void *arg)
{
	const struct account_user *user = arg;
	struct gateway *gateway = user->gateway;

	for (unsigned i = 0; i < gateway->line_count; i++) {
		if (gateway->line_accounts[i] == gateway->accounts[user->index])
			line_messages_set(gateway->lines[i], messages);
	}
}

/* The outer one, where it is of the same family. */
static const char *told_addr(const struct config_sip *sip, const char *addr)
{
	bool is_ipv6 = strchr(addr, ':');

	return sip->rtp_addr.text[0] && is_ipv6 == (strchr(sip->rtp_addr.text, ':') != NULL) ? sip->rtp_addr.text : addr;
}

static const struct leg_config *leg_config_for(const struct ua_account *account)
{
	const struct account_user *user = ua_account_arg(account);

	return &user->gateway->leg_configs[user->index];
}

static struct leg_config leg_config_make(const struct config *config, const struct config_account *account, const char *addr,
	const struct leg_handshakes *handshakes)
{
	return (struct leg_config){
		.addr = addr,
		.interface = config->sip.interface.text,
		.told_addr = told_addr(&config->sip, addr),
		.config_of = leg_config_for,
		.port_min = (uint16_t)config->sip.rtp_port_min,
		.port_max = (uint16_t)config->sip.rtp_port_max,
		.dscp = config->sip.rtp_dscp,
		.buffer_bytes = (int)config->sip.rtp_buffer_kb * 1024,
		.symmetric_rtp = config->sip.symmetric_rtp,
		.playout = {
			.start_ms = (uint16_t)config->media.playout_ms,
			.min_ms = (uint16_t)config->media.playout_min_ms,
			.max_ms = (uint16_t)config->media.playout_max_ms,
		},
		.playout_machine_ms = (uint16_t)config->media.playout_machine_ms,
		.ptime_ms = (uint8_t)account->ptime_ms,
		.codecs = account->codecs,
		.redundancy = account->redundancy,
		.security = account->security,
		.handshakes = handshakes,
	};
}

_Static_assert(SERVERS_MAX == 1 + UA_BACKUPS_MAX && SERVERS_MAX == UA_NAMESERVERS_MAX, "servers");

/* texts keep the numeric ones. */
static struct ua_address server_address(const struct server *server, char text[INET6_ADDRSTRLEN])
{
	if (server->name[0])
		return (struct ua_address){server->name, server->port};
	address_print(&server->addr, text);
	return (struct ua_address){text, server->port};
}

static void servers_name(struct ua_account_config *ua, const struct servers *servers, char texts[SERVERS_MAX][INET6_ADDRSTRLEN])
{
	const struct ua_address first = server_address(&servers->each[0], texts[0]);

	ua->server_addr = first.addr;
	ua->server_port = first.port;
	for (unsigned i = 1; i < servers->count; i++)
		ua->backups[i - 1] = server_address(&servers->each[i], texts[i]);
}

static int handshakes_open(struct gateway *gateway, const struct leg_security *security)
{
	gateway->handshakes.loop = gateway->loop;
	if (gateway->handshakes.identity || security->policy == UA_SRTP_OFF || !security->dtls)
		return 0;
	return ua_dtls_identity_alloc(&gateway->handshakes.identity);
}

/* Without its servers. */
static struct ua_account_config account_config(const struct gateway *gateway, unsigned index)
{
	const struct config_account *config = &gateway->config->accounts[index];

	return (struct ua_account_config){
		.user = config->user.text,
		.domain = config->domain.text,
		.display_name = config->display_name.text,
		.peers = config->peers.text,
		.auth_user = config->auth_user.text[0] ? config->auth_user.text : NULL,
		.password = config->password.text,
		.expires_s = config->expires_s,
		.qualify_s = config->qualify_s,
		.session_expires_s = config->session_expires_s,
		.identity = config->identity,
		.network_identity = config->network_identity,
		.reg_event = config->reg_event,
		.forward_shows_caller = config->forward_shows_caller,
		.contact_as_seen = config->contact_as_seen,
		.outbound = config->outbound,
		.gruu = config->gruu,
		.instance = config->outbound || config->gruu ? state_instance(gateway->state, index) : NULL,
		.keepalive_s = config->keepalive_s,
		.access_network = config->access_network.text,
		.transport = config->transport,
		.tls_name = config->tls_name.text,
		.sips = config->sips,
	};
}

static int account_alloc(struct gateway *gateway, unsigned index)
{
	struct ua_account_config ua = account_config(gateway, index);
	struct account_user *user = &gateway->account_users[index];
	char texts[SERVERS_MAX][INET6_ADDRSTRLEN];

	servers_name(&ua, &gateway->config->accounts[index].server, texts);
	return ua_account_alloc(&gateway->accounts[index], gateway->agents[user->listen], &ua, on_registration, user);
}

int gateway_account_open(struct gateway *gateway, unsigned index)
{
	const struct config_account *config = &gateway->config->accounts[index];
	struct account_user *user = &gateway->account_users[index];
	int err = handshakes_open(gateway, &config->security);

	*user = (struct account_user){.gateway = gateway, .index = index, .listen = listen_choose(&gateway->listen, &config->server)};
	gateway->leg_configs[index] = leg_config_make(gateway->config, config, gateway->listen.each[user->listen], &gateway->handshakes);
	if (config->security.policy != UA_SRTP_OFF && config->security.sdes && config->transport != UA_TLS)
		gw_log(GW_LOG_WARNING, config->name, "keys of protected sound go where everybody on the way can read them");
	if (!err)
		err = gateway_stun_open(gateway, index);
	if (!err)
		err = account_alloc(gateway, index);
	if (!err && config->mwi != CONFIG_MWI_OFF)
		err = mailbox_alloc(&user->mailbox, config, gateway->accounts[index], on_messages, user);
	if (!err)
		err = gateway_account_register(gateway, index);
	if (err)
		gw_log(GW_LOG_ERROR, config->name, "the account cannot be used: %s", strerror(err));
	return err;
}

int gateway_account_register(struct gateway *gateway, unsigned index)
{
	return ua_account_register(gateway->accounts[index], index * REGISTER_PACE_MS);
}

static void on_nameservers(unsigned count, void *arg)
{
	(void)arg;
	if (count)
		gw_log(GW_LOG_NOTICE, NULL, "/etc/resolv.conf has changed: servers' names are asked of %u name server%s from now on", count,
			count == 1 ? "" : "s");
	else
		gw_log(GW_LOG_WARNING, NULL, "/etc/resolv.conf cannot be read or names no name server: servers' names are asked of those known before");
}

int gateway_agent_open(struct gateway *gateway, unsigned listen)
{
	const struct config_sip *sip = &gateway->config->sip;
	struct ua_agent_config agent = {
		.local_addr = gateway->listen.each[listen],
		.local_port = (uint16_t)sip->port,
		.dscp = sip->sip_dscp,
		.interface = sip->interface.text,
		.large_by_udp = !sip->large_by_tcp,
		.user_agent = sip->user_agent.text,
		.tls = {
			.ca_file = sip->tls_ca_file.text,
			.certificate_file = sip->tls_certificate_file.text,
			.key_file = sip->tls_key_file.text,
			.unverified = !sip->tls_verify,
		},
		.peers = sip->peers.text,
		.strangers = sip->strangers,
		.failover_s = sip->failover_s,
		.failback_s = sip->failback_s,
		.nameservers_read = on_nameservers,
	};
	char texts[SERVERS_MAX][INET6_ADDRSTRLEN];
	int err;

	for (unsigned i = 0; i < sip->nameservers.count; i++)
		agent.nameservers[i] = server_address(&sip->nameservers.each[i], texts[i]);
	err = ua_agent_alloc(&gateway->agents[listen], &agent, gateway_incoming, gateway);
	if (err == EADDRNOTAVAIL)
		gw_log(GW_LOG_ERROR, NULL, "SIP cannot listen on %s: this machine has no such address, or not yet", agent.local_addr);
	else if (err == ENODEV)
		gw_log(GW_LOG_ERROR, NULL, "SIP cannot keep to interface %s: this machine has none of that name, or not yet", agent.interface);
	else if (err)
		gw_log(GW_LOG_ERROR, NULL, "SIP cannot listen on %s:%u: %s", agent.local_addr,
			sip->port, strerror(err));
	return err;
}
