/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/prompts.h"

#define SAMPLES_PER_MS 8

static const char *const names[PROMPT_COUNT] = {
	"0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
	[PROMPT_YOUR_NUMBER_IS] = "your-number-is",
	[PROMPT_REGISTERED] = "registered",
	[PROMPT_NOT_REGISTERED] = "not-registered",
	[PROMPT_WAKE_UP_CALL] = "wake-up-call",
};

const char *prompt_name(enum prompt prompt)
{
	return names[prompt];
}

void prompt_list_add(struct prompt_list *list, enum prompt prompt)
{
	if (list->count < PROMPTS_LIST_MAX)
		list->prompts[list->count++] = (uint8_t)prompt;
}

void prompt_list_spell(struct prompt_list *list, const char *number)
{
	for (; *number; number++) {
		if (*number >= '0' && *number <= '9')
			prompt_list_add(list, (enum prompt)(PROMPT_0 + (*number - '0')));
	}
}

unsigned prompt_list_ms(const struct prompt_list *list, const struct prompts *prompts)
{
	size_t sum = 0;

	for (unsigned i = 0; i < list->count; i++) {
		const struct sound *sound = &prompts->sounds[list->prompts[i]];

		if (!sound->count)
			return 0;
		sum += sound->count;
	}
	return (unsigned)(sum / SAMPLES_PER_MS);
}

void prompt_player_start(struct prompt_player *player, const struct prompt_list *list)
{
	*player = (struct prompt_player){.list = *list};
}

bool prompt_player_fill(struct prompt_player *player, const struct prompts *prompts, int16_t *samples, size_t count)
{
	if (player->index >= player->list.count)
		return false;
	while (count > 0 && player->index < player->list.count) {
		const struct sound *sound = &prompts->sounds[player->list.prompts[player->index]];
		size_t part = sound->count - player->position < count ? sound->count - player->position : count;

		memcpy(samples, sound->samples + player->position, part * sizeof(*samples));
		samples += part;
		count -= part;
		player->position += part;
		if (player->position < sound->count)
			continue;
		player->position = 0;
		player->index++;
	}
	memset(samples, 0, count * sizeof(*samples));
	return true;
}
