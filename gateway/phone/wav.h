/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * WAV files of one kind: 8000 Hz, one channel, 16 bit PCM. Blocking file access, for tools only.
 */
#ifndef TIPRING_GATEWAY_PHONE_WAV_H
#define TIPRING_GATEWAY_PHONE_WAV_H

#include <stddef.h>
#include <stdint.h>

#define WAV_SAMPLES_MAX (8000 * 600) /* 10 minutes */

/* *samplesp is the caller's to free. EINVAL: not a WAV file of that kind; EFBIG: too long. */
int wav_read(const char *path, int16_t **samplesp, size_t *count);
int wav_write(const char *path, const int16_t *samples, size_t count);

#endif
