/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"

/* What went to one server. */
struct ua_branch {
	struct le le;              /* in agent->left, once it was left */
	struct ua_request *owner;  /* NULL: it was left */
	struct ua_server *server;  /* NULL: none of the account's */
	struct sip_request *request;
	bool instead;              /* by TCP, for its size */
	/* once it was left */
	struct ua_account *account;
	struct ua_dialog *dialog;  /* as the INVITE started it */
	char *credentials;
	uint32_t cseq;
	char *via_branch;          /* of a 2xx; NULL: none came */
	struct ua_dialog *answered;
	struct mbuf *ack;
	struct ua_hop hop;         /* where that went */
	struct tmr linger;
};

struct ua_request {
	struct ua_request **requestp;
	struct ua_account *account;
	struct ua_dialog *dialog;
	char *method, *uri, *credentials;
	uint32_t cseq;
	struct mbuf *content;
	struct ua_branch *branch;
	bool moves;  /* to whichever server answers */
	bool heard;  /* something came */
	bool judges; /* its silence is the server's own */
	bool hurries; /* nor is the last server waited for */
	bool cancelled;
	const struct ua_server *tried[UA_TARGETS_MAX]; /* compared, never read: they may be gone */
	unsigned tried_count;
	struct ua_hop *hopp;
	struct ua_hop hop; /* of branch, were it not for its size */
	struct tmr patience;
	sip_resp_h *handler;
	void *arg;
};

static void branch_destroy(void *arg)
{
	struct ua_branch *branch = arg;

	list_unlink(&branch->le);
	tmr_cancel(&branch->linger);
	mem_deref(branch->request);
	mem_deref(branch->server);
	mem_deref(branch->dialog);
	mem_deref(branch->answered);
	mem_deref(branch->credentials);
	mem_deref(branch->via_branch);
	mem_deref(branch->ack);
	mem_deref(branch->account);
}

static void destroy(void *arg)
{
	struct ua_request *request = arg;

	tmr_cancel(&request->patience);
	mem_deref(request->branch);
	mem_deref(request->content);
	mem_deref(request->method);
	mem_deref(request->uri);
	mem_deref(request->credentials);
	mem_deref(request->dialog);
	mem_deref(request->account);
}

/* ---- an INVITE that was left ---- */

static void on_linger(void *arg)
{
	mem_deref(arg);
}

static int acknowledge(struct ua_branch *branch)
{
	return ua_agent_acknowledge(branch->account, branch->answered, branch->cseq, branch->credentials, &branch->ack, &branch->hop);
}

/* Who answers there is told that nobody is here. */
static void hang_up(struct ua_branch *branch, const struct sip_msg *msg)
{
	int err;

	if (!branch->account->agent)
		return;
	if (branch->answered && ua_dialog_has(branch->answered, msg)) {
		(void)ua_transport_send(branch->account->agent->transport, &branch->hop, branch->ack);
		return;
	}
	branch->answered = mem_deref(branch->answered);
	branch->ack = mem_deref(branch->ack);
	err = ua_dialog_fork(&branch->answered, branch->dialog, msg);
	if (err == EBADMSG)
		err = ua_dialog_fork_back(&branch->answered, branch->dialog, msg);
	if (err)
		return;
	branch->answered->local_cseq = branch->cseq;
	if (ua_dialog_confirm(branch->answered, msg) == EBADMSG)
		(void)ua_dialog_retreat(branch->answered, branch->dialog);
	err = acknowledge(branch);
	if (err == EPROTONOSUPPORT && !ua_dialog_retreat(branch->answered, branch->dialog))
		err = acknowledge(branch);
	if (err)
		branch->answered = mem_deref(branch->answered); /* it will be repeated, and we try again */
	else
		(void)ua_bye_send(branch->account, branch->answered, 0);
}

/* Its 1xx has libre send the CANCEL. */
static void left_response(struct ua_branch *branch, int err, const struct sip_msg *msg)
{
	if (!err && msg->scode < 200)
		return;
	if (err || !branch->account->agent || pl_strdup(&branch->via_branch, &msg->via.branch)) {
		mem_deref(branch);
		return;
	}
	tmr_start(&branch->linger, UA_TIMEOUT_MS, on_linger, branch);
	if (msg->scode > 299) /* of another fork a 2xx may come all the same */
		ua_transport_expect_late(branch->account->agent->transport, msg);
	else
		hang_up(branch, msg);
}

bool ua_request_left_response(struct ua_agent *agent, const struct sip_msg *msg)
{
	struct le *le;

	LIST_FOREACH(&agent->left, le) {
		struct ua_branch *branch = le->data;

		if (branch->via_branch && msg->scode / 100 == 2 && !pl_strcmp(&msg->cseq.met, "INVITE") &&
		    !pl_strcmp(&msg->via.branch, branch->via_branch)) {
			hang_up(branch, msg);
			return true;
		}
	}
	return false;
}

/* Anything but an INVITE changes nothing there that the next server would not change too. */
static void leave(struct ua_request *request)
{
	struct ua_branch *branch = request->branch;

	request->branch = NULL;
	if (strcmp(request->method, "INVITE")) {
		mem_deref(branch);
		return;
	}
	branch->owner = NULL;
	branch->account = mem_ref(request->account);
	branch->dialog = mem_ref(request->dialog);
	branch->credentials = mem_ref(request->credentials);
	branch->cseq = request->cseq;
	list_append(&request->account->agent->left, &branch->le, branch);
	ua_transport_cancel(branch->request);
}

/* ---- on its way ---- */

static void on_response(int err, const struct sip_msg *msg, void *arg);

static bool was_tried(const struct ua_request *request, const struct ua_server *server)
{
	for (unsigned i = 0; i < request->tried_count; i++) {
		if (request->tried[i] == server)
			return true;
	}
	return false;
}

static struct ua_server *next_server(const struct ua_request *request)
{
	const struct ua_account *account = request->account;
	struct ua_target targets[UA_TARGETS_MAX];
	int chosen;

	if (request->tried_count == UA_TARGETS_MAX)
		return NULL;
	for (unsigned i = 0; i < account->server_count; i++)
		targets[i] = (struct ua_target){account->servers[i]->health, was_tried(request, account->servers[i])};
	chosen = ua_target_choose(targets, account->server_count, tmr_jiffies());
	return chosen < 0 ? NULL : account->servers[chosen];
}

/* With nobody to go to instead a server is not given up. */
static bool is_impatient(const struct ua_request *request)
{
	return request->branch->server && request->account->server_count > 1;
}

static void lose(struct ua_request *request)
{
	if (is_impatient(request))
		ua_server_lose(request->branch->server);
}

static void lose_when_silent(struct ua_request *request)
{
	if (request->judges)
		lose(request);
}

/* What a server only passes on may be silent because of whom it is for: for an INVITE alone it says 100 itself (RFC 3261 s16.2). */
static bool judges(const struct ua_outgoing *outgoing, const char *uri)
{
	return outgoing->server || !strcmp(outgoing->method, "INVITE") || (outgoing->to_server && !strchr(uri, '@'));
}

static void on_patience(void *arg);

/* With its Via and the rest of its first line. */
static bool is_large(const struct ua_request *request)
{
	enum { FIRST_LINE_REST = 12, VIA = 110 };

	return strlen(request->method) + strlen(request->uri) + FIRST_LINE_REST + VIA + request->content->end > UA_DATAGRAM_MAX;
}

static bool goes_by_tcp(const struct ua_request *request, const struct ua_server *server, const struct ua_hop *hop)
{
	struct ua_agent *agent = request->account->agent;

	return hop->type == SIP_TRANSP_UDP && !hop->is_fixed && !agent->large_by_udp && is_large(request) &&
		!(server && server->by_udp_until > tmr_jiffies()) && !ua_transport_open_tcp(agent->transport);
}

static int branch_send(struct ua_branch *branch, const struct ua_hop *hop)
{
	const struct ua_request *request = branch->owner;

	return ua_transport_request(&branch->request, request->account->agent->transport, hop, request->method, request->uri,
		request->content, on_response, branch);
}

static int branch_send_instead(struct ua_branch *branch, const struct ua_hop *hop)
{
	struct ua_hop tcp = *hop;
	int err;

	tcp.type = SIP_TRANSP_TCP;
	branch->instead = true;
	err = branch_send(branch, &tcp);
	if (!err)
		return 0;
	branch->instead = false;
	return branch_send(branch, hop);
}

static int start_branch_by(struct ua_request *request, struct ua_server *server, const struct ua_hop *hop, bool by_tcp)
{
	struct ua_agent *agent = request->account->agent;
	struct ua_branch *branch = mem_zalloc(sizeof(*branch), branch_destroy);
	int err;

	if (!branch)
		return ENOMEM;
	branch->owner = request;
	branch->server = mem_ref(server);
	request->branch = branch;
	request->hop = *hop;
	err = by_tcp ? branch_send_instead(branch, hop) : branch_send(branch, hop);
	if (err)
		return err;
	if (request->hopp)
		*request->hopp = *hop;
	if (branch->instead)
		tmr_start(&request->patience, MIN(UA_TCP_PATIENCE_MS, agent->failover_ms), on_patience, request);
	else if (is_impatient(request) || request->hurries)
		tmr_start(&request->patience, agent->failover_ms, on_patience, request);
	return 0;
}

static int start_branch(struct ua_request *request, struct ua_server *server, const struct ua_hop *hop)
{
	return start_branch_by(request, server, hop, goes_by_tcp(request, server, hop));
}

/* The same server, if it takes no TCP. The branch by TCP is gone, or left to itself. */
static int go_on_by_udp(struct ua_request *request, struct ua_server *server)
{
	const struct ua_hop hop = request->hop;
	int err;

	if (server)
		server->by_udp_until = tmr_jiffies() + UA_TCP_PAUSE_MS;
	err = start_branch_by(request, server, &hop, false);
	if (err)
		request->branch = mem_deref(request->branch);
	return err;
}

/* The best that is left and takes it. */
static int go_on(struct ua_request *request)
{
	struct ua_server *server;
	int err = EHOSTUNREACH;

	while ((server = next_server(request))) {
		request->tried[request->tried_count++] = server;
		err = start_branch(request, server, &server->hop);
		if (!err || !request->branch) /* sent, or no memory */
			break;
		if (err != ENOMEM)
			lose(request);
		request->branch = mem_deref(request->branch);
	}
	return err;
}

/* No memory, or no way to any of them. */
static void give_up(struct ua_request *request)
{
	sip_resp_h *handler = request->handler;
	void *handler_arg = request->arg;

	*request->requestp = NULL;
	mem_deref(request);
	handler(EHOSTUNREACH, NULL, handler_arg);
}

static void leave_tcp(struct ua_request *request)
{
	struct ua_server *server = mem_ref(request->branch->server);

	leave(request);
	if (go_on_by_udp(request, server))
		give_up(request);
	mem_deref(server);
}

static void finish(struct ua_request *request, int err, const struct sip_msg *msg);

/* The last one may take as long as it likes, unless the caller knows another way. */
static void on_patience(void *arg)
{
	struct ua_request *request = arg;
	bool has_next;

	if (!request->account->agent)
		return;
	if (request->branch->instead && !request->cancelled) {
		leave_tcp(request);
		return;
	}
	lose_when_silent(request);
	has_next = request->moves && next_server(request);
	if (request->cancelled || !(has_next || request->hurries))
		return;
	leave(request);
	if (!has_next)
		finish(request, ETIMEDOUT, NULL);
	else if (go_on(request))
		give_up(request);
}

/* What a registrar cannot do, or sends us away with, the next one may do all the same; of calls a 5xx may be the callee's. */
static bool is_unable(const struct ua_request *request, unsigned status)
{
	return status == 503 || (!str_cmp(request->method, "REGISTER") && (status / 100 == 3 || status / 100 == 5));
}

/* A call that rang is not made once more elsewhere. */
static bool is_for_another(struct ua_request *request, int err, const struct sip_msg *msg)
{
	unsigned retry_after_s;

	if (err == ETIMEDOUT && !request->heard)
		lose_when_silent(request);
	else if (err && !request->heard)
		lose(request);
	if (!err && msg->scode == 503 && request->branch->server) {
		retry_after_s = ua_message_number(msg, SIP_HDR_RETRY_AFTER, 0);
		if (retry_after_s)
			ua_server_shun(request->branch->server, retry_after_s);
	}
	if (!request->moves || request->cancelled || !request->account->agent)
		return false;
	return (err ? !request->heard : is_unable(request, msg->scode)) && next_server(request);
}

static void finish(struct ua_request *request, int err, const struct sip_msg *msg)
{
	sip_resp_h *handler = request->handler;
	void *arg = request->arg;
	/* The handler may be the server's own, which no account uses any more. */
	struct ua_server *server = request->branch ? mem_ref(request->branch->server) : NULL;

	if (request->requestp)
		*request->requestp = NULL;
	mem_deref(request);
	handler(err, msg, arg);
	mem_deref(server);
}

/* TCP was refused (RFC 3261 s18.1.1); true: it is on its way by UDP. */
static bool is_sent_by_udp(struct ua_request *request, int err)
{
	struct ua_server *server = mem_ref(request->branch->server);
	bool sent = false;

	if (err && request->branch->instead && !request->heard && !request->cancelled && request->account->agent) {
		request->branch = mem_deref(request->branch);
		sent = !go_on_by_udp(request, server);
	}
	mem_deref(server);
	return sent;
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_branch *branch = arg;
	struct ua_request *request = branch->owner;

	if (!request) {
		left_response(branch, err, msg);
		return;
	}
	if (!err && msg->scode < 200) {
		tmr_cancel(&request->patience);
		request->heard = true;
		request->handler(err, msg, request->arg);
		return;
	}
	tmr_cancel(&request->patience);
	if (is_sent_by_udp(request, err))
		return;
	if (!request->branch || !is_for_another(request, err, msg)) {
		finish(request, err, msg);
		return;
	}
	request->branch = mem_deref(request->branch);
	request->heard = false;
	if (go_on(request))
		finish(request, err, msg);
}

static int copy(struct ua_request *request, const struct ua_request_plan *plan)
{
	const struct ua_outgoing *outgoing = plan->outgoing;
	int err = str_dup(&request->method, outgoing->method);

	if (!err)
		err = str_dup(&request->uri, ua_dialog_request_uri(plan->dialog));
	if (!err && outgoing->credentialsp)
		request->credentials = mem_ref(*outgoing->credentialsp);
	request->account = mem_ref(plan->account);
	request->dialog = mem_ref((void *)(uintptr_t)plan->dialog);
	request->content = mem_ref(plan->content);
	request->cseq = outgoing->cseq;
	request->moves = outgoing->to_server;
	request->hurries = outgoing->hurries;
	request->judges = judges(outgoing, ua_dialog_request_uri(plan->dialog));
	request->hopp = outgoing->hopp;
	return err;
}

static int start(struct ua_request *request, const struct ua_request_plan *plan)
{
	struct ua_server *server = plan->outgoing->server;

	if (request->moves)
		return go_on(request);
	if (server)
		return start_branch(request, server, &server->hop);
	if (!sa_port(&plan->hop.addr))
		return EHOSTUNREACH;
	return start_branch(request, ua_server_find(request->account->agent, &plan->hop), &plan->hop);
}

int ua_request_send(struct ua_request **requestp, const struct ua_request_plan *plan, sip_resp_h *handler, void *arg)
{
	struct ua_request *request = mem_zalloc(sizeof(*request), destroy);
	int err;

	if (!request)
		return ENOMEM;
	request->handler = handler;
	request->arg = arg;
	err = copy(request, plan);
	if (!err)
		err = start(request, plan);
	if (err) {
		mem_deref(request);
		return err;
	}
	request->requestp = requestp;
	*requestp = request;
	return 0;
}

/* It is for this server alone from now on. */
void ua_request_cancel(struct ua_request *request)
{
	request->cancelled = true;
	ua_transport_cancel(request->branch->request);
}
