/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/identity.h"

/* The access network is told to who serves it and to nobody else (RFC 7315 s6.4). */
static char *network_line(const struct ua_account *account)
{
	if (!account->access_network)
		return ua_text_format("%s", "");
	return ua_text_format("P-Access-Network-Info: %s\r\n", account->access_network);
}

/* Who answers for the caller knows him, also where he hides (RFC 3325 s9.2). */
static char *identity_line(const struct ua_account *account, bool hidden)
{
	static const char *const headers[] = {
		[UA_IDENTITY_FROM] = "P-Preferred-Identity",
		[UA_IDENTITY_PREFERRED] = "P-Preferred-Identity",
		[UA_IDENTITY_ASSERTED] = "P-Asserted-Identity",
		[UA_IDENTITY_REMOTE_PARTY] = "Remote-Party-ID",
	};

	if (account->identity == UA_IDENTITY_FROM && !hidden)
		return ua_text_format("%s", "");
	return ua_text_format("%s: %s%s\r\n", headers[account->identity], ua_associated_caller(account),
		account->identity != UA_IDENTITY_REMOTE_PARTY ? "" :
		hidden ? ";party=calling;privacy=full" : ";party=calling;privacy=off");
}

char *ua_identity_lines(const struct ua_account *account, const struct ua_call_to *to)
{
	const char *privacy = to->anonymous ? "Privacy: id\r\n" : "";
	char *identity, *network, *lines;

	if (to->account)
		return ua_text_format("%s", privacy);
	identity = identity_line(account, to->anonymous);
	network = network_line(account);
	lines = identity && network ? ua_text_format("%s%s%s", privacy, identity, network) : NULL;
	mem_deref(identity);
	mem_deref(network);
	return lines;
}
