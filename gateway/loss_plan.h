/* SPDX-License-Identifier: BSD-3-Clause */
/* By how much a line takes off the sound of both directions, as networks are planned. Pure. */
#ifndef TIPRING_GATEWAY_LOSS_PLAN_H
#define TIPRING_GATEWAY_LOSS_PLAN_H

enum loss_plan {
	LOSS_PLAN_NONE,
	LOSS_PLAN_ADAPTER,
	LOSS_PLAN_EXCHANGE,
	LOSS_PLAN_NANP,
	LOSS_PLAN_ETSI,
	LOSS_PLAN_COUNTRY, /* nanp where that numbering plan is, else exchange */
	LOSS_PLAN_COUNT,
};

struct loss_plan_gains {
	int rx_gain_db, tx_gain_db; /* as the settings of these names have them */
};

/* country: two letters, for LOSS_PLAN_COUNTRY. */
const struct loss_plan_gains *loss_plan_gains(enum loss_plan plan, const char *country);

#endif
