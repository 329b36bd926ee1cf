/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sip/tls.h"
#include "sip/transport.h"

#define DEBUG_MODULE "tipring"
#define DEBUG_LEVEL 0
#include <re_dbg.h>

#define BUCKETS 256 /* of the tables of transactions, a power of 2 */

/*
 * libre finds a connection by its address alone. Where two names are at one address, each has a stack of its own, which knows the other's
 * connections not: a lane. All but the first are for TLS alone, with a port of their own that the system chooses.
 */
struct lane {
	struct sip *sip;
	struct sip_lsnr *requests, *responses;
	struct sa tls_local;
};

struct ua_transport {
	struct lane lanes[UA_LANES_MAX];
	unsigned lane_count;
	char *software;
	struct ua_transport_handlers handlers;
	struct sa local;
	struct ua_socket_options options; /* of all its sockets */
	int receive_buffer;
	struct ua_tls *tls; /* NULL: not wanted */
	struct udp_helper *sieve; /* NULL: the socket is not known yet */
	struct list flows; /* that are watched; their watches hold them */
	uint64_t late_until_ms; /* 2xx to refused INVITEs are looked for */
};

/* Of all transports: what is unreadable is counted over the process, and belongs to the datagram before. */
static struct {
	const struct ua_transport *transport; /* that the last datagram came by; NULL: it is gone */
	struct sa source;
	uint64_t swallowed; /* what was unreadable by then */
} last;

static bool is_2xx(const struct mbuf *mb)
{
	static const char start[] = "SIP/2.0 2";

	return mbuf_get_left(mb) > strlen(start) && !memcmp(mbuf_buf(mb), start, strlen(start));
}

/* Over UDP the transaction of an INVITE that was refused lives on, to acknowledge the refusal again, and swallows all that comes. */
static bool take_late(struct ua_transport *transport, const struct sa *source, struct mbuf *mb)
{
	size_t start = mb->pos;
	struct sip_msg *msg;
	bool taken;

	if (tmr_jiffies() >= transport->late_until_ms || !is_2xx(mb))
		return false;
	if (sip_msg_decode(&msg, mb)) {
		mb->pos = start;
		return false;
	}
	msg->tp = SIP_TRANSP_UDP;
	msg->src = *source;
	msg->dst = transport->local;
	taken = transport->handlers.late(msg, transport->handlers.arg);
	mem_deref(msg);
	mb->pos = start;
	if (taken && transport->handlers.trace)
		transport->handlers.trace(false, source, (const char *)mbuf_buf(mb), mbuf_get_left(mb), transport->handlers.arg);
	return taken;
}

static bool on_datagram(struct sa *source, struct mbuf *mb, void *arg)
{
	struct ua_transport *transport = arg;

	if (last.transport && ua_interpose_swallowed() != last.swallowed)
		last.transport->handlers.unreadable(&last.source, last.transport->handlers.arg);
	last.transport = transport;
	last.source = *source;
	last.swallowed = ua_interpose_swallowed();
	return !transport->handlers.admits(source, transport->handlers.arg) || take_late(transport, source, mb);
}

/* libre keeps its socket to itself, but for those who have a message from it. Before it is decoded, a datagram costs least. */
static void sieve_place(struct ua_transport *transport, const struct sip_msg *msg)
{
	if (!transport->sieve && msg->tp == SIP_TRANSP_UDP)
		(void)udp_register_helper(&transport->sieve, msg->sock, 0, NULL, on_datagram, transport);
}

/* libre leaves the kernel to hold a message back until the one before it is acknowledged, which the peer's puts off for 40 ms. */
static void hurry(const struct sip_msg *msg)
{
	struct tcp_conn *connection = sip_msg_tcpconn(msg);
	int on = 1;

	if (connection)
		(void)setsockopt(tcp_conn_fd(connection), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void meet(struct ua_transport *transport, const struct sip_msg *msg)
{
	sieve_place(transport, msg);
	hurry(msg);
}

static bool on_request(const struct sip_msg *msg, void *arg)
{
	struct ua_transport *transport = arg;

	meet(transport, msg);
	transport->handlers.request(msg, transport->handlers.arg);
	return true;
}

static bool on_response(const struct sip_msg *msg, void *arg)
{
	struct ua_transport *transport = arg;

	meet(transport, msg);
	transport->handlers.response(msg, transport->handlers.arg);
	return true;
}

static void on_trace(bool sent, enum sip_transp type, const struct sa *from, const struct sa *to,
	const uint8_t *text, size_t length, void *arg)
{
	struct ua_transport *transport = arg;

	(void)type;
	transport->handlers.trace(sent, sent ? to : from, (const char *)text, length,
		transport->handlers.arg);
}

static void lane_close(struct lane *lane)
{
	mem_deref(lane->requests);
	mem_deref(lane->responses);
	mem_deref(lane->sip);
	*lane = (struct lane){.sip = NULL};
}

static void destroy(void *arg)
{
	struct ua_transport *transport = arg;

	if (last.transport == transport)
		last.transport = NULL;
	mem_deref(transport->sieve);
	for (unsigned i = 0; i < transport->lane_count; i++)
		lane_close(&transport->lanes[i]);
	ua_tls_free(transport->tls);
	mem_deref(transport->software);
}

/* libre keeps its socket to itself; it is the descriptor that is bound to our address. */
static bool is_our_socket(const struct ua_transport *transport, int fd)
{
	socklen_t length = sizeof(int);
	struct sa bound = {.len = sizeof(bound.u)};
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) && type == SOCK_DGRAM &&
		!getsockname(fd, &bound.u.sa, &bound.len) && sa_cmp(&bound, &transport->local, SA_ALL);
}

static int find_socket(const struct ua_transport *transport)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int found = -1;

	if (!dir)
		return -1;
	while (found < 0 && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd != dirfd(dir) && is_our_socket(transport, fd))
			found = fd;
	}
	closedir(dir);
	return found;
}

/* The kernel grants up to net.core.rmem_max; what it granted is for the operator to read. */
static void enlarge_receive_buffer(struct ua_transport *transport)
{
	int fd = find_socket(transport), size = UA_RECEIVE_BUFFER_WANTED;
	socklen_t length = sizeof(transport->receive_buffer);

	if (fd < 0)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &transport->receive_buffer, &length);
}

static int add(struct ua_transport *transport, struct lane *lane, enum sip_transp type, const struct sa *local, struct tls *tls)
{
	int err;

	ua_interpose_sockets(&transport->options);
	err = sip_transp_add(lane->sip, type, local, tls);
	ua_interpose_sockets(NULL);
	return err;
}

/* What lane_close ends, also when it fails. */
static int lane_open(struct ua_transport *transport, struct lane *lane)
{
	int err = sip_alloc(&lane->sip, NULL, BUCKETS, BUCKETS, BUCKETS, transport->software, NULL, transport);

	if (err)
		return err;
	if (transport->handlers.trace)
		sip_set_trace_handler(lane->sip, on_trace);
	err = sip_listen(&lane->requests, lane->sip, true, on_request, transport);
	return err ? err : sip_listen(&lane->responses, lane->sip, false, on_response, transport);
}

static int open_stack(struct ua_transport *transport, const struct sa *local)
{
	struct lane *lane = &transport->lanes[0];
	int err;

	transport->lane_count = 1;
	err = lane_open(transport, lane);
	if (!err)
		err = add(transport, lane, SIP_TRANSP_UDP, local, NULL);
	return err ? err : sip_transp_laddr(lane->sip, &transport->local, SIP_TRANSP_UDP, local);
}

/* ---- lanes ---- */

static int lane_add(struct ua_transport *transport)
{
	struct lane *lane = &transport->lanes[transport->lane_count];
	struct sa local = transport->local;
	int err;

	if (transport->lane_count == UA_LANES_MAX)
		return EMFILE;
	sa_set_port(&local, 0);
	err = lane_open(transport, lane);
	if (!err)
		err = add(transport, lane, SIP_TRANSP_TLS, &local, ua_tls_context(transport->tls));
	if (!err)
		err = sip_transp_laddr(lane->sip, &lane->tls_local, SIP_TRANSP_TLS, &transport->local);
	if (err)
		lane_close(lane);
	else
		transport->lane_count++;
	return err;
}

/* One that the peer made is in the lane at whose port it arrived. */
static unsigned lane_of_link(const struct ua_transport *transport, const struct ua_tls_link *link)
{
	if (link->name[0])
		return link->lane;
	for (unsigned i = 0; i < transport->lane_count; i++) {
		if (sa_port(&transport->lanes[i].tls_local) == sa_port(&link->local))
			return i;
	}
	return 0;
}

static bool may_share(const struct ua_transport *transport, const struct ua_tls_link *link, const struct ua_hop *hop)
{
	return !hop->tls_name[0] || !ua_tls_verifies(transport->tls) || !str_casecmp(link->name, hop->tls_name) ||
		ua_tls_link_has_name(link, hop->tls_name);
}

/* The lane that has a connection to where it goes, and to nobody else there; else one that has none. */
static unsigned lane_for(const struct ua_transport *transport, const struct ua_hop *hop)
{
	bool taken[UA_LANES_MAX + 1] = {false};
	unsigned lane;
	struct le *le;

	LIST_FOREACH(ua_tls_links(transport->tls), le) {
		const struct ua_tls_link *link = le->data;

		if (!sa_cmp(&link->peer, &hop->addr, SA_ALL))
			continue;
		lane = lane_of_link(transport, link);
		if (may_share(transport, link, hop))
			return lane;
		taken[lane] = true;
	}
	for (lane = 0; taken[lane]; lane++)
		;
	return lane;
}

static struct sip *sip_of(const struct ua_transport *transport, const struct sip_msg *msg)
{
	const struct ua_tls_link *link = transport->tls ? ua_tls_link_of(transport->tls, msg) : NULL;

	return transport->lanes[link ? lane_of_link(transport, link) : 0].sip;
}

/* For a hop, and should a connection have to be made. */
static int begin(struct ua_transport *transport, const struct ua_hop *hop, struct sip **sipp)
{
	unsigned lane = 0;
	int err;

	if (transport->tls && hop->type == SIP_TRANSP_TLS) {
		lane = lane_for(transport, hop);
		err = lane < transport->lane_count ? 0 : lane_add(transport);
		if (err)
			return err;
		ua_tls_expect(transport->tls, hop->tls_name[0] ? hop->tls_name : NULL, lane);
	}
	ua_interpose_sockets(&transport->options);
	*sipp = transport->lanes[lane].sip;
	return 0;
}

static void end(struct ua_transport *transport)
{
	ua_interpose_sockets(NULL);
	if (transport->tls)
		ua_tls_expect(transport->tls, NULL, 0);
}

/* ---- */

int ua_transport_alloc(struct ua_transport **transportp, const struct sa *local,
	const struct ua_socket_options *options, const char *software, const struct ua_transport_handlers *handlers)
{
	struct ua_transport *transport = mem_zalloc(sizeof(*transport), destroy);
	int err;

	if (!transport)
		return ENOMEM;
	dbg_init(DBG_EMERG, DBG_NONE);
	transport->handlers = *handlers;
	transport->options = *options;
	err = str_dup(&transport->software, software);
	if (!err)
		err = open_stack(transport, local);
	if (err) {
		mem_deref(transport);
		return err;
	}
	enlarge_receive_buffer(transport);
	*transportp = transport;
	return 0;
}

int ua_transport_open_tcp(struct ua_transport *transport)
{
	if (sip_transp_isladdr(transport->lanes[0].sip, SIP_TRANSP_TCP, &transport->local))
		return 0;
	return add(transport, &transport->lanes[0], SIP_TRANSP_TCP, &transport->local, NULL);
}

void ua_transport_address(const struct ua_transport *transport, enum sip_transp type, struct sa *addr)
{
	*addr = transport->local;
	if (type == SIP_TRANSP_TLS)
		sa_set_port(addr, sa_port(&transport->local) + 1u);
}

int ua_transport_open_tls(struct ua_transport *transport, const struct ua_tls_config *config)
{
	struct sa local;
	int err;

	if (transport->tls)
		return 0;
	err = ua_tls_alloc(&transport->tls, config);
	if (err)
		return err;
	ua_transport_address(transport, SIP_TRANSP_TLS, &local);
	err = add(transport, &transport->lanes[0], SIP_TRANSP_TLS, &local, ua_tls_context(transport->tls));
	if (err) {
		ua_tls_free(transport->tls);
		transport->tls = NULL;
		return err;
	}
	transport->lanes[0].tls_local = local;
	ua_tls_expect(transport->tls, NULL, 0);
	return 0;
}

bool ua_transport_has_tls(const struct ua_transport *transport)
{
	return transport->tls;
}

const char *ua_transport_tls_refusal(struct ua_transport *transport)
{
	return transport->tls ? ua_tls_refusal(transport->tls) : NULL;
}

bool ua_transport_verifies(const struct ua_transport *transport)
{
	return transport->tls && ua_tls_verifies(transport->tls);
}

bool ua_transport_came_from(const struct ua_transport *transport, const struct sip_msg *msg, const char *name)
{
	const struct ua_tls_link *link = transport->tls ? ua_tls_link_of(transport->tls, msg) : NULL;

	return link && ua_tls_link_has_name(link, name);
}

int ua_transport_watch(struct ua_flow_watch **watchp, struct ua_transport *transport, const struct sip_msg *msg,
	const struct ua_flow_terms *terms, ua_flow_lost_h *handler, void *arg)
{
	meet(transport, msg);
	return ua_flow_watch(watchp, &transport->flows, sip_of(transport, msg), msg, terms, handler, arg);
}

void ua_transport_free(struct ua_transport *transport)
{
	mem_deref(transport);
}

const struct sa *ua_transport_local(const struct ua_transport *transport)
{
	return &transport->local;
}

int ua_transport_receive_buffer(const struct ua_transport *transport)
{
	return transport->receive_buffer;
}

uint64_t ua_transport_unreadable(void)
{
	return ua_interpose_swallowed();
}

/* Behind our Via: the server may send its requests by this connection too, since we have shown who we are (RFC 5923 s8). */
static int offer_connection(enum sip_transp type, const struct sa *src, const struct sa *dst, struct mbuf *mb, void *arg)
{
	(void)type;
	(void)src;
	(void)dst;
	(void)arg;
	if (mb->pos < 2 || memcmp(mb->buf + mb->pos - 2, "\r\n", 2))
		return 0;
	mb->pos -= 2;
	return mbuf_write_str(mb, ";alias\r\n");
}

int ua_transport_request(struct sip_request **requestp, struct ua_transport *transport,
	const struct ua_hop *hop, const char *method, const char *uri, struct mbuf *content,
	sip_resp_h *handler, void *arg)
{
	struct uri route = {.scheme = PL("sip"), .port = sa_port(&hop->addr)};
	char host[UA_HOST_MAX];
	struct sip *sip;
	int err;

	pl_set_str(&route.params, sip_transp_param(hop->type));
	if (sa_ntop(&hop->addr, host, sizeof(host)))
		return EINVAL;
	pl_set_str(&route.host, host);
	err = begin(transport, hop, &sip);
	if (err)
		return err;
	content->pos = 0;
	err = sip_request(requestp, sip, true, method, -1, uri, -1, &route, content, 0,
		hop->type == SIP_TRANSP_TLS && ua_tls_has_certificate(transport->tls) ? offer_connection : NULL, handler, arg);
	end(transport);
	return err;
}

void ua_transport_cancel(struct sip_request *request)
{
	sip_request_cancel(request);
}

int ua_transport_send(struct ua_transport *transport, const struct ua_hop *hop, struct mbuf *message)
{
	struct sip *sip;
	int err = begin(transport, hop, &sip);

	if (err)
		return err;
	message->pos = 0;
	err = sip_send(sip, NULL, hop->type, &hop->addr, message);
	end(transport);
	return err;
}

void ua_transport_expect_late(struct ua_transport *transport, const struct sip_msg *refusal)
{
	meet(transport, refusal);
	transport->late_until_ms = tmr_jiffies() + UA_TIMEOUT_MS;
}

int ua_transport_ack(struct mbuf **ackp, struct ua_transport *transport, const struct ua_hop *hop,
	const char *uri, struct mbuf *content)
{
	struct mbuf *ack = mbuf_alloc(512);
	struct sa local;
	int err;

	if (!ack)
		return ENOMEM;
	content->pos = 0;
	ua_transport_address(transport, hop->type, &local);
	err = mbuf_printf(ack, "ACK %s SIP/2.0\r\nVia: SIP/2.0/%s %J;branch=z9hG4bK%016llx;rport\r\n%b",
		uri, sip_transp_name(hop->type), &local, rand_u64(),
		mbuf_buf(content), mbuf_get_left(content));
	if (!err)
		err = ua_transport_send(transport, hop, ack);
	if (err)
		mem_deref(ack);
	else
		*ackp = ack;
	return err;
}

int ua_transport_serve(struct sip_strans **transp, struct ua_transport *transport,
	const struct sip_msg *msg, sip_cancel_h *cancelled, void *arg)
{
	return sip_strans_alloc(transp, sip_of(transport, msg), msg, cancelled, arg);
}

int ua_transport_reply(struct ua_transport *transport, struct sip_strans **transp,
	const struct sip_msg *msg, const struct ua_reply *reply, struct mbuf **messagep)
{
	const char *headers = reply->headers ? reply->headers : "";
	const char *body = reply->body ? reply->body : "";
	char type[64] = "";

	if (reply->body)
		(void)re_snprintf(type, sizeof(type), "Content-Type: %s\r\n", reply->type);
	if (!transp)
		return sip_replyf(sip_of(transport, msg), msg, (uint16_t)reply->status, reply->phrase,
			"%s%sContent-Length: %zu\r\n\r\n%s", headers, type, strlen(body), body);
	return sip_treplyf(transp, messagep, sip_of(transport, msg), msg, !pl_strcmp(&msg->met, "INVITE"), (uint16_t)reply->status,
		reply->phrase, "%s%sContent-Length: %zu\r\n\r\n%s", headers, type, strlen(body), body);
}

void ua_transport_reply_hop(struct ua_hop *hop, const struct sip_msg *msg)
{
	struct pl pl;

	hop->type = msg->tp;
	hop->tls_name[0] = '\0';
	hop->addr = msg->src;
	if (msg->tp == SIP_TRANSP_UDP)
		sip_reply_addr(&hop->addr, msg, !msg_param_exists(&msg->via.params, "rport", &pl));
}
