/* SPDX-License-Identifier: BSD-3-Clause */
/* What a feature code does: a table of what it sets, and a few that do more. */
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

static enum line_event done(bool well)
{
	return well ? LINE_EV_DONE : LINE_EV_REFUSED;
}

/* Whom this line may call, and not itself: to forward there or to be connected there costs as a call does. */
static bool is_target(const struct line *line, const char *dialled)
{
	char number[LINE_NUMBER_MAX];

	return line_number_sent(line, dialled, number) && !line_number_is_emergency(line, dialled) &&
		strcmp(number, line->config->account->user.text) != 0 && !line_has_number(line, dialled);
}

static enum line_event set(struct line *line, enum subscriber_item item, const char *text)
{
	char name[SUBSCRIBER_NAME_MAX];
	bool well = subscriber_set(line->subscriber, item, text) == 0;

	subscriber_item_name(item, name);
	gw_log(GW_LOG_INFO, line->config->name, *text ? "the subscriber sets %s" : "the subscriber clears %s", name);
	return done(well);
}

static enum line_event set_number(struct line *line, enum subscriber_item item)
{
	return is_target(line, line->feature.number) ? set(line, item, line->feature.number) : LINE_EV_REFUSED;
}

static enum line_event dial(struct line *line, const char *number)
{
	if (!*number)
		return LINE_EV_REFUSED;
	strcpy(line->digits, number);
	return LINE_EV_NUMBER;
}

static enum line_event call_return(struct line *line)
{
	if (!line->last_caller[0])
		return LINE_EV_REFUSED;
	line->calls_back = true;
	return dial(line, line->last_caller);
}

static enum line_event empty(struct line *line, enum subscriber_item list)
{
	subscriber_list_clear(line->subscriber, list);
	return LINE_EV_DONE;
}

static enum line_event mark_last(struct line *line)
{
	if (!line->last_caller[0])
		return LINE_EV_REFUSED;
	gw_log(GW_LOG_NOTICE, line->config->name, "the subscriber marks the last call, from %s", line->last_caller);
	return LINE_EV_DONE;
}

static enum line_event transfer(struct line *line)
{
	return line_has(line, LINE_ROLE_HELD) && is_target(line, line->feature.number) ? LINE_EV_REFER_BLIND : LINE_EV_REFUSED;
}

static enum line_event call_waiting_tell(struct line *line)
{
	return done(line_call_waiting(line));
}

static enum subscriber_item speed_place(const struct line *line)
{
	return SUBSCRIBER_SPEED + (line->feature.place - '0');
}

static enum line_event speed_store(struct line *line)
{
	return set_number(line, speed_place(line));
}

static enum line_event speed_dial(struct line *line)
{
	return dial(line, subscriber_get(line->subscriber, speed_place(line)));
}

static enum line_event redial(struct line *line)
{
	return dial(line, line->last_dialled);
}

static enum line_event voice_mail(struct line *line)
{
	return dial(line, line->config->profile->voice_mail.text);
}

static enum line_event number_once(struct line *line, bool hidden)
{
	line->once.hide = hidden;
	line->once.show = !hidden;
	return LINE_EV_DONE;
}

static enum line_event hide_once(struct line *line)
{
	return number_once(line, true);
}

static enum line_event show_once(struct line *line)
{
	return number_once(line, false);
}

static enum line_event no_waiting_once(struct line *line)
{
	line->once.no_waiting = true;
	return LINE_EV_DONE;
}

static enum line_event completion_on(struct line *line)
{
	return done(line_completion_begin(line));
}

static enum line_event completion_off(struct line *line)
{
	completion_cancel(line->completion);
	return LINE_EV_DONE;
}

static enum line_event pick_up(struct line *line)
{
	return line_pick_up(line, line->feature.number);
}

static enum line_event wakeup_once(struct line *line)
{
	return line_wakeup_set(line, line->feature.time, false);
}

static enum line_event wakeup_daily(struct line *line)
{
	return line_wakeup_set(line, line->feature.time, true);
}

enum act {
	ACT_SET,    /* the item to the code's number, or to the text */
	ACT_TELL,   /* confirmed when the item is there */
	ACT_LIST,   /* the last caller comes into the list that begins with the item */
	ACT_EMPTY,  /* the list is */
	ACT_DO,
};

static const struct {
	enum act act;
	enum subscriber_item item;
	const char *text; /* NULL: the number */
	enum line_event (*does)(struct line *line);
} acts[FEATURE_COUNT] = {
	[FEATURE_FORWARD_ALWAYS_ON] = {ACT_SET, SUBSCRIBER_FORWARD_ALWAYS, NULL},
	[FEATURE_FORWARD_ALWAYS_OFF] = {ACT_SET, SUBSCRIBER_FORWARD_ALWAYS, ""},
	[FEATURE_FORWARD_ALWAYS_TELL] = {ACT_TELL, SUBSCRIBER_FORWARD_ALWAYS, NULL},
	[FEATURE_FORWARD_BUSY_ON] = {ACT_SET, SUBSCRIBER_FORWARD_BUSY, NULL},
	[FEATURE_FORWARD_BUSY_OFF] = {ACT_SET, SUBSCRIBER_FORWARD_BUSY, ""},
	[FEATURE_FORWARD_BUSY_TELL] = {ACT_TELL, SUBSCRIBER_FORWARD_BUSY, NULL},
	[FEATURE_FORWARD_NO_ANSWER_ON] = {ACT_SET, SUBSCRIBER_FORWARD_NO_ANSWER, NULL},
	[FEATURE_FORWARD_NO_ANSWER_OFF] = {ACT_SET, SUBSCRIBER_FORWARD_NO_ANSWER, ""},
	[FEATURE_FORWARD_NO_ANSWER_TELL] = {ACT_TELL, SUBSCRIBER_FORWARD_NO_ANSWER, NULL},
	[FEATURE_FORWARD_SELECTIVE_ON] = {ACT_SET, SUBSCRIBER_FORWARD_SELECTIVE, NULL},
	[FEATURE_FORWARD_SELECTIVE_OFF] = {ACT_SET, SUBSCRIBER_FORWARD_SELECTIVE, ""},
	[FEATURE_FORWARD_SELECTIVE_TELL] = {ACT_TELL, SUBSCRIBER_FORWARD_SELECTIVE, NULL},
	[FEATURE_SELECT_LAST] = {ACT_LIST, SUBSCRIBER_SELECTED, NULL},
	[FEATURE_SELECT_NONE] = {ACT_EMPTY, SUBSCRIBER_SELECTED, NULL},
	[FEATURE_ACCEPT_SELECTIVE_ON] = {ACT_SET, SUBSCRIBER_ACCEPT_SELECTIVE, "on"},
	[FEATURE_ACCEPT_SELECTIVE_OFF] = {ACT_SET, SUBSCRIBER_ACCEPT_SELECTIVE, ""},
	[FEATURE_ACCEPT_LAST] = {ACT_LIST, SUBSCRIBER_ACCEPTED, NULL},
	[FEATURE_ACCEPT_NONE] = {ACT_EMPTY, SUBSCRIBER_ACCEPTED, NULL},
	[FEATURE_DND_ON] = {ACT_SET, SUBSCRIBER_DND, "on"},
	[FEATURE_DND_OFF] = {ACT_SET, SUBSCRIBER_DND, ""},
	[FEATURE_DND_TELL] = {ACT_TELL, SUBSCRIBER_DND, NULL},
	[FEATURE_CALL_WAITING_ON] = {ACT_SET, SUBSCRIBER_CALL_WAITING, "on"},
	[FEATURE_CALL_WAITING_OFF] = {ACT_SET, SUBSCRIBER_CALL_WAITING, "off"},
	[FEATURE_CALL_WAITING_TELL] = {ACT_DO, .does = call_waiting_tell},
	[FEATURE_HIDE_NUMBER_ON] = {ACT_SET, SUBSCRIBER_HIDE_NUMBER, "on"},
	[FEATURE_HIDE_NUMBER_OFF] = {ACT_SET, SUBSCRIBER_HIDE_NUMBER, ""},
	[FEATURE_HIDE_NUMBER_TELL] = {ACT_TELL, SUBSCRIBER_HIDE_NUMBER, NULL},
	[FEATURE_REFUSE_ANONYMOUS_ON] = {ACT_SET, SUBSCRIBER_REFUSE_ANONYMOUS, "on"},
	[FEATURE_REFUSE_ANONYMOUS_OFF] = {ACT_SET, SUBSCRIBER_REFUSE_ANONYMOUS, ""},
	[FEATURE_HOTLINE_ON] = {ACT_SET, SUBSCRIBER_HOTLINE, NULL},
	[FEATURE_HOTLINE_OFF] = {ACT_SET, SUBSCRIBER_HOTLINE, ""},
	[FEATURE_SPEED_STORE] = {ACT_DO, .does = speed_store},
	[FEATURE_SPEED_DIAL] = {ACT_DO, .does = speed_dial},
	[FEATURE_HIDE_ONCE] = {ACT_DO, .does = hide_once},
	[FEATURE_SHOW_ONCE] = {ACT_DO, .does = show_once},
	[FEATURE_NO_WAITING_ONCE] = {ACT_DO, .does = no_waiting_once},
	[FEATURE_REDIAL] = {ACT_DO, .does = redial},
	[FEATURE_COMPLETION_ON] = {ACT_DO, .does = completion_on},
	[FEATURE_COMPLETION_OFF] = {ACT_DO, .does = completion_off},
	[FEATURE_CALL_RETURN] = {ACT_DO, .does = call_return},
	[FEATURE_BLOCK_LAST] = {ACT_LIST, SUBSCRIBER_BLOCKED, NULL},
	[FEATURE_UNBLOCK_ALL] = {ACT_EMPTY, SUBSCRIBER_BLOCKED, NULL},
	[FEATURE_MARK_LAST] = {ACT_DO, .does = mark_last},
	[FEATURE_VOICE_MAIL] = {ACT_DO, .does = voice_mail},
	[FEATURE_TELL_NUMBER] = {ACT_DO, .does = line_announce_number},
	[FEATURE_TEST_MILLIWATT] = {ACT_DO, .does = line_announce_milliwatt},
	[FEATURE_TEST_ECHO] = {ACT_DO, .does = line_announce_echo},
	[FEATURE_TEST_QUIET] = {ACT_DO, .does = line_announce_quiet},
	[FEATURE_PICK_UP] = {ACT_DO, .does = pick_up},
	[FEATURE_PICK_UP_LINE] = {ACT_DO, .does = pick_up},
	[FEATURE_WAKEUP_ONCE] = {ACT_DO, .does = wakeup_once},
	[FEATURE_WAKEUP_DAILY] = {ACT_DO, .does = wakeup_daily},
	[FEATURE_WAKEUP_OFF] = {ACT_SET, SUBSCRIBER_WAKEUP, ""},
	[FEATURE_WAKEUP_TELL] = {ACT_TELL, SUBSCRIBER_WAKEUP, NULL},
	[FEATURE_TRANSFER] = {ACT_DO, .does = transfer},
};

enum line_event line_feature_do(struct line *line)
{
	enum feature feature = line->feature.feature;
	enum subscriber_item item = acts[feature].item;

	gw_log(GW_LOG_DEBUG, line->config->name, "feature code: %s", feature_name(feature));
	switch (acts[feature].act) {
	case ACT_SET:
		return acts[feature].text ? set(line, item, acts[feature].text) : set_number(line, item);
	case ACT_TELL:
		return done(subscriber_has(line->subscriber, item));
	case ACT_LIST:
		return done(subscriber_list_add(line->subscriber, item, line->last_caller) == 0);
	case ACT_EMPTY:
		return empty(line, item);
	case ACT_DO:
		return acts[feature].does(line);
	}
	return LINE_EV_REFUSED;
}
