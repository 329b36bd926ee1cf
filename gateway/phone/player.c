/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/wav.h"
#include "gateway/phone/hearing.h"
#include "gateway/phone/player.h"

#define RATE_HZ     8000
#define TONE_MAX_HZ 3999
#define TONE_MAX_MS 60000
#define TONE_PEAK   5660 /* -12 dBm0 */
#define MS_NS       UINT64_C(1000000)
#define SAMPLE_NS   125000
#define WAIT_MAX_MS 600000
#define SEEN_EVENTS 8 /* told with a failure */
#define REALTIME_PRIORITY 5

void player_init(struct player *player)
{
	memset(player, 0, sizeof *player);
	player->wake_ns = UINT64_MAX;
}

int player_phone_add(struct player *player, struct phone *phone)
{
	if (player_phone_find(player, phone_number(phone)))
		return EEXIST;
	if (player->phone_count == PLAYER_PHONES_MAX)
		return ENOBUFS;
	player->phones[player->phone_count++] = (struct player_phone){.phone = phone};
	return 0;
}

struct player_phone *player_phone_find(struct player *player, unsigned number)
{
	for (size_t i = 0; i < player->phone_count; i++) {
		if (phone_number(player->phones[i].phone) == number)
			return &player->phones[i];
	}
	return NULL;
}

struct player_phone *player_phone_of(struct player *player, const struct script_command *command)
{
	struct player_phone *own = &player->phones[0];

	if (command->phone)
		own = player_phone_find(player, command->phone);
	if (!own || !player->phone_count) {
		player_fail(player, "there is no telephone %u", command->phone);
		return NULL;
	}
	return own;
}

enum script_result player_fail(struct player *player, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(player->failure, sizeof player->failure, format, arguments);
	va_end(arguments);
	return SCRIPT_FAILED;
}

void player_seen(struct player *player, const struct phone *phone, uint64_t since_ns)
{
	size_t length = strlen(player->failure), told = 0;
	uint64_t count = phone_event_count(phone);

	for (uint64_t i = 0; i < count && told < SEEN_EVENTS; i++) {
		const struct phone_event *event = phone_event(phone, i);
		char text[80];

		if (!event || event->told_ns < since_ns || length >= sizeof player->failure)
			continue;
		length += (size_t)snprintf(player->failure + length, sizeof player->failure - length,
			"%s%+.1f ms %s", told++ ? ", " : "; seen: ",
			((double)event->at_ns - (double)since_ns) / MS_NS,
			phone_event_text(text, sizeof text, event));
	}
	if (!told && length < sizeof player->failure)
		snprintf(player->failure + length, sizeof player->failure - length,
			"; seen: nothing");
}

void player_begin(struct player *player, const struct script_command *command, uint64_t now_ns)
{
	player->command = command;
	player->begun_ns = now_ns;
	player->wake_ns = now_ns;
	player->note[0] = '\0';
}

enum script_result player_step(struct player *player, uint64_t now_ns)
{
	enum script_result result;

	player->now_ns = now_ns;
	player->failed = player->command;
	player->wake_ns = UINT64_MAX;
	result = player_watches_step(player);
	if (result == SCRIPT_DONE && player->command)
		result = player->command->verb->run(player, player->command);
	if (result != SCRIPT_WAIT)
		player->command = NULL;
	return result;
}

/* ---- verbs ---- */

static const char *check_nothing(const struct script_command *command)
{
	return command->count ? "nothing may follow" : NULL;
}

static const char *check_digits(const struct script_command *command)
{
	if (command->count != 1 ||
		strspn(command->words[0], "0123456789*#ABCD,") != strlen(command->words[0]))
		return "digits are 0-9 * # A-D, \",\" pauses";
	return NULL;
}

/* The dial's times, "break MS make MS gap MS" behind the digits; without them it is as it comes. */
static bool pulse_times(const struct script_command *command, struct mouth_config *config)
{
	struct {
		const char *word;
		unsigned *ms;
	} times[] = {{"break", &config->pulse_break_ms}, {"make", &config->pulse_make_ms}, {"gap", &config->pulse_gap_ms}};

	for (size_t i = 0; i < 3 && command->count == 7; i++) {
		if (!script_word_is(command, 1 + 2 * i, times[i].word) ||
			!script_number(command->words[2 + 2 * i], 1, 2000, times[i].ms))
			return false;
	}
	return command->count == 1 || command->count == 7;
}

static const char *check_pulses(const struct script_command *command)
{
	struct mouth_config config = mouth_defaults;

	if (!command->count || strspn(command->words[0], "0123456789,") != strlen(command->words[0]))
		return "digits are 0-9, \",\" pauses";
	return pulse_times(command, &config) ? NULL : "break MS make MS gap MS may follow, of 1..2000 ms each";
}

static const char *check_flash(const struct script_command *command)
{
	unsigned ms;

	if (command->count != 1 || !script_number(command->words[0], 1, 5000, &ms))
		return "a flash takes 1..5000 ms";
	return NULL;
}

static const char *check_wait(const struct script_command *command)
{
	unsigned ms;

	if (command->count != 1 || !script_number(command->words[0], 0, WAIT_MAX_MS, &ms))
		return "a wait takes 0..600000 ms";
	return NULL;
}

static const char *check_say_tone(const struct script_command *command)
{
	unsigned number;

	if (command->count != 4 || !script_number(command->words[1], 1, TONE_MAX_HZ, &number))
		return "a tone is of 1..3999 Hz, for so long";
	if (!script_word_is(command, 2, "for") || !script_number(command->words[3], 1, TONE_MAX_MS, &number))
		return "a tone lasts for 1..60000 ms";
	return NULL;
}

static const char *check_say(const struct script_command *command)
{
	unsigned number;

	if (command->count == 1 && strcmp(command->words[0], "seed"))
		return NULL;
	if (script_word_is(command, 0, "tone"))
		return check_say_tone(command);
	if (command->count != 2 && command->count != 4)
		return "say what?";
	if (!script_word_is(command, 0, "seed") ||
		!script_number(command->words[1], 1, 999999999, &number))
		return "a seed is 1..999999999";
	if (command->count == 4 && (!script_word_is(command, 2, "for") ||
					   !script_number(command->words[3], 1, WAIT_MAX_MS, &number)))
		return "\"for\" takes 1..600000 ms";
	return NULL;
}

static const char *check_record(const struct script_command *command)
{
	return command->count == 1 ? NULL : "one file";
}

/* Marks the events that the user's deed is about to cause, then tells how the deed went. */
static void mark(struct player_phone *own, enum phone_event_kind kind)
{
	own->marks[kind] = phone_event_count(own->phone);
}

static enum script_result deed(struct player *player, const struct player_phone *own, int err)
{
	const char *why = strerror(err);

	if (!err)
		return SCRIPT_DONE;
	if (err == EALREADY)
		why = phone_is_off_hook(own->phone) ? "it is off-hook already" : "it is on-hook already";
	else if (err == ENOTCONN)
		why = phone_is_up(own->phone) ? "it is on-hook" : "its wires are cut";
	else if (err == ENOBUFS)
		why = "too much is still to be done";
	return player_fail(player, "telephone %u cannot: %s", phone_number(own->phone), why);
}

static enum script_result run_lift(struct player *player, const struct script_command *command)
{
	struct player_phone *own = player_phone_of(player, command);

	if (!own)
		return SCRIPT_FAILED;
	mark(own, PHONE_LIFT);
	return deed(player, own, phone_lift(own->phone, player->now_ns));
}

static enum script_result run_hangup(struct player *player, const struct script_command *command)
{
	struct player_phone *own = player_phone_of(player, command);

	if (!own)
		return SCRIPT_FAILED;
	mark(own, PHONE_HANGUP);
	return deed(player, own, phone_hangup(own->phone, player->now_ns));
}

static int flash(struct mouth *mouth, const struct script_command *command, uint64_t now_ns)
{
	unsigned ms = 0;

	script_number(command->words[0], 1, 5000, &ms);
	return mouth_flash(mouth, ms, now_ns);
}

static int dial(struct mouth *mouth, const struct script_command *command, uint64_t now_ns)
{
	return mouth_dial(mouth, command->words[0], now_ns);
}

static int pulse(struct mouth *mouth, const struct script_command *command, uint64_t now_ns)
{
	struct mouth_config config = mouth_defaults;
	int err;

	pulse_times(command, &config);
	err = mouth_config_set(mouth, &config);
	return err ? err : mouth_pulse(mouth, command->words[0], now_ns);
}

static int say_file(struct mouth *mouth, const char *path)
{
	int16_t *samples;
	size_t count;
	int err = dsp_wav_read(path, &samples, &count);

	if (err)
		return err;
	err = mouth_say_samples(mouth, samples, count);
	free(samples);
	return err;
}

static int say_tone(struct mouth *mouth, unsigned hz, unsigned ms)
{
	size_t count = (size_t)ms * (RATE_HZ / 1000);
	int16_t *samples = calloc(count, sizeof(*samples));
	int err = ENOMEM;

	for (size_t i = 0; samples && i < count; i++)
		samples[i] = (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * hz * (double)i / RATE_HZ));
	if (samples)
		err = mouth_say_samples(mouth, samples, count);
	free(samples);
	return err;
}

static int say(struct mouth *mouth, const struct script_command *command, uint64_t now_ns)
{
	unsigned seed = 0, ms = 0;

	(void)now_ns;
	if (command->count == 1)
		return say_file(mouth, command->words[0]);
	if (script_word_is(command, 0, "tone")) {
		script_number(command->words[1], 1, TONE_MAX_HZ, &seed);
		script_number(command->words[3], 1, TONE_MAX_MS, &ms);
		return say_tone(mouth, seed, ms);
	}
	script_number(command->words[1], 1, 999999999, &seed);
	if (command->count == 4)
		script_number(command->words[3], 1, WAIT_MAX_MS, &ms);
	return mouth_say_seed(mouth, seed, ms);
}

static int hush(struct mouth *mouth, const struct script_command *command, uint64_t now_ns)
{
	(void)command;
	mouth_hush(mouth, now_ns);
	return 0;
}

/* What an off-hook telephone's mouth does. */
static enum script_result by_mouth(struct player *player, const struct script_command *command,
	enum phone_event_kind kind,
	int (*act)(struct mouth *mouth, const struct script_command *command, uint64_t now_ns))
{
	struct player_phone *own = player_phone_of(player, command);
	int err = ENOTCONN;

	if (!own)
		return SCRIPT_FAILED;
	mark(own, kind);
	if (phone_is_off_hook(own->phone) && phone_is_up(own->phone))
		err = act(phone_mouth(own->phone), command, player->now_ns);
	return deed(player, own, err);
}

static enum script_result run_flash(struct player *player, const struct script_command *command)
{
	return by_mouth(player, command, PHONE_FLASH, flash);
}

static enum script_result run_dial(struct player *player, const struct script_command *command)
{
	return by_mouth(player, command, PHONE_DIGIT, dial);
}

static enum script_result run_pulse(struct player *player, const struct script_command *command)
{
	return by_mouth(player, command, PHONE_DIGIT, pulse);
}

static enum script_result run_say(struct player *player, const struct script_command *command)
{
	return by_mouth(player, command, PHONE_SAY, say);
}

static enum script_result run_hush(struct player *player, const struct script_command *command)
{
	return by_mouth(player, command, PHONE_SAY_END, hush);
}

static int record_write(struct player_phone *own, uint64_t now_ns)
{
	size_t count = (size_t)((now_ns - own->record_ns) / SAMPLE_NS);
	int16_t *samples;
	int err;

	if (!own->record_path[0])
		return 0;
	if (count > PHONE_HEARD_MAX)
		count = PHONE_HEARD_MAX;
	samples = calloc(count + 1, sizeof *samples);
	if (!samples)
		return ENOMEM;
	phone_heard(own->phone, now_ns - count * SAMPLE_NS, samples, count);
	err = dsp_wav_write(own->record_path, samples, count);
	free(samples);
	own->record_path[0] = '\0';
	return err;
}

static enum script_result run_record(struct player *player, const struct script_command *command)
{
	struct player_phone *own = player_phone_of(player, command);
	int err;

	if (!own)
		return SCRIPT_FAILED;
	err = record_write(own, player->now_ns);
	if (err)
		return player_fail(player, "the recording cannot be written: %s", strerror(err));
	own->record_ns = player->now_ns;
	if (!script_word_is(command, 0, "off"))
		strcpy(own->record_path, command->words[0]);
	return SCRIPT_DONE;
}

void player_realtime(struct player *player)
{
	const struct sched_param priority = {.sched_priority = REALTIME_PRIORITY};

	player->background = true;
	sched_setscheduler(0, SCHED_FIFO, &priority); /* not permitted: as well as can be */
}

int player_finish(struct player *player)
{
	struct recognition ignored;
	int first = 0;

	hearing_job_end(player->job, &ignored);
	player->job = NULL;
	for (size_t i = 0; i < player->phone_count; i++) {
		int err = record_write(&player->phones[i], player->now_ns);

		first = first ? first : err;
	}
	return first;
}

static enum script_result run_wait(struct player *player, const struct script_command *command)
{
	unsigned ms = 0;

	script_number(command->words[0], 0, WAIT_MAX_MS, &ms);
	player->wake_ns = player->begun_ns + ms * MS_NS;
	return player->now_ns >= player->wake_ns ? SCRIPT_DONE : SCRIPT_WAIT;
}

static enum script_result run_quit(struct player *player, const struct script_command *command)
{
	(void)player;
	(void)command;
	return SCRIPT_QUIT;
}

const struct script_verb player_verbs[] = {
	{"lift", "(nothing)", true, check_nothing, run_lift},
	{"hangup", "(nothing)", true, check_nothing, run_hangup},
	{"flash", "MS", true, check_flash, run_flash},
	{"dial", "DIGITS", true, check_digits, run_dial},
	{"pulse", "DIGITS [break MS make MS gap MS]", true, check_pulses, run_pulse},
	{"say", "FILE.wav | tone HZ for MS | seed N [for MS]", true, check_say, run_say},
	{"hush", "(nothing)", true, check_nothing, run_hush},
	{"record", "FILE.wav | off", true, check_record, run_record},
	{"wait", "MS", false, check_wait, run_wait},
	{"quit", "(nothing)", false, check_nothing, run_quit},
	{NULL},
};
