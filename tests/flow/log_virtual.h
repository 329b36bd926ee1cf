/* SPDX-License-Identifier: BSD-3-Clause */
/* gateway/log.h with virtual time before each line. */
#ifndef TIPRING_TESTS_FLOW_LOG_VIRTUAL_H
#define TIPRING_TESTS_FLOW_LOG_VIRTUAL_H

#include <stdio.h>

#include "gateway/log.h"
#include "gateway/loop.h"

/* out NULL: nothing is written. */
void log_virtual_set(FILE *out, const struct loop *loop);

#endif
