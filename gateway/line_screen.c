/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of a call before the telephone hears of it, in this order: a hidden or blocked caller is refused, then the call
 * is forwarded always, then nobody may be disturbed. A line that is busy or does not answer forwards later.
 */
#include <string.h>

#include "gateway/line_private.h"
#include "gateway/log.h"

#define DIVERSIONS_MAX 5 /* as often as RFC 5806 users commonly allow: more is a loop */

static const struct {
	enum subscriber_item item;
	const char *name;
} causes[] = {
	[UA_FORWARD_ALWAYS] = {SUBSCRIBER_FORWARD_ALWAYS, "always"},
	[UA_FORWARD_BUSY] = {SUBSCRIBER_FORWARD_BUSY, "on busy"},
	[UA_FORWARD_NO_ANSWER] = {SUBSCRIBER_FORWARD_NO_ANSWER, "on no answer"},
};

/* The directory's numbers mean nothing to the server: their accounts do. */
static const char *user_of(const struct line *line, const char *dialled, char number[LINE_NUMBER_MAX])
{
	const struct config_account *beside = directory_account(line->directory, dialled);

	if (beside)
		return beside->user.text;
	return line_number_sent(line, dialled, number) ? number : NULL;
}

const char *line_forward_user(const struct line *line, enum ua_forward_cause cause, char number[LINE_NUMBER_MAX])
{
	const char *dialled = subscriber_get(line->subscriber, causes[cause].item);

	return *dialled ? user_of(line, dialled, number) : NULL;
}

/* A loop is broken where it is noticed. */
static bool turns_in_circles(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	if (incoming->diversions < DIVERSIONS_MAX)
		return false;
	gw_log(GW_LOG_WARNING, line->config->name, "a call has been forwarded %u times: not once more", incoming->diversions);
	ua_invite_reject(invite, 482, "Loop Detected");
	return true;
}

bool line_forward(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming,
	enum ua_forward_cause cause)
{
	char number[LINE_NUMBER_MAX];
	const struct ua_redirect redirect = {line_forward_user(line, cause, number), cause};

	if (!redirect.user)
		return false;
	if (turns_in_circles(line, invite, incoming))
		return true;
	if (ua_invite_redirect(invite, &redirect) != 0)
		return false;
	gw_log(GW_LOG_INFO, line->config->name, "a call is forwarded to %s (%s)", redirect.user, causes[cause].name);
	if (cause == UA_FORWARD_ALWAYS && line_fsm_step(line->state, LINE_EV_CALL_FORWARDED).known)
		line_dispatch(line, LINE_EV_CALL_FORWARDED);
	return true;
}

static void refuse(struct line *line, struct ua_invite *invite, unsigned status, const char *phrase, const char *why)
{
	gw_log(GW_LOG_INFO, line->config->name, "a call is refused: %s", why);
	ua_invite_reject(invite, status, phrase);
}

bool line_may_be_disturbed(const struct line *line, const struct ua_incoming *incoming)
{
	const struct subscriber *subscriber = line->subscriber;

	return !(incoming->anonymous && subscriber_has(subscriber, SUBSCRIBER_REFUSE_ANONYMOUS)) &&
		!subscriber_blocks(subscriber, incoming->caller_user) && !subscriber_has(subscriber, SUBSCRIBER_DND);
}

bool line_screen(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	const struct subscriber *subscriber = line->subscriber;

	if (incoming->anonymous && subscriber_has(subscriber, SUBSCRIBER_REFUSE_ANONYMOUS)) {
		refuse(line, invite, 433, "Anonymity Disallowed", "its caller hides"); /* RFC 5079 */
		return true;
	}
	if (subscriber_blocks(subscriber, incoming->caller_user)) {
		refuse(line, invite, 603, "Decline", "its caller is blocked");
		return true;
	}
	if (line_forward(line, invite, incoming, UA_FORWARD_ALWAYS))
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

	if (!use_traits(line->config->profile->use)->tones_over_call)
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
