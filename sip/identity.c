/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/caller.h"
#include "sip/identity.h"
#include "sip/invite_private.h"

#define ANONYMOUS "\"Anonymous\" <sip:anonymous@anonymous.invalid>" /* RFC 3323 s4.1.1.3 */

/* Who called whoever forwards; false: From says who forwards. */
static bool first_caller(struct ua_caller *caller, const struct ua_account *account, const struct ua_call_to *to)
{
	if (!to->forwards || !to->forwards->msg || (!to->account && !account->forward_shows_caller))
		return false;
	ua_caller_read(caller, to->forwards->account, to->forwards->msg);
	return caller->anonymous || caller->user[0];
}

bool ua_identity_is_hidden(const struct ua_account *account, const struct ua_call_to *to)
{
	struct ua_caller caller;

	return to->anonymous || (first_caller(&caller, account, to) && caller.anonymous);
}

char *ua_identity_from(const struct ua_account *account, const struct ua_call_to *to)
{
	struct ua_caller caller;

	if (ua_identity_is_hidden(account, to))
		return ua_text_format("%s", ANONYMOUS);
	if (!first_caller(&caller, account, to))
		return ua_text_format("%s", to->account ? account->address : ua_associated_caller(account));
	if (!caller.name[0])
		return ua_text_format("<%s:%H@%s>", account->scheme, ua_print_user, caller.user, account->domain);
	return ua_text_format("%H <%s:%H@%s>", ua_print_quoted, caller.name, account->scheme, ua_print_user, caller.user, account->domain);
}

/* The access network is told to who serves it and to nobody else (RFC 7315 s6.4). */
static char *network_line(const struct ua_account *account)
{
	if (!account->access_network)
		return ua_text_format("%s", "");
	return ua_text_format("P-Access-Network-Info: %s\r\n", account->access_network);
}

/* Who answers for the caller knows him, also where he hides (RFC 3325 s9.2) and where From is another one: who forwards, and pays. */
static char *identity_line(const struct ua_account *account, bool is_in_from, bool hidden)
{
	static const char *const headers[] = {
		[UA_IDENTITY_FROM] = "P-Preferred-Identity",
		[UA_IDENTITY_PREFERRED] = "P-Preferred-Identity",
		[UA_IDENTITY_ASSERTED] = "P-Asserted-Identity",
		[UA_IDENTITY_REMOTE_PARTY] = "Remote-Party-ID",
	};

	if (account->identity == UA_IDENTITY_FROM && is_in_from)
		return ua_text_format("%s", "");
	return ua_text_format("%s: %s%s\r\n", headers[account->identity], ua_associated_caller(account),
		account->identity != UA_IDENTITY_REMOTE_PARTY ? "" :
		hidden ? ";party=calling;privacy=full" : ";party=calling;privacy=off");
}

char *ua_identity_lines(const struct ua_account *account, const struct ua_call_to *to)
{
	struct ua_caller caller;
	bool hidden = ua_identity_is_hidden(account, to);
	const char *privacy = hidden ? "Privacy: id\r\n" : "";
	char *identity, *network, *lines;

	if (to->account)
		return ua_text_format("%s", privacy);
	identity = identity_line(account, !hidden && !first_caller(&caller, account, to), hidden);
	network = network_line(account);
	lines = identity && network ? ua_text_format("%s%s%s", privacy, identity, network) : NULL;
	mem_deref(identity);
	mem_deref(network);
	return lines;
}
