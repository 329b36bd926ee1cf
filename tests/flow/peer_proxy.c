/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/flow/peer_private.h"

enum side other_side(enum side side)
{
	return side == CALLER ? CALLEE : CALLER;
}

void sdp_to_text(const struct ua_sdp *sdp, char text[MESSAGE_SDP_MAX])
{
	size_t length = ua_sdp_print(sdp, 1, 1, text, MESSAGE_SDP_MAX);

	assert(length > 0 && length < MESSAGE_SDP_MAX);
	text[length] = 0;
}

const struct ua_sdp *sdp_from_text(struct ua_sdp *sdp, const char *text)
{
	return text[0] && ua_sdp_parse(sdp, text, strlen(text)) == 0 ? sdp : NULL;
}

static void refuse(struct call *call, unsigned status, const char *phrase)
{
	struct message *message = message_send(call, MESSAGE_REFUSAL, CALLER, 2);

	if (!message)
		return;
	message->status = status;
	snprintf(message->phrase, sizeof(message->phrase), "%s", phrase);
	call->over = true;
}

/* 52102 rings 102 as Bellcore-dr2, 59102 as urn:alert:source:external; 2102 to 7102 are further numbers of 102. */
static const char *account_user(const struct call *call)
{
	const char *called = call->names[CALLEE];
	size_t length = strlen(called);

	if (length == 5 && called[0] == '5' && called[2] == '1')
		return called + 2;
	return length == 4 && called[0] >= '2' && called[0] <= '7' && called[1] == '1' ? called + 1 : called;
}

void proxy_alert_info(const struct call *call, char text[PROXY_ALERT_MAX])
{
	const char *called = call->names[CALLEE];

	text[0] = '\0';
	if (account_user(call) != called + 2)
		return;
	if (called[1] == '9')
		snprintf(text, PROXY_ALERT_MAX, "<urn:alert:source:external>");
	else
		snprintf(text, PROXY_ALERT_MAX, "<http://127.0.0.1/Bellcore-dr%c>", called[1]);
}

void proxy_route(struct call *call)
{
	struct ua_agent *agent = call->peer->agent;
	struct ua_account *account = agent ? account_find(agent, account_user(call)) : NULL;
	struct peer_user *user = user_find(call->peer, call->names[CALLEE]);

	message_send(call, MESSAGE_TRYING, CALLER, 2);
	if (account && account->state == UA_REG_REGISTERED) {
		if (invite_alloc(&call->invites[CALLEE], call, CALLEE, account) == 0)
			message_send(call, MESSAGE_INVITE, CALLEE, 2);
	} else if (user && user->call) {
		refuse(call, 486, "Busy Here");
	} else if (user) {
		call->users[CALLEE] = user;
		user->call = call;
		user->side = CALLEE;
		message_send(call, MESSAGE_INVITE, CALLEE, 2);
	} else {
		refuse(call, 404, "Not Found");
	}
}
