/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A three-way call in a conference of the network's (RFC 4579). The conference is called as a third call, while the subscriber talks on;
 * when it has answered, both parties are asked to call it (REFER to its Contact). Their calls with us end when both are there: whatever fails
 * before finds them as they were, the held one held.
 */
#include <string.h>
#include <strings.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

static const enum line_role parties[] = {LINE_ROLE_ACTIVE, LINE_ROLE_HELD};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool line_confers(const struct line *line)
{
	return line->config->profile->conference.text[0];
}

bool line_conference_can_drop(const struct line *line)
{
	return line->legs[line->place[LINE_ROLE_ACTIVE]].is_focus && line->conferee[0] && !line_has(line, LINE_ROLE_HELD) &&
		!line_waits(line);
}

enum line_event line_conference_begin(struct line *line)
{
	const char *conference = line->config->profile->conference.text;
	bool is_uri = strncasecmp(conference, "sip:", 4) == 0 || strncasecmp(conference, "sips:", 5) == 0;
	const struct ua_call_to to = {
		.user = is_uri ? NULL : conference, .uri = is_uri ? conference : NULL, .replaces = "", .referred_by = "",
	};
	struct line_leg *focus = line_leg(line, LINE_ROLE_WAITING);

	line->conferee[0] = 0;
	if (focus->leg || !line_may_have_leg(line) ||
	    leg_call(&focus->leg, &line->leg_config, line->account, &to, &line_leg_handlers, line) != 0)
		return LINE_EV_CONFERENCE_FAILED;
	focus->is_focus = true;
	return LINE_EVENT_COUNT;
}

/* The newest of the two is whom it got last. */
enum line_event line_conference_done(struct line *line)
{
	leg_far_uri(line_leg(line, LINE_ROLE_ACTIVE)->leg, line->conferee, sizeof(line->conferee));
	for (size_t i = 0; i < COUNT(parties); i++)
		line_role_hang_up(line, parties[i]);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_WAITING);
	return LINE_EVENT_COUNT;
}

/* Who has gone there and ended his call with us is talked to there, in the place that his call had; who has not is asked back. */
static void party_take_back(struct line *line, enum line_role role)
{
	struct line_leg *party = line_leg(line, role), *focus = line_leg(line, LINE_ROLE_WAITING);
	bool is_there = party->joined;
	char uri[LINE_URI_MAX];

	party->joined = false;
	if (!is_there || !focus->is_focus || focus->over)
		return;
	if (party->over) {
		focus->is_focus = false;
		line_roles_swap(line, role, LINE_ROLE_WAITING);
		leg_hold(focus->leg, role == LINE_ROLE_HELD);
		return;
	}
	leg_far_uri(party->leg, uri, sizeof(uri));
	(void)leg_confer_drop(focus->leg, uri);
}

enum line_event line_conference_fail(struct line *line)
{
	gw_log(GW_LOG_NOTICE, line->config->name, "the conference could not be made; the calls are as they were");
	for (size_t i = 0; i < COUNT(parties); i++)
		party_take_back(line, parties[i]);
	if (line_leg(line, LINE_ROLE_WAITING)->is_focus)
		line_role_hang_up(line, LINE_ROLE_WAITING);
	return line_has(line, LINE_ROLE_ACTIVE) ? LINE_EVENT_COUNT : LINE_EV_ENDED;
}

enum line_event line_conference_drop(struct line *line)
{
	struct line_leg *focus = line_leg(line, LINE_ROLE_ACTIVE);

	focus->confers = leg_confer_drop(focus->leg, line->conferee) == 0;
	line->conferee[0] = 0;
	return LINE_EVENT_COUNT;
}

static bool parties_refer(struct line *line)
{
	bool well = true;

	for (size_t i = 0; i < COUNT(parties) && well; i++) {
		struct line_leg *party = line_leg(line, parties[i]);

		well = party->leg && leg_confer(party->leg, line_leg(line, LINE_ROLE_WAITING)->leg) == 0;
		party->confers = well;
	}
	return well;
}

static void focus_did(struct line *line, enum line_event event)
{
	if (event >= LINE_EV_ENDED || (event == LINE_EV_ANSWERED && !parties_refer(line)))
		line_dispatch(line, LINE_EV_CONFERENCE_FAILED);
}

static void party_told(struct line *line, struct line_leg *party, bool well)
{
	party->confers = false;
	if (line->state != LINE_CONFERRING) {
		gw_log(GW_LOG_INFO, line->config->name, well ? "the conference did as it was asked" : "the conference did not do as it was asked");
		return;
	}
	party->joined = well;
	if (!well)
		line_dispatch(line, LINE_EV_CONFERENCE_FAILED);
	else if (line_leg(line, LINE_ROLE_ACTIVE)->joined && line_leg(line, LINE_ROLE_HELD)->joined)
		line_dispatch(line, LINE_EV_CONFERENCED);
}

/* A party that is there may end its call with us by itself. */
static bool party_left(struct line *line, const struct line_leg *party)
{
	if (!party->joined)
		line_dispatch(line, LINE_EV_CONFERENCE_FAILED);
	return party->joined;
}

bool line_conference_event(struct line *line, struct leg *leg, enum line_event event)
{
	struct line_leg *place = line_leg(line, line_role_of(line, leg));
	bool told = event == LINE_EV_TRANSFERRED || event == LINE_EV_TRANSFER_FAILED;

	if (told && place->confers) {
		party_told(line, place, event == LINE_EV_TRANSFERRED);
		return true;
	}
	if (line->state != LINE_CONFERRING)
		return false;
	if (!place->is_focus)
		return event >= LINE_EV_ENDED && party_left(line, place);
	focus_did(line, event);
	return true;
}
