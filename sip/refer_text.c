/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/message.h"
#include "sip/notice.h"
#include "sip/refer_text.h"

/* hnv-unreserved and unreserved of RFC 3261 s25.1: all else is escaped in a header within an address. */
static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("-_.!~*'()[]/?:+$", c));
}

static int print_header(struct re_printf *pf, const char *text)
{
	int err = 0;

	for (; *text && !err; text++) {
		if (is_plain(*text))
			err = pf->vph(text, 1, pf->arg);
		else
			err = re_hprintf(pf, "%%%02X", (unsigned)(unsigned char)*text);
	}
	return err;
}

char *ua_refer_text_user(const char *scheme, const char *user, const char *domain)
{
	return ua_text_format("%s:%H@%s", scheme, ua_print_user, user, domain);
}

/* What stands before the headers of an address. */
static struct pl without_headers(const struct pl *uri)
{
	const char *mark = memchr(uri->p, '?', uri->l);
	struct pl bare = {uri->p, mark ? (size_t)(mark - uri->p) : uri->l};

	return bare;
}

/* The peer's To or From without its tag and name. */
static int far_address(struct pl *uri, const struct ua_dialog *dialog)
{
	struct sip_addr addr;
	struct pl remote;
	int err;

	pl_set_str(&remote, dialog->remote);
	err = sip_addr_decode(&addr, &remote);
	if (!err)
		*uri = without_headers(&addr.auri);
	return err;
}

char *ua_refer_text_focus(const struct ua_dialog *dialog)
{
	struct pl uri;

	pl_set_str(&uri, dialog->target);
	uri = without_headers(&uri);
	return ua_text_format("%r", &uri);
}

void ua_refer_text_far(const struct ua_dialog *dialog, char *uri, size_t size)
{
	struct pl address;

	uri[0] = '\0';
	if (far_address(&address, dialog) == 0 && address.l < size)
		ua_text_copy(uri, size, &address);
}

char *ua_refer_text_replaces(const struct ua_dialog *dialog, bool by_address)
{
	char *value = ua_text_format("%s;to-tag=%s;from-tag=%s", dialog->call_id,
		dialog->remote_tag ? dialog->remote_tag : "0", dialog->local_tag);
	char *text = NULL;
	struct pl uri;
	int err = 0;

	pl_set_str(&uri, dialog->target);
	uri = without_headers(&uri);
	if (by_address)
		err = far_address(&uri, dialog);
	if (value && !err)
		text = ua_text_format("%r?Replaces=%H%s", &uri, print_header, value,
			by_address ? "&Require=replaces" : "");
	mem_deref(value);
	return text;
}

static bool starts_with(const struct pl *text, const char *start)
{
	return text->l > strlen(start) && !strncasecmp(text->p, start, strlen(start));
}

/* The headers of the address: Replaces is taken and whether it is required, the others are not ours to send. */
static int read_headers(struct ua_refer_target *target, const struct pl *headers)
{
	struct pl rest = *headers;

	while (rest.l) {
		const char *end = memchr(rest.p, '&', rest.l);
		struct pl one = {rest.p, end ? (size_t)(end - rest.p) : rest.l};

		if (starts_with(&one, "Replaces=")) {
			struct pl value = {one.p + 9, one.l - 9};

			if (target->replaces[0] || value.l >= sizeof(target->replaces))
				return EBADMSG;
			ua_text_user(target->replaces, sizeof(target->replaces), &value);
		}
		target->requires_replaces |= !pl_strcasecmp(&one, "Require=replaces");
		rest.p += one.l + (end ? 1 : 0);
		rest.l -= one.l + (end ? 1 : 0);
	}
	return 0;
}

static int read_target(struct ua_refer_target *target, const struct pl *whole)
{
	struct pl uri = without_headers(whole);
	struct pl headers = {uri.p + uri.l, whole->l - uri.l};
	struct uri parts;

	if (uri.l >= sizeof(target->uri))
		return EBADMSG;
	ua_text_copy(target->uri, sizeof(target->uri), &uri);
	if (starts_with(&uri, "tel:")) {
		ua_text_telephone(target->user, sizeof(target->user), &uri);
		return target->user[0] ? 0 : EBADMSG;
	}
	if (!starts_with(&uri, "sip:") && !starts_with(&uri, "sips:"))
		return EPROTONOSUPPORT;
	if (strpbrk(target->uri, " <>\"") || uri_decode(&parts, &uri))
		return EBADMSG;
	ua_text_user(target->user, sizeof(target->user), &parts.user);
	ua_text_copy(target->host, sizeof(target->host), &parts.host);
	pl_advance(&headers, headers.l ? 1 : 0);
	return read_headers(target, &headers);
}

int ua_refer_text_target(struct ua_refer_target *target, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_REFER_TO);
	struct sip_addr addr;

	memset(target, 0, sizeof(*target));
	if (sip_msg_hdr_count(msg, SIP_HDR_REFER_TO) != 1 || sip_addr_decode(&addr, &header->val))
		return EBADMSG;
	return read_target(target, &addr.auri);
}

int ua_refer_text_address(struct ua_refer_target *target, const struct pl *uri)
{
	memset(target, 0, sizeof(*target));
	return read_target(target, uri);
}

bool ua_refer_text_is_about(const struct sip_msg *msg, uint32_t cseq)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_EVENT);
	struct pl id;

	return ua_notice_is_about(msg, "refer") && (msg_param_decode(&header->val, "id", &id) || ua_text_number(&id) == cseq);
}

bool ua_refer_text_silent(const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_REFER_SUB);

	return header && !pl_strcasecmp(&header->val, "false");
}

int ua_replaces_read(struct ua_replaces *replaces, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_REPLACES);
	const char *end;
	struct pl flag;

	if (!header)
		return ENOENT;
	if (sip_msg_hdr_count(msg, SIP_HDR_REPLACES) > 1 || msg_param_decode(&header->val, "to-tag", &replaces->to_tag) ||
	    msg_param_decode(&header->val, "from-tag", &replaces->from_tag))
		return EBADMSG;
	end = memchr(header->val.p, ';', header->val.l);
	replaces->call_id = (struct pl){header->val.p, (size_t)(end - header->val.p)};
	replaces->early_only = !msg_param_exists(&header->val, "early-only", &flag);
	return replaces->call_id.l ? 0 : EBADMSG;
}

unsigned ua_sipfrag_status(const struct sip_msg *msg)
{
	struct pl body, number;
	unsigned status;

	if (!msg_ctype_cmp(&msg->ctyp, "message", "sipfrag") || ua_message_body(&body, msg) ||
	    body.l < 11 || strncasecmp(body.p, "SIP/2.0 ", 8))
		return 0;
	number = (struct pl){body.p + 8, 3};
	status = ua_text_number(&number);
	return status >= 100 && status <= 699 ? status : 0;
}
