/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dsp/wav.h"
#include "gateway/phone/voice.h"
#include "gateway/prompts.h"
#include "tests/story/sounds.h"

#define HOLD_SAMPLES (8000 * 30)
#define WORD_SAMPLES (8 * 800)

static const enum prompt message[] = {PROMPT_YOUR_NUMBER_IS, PROMPT_0 + 1, PROMPT_0, PROMPT_0 + 2, PROMPT_REGISTERED};

static void hold_path(char path[PATH_MAX], const char *directory)
{
	snprintf(path, PATH_MAX, "%s/hold.wav", directory);
}

static void words_path(char path[PATH_MAX], const char *directory)
{
	snprintf(path, PATH_MAX, "%s/words", directory);
}

static void word_path(char path[PATH_MAX], const char *directory, enum prompt prompt)
{
	snprintf(path, PATH_MAX, "%s/words/%s.wav", directory, prompt_name(prompt));
}

static int piece_write(const char *path, struct voice *voice, size_t count)
{
	int16_t *samples = calloc(count, sizeof *samples);
	int err = ENOMEM;

	if (samples) {
		voice_fill(voice, samples, count);
		err = dsp_wav_write(path, samples, count);
	}
	free(samples);
	return err;
}

static int words_write(const char *directory)
{
	struct voice voice;
	char path[PATH_MAX];
	int err = 0;

	words_path(path, directory);
	if (mkdir(path, 0700))
		return errno;
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT && !err; prompt++) {
		voice_init(&voice, SOUNDS_OTHER_SEED);
		word_path(path, directory, prompt);
		err = piece_write(path, &voice, WORD_SAMPLES);
	}
	voice_init(&voice, SOUNDS_WORD_SEED);
	for (size_t i = 0; i < sizeof message / sizeof message[0] && !err; i++) {
		word_path(path, directory, message[i]);
		err = piece_write(path, &voice, WORD_SAMPLES);
	}
	return err;
}

int sounds_write(const char *directory)
{
	struct voice voice;
	char path[PATH_MAX];
	int err;

	voice_init(&voice, SOUNDS_HOLD_SEED);
	hold_path(path, directory);
	err = piece_write(path, &voice, HOLD_SAMPLES);
	return err ? err : words_write(directory);
}

void sounds_remove(const char *directory)
{
	char path[PATH_MAX];

	hold_path(path, directory);
	unlink(path);
	for (enum prompt prompt = 0; prompt < PROMPT_COUNT; prompt++) {
		word_path(path, directory, prompt);
		unlink(path);
	}
	words_path(path, directory);
	rmdir(path);
}
