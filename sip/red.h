/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Redundancy in RTP (RFC 2198): a packet that also holds what packets before it held, in case one was lost. No allocation;
 * the media thread's.
 */
#ifndef TIPRING_SIP_RED_H
#define TIPRING_SIP_RED_H

#include "sip/rtp.h"

#define UA_RED_BLOCKS_MAX  5     /* of one packet; those before them are passed over */
#define UA_RED_OFFSET_MAX  16383 /* of timestamps */
#define UA_RED_BYTES_MAX   1023  /* of a block that is not the last */
#define UA_RED_HEADS_BYTES 5     /* of a packet with one block beside the last */

/* Takes a packet apart: the blocks as packets of their own, the oldest first, the packet's own last. Their sequence
 * numbers count back from its own; blocks that hold nothing are left out, but counted so. Returns how many; 0: it is
 * malformed. */
size_t ua_red_parse(struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX], const struct ua_rtp_packet *packet);

struct ua_red_block {
	const uint8_t *bytes;
	size_t length;
	uint32_t age; /* how much earlier its timestamp is */
};

/* Writes a payload of a block of an earlier packet (NULL: there is none to send again) and the present one, both of one
 * payload type. One that is too old or too long is left out. Returns the length; 0 when size is too small. */
size_t ua_red_compose(uint8_t *bytes, size_t size, uint8_t payload_type, const struct ua_red_block *earlier,
	const uint8_t *present, size_t present_length);

#endif
