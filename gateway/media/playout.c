/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/playout.h"

#define SAMPLES_PER_MS 8

void stream_playout_reset(struct playout *playout, unsigned delay_ms)
{
	memset(playout, 0, sizeof(*playout));
	playout->delay_samples = delay_ms * SAMPLES_PER_MS;
}

/* The first packet is played after the delay that was asked for; what the source before has there is not. */
static void restart(struct playout *playout, uint32_t ssrc, uint32_t timestamp)
{
	uint32_t first = playout->next_place + playout->delay_samples;

	for (uint32_t i = playout->delay_samples; i < PLAYOUT_SAMPLES; i++)
		playout->present[(playout->next_place + i) % PLAYOUT_SAMPLES] = false;
	playout->started = true;
	playout->ssrc = ssrc;
	playout->place_offset = first - timestamp;
	playout->restarts++;
}

/* How far the packet lies ahead of what plays next; negative when it is (partly) too late. */
static int32_t lead(const struct playout *playout, uint32_t timestamp)
{
	return (int32_t)(timestamp + playout->place_offset - playout->next_place);
}

/* Later than this is not lateness but a sender that counts anew. */
static bool jumped(const struct playout *playout, uint32_t timestamp, size_t count)
{
	int32_t ahead = lead(playout, timestamp);

	return ahead < -PLAYOUT_SAMPLES / 2 || ahead + (int32_t)count > PLAYOUT_SAMPLES;
}

void stream_playout_put(struct playout *playout, uint32_t ssrc, uint32_t timestamp, const int16_t *samples,
	size_t count)
{
	if (!playout->started || ssrc != playout->ssrc || jumped(playout, timestamp, count))
		restart(playout, ssrc, timestamp);
	if (lead(playout, timestamp) < 0) {
		playout->late++;
		playout->next_place = timestamp + playout->place_offset;
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = (timestamp + playout->place_offset + i) % PLAYOUT_SAMPLES;

		playout->samples[at] = samples[i];
		playout->present[at] = true;
	}
}

void stream_playout_erase(struct playout *playout, uint32_t timestamp, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int32_t ahead = lead(playout, timestamp + (uint32_t)i);

		if (ahead >= 0 && ahead < PLAYOUT_SAMPLES)
			playout->present[(timestamp + playout->place_offset + i) % PLAYOUT_SAMPLES] = false;
	}
}

uint32_t stream_playout_now(const struct playout *playout)
{
	return playout->next_place - playout->place_offset;
}

void stream_playout_get(struct playout *playout, int16_t *samples, size_t count)
{
	memset(samples, 0, count * sizeof(*samples));
	if (!playout->started)
		return;
	for (size_t i = 0; i < count; i++) {
		size_t at = playout->next_place++ % PLAYOUT_SAMPLES;

		if (playout->present[at])
			samples[i] = playout->samples[at];
		else
			playout->missing++;
		playout->present[at] = false;
	}
	playout->played += count;
}
