/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the SIP side refused or dropped, for the log and the operator: however many come, one line a minute says how many of each
 * kind and from where the last one came. Control thread.
 */
#ifndef TIPRING_GATEWAY_REFUSALS_H
#define TIPRING_GATEWAY_REFUSALS_H

#include <stdint.h>
#include <stdio.h>

#include "sip/agent.h"

#define REFUSALS_PAUSE_MS 60000 /* between two lines */

struct refusals {
	struct ua_agent_counts told; /* by the last line */
	uint64_t next_ms;            /* not before then comes the next; 0: at once */
};

/* Logs what is new, if it is time. */
void refusals_review(struct refusals *refusals, const struct ua_agent_counts *counts, uint64_t now_ms);

/* A row for each kind, then whom the last one came from. */
void refusals_print(const struct ua_agent_counts *counts, FILE *out);

#endif
