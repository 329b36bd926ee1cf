/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/latch.h"

#define SAMPLES_PER_MS 8

/* FORMER: latched before the newest description, which it does not fit. */
enum fit { FIT_NOBODY, FIT_OTHER, FIT_FORMER, FIT_HOST, FIT_EXACT };

static bool is_same(const union address *a, const union address *b)
{
	return address_port(a) == address_port(b) && address_same_host(a, b);
}

static enum fit fit_of(const struct latch *latch, const union address *source)
{
	if (address_port(&latch->said) == 0 || !address_same_host(source, &latch->said))
		return FIT_OTHER;
	return is_same(source, &latch->said) ? FIT_EXACT : FIT_HOST;
}

void latch_reset(struct latch *latch, const union address *said)
{
	memset(latch, 0, sizeof(*latch));
	latch->said = *said;
}

void latch_describe(struct latch *latch, const union address *said)
{
	struct latch before = *latch;

	latch_reset(latch, said);
	if (!before.fit)
		return;
	latch->last = before.last;
	latch->silent_samples = before.silent_samples;
	latch->fit = fit_of(latch, &before.last.source);
	if (latch->fit == FIT_OTHER)
		latch->fit = FIT_FORMER;
}

static void former_pass(struct latch *latch, uint32_t samples)
{
	latch->former_samples += samples;
	if (latch->silent_samples >= LATCH_FORMER_MS * SAMPLES_PER_MS)
		latch->fit = FIT_NOBODY;
	else if (latch->former_samples >= LATCH_FORMER_MAX_MS * SAMPLES_PER_MS)
		latch->fit = FIT_OTHER;
}

void latch_pass(struct latch *latch, uint32_t samples)
{
	latch->silent_samples += samples;
	if (latch->fit == FIT_FORMER)
		former_pass(latch, samples);
	for (int i = 0; i < LATCH_CANDIDATES; i++) {
		struct latch_candidate *candidate = &latch->candidates[i];

		candidate->silent_samples += samples;
		if (candidate->silent_samples >= LATCH_CANDIDATE_MS * SAMPLES_PER_MS)
			candidate->packets = 0;
	}
}

/* The same SSRC from the same source, a little further in its sequence. */
static bool goes_on(const struct latch_packet *last, const struct latch_packet *next, unsigned step_max)
{
	return next->ssrc == last->ssrc && (uint16_t)(next->sequence - last->sequence - 1u) < step_max;
}

/* Its place: its own, a free one, or that of whoever has shown least, longest ago. */
static struct latch_candidate *candidate_place(struct latch *latch, const union address *source)
{
	struct latch_candidate *worst = &latch->candidates[0];

	for (int i = 0; i < LATCH_CANDIDATES; i++) {
		struct latch_candidate *candidate = &latch->candidates[i];

		if (candidate->packets && is_same(&candidate->last.source, source))
			return candidate;
		if (candidate->packets < worst->packets ||
		    (candidate->packets == worst->packets && candidate->silent_samples > worst->silent_samples))
			worst = candidate;
	}
	worst->packets = 0;
	return worst;
}

static unsigned candidate_count(struct latch *latch, const struct latch_packet *packet)
{
	struct latch_candidate *candidate = candidate_place(latch, &packet->source);
	bool in_order = candidate->packets && goes_on(&candidate->last, packet, LATCH_STEP_MAX);

	candidate->packets = in_order ? candidate->packets + 1 : 1;
	candidate->last = *packet;
	candidate->silent_samples = 0;
	return candidate->packets;
}

static bool is_alone(const struct latch *latch)
{
	unsigned candidates = 0;

	for (int i = 0; i < LATCH_CANDIDATES; i++)
		candidates += latch->candidates[i].packets != 0;
	return candidates == 1;
}

/* How far a sequence can have gone on while its source was silent: a second and more of packets of 10 ms. */
#define GOES_ON_STEP_MAX 3000

static bool may_follow(const struct latch *latch, const struct latch_packet *packet)
{
	if (fit_of(latch, &packet->source) > latch->fit)
		return true;
	return latch->silent_samples >= LATCH_SILENT_MS * SAMPLES_PER_MS &&
		(address_same_host(&packet->source, &latch->last.source) ||
		goes_on(&latch->last, packet, GOES_ON_STEP_MAX));
}

static void latch_on(struct latch *latch, const struct latch_packet *packet)
{
	if (!latch->fit || !is_same(&latch->last.source, &packet->source))
		memset(latch->candidates, 0, sizeof(latch->candidates));
	if (latch->fit != FIT_FORMER || !is_same(&latch->last.source, &packet->source))
		latch->fit = fit_of(latch, &packet->source);
	latch->last = *packet;
	latch->silent_samples = 0;
}

bool latch_take(struct latch *latch, const struct latch_packet *packet)
{
	bool is_latched = latch->fit && is_same(&latch->last.source, &packet->source);

	if (!is_latched && fit_of(latch, &packet->source) != FIT_EXACT) {
		bool follows = !latch->fit || may_follow(latch, packet);
		unsigned packets = candidate_count(latch, packet);

		if (!follows || packets < LATCH_PACKETS)
			return !latch->fit && is_alone(latch);
	}
	latch_on(latch, packet);
	return true;
}

const union address *latch_source(const struct latch *latch)
{
	return latch->fit ? &latch->last.source : NULL;
}
