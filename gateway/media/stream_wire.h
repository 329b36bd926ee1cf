/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a stream's packets leave and enter: the only sendto and recvfrom of the sound path. What protects packets on the
 * way stands here and nowhere else. Media thread only, but for what the control thread opened; no allocation.
 */
#ifndef TIPRING_GATEWAY_MEDIA_STREAM_WIRE_H
#define TIPRING_GATEWAY_MEDIA_STREAM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/address.h"
#include "sip/srtp.h"

#define STREAM_WIRE_BYTES_MAX 1500 /* of a packet, either way */

/* What came beside the sound and is the control thread's, as it is written to aside_fd: the last bytes are not there. */
struct stream_wire_aside {
	union address source;
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
};

enum stream_wire_kind { STREAM_WIRE_RTP, STREAM_WIRE_RTCP, STREAM_WIRE_KINDS };

/* One for each kind; both may be the same socket (rtcp-mux). */
struct stream_wire {
	int32_t fds[STREAM_WIRE_KINDS];           /* non-blocking UDP sockets; -1: none, nothing of that kind goes or comes */
	union address remotes[STREAM_WIRE_KINDS]; /* where it goes; port 0: nowhere yet */
	int32_t aside_fd;        /* packets of a handshake go there (RFC 7983), a struct stream_wire_aside each; 0: they are nobody's */
	bool secured;            /* what has no key neither goes nor comes */
	struct ua_srtp *send_key, *receive_key; /* the control thread's; NULL: none */
	uint64_t forged;         /* packets of sound that receive_key did not sign */
	uint64_t repeated;       /* ... that came before */
};

/* False when it did not leave; length at most STREAM_WIRE_BYTES_MAX. */
bool stream_wire_send(struct stream_wire *wire, enum stream_wire_kind kind, const uint8_t *bytes, size_t length);

/* The next packet that waits, and from whom. Returns its length, which is more than size when it did not fit, and 0 for
 * one that is not to be looked at; -1: none waits. */
ssize_t stream_wire_receive(struct stream_wire *wire, enum stream_wire_kind kind, uint8_t *bytes, size_t size,
	union address *source);

#endif
