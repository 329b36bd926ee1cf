/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/wav.h"
#include "gateway/prompts.h"

int prompts_read(struct prompts *prompts, const char *directory, enum prompt *wrong)
{
	memset(prompts, 0, sizeof(*prompts));
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++) {
		struct sound *sound = &prompts->sounds[prompt];
		char path[PATH_MAX];
		int err;

		snprintf(path, sizeof(path), "%s/%s.wav", directory, prompt_name(prompt));
		err = dsp_wav_read(path, &sound->samples, &sound->count);
		if (!err || err == ENOENT || err == ENOTDIR)
			continue;
		*wrong = prompt;
		prompts_clear(prompts);
		return err;
	}
	return 0;
}

void prompts_clear(struct prompts *prompts)
{
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++)
		free(prompts->sounds[prompt].samples);
	memset(prompts, 0, sizeof(*prompts));
}
