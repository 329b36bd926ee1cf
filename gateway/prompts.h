/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Spoken words: a WAV file each, named after its word, read with the configuration (control thread) and from then on only read. What
 * shall be said is a list of them; a player says it once (media thread, no allocation).
 */
#ifndef TIPRING_GATEWAY_PROMPTS_H
#define TIPRING_GATEWAY_PROMPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMPTS_LIST_MAX 48 /* words said in a row: a number and what belongs to it */

enum prompt {
	PROMPT_0, /* and the digits after it */
	PROMPT_9 = PROMPT_0 + 9,
	PROMPT_YOUR_NUMBER_IS,
	PROMPT_REGISTERED,
	PROMPT_NOT_REGISTERED,
	PROMPT_WAKE_UP_CALL,
	PROMPT_COUNT,
};

/* Sound that lasts as long as the configuration; count 0: none. */
struct sound {
	int16_t *samples;
	size_t count;
};

struct prompts {
	struct sound sounds[PROMPT_COUNT];
};

/* Reads those files DIRECTORY/<name>.wav that there are; a missing folder is no error. Else the errno of dsp_wav_read, and wrong is
 * the prompt whose file it is. */
int prompts_read(struct prompts *prompts, const char *directory, enum prompt *wrong);
void prompts_clear(struct prompts *prompts);
const char *prompt_name(enum prompt prompt); /* "your-number-is" */

/* What to say. Zeroed: nothing. */
struct prompt_list {
	uint8_t serial; /* another number begins anew */
	uint8_t count;
	uint8_t prompts[PROMPTS_LIST_MAX]; /* enum prompt */
};

void prompt_list_add(struct prompt_list *list, enum prompt prompt); /* a full list stays as it is */
void prompt_list_spell(struct prompt_list *list, const char *number); /* its digits */
/* How long that takes; 0: a word is missing, or there are none. */
unsigned prompt_list_ms(const struct prompt_list *list, const struct prompts *prompts);

/* Zeroed: silent. */
struct prompt_player {
	struct prompt_list list;
	size_t index, position;
};

void prompt_player_start(struct prompt_player *player, const struct prompt_list *list);
/* The next samples, silence after the end; returns false when there is nothing more to say, samples untouched. */
bool prompt_player_fill(struct prompt_player *player, const struct prompts *prompts, int16_t *samples, size_t count);

#endif
