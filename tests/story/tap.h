/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listens on the loopback interface as a third party: the SIP messages and RTP packets at the
 * gateway's sockets, with the kernel's time of each: UDP, TCP, and by TLS what tls_mirror.c tells. Its parser is its own. Needs
 * CAP_NET_RAW. One thread.
 */
#ifndef TIPRING_TESTS_STORY_TAP_H
#define TIPRING_TESTS_STORY_TAP_H

#include "tests/story/bed.h"

#define TAP_MIRROR_PORT 9060
#define TAP_MIRROR_MAX  16384

struct tap;
typedef void tap_sip_h(const struct bed_sip *sip, void *arg);

int tap_alloc(struct tap **tapp, unsigned sip_port, tap_sip_h *handler, void *arg);
void tap_free(struct tap *tap);

int tap_fd(const struct tap *tap);
/* Takes what has come. Returns whether there was a SIP message. */
bool tap_step(struct tap *tap);

/* RTP packets seen in all. */
uint64_t tap_rtp_packets(const struct tap *tap);

/* Reads a message (pure code): EBADMSG it is no SIP. Leaves at_ns, out, repeated and call alone;
 * key identifies it for finding retransmissions, call_id its call. */
int tap_parse(struct bed_sip *sip, const char *text, size_t length, uint64_t *key, uint64_t *call_id);

/* How long the message is that a connection's bytes begin with (pure code), by its Content-Length; 0: there is no whole one. */
size_t tap_message_length(const char *text, size_t length);

#endif
