/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/script.h"

#define COMMANDS_MAX 10000

bool script_number(const char *word, unsigned min, unsigned max, unsigned *number)
{
	unsigned long value;
	char *end;

	if (!*word || strlen(word) > 9 || strspn(word, "0123456789") != strlen(word))
		return false;
	value = strtoul(word, &end, 10);
	if (value < min || value > max)
		return false;
	*number = (unsigned)value;
	return true;
}

bool script_word_is(const struct script_command *command, size_t index, const char *word)
{
	return index < command->count && !strcmp(command->words[index], word);
}

static const struct script_verb *verb_find(const struct script_verb *const *verbs, const char *name)
{
	for (; *verbs; verbs++) {
		for (const struct script_verb *verb = *verbs; verb->name; verb++) {
			if (!strcmp(verb->name, name))
				return verb;
		}
	}
	return NULL;
}

static void verbs_list(const struct script_verb *const *verbs, char *text, size_t size)
{
	size_t length = 0;

	for (; *verbs; verbs++) {
		for (const struct script_verb *verb = *verbs; verb->name && length < size; verb++)
			length += (size_t)snprintf(text + length, size - length, "%s%s",
				length ? ", " : "", verb->name);
	}
}

/* Ends the line where a comment begins. */
static void comment_cut(char *text)
{
	size_t blank = strspn(text, " \t");
	char *comment;

	if (text[blank] == '#')
		text[blank] = '\0';
	comment = strstr(text, " # ");
	if (comment)
		*comment = '\0';
}

static int words_cut(char *text, const char **words, size_t *count)
{
	char *rest = NULL;

	*count = 0;
	for (char *word = strtok_r(text, " \t\r\n", &rest); word; word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (*count == SCRIPT_WORDS_MAX)
			return EINVAL;
		words[(*count)++] = word;
	}
	return 0;
}

/* Takes the telephone and the verb off the front of the words. Returns what is wrong with them. */
static const char *front_take(struct script_command *command, const struct script_verb *const *verbs,
	char *wrong, size_t size)
{
	size_t first = 0;
	int length;

	if (script_number(command->words[0], 1, SCRIPT_PHONE_MAX, &command->phone))
		first = 1;
	if (first == command->count)
		return "a verb must follow the telephone";
	command->verb = verb_find(verbs, command->words[first]);
	if (!command->verb) {
		length = snprintf(wrong, size, "unknown verb \"%.40s\"; allowed are ",
			command->words[first]);
		verbs_list(verbs, wrong + length, size - (size_t)length);
		return wrong;
	}
	if (command->phone && !command->verb->phone)
		return "this is not a telephone's to do";
	first++;
	command->count -= first;
	memmove(command->words, command->words + first, command->count * sizeof command->words[0]);
	return NULL;
}

static const char *line_check(struct script_command *command, const struct script_verb *const *verbs,
	char *wrong, size_t size)
{
	const char *front = front_take(command, verbs, wrong, size);
	const char *words = front ? NULL : command->verb->check(command);

	if (!words)
		return front;
	snprintf(wrong, size, "%s; allowed is %s %s", words, command->verb->name,
		command->verb->usage);
	return wrong;
}

int script_line(struct script_command **commandp, const char *file, unsigned line, const char *text,
	const struct script_verb *const *verbs, char *error, size_t error_size)
{
	struct script_command *command = calloc(1, sizeof *command);
	const char *problem = NULL;
	char wrong[1024];

	*commandp = NULL;
	if (!command) {
		snprintf(error, error_size, "%s:%u: out of memory", file, line);
		return ENOMEM;
	}
	command->file = file;
	command->line = line;
	snprintf(command->text, sizeof command->text, "%s", text);
	if (strlen(text) > SCRIPT_LINE_MAX)
		problem = "longer than 255 characters";
	comment_cut(command->text);
	command->text[strcspn(command->text, "\r\n")] = '\0';
	strcpy(command->source, command->text);
	if (!problem && words_cut(command->text, command->words, &command->count))
		problem = "more than 24 words";
	if (!problem && command->count)
		problem = line_check(command, verbs, wrong, sizeof wrong);
	if (!problem && command->verb) {
		*commandp = command;
		return 0;
	}
	free(command);
	if (problem)
		snprintf(error, error_size, "%s:%u: %s", file, line, problem);
	return problem ? EINVAL : 0;
}

void script_command_free(struct script_command *command)
{
	free(command);
}

int script_add(struct script *script, struct script_command *command)
{
	struct script_command **grown;

	if (!command)
		return 0;
	if (script->count == COMMANDS_MAX) {
		script_command_free(command);
		return EFBIG;
	}
	grown = realloc(script->commands, (script->count + 1) * sizeof *grown);
	if (!grown) {
		script_command_free(command);
		return ENOMEM;
	}
	grown[script->count++] = command;
	script->commands = grown;
	return 0;
}

static int lines_read(struct script *script, FILE *file, const char *path,
	const struct script_verb *const *verbs, char *error, size_t error_size)
{
	char text[SCRIPT_LINE_MAX + 3];
	unsigned line = 0;
	int err = 0;

	while (!err && fgets(text, sizeof text, file)) {
		struct script_command *command = NULL;

		err = script_line(&command, path, ++line, text, verbs, error, error_size);
		if (!err) {
			err = script_add(script, command);
			if (err)
				snprintf(error, error_size, "%s:%u: %s", path, line, strerror(err));
		}
	}
	return err;
}

int script_read(struct script *script, const char *path, const struct script_verb *const *verbs,
	char *error, size_t error_size)
{
	FILE *file = fopen(path, "r");
	int err;

	*script = (struct script){.commands = NULL};
	if (!file) {
		err = errno;
		snprintf(error, error_size, "%s: %s", path, strerror(err));
		return err;
	}
	err = lines_read(script, file, path, verbs, error, error_size);
	fclose(file);
	if (err)
		script_clear(script);
	return err;
}

void script_clear(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		script_command_free(script->commands[i]);
	free(script->commands);
	*script = (struct script){.commands = NULL};
}
