/* SPDX-License-Identifier: BSD-3-Clause */
/* A digit map from anywhere; behind the first line what is dialled. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/digitmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *digits, number[64];
	struct digitmap map;
	const char *why = NULL;
	size_t at = 0;

	if (!text)
		return 0;
	digits = strchr(text, '\n');
	if (digits)
		*digits++ = 0;
	if (digitmap_parse(&map, text, &at, &why) != 0) {
		assert(why && at <= strlen(text));
	} else {
		digitmap_match(&map, digits ? digits : "");
		if (digits && digitmap_match(&map, digits) >= DIGITMAP_TIMER)
			assert(digitmap_rewrite(&map, digits, number, sizeof(number)) < sizeof(number));
	}
	free(text);
	return 0;
}
