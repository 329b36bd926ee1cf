/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Comfort noise: what a pause sounds like. Its level and colour are set by a packet of RFC 3389, or its level alone by
 * whoever listened to the pause before. Changes glide. Pure, no allocation.
 */
#ifndef TIPRING_DSP_COMFORT_H
#define TIPRING_DSP_COMFORT_H

#include <stddef.h>
#include <stdint.h>

#define DSP_COMFORT_ORDER_MAX 10 /* reflection coefficients that are taken of a packet (RFC 3389 s3.2 names no limit) */

/* Zeroed: silence. */
struct dsp_comfort {
	float rms, wanted_rms;
	float excitation; /* of one unit of output, by the filter's gain */
	unsigned order;
	float reflection[DSP_COMFORT_ORDER_MAX], memory[DSP_COMFORT_ORDER_MAX];
	uint32_t random;
};

/* White noise of this level; 16 bit samples. */
void dsp_comfort_level(struct dsp_comfort *comfort, float rms);
/* The payload of a comfort noise packet: its level in -dBov, 0..127, then quantised reflection coefficients. Length 0
 * changes nothing. */
void dsp_comfort_packet(struct dsp_comfort *comfort, const uint8_t *payload, size_t length);
void dsp_comfort_fill(struct dsp_comfort *comfort, int16_t *samples, size_t count);

#endif
