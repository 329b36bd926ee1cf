/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/agent_private.h"
#include "sip/probe.h"

struct ua_probe {
	struct le le; /* in agent->probes */
	struct ua_account *account;
	struct ua_dialog *dialog;
	struct ua_request *request;
	struct ua_attempt attempt;
	bool past_servers;
	ua_probe_h *handler;
	void *arg;
	struct tmr deliver;
	unsigned status;
};

static void destroy(void *arg)
{
	struct ua_probe *probe = arg;

	list_unlink(&probe->le);
	tmr_cancel(&probe->deliver);
	mem_deref(probe->request);
	mem_deref(probe->dialog);
	mem_deref(probe->account);
}

static void on_deliver(void *arg)
{
	struct ua_probe *probe = arg;
	ua_probe_h *handler = probe->handler;
	void *user = probe->arg;
	unsigned status = probe->status;

	mem_deref(probe);
	handler(status, user);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

static int send_options(struct ua_probe *probe)
{
	const struct ua_outgoing outgoing = {
		.method = "OPTIONS", .cseq = ++probe->dialog->local_cseq, .extra = "Accept: application/sdp\r\n",
		.to_server = !probe->past_servers,
	};

	return ua_agent_request(&probe->request, probe->account, probe->dialog, &outgoing, on_response, probe);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_probe *probe = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    !ua_agent_challenged(probe->account, &probe->attempt, msg) && !send_options(probe))
		return;
	probe->status = !err ? msg->scode : err == ETIMEDOUT ? 408 : 0;
	tmr_start(&probe->deliver, 0, on_deliver, probe);
}

static int fill(struct ua_probe *probe, const char *user, const struct ua_account *past)
{
	char *to = ua_text_format("<%s:%H@%s>", probe->account->scheme, ua_print_user, user, probe->account->domain);
	char *uri = past ? ua_text_format("%s", past->here)
			 : ua_text_format("%s:%H@%s", probe->account->scheme, ua_print_user, user, probe->account->domain);
	int err = to && uri ? ua_dialog_start(&probe->dialog, probe->account->address, to, uri) : ENOMEM;

	mem_deref(to);
	mem_deref(uri);
	return err ? err : send_options(probe);
}

int ua_probe_send(struct ua_probe **probep, struct ua_account *account, const char *user, struct ua_account *past,
	ua_probe_h *handler, void *arg)
{
	struct ua_probe *probe;
	int err;

	if (!user[0] || strlen(user) > UA_USER_MAX)
		return EINVAL;
	if (past && (err = ua_account_at(&account, account, past->agent)))
		return err;
	probe = mem_zalloc(sizeof(*probe), destroy);
	if (!probe)
		return ENOMEM;
	probe->account = mem_ref(account);
	probe->past_servers = past;
	probe->handler = handler;
	probe->arg = arg;
	err = fill(probe, user, past);
	if (err) {
		mem_deref(probe);
		return err;
	}
	list_append(&account->agent->probes, &probe->le, probe);
	*probep = probe;
	return 0;
}

void ua_probe_cancel(struct ua_probe *probe)
{
	mem_deref(probe);
}
