/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/wav.h"
#include "gateway/config/config_sounds.h"

/* Profiles with the same file share it. */
struct config_sound {
	struct config_sound *next;
	char path[PATH_MAX];
	struct sound sound;
};

static void path_make(char path[PATH_MAX], const char *beside, const char *name)
{
	const char *slash = strrchr(beside, '/');
	int folder = *name != '/' && slash ? (int)(slash + 1 - beside) : 0;

	snprintf(path, PATH_MAX, "%.*s%s", folder, beside, name);
}

static const char *wrong_text(int err)
{
	if (!err)
		return NULL;
	return err == EINVAL || err == EFBIG
		? "allowed is a WAV file: 8000 Hz, one channel, 16 bit PCM or G.711, up to 10 minutes"
		: strerror(err);
}

const char *config_prompts_read(struct config *config, const char *path, enum prompt *wrong)
{
	char directory[PATH_MAX];

	if (!config->media.prompts.text[0])
		return NULL;
	path_make(directory, path, config->media.prompts.text);
	return wrong_text(prompts_read(&config->prompts, directory, wrong));
}

static struct config_sound *sound_find(struct config *config, const char *path)
{
	struct config_sound *sound = config->sounds;

	while (sound && strcmp(sound->path, path) != 0)
		sound = sound->next;
	return sound;
}

static int sound_add(struct config *config, const char *path)
{
	struct config_sound *sound = calloc(1, sizeof(*sound));
	int err;

	if (!sound)
		return ENOMEM;
	strcpy(sound->path, path);
	sound->next = config->sounds;
	config->sounds = sound;
	err = dsp_wav_read(path, &sound->sound.samples, &sound->sound.count);
	return !err && sound->sound.count == 0 ? EINVAL : err;
}

static bool is_file(const char *hold_sound)
{
	return strcmp(hold_sound, CONFIG_HOLD_SILENCE) != 0 && strcmp(hold_sound, CONFIG_HOLD_TONE) != 0;
}

const char *config_hold_read(struct config *config, struct config_profile *profile)
{
	char path[PATH_MAX];
	int err = 0;

	if (!is_file(profile->hold_sound.text))
		return NULL;
	path_make(path, profile->place.file, profile->hold_sound.text);
	if (!sound_find(config, path))
		err = sound_add(config, path);
	if (!err)
		profile->hold_file = sound_find(config, path)->sound;
	return wrong_text(err);
}

void config_sounds_free(struct config *config)
{
	prompts_clear(&config->prompts);
	while (config->sounds) {
		struct config_sound *next = config->sounds->next;

		free(config->sounds->sound.samples);
		free(config->sounds);
		config->sounds = next;
	}
}
