/* SPDX-License-Identifier: BSD-3-Clause */
/* "within MS of 2 lift": until when something may happen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/phone/player.h"

#define MS_NS      UINT64_C(1000000)
#define DEFAULT_MS 10000
#define MS_MAX     600000

static const struct {
	const char *name;
	enum phone_event_kind kind;
	bool latest; /* not caused by a command: the latest one is meant */
} references[] = {
	{"lift", PHONE_LIFT},
	{"hangup", PHONE_HANGUP},
	{"flash", PHONE_FLASH},
	{"digit", PHONE_DIGIT},
	{"say", PHONE_SAY},
	{"ring", PHONE_RING, true},
};

#define REFERENCE_COUNT (sizeof references / sizeof references[0])

static size_t reference_find(const char *name)
{
	size_t i = 0;

	while (i < REFERENCE_COUNT && strcmp(references[i].name, name))
		i++;
	return i;
}

const char *player_reference_check(const struct script_command *command, size_t first)
{
	unsigned phone;

	if (script_word_is(command, first, "sip"))
		return command->count > first + 1 ? NULL : "\"of sip\" what?";
	if (first < command->count &&
		script_number(command->words[first], 1, SCRIPT_PHONE_MAX, &phone))
		first++;
	if (first + 1 != command->count || reference_find(command->words[first]) == REFERENCE_COUNT)
		return "an event is [N] lift, hangup, flash, digit, say or ring, or sip ...";
	return NULL;
}

const char *player_limits_check(const struct script_command *command, size_t first)
{
	unsigned ms;

	if (first == command->count)
		return NULL;
	if (!script_word_is(command, first, "within"))
		return "expected \"within\"";
	if (first + 1 == command->count || !script_number(command->words[first + 1], 0, MS_MAX, &ms))
		return "\"within\" takes 0..600000 ms";
	if (first + 2 == command->count)
		return NULL;
	if (!script_word_is(command, first + 2, "of"))
		return "expected \"of\"";
	return player_reference_check(command, first + 3);
}

static int event_find(const struct player_phone *own, size_t reference, uint64_t *at_ns)
{
	uint64_t count = phone_event_count(own->phone);
	enum phone_event_kind kind = references[reference].kind;
	bool found = false;

	for (uint64_t i = own->marks[kind]; i < count; i++) {
		const struct phone_event *event = phone_event(own->phone, i);

		if (!event || event->kind != kind)
			continue;
		*at_ns = event->at_ns;
		found = true;
		if (!references[reference].latest)
			break;
	}
	return found ? 0 : EAGAIN;
}

static int phone_reference(struct player *player, const struct script_command *command, size_t first,
	uint64_t *at_ns)
{
	struct player_phone *own = player_phone_of(player, command);
	unsigned number;

	if (script_number(command->words[first], 1, SCRIPT_PHONE_MAX, &number)) {
		own = player_phone_find(player, number);
		first++;
	}
	if (!own)
		return ENOENT;
	return event_find(own, reference_find(command->words[first]), at_ns);
}

int player_reference(struct player *player, const struct script_command *command, size_t first, uint64_t *at_ns)
{
	if (!script_word_is(command, first, "sip"))
		return phone_reference(player, command, first, at_ns);
	return player->reference ? player->reference(player, command, first + 1, at_ns) : ENOENT;
}

static void reference_name(char *text, size_t size, const struct script_command *command,
	size_t first)
{
	size_t length = 0;

	*text = '\0';
	for (size_t i = first; i < command->count && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s", i > first ? " " : "",
			command->words[i]);
}

int player_limits(struct player *player, const struct script_command *command, size_t first,
	struct player_limits *limits)
{
	unsigned ms = DEFAULT_MS;
	int err = 0;

	limits->referred = command->count > first + 2;
	limits->from_ns = player->begun_ns;
	strcpy(limits->of, "the command");
	if (command->count > first + 1)
		script_number(command->words[first + 1], 0, MS_MAX, &ms);
	if (limits->referred) {
		reference_name(limits->of, sizeof limits->of, command, first + 3);
		err = player_reference(player, command, first + 3, &limits->from_ns);
	}
	limits->until_ns = limits->from_ns + ms * MS_NS;
	return err;
}
