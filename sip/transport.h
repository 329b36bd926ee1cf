/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One local address: libre's SIP stack with its socket and its transactions. Everything that sip/ sends
 * or receives goes through here. Private to sip/.
 *
 * The main loop is libre's; whoever runs it calls libre_init (and fd_setsize) before the first transport.
 */
#ifndef TIPRING_SIP_TRANSPORT_H
#define TIPRING_SIP_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "sip/agent.h"
#include "sip/flow.h"
#include "sip/hop.h"
#include "sip/interpose.h"

#define UA_LANES_MAX   16
#define UA_T1_MS       500u  /* RFC 3261 table 4 */
#define UA_T2_MS       4000u
#define UA_TIMEOUT_MS  (64 * UA_T1_MS)
#define UA_HOST_MAX    64    /* bytes of a numeric address with its final zero */
#define UA_RECEIVE_BUFFER_WANTED (4 << 20) /* bytes; a burst of 500 REGISTERs overflows the default */

struct ua_transport;

struct ua_transport_handlers {
	/* A request that no transaction knows: new ones, and the ACK to a 2xx. */
	void (*request)(const struct sip_msg *msg, void *arg);
	/* A response that no transaction knows: a 2xx to INVITE again, or of another fork. */
	void (*response)(const struct sip_msg *msg, void *arg);
	/* Whether a datagram from there is read at all; false: it is dropped unread. A socket is asked for from the first message on that
	 * one of the handlers above got, or that ua_transport_watch was told of. */
	bool (*admits)(const struct sa *source, void *arg);
	/* After ua_transport_expect_late: a 2xx, which libre would keep from us where its transaction was refused. True: it is taken. */
	bool (*late)(const struct sip_msg *msg, void *arg);
	/* A datagram from there was no SIP message; told no later than with the next datagram. */
	void (*unreadable)(const struct sa *source, void *arg);
	/* Every message as it is on the wire; may be NULL. */
	void (*trace)(bool sent, const struct sa *peer, const char *text, size_t length, void *arg);
	void *arg;
};

/* ENODEV: the interface of the options is not there. */
int ua_transport_alloc(struct ua_transport **transportp, const struct sa *local,
	const struct ua_socket_options *options, const char *software, const struct ua_transport_handlers *handlers);
/* TCP too, on the same port; once is enough. EADDRINUSE. Connections are found by address, whoever
 * made them; one on which nothing came for 900 s is closed. */
int ua_transport_open_tcp(struct ua_transport *transport);
/* TLS on the next port; once is enough. ENOENT: a file cannot be used. A connection serves all whose server's name its certificate bears;
 * another name at the same address gets another connection, up to UA_LANES_MAX (else EMFILE). */
int ua_transport_open_tls(struct ua_transport *transport, const struct ua_tls_config *config);
bool ua_transport_has_tls(const struct ua_transport *transport);
/* Whether others must prove by TLS who they are, and who sent that message has proved to bear that name. */
bool ua_transport_verifies(const struct ua_transport *transport);
bool ua_transport_came_from(const struct ua_transport *transport, const struct sip_msg *msg, const char *name);
/* As ua_tls_refusal; NULL without TLS. */
const char *ua_transport_tls_refusal(struct ua_transport *transport);
/* Where messages of that transport come to. */
void ua_transport_address(const struct ua_transport *transport, enum sip_transp type, struct sa *addr);
/* As ua_flow_watch. */
int ua_transport_watch(struct ua_flow_watch **watchp, struct ua_transport *transport, const struct sip_msg *msg,
	const struct ua_flow_terms *terms, ua_flow_lost_h *handler, void *arg);
/* Transactions end silently. */
void ua_transport_free(struct ua_transport *transport);

const struct sa *ua_transport_local(const struct ua_transport *transport);
/* What the kernel granted (it tells the double of what was asked for). */
int ua_transport_receive_buffer(const struct ua_transport *transport);
/* Datagrams that were no SIP message, over the whole process. */
uint64_t ua_transport_unreadable(void);

/* Sends a request in a client transaction. content: all headers but Via, then the body. *requestp
 * becomes NULL before the final response or error is told; mem_deref(*requestp) silences it. */
int ua_transport_request(struct sip_request **requestp, struct ua_transport *transport,
	const struct ua_hop *hop, const char *method, const char *uri, struct mbuf *content,
	sip_resp_h *handler, void *arg);
/* CANCEL, held back until a 1xx came; the final response still is told. */
void ua_transport_cancel(struct sip_request *request);

/* An INVITE was refused by that; for UA_TIMEOUT_MS 2xx of its other forks may come, whose dialogs have to be ended (RFC 3261 s13.2.2.4). */
void ua_transport_expect_late(struct ua_transport *transport, const struct sip_msg *refusal);

/* Composes a message that is sent without a transaction, an ACK, and sends it. */
int ua_transport_ack(struct mbuf **ackp, struct ua_transport *transport, const struct ua_hop *hop,
	const char *uri, struct mbuf *content);
int ua_transport_send(struct ua_transport *transport, const struct ua_hop *hop, struct mbuf *message);

/* A server transaction; cancelled comes for an INVITE without final response, its CANCEL is
 * answered. */
int ua_transport_serve(struct sip_strans **transp, struct ua_transport *transport,
	const struct sip_msg *msg, sip_cancel_h *cancelled, void *arg);

struct ua_reply {
	unsigned status;
	const char *phrase;
	const char *headers; /* whole lines with their ends; NULL: none */
	const char *type;    /* of the body */
	const char *body;    /* NULL: none */
};

/* transp NULL: without a transaction. Else *transp becomes NULL with a final response. messagep
 * gets what was sent; may be NULL. */
int ua_transport_reply(struct ua_transport *transport, struct sip_strans **transp,
	const struct sip_msg *msg, const struct ua_reply *reply, struct mbuf **messagep);
/* Where responses to a request go (RFC 3261 s18.2.2, RFC 3581): over TCP by the connection that it
 * came by. */
void ua_transport_reply_hop(struct ua_hop *hop, const struct sip_msg *msg);

#endif
