/* SPDX-License-Identifier: BSD-3-Clause */
/* A tone's text from anywhere, and the first seconds of what it sounds like. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/tone.h"

#define BLOCKS 200
#define BLOCK  160

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void listen(const struct dsp_tone_def *def)
{
	struct dsp_tone *tone = NULL;
	int16_t block[BLOCK];

	if (dsp_tone_alloc(&tone))
		return;
	dsp_tone_start(tone, def);
	for (int i = 0; i < BLOCKS && dsp_tone_fill(tone, block, BLOCK); i++)
		;
	dsp_tone_free(tone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dsp_tone_def *def = NULL;
	static int ready;
	char *text;

	if (!ready++ && dsp_init())
		abort();
	text = strndup((const char *)data, size);
	if (text && !dsp_tone_def_parse(&def, text, -13))
		listen(def);
	dsp_tone_def_free(def);
	free(text);
	return 0;
}
