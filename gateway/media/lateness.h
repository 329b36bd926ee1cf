/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How late a worker's ticks begin: a histogram that the worker counts in and control reads, without a lock. A tick is due one block
 * after the one before; where a card paces it, one block after the earliest that the card has shown. The worker alone adds.
 */
#ifndef TIPRING_GATEWAY_MEDIA_LATENESS_H
#define TIPRING_GATEWAY_MEDIA_LATENESS_H

#include <stdatomic.h>
#include <stdint.h>

#define LATENESS_BUCKETS 18

struct lateness {
	atomic_uint counts[LATENESS_BUCKETS];
	atomic_uint worst_us;
};

struct lateness_view {
	uint32_t ticks;
	uint32_t p50_us, p99_us; /* not later than so; 0 without ticks, UINT32_MAX above the last bound, 100 ms */
	uint32_t worst_us;
};

/* Media thread. */
void lateness_add(struct lateness *lateness, uint64_t late_ns);
/* Any thread; what is added meanwhile may count or not. */
void lateness_read(const struct lateness *lateness, struct lateness_view *view);

#endif
