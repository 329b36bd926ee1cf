/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Carries out commands (script.h) with a set of telephones, one after the other. Whoever owns the
 * player steps the telephones, then calls player_step. One thread.
 */
#ifndef TIPRING_GATEWAY_PHONE_PLAYER_H
#define TIPRING_GATEWAY_PHONE_PLAYER_H

#include <stdint.h>

#include "gateway/phone/phone.h"
#include "gateway/phone/recognise.h"
#include "gateway/phone/script.h"

#define PLAYER_PHONES_MAX   64
#define PLAYER_WATCHES_MAX  64
#define PLAYER_FAILURE_MAX  600
#define PLAYER_JUDGED_MAX   64

/* What a party turned out to have heard of another. */
struct player_judged {
	unsigned listener, talker; /* talker 0: a sound file with the voice of the seed */
	uint32_t seed;
	bool meant; /* it was expected to hear it */
	struct recognition result;
};

/* A line of "never": from an event of the telephone on, until it hangs up. */
struct player_watch {
	const struct script_command *command;
	struct phone *phone;
	uint64_t next; /* event to look at */
	bool over;
};

struct player_phone {
	struct phone *phone;
	uint64_t cursor; /* event behind the last one that an expectation was met by */
	uint64_t marks[PHONE_EVENT_KINDS]; /* event count when its user last did what causes such an event */
	char record_path[SCRIPT_LINE_MAX + 1];
	uint64_t record_ns;
};

struct player {
	struct player_phone phones[PLAYER_PHONES_MAX];
	size_t phone_count;
	uint64_t now_ns;
	uint64_t wake_ns;  /* when the command in progress wants to be looked at again */

	const struct script_command *command; /* in progress, or NULL */
	uint64_t begun_ns;                    /* when it began */
	const struct script_command *failed;  /* the line that failed, which may be a "never" of long ago */
	char failure[PLAYER_FAILURE_MAX];     /* what was expected and what was seen */
	char note[640];                       /* what the last command measured, or empty */

	struct player_watch watches[PLAYER_WATCHES_MAX];
	size_t watch_count;
	struct player_judged judged[PLAYER_JUDGED_MAX];
	size_t judged_count;

	/* Recognising a voice takes some ms of computing; in a thread of its own the telephones
	 * need not wait for it. Not in virtual time, where a story must always go the same way. */
	bool background;
	struct hearing_job *job;

	/* For the judge's own test: whoever listens is given what the other of telephones 1 and 2
	 * heard. */
	bool legs_swapped;
	/* The time of a reference that is not a telephone's, from word first on: EAGAIN not yet;
	 * NULL: there are none. */
	int (*reference)(struct player *player, const struct script_command *command, size_t first,
		uint64_t *at_ns);
	void *arg; /* the owner's */
};

/* Verbs of telephones: lift, hangup, flash, dial, pulse, say, hush, record, wait, quit. */
extern const struct script_verb player_verbs[];
extern const struct script_verb player_expect_verbs[]; /* expect */
/* hears, does (not hear), never. */
extern const struct script_verb player_judge_verbs[];

void player_init(struct player *player);
int player_phone_add(struct player *player, struct phone *phone); /* ENOBUFS, EEXIST */
/* The telephone that a command is about; NULL and a failure when there is none. */
struct player_phone *player_phone_of(struct player *player, const struct script_command *command);
struct player_phone *player_phone_find(struct player *player, unsigned number);

/* Begins a command; the one before has ended. */
void player_begin(struct player *player, const struct script_command *command, uint64_t now_ns);
/* Goes on with it and looks at the watches. */
enum script_result player_step(struct player *player, uint64_t now_ns);
/* Sets background and has the calling thread run before all others, where that is permitted. */
void player_realtime(struct player *player);
/* Writes the recordings, ends what runs in the background. errno of the first recording that
 * failed. */
int player_finish(struct player *player);

/* Says why and returns SCRIPT_FAILED. */
enum script_result player_fail(struct player *player, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds what the telephone lived through since then. */
void player_seen(struct player *player, const struct phone *phone, uint64_t since_ns);

/* limits.c: "[within MS [of [N] EVENT]]" at word first to the end: what is wrong with it, or NULL. */
const char *player_limits_check(const struct script_command *command, size_t first);

/* "[N] EVENT" or "sip ..." from word first to the end: what is wrong with it, or NULL; and when it was. EAGAIN: not yet. */
const char *player_reference_check(const struct script_command *command, size_t first);
int player_reference(struct player *player, const struct script_command *command, size_t first, uint64_t *at_ns);

struct player_limits {
	bool referred;   /* they hang on an event */
	char of[64];     /* its name, or "command" */
	uint64_t from_ns, until_ns;
};

/* EAGAIN until the event has happened that they hang on. Without them 10 s are allowed. */
int player_limits(struct player *player, const struct script_command *command, size_t first,
	struct player_limits *limits);

/* judge.c: looks at what came since the last time. */
enum script_result player_watches_step(struct player *player);

#endif
