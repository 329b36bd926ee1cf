/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tiny exchange for the telephones' own tests: two lines of the dummy driver in virtual time.
 * Lifting gives dial tone until the telephone makes a sound or breaks the loop; then the other line
 * rings, and lifting it connects both with a delay of two blocks. Line names "1" and "2".
 */
#ifndef TIPRING_TESTS_PHONE_EXCHANGE_H
#define TIPRING_TESTS_PHONE_EXCHANGE_H

#include <stdint.h>

#include "fxs/fxs.h"

struct exchange;

struct exchange *exchange_alloc(uint64_t now_ns);
void exchange_free(struct exchange *exchange);
const char *exchange_path(const struct exchange *exchange);

/* 10 ms of the exchange's life. */
void exchange_tick(struct exchange *exchange, uint64_t now_ns);

/* The hook edges that the exchange saw of line 1 or 2. */
unsigned exchange_edges(const struct exchange *exchange, unsigned line, const struct fxs_event **edges);
/* The last 40 ms that line 1 or 2 said. */
#define EXCHANGE_SAID 320
const int16_t *exchange_said(const struct exchange *exchange, unsigned line);

/* Plays so many blocks of dial tone again, whatever else is to be heard. */
void exchange_scrap(struct exchange *exchange, unsigned line, unsigned blocks);
/* Rings by another cadence than 2000/4000 from now on. */
void exchange_cadence_set(struct exchange *exchange, const struct fxs_cadence *cadence);

#endif
