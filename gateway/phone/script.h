/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What telephones are told to do and what is expected of them, one command per line:
 *
 *   [N] VERB WORDS...     N is the telephone; without it the first one
 *   # a comment           also behind a command, after " # "
 *
 * A line is checked whole before anything of it is done; what is wrong with it is said together
 * with what is allowed. One thread.
 */
#ifndef TIPRING_GATEWAY_PHONE_SCRIPT_H
#define TIPRING_GATEWAY_PHONE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#define SCRIPT_WORDS_MAX 24
#define SCRIPT_LINE_MAX  255
#define SCRIPT_PHONE_MAX 999

struct script_command;
struct player;

enum script_result {
	SCRIPT_DONE,
	SCRIPT_WAIT,   /* call again when something happened or at player->wake_ns */
	SCRIPT_FAILED, /* player->failure says why */
	SCRIPT_QUIT,
};

struct script_verb {
	const char *name;
	const char *usage; /* what may follow the name */
	bool phone;        /* acts on a telephone */
	/* NULL, or what is wrong with the words; must not look at anything else. */
	const char *(*check)(const struct script_command *command);
	enum script_result (*run)(struct player *player, const struct script_command *command);
};

struct script_command {
	const char *file;
	unsigned line;
	unsigned phone; /* 0: not said */
	const struct script_verb *verb;
	size_t count;   /* of the words behind the verb */
	const char *words[SCRIPT_WORDS_MAX];
	char source[SCRIPT_LINE_MAX + 1]; /* the line as it was written */
	char text[SCRIPT_LINE_MAX + 1];   /* where the words are */
};

/*
 * Reads a line. *commandp stays NULL for an empty one. EINVAL: wrong, and error says "FILE:LINE:
 * what, and what is allowed". file must outlive the command. verbs: tables that end with a row
 * without name; the list of tables ends with NULL.
 */
int script_line(struct script_command **commandp, const char *file, unsigned line, const char *text,
	const struct script_verb *const *verbs, char *error, size_t error_size);
void script_command_free(struct script_command *command);

struct script {
	struct script_command **commands;
	size_t count;
};

/* Reads a whole file. EINVAL: as above; other errors are those of the file, said in error too. */
int script_read(struct script *script, const char *path, const struct script_verb *const *verbs,
	char *error, size_t error_size);
/* Takes the command over, also when it fails: ENOMEM, EFBIG. */
int script_add(struct script *script, struct script_command *command);
void script_clear(struct script *script);

/* A number from min to max; false when the word is not one. */
bool script_number(const char *word, unsigned min, unsigned max, unsigned *number);
bool script_word_is(const struct script_command *command, size_t index, const char *word);

#endif
