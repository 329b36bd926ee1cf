/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/sips.h"

static void refuse(struct ua_agent *agent, const struct sip_msg *msg, const char *warning)
{
	char header[80];

	(void)re_snprintf(header, sizeof(header), "Warning: %s\r\n", warning);
	ua_agent_count(agent, &agent->counts.refused_unknown, &msg->src);
	ua_agent_refuse(agent, msg, 480, "Temporarily Unavailable", header);
}

static void refuse_secure(struct ua_agent *agent, const struct sip_msg *msg)
{
	refuse(agent, msg, "380 tipring \"SIPS Not Allowed\"");
}

static bool is_sips(const struct uri *uri)
{
	return !pl_strcasecmp(&uri->scheme, "sips");
}

static bool says_sips(const struct sip_msg *msg, enum sip_hdrid id)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, id);
	struct sip_addr addr;

	return header && !sip_addr_decode(&addr, &header->val) && is_sips(&addr.uri);
}

/* Where requests of the dialog would go (RFC 3261 s12.1.1), and what for: our BYE could not be sent. */
static bool wants_secure_dialog(const struct sip_msg *msg)
{
	return is_sips(&msg->uri) || says_sips(msg, SIP_HDR_RECORD_ROUTE) || says_sips(msg, SIP_HDR_CONTACT);
}

bool ua_sips_came_openly(struct ua_agent *agent, const struct sip_msg *msg)
{
	if (msg->tp == SIP_TRANSP_TLS)
		return false;
	refuse_secure(agent, msg);
	return true;
}

bool ua_sips_refuses(struct ua_agent *agent, const struct ua_account *account, const struct sip_msg *msg)
{
	if (!account)
		return false;
	if (account->transport != SIP_TRANSP_TLS && wants_secure_dialog(msg))
		refuse_secure(agent, msg);
	else if (!str_cmp(account->scheme, "sips") && msg->tp != SIP_TRANSP_TLS)
		refuse(agent, msg, "381 tipring \"SIPS Required\"");
	else
		return false;
	return true;
}
