/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking the server whether it is there: OPTIONS every qualify_s, with or without a registration.
 * With 408 or 503 it is not, and once it
 * was not, it is again when it answers as one that serves (ua_server_serves), or refuses (4xx, 6xx): what it thinks of us it says to REGISTER. Accounts ask at times of their own, so that many which
 * find it back do not all register in the same instant.
 */
#include <errno.h>

#include "sip/agent_private.h"

#define QUALIFY_MIN_S 10u
#define QUALIFY_MAX_S 3600u

struct ua_qualifier {
	struct ua_account *account; /* owns us */
	struct ua_dialog *dialog;   /* Call-ID and CSeq that all our OPTIONS share */
	struct ua_request *request;
	struct ua_attempt attempt;
	struct tmr next;
	unsigned interval_ms; /* 0: off */
	bool lost;            /* the last one failed */
	bool anonymous;       /* the server does not take our credentials for this */
};

static void destroy(void *arg)
{
	struct ua_qualifier *qualifier = arg;

	tmr_cancel(&qualifier->next);
	mem_deref(qualifier->request);
	mem_deref(qualifier->dialog);
}

int ua_qualifier_alloc(struct ua_qualifier **qualifierp, struct ua_account *account, unsigned qualify_s)
{
	struct ua_qualifier *qualifier = mem_zalloc(sizeof(*qualifier), destroy);
	char *uri = ua_text_format("%s:%s", account->scheme, account->domain);
	char *to = ua_text_format("<%s:%s>", account->scheme, account->domain);
	int err = ENOMEM;

	if (qualifier && uri && to)
		err = ua_dialog_start(&qualifier->dialog, account->address, to, uri);
	mem_deref(to);
	mem_deref(uri);
	if (err) {
		mem_deref(qualifier);
		return err;
	}
	qualifier->account = account;
	if (qualify_s)
		qualifier->interval_ms = 1000 * MAX(QUALIFY_MIN_S, MIN(qualify_s, QUALIFY_MAX_S));
	*qualifierp = qualifier;
	return 0;
}

static void found(struct ua_qualifier *qualifier)
{
	bool was_lost = qualifier->lost;

	qualifier->lost = false;
	if (was_lost)
		ua_registrar_server_back(qualifier->account->registrar);
}

static void lost(struct ua_qualifier *qualifier, unsigned status, const char *reason)
{
	bool was_lost = qualifier->lost;

	qualifier->lost = true;
	if (!was_lost)
		ua_registrar_server_lost(qualifier->account->registrar, status, reason);
}

static void on_response(int err, const struct sip_msg *msg, void *arg);

/* Credentials that the server refused are not shown to it again: that would be counted against
 * us. */
static bool is_anonymous(const struct ua_qualifier *qualifier)
{
	return qualifier->anonymous || ua_registrar_is_refused(qualifier->account->registrar);
}

static int send_options(struct ua_qualifier *qualifier)
{
	const struct ua_outgoing outgoing = {
		.method = "OPTIONS",
		.cseq = ++qualifier->dialog->local_cseq,
		.extra = "Accept: application/sdp\r\n",
		.to_server = true,
		.anonymous = is_anonymous(qualifier),
	};

	qualifier->request = mem_deref(qualifier->request);
	return ua_agent_request(&qualifier->request, qualifier->account, qualifier->dialog, &outgoing,
		on_response, qualifier);
}

/* true: the answer to its challenge is on its way. When it refuses that, it is there all the
 * same. */
static bool challenged(struct ua_qualifier *qualifier, const struct sip_msg *msg)
{
	int err;

	if (is_anonymous(qualifier))
		return false;
	err = ua_agent_challenged(qualifier->account, &qualifier->attempt, msg);
	if (err == EACCES)
		qualifier->anonymous = true;
	return !err && !send_options(qualifier);
}

static bool is_alive(unsigned status)
{
	return ua_server_serves(status) || status / 100 == 4 || status / 100 == 6;
}

static void on_final(struct ua_qualifier *qualifier, const struct sip_msg *msg)
{
	char phrase[UA_TEXT_MAX];

	ua_text_copy(phrase, sizeof(phrase), &msg->reason);
	if (msg->scode == 408 || msg->scode == 503)
		lost(qualifier, msg->scode, phrase);
	else if (is_alive(msg->scode) && ((msg->scode != 401 && msg->scode != 407) || !challenged(qualifier, msg)))
		found(qualifier);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct ua_qualifier *qualifier = arg;

	if (err == ETIMEDOUT)
		lost(qualifier, 408, "Request Timeout");
	else if (err)
		lost(qualifier, 0, "Not Sent");
	else if (msg->scode >= 200)
		on_final(qualifier, msg);
}

static void ask(struct ua_qualifier *qualifier)
{
	qualifier->attempt = (struct ua_attempt){0};
	if (send_options(qualifier))
		lost(qualifier, 0, "Not Sent");
}

/* An answer that takes a whole interval is none; the request is repeated by itself for 32 s. */
static void on_next(void *arg)
{
	struct ua_qualifier *qualifier = arg;

	tmr_start(&qualifier->next, qualifier->interval_ms, on_next, qualifier);
	if (qualifier->request)
		lost(qualifier, 408, "Request Timeout");
	else
		ask(qualifier);
}

void ua_qualifier_start(struct ua_qualifier *qualifier, unsigned delay_ms)
{
	if (!qualifier->interval_ms || tmr_isrunning(&qualifier->next))
		return;
	delay_ms += rand_u32() % qualifier->interval_ms;
	tmr_start(&qualifier->next, delay_ms, on_next, qualifier);
}

void ua_qualifier_stop(struct ua_qualifier *qualifier)
{
	tmr_cancel(&qualifier->next);
	qualifier->request = mem_deref(qualifier->request);
	qualifier->lost = false;
}
