/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "sip/history.h"
#include "sip/refer_text.h"

#define INDEX_MAX 48 /* bytes of an index that another is hung under */

/* The entries of a header's lines, oldest or newest first as they came. */
struct entries {
	bool (*each)(const struct pl *entry, void *arg); /* true: no more */
	void *arg;
};

/* Where the value ends: a comma that is in no quoted string and no address. */
static size_t entry_length(const struct pl *rest)
{
	bool quoted = false, address = false;
	size_t i = 0;

	for (; i < rest->l; i++) {
		char c = rest->p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"' && !address)
			quoted = !quoted;
		else if (!quoted && (c == '<' || c == '>'))
			address = c == '<';
		else if (c == ',' && !quoted && !address)
			break;
	}
	return MIN(i, rest->l);
}

static bool split(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	const struct entries *entries = arg;
	struct pl rest = header->val;

	(void)msg;
	while (rest.l) {
		struct pl entry = {rest.p, entry_length(&rest)};

		pl_advance(&rest, (ssize_t)MIN(entry.l + 1, rest.l));
		while (entry.l && isspace((unsigned char)entry.p[0]))
			pl_advance(&entry, 1);
		if (entry.l && entries->each(&entry, entries->arg))
			return true;
	}
	return false;
}

static void for_each(const struct sip_msg *msg, const char *name, bool (*each)(const struct pl *entry, void *arg),
	void *arg)
{
	struct entries entries = {each, arg};

	(void)sip_msg_xhdr_apply(msg, true, name, split, &entries);
}

/* Without a counter an entry stands for one (RFC 5806 s4). */
static bool add_counter(const struct pl *entry, void *arg)
{
	unsigned *count = arg, times = 1;
	struct pl value;

	if (!msg_param_decode(entry, "counter", &value))
		times = ua_text_number(&value);
	*count = MIN(*count + MIN(times, UA_DIVERSIONS_MAX), UA_DIVERSIONS_MAX);
	return false;
}

static bool has_cause(const struct pl *entry)
{
	static const char *const causes[] = {"cause=", "cause%3d"};

	for (size_t at = 0; at < entry->l; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
			size_t length = strlen(causes[i]);

			if (entry->l - at >= length && !strncasecmp(entry->p + at, causes[i], length))
				return true;
		}
	}
	return false;
}

/* The entry of who forwarded has its cause in Reason, that of the new target in its own address (RFC 4458): the
 * second does not count again. */
static bool add_cause(const struct pl *entry, void *arg)
{
	unsigned *count = arg;
	struct pl reason;

	if (has_cause(entry) && !re_regex(entry->p, entry->l, "Reason=[^>]+", &reason))
		*count = MIN(*count + 1, UA_DIVERSIONS_MAX);
	return false;
}

unsigned ua_history_count(const struct sip_msg *msg)
{
	unsigned diversions = 0, causes = 0;

	for_each(msg, "Diversion", add_counter, &diversions);
	for_each(msg, "History-Info", add_cause, &causes);
	return MAX(diversions, causes);
}

/* Whose account is looked for, and whether it was found. */
struct name {
	const struct ua_account *account;
	bool found;
};

static bool is_account(const struct pl *entry, const struct ua_account *account)
{
	struct sip_addr addr;
	char user[3 * UA_TEXT_MAX];

	if (sip_addr_decode(&addr, entry))
		return false;
	ua_text_user(user, UA_TEXT_MAX, &addr.uri.user);
	if (ua_associated_has(&account->associated, user) && !pl_strcasecmp(&addr.uri.host, account->domain))
		return true;
	(void)re_snprintf(user, sizeof(user), "%H", ua_print_user, account->user);
	return !pl_strcmp(&addr.uri.user, user) && !pl_strcasecmp(&addr.uri.host, account->domain);
}

static bool find_diverter(const struct pl *entry, void *arg)
{
	struct name *name = arg;

	return name->found = is_account(entry, name->account);
}

static bool find_forwarder(const struct pl *entry, void *arg)
{
	struct pl reason;

	return has_cause(entry) && !re_regex(entry->p, entry->l, "Reason=[^>]+", &reason) && find_diverter(entry, arg);
}

bool ua_history_names(const struct ua_account *account, const struct sip_msg *msg)
{
	struct name name = {account, false};

	for_each(msg, "Diversion", find_diverter, &name);
	if (!name.found)
		for_each(msg, "History-Info", find_forwarder, &name);
	return name.found;
}

struct kept {
	char text[UA_HISTORY_MAX]; /* each entry behind a comma, or before one */
	size_t length;
	char index[INDEX_MAX];     /* of the last one */
};

static void keep(struct kept *kept, const struct pl *entry)
{
	ua_text_copy(kept->text + kept->length, sizeof(kept->text) - kept->length, entry);
	kept->length += entry->l;
}

/* The newest come first: the oldest are left out. */
static bool keep_diversion(const struct pl *entry, void *arg)
{
	const struct pl comma = PL(", ");
	struct kept *kept = arg;

	if (kept->length + entry->l + comma.l >= sizeof(kept->text))
		return true;
	keep(kept, &comma);
	keep(kept, entry);
	return false;
}

static bool is_index(const struct pl *text)
{
	for (size_t i = 0; i < text->l; i++) {
		if (!isdigit((unsigned char)text->p[i]) && text->p[i] != '.')
			return false;
	}
	return text->l && text->l < INDEX_MAX;
}

/* The oldest come first; when there is no room they all are left out, since the rest hangs on them. */
static bool keep_history(const struct pl *entry, void *arg)
{
	const struct pl comma = PL(", ");
	struct kept *kept = arg;
	struct pl index;

	kept->index[0] = '\0';
	if (kept->length + entry->l + comma.l >= sizeof(kept->text)) {
		kept->length = 0;
		kept->text[0] = '\0';
		return true;
	}
	keep(kept, entry);
	keep(kept, &comma);
	if (!msg_param_decode(entry, "index", &index) && is_index(&index))
		ua_text_copy(kept->index, sizeof(kept->index), &index);
	return false;
}

static const struct cause {
	const char *reason;   /* of Diversion */
	unsigned status;      /* of the Reason in History-Info, RFC 4458 s2 */
} causes[] = {
	[UA_FORWARD_ALWAYS] = {"unconditional", 302},
	[UA_FORWARD_BUSY] = {"user-busy", 486},
	[UA_FORWARD_NO_ANSWER] = {"no-answer", 408},
};

/* Who called a sips: URI is sent to one. */
static const char *scheme_of(const struct ua_account *account, const struct sip_msg *msg)
{
	return pl_strcasecmp(&msg->uri.scheme, "sips") ? account->scheme : "sips";
}

char *ua_history_lines_to(const struct ua_account *account, const struct sip_msg *msg, enum ua_forward_cause why, const char *target)
{
	const struct cause *cause = &causes[why];
	struct kept diversions = {.length = 0}, history = {.length = 0};
	const char *scheme = scheme_of(account, msg);
	char *index, *lines = NULL;

	for_each(msg, "Diversion", keep_diversion, &diversions);
	for_each(msg, "History-Info", keep_history, &history);
	index = ua_text_format("%s%s1", history.index, history.index[0] ? "." : "");
	if (index)
		lines = ua_text_format("Diversion: <%s:%H@%s>;reason=%s;counter=1%s\r\n"
			"History-Info: %s<%s:%H@%s?Reason=SIP%%3Bcause%%3D%u>;index=%s, "
			"<%s;cause=%u>;index=%s.1;mp=%s\r\n",
			scheme, ua_print_user, account->user, account->domain, cause->reason, diversions.text,
			history.text, scheme, ua_print_user, account->user, account->domain, cause->status, index,
			target, cause->status, index, index);
	mem_deref(index);
	return lines;
}

char *ua_history_lines(const struct ua_account *account, const struct sip_msg *msg,
	const struct ua_redirect *redirect)
{
	char *target = ua_refer_text_user(scheme_of(account, msg), redirect->user, account->domain);
	char *lines = target ? ua_history_lines_to(account, msg, redirect->cause, target) : NULL;

	mem_deref(target);
	return lines;
}

char *ua_history_moved_lines(const struct ua_account *account, const struct sip_msg *msg,
	const struct ua_redirect *redirect)
{
	char *target = ua_refer_text_user(scheme_of(account, msg), redirect->user, account->domain);
	char *history = ua_history_lines(account, msg, redirect);
	char *lines = target && history ? ua_text_format("Contact: <%s>\r\n%s", target, history) : NULL;

	mem_deref(target);
	mem_deref(history);
	return lines;
}
