/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of a packet a handshake looks at (RFC 6347 s4.1 and 4.2.2). Records of the first epoch are signed by nothing; libssl would end
 * the handshake at an alert among them, or at a message that is none, which whoever can send from the peer's host may make. Pure.
 * Private to sip/.
 */
#ifndef TIPRING_SIP_DTLS_RECORD_H
#define TIPRING_SIP_DTLS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS_MESSAGE_MAX 8192 /* bytes: a chain of certificates that is longer is nobody's here */

/*
 * Writes the records that count to kept, which has room for length bytes, and returns how many bytes they are: whole records of DTLS;
 * in the first epoch messages that the other side sends at all, and changes of the cipher. from_server: the other side is the server.
 * *alert: what an alert of the first epoch says; -1: there was none.
 */
size_t dtls_records_sift(uint8_t *kept, const uint8_t *bytes, size_t length, bool from_server, int *alert);

/* The random bytes of a client's hello in the first record of a packet; NULL: it is none. */
const uint8_t *dtls_records_hello(const uint8_t *bytes, size_t length);

#endif
