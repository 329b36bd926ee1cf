/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feature codes: a grammar of what the subscriber may dial to set something rather than to call somebody. Pure. In a code
 * stand digits, * and # for themselves and
 *
 *   n  a number, one or more digits; at the end of a code it lasts until the number is complete
 *   d  one digit, a place
 *   t  four digits, a time of day as hhmm
 */
#ifndef TIPRING_GATEWAY_FEATURES_H
#define TIPRING_GATEWAY_FEATURES_H

#include "gateway/digitmap.h"

#define FEATURES_CODE_MAX   12 /* characters of a code */
#define FEATURES_NUMBER_MAX 40
#define FEATURES_TIME_DIGITS 4

enum features_set {
	FEATURES_NETWORK, /* none here: the digits go to the network */
	FEATURES_NANP,
	FEATURES_ETSI,
	FEATURES_CN,
};

enum feature {
	FEATURE_FORWARD_ALWAYS_ON,
	FEATURE_FORWARD_ALWAYS_OFF,
	FEATURE_FORWARD_ALWAYS_TELL,
	FEATURE_FORWARD_BUSY_ON,
	FEATURE_FORWARD_BUSY_OFF,
	FEATURE_FORWARD_BUSY_TELL,
	FEATURE_FORWARD_NO_ANSWER_ON,
	FEATURE_FORWARD_NO_ANSWER_OFF,
	FEATURE_FORWARD_NO_ANSWER_TELL,
	FEATURE_FORWARD_SELECTIVE_ON,
	FEATURE_FORWARD_SELECTIVE_OFF,
	FEATURE_FORWARD_SELECTIVE_TELL,
	FEATURE_SELECT_LAST,  /* the last caller is one whose calls are so forwarded */
	FEATURE_SELECT_NONE,
	FEATURE_ACCEPT_SELECTIVE_ON,
	FEATURE_ACCEPT_SELECTIVE_OFF,
	FEATURE_ACCEPT_LAST,
	FEATURE_ACCEPT_NONE,
	FEATURE_DND_ON,
	FEATURE_DND_OFF,
	FEATURE_DND_TELL,
	FEATURE_CALL_WAITING_ON,
	FEATURE_CALL_WAITING_OFF,
	FEATURE_CALL_WAITING_TELL,
	FEATURE_HIDE_NUMBER_ON,
	FEATURE_HIDE_NUMBER_OFF,
	FEATURE_HIDE_NUMBER_TELL,
	FEATURE_REFUSE_ANONYMOUS_ON,
	FEATURE_REFUSE_ANONYMOUS_OFF,
	FEATURE_HOTLINE_ON,
	FEATURE_HOTLINE_OFF,
	FEATURE_SPEED_STORE,
	FEATURE_SPEED_DIAL,
	FEATURE_HIDE_ONCE,   /* for the next call */
	FEATURE_SHOW_ONCE,
	FEATURE_NO_WAITING_ONCE,
	FEATURE_REDIAL,
	FEATURE_COMPLETION_ON, /* call whom the last call did not reach, as soon as he can be reached */
	FEATURE_COMPLETION_OFF,
	FEATURE_CALL_RETURN, /* call the last caller */
	FEATURE_BLOCK_LAST,
	FEATURE_UNBLOCK_ALL,
	FEATURE_MARK_LAST,   /* for the operator */
	FEATURE_VOICE_MAIL,
	FEATURE_TELL_NUMBER, /* say the number, and whether it is registered */
	FEATURE_TEST_MILLIWATT,
	FEATURE_TEST_ECHO,
	FEATURE_TEST_QUIET,
	FEATURE_PICK_UP,     /* what rings at another line of the group */
	FEATURE_PICK_UP_LINE, /* ... at the one with that short number */
	FEATURE_WAKEUP_ONCE,
	FEATURE_WAKEUP_DAILY,
	FEATURE_WAKEUP_OFF,
	FEATURE_WAKEUP_TELL,
	FEATURE_TRANSFER,    /* the held call, to a number */
	FEATURE_COUNT,
};

struct features {
	struct {
		enum feature feature;
		char code[FEATURES_CODE_MAX + 1];
	} codes[FEATURE_COUNT];
	unsigned count;
};

struct feature_match {
	enum feature feature;
	char number[FEATURES_NUMBER_MAX + 1]; /* "": the code has none */
	char time[FEATURES_TIME_DIGITS + 1];   /* "0700"; "": the code has none */
	char place;                           /* '0'..'9'; 0: the code has none */
	bool is_open;                         /* the number may go on */
};

/* The set with its changes, "dnd_on=*55 mark_last=off", blanks between them. Returns what is wrong, or NULL; at is the
 * word that is. */
const char *features_make(struct features *features, enum features_set set, const char *changes, const char **at);

/* What digits are; match is the code that they make (DIGITMAP_TIMER or more) or one that begins so. TIMER: a code whose number may go
 * on. ENOUGH: a code, but a longer one begins so. */
enum digitmap_verdict features_match(const struct features *features, const char *digits, struct feature_match *match);

/* "forward_always_on" */
const char *feature_name(enum feature feature);

#endif
