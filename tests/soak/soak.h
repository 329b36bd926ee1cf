/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random sequences of what subscriber and network do to one line, in the world of tests/unit/gateway_line_world.h, and what must hold
 * after each step and at the end. A sequence is made from its seed alone: the same seed gives the same run.
 *
 *   verbs.c   what may happen: each verb chooses among texts and calls by the numbers in its step
 *   profile.c the settings of a sequence
 *   judge.c   what must hold
 *   soak.c    makes, plays, shrinks and prints sequences
 */
#ifndef TIPRING_TESTS_SOAK_H
#define TIPRING_TESTS_SOAK_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/offer.h"
#include "tests/unit/gateway_line_world.h"

#define SOAK_STEPS_MAX 100

struct soak_step {
	uint16_t verb;  /* one with weight: its place among all weights */
	uint8_t choice; /* of its texts */
	uint8_t call;   /* of those that it can happen to */
};

struct soak_sequence {
	uint64_t seed;
	uint8_t style; /* enum config_flash_style */
	unsigned step_count;
	struct soak_step steps[SOAK_STEPS_MAX];
};

/* What stands beside the world's line: another line, for short numbers, groups and pick-up. */
struct soak_neighbour {
	struct line *line;
	struct subscriber subscriber;
	struct line *both[3];
	struct config_line configs[2];
	struct offers offers;
};
extern struct soak_neighbour soak_neighbour;

uint64_t soak_random(uint64_t *state);

/* world.profile and what else is set, before line_alloc; printed when tell. */
void soak_profile_make(uint64_t seed, uint8_t style, bool tell);

/* False: it could not happen now, and nothing has. Printed when tell. */
bool soak_step_do(const struct soak_step *step, bool tell);
void soak_time_passes(unsigned ms);
/* The world comes to rest: the telephone is hung up, what rings back has time to end. */
void soak_wind_up(bool tell);

/* Fail by cmocka's means. */
void soak_judge(void);
void soak_judge_end(void);

/* Pairs of state and event that have happened, over all sequences of the process; shared memory. */
struct soak_coverage {
	uint32_t pairs[LINE_STATE_COUNT][LINE_EVENT_COUNT];
	enum line_state surprised;
	enum line_event surprise;
};
extern struct soak_coverage *soak_coverage;

#endif
