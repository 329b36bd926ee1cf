/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which of several servers gets a request: they stand in the order of preference, and what is known of each says whom to pass over.
 * Pure: no socket, no clock. Private to sip/.
 */
#ifndef TIPRING_SIP_TARGET_H
#define TIPRING_SIP_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#define UA_TARGETS_MAX 16 /* servers of an account */

/* What is known of a server. */
struct ua_health {
	bool lost;                  /* it let a request unanswered, and answered no OPTIONS since */
	uint64_t shunned_until_ms;  /* it asked for (RFC 3261 s21.5.4); 0: it did not */
};

struct ua_target {
	struct ua_health health;
	bool tried; /* by this request */
};

/* The first that was not tried: of those that are well, else of those that only want to be left alone, else of the lost. -1: all were
 * tried. */
int ua_target_choose(const struct ua_target *targets, unsigned count, uint64_t now_ms);

/* A record of SRV (RFC 2782); what the user adds to it stays with it. */
struct ua_weighted {
	uint16_t priority, weight;
	unsigned index; /* the user's */
};

/* Puts them in the order in which they are to be tried: by priority, and among equals so that each comes first as often as its weight
 * says (RFC 2782). The same seed gives the same order: an account stays with its server. */
void ua_target_order(struct ua_weighted *records, unsigned count, uint32_t seed);

#endif
