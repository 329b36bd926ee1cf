/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading what libre's parser leaves to its user, and writing the pieces of text that requests and
 * responses share. Private to sip/.
 */
#ifndef TIPRING_SIP_MESSAGE_H
#define TIPRING_SIP_MESSAGE_H

#include <re.h>

#include "sip/sdp.h"

#define UA_TEXT_MAX 128 /* of a user, name or phrase taken from a message, with its final zero */
#define UA_ALLOW    "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, SUBSCRIBE, PRACK, UPDATE, INFO"
#define UA_SUPPORTED "Supported: replaces, norefersub, 100rel, timer, 199\r\n" /* a whole line */
#define UA_MAX_FORWARDS 70 /* of a request that nobody has sent on yet, RFC 3261 s8.1.1.6 */

/* The body, cut to Content-Length. EBADMSG: there is less of it. */
int ua_message_body(struct pl *body, const struct sip_msg *msg);
/* Where the session description is in it; as ua_content_sdp and ua_message_body. */
int ua_message_content(struct pl *sdp, const struct sip_msg *msg);
/* ENODATA: no session description; EAFNOSUPPORT also: the stream's address is of another family than the message's sender; else as
 * ua_sdp_parse. */
int ua_message_sdp(struct ua_sdp *sdp, const struct sip_msg *msg);
/* The first Contact, its auri without headers, which have no place in a dialog (RFC 3261 s19.1.1). EBADMSG: none, or no sip address. */
int ua_message_contact(struct sip_addr *contact, const struct sip_msg *msg);
/* The cause of a Reason header that speaks of Q.850 (RFC 3326); 0: none. */
unsigned ua_message_q850(const struct sip_msg *msg);
/* The value of a header with one number in it; fallback when there is none. */
uint32_t ua_message_number(const struct sip_msg *msg, enum sip_hdrid id, uint32_t fallback);

/* The decimal number that a text begins with; UINT32_MAX when it is too great, 0 when there is none. */
uint32_t ua_text_number(const struct pl *text);
/* Copies, cut to size. Control characters become spaces. */
void ua_text_copy(char *text, size_t size, const struct pl *from);
/* It is one line: nothing in it begins another header. */
bool ua_text_is_line(const char *text);
/* The user part of an address, %XX turned back; of a telephone number without its parameters (RFC 3261 s19.1.6). */
void ua_text_user(char *text, size_t size, const struct pl *user);
/* What is dialled for a tel: address: "+1-201-555-0123;ext=1" is +12015550123 (RFC 3966 s3). */
void ua_text_telephone(char *text, size_t size, const struct pl *uri);
/* A display name without the backslashes of its quoted form; cut where a character of UTF-8 ends. */
void ua_text_name(char *text, size_t size, const struct pl *name);

/* For mbuf_printf's %H: a user part with escapes where RFC 3261 s25.1 wants them; a quoted string. */
int ua_print_user(struct re_printf *pf, const char *user);
int ua_print_quoted(struct re_printf *pf, const char *text);

/* A struct ua_reply's or a request's text on the heap, NULL when there is no memory. mem_deref it. */
char *ua_text_format(const char *format, ...);

#endif
