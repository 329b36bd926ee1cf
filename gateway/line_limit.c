/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a call may last: looked at once a second, by the monotonic clock. */
#include "gateway/line_private.h"
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

static void call_review(struct line *line, enum line_role role, uint64_t now_ms)
{
	const struct config_profile *profile = line->config->profile;
	struct line_leg *place = line_leg(line, role);
	uint64_t lasted_s;

	if (!leg_is_up(place->leg))
		return;
	if (!place->since_ms)
		place->since_ms = now_ms;
	lasted_s = (now_ms - place->since_ms) / MS_PER_S;
	if (lasted_s >= profile->max_call_s) {
		end(line, role);
	} else if (!place->warned && lasted_s + profile->max_call_warning_s >= profile->max_call_s) {
		place->warned = true;
		line_beep(line);
	}
}

void line_limit_review(struct line *line, uint64_t now_ms)
{
	for (enum line_role role = 0; role < LINE_ROLE_COUNT; role++) {
		if (line->config->profile->max_call_s && !line->emergency && line_has(line, role))
			call_review(line, role, now_ms);
	}
}
