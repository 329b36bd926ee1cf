/* SPDX-License-Identifier: BSD-3-Clause */
/* "hears", "does not hear", "never": what a telephone must hear and must not. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/hearing.h"
#include "gateway/phone/judge_keys.h"
#include "gateway/phone/player.h"

#define MS_NS           UINT64_C(1000000)
#define SAMPLE_NS       125000
#define HEARS_MS        2000 /* how much of a voice is judged */
#define HEARS_MS_MIN    600
#define HEARS_MS_MAX    30000
#define TALK_WAIT_MS    10000
#define BACKGROUND_MS   5    /* between two looks whether a voice has been recognised */
#define CORRELATION_MIN 0.9
#define STRANGER_MAX    0.3  /* correlation of what is not there */
#define LIKENESS_MIN    0.6  /* Opus twice leaves 0.75 (phone_likeness_test) ... */
#define UNLIKE_MAX      0.45 /* ... and no other voice is like it by more than 0.31 */
#define GAP_MAX_MS      40
#define LEVEL_BELOW_MAX 90

/* Whose voice, and how much of it. */
struct talk {
	bool seed;       /* nobody's: a sound file has it (tests/story/sounds.h), played from an event on */
	unsigned number; /* of the telephone, or the seed */
	unsigned ms;
	double level_dbm0; /* "above" it; 0: none named */
	bool alike;      /* judged by its sound rather than by its wave */
	size_t end;      /* the word behind it */
};

static const char *talk_read(struct talk *talk, const struct script_command *command, size_t first)
{
	*talk = (struct talk){.seed = script_word_is(command, first, "seed"), .ms = HEARS_MS};
	talk->end = first + talk->seed;
	if (talk->end >= command->count)
		return "hears which telephone?";
	if (!script_number(command->words[talk->end++], 1, talk->seed ? UINT32_MAX : SCRIPT_PHONE_MAX, &talk->number))
		return talk->seed ? "a seed is a number" : "a telephone is 1..999";
	if (!talk->seed && script_word_is(command, talk->end, "above")) {
		unsigned below;

		talk->end += 2;
		if (talk->end > command->count || command->words[talk->end - 1][0] != '-' ||
		    !script_number(command->words[talk->end - 1] + 1, 1, LEVEL_BELOW_MAX, &below))
			return "\"above\" takes -1..-90 dBm0";
		talk->level_dbm0 = -(double)below;
	}
	if (!talk->seed && script_word_is(command, talk->end, "alike")) {
		talk->alike = true;
		talk->end++;
	}
	if (!script_word_is(command, talk->end, "for"))
		return NULL;
	talk->end += 2;
	if (talk->end > command->count || !script_number(command->words[talk->end - 1], HEARS_MS_MIN, HEARS_MS_MAX, &talk->ms))
		return "\"for\" takes 600..30000 ms";
	return NULL;
}

static const char *check_talker(const struct script_command *command, size_t first)
{
	struct talk talk;
	const char *wrong = talk_read(&talk, command, first);

	if (wrong)
		return wrong;
	if (!talk.seed)
		return talk.end == command->count ? NULL : "hears which telephone?";
	if (!script_word_is(command, talk.end, "since"))
		return "a seed is heard \"since\" an event";
	return player_reference_check(command, talk.end + 1);
}

static const char *check_hears(const struct script_command *command)
{
	return script_word_is(command, 0, "keys") ? judge_keys_check(command) : check_talker(command, 0);
}

static const char *check_does(const struct script_command *command)
{
	if (!script_word_is(command, 0, "not") || !script_word_is(command, 1, "hear"))
		return "does what?";
	return check_talker(command, 2);
}

/* What the talker was told to say last; its end is UINT64_MAX while it goes on. ENOENT: it has not begun. */
static int talk_find(const struct player_phone *talker, struct hearing *hearing, uint64_t *end_ns)
{
	bool found = false;

	for (uint64_t i = talker->marks[PHONE_SAY]; i < phone_event_count(talker->phone); i++) {
		const struct phone_event *event = phone_event(talker->phone, i);

		if (event && event->kind == PHONE_SAY_END)
			*end_ns = event->at_ns;
		if (!event || event->kind != PHONE_SAY || !event->seed)
			continue;
		found = true;
		hearing->said_ns = event->at_ns;
		hearing->seed = event->seed;
		*end_ns = UINT64_MAX;
	}
	return found ? 0 : ENOENT;
}

/* From the command's beginning, whole samples of the voice. */
static void span_find(struct hearing *hearing, uint64_t begun_ns, unsigned ms)
{
	uint64_t from_ns = begun_ns > hearing->said_ns ? begun_ns : hearing->said_ns;

	hearing->from_ns = from_ns - (from_ns - hearing->said_ns) % SAMPLE_NS;
	hearing->until_ns = hearing->from_ns + ms * MS_NS;
}

static void judged_keep(struct player *player, const struct hearing *hearing, unsigned listener,
	bool meant, const struct recognition *result)
{
	if (player->judged_count == PLAYER_JUDGED_MAX)
		return;
	player->judged[player->judged_count++] = (struct player_judged){.listener = listener,
		.talker = hearing->talker ? phone_number(hearing->talker) : 0,
		.seed = hearing->seed,
		.meant = meant,
		.result = *result};
}

/* Of what is heard, that which is like the voice. */
static enum script_result echo_judge(struct player *player, const struct recognition *result, bool meant, double level_dbm0)
{
	double voice_dbm0 = result->level_dbm0 + 20 * log10(fmax(result->correlation, 1e-3));

	snprintf(player->note, sizeof player->note, "correlation %.3f, delay %.1f ms, of the voice %.1f dBm0", result->correlation,
		result->delay_ms, voice_dbm0);
	if (meant == (voice_dbm0 > level_dbm0))
		return SCRIPT_DONE;
	return player_fail(player, "the voice is %s: %s", meant ? "too weak" : "heard", player->note);
}

/* For codecs that keep the sound and not the wave. */
static enum script_result likeness_judge(struct player *player, const struct recognition *result, bool meant)
{
	snprintf(player->note, sizeof player->note, "likeness %.3f, level %.1f dBm0", result->likeness, result->level_dbm0);
	if (meant ? result->likeness >= LIKENESS_MIN : result->likeness <= UNLIKE_MAX)
		return SCRIPT_DONE;
	return player_fail(player, "the voice is %s: %s", meant ? "not recognised" : "heard", player->note);
}

static enum script_result result_judge(struct player *player, const struct recognition *result,
	bool meant)
{
	snprintf(player->note, sizeof player->note,
		"correlation %.3f, delay %.1f ms, level %.1f dBm0, longest gap %u ms (at %u), %u slips",
		result->correlation, result->delay_ms, result->level_dbm0, result->longest_gap_ms,
		result->gap_at_ms, result->slips);
	if (!meant && result->correlation < STRANGER_MAX) {
		snprintf(player->note, sizeof player->note, "correlation %.3f", result->correlation);
		return SCRIPT_DONE;
	}
	if (!meant)
		return player_fail(player, "the voice is heard: %s", player->note);
	if (result->correlation < CORRELATION_MIN)
		return player_fail(player, "the voice is not recognised: %s", player->note);
	if (result->longest_gap_ms > GAP_MAX_MS)
		return player_fail(player, "the voice has a gap: %s, allowed are %d ms", player->note,
			GAP_MAX_MS);
	return SCRIPT_DONE;
}

/* Whose ears are asked; for the judge's own test those of the other party. */
static struct phone *ears_of(struct player *player, struct phone *phone)
{
	unsigned number = phone_number(phone);
	struct player_phone *other;

	if (!player->legs_swapped || number > 2)
		return phone;
	other = player_phone_find(player, 3 - number);
	return other ? other->phone : phone;
}

/* EAGAIN: it is being worked at. */
static int hearing_take(struct player *player, const struct hearing *hearing,
	struct recognition *result)
{
	int err;

	if (!player->background)
		return hearing_judge(hearing, result);
	if (!player->job) {
		err = hearing_job_start(&player->job, hearing);
		if (err)
			return err;
	}
	player->wake_ns = player->now_ns + BACKGROUND_MS * MS_NS;
	if (!hearing_job_ready(player->job))
		return EAGAIN;
	err = hearing_job_end(player->job, result);
	player->job = NULL;
	return err;
}

/* EAGAIN: nobody has begun to say it. */
static int hearing_find(struct player *player, const struct script_command *command, const struct talk *talk,
	struct hearing *hearing, uint64_t *end_ns)
{
	const struct player_phone *talker = player_phone_find(player, talk->number);

	if (talk->seed) {
		hearing->seed = talk->number;
		*end_ns = UINT64_MAX;
		return player_reference(player, command, talk->end + 1, &hearing->said_ns) == 0 ? 0 : EAGAIN;
	}
	if (!talker)
		return ENOENT;
	hearing->talker = talker->phone;
	return talk_find(talker, hearing, end_ns) ? EAGAIN : 0;
}

static enum script_result talker_judge(struct player *player, const struct script_command *command,
	size_t first, bool meant)
{
	struct player_phone *own = player_phone_of(player, command);
	struct recognition result;
	struct hearing hearing;
	struct talk talk;
	uint64_t end_ns = 0;
	int err;

	if (!own)
		return SCRIPT_FAILED;
	talk_read(&talk, command, first);
	hearing = (struct hearing){
		.listener = ears_of(player, own->phone), .late_ms = talk.alike ? HEARING_CODED_LATE_MS : HEARING_LATE_MS};
	player->wake_ns = player->begun_ns + TALK_WAIT_MS * MS_NS;
	err = hearing_find(player, command, &talk, &hearing, &end_ns);
	if (err == ENOENT)
		return player_fail(player, "there is no telephone %u", talk.number);
	if (err && player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	if (err)
		return talk.seed ? player_fail(player, "there was no such event to count from")
				 : player_fail(player, "telephone %u says no seed", talk.number);
	span_find(&hearing, player->begun_ns, talk.ms);
	if (end_ns < hearing.until_ns)
		return player_fail(player, "telephone %u stops talking too soon to judge", talk.number);
	player->wake_ns = hearing.until_ns + hearing.late_ms * MS_NS;
	if (player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	err = hearing_take(player, &hearing, &result);
	if (err == EAGAIN)
		return SCRIPT_WAIT;
	if (err)
		return player_fail(player, "too little sound to judge");
	judged_keep(player, &hearing, phone_number(own->phone), meant, &result);
	if (talk.alike)
		return likeness_judge(player, &result, meant);
	return talk.level_dbm0 != 0 ? echo_judge(player, &result, meant, talk.level_dbm0) : result_judge(player, &result, meant);
}

static enum script_result run_hears(struct player *player, const struct script_command *command)
{
	if (script_word_is(command, 0, "keys"))
		return judge_keys_run(player, command);
	return talker_judge(player, command, 0, true);
}

static enum script_result run_does(struct player *player, const struct script_command *command)
{
	return talker_judge(player, command, 2, false);
}

/* ---- never ---- */

static const char *check_never(const struct script_command *command)
{
	enum tones_name tone;

	if (command->count == 1 &&
		(script_word_is(command, 0, "ring") || script_word_is(command, 0, "sound")))
		return NULL;
	if (command->count == 2 && script_word_is(command, 0, "tone") &&
		!tones_name_find(&tone, command->words[1]))
		return NULL;
	return "never what?";
}

static enum script_result run_never(struct player *player, const struct script_command *command)
{
	struct player_phone *own = player_phone_of(player, command);

	if (!own)
		return SCRIPT_FAILED;
	if (player->watch_count == PLAYER_WATCHES_MAX)
		return player_fail(player, "more than %d lines of \"never\"", PLAYER_WATCHES_MAX);
	player->watches[player->watch_count++] = (struct player_watch){
		.command = command, .phone = own->phone, .next = own->cursor};
	return SCRIPT_DONE;
}

static bool event_breaks(const struct phone_event *event, const struct script_command *command)
{
	enum tones_name tone;

	if (script_word_is(command, 0, "ring"))
		return event->kind == PHONE_RING;
	if (script_word_is(command, 0, "sound"))
		return event->kind == PHONE_TONE || event->kind == PHONE_SCRAP;
	tones_name_find(&tone, command->words[1]);
	if (event->kind == PHONE_SCRAP)
		return event->might_be & 1U << tone;
	return event->kind == PHONE_TONE && event->tone == tone;
}

static enum script_result watch_step(struct player *player, struct player_watch *watch)
{
	for (; watch->next < phone_event_count(watch->phone) && !watch->over; watch->next++) {
		const struct phone_event *event = phone_event(watch->phone, watch->next);
		char text[80];

		if (!event)
			continue;
		watch->over = event->kind == PHONE_HANGUP;
		if (!event_breaks(event, watch->command))
			continue;
		player->failed = watch->command;
		return player_fail(player, "telephone %u %s", phone_number(watch->phone),
			phone_event_text(text, sizeof text, event));
	}
	return SCRIPT_DONE;
}

enum script_result player_watches_step(struct player *player)
{
	enum script_result result = SCRIPT_DONE;

	for (size_t i = 0; i < player->watch_count && result == SCRIPT_DONE; i++)
		result = watch_step(player, &player->watches[i]);
	return result;
}

const struct script_verb player_judge_verbs[] = {
	{"hears", "N [above LEVEL | alike] [for MS] | seed N [for MS] since [N] EVENT | keys DIGITS [for MS]", true, check_hears, run_hears},
	{"does", "not hear N [above LEVEL | alike] [for MS], or seed N [for MS] since [N] EVENT", true, check_does, run_does},
	{"never", "tone NAME | ring | sound", true, check_never, run_never},
	{NULL},
};
