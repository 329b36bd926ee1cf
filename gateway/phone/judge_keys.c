/* SPDX-License-Identifier: BSD-3-Clause */
/* "hears keys 12#": which keys sound at a telephone, and for how long. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/judge_keys.h"
#include "gateway/phone/keys.h"

#define MS_NS        UINT64_C(1000000)
#define KEYS_MAX     32
#define LATE_MS      600 /* how late the last of them may end and a needless one begin */
#define TOLERANCE_MS 20
#define ON_MAX_MS    2000
#define SAMPLES_PER_MS 8

const char *judge_keys_check(const struct script_command *command)
{
	const char *keys = command->count >= 2 ? command->words[1] : "";
	unsigned on_ms;

	if (!*keys || strlen(keys) > KEYS_MAX || strspn(keys, "0123456789*#ABCD") != strlen(keys))
		return "keys are up to 32 of 0-9 * # A-D";
	if (command->count == 2)
		return NULL;
	return command->count == 4 && script_word_is(command, 2, "for") &&
		script_number(command->words[3], 40, ON_MAX_MS, &on_ms) ? NULL : "each sounds for 40..2000 ms";
}

static unsigned on_ms_of(const struct script_command *command)
{
	unsigned on_ms = mouth_defaults.dtmf_on_ms;

	if (command->count == 4)
		(void)script_number(command->words[3], 40, ON_MAX_MS, &on_ms);
	return on_ms;
}

/* What was heard, as "1 82 ms, 2 79 ms". */
static void keys_text(char *text, size_t size, const struct key_heard *keys, size_t count)
{
	size_t length = 0;

	snprintf(text, size, "none");
	for (size_t i = 0; i < count && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%c %u ms", i ? ", " : "",
			keys[i].digit, keys[i].length_ms);
}

static bool keys_equal(const struct key_heard *keys, size_t count, const char *digits)
{
	if (count != strlen(digits))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (keys[i].digit != digits[i])
			return false;
	}
	return true;
}

static enum script_result keys_judge(struct player *player, const struct key_heard *keys, size_t count,
	const char *digits, unsigned on_ms)
{
	keys_text(player->note, sizeof player->note, keys, count < KEYS_MAX ? count : KEYS_MAX);
	if (!keys_equal(keys, count, digits))
		return player_fail(player, "the keys heard are: %s", player->note);
	for (size_t i = 0; i < count; i++) {
		if (abs((int)keys[i].length_ms - (int)on_ms) > TOLERANCE_MS)
			return player_fail(player, "a key is too short or too long: %s; pressed for %u ms, allowed are %d more or less",
				player->note, on_ms, TOLERANCE_MS);
	}
	return SCRIPT_DONE;
}

enum script_result judge_keys_run(struct player *player, const struct script_command *command)
{
	struct player_phone *own = player_phone_of(player, command);
	const char *digits = command->words[1];
	unsigned on_ms = on_ms_of(command);
	unsigned span_ms = (unsigned)strlen(digits) * (on_ms + mouth_defaults.dtmf_off_ms) + LATE_MS;
	struct key_heard keys[KEYS_MAX];
	int16_t *samples;
	size_t count;

	if (!own)
		return SCRIPT_FAILED;
	player->wake_ns = player->begun_ns + span_ms * MS_NS;
	if (player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	samples = calloc(span_ms * SAMPLES_PER_MS, sizeof *samples);
	if (!samples)
		return player_fail(player, "%s", strerror(ENOMEM));
	phone_heard(own->phone, player->begun_ns, samples, span_ms * SAMPLES_PER_MS);
	count = keys_find(keys, KEYS_MAX, samples, span_ms * SAMPLES_PER_MS);
	free(samples);
	return keys_judge(player, keys, count, digits, on_ms);
}
