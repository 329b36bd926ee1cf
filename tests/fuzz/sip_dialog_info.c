/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>

#include "sip/dialog_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool busy;

	(void)ua_dialog_info_parse(&busy, (const char *)data, size);
	return 0;
}
