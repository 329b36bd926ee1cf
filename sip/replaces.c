/* SPDX-License-Identifier: BSD-3-Clause */
/* An INVITE that is to take the place of a call of ours (RFC 3891 s3): which one, and whether it may. */
#include <errno.h>

#include "sip/authority.h"
#include "sip/invite_private.h"
#include "sip/refer_text.h"

/* Agents of RFC 2543 have none: zero stands for that (RFC 3891 s3). */
static bool is_tag(const struct pl *said, const char *tag)
{
	return !pl_strcmp(said, tag ? tag : "0");
}

static bool is_dialog(const struct ua_dialog *dialog, const struct ua_replaces *replaces)
{
	return dialog && !pl_strcmp(&replaces->call_id, dialog->call_id) && is_tag(&replaces->to_tag, dialog->local_tag) &&
		is_tag(&replaces->from_tag, dialog->remote_tag);
}

static bool matches(struct le *le, void *arg)
{
	const struct ua_invite *invite = le->data;
	struct le *fork;

	if (is_dialog(invite->dialog, arg))
		return true;
	LIST_FOREACH(&invite->forks, fork) {
		if (is_dialog(((struct ua_fork *)fork->data)->dialog, arg))
			return true;
	}
	return false;
}

/* What the state of the call answers to one that wants its place; 0: it may have it. */
static unsigned verdict(const struct ua_invite *invite, bool early_only)
{
	switch (invite->state) {
	case UA_INVITE_CALLING:
		return 0;
	case UA_INVITE_OFFERED: /* an early dialog that we did not begin */
		return 481;
	case UA_INVITE_ACCEPTED:
	case UA_INVITE_TALKING:
		return !invite->owned ? 603 : early_only ? 486 : 0;
	case UA_INVITE_CANCELLING:
	case UA_INVITE_CLOSING:
	case UA_INVITE_ENDED:
	case UA_INVITE_STATES:
		return 603;
	}
	return 603;
}

unsigned ua_replaces_find(struct ua_invite **invitep, const struct ua_account *account,
	const struct sip_msg *msg)
{
	struct ua_replaces replaces;
	struct ua_invite *invite;
	int err = ua_replaces_read(&replaces, msg);
	unsigned status;

	*invitep = NULL;
	if (err == ENOENT)
		return 0;
	if (err)
		return 400;
	/* Our own server, or a listed peer, has seen who asks (RFC 3891 s8); anybody else might take over calls. */
	if (!ua_authority_trusts(account, msg))
		return 403;
	invite = list_ledata(hash_lookup(account->agent->invites, hash_joaat_pl(&replaces.call_id), matches,
		&replaces));
	status = invite ? verdict(invite, replaces.early_only) : 481;
	if (!status)
		*invitep = invite;
	return status;
}
