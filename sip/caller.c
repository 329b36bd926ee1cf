/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <strings.h>

#include "sip/authority.h"
#include "sip/caller.h"
#include "sip/history.h"

static void user_copy(char user[UA_TEXT_MAX], const struct sip_addr *addr)
{
	if (addr->auri.l > 4 && !strncasecmp(addr->auri.p, "tel:", 4))
		ua_text_telephone(user, UA_TEXT_MAX, &addr->auri);
	else
		ua_text_user(user, UA_TEXT_MAX, &addr->uri.user);
}

/* An address that says who calls; false: it does not. */
static bool read_address(struct ua_caller *caller, const struct pl *value)
{
	struct sip_addr addr;

	if (sip_addr_decode(&addr, value))
		return false;
	user_copy(caller->user, &addr);
	if (caller->user[0] && pl_isset(&addr.dname))
		ua_text_name(caller->name, sizeof(caller->name), &addr.dname);
	return caller->user[0];
}

static bool is_identity(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	(void)msg;
	return read_address(arg, &header->val);
}

static void read_identity(struct ua_caller *caller, const struct sip_msg *msg)
{
	const struct sip_hdr *remote = sip_msg_xhdr(msg, "Remote-Party-ID");
	struct pl privacy;

	if (remote && !msg_param_decode(&remote->val, "privacy", &privacy))
		caller->anonymous |= pl_strcasecmp(&privacy, "off") != 0;
	if (!sip_msg_xhdr_apply(msg, true, "P-Asserted-Identity", is_identity, caller))
		(void)sip_msg_xhdr_apply(msg, true, "Remote-Party-ID", is_identity, caller);
}

/* A parameter of the number, inside the user part or of tel:, or of the URI. */
static enum ua_verification verification_of(const struct pl *uri)
{
	static const struct {
		const char *value;
		enum ua_verification verification;
	} rows[] = {
		{"TN-Validation-Passed", UA_VERIFICATION_PASSED},
		{"TN-Validation-Failed", UA_VERIFICATION_FAILED},
	};
	struct pl value;

	if (re_regex(uri->p, uri->l, ";verstat=[^;@?>]+", &value))
		return UA_VERIFICATION_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		/* Passed may be followed by the grade of the attestation. */
		if (!strncasecmp(value.p, rows[i].value, value.l < strlen(rows[i].value) ? value.l : strlen(rows[i].value)) &&
		    value.l >= strlen(rows[i].value))
			return rows[i].verification;
	}
	return UA_VERIFICATION_NONE;
}

static bool is_verified(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct ua_caller *caller = arg;

	(void)msg;
	caller->verification = verification_of(&header->val);
	return caller->verification != UA_VERIFICATION_NONE;
}

static void read_verification(struct ua_caller *caller, const struct sip_msg *msg)
{
	if (!sip_msg_xhdr_apply(msg, true, "P-Asserted-Identity", is_verified, caller))
		caller->verification = verification_of(&msg->from.auri);
}

static void read_called(struct ua_caller *caller, const struct sip_msg *msg)
{
	ua_text_user(caller->called, sizeof(caller->called),
		pl_isset(&msg->to.uri.user) ? &msg->to.uri.user : &msg->uri.user);
}

/* The server says whom it meant (RFC 7315 s4.2). */
static void read_called_party(struct ua_caller *caller, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_xhdr(msg, "P-Called-Party-ID");
	struct sip_addr addr;
	char user[UA_TEXT_MAX] = "";

	if (header && !sip_addr_decode(&addr, &header->val))
		user_copy(user, &addr);
	if (user[0])
		memcpy(caller->called, user, sizeof(user));
}

static void read_from(struct ua_caller *caller, const struct sip_msg *msg)
{
	const struct sip_taddr *from = &msg->from;

	ua_text_user(caller->user, sizeof(caller->user), &from->uri.user);
	ua_text_name(caller->name, sizeof(caller->name), &from->dname);
	caller->anonymous = !pl_strcasecmp(&from->uri.host, "anonymous.invalid") ||
		!pl_strcasecmp(&from->uri.user, "anonymous");
}

static bool takes_word(struct pl *rest, struct pl *word)
{
	size_t skip = 0, length = 0;

	while (skip < rest->l && strchr(" \t;,", rest->p[skip]))
		skip++;
	pl_advance(rest, (ssize_t)skip);
	while (length < rest->l && !strchr(" \t;,", rest->p[length]))
		length++;
	*word = (struct pl){rest->p, length};
	pl_advance(rest, (ssize_t)length);
	return length;
}

/* RFC 3323 s4.2, RFC 3325 s9.3; what we do not know does not hide him. */
static bool hides(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	static const char *const hiding[] = {"id", "header", "user"};
	struct pl rest = header->val, word;

	(void)msg;
	(void)arg;
	while (takes_word(&rest, &word)) {
		for (size_t i = 0; i < ARRAY_SIZE(hiding); i++) {
			if (!pl_strcasecmp(&word, hiding[i]))
				return true;
		}
	}
	return false;
}

/* Only whole values: half an address means something else. */
static bool append_alert(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	struct ua_caller *caller = arg;
	size_t used = strlen(caller->alert_info), comma = used ? 2 : 0;

	(void)msg;
	if (used + comma + header->val.l >= sizeof(caller->alert_info))
		return true;
	memcpy(caller->alert_info + used, ", ", comma);
	used += comma;
	ua_text_copy(caller->alert_info + used, sizeof(caller->alert_info) - used, &header->val);
	return false;
}

/* How it rings is as little a stranger's choice as who calls. */
static void read_trusted(struct ua_caller *caller, const struct sip_msg *msg)
{
	read_identity(caller, msg);
	read_verification(caller, msg);
	read_called_party(caller, msg);
	(void)sip_msg_xhdr_apply(msg, true, "Alert-Info", append_alert, caller);
}

void ua_caller_read(struct ua_caller *caller, const struct ua_account *account, const struct sip_msg *msg)
{
	memset(caller, 0, sizeof(*caller));
	read_from(caller, msg);
	read_called(caller, msg);
	if (ua_authority_trusts(account, msg))
		read_trusted(caller, msg);
	caller->anonymous |= sip_msg_xhdr_apply(msg, true, "Privacy", hides, NULL) != NULL;
	if (caller->anonymous) {
		caller->user[0] = caller->name[0] = '\0';
		caller->verification = UA_VERIFICATION_NONE;
	}
	caller->diversions = ua_history_count(msg);
	caller->came_back = ua_history_names(account, msg);
}
