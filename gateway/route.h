/* SPDX-License-Identifier: BSD-3-Clause */
/* Who rings for a call that came to an account, by the number that was called. Pure. */
#ifndef TIPRING_GATEWAY_ROUTE_H
#define TIPRING_GATEWAY_ROUTE_H

#include "gateway/config/config.h"

/* Both NULL: any of the account's lines. */
struct route {
	const struct config_line *line;
	const struct config_group *group;
};

/* In this order: the line or group of this account with that short number; the one that has it among its incoming numbers; the account's
 * group that has no incoming numbers. */
struct route route_find(const struct config *config, const struct config_account *account, const char *called);

#endif
