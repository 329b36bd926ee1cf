/* SPDX-License-Identifier: BSD-3-Clause */
/* The verb "faxes": a terminal sends a page to another, each in the place of a telephone's user. */
#include <stdio.h>

#include "tests/story/story.h"
#include "tests/unit/machine_fax.h"

#define MS_NS      UINT64_C(1000000)
#define LOOK_NS    (100 * MS_NS)
#define LIMIT_MS   60000
#define LIMIT_MAX  180000

static bool words_read(const struct script_command *command, unsigned *to, unsigned *limit_ms)
{
	*limit_ms = LIMIT_MS;
	if (command->count == 3 && script_word_is(command, 1, "within") && !script_number(command->words[2], 1, LIMIT_MAX, limit_ms))
		return false;
	return (command->count == 1 || (command->count == 3 && script_word_is(command, 1, "within"))) &&
		script_number(command->words[0], 1, SCRIPT_PHONE_MAX, to);
}

static const char *check_faxes(const struct script_command *command)
{
	unsigned to, limit_ms;

	return words_read(command, &to, &limit_ms) ? NULL : "to which telephone? \"1 faxes 2 [within MS]\", up to 180000";
}

static void fax_begin(struct story *story, struct phone *phones[LINES])
{
	const struct fax_config config = {.modems = FAX_ALL_MODEMS, .ecm = true, .seed = 1};
	struct machine machines[LINES];

	fax_make(&story->fax, &config);
	fax_machines(story->fax, machines);
	for (int i = 0; i < LINES; i++)
		phone_machine_set(phones[i], &(struct phone_machine){machines[i].hear, machines[i].say, machines[i].arg});
}

static void fax_end(struct story *story, struct phone *phones[LINES])
{
	for (int i = 0; i < LINES; i++)
		phone_machine_set(phones[i], NULL);
	fax_drop(story->fax);
	story->fax = NULL;
}

static enum script_result fax_judge(struct player *player, const struct fax_result *result)
{
	char text[200];

	snprintf(text, sizeof text, "%s, %s; %d bit/s, %u rows%s, %d of them bad, trained %u times, asked again %u times, %.1f s",
		fax_status_text(result->status[0]), fax_status_text(result->status[1]), result->bit_rate, result->rows, result->equal ? " as sent" : "",
		result->bad_rows, result->trainings, result->repeats, (double)(player->now_ns - player->begun_ns) / 1e9);
	if (!result->over || !result->equal || result->status[0] || result->status[1] || result->trainings != 1 || result->repeats)
		return player_fail(player, "the page did not come out at once: %s%s", result->over ? "" : "not over yet; ", text);
	snprintf(player->note, sizeof player->note, "%s", text);
	return SCRIPT_DONE;
}

static enum script_result run_faxes(struct player *player, const struct script_command *command)
{
	struct story *story = player->arg;
	struct player_phone *from = player_phone_of(player, command), *to;
	unsigned number, limit_ms;
	struct fax_result result;

	(void)words_read(command, &number, &limit_ms);
	to = player_phone_find(player, number);
	if (!from || !to)
		return from ? player_fail(player, "there is no telephone %u", number) : SCRIPT_FAILED;
	struct phone *phones[LINES] = {from->phone, to->phone};

	if (!story->fax)
		fax_begin(story, phones);
	player->wake_ns = player->now_ns + LOOK_NS;
	if (!fax_is_over(story->fax) && player->now_ns < player->begun_ns + limit_ms * MS_NS)
		return SCRIPT_WAIT;
	fax_result(story->fax, &result);
	fax_end(story, phones);
	return fax_judge(player, &result);
}

const struct script_verb story_fax_verbs[] = {
	{"faxes", "N [within MS]", true, check_faxes, run_faxes},
	{0},
};
