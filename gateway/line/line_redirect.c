/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A called party who is elsewhere (3xx): called there, if the account's policy and the subscriber's numbers allow it. Of several places the
 * most wanted first, the next one when that fails (RFC 3261 s8.1.3.4), until one answers, or says that he is willing nowhere.
 */
#include <string.h>
#include <strings.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

void line_moves_forget(struct line_moves *moves)
{
	moves->count = moves->next_count = 0;
	moves->stream_id = 0;
}

static bool was_there(const struct line_moves *moves, const struct line_moved *moved)
{
	for (unsigned i = 0; i < moves->count; i++) {
		const struct line_moved *was = &moves->to[i];

		if (strcasecmp(was->user, moved->user) == 0 && strcasecmp(was->host, moved->host) == 0 &&
		    strcasecmp(was->proxy, moved->proxy) == 0)
			return true;
	}
	return false;
}

static bool may_follow(const struct line *line, const struct line_moves *moves, const struct line_moved *moved)
{
	const struct config_account *account = line->config->account;
	const char *host = moved->proxy[0] ? moved->proxy_host : moved->host;

	if (!line_may_be_sent_to(line, account->follow_redirects, account->redirect_hosts.text, moved->user, host)) {
		gw_log(GW_LOG_INFO, line->config->name, "%s at %s, where the called one is, may not be called", moved->user, host);
		return false;
	}
	if (!line_can_reach(line, moved->uri))
		return false;
	if (was_there(moves, moved)) {
		gw_log(GW_LOG_WARNING, line->config->name, "a call was sent to %s at %s before: it goes in circles", moved->user, host);
		return false;
	}
	if (moves->count < LINE_MOVES_MAX)
		return line_may_have_leg(line);
	gw_log(GW_LOG_WARNING, line->config->name, "a call was sent on %u times: not once more", moves->count);
	return false;
}

/* false: some of it is too long to be one that we would call. */
static bool copy(struct line_moved *copy, const struct ua_moved *moved)
{
	const struct {
		char *to;
		size_t size;
		const char *from;
	} rows[] = {
		{copy->uri, sizeof(copy->uri), moved->uri},       {copy->user, sizeof(copy->user), moved->user},
		{copy->host, sizeof(copy->host), moved->host},    {copy->proxy, sizeof(copy->proxy), moved->proxy},
		{copy->proxy_host, sizeof(copy->proxy_host), moved->proxy_host},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strlen(rows[i].from) >= rows[i].size)
			return false;
		strcpy(rows[i].to, rows[i].from);
	}
	return true;
}

/* Before those that an earlier 3xx named; what has no room was wanted least. */
static void note(struct line_moves *moves, const struct ua_end *end)
{
	struct line_moved old[LINE_MOVES_MAX];
	unsigned old_count = moves->next_count;

	memcpy(old, moves->next, sizeof(old));
	moves->next_count = 0;
	for (unsigned i = 0; i < end->moved_count && moves->next_count < LINE_MOVES_MAX; i++)
		moves->next_count += copy(&moves->next[moves->next_count], &end->moved[i]);
	for (unsigned i = 0; i < old_count && moves->next_count < LINE_MOVES_MAX; i++)
		moves->next[moves->next_count++] = old[i];
}

static struct line_moved take_next(struct line_moves *moves)
{
	struct line_moved next = moves->next[0];

	moves->next_count--;
	memmove(&moves->next[0], &moves->next[1], moves->next_count * sizeof(moves->next[0]));
	return next;
}

/* Whose call goes on. */
struct caller {
	struct line *line;
	struct line_moves *moves;
	const struct ua_call_to *as;
	const struct leg_handlers *handlers;
	void *arg;
};

static struct leg *call(const struct caller *caller, const struct line_moved *moved)
{
	struct line *line = caller->line;
	struct ua_call_to to = *caller->as;
	struct leg *leg;

	if (!may_follow(line, caller->moves, moved))
		return NULL;
	to.uri = moved->uri;
	to.proxy = moved->proxy[0] ? moved->proxy : NULL;
	line_call_where(line, &to, moved->user, moved->host);
	if (leg_call(&leg, &line->leg_config, line->account, &to, caller->handlers, caller->arg))
		return NULL;
	gw_log(GW_LOG_INFO, line->config->name, "the called one is %s at %s%s%s", moved->user, moved->host, moved->proxy[0] ? ", by " : "",
		moved->proxy_host);
	caller->moves->to[caller->moves->count++] = *moved;
	caller->moves->stream_id = leg_stream_id(leg);
	return leg;
}

/* Whether it leads on: a 3xx does, and the failure at one of several places; but 6xx speaks for all of them (RFC 3261 s21.6). */
static bool leads_on(struct line_moves *moves, const struct leg *leg)
{
	const struct ua_end *end = leg_end(leg);

	if (end->after_answer || end->status >= 600)
		return false;
	note(moves, end);
	return end->moved_count || leg_stream_id(leg) == moves->stream_id;
}

struct leg *line_moves_call(struct line *line, struct line_moves *moves, const struct leg *ended, const struct ua_call_to *as,
	const struct leg_handlers *handlers, void *arg)
{
	const struct caller caller = {line, moves, as, handlers, arg};
	struct leg *leg = NULL;

	if (!leads_on(moves, ended))
		return NULL;
	while (!leg && moves->next_count) {
		const struct line_moved next = take_next(moves);

		leg = call(&caller, &next);
	}
	return leg;
}

bool line_follow(struct line *line, struct leg *leg, enum line_role role)
{
	bool was_early = role == LINE_ROLE_ACTIVE && leg_progress(leg) == LINE_EV_EARLY_MEDIA;
	const struct ua_call_to as = {.replaces = "", .referred_by = "", .anonymous = line_hides_number(line) && !line->emergency};
	struct leg *next = line_moves_call(line, &line->moves, leg, &as, &line_leg_handlers, line);

	if (!next)
		return false;
	if (line->referred_leg == leg)
		line->referred_leg = next;
	line_leg_exchange(line, role, next);
	if (was_early)
		line_dispatch(line, LINE_EV_EARLY_ENDED); /* where that sound came from nothing comes any more */
	return true;
}
