/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "sip/associated.h"
#include "sip/authority.h"
#include "sip/refer_text.h"

void ua_associated_forget(struct ua_associated *associated)
{
	for (unsigned i = 0; i < associated->count; i++) {
		mem_deref(associated->each[i].uri);
		mem_deref(associated->each[i].user);
	}
	associated->count = 0;
	associated->caller = mem_deref(associated->caller);
}

/* One that cannot be read, or not be called, is passed over. */
static bool add(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct ua_associated *associated = arg;
	struct ua_associated_uri one = {NULL, NULL};
	struct ua_refer_target target;
	struct sip_addr addr;

	(void)msg;
	if (associated->count == UA_ASSOCIATED_MAX)
		return true;
	if (sip_addr_decode(&addr, &header->val) || ua_refer_text_address(&target, &addr.auri))
		return false;
	if (strpbrk(target.uri, " <>\"") || str_dup(&one.uri, target.uri))
		return false;
	if (str_dup(&one.user, target.user))
		mem_deref(one.uri);
	else
		associated->each[associated->count++] = one;
	return false;
}

static int compose_caller(struct ua_associated *associated, const char *name)
{
	if (name && name[0])
		return re_sdprintf(&associated->caller, "%H <%s>", ua_print_quoted, name, associated->each[0].uri);
	return re_sdprintf(&associated->caller, "<%s>", associated->each[0].uri);
}

void ua_associated_take(struct ua_account *account, const struct sip_msg *msg)
{
	struct ua_associated *associated = &account->associated;

	ua_associated_forget(associated);
	(void)sip_msg_xhdr_apply(msg, true, "P-Associated-URI", add, associated);
	if (associated->wanted && associated->count)
		(void)compose_caller(associated, account->display_name);
}

const char *ua_associated_caller(const struct ua_account *account)
{
	return account->associated.caller ? account->associated.caller : account->address;
}

bool ua_associated_has(const struct ua_associated *associated, const char *user)
{
	for (unsigned i = 0; i < associated->count; i++) {
		if (user[0] && !strcmp(associated->each[i].user, user))
			return true;
	}
	return false;
}

struct call {
	const struct sip_msg *msg;
	char user[UA_TEXT_MAX];
};

static bool is_called(struct le *le, void *arg)
{
	const struct ua_account *account = le->data;
	const struct call *call = arg;

	return ua_associated_has(&account->associated, call->user) && ua_authority_trusts(account, call->msg);
}

struct ua_account *ua_associated_called(const struct ua_agent *agent, const struct sip_msg *msg)
{
	struct call call = {.msg = msg};

	if (!ua_authority_knows(agent, &msg->src))
		return NULL;
	ua_text_user(call.user, sizeof(call.user), &msg->uri.user);
	return list_ledata(hash_apply(agent->accounts, is_called, &call));
}

const char *ua_account_associated(const struct ua_account *account, unsigned index)
{
	return index < account->associated.count ? account->associated.each[index].uri : NULL;
}
