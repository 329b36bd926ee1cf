/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/agent_private.h"

#define ALIASES_MAX 16 /* that lead on to each other */

/* One of the hosts that SRV named, or the name itself. */
struct host {
	char *name;
	uint16_t port, priority, weight;
};

struct ua_search {
	struct host hosts[UA_TARGETS_MAX];
	unsigned host_count, next; /* of which A or AAAA is asked */
	struct ua_place places[UA_TARGETS_MAX];
	unsigned place_count;
	int64_t ttl_s; /* the least that was seen */
	bool unavailable; /* SRV says that there is no such service here */
};

static void search_destroy(void *arg)
{
	struct ua_search *search = arg;

	for (unsigned i = 0; i < search->host_count; i++)
		mem_deref(search->hosts[i].name);
}

static void destroy(void *arg)
{
	struct ua_name *name = arg;

	list_unlink(&name->le);
	tmr_cancel(&name->again);
	ua_question_free(name->question);
	mem_deref(name->search);
	mem_deref(name->host);
}

void ua_name_drop(struct ua_name *name)
{
	name->agent = NULL;
	list_unlink(&name->le);
	tmr_cancel(&name->again);
	ua_question_free(name->question);
	name->question = NULL;
}

static void begin(struct ua_name *name);

static void on_again(void *arg)
{
	begin(arg);
}

static bool tell(struct le *le, void *arg)
{
	ua_account_name_found(le->data, arg);
	return false;
}

/* What helps nobody changes nothing, but that there is no service is an answer. */
static void finish(struct ua_name *name)
{
	struct ua_search *search = name->search;
	bool helps = search->place_count || search->unavailable;
	int64_t ttl_s = MAX((int64_t)UA_NAME_TTL_MIN_S, MIN(search->ttl_s, (int64_t)UA_NAME_TTL_MAX_S));

	if (helps) {
		memcpy(name->places, search->places, sizeof(name->places));
		name->count = search->place_count;
	}
	tmr_start(&name->again, 1000u * (uint64_t)(helps ? ttl_s : UA_NAME_RETRY_S), on_again, name);
	name->failed = !helps;
	name->search = mem_deref(search);
	name->asked = true;
	(void)hash_apply(name->agent->accounts, tell, name);
}

/* ---- the records ---- */

static void note_ttl(struct ua_search *search, const struct dnsrr *rr)
{
	search->ttl_s = MIN(search->ttl_s, rr->ttl);
}

static void host_add(struct ua_search *search, const char *name, uint16_t port, uint16_t priority, uint16_t weight)
{
	struct host host = {.port = port, .priority = priority, .weight = weight};

	if (search->host_count < UA_TARGETS_MAX && !str_dup(&host.name, name))
		search->hosts[search->host_count++] = host;
}

static bool on_srv(struct dnsrr *rr, void *arg)
{
	struct ua_search *search = arg;
	const char *target = rr->rdata.srv.target;

	note_ttl(search, rr);
	if (!target)
		return false;
	if (!target[0] || !strcmp(target, "."))
		search->unavailable = true;
	else if (rr->rdata.srv.port)
		host_add(search, rr->rdata.srv.target, rr->rdata.srv.port, rr->rdata.srv.pri, rr->rdata.srv.weight);
	return false;
}

static bool on_addr(struct dnsrr *rr, void *arg)
{
	struct ua_name *name = arg;
	struct ua_search *search = name->search;
	const struct host *host = &search->hosts[search->next];
	struct ua_place *place = &search->places[search->place_count];

	note_ttl(search, rr);
	if (search->place_count == UA_TARGETS_MAX)
		return true;
	*place = (struct ua_place){.hop.type = name->type, .priority = host->priority, .weight = host->weight};
	if (rr->type == DNS_TYPE_A)
		sa_set_in(&place->hop.addr, rr->rdata.a.addr, host->port);
	else
		sa_set_in6(&place->hop.addr, rr->rdata.aaaa.addr, host->port);
	search->place_count++;
	return false;
}

/* The best row for our transport (RFC 3263 s4.1). */
struct choice {
	const char *service;
	const struct dnsrr *best;
};

static bool is_better(const struct dnsrr *a, const struct dnsrr *b)
{
	return !b || a->rdata.naptr.order < b->rdata.naptr.order ||
		(a->rdata.naptr.order == b->rdata.naptr.order && a->rdata.naptr.pref < b->rdata.naptr.pref);
}

static bool on_naptr(struct dnsrr *rr, void *arg)
{
	struct choice *choice = arg;

	if (!strcasecmp(rr->rdata.naptr.flags, "s") && !strcasecmp(rr->rdata.naptr.services, choice->service) &&
	    rr->rdata.naptr.replace[0] && is_better(rr, choice->best))
		choice->best = rr;
	return false;
}

/* ---- the questions, one after the other ---- */

static int ask(struct ua_name *name, const char *what, uint16_t type, dns_query_h *handler)
{
	ua_question_free(name->question);
	name->question = NULL;
	return ua_name_servers_ask(&name->question, name->agent->name_servers, what, type, handler, name);
}

static uint16_t address_type(const struct ua_name *name)
{
	return sa_af(ua_transport_local(name->agent->transport)) == AF_INET6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
}

static void on_address(int err, const struct dnshdr *hdr, struct list *answers, struct list *authorities, struct list *additional,
	void *arg);

/* Those hosts that cannot be asked for are passed over. */
static void ask_address(struct ua_name *name)
{
	struct ua_search *search = name->search;

	while (search->next < search->host_count) {
		if (!ask(name, search->hosts[search->next].name, address_type(name), on_address))
			return;
		search->next++;
	}
	finish(name);
}

/* Where other names lead on to (RFC 1034 s3.6.2). Not by libre, which would have a circle of many walked tens of thousands of times, and
 * tells of other names as if they were addresses. */
static const char *canonical(struct ua_search *search, struct list *answers, const char *host)
{
	const struct dnsrr *rr;

	for (unsigned i = 0; i < ALIASES_MAX && (rr = dns_rrlist_find(answers, host, DNS_TYPE_CNAME, DNS_CLASS_IN, false)); i++) {
		note_ttl(search, rr);
		host = rr->rdata.cname.cname;
	}
	return host;
}

static void on_address(int err, const struct dnshdr *hdr, struct list *answers, struct list *authorities, struct list *additional,
	void *arg)
{
	struct ua_name *name = arg;
	struct ua_search *search = name->search;
	const char *host = err ? NULL : canonical(search, answers, search->hosts[search->next].name);

	(void)hdr;
	(void)authorities;
	(void)additional;
	if (host)
		dns_rrlist_apply(answers, host, address_type(name), DNS_CLASS_IN, false, on_addr, name);
	search->next++;
	ask_address(name);
}

/* A name without services has the usual port (RFC 3263 s4.2), unless it says that it has none (RFC 2782). */
static void on_services(int err, const struct dnshdr *hdr, struct list *answers, struct list *authorities, struct list *additional,
	void *arg)
{
	struct ua_name *name = arg;

	(void)hdr;
	(void)authorities;
	(void)additional;
	if (!err)
		dns_rrlist_apply(answers, NULL, DNS_TYPE_SRV, DNS_CLASS_IN, false, on_srv, name->search);
	if (!name->search->host_count && !name->search->unavailable)
		host_add(name->search, name->host, name->service == UA_SERVICE_STUN ? STUN_PORT : SIP_PORT, 0, 0);
	ask_address(name);
}

static void ask_services(struct ua_name *name, const char *what)
{
	if (ask(name, what, DNS_TYPE_SRV, on_services))
		on_services(ENOENT, NULL, NULL, NULL, NULL, name);
}

/* By what the services of our transport are asked for. */
static void ask_usual_services(struct ua_name *name)
{
	char *usual = ua_text_format("_%s._%s.%s", name->service == UA_SERVICE_STUN ? "stun" : "sip", name->type == SIP_TRANSP_TCP ? "tcp" : "udp",
		name->host);

	if (usual)
		ask_services(name, usual);
	else
		finish(name);
	mem_deref(usual);
}

static void on_pointers(int err, const struct dnshdr *hdr, struct list *answers, struct list *authorities, struct list *additional,
	void *arg)
{
	struct ua_name *name = arg;
	struct choice choice = {.service = name->type == SIP_TRANSP_TCP ? "SIP+D2T" : "SIP+D2U"};

	(void)hdr;
	(void)authorities;
	(void)additional;
	if (!err)
		dns_rrlist_apply(answers, NULL, DNS_TYPE_NAPTR, DNS_CLASS_IN, false, on_naptr, &choice);
	if (choice.best)
		note_ttl(name->search, choice.best);
	if (choice.best)
		ask_services(name, choice.best->rdata.naptr.replace);
	else
		ask_usual_services(name);
}

static void begin(struct ua_name *name)
{
	name->search = mem_deref(name->search);
	name->search = mem_zalloc(sizeof(*name->search), search_destroy);
	if (!name->search) {
		tmr_start(&name->again, 1000 * UA_NAME_RETRY_S, on_again, name);
		return;
	}
	name->search->ttl_s = UA_NAME_TTL_MAX_S;
	if (name->port) {
		host_add(name->search, name->host, name->port, 0, 0);
		ask_address(name);
	} else if (name->service == UA_SERVICE_STUN) {
		ask_usual_services(name);
	} else if (ask(name, name->host, DNS_TYPE_NAPTR, on_pointers)) {
		on_pointers(ENOENT, NULL, NULL, NULL, NULL, name);
	}
}

/* ---- */

static struct ua_name *find(const struct ua_agent *agent, const char *host, uint16_t port, enum sip_transp type, enum ua_service service)
{
	struct le *le;

	LIST_FOREACH(&agent->names, le) {
		struct ua_name *name = le->data;

		if (!strcasecmp(name->host, host) && name->port == port && name->type == type && name->service == service)
			return name;
	}
	return NULL;
}

static int get(struct ua_name **namep, struct ua_agent *agent, const char *host, uint16_t port, enum sip_transp type, enum ua_service service)
{
	struct ua_name *name = mem_ref(find(agent, host, port, type, service));
	int err;

	if (name) {
		*namep = name;
		return 0;
	}
	name = mem_zalloc(sizeof(*name), destroy);
	if (!name)
		return ENOMEM;
	name->agent = agent;
	name->port = port;
	name->type = type;
	name->service = service;
	err = str_dup(&name->host, host);
	if (err) {
		mem_deref(name);
		return err;
	}
	list_append(&agent->names, &name->le, name);
	tmr_start(&name->again, 0, on_again, name);
	*namep = name;
	return 0;
}

int ua_name_get(struct ua_name **namep, struct ua_agent *agent, const char *host, uint16_t port, enum sip_transp type)
{
	return get(namep, agent, host, port, type, UA_SERVICE_SIP);
}

int ua_name_get_stun(struct ua_name **namep, struct ua_agent *agent, const char *host, uint16_t port)
{
	return get(namep, agent, host, port, SIP_TRANSP_UDP, UA_SERVICE_STUN);
}
