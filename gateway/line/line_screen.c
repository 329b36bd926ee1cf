/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of a call before the telephone hears of it, in this order: a hidden or blocked caller is refused, and one who is not
 * among those who are let through, then the call is forwarded because of its caller, then always, then nobody may be disturbed. A line that is busy or does not answer forwards later.
 */
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

#define DIVERSIONS_MAX 5 /* as often as RFC 5806 users commonly allow: more is a loop */

static const struct {
	enum subscriber_item item;
	enum ua_forward_cause cause;
	const char *name;
} forwards[] = {
	[LINE_FORWARD_SELECTIVE] = {SUBSCRIBER_FORWARD_SELECTIVE, UA_FORWARD_ALWAYS, "its caller is selected"},
	[LINE_FORWARD_ALWAYS] = {SUBSCRIBER_FORWARD_ALWAYS, UA_FORWARD_ALWAYS, "always"},
	[LINE_FORWARD_BUSY] = {SUBSCRIBER_FORWARD_BUSY, UA_FORWARD_BUSY, "on busy"},
	[LINE_FORWARD_NO_ANSWER] = {SUBSCRIBER_FORWARD_NO_ANSWER, UA_FORWARD_NO_ANSWER, "on no answer"},
};

/* Nobody can tell the emergency centre by its number: for some time after a call to it whatever comes may be it. */
static bool may_be_emergency_centre(const struct line *line)
{
	return loop_now_ms(line->loop) < line->emergency_back_by_ms;
}

/* false: the subscriber forwards no such calls, or to nobody whom this line may call. By 302 the directory's numbers mean nothing to
 * the server: their accounts do. */
static bool target_find(const struct line *line, enum line_forward why, struct line_target *target)
{
	const char *dialled = subscriber_get(line->subscriber, forwards[why].item);
	const struct config_account *beside = directory_account(line->directory, dialled);

	if (!*dialled || may_be_emergency_centre(line) || !line_number_sent(line, dialled, target->number))
		return false;
	target->redirect = (struct ua_redirect){beside ? beside->user.text : target->number, forwards[why].cause};
	target->call = (struct ua_call_to){.user = beside ? dialled : target->number,
		.account = directory_find(line->directory, dialled), .replaces = "", .referred_by = ""};
	return true;
}

bool line_turns_in_circles(const struct ua_incoming *incoming)
{
	return incoming->came_back || incoming->diversions >= DIVERSIONS_MAX;
}

/* To itself, though the operator may have set it. */
static bool is_itself(const struct line *line, const struct line_target *target)
{
	return target->call.account ? line_has_number(line, target->call.user)
				    : !strcmp(target->call.user, line->config->account->user.text);
}

/* A loop is broken where it is noticed. */
static bool loop_refuse(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming,
	const struct line_target *target)
{
	if (!is_itself(line, target) && !line_turns_in_circles(incoming))
		return false;
	gw_log(GW_LOG_WARNING, line->config->name, "a call turns in circles: it has been forwarded %u times%s, not once more",
		incoming->diversions, is_itself(line, target) ? " and is to go to this line again" :
		incoming->came_back ? " and by this line before" : "");
	ua_invite_reject(invite, 482, "Loop Detected");
	return true;
}

static bool bridges(const struct line *line)
{
	return line->config->profile->forward_by == CONFIG_FORWARD_BRIDGE;
}

static void forward_log(const struct line *line, enum line_forward why, const struct line_target *target)
{
	gw_log(GW_LOG_INFO, line->config->name, "a call is forwarded to %s (%s)",
		bridges(line) ? target->call.user : target->redirect.user, forwards[why].name);
}

bool line_forward(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming,
	enum line_forward why)
{
	struct line_target target;

	if (!target_find(line, why, &target))
		return false;
	if (loop_refuse(line, invite, incoming, &target))
		return true;
	if (bridges(line) && !line_bridge_forward(line, invite, incoming, &target))
		return true;
	if (!bridges(line) && ua_invite_redirect(invite, &target.redirect) != 0)
		return false;
	forward_log(line, why, &target);
	if (target.redirect.cause == UA_FORWARD_ALWAYS && line_fsm_step(line->state, LINE_EV_CALL_FORWARDED).known)
		line_dispatch(line, LINE_EV_CALL_FORWARDED);
	return true;
}

bool line_forward_ringing(struct line *line, struct line_leg *place)
{
	struct line_target target;

	if (!place->leg || place->for_group || place->circles || !target_find(line, LINE_FORWARD_NO_ANSWER, &target) || is_itself(line, &target))
		return false;
	if (bridges(line) && !line_bridge_forward_ringing(line, place, &target))
		return false;
	if (!bridges(line))
		leg_forward(place->leg, &target.redirect);
	forward_log(line, LINE_FORWARD_NO_ANSWER, &target);
	return true;
}

static void refuse(struct line *line, struct ua_invite *invite, unsigned status, const char *phrase, const char *why)
{
	gw_log(GW_LOG_INFO, line->config->name, "a call is refused: %s", why);
	ua_invite_reject(invite, status, phrase);
}

/* Who hides is nobody in particular. */
static bool is_accepted(const struct subscriber *subscriber, const struct ua_incoming *incoming)
{
	return !subscriber_has(subscriber, SUBSCRIBER_ACCEPT_SELECTIVE) ||
		subscriber_lists(subscriber, SUBSCRIBER_ACCEPTED, incoming->caller_user);
}

static bool is_selected(const struct subscriber *subscriber, const struct ua_incoming *incoming)
{
	return subscriber_lists(subscriber, SUBSCRIBER_SELECTED, incoming->caller_user);
}

bool line_may_be_disturbed(const struct line *line, const struct ua_incoming *incoming)
{
	const struct subscriber *subscriber = line->subscriber;

	if (may_be_emergency_centre(line))
		return true;
	return !(incoming->anonymous && subscriber_has(subscriber, SUBSCRIBER_REFUSE_ANONYMOUS)) &&
		!subscriber_lists(subscriber, SUBSCRIBER_BLOCKED, incoming->caller_user) && is_accepted(subscriber, incoming) &&
		!subscriber_has(subscriber, SUBSCRIBER_DND);
}

bool line_screen(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	const struct subscriber *subscriber = line->subscriber;

	if (may_be_emergency_centre(line))
		return false;
	if (incoming->anonymous && subscriber_has(subscriber, SUBSCRIBER_REFUSE_ANONYMOUS)) {
		refuse(line, invite, 433, "Anonymity Disallowed", "its caller hides"); /* RFC 5079 */
		return true;
	}
	if (subscriber_lists(subscriber, SUBSCRIBER_BLOCKED, incoming->caller_user)) {
		refuse(line, invite, 603, "Decline", "its caller is blocked");
		return true;
	}
	if (!is_accepted(subscriber, incoming)) {
		refuse(line, invite, 603, "Decline", "its caller is not among those who are let through");
		return true;
	}
	if (is_selected(subscriber, incoming) && line_forward(line, invite, incoming, LINE_FORWARD_SELECTIVE))
		return true;
	if (line_forward(line, invite, incoming, LINE_FORWARD_ALWAYS))
		return true;
	if (subscriber_has(subscriber, SUBSCRIBER_DND)) {
		refuse(line, invite, line->config->profile->dnd_code, "Do Not Disturb", "do not disturb");
		return true;
	}
	return false;
}

bool line_call_waiting(const struct line *line)
{
	const char *own = subscriber_get(line->subscriber, SUBSCRIBER_CALL_WAITING);

	if (!line_traits(line)->tones_over_call)
		return false;
	return *own ? strcmp(own, "on") == 0 : line->config->profile->call_waiting;
}

const char *line_hotline(const struct line *line, unsigned *delay_s)
{
	const struct config_profile *profile = line->config->profile;
	bool own = subscriber_has(line->subscriber, SUBSCRIBER_HOTLINE);

	/* What the subscriber has set leaves time for the code that clears it. */
	*delay_s = own && !profile->hotline_s ? LINE_WARMLINE_S : profile->hotline_s;
	return own ? subscriber_get(line->subscriber, SUBSCRIBER_HOTLINE) : profile->hotline.text;
}

bool line_hides_number(const struct line *line)
{
	return line->once.hide || (!line->once.show && subscriber_has(line->subscriber, SUBSCRIBER_HIDE_NUMBER));
}

void line_caller_note(struct line *line, const struct ua_incoming *incoming)
{
	snprintf(line->last_caller, sizeof(line->last_caller), "%.*s", LINE_DIGITS_MAX, incoming->caller_user);
	if (strlen(incoming->caller_user) > LINE_DIGITS_MAX)
		line->last_caller[0] = 0;
}
