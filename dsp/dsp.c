/* SPDX-License-Identifier: BSD-3-Clause */
#include "dsp/dsp.h"
#include "dsp/osc.h"

int dsp_init(void)
{
	dsp_osc_init();
	return 0;
}
