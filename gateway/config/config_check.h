/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to configuration: what no setting tells alone. */
#ifndef TIPRING_GATEWAY_CONFIG_CHECK_H
#define TIPRING_GATEWAY_CONFIG_CHECK_H

#include "gateway/config/config.h"

/* Resolves names, reads password files, compares settings with each other. EINVAL after complaints to errors. */
int config_check(struct config *config, const char *path, FILE *errors);

#endif
