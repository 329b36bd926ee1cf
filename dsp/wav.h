/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * WAV files with the sound of a telephone: 8000 Hz, one channel, 16 bit PCM or, to be read, G.711 of either law. Blocking file access:
 * for tools, and for the control thread while it reads its configuration. dsp_init comes before files in G.711.
 */
#ifndef TIPRING_DSP_WAV_H
#define TIPRING_DSP_WAV_H

#include <stddef.h>
#include <stdint.h>

#define DSP_WAV_SAMPLES_MAX (8000 * 600) /* 10 minutes */

/* *samplesp is the caller's to free. EINVAL: not a WAV file of that kind; EFBIG: too long. */
int dsp_wav_read(const char *path, int16_t **samplesp, size_t *count);
int dsp_wav_write(const char *path, const int16_t *samples, size_t count);

#endif
