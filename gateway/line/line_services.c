/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs of a line with more than one call. The leg keeps its place and its stream; only the roles change hands. */
#include "gateway/line/line_private.h"

void line_roles_swap(struct line *line, enum line_role one, enum line_role other)
{
	uint8_t place = line->place[one];

	line->place[one] = line->place[other];
	line->place[other] = place;
}

static void hold_set(struct line *line, enum line_role role, bool held)
{
	if (line_has(line, role))
		leg_hold(line_leg(line, role)->leg, held);
}

static void hold(struct line *line)
{
	hold_set(line, LINE_ROLE_ACTIVE, true);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_HELD);
	line->second_came_in = false;
}

void line_role_hang_up(struct line *line, enum line_role role)
{
	struct line_leg *place = line_leg(line, role);

	if (place->leg)
		leg_hang_up(place->leg, LINE_NORMAL_CLEARING);
	place->over = true;
}

static void hang_up_active(struct line *line)
{
	line_role_hang_up(line, LINE_ROLE_ACTIVE);
}

static void hang_up_all(struct line *line)
{
	line_role_hang_up(line, LINE_ROLE_ACTIVE);
	line_role_hang_up(line, LINE_ROLE_HELD);
	if (!line_waits(line))
		line_role_hang_up(line, LINE_ROLE_WAITING);
}

/* What was dialled meanwhile ends. */
static void resume(struct line *line)
{
	line_role_hang_up(line, LINE_ROLE_ACTIVE);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_HELD);
	hold_set(line, LINE_ROLE_ACTIVE, false);
}

static void swap(struct line *line)
{
	hold_set(line, LINE_ROLE_ACTIVE, true);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_HELD);
	hold_set(line, LINE_ROLE_ACTIVE, false);
}

static void answer_waiting(struct line *line)
{
	line->second_came_in = true;
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_WAITING);
	if (leg_answer(line_leg(line, LINE_ROLE_ACTIVE)->leg) != 0)
		line_leg(line, LINE_ROLE_ACTIVE)->over = true;
}

/* The hold of the first goes out and the 200 to the second in the same instant; neither waits for the other. */
static void take_waiting(struct line *line)
{
	hold(line);
	answer_waiting(line);
}

/* The first ends; its place is the second's now. */
static void accept_waiting(struct line *line)
{
	line_role_hang_up(line, LINE_ROLE_ACTIVE);
	answer_waiting(line);
}

static void reject_waiting(struct line *line)
{
	leg_refuse(line_leg(line, LINE_ROLE_WAITING)->leg, 486, "Busy Here");
	line_leg(line, LINE_ROLE_WAITING)->over = true;
}

static void join_waiting(struct line *line)
{
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_HELD);
	answer_waiting(line);
}

static void join(struct line *line)
{
	hold_set(line, LINE_ROLE_HELD, false);
}

static void drop_last(struct line *line)
{
	line_role_hang_up(line, LINE_ROLE_ACTIVE);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_HELD);
}

static void release_held(struct line *line)
{
	line_role_hang_up(line, LINE_ROLE_HELD);
}

static void hold_first(struct line *line)
{
	hold_set(line, LINE_ROLE_HELD, true);
}

static void give_up(struct line *line)
{
	hold_first(line);
	(void)leg_give_up(line_leg(line, LINE_ROLE_ACTIVE)->leg); /* else it has been answered, and says so */
}

static void take_back(struct line *line)
{
	/* Who was only called for the held one goes. */
	if (!line_has(line, LINE_ROLE_ACTIVE) || !leg_is_up(line_leg(line, LINE_ROLE_ACTIVE)->leg))
		resume(line);
}

static void ring_waiting(struct line *line)
{
	hang_up_all(line);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_WAITING);
}

static bool takes_waiting(enum line_verb verb)
{
	return verb == LINE_DO_TAKE_WAITING || verb == LINE_DO_ACCEPT_WAITING || verb == LINE_DO_JOIN_WAITING;
}

enum line_event line_service_do(struct line *line, enum line_verb verb)
{
	static void (*const services[LINE_VERB_COUNT])(struct line *line) = {
		[LINE_DO_HANG_UP] = hang_up_active,
		[LINE_DO_HANG_UP_ALL] = hang_up_all,
		[LINE_DO_HOLD] = hold,
		[LINE_DO_RESUME] = resume,
		[LINE_DO_SWAP] = swap,
		[LINE_DO_TAKE_WAITING] = take_waiting,
		[LINE_DO_RING_WAITING] = ring_waiting,
		[LINE_DO_JOIN] = join,
		[LINE_DO_DROP_LAST] = drop_last,
		[LINE_DO_GO_ON] = drop_last,
		[LINE_DO_HOLD_FIRST] = hold_first,
		[LINE_DO_RELEASE_HELD] = release_held,
		[LINE_DO_GIVE_UP] = give_up,
		[LINE_DO_TAKE_BACK] = take_back,
		[LINE_DO_REJECT_WAITING] = reject_waiting,
		[LINE_DO_ACCEPT_WAITING] = accept_waiting,
		[LINE_DO_JOIN_WAITING] = join_waiting,
	};

	if (services[verb])
		services[verb](line);
	return takes_waiting(verb) && !line_has(line, LINE_ROLE_ACTIVE) ? LINE_EV_ENDED_CONGESTION : LINE_EVENT_COUNT;
}
