/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Secure RTP and RTCP (RFC 3711, RFC 6188, RFC 7714): what one key does to packets, in place. The control thread makes and
 * frees it, the media thread uses it: from the first packet on without allocation. No sockets, no clock, no libre.
 *
 * A sender is told apart by its SSRC; of UA_SRTP_SOURCES of them it is remembered how often their sequence went around and
 * which packets came, so that one that is played back is refused. None is remembered before a packet of it has proved good.
 */
#ifndef TIPRING_SIP_SRTP_H
#define TIPRING_SIP_SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UA_SRTP_KEY_MAX       46 /* bytes of a master key with its salt */
#define UA_SRTP_OVERHEAD_MAX  20 /* that a packet grows by */
#define UA_SRTP_SOURCES       16 /* by one key; the one that was silent for longest gives way */

enum ua_srtp_suite {
	UA_SRTP_AES_CM_128_HMAC_SHA1_80, /* RFC 4568 s6.2 */
	UA_SRTP_AES_CM_128_HMAC_SHA1_32,
	UA_SRTP_AES_256_CM_HMAC_SHA1_80, /* RFC 6188 */
	UA_SRTP_AES_256_CM_HMAC_SHA1_32,
	UA_SRTP_AEAD_AES_128_GCM,        /* RFC 7714 */
	UA_SRTP_AEAD_AES_256_GCM,
	UA_SRTP_SUITES,
};

struct ua_srtp;

/* As session descriptions spell it. */
const char *ua_srtp_suite_name(enum ua_srtp_suite suite);
/* Bytes of its master key with the salt behind it. */
size_t ua_srtp_key_length(enum ua_srtp_suite suite);
/* ... of the key alone. */
size_t ua_srtp_master_length(enum ua_srtp_suite suite);

/* sends: packets are protected; else they are taken off their protection. ENOMEM. */
int ua_srtp_alloc(struct ua_srtp **srtpp, enum ua_srtp_suite suite, const uint8_t *key, bool sends);
void ua_srtp_free(struct ua_srtp *srtp); /* wipes the keys */

/* size is the room that bytes has, *length the packet's and then the new length. EBADMSG: no such packet. ENOSPC: it would
 * not fit. EACCES: it is not signed with this key. EALREADY: it came before, or is too old to tell. After an
 * error the bytes are worth nothing. */
int ua_srtp_protect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length, size_t size);
int ua_srtp_unprotect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length);
int ua_srtcp_protect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length, size_t size);
int ua_srtcp_unprotect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length);

/* The derivation of session keys (RFC 3711 s4.3.1); label as there. 0 or ENOMEM. */
int ua_srtp_derive(uint8_t *out, size_t length, enum ua_srtp_suite suite, const uint8_t *key, uint8_t label);

#endif
