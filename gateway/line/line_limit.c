/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a call may last: from when it is up, by the monotonic clock, not a moment longer. */
#include "gateway/line/line_private.h"
#include "gateway/log.h"

#define MS_PER_S 1000u

static void end(struct line *line, enum line_role role)
{
	struct line_leg *place = line_leg(line, role);

	gw_log(GW_LOG_NOTICE, line->config->name, "a call has lasted for max_call_s = %u s and is ended", line->config->profile->max_call_s);
	line_r_digit_abandon(line);
	leg_hang_up(place->leg, LINE_RECOVERY_ON_TIMER);
	place->over = true;
	line_leg_event(line, role, LINE_EV_ENDED);
}

static bool is_limited(const struct line *line, enum line_role role)
{
	return line->config->profile->max_call_s && !line->emergency && line_has(line, role) &&
		leg_is_up(line->legs[line->place[role]].leg);
}

static uint64_t end_ms(const struct line *line, const struct line_leg *place)
{
	return place->since_ms + line->config->profile->max_call_s * (uint64_t)MS_PER_S;
}

static uint64_t warning_ms(const struct line *line, const struct line_leg *place)
{
	const struct config_profile *profile = line->config->profile;

	return end_ms(line, place) - MS_PER_S * (uint64_t)(profile->max_call_warning_s < profile->max_call_s ?
		profile->max_call_warning_s : profile->max_call_s);
}

void line_limit_review(struct line *line)
{
	uint64_t now_ms = loop_now_ms(line->loop), next_ms = UINT64_MAX;

	for (enum line_role role = 0; role < LINE_ROLE_COUNT; role++) {
		struct line_leg *place = line_leg(line, role);
		uint64_t due_ms;

		if (!is_limited(line, role))
			continue;
		if (!place->is_timed)
			place->since_ms = now_ms;
		place->is_timed = true;
		due_ms = place->warned ? end_ms(line, place) : warning_ms(line, place);
		next_ms = due_ms < next_ms ? due_ms : next_ms;
	}
	if (next_ms == UINT64_MAX)
		loop_timer_stop(line->limit_timer);
	else
		loop_timer_start(line->limit_timer, next_ms > now_ms ? next_ms - now_ms : 0);
}

void line_limit_reached(struct line *line)
{
	uint64_t now_ms = loop_now_ms(line->loop);

	for (enum line_role role = 0; role < LINE_ROLE_COUNT; role++) {
		struct line_leg *place = line_leg(line, role);

		if (!is_limited(line, role) || !place->is_timed || now_ms < warning_ms(line, place))
			continue;
		if (now_ms >= end_ms(line, place)) {
			end(line, role);
		} else if (!place->warned) {
			place->warned = true;
			line_beep(line);
		}
	}
	line_limit_review(line);
}
