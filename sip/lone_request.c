/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A request in a dialog whose outcome changes nothing here: BYE, after which the dialog has ended for both whatever is answered
 * (RFC 3261 s15.1.1), and PRACK. All that is left to do is to answer a challenge.
 */
#include <errno.h>

#include "sip/agent_private.h"

struct ua_lone_request {
	struct le le;
	struct ua_account *account;
	struct ua_dialog *dialog;
	struct ua_request *request;
	struct ua_attempt attempt;
	const char *method;
	char *extra;
};

static void destroy(void *arg)
{
	struct ua_lone_request *lone = arg;

	list_unlink(&lone->le);
	mem_deref(lone->request);
	mem_deref(lone->extra);
	mem_deref(lone->dialog);
	mem_deref(lone->account);
}

static int send_request(struct ua_lone_request *lone);

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_lone_request *lone = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) && lone->account->agent &&
	    !ua_agent_challenged(lone->account, &lone->attempt, msg) && !send_request(lone))
		return;
	mem_deref(lone);
}

static int send_request(struct ua_lone_request *lone)
{
	const struct ua_outgoing outgoing = {
		.method = lone->method, .cseq = ++lone->dialog->local_cseq, .extra = lone->extra,
	};

	return ua_agent_request(&lone->request, lone->account, lone->dialog, &outgoing, on_response, lone);
}

int ua_lone_request_send(struct ua_account *account, struct ua_dialog *dialog, const char *method, char *extra)
{
	struct ua_lone_request *lone;
	int err;

	if (!account->agent)
		return ECANCELED;
	lone = mem_zalloc(sizeof(*lone), destroy);
	if (!lone)
		return ENOMEM;
	lone->account = mem_ref(account);
	lone->dialog = mem_ref(dialog);
	lone->method = method;
	lone->extra = mem_ref(extra);
	list_append(&account->agent->lone_requests, &lone->le, lone);
	err = send_request(lone);
	if (err)
		mem_deref(lone);
	return err;
}

int ua_bye_send(struct ua_account *account, struct ua_dialog *dialog, unsigned q850_cause)
{
	char *reason = q850_cause ? ua_text_format("Reason: Q.850;cause=%u\r\n", q850_cause) : NULL;
	int err = ua_lone_request_send(account, dialog, "BYE", reason);

	mem_deref(reason);
	return err;
}
