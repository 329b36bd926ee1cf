/* SPDX-License-Identifier: BSD-3-Clause */
/* An Alert-Info from anywhere; the lines behind it are rules by caller, rules by alert, and cadences. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/ring_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *lines[4];
	struct fxs_cadence cadences[RING_PATTERNS];
	const char *at = NULL;

	if (!text)
		return 0;
	for (int i = 0; i < 4; i++) {
		char *line = strsep(&rest, "\n");

		lines[i] = line ? line : text + strlen(text);
	}
	const struct ring_rules rules = {lines[1], lines[2], RING_COUNTRY};
	const struct ring_call call = {lines[0], false, lines[0]};

	assert(ring_choose(&rules, &call) < RING_PATTERNS);
	if (ring_rules_check(lines[1], &at))
		assert(at >= lines[1] && at < lines[1] + strlen(lines[1]));
	if (!ring_cadences_make(cadences, lines[3], &at)) {
		for (int i = 1; i < RING_PATTERNS; i++)
			assert(fxs_cadence_valid(&cadences[i]));
	}
	free(text);
	return 0;
}
