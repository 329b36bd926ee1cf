/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "sip/srtp_replay.h"

#define WINDOW 64
#define HALF_AROUND 0x8000

static const struct srtp_source *source_find(const struct srtp_sources *sources, uint32_t ssrc)
{
	for (size_t i = 0; i < UA_SRTP_SOURCES; i++) {
		if (sources->sources[i].used && sources->sources[i].ssrc == ssrc)
			return &sources->sources[i];
	}
	return NULL;
}

uint64_t srtp_sources_index(const struct srtp_sources *sources, uint32_t ssrc, uint16_t sequence)
{
	const struct srtp_source *source = source_find(sources, ssrc);
	uint64_t around;
	int ahead;

	if (!source || !source->rtp.seen)
		return sequence;
	around = source->rtp.top >> 16;
	ahead = sequence - (int)(source->rtp.top & 0xffff);
	if (ahead < -HALF_AROUND)
		around++;
	else if (ahead > HALF_AROUND && around)
		around--;
	return around << 16 | sequence;
}

bool srtp_sources_may_have_gone_around(const struct srtp_sources *sources, uint32_t ssrc, uint64_t index)
{
	const struct srtp_source *source = source_find(sources, ssrc);

	return (!source || !source->rtp.seen) && index < HALF_AROUND;
}

static bool window_is_new(const struct srtp_window *window, uint64_t index)
{
	if (!window->seen || index > window->top)
		return true;
	return window->top - index < WINDOW && !(window->seen >> (window->top - index) & 1);
}

static void window_take(struct srtp_window *window, uint64_t index)
{
	uint64_t step;

	if (window->seen && index <= window->top) {
		window->seen |= 1ull << (window->top - index);
		return;
	}
	step = index - window->top;
	window->seen = (window->seen && step < WINDOW ? window->seen << step : 0) | 1;
	window->top = index;
}

bool srtp_sources_is_new(const struct srtp_sources *sources, uint32_t ssrc, uint64_t index)
{
	const struct srtp_source *source = source_find(sources, ssrc);

	return !source || window_is_new(&source->rtp, index);
}

bool srtp_sources_rtcp_is_new(const struct srtp_sources *sources, uint32_t ssrc, uint32_t index)
{
	const struct srtp_source *source = source_find(sources, ssrc);

	return !source || window_is_new(&source->rtcp, index);
}

static struct srtp_source *source_take(struct srtp_sources *sources, uint32_t ssrc)
{
	struct srtp_source *source = (struct srtp_source *)source_find(sources, ssrc);

	if (!source) {
		source = &sources->sources[0];
		for (size_t i = 1; i < UA_SRTP_SOURCES; i++) {
			if (sources->sources[i].used < source->used)
				source = &sources->sources[i];
		}
		*source = (struct srtp_source){.ssrc = ssrc};
	}
	source->used = ++sources->taken ? sources->taken : ++sources->taken;
	return source;
}

void srtp_sources_take(struct srtp_sources *sources, uint32_t ssrc, uint64_t index)
{
	window_take(&source_take(sources, ssrc)->rtp, index);
}

void srtp_sources_rtcp_take(struct srtp_sources *sources, uint32_t ssrc, uint32_t index)
{
	window_take(&source_take(sources, ssrc)->rtcp, index);
}
