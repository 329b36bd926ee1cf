/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sound: everything here works on blocks of linear PCM, 16 bit, DSP_RATE_HZ, full scale (32767) =
 * +3.14 dBm0 (ITU-T G.711). Objects are made on the control thread before a line starts and used by one
 * thread at a time; only *_alloc and *_parse may allocate. No clock is read: time is samples.
 */
#ifndef TIPRING_DSP_DSP_H
#define TIPRING_DSP_DSP_H

#define DSP_RATE_HZ 8000

/* Fills the tables, then decodes one burst of each DTMF digit. To be called once from main before any thread starts. EIO: the
 * digits came out wrong, which means that this build cannot be trusted. */
int dsp_init(void);

#endif
