/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeping an account registered (RFC 3261 s10.2). */
#include <errno.h>
#include <netinet/in.h>

#include "sip/agent_private.h"
#include "sip/known.h"

#define RETRY_FIRST_MS   10000u   /* after a failure, doubled each time */
#define RETRY_MAX_MS     300000u
#define REFUSED_FIRST_MS 300000u  /* after a refusal that only an operator can mend */
#define REFUSED_MAX_MS   3600000u
#define RETRY_AFTER_MAX_S 3600u
#define JITTER_PERCENT   10u
#define EXPIRES_MIN_S    60u
#define EXPIRES_MAX_S    86400u
#define RECONNECT_MS     2000u   /* within which those register anew who have lost a connection ... */
#define RECONNECT_EACH_MS 10u    /* ... that many had: longer, by that for each */
#define UNREGISTER_MS    4000u
#define SEARCH_MS        1000u /* while the DNS has not said where the server is: at the latest */
#define SETTLED_MS       10000u /* a registrar that takes a younger binding away is not asked at once again ... */
#define AGAIN_MS         500u   /* ... but within this, where it is older */
#define MIN_EXPIRES_MAX  3 /* how often one registration may be called too brief */

struct ua_registrar {
	struct ua_account *account; /* owns us */
	ua_registration_h *handler;
	enum ua_registration state;
	struct ua_dialog *dialog;   /* Call-ID and CSeq that all our REGISTERs share */
	struct ua_request *request;
	struct ua_flow_watch *watch; /* of what the binding was made by; NULL: nothing that could be lost */
	struct ua_hop hop;          /* where the last REGISTER went */
	struct ua_attempt attempt;
	struct tmr next, deliver;
	struct tmr expiry;          /* runs while the registrar has our binding by its own word */
	unsigned expires_s;         /* asked for */
	unsigned too_brief;         /* 423s in a row */
	unsigned failures, refusals; /* in a row */
	unsigned flow_failures; /* flows in a row that were lost before a ping was answered (RFC 5626 s4.5) */
	unsigned stays;             /* with another server than the best, in a row */
	uint64_t registered_ms;     /* when the last 2xx came */
	bool leaving;               /* un-registering */
	bool barred;                /* the registrar wants us no more, by its own word: until the account starts anew */
	bool moved;                 /* in this round Contact was moved to where the server sees us */
	char *abandoned;            /* Contact that the registrar may have from before; NULL: none */
	bool bound;                 /* the registrar may have our binding */
	unsigned status;
	char reason[UA_TEXT_MAX];
};

static void destroy(void *arg)
{
	struct ua_registrar *registrar = arg;

	tmr_cancel(&registrar->next);
	tmr_cancel(&registrar->deliver);
	tmr_cancel(&registrar->expiry);
	mem_deref(registrar->watch);
	mem_deref(registrar->request);
	mem_deref(registrar->dialog);
	mem_deref(registrar->abandoned);
}

int ua_registrar_alloc(struct ua_registrar **registrarp, struct ua_account *account,
	const struct ua_account_config *config, ua_registration_h *handler)
{
	struct ua_registrar *registrar = mem_zalloc(sizeof(*registrar), destroy);
	char *uri = ua_text_format("%s:%s", account->scheme, account->domain);
	int err = ENOMEM;

	if (registrar && uri)
		err = ua_dialog_start(&registrar->dialog, account->address, account->address, uri);
	mem_deref(uri);
	if (err) {
		mem_deref(registrar);
		return err;
	}
	registrar->account = account;
	registrar->handler = handler;
	registrar->expires_s = MAX(EXPIRES_MIN_S, MIN(config->expires_s, EXPIRES_MAX_S));
	*registrarp = registrar;
	return 0;
}

static void on_deliver(void *arg)
{
	struct ua_registrar *registrar = arg;
	struct ua_account *account = mem_ref(registrar->account);
	char reason[UA_TEXT_MAX];

	/* The handler may free the account, and us with it. */
	str_ncpy(reason, registrar->reason, sizeof(reason));
	if (registrar->handler)
		registrar->handler(account, registrar->state, registrar->status, reason, account->arg);
	mem_deref(account);
}

static void tell(struct ua_registrar *registrar, enum ua_registration state, unsigned status,
	const char *reason)
{
	registrar->state = state;
	registrar->status = status;
	str_ncpy(registrar->reason, reason, sizeof(registrar->reason));
	tmr_start(&registrar->deliver, 0, on_deliver, registrar);
}

static uint64_t with_jitter(uint64_t ms)
{
	uint64_t spread = ms * JITTER_PERCENT / 100;

	return ms - spread + rand_u32() % (2 * spread + 1);
}

static uint64_t doubled(uint64_t first, uint64_t max, unsigned times)
{
	while (times-- && first < max)
		first *= 2;
	return MIN(first, max);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_register(struct ua_registrar *registrar)
{
	struct ua_account *account = registrar->account;
	unsigned expires = registrar->leaving ? 0 : registrar->expires_s;
	/* Whoever keeps flows puts the new Contact in the place of that of before by itself (RFC 5626 s6). */
	const char *abandoned = account->outbound.in_force ? NULL : registrar->abandoned;
	char *extra = ua_text_format("Contact: <%s>%H;expires=%u%s%s%s\r\nExpires: %u\r\nAllow: " UA_ALLOW "\r\nSupported: path%s%s\r\n",
		account->contact, ua_outbound_print, &account->outbound, expires, abandoned ? ", <" : "", abandoned ? abandoned : "",
		abandoned ? ">;expires=0" : "", expires, ua_outbound_is_asked(&account->outbound) ? ", outbound" : "",
		account->gruus.wanted && account->outbound.instance ? ", gruu" : "");
	struct ua_outgoing outgoing = {
		.method = "REGISTER",
		.cseq = ++registrar->dialog->local_cseq,
		.extra = extra,
		.to_server = true,
		.hopp = &registrar->hop,
	};
	int err = ENOMEM;

	registrar->request = mem_deref(registrar->request);
	if (extra)
		err = ua_agent_request(&registrar->request, account, registrar->dialog, &outgoing,
			on_response, registrar);
	mem_deref(extra);
	if (!err && !registrar->leaving)
		registrar->bound = true;
	return err;
}

static void on_next(void *arg);

static void retry_in(struct ua_registrar *registrar, uint64_t ms)
{
	tmr_start(&registrar->next, ms, on_next, registrar);
}

/* Calls still come to a binding that lasts, whatever became of its refresh. */
static void tell_failure(struct ua_registrar *registrar, unsigned status, const char *reason)
{
	bool lasts = tmr_isrunning(&registrar->expiry);

	tell(registrar, lasts ? UA_REG_REGISTERED : UA_REG_FAILED, status, reason);
}

static void on_expiry(void *arg)
{
	struct ua_registrar *registrar = arg;
	char reason[UA_TEXT_MAX];

	str_ncpy(reason, registrar->reason, sizeof(reason));
	if (registrar->status / 100 == 2)
		tell(registrar, UA_REG_FAILED, 408, "Registration Expired");
	else
		tell(registrar, UA_REG_FAILED, registrar->status, reason);
}

static uint64_t failure_wait_ms(struct ua_registrar *registrar)
{
	unsigned failures = registrar->failures++;

	if (ua_outbound_is_asked(&registrar->account->outbound))
		return ua_outbound_wait_ms(registrar->failures + registrar->flow_failures);
	return with_jitter(doubled(RETRY_FIRST_MS, RETRY_MAX_MS, failures));
}

static void failed(struct ua_registrar *registrar, unsigned status, const char *reason,
	unsigned retry_after_s)
{
	uint64_t ms = failure_wait_ms(registrar);

	tell_failure(registrar, status, reason);
	retry_in(registrar, MAX(ms, 1000ull * MIN(retry_after_s, RETRY_AFTER_MAX_S)));
}

/* A wrong password asked for more often would only be counted against us. */
static void refused(struct ua_registrar *registrar, unsigned status, const char *reason)
{
	tell_failure(registrar, status, reason);
	retry_in(registrar,
		with_jitter(doubled(REFUSED_FIRST_MS, REFUSED_MAX_MS, registrar->refusals++)));
}

/* Nothing of what the registrar gave is left. */
static void forget_outbound(struct ua_account *account)
{
	ua_outbound_forget(&account->outbound);
	ua_gruus_forget(&account->gruus);
	(void)ua_account_contacts_compose(account);
}

static void left(struct ua_registrar *registrar, unsigned status, const char *reason)
{
	registrar->leaving = false;
	registrar->bound = false;
	registrar->request = mem_deref(registrar->request);
	registrar->watch = mem_deref(registrar->watch);
	forget_outbound(registrar->account);
	tmr_cancel(&registrar->next);
	tell(registrar, UA_REG_NONE, status, reason);
}

static void on_next(void *arg)
{
	struct ua_registrar *registrar = arg;

	if (registrar->leaving) {
		left(registrar, 408, "Request Timeout");
		return;
	}
	if (ua_account_is_searching(registrar->account)) {
		retry_in(registrar, SEARCH_MS);
		return;
	}
	registrar->attempt = (struct ua_attempt){0};
	registrar->too_brief = 0;
	registrar->moved = false;
	if (registrar->state != UA_REG_REGISTERED)
		tell(registrar, UA_REG_TRYING, 0, "");
	if (send_register(registrar))
		failed(registrar, 0, "Not Sent", 0);
}

struct binding {
	struct ua_account *account;
	unsigned expires_s;
};

static bool is_here(const struct sip_addr *addr, const struct ua_account *account)
{
	struct sa host;

	return !sa_set(&host, &addr->uri.host, addr->uri.port ? addr->uri.port : account->transport == SIP_TRANSP_TLS ? SIP_PORT_TLS : SIP_PORT) &&
		sa_cmp(&host, &account->contact_addr, SA_ALL);
}

bool ua_registrar_is_own(const struct ua_account *account, const struct sip_addr *addr)
{
	char user[UA_TEXT_MAX];

	ua_text_user(user, sizeof(user), &addr->uri.user);
	return !str_cmp(user, account->contact_user) && is_here(addr, account);
}

/* A registrar lists all bindings of the address, other telephones' too (RFC 3261 s10.2.4). */
static bool is_ours(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct binding *binding = arg;
	struct sip_addr addr;
	struct pl expires;

	(void)msg;
	if (sip_addr_decode(&addr, &header->val))
		return false;
	if (!ua_outbound_is_ours(&binding->account->outbound, &addr.params) && !ua_registrar_is_own(binding->account, &addr))
		return false;
	ua_gruus_take(&binding->account->gruus, &addr.params);
	if (!msg_param_decode(&addr.params, "expires", &expires))
		binding->expires_s = ua_text_number(&expires);
	return true;
}

/* With a quarter of the time left, or a little earlier so that many do not come at once. */
static uint64_t refresh_ms(unsigned expires_s)
{
	uint64_t ms = 750ull * expires_s;

	return ms - rand_u32() % (ms * JITTER_PERCENT / 100 + 1);
}

/* For its size alone a REGISTER goes by a connection that nobody else needs. */
static bool came_as_it_should(const struct ua_account *account, const struct sip_msg *msg)
{
	return msg->tp == account->transport;
}

/* With pings wanted, one that was never answered is no flow (RFC 5626 s4.5). */
static bool was_flow(const struct ua_registrar *registrar)
{
	return !registrar->account->outbound.in_force || (registrar->watch && ua_flow_was_answered(registrar->watch));
}

/* A server may reach us by this flow alone: it gets another. */
static void on_flow_lost(unsigned shared, void *arg)
{
	struct ua_registrar *registrar = arg;

	if (registrar->leaving || !registrar->bound)
		return;
	if (was_flow(registrar)) {
		registrar->flow_failures = 0;
		retry_in(registrar, rand_u32() % MAX(RECONNECT_MS, RECONNECT_EACH_MS * shared));
	} else {
		retry_in(registrar, ua_outbound_wait_ms(++registrar->flow_failures));
	}
}

/* The watch of before goes last: what is known of the flow stays. */
static void watch_flow(struct ua_registrar *registrar, const struct sip_msg *msg)
{
	struct ua_account *account = registrar->account;
	const struct ua_flow_terms terms = ua_outbound_terms(&account->outbound, msg->tp);
	struct ua_flow_watch *before = registrar->watch;

	registrar->watch = NULL;
	if (came_as_it_should(account, msg))
		(void)ua_transport_watch(&registrar->watch, account->agent->transport, msg, &terms, on_flow_lost, registrar);
	mem_deref(before);
}

static void take_service_routes(struct ua_account *account, const struct sip_msg *msg)
{
	bool had = account->services->route_count;

	(void)ua_dialog_take_service_routes(account->services, msg);
	if (had || account->services->route_count)
		ua_known_outdate(account->agent->authority.known);
}

/* The better server may have come back, or been found, while another one was asked; not at once, and less and less often, should it be one
 * that only ever says that it is busy. */
static uint64_t stay_ms(struct ua_registrar *registrar, unsigned expires_s)
{
	uint64_t ms = refresh_ms(expires_s);
	struct ua_hop hop;

	ua_account_hop(registrar->account, &hop);
	if (!ua_hop_is_same(&hop, &registrar->hop))
		return doubled(registrar->account->agent->failback_ms, ms, registrar->stays++);
	registrar->stays = 0;
	return ms;
}

static void registered(struct ua_registrar *registrar, const struct sip_msg *msg)
{
	struct binding binding = {
		.account = registrar->account,
		.expires_s = ua_message_number(msg, SIP_HDR_EXPIRES, registrar->expires_s),
	};

	ua_outbound_take(&registrar->account->outbound, msg);
	ua_gruus_forget(&registrar->account->gruus);
	sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, is_ours, &binding);
	(void)ua_account_contacts_compose(registrar->account);
	watch_flow(registrar, msg);
	tmr_cancel(&registrar->expiry);
	if (!binding.expires_s) {
		failed(registrar, msg->scode, "Binding Not Kept", 0);
		return;
	}
	registrar->failures = registrar->refusals = 0;
	registrar->abandoned = mem_deref(registrar->abandoned);
	take_service_routes(registrar->account, msg);
	ua_associated_take(registrar->account, msg);
	registrar->registered_ms = tmr_jiffies();
	if (registrar->account->reg_event)
		ua_reg_event_start(registrar->account->reg_event, registrar->state != UA_REG_REGISTERED);
	tell(registrar, UA_REG_REGISTERED, msg->scode, "OK");
	binding.expires_s = MIN(binding.expires_s, EXPIRES_MAX_S);
	tmr_start(&registrar->expiry, 1000ull * binding.expires_s, on_expiry, registrar);
	retry_in(registrar, stay_ms(registrar, binding.expires_s));
}

static void too_brief(struct ua_registrar *registrar, const struct sip_msg *msg)
{
	uint32_t least = ua_message_number(msg, SIP_HDR_MIN_EXPIRES, 0);

	if (least <= registrar->expires_s || least > EXPIRES_MAX_S ||
	    registrar->too_brief++ == MIN_EXPIRES_MAX) {
		failed(registrar, 423, "Interval Too Brief", 0);
		return;
	}
	registrar->expires_s = least;
	if (send_register(registrar))
		failed(registrar, 0, "Not Sent", 0);
}

/* The proxy on the way cannot keep flows: as one that has none (RFC 5626 s11.6). */
static void lacks_outbound(struct ua_registrar *registrar)
{
	registrar->account->outbound.refused = true;
	if (send_register(registrar))
		failed(registrar, 0, "Not Sent", 0);
}

static void challenged(struct ua_registrar *registrar, const struct sip_msg *msg, const char *phrase)
{
	int err = ua_agent_challenged(registrar->account, &registrar->attempt, msg);

	if (!err)
		err = send_register(registrar);
	if (!err)
		return;
	if (registrar->leaving)
		left(registrar, msg->scode, phrase);
	else
		refused(registrar, msg->scode, phrase);
}

/* Not to many, nor one of IPv4 that stands in for one of IPv6. */
static bool is_sent_from(const struct sa *addr)
{
	const struct in6_addr *in6 = &addr->u.in6.sin6_addr;
	uint32_t in = sa_in(addr);

	if (sa_is_any(addr))
		return false;
	if (sa_af(addr) == AF_INET6)
		return !IN6_IS_ADDR_MULTICAST(in6) && !IN6_IS_ADDR_V4MAPPED(in6) && !IN6_IS_ADDR_V4COMPAT(in6);
	return in < 0xe0000000; /* what is above is multicast, reserved or broadcast (RFC 1112 s4, RFC 919 s7) */
}

/* Of IPv6 also in brackets (RFC 5118 s4.5). */
static int read_received(struct sa *addr, struct pl received, uint16_t port)
{
	if (received.l >= 2 && received.p[0] == '[' && received.p[received.l - 1] == ']')
		received = (struct pl){received.p + 1, received.l - 2};
	return sa_set(addr, &received, port);
}

/* From where the server says that the REGISTER came (RFC 3261 s18.2.1, RFC 3581 s4). */
static bool is_seen_at(struct sa *seen, const struct ua_account *account, const struct sip_msg *msg)
{
	struct pl received, rport;
	uint32_t port = 0;

	*seen = account->contact_addr;
	if (!msg_param_decode(&msg->via.params, "received", &received) && read_received(seen, received, sa_port(&account->contact_addr)))
		return false;
	if (!msg_param_decode(&msg->via.params, "rport", &rport))
		port = ua_text_number(&rport);
	if (port && port <= UINT16_MAX)
		sa_set_port(seen, (uint16_t)port);
	return sa_af(seen) == sa_af(&account->contact_addr) && is_sent_from(seen);
}

/* Behind an address translator: once in a round, should it give each packet another port. The binding of before is taken away with
 * the next REGISTER. */
static bool moves_contact(struct ua_registrar *registrar, const struct sip_msg *msg)
{
	struct ua_account *account = registrar->account;
	char *before = account->contact;
	struct sa seen;

	if (!account->contact_as_seen || registrar->leaving || registrar->moved || !came_as_it_should(account, msg) ||
	    !ua_account_has_server(account, msg) || !is_seen_at(&seen, account, msg) || sa_cmp(&seen, &account->contact_addr, SA_ALL))
		return false;
	mem_ref(before);
	if (ua_account_contact_move(account, &seen)) {
		mem_deref(before);
		return false;
	}
	registrar->moved = true;
	mem_deref(registrar->abandoned);
	registrar->abandoned = before;
	return true;
}

static void on_final(struct ua_registrar *registrar, const struct sip_msg *msg)
{
	char phrase[UA_TEXT_MAX];
	bool moved = moves_contact(registrar, msg);

	ua_text_copy(phrase, sizeof(phrase), &msg->reason);
	if (msg->scode == 401 || msg->scode == 407)
		challenged(registrar, msg, phrase);
	else if (registrar->leaving)
		left(registrar, msg->scode, phrase);
	else if (msg->scode < 300 && moved && !send_register(registrar))
		return;
	else if (msg->scode < 300)
		registered(registrar, msg);
	else if (msg->scode == 423)
		too_brief(registrar, msg);
	else if (msg->scode == 439 && ua_outbound_is_asked(&registrar->account->outbound))
		lacks_outbound(registrar);
	else if (msg->scode == 403)
		refused(registrar, msg->scode, phrase);
	else
		failed(registrar, msg->scode, phrase,
			ua_message_number(msg, SIP_HDR_RETRY_AFTER, 0));
}

static void not_answered(struct ua_registrar *registrar, int err)
{
	const char *refusal = ua_transport_tls_refusal(registrar->account->agent->transport);

	if (refusal && registrar->account->transport == SIP_TRANSP_TLS)
		failed(registrar, 0, refusal, 0);
	else
		failed(registrar, err == ETIMEDOUT ? 408 : 0, err == ETIMEDOUT ? "Request Timeout" : "Not Sent", 0);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_registrar *registrar = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err)
		on_final(registrar, msg);
	else if (registrar->leaving)
		left(registrar, 408, "Request Timeout");
	else
		not_answered(registrar, err);
}

/* ---- what the registrar tells by itself (RFC 3680 s4.7.1) ---- */

static bool is_settled(const struct ua_registrar *registrar)
{
	return tmr_jiffies() - registrar->registered_ms >= SETTLED_MS;
}

static void is_shortened(struct ua_registrar *registrar, uint32_t expires_s)
{
	uint64_t ms = 1000ull * expires_s, next_ms;

	if (expires_s == UINT32_MAX || !tmr_isrunning(&registrar->expiry) || ms >= tmr_get_expire(&registrar->expiry))
		return;
	tmr_start(&registrar->expiry, ms, on_expiry, registrar);
	next_ms = MAX(refresh_ms(expires_s), is_settled(registrar) ? AGAIN_MS : RETRY_FIRST_MS);
	if (next_ms < tmr_get_expire(&registrar->next))
		retry_in(registrar, next_ms);
}

static void is_wanted_again(struct ua_registrar *registrar, const char *reason)
{
	if (!is_settled(registrar)) {
		failed(registrar, 0, reason, 0);
		return;
	}
	tell_failure(registrar, 0, reason);
	retry_in(registrar, rand_u32() % AGAIN_MS);
}

static void is_barred(struct ua_registrar *registrar)
{
	registrar->barred = true;
	registrar->request = mem_deref(registrar->request);
	tmr_cancel(&registrar->next);
	tell_failure(registrar, 403, "Rejected By The Registrar");
	ua_reg_event_stop(registrar->account->reg_event);
}

static void is_taken_away(struct ua_registrar *registrar, const struct ua_reg_contact *contact)
{
	registrar->bound = false;
	tmr_cancel(&registrar->expiry);
	switch (contact->happening) {
	case UA_REG_NOTHING:
	case UA_REG_SHORTENED:
		break;
	case UA_REG_EXPIRED:
		is_wanted_again(registrar, "Expired At The Registrar");
		break;
	case UA_REG_DEACTIVATED:
		is_wanted_again(registrar, "Deactivated By The Registrar");
		break;
	case UA_REG_PROBATION:
		failed(registrar, 0, "Put Off By The Registrar", contact->retry_after_s == UINT32_MAX ? 0 : contact->retry_after_s);
		break;
	case UA_REG_UNREGISTERED:
		failed(registrar, 0, "Unregistered By Somebody Else", 0);
		break;
	case UA_REG_REJECTED:
		is_barred(registrar);
		break;
	}
}

/* The answer to a REGISTER that is under way is newer than what was sent before it. */
void ua_registrar_told(struct ua_registrar *registrar, const struct ua_reg_contact *contact)
{
	if (registrar->leaving || !registrar->bound || (registrar->request && contact->happening != UA_REG_REJECTED))
		return;
	if (contact->happening == UA_REG_SHORTENED)
		is_shortened(registrar, contact->expires_s);
	else if (contact->happening != UA_REG_NOTHING)
		is_taken_away(registrar, contact);
}

int ua_account_register(struct ua_account *account, unsigned delay_ms)
{
	struct ua_registrar *registrar = account->registrar;

	registrar->leaving = registrar->barred = false;
	registrar->failures = registrar->refusals = registrar->flow_failures = 0;
	account->outbound.refused = false;
	retry_in(registrar, delay_ms);
	ua_qualifier_start(account->qualifier, delay_ms);
	return 0;
}

void ua_registrar_server_lost(struct ua_registrar *registrar, unsigned status, const char *reason)
{
	if (registrar->state == UA_REG_REGISTERED)
		tell_failure(registrar, status, reason);
}

/* A REGISTER that is under way finds its server by itself. What refused us would refuse us again, another server need not. */
void ua_registrar_servers_changed(struct ua_registrar *registrar, unsigned spread_ms)
{
	uint64_t ms = rand_u32() % MAX(spread_ms, 1);
	struct ua_hop hop;
	bool is_same;

	if (registrar->leaving || registrar->request || !tmr_isrunning(&registrar->next))
		return;
	ua_account_hop(registrar->account, &hop);
	is_same = ua_hop_is_same(&hop, &registrar->hop);
	if (is_same && (registrar->refusals || (registrar->state == UA_REG_REGISTERED && !registrar->failures)))
		return;
	registrar->failures = 0;
	if (ms < tmr_get_expire(&registrar->next))
		retry_in(registrar, ms);
}

bool ua_registrar_is_refused(const struct ua_registrar *registrar)
{
	return registrar->refusals || registrar->barred;
}

/* What it refused it would refuse again. */
void ua_registrar_server_back(struct ua_registrar *registrar)
{
	if (registrar->leaving || ua_registrar_is_refused(registrar))
		return;
	registrar->failures = 0;
	retry_in(registrar, 0);
}

void ua_account_unregister(struct ua_account *account)
{
	struct ua_registrar *registrar = account->registrar;

	if (registrar->leaving)
		return;
	if (account->reg_event)
		ua_reg_event_stop(account->reg_event);
	ua_qualifier_stop(account->qualifier);
	tmr_cancel(&registrar->next);
	tmr_cancel(&registrar->expiry);
	if (!registrar->bound) {
		left(registrar, 0, "");
		return;
	}
	registrar->leaving = true;
	registrar->attempt = (struct ua_attempt){0};
	if (send_register(registrar))
		left(registrar, 0, "Not Sent");
	else
		retry_in(registrar, UNREGISTER_MS);
}

bool ua_account_has_flow(const struct ua_account *account)
{
	return account->outbound.in_force;
}

static uint32_t seconds_left(const struct tmr *timer)
{
	return (uint32_t)((tmr_get_expire(timer) + 999) / 1000);
}

void ua_account_registration(const struct ua_account *account, struct ua_registration_view *view)
{
	const struct ua_registrar *registrar = account->registrar;

	*view = (struct ua_registration_view){
		.status = registrar->status, .lasts_s = seconds_left(&registrar->expiry), .next_s = seconds_left(&registrar->next),
	};
	str_ncpy(view->reason, registrar->reason, sizeof(view->reason));
	if (sa_isset(&registrar->hop.addr, SA_ALL))
		(void)re_snprintf(view->server, sizeof(view->server), "%J", &registrar->hop.addr);
}

enum ua_registration ua_account_state(const struct ua_account *account)
{
	return account->registrar->state;
}
