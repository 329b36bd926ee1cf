/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/authority.h"
#include "sip/known.h"
#include "sip/content.h"
#include "sip/rate.h"
#include "sip/sips.h"

#define BUCKETS 1024 /* a power of 2 */
#define RETRY_AFTER_MIN_S 5 /* up to the double of it, so that not all come again at once */

#define ABILITIES "Allow: " UA_ALLOW "\r\nAllow-Events: dialog\r\n" UA_ACCEPT \
	"Accept-Language: en\r\n" UA_SUPPORTED

static bool has_dialog(const struct ua_agent *agent, const struct sip_msg *msg)
{
	return pl_isset(&msg->to.tag) && (ua_invite_has(agent, msg) || ua_subscription_has(agent, msg) ||
		ua_watcher_has(agent, msg) || ua_referral_has(agent, msg));
}

/* Outside of dialogs without a transaction: its repetition meets the same answer. In one it would be out of order. */
static void reply_to(struct ua_agent *agent, const struct sip_msg *msg, const struct ua_reply *reply)
{
	struct sip_strans *strans = NULL;

	if (!has_dialog(agent, msg) || ua_transport_reply(agent->transport, &strans, msg, reply, NULL))
		(void)ua_transport_reply(agent->transport, NULL, msg, reply, NULL);
}

void ua_agent_refuse(struct ua_agent *agent, const struct sip_msg *msg, unsigned status,
	const char *phrase, const char *headers)
{
	const struct ua_reply reply = {.status = status, .phrase = phrase, .headers = headers};

	if (pl_strcmp(&msg->met, "ACK")) /* which nobody answers (RFC 3261 s17) */
		reply_to(agent, msg, &reply);
}

void ua_agent_count(struct ua_agent *agent, uint64_t *count, const struct sa *source)
{
	(*count)++;
	agent->refused_last = *source;
}

static void refuse_unknown(struct ua_agent *agent, const struct sip_msg *msg, unsigned status,
	const char *phrase)
{
	ua_agent_count(agent, &agent->counts.refused_unknown, &msg->src);
	ua_agent_refuse(agent, msg, status, phrase, NULL);
}

static struct ua_account *called_account(const struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_account *account = ua_account_called(agent, &msg->uri);

	return account ? account : ua_associated_called(agent, msg);
}

void ua_agent_tell_abilities(struct ua_agent *agent, const struct sip_msg *msg)
{
	const struct ua_reply reply = {.status = 200, .phrase = "OK", .headers = ABILITIES};

	reply_to(agent, msg, &reply);
}

/* A request outside any dialog. */
static bool is_refused(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg)
{
	return ua_authority_refuses(agent, account, msg) || ua_sips_refuses(agent, account, msg);
}

static void on_options(struct ua_agent *agent, const struct sip_msg *msg)
{
	const struct ua_account *account = called_account(agent, msg);

	if (is_refused(agent, account, msg))
		return;
	if (pl_isset(&msg->uri.user) && !account)
		refuse_unknown(agent, msg, 404, "Not Found");
	else if (account && account->busy)
		ua_agent_refuse(agent, msg, 486, "Busy Here", NULL);
	else
		ua_agent_tell_abilities(agent, msg);
}

/* Those of one who brings more than the lines of a house can want. */
static bool refuses_flood(struct ua_agent *agent, const struct sip_msg *msg)
{
	char header[32];

	if (ua_authority_is_here(agent, &msg->src) || ua_rate_takes_call(agent->rate, &msg->src, tmr_jiffies()))
		return false;
	ua_agent_count(agent, &agent->counts.refused_busy, &msg->src);
	(void)re_snprintf(header, sizeof(header), "Retry-After: %u\r\n", RETRY_AFTER_MIN_S + rand_u16() % RETRY_AFTER_MIN_S);
	ua_agent_refuse(agent, msg, 503, "Too Many Calls", header);
	return true;
}

static void on_invite(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_account *account = called_account(agent, msg);

	if (is_refused(agent, account, msg) || refuses_flood(agent, msg))
		return;
	if (account)
		ua_invite_received(agent, account, msg);
	else
		refuse_unknown(agent, msg, 404, "Not Found");
}

static bool is_of_a_call(const struct sip_msg *msg)
{
	static const char *const methods[] = {"BYE", "CANCEL", "PRACK", "UPDATE", "INFO"};

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (!pl_strcmp(&msg->met, methods[i]))
			return true;
	}
	return false;
}

static void on_unsolicited(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_account *account = called_account(agent, msg);

	if (is_refused(agent, account, msg))
		return;
	if (account && account->unsolicited)
		ua_unsolicited_received(agent, account, msg);
	else
		refuse_unknown(agent, msg, 481, "Subscription Does Not Exist");
}

static bool in_dialog(struct ua_agent *agent, const struct sip_msg *msg)
{
	return ua_invite_request(agent, msg) ||
		(!pl_strcmp(&msg->met, "NOTIFY") && ua_subscription_notified(agent, msg)) ||
		(!pl_strcmp(&msg->met, "SUBSCRIBE") && pl_isset(&msg->to.tag) && ua_watcher_refreshed(agent, msg));
}

static void on_subscribe(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct ua_account *account = called_account(agent, msg);

	if (is_refused(agent, account, msg))
		return;
	if (account)
		ua_watcher_subscribed(agent, account, msg);
	else
		refuse_unknown(agent, msg, 404, "Not Found");
}

/* Even what is wrong with a request is none of a stranger's business where strangers are not answered, unless he is the far end of
 * a dialog. */
static bool is_ignored(struct ua_agent *agent, const struct sip_msg *msg)
{
	if (!ua_authority_is_silent(agent, msg) || has_dialog(agent, msg))
		return false;
	ua_agent_count(agent, &agent->counts.refused_strangers, &msg->src);
	return true;
}

static void refuse_stray(struct ua_agent *agent, const struct sip_msg *msg)
{
	if (pl_strcmp(&msg->met, "ACK"))
		refuse_unknown(agent, msg, 481, "Call/Transaction Does Not Exist");
}

static bool admits(const struct sa *source, void *arg)
{
	struct ua_agent *agent = arg;

	if (ua_authority_is_here(agent, source) || ua_rate_takes_message(agent->rate, source, tmr_jiffies()))
		return true;
	ua_agent_count(agent, &agent->counts.dropped, source);
	return false;
}

static void on_unreadable(const struct sa *source, void *arg)
{
	struct ua_agent *agent = arg;

	agent->refused_last = *source;
}

/* Within a dialog all belongs to an invite, or else to a subscription of ours or to us. */
static void on_request(const struct sip_msg *msg, void *arg)
{
	struct ua_agent *agent = arg;

	agent->counts.requests_in++;
	if (msg->tp != SIP_TRANSP_UDP && !admits(&msg->src, agent))
		return;
	if (is_ignored(agent, msg) || ua_gate_refuses(agent, msg) ||
	    ua_referral_subscribed(agent, msg) || in_dialog(agent, msg))
		return;
	if (pl_isset(&msg->to.tag) || is_of_a_call(msg))
		refuse_stray(agent, msg);
	else if (!pl_strcmp(&msg->met, "INVITE"))
		on_invite(agent, msg);
	else if (!pl_strcmp(&msg->met, "REFER"))
		ua_agent_refuse(agent, msg, 403, "Forbidden Outside Of A Call", NULL);
	else if (!pl_strcmp(&msg->met, "SUBSCRIBE"))
		on_subscribe(agent, msg);
	else if (!pl_strcmp(&msg->met, "NOTIFY"))
		on_unsolicited(agent, msg);
	else if (!pl_strcmp(&msg->met, "OPTIONS"))
		on_options(agent, msg);
}

static void on_response(const struct sip_msg *msg, void *arg)
{
	if (!ua_request_left_response(arg, msg))
		ua_invite_response(arg, msg);
}

static bool on_late(const struct sip_msg *msg, void *arg)
{
	return ua_request_left_response(arg, msg) || ua_invite_late_response(arg, msg);
}

static void on_trace(bool sent, const struct sa *peer, const char *text, size_t length, void *arg)
{
	struct ua_agent *agent = arg;
	char name[UA_HOST_MAX];

	if (!agent->trace)
		return;
	(void)re_snprintf(name, sizeof(name), "%J", peer);
	agent->trace(sent, name, text, length, agent->trace_arg);
}

static bool drop_reg_event(struct le *le, void *arg)
{
	const struct ua_account *account = le->data;

	(void)arg;
	ua_reg_event_drop(account->reg_event);
	return false;
}

static bool drop_account(struct le *le, void *arg)
{
	(void)arg;
	ua_account_free(le->data);
	return false;
}

static bool drop_invite(struct le *le, void *arg)
{
	(void)arg;
	ua_invite_drop(le->data);
	return false;
}

static void destroy(void *arg)
{
	struct ua_agent *agent = arg;

	if (agent->accounts) /* which hold subscriptions of their own */
		(void)hash_apply(agent->accounts, drop_reg_event, NULL);
	while (agent->subscription_list.head)
		ua_subscription_drop(agent->subscription_list.head->data);
	list_flush(&agent->watchers);
	list_flush(&agent->probes);
	list_flush(&agent->lone_requests);
	list_flush(&agent->referrals);
	while (agent->names.head)
		ua_name_drop(agent->names.head->data);
	mem_deref(agent->name_servers);
	while (agent->servers.head)
		ua_server_drop(agent->servers.head->data);
	list_flush(&agent->left);
	if (agent->invites)
		(void)hash_apply(agent->invites, drop_invite, NULL);
	if (agent->accounts)
		(void)hash_apply(agent->accounts, drop_account, NULL);
	mem_deref(agent->invites);
	mem_deref(agent->subscriptions);
	mem_deref(agent->accounts);
	ua_transport_free(agent->transport);
	mem_deref(agent->user_agent);
	for (size_t i = 0; i < ARRAY_SIZE(agent->tls_files); i++)
		mem_deref(agent->tls_files[i]);
	mem_deref(agent->authority.peers);
	mem_deref(agent->authority.known);
	mem_deref(agent->rate);
}

static bool is_known(const struct sa *source, void *arg)
{
	return ua_authority_knows(arg, source);
}

static int tls_keep(struct ua_agent *agent, const struct ua_tls_config *config)
{
	const char *const files[] = {config->ca_file, config->certificate_file, config->key_file};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++)
		err = files[i] ? str_dup(&agent->tls_files[i], files[i]) : 0;
	agent->tls = (struct ua_tls_config){agent->tls_files[0], agent->tls_files[1], agent->tls_files[2], config->unverified};
	return err;
}

static int open_agent(struct ua_agent *agent, const struct ua_agent_config *config)
{
	const struct ua_transport_handlers handlers = {
		.request = on_request, .response = on_response, .late = on_late, .admits = admits, .unreadable = on_unreadable, .trace = on_trace,
		.arg = agent,
	};
	struct ua_socket_options options = {.dscp = config->dscp};
	struct sa local;
	int err = sa_set_str(&local, config->local_addr, config->local_port);

	if (err)
		return EINVAL;
	if (config->interface)
		str_ncpy(options.interface, config->interface, sizeof(options.interface));
	err = hash_alloc(&agent->accounts, BUCKETS);
	if (!err)
		err = hash_alloc(&agent->invites, BUCKETS);
	if (!err)
		err = hash_alloc(&agent->subscriptions, BUCKETS);
	if (!err)
		err = ua_rate_alloc(&agent->rate, is_known, agent);
	if (!err)
		err = ua_authority_peers(&agent->authority.peers, agent, config->peers);
	if (!err)
		err = ua_known_alloc(&agent->authority.known);
	if (!err)
		err = str_dup(&agent->user_agent, config->user_agent);
	if (!err)
		err = tls_keep(agent, &config->tls);
	if (!err)
		err = ua_name_servers_alloc(&agent->name_servers, config, agent->arg);
	if (!err)
		err = ua_transport_alloc(&agent->transport, &local, &options, config->user_agent, &handlers);
	return err;
}

static unsigned within(unsigned value, unsigned least, unsigned usual, unsigned most)
{
	return value ? MAX(least, MIN(value, most)) : usual;
}

int ua_agent_alloc(struct ua_agent **agentp, const struct ua_agent_config *config,
	ua_incoming_h *incoming, void *arg)
{
	struct ua_agent *agent = mem_zalloc(sizeof(*agent), destroy);
	int err;

	if (!agent)
		return ENOMEM;
	agent->incoming = incoming;
	agent->failover_ms = 1000 * within(config->failover_s, UA_FAILOVER_MIN_S, UA_FAILOVER_S, UA_FAILOVER_MAX_S);
	agent->failback_ms = 1000 * within(config->failback_s, UA_FAILBACK_MIN_S, UA_FAILBACK_S, UA_FAILBACK_MAX_S);
	agent->arg = arg;
	agent->large_by_udp = config->large_by_udp;
	agent->authority.strangers = config->strangers;
	rand_bytes(agent->secret, sizeof(agent->secret));
	err = open_agent(agent, config);
	if (err)
		mem_deref(agent);
	else
		*agentp = agent;
	return err;
}

void ua_agent_free(struct ua_agent *agent)
{
	mem_deref(agent);
}

uint16_t ua_agent_port(const struct ua_agent *agent)
{
	return sa_port(ua_transport_local(agent->transport));
}

unsigned ua_agent_receive_buffer(const struct ua_agent *agent)
{
	return (unsigned)ua_transport_receive_buffer(agent->transport);
}

void ua_agent_trace(struct ua_agent *agent, ua_trace_h *handler, void *arg)
{
	agent->trace = handler;
	agent->trace_arg = arg;
}

void ua_agent_counts_get(const struct ua_agent *agent, struct ua_agent_counts *counts)
{
	*counts = agent->counts;
	counts->unreadable = ua_transport_unreadable();
	counts->refused_malformed += counts->unreadable;
	if (sa_isset(&agent->refused_last, SA_ADDR))
		(void)re_snprintf(counts->refused_last, sizeof(counts->refused_last), "%J", &agent->refused_last);
}

static int write_credentials(struct mbuf *mb, struct ua_account *account,
	const struct ua_outgoing *outgoing, const char *uri, bool may_see)
{
	size_t start = mb->pos;
	int err = outgoing->anonymous || !may_see ? 0 :
		ua_credentials_write(account->credentials, mb, outgoing->method, uri, outgoing->body);
	struct pl text = {(const char *)mb->buf + start, mb->pos - start};

	return err || !outgoing->credentialsp ? err : pl_strdup(outgoing->credentialsp, &text);
}

static int write_request(struct mbuf *mb, struct ua_account *account, const struct ua_dialog *dialog,
	const struct ua_outgoing *outgoing, bool may_see)
{
	const char *body = outgoing->body ? outgoing->body : "";
	int err = ua_dialog_write(dialog, mb, outgoing->method, outgoing->cseq);

	if (!err)
		err = write_credentials(mb, account, outgoing, ua_dialog_request_uri(dialog), may_see);
	if (err)
		return err;
	err = mbuf_printf(mb, "User-Agent: %s\r\n%s", account->agent->user_agent,
		outgoing->extra ? outgoing->extra : "");
	if (!err && outgoing->body)
		err = mbuf_printf(mb, "Content-Type: %s\r\n",
			outgoing->type ? outgoing->type : "application/sdp");
	return err ? err : mbuf_printf(mb, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

int ua_agent_request(struct ua_request **requestp, struct ua_account *account,
	const struct ua_dialog *dialog, const struct ua_outgoing *outgoing, sip_resp_h *handler,
	void *arg)
{
	struct ua_request_plan plan = {.account = account, .dialog = dialog, .outgoing = outgoing};
	struct ua_hop server;
	int err;

	if (!account->agent)
		return ECANCELED;
	plan.content = mbuf_alloc(1024);
	if (!plan.content)
		return ENOMEM;
	ua_account_hop(account, &server);
	ua_dialog_next_hop(dialog, &server, &plan.hop);
	if (ua_dialog_needs_tls(dialog) && plan.hop.type != SIP_TRANSP_TLS) {
		mem_deref(plan.content);
		return EPROTONOSUPPORT;
	}
	/* Whom we call may be anybody, and guess passwords by what is hashed with them. */
	err = write_request(plan.content, account, dialog, outgoing,
		outgoing->to_server || ua_authority_trusts_at(account, &plan.hop.addr));
	if (!err)
		err = ua_request_send(requestp, &plan, handler, arg);
	mem_deref(plan.content);
	if (!err)
		account->agent->counts.requests_out++;
	return err;
}

/* It is kept: every repetition of the 2xx gets it again. */
int ua_agent_acknowledge(struct ua_account *account, const struct ua_dialog *dialog, uint32_t cseq, const char *credentials,
	struct mbuf **ackp, struct ua_hop *hop)
{
	struct ua_hop server;
	struct mbuf *mb;
	int err;

	if (!account->agent)
		return ECANCELED;
	ua_account_hop(account, &server);
	ua_dialog_next_hop(dialog, &server, hop);
	if (ua_dialog_needs_tls(dialog) && hop->type != SIP_TRANSP_TLS)
		return EPROTONOSUPPORT;
	mb = mbuf_alloc(512);
	if (!mb)
		return ENOMEM;
	err = ua_dialog_write(dialog, mb, "ACK", cseq);
	if (!err)
		err = mbuf_printf(mb, "%sUser-Agent: %s\r\nContent-Length: 0\r\n\r\n",
			credentials && ua_authority_trusts_at(account, &hop->addr) ? credentials : "", account->agent->user_agent);
	if (!err)
		err = ua_transport_ack(ackp, account->agent->transport, hop, ua_dialog_request_uri(dialog), mb);
	mem_deref(mb);
	return err;
}

int ua_agent_challenged(struct ua_account *account, struct ua_attempt *attempt,
	const struct sip_msg *msg)
{
	return ua_credentials_learn(account->credentials, attempt, msg,
		ua_authority_trusts(account, msg));
}
