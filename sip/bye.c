/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A BYE on its own: once sent, the dialog has ended for both whatever is answered (RFC 3261 s15.1.1), so
 * all that is left to do is to answer a challenge.
 */
#include <errno.h>

#include "sip/agent_private.h"

struct ua_bye {
	struct le le;
	struct ua_account *account;
	struct ua_dialog *dialog;
	struct sip_request *request;
	struct ua_attempt attempt;
	unsigned q850_cause;
};

static void destroy(void *arg)
{
	struct ua_bye *bye = arg;

	list_unlink(&bye->le);
	mem_deref(bye->request);
	mem_deref(bye->dialog);
	mem_deref(bye->account);
}

static int send_request(struct ua_bye *bye);

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_bye *bye = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) && bye->account->agent &&
	    !ua_agent_challenged(bye->account, &bye->attempt, msg) && !send_request(bye))
		return;
	mem_deref(bye);
}

static int send_request(struct ua_bye *bye)
{
	struct ua_outgoing outgoing = {.method = "BYE", .cseq = ++bye->dialog->local_cseq};
	char reason[64];

	(void)re_snprintf(reason, sizeof(reason), "Reason: Q.850;cause=%u\r\n", bye->q850_cause);
	if (bye->q850_cause)
		outgoing.extra = reason;
	return ua_agent_request(&bye->request, bye->account, bye->dialog, &outgoing, on_response, bye);
}

int ua_bye_send(struct ua_account *account, struct ua_dialog *dialog, unsigned q850_cause)
{
	struct ua_bye *bye;
	int err;

	if (!account->agent)
		return ECANCELED;
	bye = mem_zalloc(sizeof(*bye), destroy);
	if (!bye)
		return ENOMEM;
	bye->account = mem_ref(account);
	bye->dialog = mem_ref(dialog);
	bye->q850_cause = q850_cause;
	list_append(&account->agent->byes, &bye->le, bye);
	err = send_request(bye);
	if (err)
		mem_deref(bye);
	return err;
}
