/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to configuration: reads the sound files that it names. A name without / at its beginning is beside the file that names it.
 * What is wrong comes back in words, NULL when all is well.
 */
#ifndef TIPRING_GATEWAY_CONFIG_SOUNDS_H
#define TIPRING_GATEWAY_CONFIG_SOUNDS_H

#include "gateway/config/config.h"

/* media's prompts; wrong is the one whose file it is. path is the configuration's. */
const char *config_prompts_read(struct config *config, const char *path, enum prompt *wrong);
/* A profile's hold_sound, where that is a file. */
const char *config_hold_read(struct config *config, struct config_profile *profile);
void config_sounds_free(struct config *config);

#endif
