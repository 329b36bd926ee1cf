/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/loss_plan.h"

/*
 * A network's sound is at 0 dBr. What a port takes in at a relative level of L is raised by -L, what it gives out is raised by it
 * (ITU-T G.101 s5, Q.552).
 */
static const struct loss_plan_gains table[LOSS_PLAN_COUNT] = {
	[LOSS_PLAN_ADAPTER]  = {-3, -3},  /* telephones on a few metres of wire */
	[LOSS_PLAN_EXCHANGE] = {0, -7},   /* in at 0 dBr, out at -7: most European line cards */
	[LOSS_PLAN_NANP]     = {0, -6},   /* in at 0, out at -6: the fixed loss of North America's digital exchanges */
	[LOSS_PLAN_ETSI]     = {-5, -10}, /* ES 202 020, the half channel of a station (L2), as TIA-912 annex D has it too: SLR 3 + 5, RLR -8 + 10 */
};

static const char *const nanp_countries[] = {"us", "ca"};

const struct loss_plan_gains *loss_plan_gains(enum loss_plan plan, const char *country)
{
	if (plan != LOSS_PLAN_COUNTRY)
		return &table[plan];
	for (unsigned i = 0; i < sizeof(nanp_countries) / sizeof(nanp_countries[0]); i++) {
		if (strcmp(country, nanp_countries[i]) == 0)
			return &table[LOSS_PLAN_NANP];
	}
	return &table[LOSS_PLAN_EXCHANGE];
}
