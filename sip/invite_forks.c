/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dialogs that an INVITE of ours makes, one for each To tag: their reliable responses (RFC 3262), and whose sound is heard
 * before the call is answered.
 */
#include <errno.h>
#include <strings.h>

#include "sip/invite_private.h"

static void destroy(void *arg)
{
	struct ua_fork *fork = arg;

	list_unlink(&fork->le);
	mem_deref(fork->dialog);
	mem_deref(fork->ack);
}

struct ua_fork *ua_fork_find(const struct ua_invite *invite, const struct sip_msg *msg)
{
	struct le *le;

	LIST_FOREACH(&invite->forks, le) {
		struct ua_fork *fork = le->data;

		if (ua_dialog_has(fork->dialog, msg))
			return fork;
	}
	return NULL;
}

/* Who answers is followed in any case: one that has not answered makes room. */
static bool has_room(struct ua_invite *invite, const struct sip_msg *msg)
{
	struct le *le;

	if (list_count(&invite->forks) < UA_FORKS_MAX)
		return true;
	LIST_FOREACH(&invite->forks, le) {
		struct ua_fork *fork = le->data;

		if (msg->scode < 200 || fork->ack)
			continue;
		if (invite->heard == fork)
			invite->heard = NULL;
		mem_deref(fork);
		return true;
	}
	return false;
}

struct ua_fork *ua_fork_get(struct ua_invite *invite, const struct sip_msg *msg)
{
	struct ua_fork *fork = ua_fork_find(invite, msg);
	int err;

	if (fork || !has_room(invite, msg))
		return fork;
	fork = mem_zalloc(sizeof(*fork), destroy);
	if (!fork)
		return NULL;
	err = ua_dialog_fork(&fork->dialog, invite->started, msg);
	if (err == EBADMSG && msg->scode >= 200)
		err = ua_dialog_fork_back(&fork->dialog, invite->started, msg);
	if (err) {
		mem_deref(fork);
		return NULL;
	}
	list_append(&invite->forks, &fork->le, fork);
	return fork;
}

bool ua_fork_is_new(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg)
{
	uint32_t rseq = ua_message_number(msg, SIP_HDR_RSEQ, 0);
	char *rack;
	int err;

	if (!sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, "100rel"))
		return true;
	if (!fork || !rseq || (fork->rseq && rseq != fork->rseq + 1))
		return false;
	rack = ua_text_format("RAck: %u %u INVITE\r\n", rseq, msg->cseq.num);
	err = rack ? ua_lone_request_send(invite->account, fork->dialog, "PRACK", rack) : ENOMEM;
	if (err == EPROTONOSUPPORT && !ua_dialog_retreat(fork->dialog, invite->started)) /* the answer ends the call then */
		err = ua_lone_request_send(invite->account, fork->dialog, "PRACK", rack);
	mem_deref(rack);
	if (err)
		return false; /* it will be repeated, and we try again */
	fork->rseq = rseq;
	return true;
}

/* ---- whose sound is heard ---- */

/* What the network lets through (RFC 5009 s8), as its end sees it: "sendrecv, gated". */
static bool is_silencing(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	static const char *const rows[] = {"inactive", "recvonly"};

	(void)msg;
	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!pl_strcasecmp(&header->val, rows[i]))
			return true;
	}
	return false;
}

/* Only our own server may say so; what it does not say again stays as it was. */
static void note_authorisation(const struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg)
{
	if (!ua_account_has_server(invite->account, msg) || !sip_msg_xhdr(msg, "P-Early-Media"))
		return;
	fork->silenced = sip_msg_xhdr_apply(msg, true, "P-Early-Media", is_silencing, NULL) != NULL;
}

/* A repetition, which proxies send every minute, does not make a dialog the newest. */
static bool describe(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg)
{
	struct ua_sdp sdp;

	if (fork->answered || ua_message_sdp(&sdp, msg))
		return false;
	fork->answered = sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, "100rel");
	if (fork->described && ua_sdp_is_same(&sdp, &fork->answer))
		return false;
	fork->described = true;
	fork->answer = sdp;
	list_unlink(&fork->le);
	list_append(&invite->forks, &fork->le, fork);
	return true;
}

static struct ua_fork *newest_audible(const struct ua_invite *invite)
{
	for (struct le *le = list_tail(&invite->forks); le; le = le->prev) {
		struct ua_fork *fork = le->data;

		if (fork->described && !fork->silenced && !fork->over)
			return fork;
	}
	return NULL;
}

/* The newest one that has described itself, but for those that have ended or that the network silences. */
static void hear(struct ua_invite *invite, unsigned status, bool changed)
{
	struct ua_fork *before = invite->heard;

	invite->heard = newest_audible(invite);
	if (invite->heard && (changed || invite->heard != before))
		ua_post(invite, UA_POST_PROGRESS, status, &invite->heard->answer);
	else if (before && !invite->heard)
		ua_post(invite, UA_POST_PROGRESS, UA_EARLY_MEDIA_ENDED, NULL);
	else if (status != UA_EARLY_MEDIA_ENDED)
		ua_post(invite, UA_POST_PROGRESS, status, NULL);
}

void ua_fork_progress(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg)
{
	bool changed = describe(invite, fork, msg);

	fork->over = fork->over || msg->scode == UA_EARLY_MEDIA_ENDED; /* RFC 6228 */
	note_authorisation(invite, fork, msg);
	hear(invite, msg->scode, changed && !fork->silenced && !fork->over);
}

void ua_fork_redescribed(struct ua_invite *invite, struct ua_fork *fork, const struct ua_sdp *sdp)
{
	bool is_heard = fork == invite->heard;

	fork->answer = *sdp;
	if (is_heard || !fork->le.list) /* it is heard already, or had to make room */
		return;
	list_unlink(&fork->le);
	list_append(&invite->forks, &fork->le, fork);
	hear(invite, 183, false);
}
