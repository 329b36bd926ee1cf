/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the leg: the pair of sockets of a call's sound, and where the peer is told to send. The media thread uses them as long as
 * it runs the stream: they are closed with the leg, not with the call. Control thread.
 */
#ifndef TIPRING_GATEWAY_LEG_SOCKETS_H
#define TIPRING_GATEWAY_LEG_SOCKETS_H

#include "gateway/mapper.h"
#include "gateway/media/stream.h"
#include "sip/sdp.h"

struct leg_config;

struct leg_sockets {
	const struct leg_config *home; /* whose addresses they have: the line's, or those of the account that the call goes over */
	struct mapping *mapping;       /* by which they have an outer address; NULL: none */
	uint16_t port;                 /* of RTP, on this machine */
	int fds[STREAM_WIRE_KINDS];
};

/* Of home's address; account: that the call goes over, or NULL. EADDRINUSE: no port is free, or another errno; that was logged, and
 * there is nothing to close. */
int leg_sockets_open(struct leg_sockets *sockets, const struct leg_config *config, const struct ua_account *account);

/* Descriptors of the same sockets, and the same port. EMFILE: nothing to close. */
int leg_sockets_share(struct leg_sockets *sockets, const struct leg_sockets *from);
/* ... and from now on they are the only ones that count: the outer address goes with them. */
void leg_sockets_take_mapping(struct leg_sockets *sockets, struct leg_sockets *from);

void leg_sockets_close(struct leg_sockets *sockets);

/* Where the peer shall send. inner: it is on this side of an address translator. */
void leg_sockets_describe(const struct leg_sockets *sockets, bool inner, struct ua_sdp_local *local);

#endif
