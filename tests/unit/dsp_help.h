/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A generator and a judge of sound that share nothing with dsp/: sines by the C library, levels and
 * frequencies by a plain Fourier sum.
 */
#ifndef TIPRING_TESTS_UNIT_DSP_HELP_H
#define TIPRING_TESTS_UNIT_DSP_HELP_H

#include <stddef.h>
#include <stdint.h>

#define MS(ms) ((size_t)(ms) * 8) /* samples */

/* Adds a sine, rounding and saturating; phase in turns. */
void help_add_sine(int16_t *samples, size_t count, double hz, double level_dbm0, double phase);
/* Adds white noise of a power; the same seed gives the same noise. */
void help_add_noise(int16_t *samples, size_t count, double level_dbm0, uint32_t *seed);
/* The next number of a small generator, 0 to 1. */
double help_random(uint32_t *seed);

/* The level of one frequency. Windows of whole periods give it exactly. */
double help_level_at(const int16_t *samples, size_t count, double hz);
/* The strongest frequency between two, to a tenth of a hertz. */
double help_strongest(const int16_t *samples, size_t count, double from_hz, double to_hz);

#endif
