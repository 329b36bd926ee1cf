/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to config_check: what does not go together in the configuration, said with its place and what is allowed. */
#ifndef TIPRING_GATEWAY_CONFIG_CHECK_PRIVATE_H
#define TIPRING_GATEWAY_CONFIG_CHECK_PRIVATE_H

#include <stdio.h>

#include "gateway/config/config.h"

struct check {
	struct config *config;
	FILE *errors;
	bool failed;
};

__attribute__((format(printf, 3, 4)))
void config_complain(struct check *check, const struct config_place *place, const char *format, ...);

/* config_check_accounts.c. whole: the place of what stands nowhere. */
void config_check_accounts(struct check *check); /* reads their passwords too */
void config_check_outer_address(struct check *check, const struct config_place *whole);
void config_check_peers(struct check *check, const struct config_place *whole);

#endif
