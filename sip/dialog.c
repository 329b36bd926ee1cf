/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/dialog.h"
#include "sip/message.h"

#define SIPS "sips:"

static bool is_sips(const struct pl *uri)
{
	return uri->l > strlen(SIPS) && !strncasecmp(uri->p, SIPS, strlen(SIPS));
}

static bool is_sips_text(const char *uri)
{
	return !strncasecmp(uri, SIPS, strlen(SIPS));
}

static bool is_sip(const struct pl *uri)
{
	return uri->l > 4 && !strncasecmp(uri->p, "sip:", 4);
}

static void forget_routes(struct ua_dialog *dialog)
{
	for (unsigned i = 0; i < dialog->route_count; i++)
		mem_deref(dialog->routes[i]);
	dialog->route_count = 0;
	dialog->strict_uri = mem_deref(dialog->strict_uri);
}

static void destroy(void *arg)
{
	struct ua_dialog *dialog = arg;

	forget_routes(dialog);
	mem_deref(dialog->call_id);
	mem_deref(dialog->local);
	mem_deref(dialog->remote);
	mem_deref(dialog->local_tag);
	mem_deref(dialog->remote_tag);
	mem_deref(dialog->target);
}

static struct ua_dialog *dialog_new(void)
{
	return mem_zalloc(sizeof(struct ua_dialog), destroy);
}

/* A value that we shall send again: folded lines become one, so that it cannot bring headers along. */
static int take(char **textp, const struct pl *value)
{
	int err = pl_strdup(textp, value);

	for (char *p = *textp; !err && *p; p++) {
		if ((unsigned char)*p < ' ')
			*p = ' ';
	}
	return err;
}

static bool has_space(const struct pl *text)
{
	for (size_t i = 0; i < text->l; i++) {
		if ((unsigned char)text->p[i] <= ' ')
			return true;
	}
	return false;
}

int ua_dialog_start(struct ua_dialog **dialogp, const char *local, const char *remote,
	const char *target)
{
	struct ua_dialog *dialog = dialog_new();
	int err;

	if (!dialog)
		return ENOMEM;
	/* Below 2^31 with room for all requests of a long call (RFC 3261 s8.1.1.5). */
	dialog->local_cseq = rand_u16();
	err = re_sdprintf(&dialog->call_id, "%016llx%016llx", (unsigned long long)rand_u64(),
		(unsigned long long)rand_u64());
	if (!err)
		err = re_sdprintf(&dialog->local_tag, "%016llx", (unsigned long long)rand_u64());
	if (!err)
		err = re_sdprintf(&dialog->local, "%s;tag=%s", local, dialog->local_tag);
	if (!err)
		err = str_dup(&dialog->remote, remote);
	if (!err)
		err = str_dup(&dialog->target, target);
	dialog->secure = is_sips_text(target);
	if (err)
		mem_deref(dialog);
	else
		*dialogp = dialog;
	return err;
}

struct route_reader {
	struct ua_dialog *dialog;
	int err;
};

static bool on_route(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct route_reader *reader = arg;
	struct ua_dialog *dialog = reader->dialog;
	struct sip_addr addr;

	(void)msg;
	if (dialog->route_count == UA_ROUTES_MAX || sip_addr_decode(&addr, &header->val) ||
	    has_space(&addr.auri))
		reader->err = EBADMSG;
	else
		reader->err = take(&dialog->routes[dialog->route_count], &header->val);
	if (!reader->err)
		dialog->route_count++;
	return reader->err != 0;
}

static bool first_route(const struct ua_dialog *dialog, struct sip_addr *addr)
{
	struct pl value;

	if (!dialog->route_count)
		return false;
	pl_set_str(&value, dialog->routes[0]);
	return !sip_addr_decode(addr, &value);
}

/* Without the parameter lr the first route wants to be the Request-URI. */
static int note_strict_router(struct ua_dialog *dialog)
{
	struct sip_addr addr;
	struct pl end;

	if (!first_route(dialog, &addr) || !msg_param_exists(&addr.uri.params, "lr", &end))
		return 0;
	return pl_strdup(&dialog->strict_uri, &addr.auri);
}

/* The caller reads Record-Route from the far end of the path, the called one from the near (s12.1). */
static int take_routes(struct ua_dialog *dialog, const struct sip_msg *msg)
{
	struct route_reader reader = {.dialog = dialog};

	forget_routes(dialog);
	sip_msg_hdr_apply(msg, msg->req, SIP_HDR_RECORD_ROUTE, on_route, &reader);
	return reader.err ? reader.err : note_strict_router(dialog);
}

int ua_dialog_take_service_routes(struct ua_dialog *dialog, const struct sip_msg *response)
{
	struct route_reader reader = {.dialog = dialog};

	forget_routes(dialog);
	sip_msg_hdr_apply(response, true, SIP_HDR_SERVICE_ROUTE, on_route, &reader);
	if (reader.err)
		forget_routes(dialog);
	return reader.err;
}

/* On the way to a sips: URI it has to be one too (RFC 5630 s5.1.1). */
static int take_preloaded(char **routep, char *route, bool secure)
{
	struct sip_addr addr;
	struct pl value;
	size_t before;

	pl_set_str(&value, route);
	if (!secure || sip_addr_decode(&addr, &value) || !is_sip(&addr.auri)) {
		*routep = mem_ref(route);
		return 0;
	}
	before = (size_t)(addr.auri.p - route);
	return re_sdprintf(routep, "%b" SIPS "%s", route, before, addr.auri.p + strlen("sip:"));
}

int ua_dialog_preload(struct ua_dialog *dialog, const struct ua_dialog *other)
{
	int err = 0;

	forget_routes(dialog);
	for (unsigned i = 0; i < other->route_count && !err; i++) {
		err = take_preloaded(&dialog->routes[i], other->routes[i], dialog->secure);
		if (!err)
			dialog->route_count++;
	}
	return err ? err : note_strict_router(dialog);
}

/* As a loose router, whatever its address says: we know of no other in our days. */
int ua_dialog_route_by(struct ua_dialog *dialog, const char *uri)
{
	if (dialog->route_count == UA_ROUTES_MAX)
		return EOVERFLOW;
	dialog->routes[dialog->route_count] = ua_text_format("<%s%s>", uri, strstr(uri, ";lr") ? "" : ";lr");
	if (!dialog->routes[dialog->route_count])
		return ENOMEM;
	dialog->route_count++;
	return 0;
}

static int take_target(struct ua_dialog *dialog, const struct sip_msg *msg)
{
	struct sip_addr contact;
	int err = ua_message_contact(&contact, msg);
	char *target;

	if (!err && has_space(&contact.auri))
		err = EBADMSG;
	if (!err && dialog->secure && is_sip(&contact.auri))
		err = re_sdprintf(&target, SIPS "%b", contact.auri.p + strlen("sip:"), contact.auri.l - strlen("sip:"));
	else if (!err)
		err = pl_strdup(&target, &contact.auri);
	if (err)
		return err;
	mem_deref(dialog->target);
	dialog->target = target;
	return 0;
}

static int take_any_target(struct ua_dialog *dialog, const struct sip_msg *msg)
{
	int err = take_target(dialog, msg);

	return err == EBADMSG ? 0 : err;
}

static int fork_dialog(struct ua_dialog **dialogp, const struct ua_dialog *started, const struct sip_msg *msg, bool back)
{
	const struct sip_taddr *far = msg->req ? &msg->from : &msg->to;
	struct ua_dialog *dialog = dialog_new();
	int err;

	if (!dialog)
		return ENOMEM;
	dialog->call_id = mem_ref(started->call_id);
	dialog->local = mem_ref(started->local);
	dialog->local_tag = mem_ref(started->local_tag);
	dialog->target = mem_ref(started->target);
	dialog->local_cseq = started->local_cseq;
	dialog->secure = started->secure;
	err = take(&dialog->remote, &far->val);
	if (!err && pl_isset(&far->tag))
		err = take(&dialog->remote_tag, &far->tag);
	if (!err)
		err = back ? ua_dialog_preload(dialog, started) : take_routes(dialog, msg);
	if (!err && !back)
		err = take_any_target(dialog, msg);
	if (err)
		mem_deref(dialog);
	else
		*dialogp = dialog;
	return err;
}

int ua_dialog_fork(struct ua_dialog **dialogp, const struct ua_dialog *started, const struct sip_msg *msg)
{
	return fork_dialog(dialogp, started, msg, false);
}

int ua_dialog_fork_back(struct ua_dialog **dialogp, const struct ua_dialog *started, const struct sip_msg *msg)
{
	return fork_dialog(dialogp, started, msg, true);
}

int ua_dialog_accept(struct ua_dialog **dialogp, const struct sip_msg *invite)
{
	struct ua_dialog *dialog = dialog_new();
	char *to = NULL;
	int err;

	if (!dialog)
		return ENOMEM;
	dialog->local_cseq = rand_u16();
	dialog->remote_cseq = invite->cseq.num;
	dialog->secure = !pl_strcasecmp(&invite->uri.scheme, "sips");
	dialog->remote_cseq_known = true;
	err = take(&dialog->call_id, &invite->callid);
	if (!err)
		err = re_sdprintf(&dialog->local_tag, "%016llx", (unsigned long long)invite->tag);
	if (!err)
		err = take(&to, &invite->to.val);
	if (!err)
		err = re_sdprintf(&dialog->local, "%s;tag=%s", to, dialog->local_tag);
	mem_deref(to);
	if (!err)
		err = take(&dialog->remote, &invite->from.val);
	if (!err && pl_isset(&invite->from.tag))
		err = take(&dialog->remote_tag, &invite->from.tag);
	if (!err)
		err = take_target(dialog, invite);
	if (!err)
		err = take_routes(dialog, invite);
	if (err)
		mem_deref(dialog);
	else
		*dialogp = dialog;
	return err;
}

int ua_dialog_confirm(struct ua_dialog *dialog, const struct sip_msg *response)
{
	int err = take_routes(dialog, response);

	return err ? err : take_any_target(dialog, response);
}

int ua_dialog_retreat(struct ua_dialog *dialog, const struct ua_dialog *started)
{
	mem_deref(dialog->target);
	dialog->target = mem_ref(started->target);
	return ua_dialog_preload(dialog, started);
}

/* With such a target nothing could be sent any more, not even BYE. */
static bool asks_for_tls(const struct ua_dialog *dialog, const struct sip_msg *msg)
{
	struct sip_addr contact;

	return msg->tp != SIP_TRANSP_TLS && !is_sips_text(dialog->target) && !ua_message_contact(&contact, msg) && is_sips(&contact.auri);
}

int ua_dialog_refresh(struct ua_dialog *dialog, const struct sip_msg *msg)
{
	return asks_for_tls(dialog, msg) ? 0 : take_any_target(dialog, msg);
}

static bool is_tag(const struct pl *tag, const char *ours)
{
	return ours ? !pl_strcmp(tag, ours) : !pl_isset(tag);
}

bool ua_dialog_has(const struct ua_dialog *dialog, const struct sip_msg *msg)
{
	const struct pl *local = msg->req ? &msg->to.tag : &msg->from.tag;
	const struct pl *remote = msg->req ? &msg->from.tag : &msg->to.tag;

	return (!dialog->secure || msg->tp == SIP_TRANSP_TLS) && !pl_strcmp(&msg->callid, dialog->call_id) && is_tag(local, dialog->local_tag) &&
		is_tag(remote, dialog->remote_tag);
}

bool ua_dialog_in_order(struct ua_dialog *dialog, const struct sip_msg *request)
{
	if (dialog->remote_cseq_known && request->cseq.num <= dialog->remote_cseq)
		return false;
	dialog->remote_cseq = request->cseq.num;
	dialog->remote_cseq_known = true;
	return true;
}

bool ua_dialog_needs_tls(const struct ua_dialog *dialog)
{
	struct sip_addr addr;

	return dialog->secure || is_sips_text(ua_dialog_request_uri(dialog)) || (first_route(dialog, &addr) && is_sips(&addr.auri));
}

const char *ua_dialog_request_uri(const struct ua_dialog *dialog)
{
	return dialog->strict_uri ? dialog->strict_uri : dialog->target;
}

int ua_dialog_write(const struct ua_dialog *dialog, struct mbuf *mb, const char *method, uint32_t cseq)
{
	bool strict = dialog->strict_uri;
	int err = mbuf_printf(mb, "Max-Forwards: %u\r\n", dialog->max_forwards ? dialog->max_forwards : UA_MAX_FORWARDS);

	for (unsigned i = strict ? 1 : 0; i < dialog->route_count && !err; i++)
		err = mbuf_printf(mb, "Route: %s\r\n", dialog->routes[i]);
	if (strict && !err)
		err = mbuf_printf(mb, "Route: <%s>\r\n", dialog->target);
	if (err)
		return err;
	return mbuf_printf(mb, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n", dialog->local,
		dialog->remote, dialog->call_id, cseq, method);
}

static bool wants_udp(const struct pl *transport)
{
	return !pl_strcasecmp(transport, "udp");
}

void ua_dialog_next_hop(const struct ua_dialog *dialog, const struct ua_hop *server, struct ua_hop *hop)
{
	struct sip_addr addr;
	struct pl target, transport;
	struct uri uri;

	*hop = *server;
	if (first_route(dialog, &addr)) {
		uri = addr.uri;
	} else {
		pl_set_str(&target, dialog->target);
		if (uri_decode(&uri, &target))
			return;
	}
	if (sa_set(&hop->addr, &uri.host, uri.port ? uri.port : server->type == SIP_TRANSP_TLS ? SIP_PORT_TLS : SIP_PORT) ||
	    sa_af(&hop->addr) != sa_af(&server->addr))
		*hop = *server;
	else if (!msg_param_decode(&uri.params, "transport", &transport)) {
		hop->is_fixed = pl_strcasecmp(&transport, "tcp");
		if (wants_udp(&transport) && server->type != SIP_TRANSP_TLS) /* what is secret stays so */
			hop->type = SIP_TRANSP_UDP;
	}
}
