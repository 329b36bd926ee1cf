/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/content.h"
#include "sip/message.h"

uint32_t ua_text_number(const struct pl *text)
{
	uint32_t number = 0;

	for (size_t i = 0; text->p && i < text->l && isdigit((unsigned char)text->p[i]); i++) {
		if (number > UINT32_MAX / 10 - 1)
			return UINT32_MAX;
		number = number * 10 + (uint32_t)(text->p[i] - '0');
	}
	return number;
}

int ua_message_body(struct pl *body, const struct sip_msg *msg)
{
	size_t length = mbuf_get_left(msg->mb);

	if (pl_isset(&msg->clen)) {
		uint32_t said = ua_text_number(&msg->clen);

		if (said > length)
			return EBADMSG;
		length = said;
	}
	body->p = (const char *)mbuf_buf(msg->mb);
	body->l = length;
	return 0;
}

static struct pl field_of(const struct sip_msg *msg, enum sip_hdrid id)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, id);

	return header ? header->val : pl_null;
}

int ua_message_content(struct pl *sdp, const struct sip_msg *msg)
{
	struct ua_content content = {
		.type = field_of(msg, SIP_HDR_CONTENT_TYPE),
		.disposition = field_of(msg, SIP_HDR_CONTENT_DISPOSITION),
		.encoding = field_of(msg, SIP_HDR_CONTENT_ENCODING),
	};
	int err = ua_message_body(&content.body, msg);

	return err ? err : ua_content_sdp(sdp, &content);
}

int ua_message_sdp(struct ua_sdp *sdp, const struct sip_msg *msg)
{
	struct ua_sdp result;
	struct pl text = pl_null;
	int err = ua_message_content(&text, msg);

	/* What else had to be understood is the gate's business. */
	if (!text.p)
		return err == ENOTSUP ? ENODATA : err;
	err = ua_sdp_parse(&result, text.p, text.l);
	if (err)
		return err;
	/* Sound uses the agent's address, so that of the peer is of the family that the message came by. */
	if (result.port && ua_sdp_is_ipv6(&result) != (sa_af(&msg->src) == AF_INET6))
		return EAFNOSUPPORT;
	*sdp = result;
	return 0;
}

static bool is_sip(const struct pl *scheme)
{
	return !pl_strcasecmp(scheme, "sip") || !pl_strcasecmp(scheme, "sips");
}

int ua_message_contact(struct sip_addr *contact, const struct sip_msg *msg)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_CONTACT);

	if (!header || sip_addr_decode(contact, &header->val) || !pl_isset(&contact->uri.host) || !is_sip(&contact->uri.scheme))
		return EBADMSG;
	if (pl_isset(&contact->uri.headers))
		contact->auri.l = (size_t)(contact->uri.headers.p - contact->auri.p);
	return 0;
}

static bool is_q850(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
	unsigned *cause = arg;
	struct pl value;

	(void)msg;
	if (header->val.l < 5 || strncasecmp(header->val.p, "Q.850", 5) ||
	    msg_param_decode(&header->val, "cause", &value))
		return false;
	*cause = ua_text_number(&value);
	return *cause >= 1 && *cause <= 127;
}

unsigned ua_message_q850(const struct sip_msg *msg)
{
	unsigned cause = 0;

	return sip_msg_hdr_apply(msg, true, SIP_HDR_REASON, is_q850, &cause) ? cause : 0;
}

uint32_t ua_message_number(const struct sip_msg *msg, enum sip_hdrid id, uint32_t fallback)
{
	const struct sip_hdr *header = sip_msg_hdr(msg, id);

	return header && header->val.l && isdigit((unsigned char)header->val.p[0]) ?
		ua_text_number(&header->val) : fallback;
}

static char printable(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f ? ' ' : c;
}

void ua_text_copy(char *text, size_t size, const struct pl *from)
{
	size_t length = from->p ? from->l : 0;

	if (length >= size)
		length = size - 1;
	for (size_t i = 0; i < length; i++)
		text[i] = printable(from->p[i]);
	text[length] = '\0';
}

bool ua_text_is_line(const char *text)
{
	for (; *text; text++) {
		if (printable(*text) != *text)
			return false;
	}
	return true;
}

/* The number that a user part begins with, where parameters follow that belong to a telephone number: ;verstat= and others. */
static struct pl without_parameters(const struct pl *user)
{
	size_t length = 0;

	while (user->p && length < user->l && (isdigit((unsigned char)user->p[length]) || strchr("+*#-.()%", user->p[length])))
		length++;
	return length && length < user->l && user->p[length] == ';' ? (struct pl){user->p, length} : *user;
}

void ua_text_user(char *text, size_t size, const struct pl *user)
{
	struct pl number = without_parameters(user);
	size_t length = 0;

	for (size_t i = 0; number.p && i < number.l && length + 1 < size; i++) {
		char c = number.p[i];

		if (c == '%' && i + 2 < number.l && isxdigit((unsigned char)number.p[i + 1]) &&
		    isxdigit((unsigned char)number.p[i + 2])) {
			c = (char)(ch_hex(number.p[i + 1]) << 4 | ch_hex(number.p[i + 2]));
			i += 2;
		}
		text[length++] = printable(c);
	}
	text[length] = '\0';
}

static bool is_dialled(char c)
{
	return isdigit((unsigned char)c) || c == '+' || c == '*' || c == '#';
}

void ua_text_telephone(char *text, size_t size, const struct pl *uri)
{
	size_t length = 0;

	for (size_t i = 4; i < uri->l && uri->p[i] != ';' && length + 1 < size; i++) {
		if (is_dialled(uri->p[i]))
			text[length++] = uri->p[i];
	}
	text[length] = '\0';
}

/* How many of these bytes are whole characters of UTF-8, where they were cut. */
static size_t whole_characters(const char *text, size_t length)
{
	static const struct {
		unsigned char mask, lead;
		size_t bytes;
	} rows[] = {{0xe0, 0xc0, 2}, {0xf0, 0xe0, 3}, {0xf8, 0xf0, 4}};
	size_t start = length;

	while (start && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (!start)
		return length;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (((unsigned char)text[start - 1] & rows[i].mask) == rows[i].lead && length - start + 1 < rows[i].bytes)
			return start - 1;
	}
	return length;
}

void ua_text_name(char *text, size_t size, const struct pl *name)
{
	struct pl rest = name->p ? *name : pl_null;
	size_t length = 0;

	if (rest.l >= 2 && rest.p[0] == '"' && rest.p[rest.l - 1] == '"') {
		rest.p++;
		rest.l -= 2;
	}
	for (size_t i = 0; i < rest.l && length + 1 < size; i++) {
		if (rest.p[i] == '\\' && i + 1 < rest.l)
			i++;
		text[length++] = printable(rest.p[i]);
	}
	text[whole_characters(text, length)] = '\0';
}

/* Unreserved and user-unreserved characters. */
static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("-_.!~*'()&=+$,;?/", c));
}

int ua_print_user(struct re_printf *pf, const char *user)
{
	int err = 0;

	for (; *user && !err; user++) {
		if (is_plain(*user))
			err = pf->vph(user, 1, pf->arg);
		else
			err = re_hprintf(pf, "%%%02X", (unsigned)(unsigned char)*user);
	}
	return err;
}

int ua_print_quoted(struct re_printf *pf, const char *text)
{
	int err = pf->vph("\"", 1, pf->arg);

	for (; *text && !err; text++) {
		char c = printable(*text);

		if (c == '"' || c == '\\')
			err = pf->vph("\\", 1, pf->arg);
		if (!err)
			err = pf->vph(&c, 1, pf->arg);
	}
	return err ? err : pf->vph("\"", 1, pf->arg);
}

char *ua_text_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int err;

	va_start(args, format);
	err = re_vsdprintf(&text, format, args);
	va_end(args);
	return err ? NULL : text;
}
