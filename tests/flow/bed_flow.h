/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Beds in virtual time. "flow" is as the daemon is; in "flow-narrow" the queue between the planes holds one event of a
 * line. TIPRING_FLOW_LOG in the environment has the gateway's log written to stderr.
 */
#ifndef TIPRING_TESTS_FLOW_BED_FLOW_H
#define TIPRING_TESTS_FLOW_BED_FLOW_H

#include "tests/story/bed.h"

extern const struct bed_ops bed_flow_narrow_ops;

#endif
