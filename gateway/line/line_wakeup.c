/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wake-up calls. What is set stands in the subscriber's item until it has been answered or given up, so that it outlives a restart; what
 * has rung is remembered, so that a clock that is set back makes nothing ring anew. The time of day decides only when the
 * first ring is due: what follows is timed by the monotonic clock.
 */
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

#define MS_PER_S   1000u
#define MINUTE_S   60
#define DAY_S      (24 * 60 * MINUTE_S)
#define AGAIN_S    300 /* after a ring that nobody answered */
#define BUSY_S     60  /* ... or that could not be */
#define RINGS_MAX  3

/* "0700" to "07:00", and the date when that is next: not the minute that it is. */
enum line_event line_wakeup_set(struct line *line, const char *hhmm, bool daily)
{
	char text[WAKEUP_TEXT_MAX + 1];
	struct wakeup wakeup;

	snprintf(text, sizeof(text), "%.2s:%.2s%s", hhmm, hhmm + 2, daily ? " daily" : "");
	if (!wakeup_parse(&wakeup, text))
		return LINE_EV_REFUSED;
	wakeup_date(&wakeup, loop_wall_s(line->loop) + MINUTE_S);
	wakeup_print(&wakeup, text);
	gw_log(GW_LOG_INFO, line->config->name, "the subscriber wants to be woken at %s", text);
	return subscriber_set(line->subscriber, SUBSCRIBER_WAKEUP, text) == 0 ? LINE_EV_DONE : LINE_EV_REFUSED;
}

static void item_set(struct line *line, const struct wakeup *wakeup)
{
	char text[WAKEUP_TEXT_MAX + 1];

	wakeup_print(wakeup, text);
	(void)subscriber_set(line->subscriber, SUBSCRIBER_WAKEUP, text);
}

/* Answered, or given up: the next one is tomorrow's, or none. */
static void done(struct line *line)
{
	struct wakeup wakeup;

	memset(&line->wakeup, 0, sizeof(line->wakeup));
	if (!wakeup_parse(&wakeup, subscriber_get(line->subscriber, SUBSCRIBER_WAKEUP)) || !wakeup.daily) {
		(void)subscriber_set(line->subscriber, SUBSCRIBER_WAKEUP, "");
		return;
	}
	/* After today's, and after now, whichever is later. */
	if (wakeup_due_s(&wakeup) > loop_wall_s(line->loop))
		wakeup_date(&wakeup, wakeup_due_s(&wakeup) + MINUTE_S);
	else
		wakeup_date(&wakeup, loop_wall_s(line->loop) + MINUTE_S);
	item_set(line, &wakeup);
}

static bool is_in_use(const struct line *line)
{
	return line->state != LINE_IDLE || line->off_hook || line->fault;
}

/* It has rung in vain, or the line has been in use ever since. */
static bool is_given_up(const struct line *line, uint64_t now_ms)
{
	return line->wakeup.rings == RINGS_MAX || (line->wakeup.rings && is_in_use(line) &&
		now_ms - line->wakeup.rang_ms >= (uint64_t)line->config->profile->wakeup_late_s * MS_PER_S);
}

static void ring(struct line *line, uint64_t now_ms)
{
	const char *text = subscriber_get(line->subscriber, SUBSCRIBER_WAKEUP);

	strcpy(line->wakeup.text, text);
	if (is_given_up(line, now_ms)) {
		gw_log(GW_LOG_NOTICE, line->config->name, "the wake-up call of %s was not answered", text);
		done(line);
		return;
	}
	if (is_in_use(line)) {
		line->wakeup.again_ms = now_ms + BUSY_S * MS_PER_S;
		return;
	}
	line->wakeup.rings++;
	line->wakeup.rang_ms = now_ms;
	line->wakeup.again_ms = now_ms + (line->config->profile->wakeup_ring_s + AGAIN_S) * MS_PER_S;
	gw_log(GW_LOG_INFO, line->config->name, "the wake-up call of %s rings", text);
	line_dispatch(line, LINE_EV_WAKEUP);
}

/* It has no date, as an operator may set it; or one that is nearer than the clock said when it was made. */
static bool lacks_date(const struct wakeup *wakeup, int64_t wall_s)
{
	return !wakeup->year || (wakeup->daily && wakeup_due_s(wakeup) - wall_s > 2 * DAY_S);
}

static void look(struct line *line, struct wakeup *wakeup, uint64_t now_ms, int64_t wall_s)
{
	int64_t late_s;

	if (!line->wakeup.rings && lacks_date(wakeup, wall_s)) {
		wakeup_date(wakeup, wall_s);
		item_set(line, wakeup);
	}
	late_s = wall_s - wakeup_due_s(wakeup);
	if (!line->wakeup.rings && late_s >= (int64_t)line->config->profile->wakeup_late_s) {
		gw_log(GW_LOG_WARNING, line->config->name, "the wake-up call of %s was missed: it is %lld min late",
			subscriber_get(line->subscriber, SUBSCRIBER_WAKEUP), (long long)late_s / MINUTE_S);
		done(line);
	} else if (late_s >= 0 || line->wakeup.rings) {
		ring(line, now_ms);
	}
}

void line_wakeup_review(struct line *line, uint64_t now_ms, int64_t wall_s)
{
	const char *text = subscriber_get(line->subscriber, SUBSCRIBER_WAKEUP);
	struct wakeup wakeup;

	/* Another one, or none: what has rung before does not matter any more. */
	if (line->wakeup.text[0] && strcmp(text, line->wakeup.text) != 0)
		memset(&line->wakeup, 0, sizeof(line->wakeup));
	if (*text && now_ms >= line->wakeup.again_ms && wakeup_parse(&wakeup, text))
		look(line, &wakeup, now_ms, wall_s);
}

enum line_event line_wakeup_taken(struct line *line)
{
	struct prompt_list list = {0};
	enum line_event event;

	gw_log(GW_LOG_INFO, line->config->name, "the wake-up call is answered");
	done(line);
	prompt_list_add(&list, PROMPT_WAKE_UP_CALL);
	event = line_announce_prompts(line, &list);
	return event == LINE_EV_ANNOUNCE ? event : LINE_EVENT_COUNT;
}
