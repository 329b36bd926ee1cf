/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The texts of a transfer: Refer-To (RFC 3515 s2.1), Replaces (RFC 3891 s6.1), and the status line in the body
 * of a NOTIFY (RFC 3420). Private to sip/.
 */
#ifndef TIPRING_SIP_REFER_TEXT_H
#define TIPRING_SIP_REFER_TEXT_H

#include "sip/dialog.h"

#define UA_URI_MAX 512 /* bytes of an address or a Replaces that a peer gave us, with the final zero */

/* The URI that a REFER names; no memory: NULL. mem_deref it. */
char *ua_refer_text_user(const char *scheme, const char *user, const char *domain);
/* ... of the far end of a dialog, with what it must find in the new INVITE: tags as it sees them. */
char *ua_refer_text_replaces(const struct ua_dialog *dialog, bool by_address);

/* ... of a conference that a dialog of ours is with. */
char *ua_refer_text_focus(const struct ua_dialog *dialog);
/* The peer's address of record, without headers; "" when it is longer. */
void ua_refer_text_far(const struct ua_dialog *dialog, char *uri, size_t size);

struct ua_refer_target {
	char uri[UA_URI_MAX];      /* without headers */
	char user[UA_URI_MAX];     /* unescaped */
	char host[UA_URI_MAX];
	char replaces[UA_URI_MAX]; /* unescaped; "": none */
	bool requires_replaces;    /* Require: replaces stands beside it */
};
/* Of a REFER. EBADMSG: not exactly one Refer-To, or one that cannot be read. EPROTONOSUPPORT: no sip:, sips: or
 * tel: address. */
int ua_refer_text_target(struct ua_refer_target *target, const struct sip_msg *msg);

/* Of an address alone. Errors as of ua_refer_text_target. */
int ua_refer_text_address(struct ua_refer_target *target, const struct pl *uri);

/* Of a NOTIFY or SUBSCRIBE: it names the package refer, alone or with the CSeq of the REFER as its id (RFC 3515 s2.4.6). */
bool ua_refer_text_is_about(const struct sip_msg *msg, uint32_t cseq);

/* Of a REFER: no reports are wanted; of its 2xx: none will come (RFC 4488 s4). */
bool ua_refer_text_silent(const struct sip_msg *msg);

/* Which dialog an INVITE is to replace. */
struct ua_replaces {
	struct pl call_id, to_tag, from_tag;
	bool early_only;
};
/* ENOENT: it replaces none. EBADMSG: more than one, or one that cannot be read. */
int ua_replaces_read(struct ua_replaces *replaces, const struct sip_msg *msg);

/* The status that a message/sipfrag body begins with, 100 to 699; 0: there is none. */
unsigned ua_sipfrag_status(const struct sip_msg *msg);

#endif
