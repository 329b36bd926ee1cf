/* SPDX-License-Identifier: BSD-3-Clause */
/* The story's own verbs: what SIP must do, and what the operator does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/story/story.h"

#define MS_NS        UINT64_C(1000000)
#define GRACE_NS     (100 * MS_NS) /* how much later than it passes a message may be seen */
#define REFERENCE_NS (10000 * MS_NS)

/* A kind of message: "out 200 INVITE from 101 to 102 expires 0". */
struct kind {
	bool out;
	unsigned status;
	const char *method, *from, *to;
	int expires_s; /* -1: whatever */
	unsigned cause; /* Q.850, of the Reason header; 0: whatever */
	size_t end;    /* the word behind it */
};

static bool is_method(const char *word)
{
	return *word && strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(word);
}

/* Reads "from U", "to U", "expires N", "cause N"; false when the word is none of them. */
static bool detail_read(struct kind *kind, const struct script_command *command)
{
	const char *word = kind->end + 1 < command->count ? command->words[kind->end] : "";
	const char *value = *word ? command->words[kind->end + 1] : "";
	unsigned seconds;

	if (!strcmp(word, "from"))
		kind->from = value;
	else if (!strcmp(word, "to"))
		kind->to = value;
	else if (!strcmp(word, "expires") && script_number(value, 0, 86400, &seconds))
		kind->expires_s = (int)seconds;
	else if (!strcmp(word, "cause") && script_number(value, 1, 127, &seconds))
		kind->cause = seconds;
	else
		return false;
	kind->end += 2;
	return true;
}

/* NULL, or what is wrong. */
static const char *kind_read(struct kind *kind, const struct script_command *command, size_t first)
{
	*kind = (struct kind){.expires_s = -1, .end = first + 1};
	if (!script_word_is(command, first, "out") && !script_word_is(command, first, "in"))
		return "a message goes out of the gateway or in";
	kind->out = script_word_is(command, first, "out");
	if (kind->end < command->count &&
		script_number(command->words[kind->end], 100, 699, &kind->status))
		kind->end++;
	if (kind->end < command->count && is_method(command->words[kind->end]))
		kind->method = command->words[kind->end++];
	if (!kind->status && !kind->method)
		return "which message? A method, a status, or both";
	while (detail_read(kind, command))
		;
	return NULL;
}

/* "Q.850;cause=102;text=..." */
static unsigned cause_of(const struct bed_sip *sip)
{
	const char *at = strstr(sip->reason, "cause=");

	return strstr(sip->reason, "Q.850") && at ? (unsigned)atoi(at + strlen("cause=")) : 0;
}

static bool kind_is(const struct kind *kind, const struct bed_sip *sip)
{
	return !sip->repeated && sip->out == kind->out && sip->status == kind->status &&
	       (!kind->method || !strcmp(kind->method, sip->method)) &&
	       (!kind->from || !strcmp(kind->from, sip->from)) &&
	       (!kind->to || !strcmp(kind->to, sip->to)) &&
	       (kind->expires_s < 0 || kind->expires_s == sip->expires_s) &&
	       (!kind->cause || kind->cause == cause_of(sip));
}

int story_reference(struct player *player, const struct script_command *command, size_t first,
	uint64_t *at_ns)
{
	const struct story *story = player->arg;
	struct kind kind;

	if (kind_read(&kind, command, first))
		return EINVAL;
	for (size_t i = story->sip_count; i-- > 0;) {
		if (kind_is(&kind, &story->sip[i])) {
			*at_ns = story->sip[i].at_ns;
			return 0;
		}
	}
	return EAGAIN;
}

static const char *check_sip(const struct script_command *command)
{
	struct kind kind;
	const char *wrong;

	if (!command->count)
		return "what about it?";
	if (!script_word_is(command, 0, "expect") && !script_word_is(command, 0, "never"))
		return NULL; /* for the bed's own peer to judge */
	wrong = kind_read(&kind, command, 1);
	if (!wrong && script_word_is(command, 0, "never") && kind.end < command->count)
		return "nothing may follow the message that must not have passed";
	return wrong ? wrong : player_limits_check(command, kind.end);
}

static enum script_result run_command(struct player *player, const struct script_command *command)
{
	struct story *story = player->arg;
	char text[SCRIPT_LINE_MAX + 1] = "", reason[160] = "";
	int err;

	for (size_t i = 0; i < command->count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, command->words[i]);
	}
	err = story->bed->ops->command(story->bed, text, reason, sizeof reason);
	return err ? player_fail(player, "%s: %s", reason, strerror(err)) : SCRIPT_DONE;
}

/* What passed since the expectation before it. */
static void sip_seen(struct player *player)
{
	const struct story *story = player->arg;
	size_t length = strlen(player->failure);
	char text[160];

	if (story->sip_cursor == story->sip_count)
		snprintf(player->failure + length, sizeof player->failure - length,
			"; no message came since");
	for (size_t i = story->sip_cursor; i < story->sip_count && length < sizeof player->failure; i++)
		length += (size_t)snprintf(player->failure + length, sizeof player->failure - length,
			"%s%s %s", i == story->sip_cursor ? "; seen: " : ", ",
			story->sip[i].out ? "out" : "in",
			story_sip_text(text, sizeof text, &story->sip[i]));
}

static enum script_result sip_judge(struct player *player, struct story *story, size_t index,
	const struct player_limits *limits)
{
	const struct bed_sip *sip = &story->sip[index];
	double ms = ((double)sip->at_ns - (double)limits->from_ns) / MS_NS;
	char text[160];

	story_sip_text(text, sizeof text, sip);
	snprintf(player->note, sizeof player->note, "%s %.1f ms after %s", text, ms, limits->of);
	if (sip->at_ns > limits->until_ns)
		return player_fail(player, "%s %.1f ms after %s, allowed are %.0f ms", text, ms,
			limits->of, (double)(limits->until_ns - limits->from_ns) / MS_NS);
	if (!limits->referred)
		player->note[0] = '\0';
	story->sip_cursor = index + 1;
	return SCRIPT_DONE;
}

static enum script_result run_expect(struct player *player, const struct script_command *command)
{
	struct story *story = player->arg;
	struct player_limits limits;
	struct kind kind;
	int err;

	kind_read(&kind, command, 1);
	err = player_limits(player, command, kind.end, &limits);
	if (err) {
		player->wake_ns = player->begun_ns + REFERENCE_NS;
		if (err == EAGAIN && player->now_ns < player->wake_ns)
			return SCRIPT_WAIT;
		return player_fail(player, "there was no %s to count from", limits.of);
	}
	for (size_t i = story->sip_cursor; i < story->sip_count; i++) {
		bool early = limits.referred && story->sip[i].at_ns < limits.from_ns;

		if (!early && kind_is(&kind, &story->sip[i]))
			return sip_judge(player, story, i, &limits);
	}
	player->wake_ns = limits.until_ns + GRACE_NS;
	if (player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	player_fail(player, "no such message within %.0f ms of %s",
		(double)(limits.until_ns - limits.from_ns) / MS_NS, limits.of);
	sip_seen(player);
	return SCRIPT_FAILED;
}

/* Looks back, once. */
static enum script_result run_never(struct player *player, const struct script_command *command)
{
	struct story *story = player->arg;
	struct kind kind;

	kind_read(&kind, command, 1);
	for (size_t i = story->sip_cursor; i < story->sip_count; i++) {
		char text[160];

		if (kind_is(&kind, &story->sip[i]))
			return player_fail(player, "%s passed %.1f ms ago",
				story_sip_text(text, sizeof text, &story->sip[i]),
				((double)player->now_ns - (double)story->sip[i].at_ns) / MS_NS);
	}
	return SCRIPT_DONE;
}

static enum script_result run_sip(struct player *player, const struct script_command *command)
{
	if (script_word_is(command, 0, "never"))
		return run_never(player, command);
	if (script_word_is(command, 0, "expect"))
		return run_expect(player, command);
	return run_command(player, command);
}

static int stop_gateway(struct bed *bed)
{
	return bed->ops->stop(bed);
}

static int stop_server(struct bed *bed)
{
	return bed->ops->server(bed, false);
}

static int start_server(struct bed *bed)
{
	return bed->ops->server(bed, true);
}

static const struct control {
	const char *word;
	int (*act)(struct bed *bed);
} controls[] = {
	{"stop", stop_gateway},
	{"server-stop", stop_server},
	{"server-start", start_server},
	{NULL},
};

static const struct control *control_find(const struct script_command *command)
{
	for (const struct control *control = controls; control->word; control++) {
		if (command->count == 1 && script_word_is(command, 0, control->word))
			return control;
	}
	return NULL;
}

int story_clock_read(const char *text, int64_t *wall_s)
{
	struct tm local = {.tm_isdst = -1};
	const char *end = strptime(text, "%Y-%m-%d %H:%M:%S", &local);

	if (!end || *end)
		return EINVAL;
	local.tm_isdst = -1;
	*wall_s = mktime(&local);
	return 0;
}

/* "clock 2026-03-02 06:59:30" */
static bool clock_read(const struct script_command *command, int64_t *wall_s)
{
	char text[64];

	if (command->count != 3 || !script_word_is(command, 0, "clock"))
		return false;
	snprintf(text, sizeof text, "%s %s", command->words[1], command->words[2]);
	return story_clock_read(text, wall_s) == 0;
}

static const char *check_control(const struct script_command *command)
{
	int64_t wall_s;

	return control_find(command) || clock_read(command, &wall_s) ? NULL : "control what?";
}

static enum script_result run_control(struct player *player, const struct script_command *command)
{
	struct story *story = player->arg;
	const struct control *control = control_find(command);
	int64_t wall_s = 0;
	int err = clock_read(command, &wall_s) ? story->bed->ops->clock(story->bed, wall_s) : control->act(story->bed);

	return err ? player_fail(player, "%s cannot be done: %s", command->words[0], strerror(err)) : SCRIPT_DONE;
}

static const char *check_at(const struct script_command *command)
{
	unsigned ms;

	return command->count == 1 && script_number(command->words[0], 0, 600000, &ms)
		       ? NULL
		       : "a time is 0..600000 ms";
}

static enum script_result run_at(struct player *player, const struct script_command *command)
{
	const struct story *story = player->arg;
	unsigned ms = 0;

	script_number(command->words[0], 0, 600000, &ms);
	player->wake_ns = story->start_ns + ms * MS_NS;
	return player->now_ns >= player->wake_ns ? SCRIPT_DONE : SCRIPT_WAIT;
}

const struct script_verb story_verbs[] = {
	{"sip",
		"expect out|in [STATUS] [METHOD] [from USER] [to USER] [expires S] [cause N] "
		"[within MS [of [N] EVENT]], or never out|in ..., or words for a scripted peer",
		false, check_sip, run_sip},
	{"control", "stop|server-stop|server-start|clock DATE TIME", false, check_control, run_control},
	{"at", "MS", false, check_at, run_at},
	{NULL},
};
