/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet of a handshake from anywhere: what is kept of it is whole records of it, and sifted once more it stays the same. The first byte
 * tells from whom. A hello's random bytes are within it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/dtls.h"
#include "sip/dtls_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t kept[UA_DTLS_PACKET_MAX], again[UA_DTLS_PACKET_MAX];
	const uint8_t *hello;
	size_t length;
	int alert;

	if (!size || size - 1 > sizeof(kept))
		return 0;
	length = dtls_records_sift(kept, data + 1, size - 1, data[0] & 1, &alert);
	if (length > size - 1 || alert < -1 || alert > UINT8_MAX)
		abort();
	if (dtls_records_sift(again, kept, length, data[0] & 1, &alert) != length || memcmp(again, kept, length) != 0 || alert != -1)
		abort();
	hello = dtls_records_hello(data + 1, size - 1);
	if (hello && (hello < data + 1 || hello + UA_DTLS_HELLO_BYTES > data + size))
		abort();
	return 0;
}
