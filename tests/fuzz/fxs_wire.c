/* SPDX-License-Identifier: BSD-3-Clause */
/* A datagram from a telephone: refused, or understood to the last byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fxs/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fxs_wire_message message;
	uint8_t again[FXS_WIRE_BYTES_MAX];

	if (fxs_wire_decode(&message, data, size))
		return 0;
	if (message.kind == FXS_WIRE_HELLO && !fxs_wire_line_valid(message.hello.line))
		abort();
	if (fxs_wire_encode(&message, again) != size || memcmp(again, data, size))
		abort();
	return 0;
}
