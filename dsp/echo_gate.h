/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The non-linear processor: mutes what the filter left over of the echo, where nothing but that and the line's noise is in it, and puts
 * noise of the line's level and colour in its place. How much the filter leaves over is learnt in each band while only the far
 * end talks; whatever is louder than that and than the noise is somebody at this end, and opens the gate with the
 * same hop. Sound has the emphasis of echo_filter.h. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_ECHO_GATE_H
#define TIPRING_DSP_ECHO_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp/echo_filter.h"

#define ECHO_BANDS 6

struct echo_gate {
	unsigned hop;
	bool comfort_noise;
	float leak[ECHO_BANDS];  /* share of the echo that is left over */
	float echo[ECHO_BANDS];  /* its power, held for a moment */
	float noise[ECHO_BANDS]; /* the line's own */
	float colour[DSP_FFT_PADDED]; /* ... at each frequency */
	float quietest, energy;  /* of the error, all bands: lately and smoothed */
	unsigned open_hops;      /* the gate stays open so long */
	float opening;           /* 1: open, 0: shut; of the last sample */
	uint32_t random;
	float tail[ECHO_HOP_MAX]; /* comfort noise of the last hop that reaches into this one */
};

/* Makes the tables; dsp_init calls it. */
void echo_gate_tables_init(void);
void echo_gate_init(struct echo_gate *gate, unsigned hop, bool comfort_noise);
/* One hop of the filter's error, in place, and what the filter says of it. allowed: false opens it. */
void echo_gate_run(struct echo_gate *gate, float *error, const struct echo_hop *run, bool allowed);

#endif
