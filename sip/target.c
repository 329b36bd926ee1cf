/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/target.h"

enum standing {
	WELL,
	SHUNNED,
	LOST,
	STANDINGS,
};

static enum standing standing_of(const struct ua_target *target, uint64_t now_ms)
{
	if (target->health.lost)
		return LOST;
	return target->health.shunned_until_ms > now_ms ? SHUNNED : WELL;
}

int ua_target_choose(const struct ua_target *targets, unsigned count, uint64_t now_ms)
{
	int best[STANDINGS] = {-1, -1, -1};

	for (int i = (int)count - 1; i >= 0; i--) {
		if (!targets[i].tried)
			best[standing_of(&targets[i], now_ms)] = i;
	}
	return best[WELL] >= 0 ? best[WELL] : best[SHUNNED] >= 0 ? best[SHUNNED] : best[LOST];
}

/* Numerical Recipes' linear congruential generator; its high bits are good enough to spread load. */
static uint32_t draw(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void swap(struct ua_weighted *a, struct ua_weighted *b)
{
	struct ua_weighted c = *a;

	*a = *b;
	*b = c;
}

static bool comes_before(const struct ua_weighted *a, const struct ua_weighted *b)
{
	return a->priority != b->priority ? a->priority < b->priority : a->weight < b->weight;
}

/* By priority, and those without weight first, as the algorithm wants them. */
static void sort(struct ua_weighted *records, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		for (unsigned at = i; at && comes_before(&records[at], &records[at - 1]); at--)
			swap(&records[at], &records[at - 1]);
	}
}

/* Which of the first count is next: the one whose running sum reaches the number drawn. */
static unsigned pick(const struct ua_weighted *records, unsigned count, uint32_t *seed)
{
	uint32_t sum = 0, reached = 0, wanted;
	unsigned i = 0;

	for (unsigned each = 0; each < count; each++)
		sum += records[each].weight;
	wanted = draw(seed) % (sum + 1);
	while (i + 1 < count && (reached += records[i].weight) < wanted)
		i++;
	return i;
}

/* The rest keeps its order. */
static void bring_forward(struct ua_weighted *records, unsigned from)
{
	while (from) {
		swap(&records[from], &records[from - 1]);
		from--;
	}
}

void ua_target_order(struct ua_weighted *records, unsigned count, uint32_t seed)
{
	sort(records, count);
	for (unsigned i = 0; i < count; i++) {
		unsigned equals = 1;

		while (i + equals < count && records[i + equals].priority == records[i].priority)
			equals++;
		bring_forward(&records[i], pick(&records[i], equals, &seed));
	}
}
