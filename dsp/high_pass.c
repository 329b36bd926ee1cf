/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "dsp/dsp.h"
#include "dsp/high_pass.h"

#define CORNER_HZ 600.0

/* The two pairs of poles of a Butterworth filter of the fourth order. */
static const double quality[2] = {0.5412, 1.3066};

static void section_init(struct dsp_section *section, double q)
{
	double w = 2 * M_PI * CORNER_HZ / DSP_RATE_HZ;
	double alpha = sin(w) / (2 * q), a0 = 1 + alpha;

	*section = (struct dsp_section){
		.b0 = (float)((1 + cos(w)) / 2 / a0),
		.b1 = (float)(-(1 + cos(w)) / a0),
		.b2 = (float)((1 + cos(w)) / 2 / a0),
		.a1 = (float)(-2 * cos(w) / a0),
		.a2 = (float)((1 - alpha) / a0),
	};
}

void dsp_high_pass_init(struct dsp_high_pass *filter)
{
	for (int i = 0; i < 2; i++)
		section_init(&filter->sections[i], quality[i]);
}

static float section_next(struct dsp_section *section, float x)
{
	float y = section->b0 * x + section->z1;

	section->z1 = section->b1 * x - section->a1 * y + section->z2;
	section->z2 = section->b2 * x - section->a2 * y;
	return y;
}

float dsp_high_pass_next(struct dsp_high_pass *filter, float sample)
{
	return section_next(&filter->sections[1], section_next(&filter->sections[0], sample));
}
