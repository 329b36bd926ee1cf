/* SPDX-License-Identifier: BSD-3-Clause */
/* The verb "far-end": what a far end of somebody else's is told and what it must say. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/story/farend.h"
#include "tests/story/story.h"

#define MS_NS    UINT64_C(1000000)
#define LOOK_NS  (10 * MS_NS)
#define LIMIT_NS (10000 * MS_NS)

static void text_make(char *text, const struct script_command *command)
{
	text[0] = '\0';
	for (size_t i = 1; i < command->count; i++) {
		strcat(text, i > 1 ? " " : "");
		strcat(text, command->words[i]);
	}
}

static enum script_result fail(struct player *player, const struct story *story, const char *what)
{
	return player_fail(player, "%s; it said last: %s", what, farend_last_words(story->farend));
}

/* Looks now and then for what has been said. */
static enum script_result wait_for(struct player *player, struct story *story, const char *text)
{
	int status;

	farend_step(story->farend);
	if (farend_said(story->farend, text))
		return SCRIPT_DONE;
	if (farend_ended(story->farend, &status))
		return fail(player, story, "it has ended");
	if (player->now_ns >= player->begun_ns + LIMIT_NS)
		return fail(player, story, "it did not say so within 10 s");
	player->wake_ns = player->now_ns + LOOK_NS;
	return SCRIPT_WAIT;
}

static enum script_result run_start(struct player *player, struct story *story, const struct script_command *command)
{
	int err;

	if (!story->farend) {
		signal(SIGPIPE, SIG_IGN);
		err = farend_start(&story->farend, command->words + 1, command->count - 1);
		if (err)
			return player_fail(player, "it cannot be started: %s", strerror(err));
	}
	return wait_for(player, story, "ready");
}

static enum script_result run_does(struct player *player, struct story *story, const struct script_command *command)
{
	char text[SCRIPT_LINE_MAX + 1];
	int err;

	text_make(text, command);
	err = farend_tell(story->farend, text);
	return err ? player_fail(player, "it cannot be told: %s", strerror(err)) : SCRIPT_DONE;
}

static enum script_result run_says(struct player *player, struct story *story, const struct script_command *command)
{
	char text[SCRIPT_LINE_MAX + 1];

	text_make(text, command);
	return wait_for(player, story, text);
}

static enum script_result run_ends(struct player *player, struct story *story, const struct script_command *command)
{
	int status;

	(void)command;
	farend_step(story->farend);
	if (farend_ended(story->farend, &status))
		return status ? fail(player, story, "it ended badly") : SCRIPT_DONE;
	if (player->now_ns >= player->begun_ns + LIMIT_NS)
		return fail(player, story, "it did not end within 10 s");
	player->wake_ns = player->now_ns + LOOK_NS;
	return SCRIPT_WAIT;
}

static const struct action {
	const char *word;
	size_t words_min;
	enum script_result (*run)(struct player *player, struct story *story, const struct script_command *command);
} actions[] = {
	{"start", 2, run_start},
	{"does", 2, run_does},
	{"says", 2, run_says},
	{"ends", 1, run_ends},
	{NULL},
};

static const struct action *action_find(const struct script_command *command)
{
	for (const struct action *action = actions; action->word; action++) {
		if (script_word_is(command, 0, action->word) && command->count >= action->words_min)
			return action;
	}
	return NULL;
}

static const char *check_farend(const struct script_command *command)
{
	return action_find(command) ? NULL : "it is started, does, says or ends";
}

static enum script_result run_farend(struct player *player, const struct script_command *command)
{
	const struct action *action = action_find(command);
	struct story *story = player->arg;

	if (!story->farend && action->run != run_start)
		return player_fail(player, "there is none");
	return action->run(player, story, command);
}

const struct script_verb story_farend_verbs[] = {
	{"far-end", "start NAME [ARGUMENT...], does COMMAND, says TEXT, or ends", false, check_farend, run_farend},
	{NULL},
};
