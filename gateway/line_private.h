/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the line: its struct, shared by line.c (states and telephone) and line_call.c (verbs and legs). */
#ifndef TIPRING_GATEWAY_LINE_PRIVATE_H
#define TIPRING_GATEWAY_LINE_PRIVATE_H

#include "gateway/line.h"

#define LINE_DIGITS_MAX  CONFIG_DIGITS_MAX
#define LINE_RETIRED_MAX 16

struct line {
	const struct config_line *config;
	const struct leg_config *leg_config;
	struct ua_account *account;
	struct media_line *media;
	struct loop_timer *timer;

	enum line_state state;
	uint32_t events_read; /* from the media line's queue, in all */
	uint32_t hang_ups;    /* heard of or healed, in all */
	bool off_hook; /* as events and reports told last */
	bool fault;
	int refusal; /* that was logged */
	uint8_t tone_serial;
	char digit; /* of the event that is being dispatched */
	char digits[LINE_DIGITS_MAX + 1];

	struct leg *leg;
	bool leg_over; /* the leg has ended or was hung up: it leaves after this event */
	struct ua_invite *incoming_invite; /* while LINE_EV_CALL_IN is dispatched */
	const struct ua_incoming *incoming;

	/* Legs whose socket the media thread may still use, until the wish without them is in force. */
	struct {
		struct leg *leg;
		uint32_t wish_sequence;
	} retired[LINE_RETIRED_MAX];
	unsigned retired_count;
	uint32_t wish_sequence;

	unsigned calls_in, calls_out, flashes, surprises;
};

void line_dispatch(struct line *line, enum line_event event);
void line_wish(struct line *line);
bool line_may_call(const struct line *line); /* registered, or needs no registration */

/* Carries a verb out; returns the event that follows from it, or LINE_EVENT_COUNT. */
enum line_event line_verb_do(struct line *line, enum line_verb verb);

void line_leg_retire(struct line *line);
void line_retired_review(struct line *line, uint32_t wish_sequence);

#endif
