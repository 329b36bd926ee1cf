/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dialog (RFC 3261 s12): what two ends must remember of each other to send requests within it. Also
 * used before there is one, for the request that is to start it. Private to sip/. A libre object: mem_deref.
 */
#ifndef TIPRING_SIP_DIALOG_H
#define TIPRING_SIP_DIALOG_H

#include <stdbool.h>

#include "sip/hop.h"

#define UA_ROUTES_MAX 16 /* a message with more Record-Routes is refused */

struct ua_dialog {
	char *call_id;
	char *local;      /* value of our From or To header, with tag */
	char *remote;     /* value of the peer's, with tag once it is known */
	char *local_tag;
	char *remote_tag; /* NULL: not known yet */
	char *target;     /* URI that requests go to */
	char *strict_uri; /* of the first route when that is a strict router (s12.2.1.1), else NULL */
	char *routes[UA_ROUTES_MAX]; /* values of Route headers */
	unsigned route_count;
	unsigned max_forwards; /* of requests; 0: 70 (RFC 3261 s8.1.1.6) */
	uint32_t local_cseq;  /* of the last request sent */
	uint32_t remote_cseq; /* of the last request received */
	bool remote_cseq_known;
	bool secure; /* begun with a sips: URI (s12.1): nothing of it goes, or comes, but over TLS */
};

/* For a request that starts a dialog, or one outside any. local without tag. With a sips: target all targets and preloaded routes of the
 * dialog are sips: URIs; those that come as sip: become so (s19.1, RFC 5630 s5.1.1). */
int ua_dialog_start(struct ua_dialog **dialogp, const char *local, const char *remote,
	const char *target);
/* The caller's dialog from a response with a To tag, or the subscriber's from a NOTIFY (RFC 6665 s4.4.1). started gave the request;
 * it stays as it is. EBADMSG: the Record-Routes are nonsense. */
int ua_dialog_fork(struct ua_dialog **dialogp, const struct ua_dialog *started,
	const struct sip_msg *msg);
/* ... then this makes one that can be ended at least, as after ua_dialog_retreat. */
int ua_dialog_fork_back(struct ua_dialog **dialogp, const struct ua_dialog *started, const struct sip_msg *msg);
/* The called one's dialog from an INVITE; our tag is that of libre's responses to it. */
int ua_dialog_accept(struct ua_dialog **dialogp, const struct sip_msg *invite);

/* From a 2xx to the INVITE that started it: its Record-Routes and Contact count (RFC 3261
 * s13.2.2.4). EBADMSG: the Record-Routes are nonsense. */
int ua_dialog_confirm(struct ua_dialog *dialog, const struct sip_msg *response);
/* Requests go where and by what the one went that started it, whatever was said since: the dialog cannot be used as it is, but can be ended. */
int ua_dialog_retreat(struct ua_dialog *dialog, const struct ua_dialog *started);
/* From a request or a 2xx that may move the target (s12.2); nothing happens without Contact, nor by one that asks for TLS where it did not
 * come over that, and the target does not yet. */
int ua_dialog_refresh(struct ua_dialog *dialog, const struct sip_msg *msg);

/* Whether its next request may go over nothing but TLS: it is secure, or goes to or by a sips: URI. */
bool ua_dialog_needs_tls(const struct ua_dialog *dialog);

/* For a request outside a dialog: the Service-Routes of the 2xx to REGISTER (RFC 3608 s6.1), as the Routes of what starts from here; both
 * forget what they had. EBADMSG: they cannot be read, then there are none. */
int ua_dialog_take_service_routes(struct ua_dialog *dialog, const struct sip_msg *response);
int ua_dialog_preload(struct ua_dialog *dialog, const struct ua_dialog *other);

/* ... and behind those by that proxy too, a sip: address. */
int ua_dialog_route_by(struct ua_dialog *dialog, const char *uri);

/* Whether a message that came belongs to it. */
bool ua_dialog_has(const struct ua_dialog *dialog, const struct sip_msg *msg);
/* Notes the CSeq of a request that came; false: it is older than the last one (500). */
bool ua_dialog_in_order(struct ua_dialog *dialog, const struct sip_msg *request);

/* The Request-URI, which is not the target when the first route is a strict router (s12.2.1.1). */
const char *ua_dialog_request_uri(const struct ua_dialog *dialog);
/* Max-Forwards, Route, From, To, Call-ID, CSeq. */
int ua_dialog_write(const struct ua_dialog *dialog, struct mbuf *mb, const char *method, uint32_t cseq);
/* Where the next request goes: first route or target; server when that is no numeric address of the server's
 * family. By the server's transport, but UDP where the URI says so. */
void ua_dialog_next_hop(const struct ua_dialog *dialog, const struct ua_hop *server, struct ua_hop *hop);

#endif
