/* SPDX-License-Identifier: BSD-3-Clause */
/* "expect": something happens to a telephone, in time. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gateway/phone/player.h"

#define MS_NS           UINT64_C(1000000)
#define SILENCE_MS      500
#define REFERENCE_MS    10000 /* how long the event may take that a limit hangs on */
#define RING_SLACK_MS   10    /* of a ring cadence's segments */
#define RING_REAL_MS    30    /* the same over real time, where a telephone may be woken late */
#define TONE_SLACK_MS   10.0  /* of a tone's segments */
#define TONE_SLACK_HZ   0.005 /* of its frequencies: a share */
#define RING_EDGES_MAX  9

/* Something that may be expected. */
struct thing {
	const char *name;
	enum phone_event_kind kind;
	bool named;        /* a tone's name follows */
	unsigned grace_ms; /* how much later than it happens a telephone may know it */
	unsigned early_ms; /* how much earlier than its cause it may seem to happen: sound is timed by its block */
	enum script_result (*run)(struct player *player, const struct script_command *command,
		const struct thing *thing);
};

static enum script_result run_event(struct player *player, const struct script_command *command,
	const struct thing *thing);
static enum script_result run_accurate(struct player *player, const struct script_command *command,
	const struct thing *thing);
static enum script_result run_silence(struct player *player, const struct script_command *command,
	const struct thing *thing);
static enum script_result run_rest(struct player *player, const struct script_command *command,
	const struct thing *thing);
static enum script_result run_cadence(struct player *player, const struct script_command *command,
	const struct thing *thing);

/* The cadence decides a tone's name after 2 s at the latest; that it ended after its longest pause. */
static const struct thing things[] = {
	{"connected", PHONE_UP, false, 50, 0, run_event},
	{"ring", PHONE_RING, false, 50, 0, run_event},
	{"ring-end", PHONE_RING_END, false, 50, 0, run_event},
	{"tone", PHONE_TONE, true, 2500, 20, run_event},
	{"tone-end", PHONE_TONE_END, true, 6500, 20, run_event},
	{"accurate", PHONE_TONE_END, true, 6500, 20, run_accurate},
	{"voice", PHONE_TONE, false, 250, 20, run_event},
	{"silence", PHONE_SCRAP, false, 0, 0, run_silence},
	{"no-ring", PHONE_RING, false, 0, 0, run_rest},
	{"cadence", PHONE_RING, false, 0, 0, run_cadence},
};

static const struct thing *thing_find(const char *name)
{
	for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
		if (!strcmp(things[i].name, name))
			return &things[i];
	}
	return NULL;
}

/* The word at which the limits begin. */
static size_t limits_at(const struct script_command *command, const struct thing *thing)
{
	if (thing->named)
		return 2;
	if (thing->run == run_cadence && command->count > 1 && !script_word_is(command, 1, "within"))
		return 2;
	return script_word_is(command, 1, "for") ? 3 : 1;
}

static const char *check_expect(const struct script_command *command)
{
	const struct thing *thing = command->count ? thing_find(command->words[0]) : NULL;
	enum tones_name tone;
	struct tones_ring ring;
	unsigned ms;

	if (!thing)
		return "nobody knows that thing";
	if (thing->named && (command->count < 2 || tones_name_find(&tone, command->words[1])))
		return "tones are dial, recall, stutter, confirm, ringback, busy, congestion, info, waiting, "
		       "waiting-dr2 to waiting-dr4, howler, voice, other";
	if (thing->run == run_cadence && limits_at(command, thing) == 2 && tones_ring_find(&ring, command->words[1]))
		return "cadences are the country's or dr1 to dr8";
	if (script_word_is(command, 1, "for") &&
		((thing->run != run_silence && thing->run != run_rest) || command->count < 3 ||
			!script_number(command->words[2], 1, 600000, &ms)))
		return "only silence and no-ring last: for 1..600000 ms";
	return player_limits_check(command, limits_at(command, thing));
}

static enum tones_name tone_of(const struct script_command *command, const struct thing *thing)
{
	enum tones_name tone = TONES_VOICE;

	if (thing->named)
		tones_name_find(&tone, command->words[1]);
	return tone;
}

static bool event_is(const struct phone_event *event, const struct script_command *command,
	const struct thing *thing)
{
	if (event->kind != thing->kind)
		return false;
	return (thing->kind != PHONE_TONE && thing->kind != PHONE_TONE_END) ||
	       event->tone == tone_of(command, thing);
}

/* Whether it is so at this moment, whenever that began. */
static bool is_now(const struct phone *phone, const struct script_command *command,
	const struct thing *thing)
{
	enum tones_name tone;

	if (thing->kind == PHONE_UP)
		return phone_is_up(phone);
	if (thing->kind == PHONE_RING)
		return phone_is_ringing(phone);
	return thing->kind == PHONE_TONE && phone_tone(phone, &tone) &&
	       tone == tone_of(command, thing);
}

static double ms_between(uint64_t from_ns, uint64_t to_ns)
{
	return ((double)to_ns - (double)from_ns) / MS_NS;
}

/* 0 and its number: the event that the expectation is about, in time or late. */
static int event_find(const struct player_phone *own, const struct script_command *command,
	const struct thing *thing, uint64_t from_ns, uint64_t *number)
{
	for (*number = own->cursor; *number < phone_event_count(own->phone); ++*number) {
		const struct phone_event *event = phone_event(own->phone, *number);

		if (event && event->at_ns + thing->early_ms * MS_NS >= from_ns &&
			event_is(event, command, thing))
			return 0;
	}
	return ENOENT;
}

static enum script_result not_seen(struct player *player, const struct player_phone *own,
	const struct script_command *command, const struct player_limits *limits)
{
	player_fail(player, "no %s%s%s within %.0f ms of %s", command->words[0],
		thing_find(command->words[0])->named ? " " : "",
		thing_find(command->words[0])->named ? command->words[1] : "",
		ms_between(limits->from_ns, limits->until_ns), limits->of);
	player_seen(player, own->phone, limits->from_ns);
	return SCRIPT_FAILED;
}

/* WAIT while the event that the limits hang on may still come. */
static enum script_result limits_take(struct player *player, const struct script_command *command,
	size_t first, struct player_limits *limits)
{
	int err = player_limits(player, command, first, limits);

	if (!err)
		return SCRIPT_DONE;
	player->wake_ns = player->begun_ns + REFERENCE_MS * MS_NS;
	if (err == EAGAIN && player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	return player_fail(player, "there was no %s to count from", limits->of);
}

static enum script_result event_judge(struct player *player, struct player_phone *own,
	uint64_t number, const struct player_limits *limits)
{
	const struct phone_event *event = phone_event(own->phone, number);
	double ms = ms_between(limits->from_ns, event->at_ns);
	char text[80];

	phone_event_text(text, sizeof text, event);
	snprintf(player->note, sizeof player->note, "%s %.1f ms after %s", text, ms, limits->of);
	if (event->at_ns > limits->until_ns)
		return player_fail(player, "%s %.1f ms after %s, allowed are %.0f ms", text, ms,
			limits->of, ms_between(limits->from_ns, limits->until_ns));
	own->cursor = number + 1;
	return SCRIPT_DONE;
}

static enum script_result run_event(struct player *player, const struct script_command *command,
	const struct thing *thing)
{
	struct player_phone *own = player_phone_of(player, command);
	struct player_limits limits;
	enum script_result result;
	uint64_t number;

	if (!own)
		return SCRIPT_FAILED;
	result = limits_take(player, command, limits_at(command, thing), &limits);
	if (result != SCRIPT_DONE)
		return result;
	if (!event_find(own, command, thing, limits.from_ns, &number))
		return event_judge(player, own, number, &limits);
	if (!limits.referred && is_now(own->phone, command, thing))
		return SCRIPT_DONE;
	player->wake_ns = limits.until_ns + thing->grace_ms * MS_NS;
	if (player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	return not_seen(player, own, command, &limits);
}

/* What ended sounded as the country's table has it, all the way. */
static enum script_result run_accurate(struct player *player, const struct script_command *command,
	const struct thing *thing)
{
	enum script_result result = run_event(player, command, thing);
	const struct player_phone *own = player_phone_of(player, command);
	const struct cadence_accuracy *accuracy;

	if (result != SCRIPT_DONE)
		return result;
	accuracy = &phone_event(own->phone, own->cursor - 1)->accuracy;
	snprintf(player->note, sizeof player->note,
		accuracy->hz_off < 0 ? "%u segments within %.1f ms, too short for their frequencies"
				     : "%u segments within %.1f ms, frequencies within %.3f %%",
		accuracy->segments, accuracy->ms_off, accuracy->hz_off * 100);
	if (accuracy->segments < accuracy->wanted)
		return player_fail(player, "only %u of its %u segments were heard whole", accuracy->segments,
			accuracy->wanted);
	if (accuracy->hz_off > TONE_SLACK_HZ)
		return player_fail(player, "a frequency is wrong by %.2f %%", accuracy->hz_off * 100);
	if (accuracy->ms_off > TONE_SLACK_MS)
		return player_fail(player, "a segment is wrong by %.1f ms", accuracy->ms_off);
	return SCRIPT_DONE;
}

static enum script_result run_silence(struct player *player, const struct script_command *command,
	const struct thing *thing)
{
	struct player_phone *own = player_phone_of(player, command);
	struct player_limits limits;
	enum script_result result;
	unsigned ms = SILENCE_MS;
	uint64_t since_ns;

	if (!own)
		return SCRIPT_FAILED;
	if (script_word_is(command, 1, "for"))
		script_number(command->words[2], 1, 600000, &ms);
	result = limits_take(player, command, limits_at(command, thing), &limits);
	if (result != SCRIPT_DONE)
		return result;
	since_ns = phone_silent_since_ns(own->phone);
	if (since_ns < limits.from_ns)
		since_ns = limits.from_ns;
	player->wake_ns = limits.until_ns + ms * MS_NS;
	if (since_ns <= limits.until_ns && since_ns + ms * MS_NS < player->wake_ns)
		player->wake_ns = since_ns + ms * MS_NS;
	if (player->now_ns < player->wake_ns)
		return SCRIPT_WAIT;
	if (since_ns <= limits.until_ns && since_ns + ms * MS_NS <= player->now_ns)
		return SCRIPT_DONE;
	return not_seen(player, own, command, &limits);
}

/* The bell keeps still so long, from the command on. */
static enum script_result run_rest(struct player *player, const struct script_command *command,
	const struct thing *thing)
{
	struct player_phone *own = player_phone_of(player, command);
	unsigned ms = SILENCE_MS;

	(void)thing;
	if (!own)
		return SCRIPT_FAILED;
	if (script_word_is(command, 1, "for"))
		script_number(command->words[2], 1, 600000, &ms);
	if (phone_is_ringing(own->phone))
		return player_fail(player, "it rings");
	player->wake_ns = player->begun_ns + ms * MS_NS;
	return player->now_ns < player->wake_ns ? SCRIPT_WAIT : SCRIPT_DONE;
}

/* The voltage's edges since the telephone was last lifted or hung up. Returns how many. */
static size_t ring_edges(const struct phone *phone, uint64_t *edges)
{
	size_t count = 0;

	for (uint64_t i = 0; i < phone_event_count(phone); i++) {
		const struct phone_event *event = phone_event(phone, i);

		if (!event)
			continue;
		if (event->kind == PHONE_LIFT || event->kind == PHONE_HANGUP)
			count = 0;
		else if ((event->kind == PHONE_RING || event->kind == PHONE_RING_END) &&
			 count < RING_EDGES_MAX)
			edges[count++] = event->at_ns;
	}
	return count;
}

static enum script_result cadence_judge(struct player *player, const struct tones_ring *ring,
	const uint64_t *edges)
{
	unsigned slack_ms = player->background ? RING_REAL_MS : RING_SLACK_MS;
	size_t length = 0;

	for (size_t i = 0; i < ring->count; i++) {
		double ms = ms_between(edges[i], edges[i + 1]);

		length += (size_t)snprintf(player->note + length, sizeof player->note - length,
			"%s%.0f", i ? "/" : "ring cadence ", ms);
		if (fabs(ms - ring->ms[i]) > slack_ms)
			return player_fail(player, "ring segment %zu lasts %.1f ms instead of %u", i + 1,
				ms, ring->ms[i]);
	}
	return SCRIPT_DONE;
}

static enum script_result run_cadence(struct player *player, const struct script_command *command,
	const struct thing *thing)
{
	struct player_phone *own = player_phone_of(player, command);
	uint64_t edges[RING_EDGES_MAX];
	struct player_limits limits;
	enum script_result result;
	struct tones_ring ring;

	if (!own)
		return SCRIPT_FAILED;
	result = limits_take(player, command, limits_at(command, thing), &limits);
	if (result != SCRIPT_DONE)
		return result;
	ring = phone_country(own->phone)->ring;
	if (limits_at(command, thing) == 2)
		(void)tones_ring_find(&ring, command->words[1]);
	if (ring_edges(own->phone, edges) > ring.count)
		return cadence_judge(player, &ring, edges);
	player->wake_ns = limits.until_ns;
	return player->now_ns < limits.until_ns ? SCRIPT_WAIT
						: not_seen(player, own, command, &limits);
}

static enum script_result run_expect(struct player *player, const struct script_command *command)
{
	const struct thing *thing = thing_find(command->words[0]);

	return thing->run(player, command, thing);
}

const struct script_verb player_expect_verbs[] = {
	{"expect",
		"connected | ring | ring-end | tone NAME | tone-end NAME | accurate NAME | voice | "
		"silence [for MS] | no-ring [for MS] | cadence [dr1..dr8], and then [within MS [of [N] EVENT]]",
		true, check_expect, run_expect},
	{NULL},
};
