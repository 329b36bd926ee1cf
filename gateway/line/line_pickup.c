/* SPDX-License-Identifier: BSD-3-Clause */
/* A call that rings at several lines, or that another line takes while it rings. */
#include <errno.h>
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

bool line_offer(struct line *line, struct offer *offer, const struct ua_incoming *incoming, unsigned ring_s)
{
	if (line_readiness(line) != LINE_READY)
		return false;
	line->offer = offer;
	line->offer_s = ring_s;
	line->incoming = incoming;
	line_dispatch(line, LINE_EV_CALL_IN);
	line->incoming = NULL;
	return true;
}

void line_offer_gone(struct line *line, const struct offer *offer)
{
	if (line->offer != offer)
		return;
	line->offer = NULL;
	line_dispatch(line, LINE_EV_ENDED);
}

bool line_offer_leave(struct line *line)
{
	struct offer *offer = line->offer;

	line->offer = NULL;
	if (offer)
		offer_decline(offer);
	return offer;
}

int line_offer_claim(struct line *line)
{
	struct line_leg *place = line_leg(line, LINE_ROLE_ACTIVE);
	struct offer *offer = line->offer;
	int err = EAGAIN;

	line->offer = NULL;
	if (line_may_have_leg(line))
		err = offer_claim(offer, &place->leg, &line->leg_config, &line_leg_handlers, line);
	if (err)
		offer_decline(offer);
	place->came_in = !err;
	return err;
}

/* ---- pick-up ---- */

static bool has_member(const struct config_group *group, const struct config_line *line)
{
	for (unsigned i = 0; i < group->member_count; i++) {
		if (group->members[i] == line)
			return true;
	}
	return false;
}

static bool pick_up_for_each_other(const struct config *config, const struct config_line *one, const struct config_line *other)
{
	if (one->pickup.text[0] && !strcmp(one->pickup.text, other->pickup.text))
		return true;
	for (unsigned i = 0; i < config->group_count; i++) {
		if (has_member(&config->groups[i], one) && has_member(&config->groups[i], other))
			return true;
	}
	return false;
}

static bool rings(const struct line *line)
{
	return line->state == LINE_RINGING && (line->offer || line_has(line, LINE_ROLE_ACTIVE));
}

static struct line *find_ringing(const struct line *line, const char *number)
{
	for (struct line *const *at = line->directory->lines; at && *at; at++) {
		if (*at != line && rings(*at) && (!number[0] || line_has_number(*at, number)) &&
		    pick_up_for_each_other(line->directory->config, line->config, (*at)->config))
			return *at;
	}
	return NULL;
}

static int take_from(struct line *line, struct line *from)
{
	struct line_leg *place = line_leg(line, LINE_ROLE_ACTIVE), *theirs = line_leg(from, LINE_ROLE_ACTIVE);
	int err;

	if (from->offer)
		return offer_claim(from->offer, &place->leg, &line->leg_config, &line_leg_handlers, line);
	err = leg_move(&place->leg, theirs->leg, &line->leg_config, &line_leg_handlers, line);
	if (err)
		return err;
	theirs->over = true;
	line_dispatch(from, LINE_EV_ENDED);
	return 0;
}

enum line_event line_pick_up(struct line *line, const char *number)
{
	struct line *from = line_may_have_leg(line) ? find_ringing(line, number) : NULL;
	int err = from ? take_from(line, from) : ENOENT;

	if (err) {
		gw_log(GW_LOG_INFO, line->config->name, "no call can be picked up: %s", from ? strerror(err) : "none rings");
		return LINE_EV_REFUSED;
	}
	gw_log(GW_LOG_INFO, line->config->name, "the call that rang at %s is picked up", from->config->name);
	line_leg(line, LINE_ROLE_ACTIVE)->came_in = true;
	line->second_came_in = true;
	line->calls_in++;
	strcpy(line->last_caller, from->last_caller);
	return LINE_EV_PICKED_UP;
}
