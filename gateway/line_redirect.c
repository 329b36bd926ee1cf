/* SPDX-License-Identifier: BSD-3-Clause */
/* A called party who is elsewhere (3xx): called there, if the account's policy and the subscriber's numbers allow it. */
#include <stdio.h>
#include <strings.h>

#include "gateway/line_private.h"
#include "gateway/log.h"

static void address_write(char text[LINE_MOVED_MAX], const struct ua_moved *moved)
{
	snprintf(text, LINE_MOVED_MAX, "%s@%s", moved->user, moved->host);
}

static bool was_there(const struct line *line, const struct ua_moved *moved)
{
	char text[LINE_MOVED_MAX];

	address_write(text, moved);
	for (unsigned i = 0; i < line->times_moved; i++) {
		if (strcasecmp(line->moved_to[i], text) == 0)
			return true;
	}
	return false;
}

static bool may_follow(const struct line *line, const struct ua_moved *moved)
{
	const struct config_account *account = line->config->account;

	if (!line_may_be_sent_to(line, account->follow_redirects, account->redirect_hosts.text, moved->user, moved->host)) {
		gw_log(GW_LOG_INFO, line->config->name, "%s at %s, where the called one is, may not be called", moved->user,
			moved->host);
		return false;
	}
	if (!line_can_reach(line, moved->uri))
		return false;
	if (was_there(line, moved)) {
		gw_log(GW_LOG_WARNING, line->config->name, "a call was sent to %s at %s before: it goes in circles", moved->user, moved->host);
		return false;
	}
	if (line->times_moved < LINE_MOVES_MAX)
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
	address_write(line->moved_to[line->times_moved++], moved);
	if (line->referred_leg == leg)
		line->referred_leg = next;
	line_leg_exchange(line, role, next);
	if (was_early)
		line_dispatch(line, LINE_EV_EARLY_ENDED); /* where that sound came from nothing comes any more */
	return true;
}
