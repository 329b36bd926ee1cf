/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway/media/lateness.h"

#define NS_PER_US 1000u

/* Each bucket's upper bound; the last one has none. */
static const uint32_t bounds_us[LATENESS_BUCKETS - 1] = {
	50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000, 15000, 20000, 50000, 100000,
};

void lateness_add(struct lateness *lateness, uint64_t late_ns)
{
	uint32_t late_us = late_ns / NS_PER_US < UINT32_MAX ? (uint32_t)(late_ns / NS_PER_US) : UINT32_MAX;
	unsigned bucket = 0;

	while (bucket < LATENESS_BUCKETS - 1 && late_us > bounds_us[bucket])
		bucket++;
	atomic_fetch_add_explicit(&lateness->counts[bucket], 1, memory_order_relaxed);
	if (late_us > atomic_load_explicit(&lateness->worst_us, memory_order_relaxed))
		atomic_store_explicit(&lateness->worst_us, late_us, memory_order_relaxed);
}

/* The bound that so many parts of a hundred of the ticks keep. */
static uint32_t percentile_us(const uint32_t counts[LATENESS_BUCKETS], uint32_t ticks, unsigned percent)
{
	uint64_t wanted = (uint64_t)ticks * percent, seen = 0;

	if (!ticks)
		return 0;
	for (unsigned i = 0; i < LATENESS_BUCKETS - 1; i++) {
		seen += counts[i];
		if (seen * 100 >= wanted)
			return bounds_us[i];
	}
	return UINT32_MAX;
}

void lateness_read(const struct lateness *lateness, struct lateness_view *view)
{
	uint32_t counts[LATENESS_BUCKETS];

	*view = (struct lateness_view){.worst_us = atomic_load_explicit(&lateness->worst_us, memory_order_relaxed)};
	for (unsigned i = 0; i < LATENESS_BUCKETS; i++) {
		counts[i] = atomic_load_explicit(&lateness->counts[i], memory_order_relaxed);
		view->ticks += counts[i];
	}
	view->p50_us = percentile_us(counts, view->ticks, 50);
	view->p99_us = percentile_us(counts, view->ticks, 99);
}
