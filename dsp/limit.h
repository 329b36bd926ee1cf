/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What does not fit into 16 bits is bent rather than cut: up to the knee a sample stays as it is, above it each step is worth less than the one
 * before, and nothing from 2.9 dB above full scale on; there is no corner. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_LIMIT_H
#define TIPRING_DSP_LIMIT_H

#include <stdint.h>

#define DSP_LIMIT_KNEE 20000 /* 4.3 dB below full scale; one voice alone hardly gets there */

static inline int16_t dsp_limit(int32_t value)
{
	const int32_t room = INT16_MAX - DSP_LIMIT_KNEE;
	int32_t size = value < 0 ? -value : value, over = size - DSP_LIMIT_KNEE;

	if (over <= 0)
		return (int16_t)value;
	size = over < 2 * room ? size - over * over / (4 * room) : INT16_MAX;
	return (int16_t)(value < 0 ? -size : size);
}

#endif
