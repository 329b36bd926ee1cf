/* SPDX-License-Identifier: BSD-3-Clause */
/* A called party who is elsewhere (3xx): called there, if the account's policy and the subscriber's numbers allow it. */
#include "gateway/line_private.h"
#include "gateway/log.h"

#define MOVES_MAX 5 /* as often as a call may be forwarded: more is a loop */

static bool may_follow(const struct line *line, const struct ua_moved *moved)
{
	if (!line_may_be_sent_to(line, line->config->account->follow_redirects, moved->user, moved->host)) {
		gw_log(GW_LOG_INFO, line->config->name, "%s at %s, where the called one is, may not be called", moved->user,
			moved->host);
		return false;
	}
	if (line->times_moved < MOVES_MAX)
		return line_may_have_leg(line);
	gw_log(GW_LOG_WARNING, line->config->name, "a call was sent on %u times: not once more", line->times_moved);
	return false;
}

bool line_follow(struct line *line, struct leg *leg, enum line_role role)
{
	bool was_early = role == LINE_ROLE_ACTIVE && leg_progress(leg) == LINE_EV_EARLY_MEDIA;
	const struct ua_moved *moved = leg_end(leg)->moved;
	struct ua_call_to to = {.replaces = "", .referred_by = "", .anonymous = line_hides_number(line) && !line->emergency};
	struct leg *next;

	if (!moved || !may_follow(line, moved))
		return false;
	to.uri = moved->uri;
	if (line_call_sent_to(&next, line, &to, moved->user, moved->host))
		return false;
	gw_log(GW_LOG_INFO, line->config->name, "the called one is %s at %s", moved->user, moved->host);
	line->times_moved++;
	if (line->referred_leg == leg)
		line->referred_leg = next;
	line_leg_exchange(line, role, next);
	if (was_early)
		line_dispatch(line, LINE_EV_EARLY_ENDED); /* where that sound came from nothing comes any more */
	return true;
}
