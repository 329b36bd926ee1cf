/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfer (sip/refer.h) in its three roles, as a line plays them. */
#include <string.h>
#include <strings.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

#define REFERRALS_MAX 5 /* of a call, as often as one may be forwarded */

/* ---- transferor ---- */

/* A server connects two calls that it knows, and no others. */
static bool is_networks(const struct line_leg *one, bool other_is_past_servers)
{
	return !leg_is_past_servers(one->leg) && !other_is_past_servers;
}

static enum line_event join_here(struct line *line)
{
	struct line_leg *held = line_leg(line, LINE_ROLE_HELD), *active = line_leg(line, LINE_ROLE_ACTIVE);
	bool both = line_has(line, LINE_ROLE_HELD) && line_has(line, LINE_ROLE_ACTIVE) && leg_is_up(held->leg) && leg_is_up(active->leg);

	return both && line_bridge_join(line, held, active) ? LINE_EV_TRANSFERRED : LINE_EV_TRANSFER_FAILED;
}

/* The new call becomes the active one, and is connected when it is answered. */
static enum line_event call_here(struct line *line, const char *number)
{
	line->emergency = false;
	line_legs_retire(line); /* who was called before */
	if (line_call_out(line, number) != LINE_EVENT_COUNT)
		return LINE_EV_TRANSFER_FAILED;
	line_timer_again(line); /* what the far end's attempt took does not count */
	return LINE_EVENT_COUNT;
}

/* The far end will not, or could not. */
static enum line_event fall_back(struct line *line)
{
	if (line->config->profile->transfer_fallback != CONFIG_FALLBACK_BRIDGE)
		return LINE_EV_TRANSFER_FAILED;
	if (line_has(line, LINE_ROLE_ACTIVE))
		return join_here(line);
	return line->blind_number[0] && line_may_have_leg(line) ? call_here(line, line->blind_number) : LINE_EV_TRANSFER_FAILED;
}

static enum line_event asked(struct line *line, int err)
{
	if (!err)
		return LINE_EVENT_COUNT;
	gw_log(GW_LOG_WARNING, line->config->name, "the transfer could not be asked for: %s", strerror(err));
	return fall_back(line);
}

enum line_event line_transfer(struct line *line)
{
	const struct line_leg *held = line_leg(line, LINE_ROLE_HELD), *active = line_leg(line, LINE_ROLE_ACTIVE);

	if (line->blind_number[0] || !is_networks(held, leg_is_past_servers(active->leg)))
		return join_here(line);
	leg_hold(held->leg, true); /* not yet where it was one of three */
	return asked(line, leg_transfer(held->leg, active->leg, line->config->account->transfer_by_address));
}

enum line_event line_transfer_blind(struct line *line, const char *number, const char *dialled)
{
	const struct line_leg *held = line_leg(line, LINE_ROLE_HELD);
	bool beside = directory_find(line->directory, dialled);

	snprintf(line->blind_number, sizeof(line->blind_number), "%s", beside ? dialled : number);
	if (!is_networks(held, beside))
		return call_here(line, line->blind_number);
	return asked(line, leg_transfer_blind(held->leg, number));
}

static bool is_transferring(const struct line *line)
{
	return line->state == LINE_REFERRING || line->state == LINE_TRANSFERRING;
}

enum line_event line_transfer_judge(struct line *line, enum line_role role, enum line_event event)
{
	if (!is_transferring(line))
		return event;
	if (event == LINE_EV_TRANSFER_FAILED && role == LINE_ROLE_HELD)
		return fall_back(line);
	/* Whom we called for the held party does not come. */
	if (event >= LINE_EV_ENDED && role == LINE_ROLE_ACTIVE && !leg_end(line_leg(line, role)->leg)->after_answer)
		return LINE_EV_TRANSFER_FAILED;
	return event;
}

/* ---- transferee ---- */

static bool is_own_domain(const struct line *line, const char *host)
{
	return !host[0] || strcasecmp(host, line->config->account->domain.text) == 0;
}

static bool has_host(const char *hosts, const char *host)
{
	static const char between[] = " ,\t";
	size_t length;

	for (hosts += strspn(hosts, between); *hosts; hosts += length + strspn(hosts + length, between)) {
		length = strcspn(hosts, between);
		if (length == strlen(host) && strncasecmp(hosts, host, length) == 0)
			return true;
	}
	return false;
}

bool line_may_be_sent_to(const struct line *line, enum config_reach reach, const char *hosts, const char *user, const char *host)
{
	const struct config_profile *profile = line->config->profile;
	bool own = is_own_domain(line, host);

	return reach != CONFIG_REACH_OFF && (own || reach == CONFIG_REACH_ON || has_host(hosts, host)) &&
		strlen(user) <= LINE_DIGITS_MAX && digitmap_match(&profile->digit_map, user) >= DIGITMAP_TIMER &&
		!line_number_is_barred(line, user) && !(own && strcmp(user, line->config->account->user.text) == 0);
}

static bool is_sips(const char *uri)
{
	return strncasecmp(uri, "sips:", 5) == 0;
}

bool line_can_reach(const struct line *line, const char *uri)
{
	if (!is_sips(uri) || line->config->account->transport == UA_TLS)
		return true;
	gw_log(GW_LOG_INFO, line->config->name, "%s is called over TLS alone, which the account does not have", uri);
	return false;
}

/* Who takes another's call over is found by that call, not by a number. */
static bool may_be_called(const struct line *line, const struct ua_refer_request *request)
{
	enum config_reach reach = line->config->account->accept_transfers;

	if (request->replaces[0])
		return reach != CONFIG_REACH_OFF && (strncasecmp(request->uri, "sip:", 4) == 0 || is_sips(request->uri));
	return line_may_be_sent_to(line, reach, "", request->user, request->host);
}

/* A number at our own domain is called as if it were dialled, all else as it is written; and sips: never becomes sip:. */
void line_call_where(const struct line *line, struct ua_call_to *to, const char *user, const char *host)
{
	if (!to->replaces[0] && is_own_domain(line, host) && (!is_sips(to->uri) || line->config->account->sips))
		to->user = user;
}

/* Whom the far end connects us with may do so too, and that one again. */
static bool goes_in_circles(const struct line *line)
{
	if (line->times_referred < REFERRALS_MAX)
		return false;
	gw_log(GW_LOG_WARNING, line->config->name, "connected with somebody else %u times: not once more", line->times_referred);
	return true;
}

static int call(struct line *line, const struct ua_refer_request *request)
{
	struct ua_call_to to = {
		.uri = request->uri, .replaces = request->replaces, .requires_replaces = request->requires_replaces,
		.referred_by = request->referred_by, .anonymous = line_hides_number(line),
	};

	line_moves_forget(&line->moves);
	line_call_where(line, &to, request->user, request->host);
	return leg_call(&line_leg(line, LINE_ROLE_WAITING)->leg, &line->leg_config, line->account, &to, &line_leg_handlers, line);
}

unsigned line_refer(struct leg *leg, const struct ua_refer_request *request, struct ua_referral *referral,
	void *arg)
{
	struct line *line = arg;

	if (!may_be_called(line, request) || !line_can_reach(line, request->uri) || goes_in_circles(line))
		return 403;
	if (line->state != LINE_TALKING || line_role_of(line, leg) != LINE_ROLE_ACTIVE || line->referral ||
	    line_has(line, LINE_ROLE_WAITING) || !line_may_have_leg(line) || call(line, request))
		return 603;
	gw_log(GW_LOG_INFO, line->config->name, "the far end connects us with %s at %s", request->user, request->host);
	line->referral = referral;
	line->referred_leg = line_leg(line, LINE_ROLE_WAITING)->leg;
	line->times_referred++;
	line->calls_out++;
	return 202;
}

static void report_end(struct line *line, unsigned status, const char *phrase)
{
	ua_referral_end(line->referral, status, phrase);
	line->referral = NULL;
	line->referred_leg = NULL;
}

/* The transferor's call has done its work. */
static void take_place(struct line *line)
{
	report_end(line, 200, "OK");
	line_role_hang_up(line, LINE_ROLE_ACTIVE);
	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_WAITING);
	line_legs_retire(line);
	line_wish(line);
}

static void failed(struct line *line, const struct leg *leg)
{
	const struct ua_end *end = leg_end(leg);

	report_end(line, end->status ? end->status : 487, end->reason ? end->reason : "Request Terminated");
}

/* Who transferred us has gone before the new call was answered: it is our only one now, and what it makes heard is heard. */
static void move_on(struct line *line)
{
	enum line_event heard = leg_progress(line->referred_leg);

	line_roles_swap(line, LINE_ROLE_ACTIVE, LINE_ROLE_WAITING);
	line_dispatch(line, LINE_EV_REFERRED);
	if (heard != LINE_EVENT_COUNT)
		line_dispatch(line, heard);
}

bool line_referral_event(struct line *line, struct leg *leg, enum line_event event)
{
	bool waits = line_leg(line, LINE_ROLE_WAITING)->leg == leg;

	if (!line->referral)
		return false;
	if (leg != line->referred_leg) {
		if (event < LINE_EV_ENDED || line_role_of(line, leg) != LINE_ROLE_ACTIVE)
			return false;
		move_on(line);
		return true;
	}
	if (event >= LINE_EV_ENDED) {
		failed(line, leg);
		return false;
	}
	if (event == LINE_EV_ANSWERED && waits)
		take_place(line);
	else if (event == LINE_EV_ANSWERED)
		report_end(line, 200, "OK");
	else
		ua_referral_tell(line->referral, event == LINE_EV_ALERTED ? 180 : 183, "Ringing");
	return waits;
}

bool line_referral_waits(const struct line *line)
{
	return line->referral && line->legs[line->place[LINE_ROLE_WAITING]].leg == line->referred_leg;
}

void line_referral_drop(struct line *line)
{
	if (!line_referral_waits(line))
		return;
	line_role_hang_up(line, LINE_ROLE_WAITING);
	report_end(line, 487, "Request Terminated");
}

void line_referral_leave(struct line *line, const struct leg *leg)
{
	if (line->referral && leg == line->referred_leg)
		report_end(line, 487, "Request Terminated");
}

/* ---- target ---- */

bool line_owns(const struct line *line, const struct ua_invite *invite)
{
	for (int i = 0; i < MEDIA_CALLS; i++) {
		if (leg_is(line->legs[i].leg, invite))
			return true;
	}
	return false;
}

static enum line_role replaced_role(struct line *line, const struct ua_invite *invite)
{
	enum line_role role = 0;

	while (role < LINE_ROLE_WAITING && !leg_is(line_leg(line, role)->leg, invite))
		role++;
	return role;
}

void line_replace(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	struct line_leg *place = line_leg(line, LINE_ROLE_WAITING);
	enum line_role role = replaced_role(line, incoming->replaces);
	int err;

	if (place->leg || role == LINE_ROLE_WAITING || !line_may_have_leg(line)) {
		ua_invite_reject(invite, 486, "Busy Here");
		return;
	}
	err = leg_take(&place->leg, &line->leg_config, invite, incoming, &line_leg_handlers, line);
	if (!err)
		err = leg_answer(place->leg);
	if (err) {
		gw_log(GW_LOG_WARNING, line->config->name, "%s could not take a call over: %s",
			incoming->caller_user, strerror(err));
		place->over = true;
		line_legs_retire(line);
		return;
	}
	gw_log(GW_LOG_INFO, line->config->name, "%s takes a call over", incoming->caller_user);
	line->calls_in++;
	place->came_in = line_leg(line, role)->came_in;
	if (leg_is_held(line_leg(line, role)->leg))
		leg_hold(place->leg, true);
	line_role_hang_up(line, role);
	line_roles_swap(line, role, LINE_ROLE_WAITING);
	line_legs_retire(line);
	if (role == LINE_ROLE_ACTIVE && line_fsm_step(line->state, LINE_EV_ANSWERED).known)
		line_dispatch(line, LINE_EV_ANSWERED);
	else
		line_wish(line);
}
