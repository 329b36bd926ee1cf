/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "sip/flow.h"

#define PING_NEVER_S   4000000u /* libre's greatest interval */
#define STUN_PATIENCE_MS 40000u /* of libre's transactions: 500 ms, doubled six times, and 16 times that (RFC 5389 s7.2.1) */

/* Its watches hold it. */
struct ua_flow {
	struct le le; /* in the transport's list */
	bool by_udp;
	struct sa peer; /* by UDP */
	struct tcp_conn *connection; /* libre's; NULL: gone, or none */
	struct list watches;
	struct tmr ping, pong;
	unsigned ping_s;  /* 0: nobody wants any */
	uint64_t received; /* bytes, when the ping went that is not answered yet */
	bool must_answer, was_answered;
};

struct ua_flow_watch {
	struct le le; /* in flow->watches */
	struct ua_flow *flow;
	struct sip_keepalive *keepalive; /* tells of the end */
	struct ua_flow_terms terms;
	uint64_t started_ms;
	ua_flow_lost_h *handler;
	void *arg;
};

static void flow_destroy(void *arg)
{
	struct ua_flow *flow = arg;

	list_unlink(&flow->le);
	tmr_cancel(&flow->ping);
	tmr_cancel(&flow->pong);
}

/* libre reads line ends between messages and tells nobody. Whatever came is a sign of life. */
static uint64_t received(const struct ua_flow *flow)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof(info);

	(void)getsockopt(tcp_conn_fd(flow->connection), IPPROTO_TCP, TCP_INFO, &info, &length);
	return info.tcpi_bytes_received;
}

/* libre finds it closed, and tells all who use it. */
static void flow_break(const struct ua_flow *flow)
{
	(void)shutdown(tcp_conn_fd(flow->connection), SHUT_RDWR);
}

static void on_pong_due(void *arg)
{
	struct ua_flow *flow = arg;

	if (received(flow) != flow->received)
		flow->was_answered = true;
	else if (flow->must_answer || flow->was_answered)
		flow_break(flow);
}

static int send_ping(const struct ua_flow *flow)
{
	static uint8_t text[] = {'\r', '\n', '\r', '\n'};
	struct mbuf mb = {.buf = text, .size = sizeof(text), .end = sizeof(text)};

	return tcp_send(flow->connection, &mb);
}

static void on_ping(void *arg);

static void await_ping(struct ua_flow *flow)
{
	uint64_t ms = 800ull * flow->ping_s;

	tmr_start(&flow->ping, ms + rand_u32() % (200 * flow->ping_s + 1), on_ping, flow);
}

/* Where pings come faster than the time for an answer the first one that waits for it stands for those after it. */
static void on_ping(void *arg)
{
	struct ua_flow *flow = arg;
	bool waits;

	await_ping(flow);
	if (tmr_isrunning(&flow->pong) && received(flow) != flow->received) {
		flow->was_answered = true;
		tmr_cancel(&flow->pong);
	}
	waits = tmr_isrunning(&flow->pong);
	if (!waits)
		flow->received = received(flow);
	if (send_ping(flow))
		flow_break(flow);
	else if (!waits)
		tmr_start(&flow->pong, UA_PONG_MS, on_pong_due, flow);
}

static unsigned sooner(unsigned a_s, unsigned b_s)
{
	return a_s && b_s ? MIN(a_s, b_s) : MAX(a_s, b_s);
}

/* What all its watches want together. */
static void flow_review(struct ua_flow *flow)
{
	struct le *le;

	flow->ping_s = 0;
	flow->must_answer = false;
	LIST_FOREACH(&flow->watches, le) {
		const struct ua_flow_watch *watch = le->data;

		flow->ping_s = sooner(flow->ping_s, watch->terms.ping_s);
		flow->must_answer = flow->must_answer || watch->terms.answers;
	}
	if (!flow->ping_s || !flow->connection)
		tmr_cancel(&flow->ping);
	else if (!tmr_isrunning(&flow->ping) || tmr_get_expire(&flow->ping) > 1000ull * flow->ping_s)
		await_ping(flow);
}

static void watch_destroy(void *arg)
{
	struct ua_flow_watch *watch = arg;

	mem_deref(watch->keepalive);
	if (!watch->flow)
		return;
	list_unlink(&watch->le);
	flow_review(watch->flow);
	mem_deref(watch->flow);
}

/* Of each watch, the one after the other. */
static void on_lost(int err, void *arg)
{
	struct ua_flow_watch *watch = arg;
	struct ua_flow *flow = watch->flow;

	(void)err;
	flow->connection = NULL;
	tmr_cancel(&flow->ping);
	tmr_cancel(&flow->pong);
	watch->handler(list_count(&flow->watches), watch->arg);
}

static bool carried(const struct ua_flow *flow, const struct sip_msg *msg)
{
	if (msg->tp == SIP_TRANSP_UDP)
		return flow->by_udp && sa_cmp(&flow->peer, &msg->src, SA_ALL);
	return flow->connection && flow->connection == sip_msg_tcpconn(msg);
}

static struct ua_flow *flow_get(struct list *flows, const struct sip_msg *msg)
{
	struct ua_flow *flow;
	struct le *le;

	LIST_FOREACH(flows, le) {
		if (carried(le->data, msg))
			return mem_ref(le->data);
	}
	flow = mem_zalloc(sizeof(*flow), flow_destroy);
	if (!flow)
		return NULL;
	flow->by_udp = msg->tp == SIP_TRANSP_UDP;
	flow->peer = msg->src;
	flow->connection = flow->by_udp ? NULL : sip_msg_tcpconn(msg);
	list_append(flows, &flow->le, flow);
	return flow;
}

static bool is_watchable(const struct sip_msg *msg, const struct ua_flow_terms *terms)
{
	return msg->tp == SIP_TRANSP_UDP ? terms->answers && terms->ping_s : sip_msg_tcpconn(msg) != NULL;
}

int ua_flow_watch(struct ua_flow_watch **watchp, struct list *flows, struct sip *sip, const struct sip_msg *msg,
	const struct ua_flow_terms *terms, ua_flow_lost_h *handler, void *arg)
{
	struct ua_flow_watch *watch;
	int err = ENOMEM;

	if (!is_watchable(msg, terms))
		return ENOTSUP;
	watch = mem_zalloc(sizeof(*watch), watch_destroy);
	if (!watch)
		return ENOMEM;
	watch->terms = (struct ua_flow_terms){MIN(terms->ping_s, UA_PING_MAX_S), terms->answers};
	watch->started_ms = tmr_jiffies();
	watch->handler = handler;
	watch->arg = arg;
	watch->flow = flow_get(flows, msg);
	if (watch->flow) {
		list_append(&watch->flow->watches, &watch->le, watch);
		flow_review(watch->flow);
		err = sip_keepalive_start(&watch->keepalive, sip, msg, watch->flow->by_udp ? watch->terms.ping_s : PING_NEVER_S,
			on_lost, watch);
	}
	if (err)
		mem_deref(watch);
	else
		*watchp = watch;
	return err;
}

/* libre tells of STUN only what failed. */
bool ua_flow_was_answered(const struct ua_flow_watch *watch)
{
	return watch->flow->by_udp ? tmr_jiffies() - watch->started_ms > 1000ull * watch->terms.ping_s + STUN_PATIENCE_MS :
		watch->flow->was_answered;
}
