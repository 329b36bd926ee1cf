/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adds sounds; a sum that would not fit is bent (dsp/limit.h). Everything that reaches a telephone passes here, even a single source.
 */
#ifndef TIPRING_DSP_MIX_H
#define TIPRING_DSP_MIX_H

#include <stddef.h>
#include <stdint.h>

#define DSP_MIX_INPUTS_MAX 8

/* out may be one of the inputs; no inputs give silence; a NULL input counts as silence. */
void dsp_mix_sum(int16_t *out, const int16_t *const inputs[], size_t input_count, size_t count);

/* Makes a block louder or softer, by a factor that goes evenly from one value to the other (0..1): no click. */
void dsp_mix_ramp(int16_t *samples, size_t count, float from, float to);

/* Power of a block in dBm0; -99 for silence. */
double dsp_mix_level_dbm0(const int16_t *samples, size_t count);

#endif
