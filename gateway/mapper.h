/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets for sound behind an address translator: some are kept open ahead of the calls, and a STUN server is asked (RFC 8489) how it sees
 * them and asked again before the translator would forget; so a call finds its outer address at once, and never waits for it. A pair that a
 * call has is watched no more, since what comes there is the media thread's; indications keep its mapping also while the call is held. One
 * mapper for each local address and server. Control thread; nothing blocks.
 *
 *   opened --asks--> known --asks each MAPPER_REFRESH_MS--> known ...
 *                      `--- mapper_take --> of a call: told to the peer; indications until mapping_give_back
 */
#ifndef TIPRING_GATEWAY_MAPPER_H
#define TIPRING_GATEWAY_MAPPER_H

#include "gateway/address.h"
#include "gateway/loop.h"
#include "gateway/media/stream.h"
#include "sip/stun.h"

#define MAPPER_SPARES_MAX 32    /* pairs that wait for calls; and at most half of the ports */
#define MAPPER_RTO_MS     500   /* the first repetition, each later one after twice as long (RFC 8489 s6.2.1) */
#define MAPPER_REQUESTS   7     /* ... so often (Rc) */
#define MAPPER_LAST_RTOS  16    /* ... and the last is waited for so long (Rm) */
#define MAPPER_REFRESH_MS 15000 /* translators forget UDP after 30 s and more */
#define MAPPER_RETRY_MS   30000 /* after a server that did not answer, or no port was free */
#define MAPPER_TELL_MS    60000 /* between two log lines of calls without an outer address; of other kinds there are two in it at most */

struct mapper;
struct mapping; /* a pair of sockets that a call has */

/* Where the server is; false: not known yet. which: a number that is another one after each failure. */
typedef bool mapper_server_h(union address *server, unsigned which, const void *arg);

struct mapper_config {
	struct loop *loop;
	struct stream_socket_config sockets; /* what it points to outlives the mapper */
	mapper_server_h *server_at;
	const void *arg;
	const char *server_name; /* for the log; ... */
};

int mapper_alloc(struct mapper **mapperp, const struct mapper_config *config);
/* After all that was taken has been given back. */
void mapper_free(struct mapper *mapper);

/* One call more may begin at any time. */
void mapper_spare_add(struct mapper *mapper);

/* As stream_socket_open: the best pair that waits, or when there is none one without outer address. The descriptors are the caller's. */
int mapper_take(struct mapper *mapper, struct mapping **mappingp, int fds[STREAM_WIRE_KINDS], uint16_t *portp);
/* Other descriptors of the same sockets. */
void mapping_moved(struct mapping *mapping, const int fds[STREAM_WIRE_KINDS]);
/* Before they are closed; NULL: nothing. */
void mapping_give_back(struct mapping *mapping);

/* From where the server saw that socket; NULL: not known, and then the peer can only be told of the socket's own address. Of RTCP it is
 * known only together with that of RTP, of the same host. */
const union address *mapping_outer(const struct mapping *mapping, enum stream_wire_kind kind);

/* Calls that began without an outer address. */
unsigned mapper_missed(const struct mapper *mapper);

#endif
