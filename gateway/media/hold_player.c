/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/hold_player.h"

static int16_t next(struct hold_player *player, const struct sound *sound)
{
	int16_t sample = sound->samples[player->position];

	if (++player->position == sound->count)
		player->position = 0;
	return sample;
}

static void fade(struct hold_player *player, const struct sound *sound, bool on, const int16_t *samples, int16_t *out, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int share = player->faded_in;

		out[i] = (int16_t)((next(player, sound) * share + samples[i] * (HOLD_FADE_SAMPLES - share)) / HOLD_FADE_SAMPLES);
		if (on && share < HOLD_FADE_SAMPLES)
			player->faded_in++;
		else if (!on && share > 0)
			player->faded_in--;
	}
}

const int16_t *hold_player_mix(struct hold_player *player, const struct sound *sound, bool on, const int16_t *samples,
	int16_t *out, size_t count)
{
	if (sound->count == 0 || (!on && player->faded_in == 0)) {
		player->position = 0;
		return samples;
	}
	if (!on || player->faded_in < HOLD_FADE_SAMPLES) {
		fade(player, sound, on, samples, out, count);
		return out;
	}
	for (size_t i = 0; i < count; i++)
		out[i] = next(player, sound);
	return out;
}
