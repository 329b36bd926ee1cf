/* SPDX-License-Identifier: BSD-3-Clause */
#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "dsp/osc.h"

int dsp_init(void)
{
	dsp_osc_init();
	dsp_g711_init();
	return 0;
}
