/* SPDX-License-Identifier: BSD-3-Clause */
/* What a line does towards the network: its verbs and its legs. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "gateway/caller_name.h"
#include "gateway/cause.h"
#include "gateway/line/line_private.h"
#include "gateway/log.h"

enum line_role line_role_of(struct line *line, const struct leg *leg)
{
	enum line_role role = 0;

	while (role < LINE_ROLE_COUNT && line_leg(line, role)->leg != leg)
		role++;
	return role;
}

void line_leg_event(struct line *line, enum line_role role, enum line_event event)
{
	struct leg *leg = line_leg(line, role)->leg;

	if (role == LINE_ROLE_ACTIVE && !line_leg(line, role)->came_in)
		line_completion_note(line, event, leg);
	if (line_conference_event(line, leg, event))
		return;
	/* The far end has been connected, though the subscriber has taken the transfer back: it talks to somebody else. */
	if (event == LINE_EV_TRANSFERRED && !line_fsm_step(line->state, event).known) {
		line_role_hang_up(line, role);
		event = LINE_EV_ENDED;
	}
	if (line_referral_event(line, leg, event))
		return;
	event = line_transfer_judge(line, role, event);
	if (event == LINE_EVENT_COUNT) {
		line_wish(line);
		return;
	}
	if (role != LINE_ROLE_ACTIVE && event >= LINE_EV_ENDED)
		event = role == LINE_ROLE_HELD ? LINE_EV_HELD_ENDED : LINE_EV_WAITING_ENDED;
	line_dispatch(line, event);
}

/* Unless the subscriber has done something else meanwhile. */
static void flash_came_back(struct line *line, enum line_role role)
{
	enum line_event event = role == LINE_ROLE_ACTIVE && line->state == LINE_TALKING ? line_judge_flash(line) : LINE_EVENT_COUNT;

	if (event != LINE_EVENT_COUNT)
		line_dispatch(line, event);
}

static void on_leg(struct leg *leg, enum line_event event, void *arg)
{
	struct line *line = arg;
	enum line_role role = line_role_of(line, leg);

	if (role == LINE_ROLE_COUNT)
		return;
	if (event == LINE_EVENT_COUNT) {
		line_wish(line);
		return;
	}
	if (event == LINE_EV_FLASH) {
		flash_came_back(line, role);
		return;
	}
	line_r_digit_abandon(line);
	if (event >= LINE_EV_ENDED && (line_follow(line, leg, role) || line_emergency_goes_on(line, leg, role) ||
				line_route_goes_on(line, leg, role)))
		return;
	line_leg(line, role)->over = event >= LINE_EV_ENDED;
	if (line_leg(line, role)->over)
		gw_log(GW_LOG_INFO, line->config->name, "the far end ended the call: %u %s",
			leg_end(leg)->status, leg_end(leg)->reason ? leg_end(leg)->reason : "");
	line_leg_event(line, role, event);
}

const struct leg_handlers line_leg_handlers = {.event = on_leg, .refer = line_refer};

/* So many at once mean that the media thread stands still: no call more, rather than a socket closed under it. */
bool line_may_have_leg(const struct line *line)
{
	return line->retired_count + MEDIA_STREAMS <= LINE_RETIRED_MAX;
}

/* Who has a short number here is called past every server. */
static struct ua_call_to call_to(const struct line *line, const char *number)
{
	struct ua_account *beside = directory_find(line->directory, number);

	if (!beside && line->emergency && line->config->profile->emergency_uri == CONFIG_EMERGENCY_URN)
		return (struct ua_call_to){.uri = UA_URI_EMERGENCY, .replaces = "", .referred_by = "", .hurries = line_emergency_has_more(line)};
	return (struct ua_call_to){.user = number, .account = beside, .replaces = "", .referred_by = "",
		.anonymous = line_hides_number(line) && !line->emergency, .hurries = line->emergency && line_emergency_has_more(line)};
}

int line_call_over(struct leg **legp, struct line *line, struct ua_account *account, const char *number)
{
	const struct ua_call_to to = call_to(line, number);

	return leg_call(legp, &line->leg_config, account, &to, &line_leg_handlers, line);
}

static struct ua_account *next_account(struct line *line, const char *number)
{
	if (line->emergency)
		return line_emergency_account(line);
	return line->routed_number[0] ? line_route_account(line, number) : NULL;
}

int line_call_over_next(struct leg **legp, struct line *line, struct ua_account **accountp, const char *number)
{
	struct ua_account *account;
	int err;

	while ((err = line_call_over(legp, line, *accountp, number)) && (account = next_account(line, number)))
		*accountp = account;
	return err;
}

enum line_event line_call_out(struct line *line, const char *number)
{
	const struct ua_call_to to = call_to(line, number);
	struct ua_account *account = line->emergency ? line_emergency_account(line) : NULL;
	bool is_routed = !to.account && !line->emergency && line_route_has(line, number);
	int err = EAGAIN;

	line_moves_forget(&line->moves);
	line->route_place = 0;
	snprintf(line->routed_number, sizeof(line->routed_number), "%s", is_routed ? number : "");
	if (is_routed)
		account = line_route_account(line, number);
	if (!to.account && !line->emergency && (is_routed ? !account : !line_may_call(line)))
		return LINE_EV_ENDED_CONGESTION;
	snprintf(line->emergency_number, sizeof(line->emergency_number), "%s", line->emergency ? number : "");
	if (!account)
		account = line->account;
	if (line_may_have_leg(line))
		err = line_call_over_next(&line_leg(line, LINE_ROLE_ACTIVE)->leg, line, &account, number);
	line_completion_call(line, &to);
	if (!err) {
		line->calls_out++;
		return LINE_EVENT_COUNT;
	}
	gw_log(GW_LOG_ERROR, line->config->name, "a call could not be started: %s", strerror(err));
	line->emergency = false;
	return LINE_EV_ENDED_CONGESTION;
}

static bool is_barred(const struct line *line)
{
	return !line->emergency && line_number_is_barred(line, line->digits);
}

static enum line_event call_dialled(struct line *line)
{
	char number[LINE_NUMBER_MAX];
	bool is_callers = line->calls_back;

	line->calls_back = false;
	line->emergency = !is_callers && line_number_is_emergency(line, line->digits);
	if (line->emergency)
		line_emergency_begin(line);
	if (is_barred(line)) {
		gw_log(GW_LOG_INFO, line->config->name, "a barred number was dialled");
		return LINE_EV_ENDED_INFO;
	}
	if (!is_callers)
		strcpy(line->last_dialled, line->digits);
	if (is_callers || directory_find(line->directory, line->digits) || !line_number_sent(line, line->digits, number))
		return line_call_out(line, line->digits);
	return line_call_out(line, number);
}

/* What the operator has set is called as it stands; what the subscriber has, and an emergency number, as if it were dialled. */
static enum line_event call_hotline(struct line *line)
{
	unsigned delay_s;

	strcpy(line->digits, line_hotline(line, &delay_s));
	if (subscriber_has(line->subscriber, SUBSCRIBER_HOTLINE) || line_number_is_emergency(line, line->digits))
		return call_dialled(line);
	return line_call_out(line, line->digits);
}

static enum line_event refer_to(struct line *line, const char *dialled)
{
	char number[LINE_NUMBER_MAX];

	if (!line_number_sent(line, dialled, number))
		return LINE_EV_TRANSFER_FAILED;
	return line_transfer_blind(line, number, dialled);
}

static enum line_event refer_blind(struct line *line)
{
	return refer_to(line, line->feature.number);
}

static enum line_event refer_dialled(struct line *line)
{
	return refer_to(line, line->digits);
}

static enum line_event listen_again(struct line *line)
{
	return leg_progress(line_leg(line, LINE_ROLE_ACTIVE)->leg);
}

static enum line_event no_answer(struct line *line)
{
	if (line_offer_leave(line))
		return LINE_EVENT_COUNT;
	(void)line_forward_ringing(line, line_leg(line, LINE_ROLE_ACTIVE));
	return line_service_do(line, LINE_DO_HANG_UP);
}

static enum line_event refuse(struct line *line)
{
	if (!line_forward(line, line->incoming_invite, line->incoming, LINE_FORWARD_BUSY))
		ua_invite_reject(line->incoming_invite, 486, "Busy Here");
	return LINE_EVENT_COUNT;
}

static uint8_t pattern_of(const struct line *line, const struct ua_incoming *incoming)
{
	const struct config_profile *profile = line->config->profile;
	const struct config_account *account = directory_config_of(line->directory, incoming->account);
	const struct ring_rules rules = {profile->ring_callers.text, profile->ring_alerts.text, account->ring};
	const struct ring_call call = {incoming->caller_user, incoming->anonymous, incoming->alert_info};

	return ring_choose(&rules, &call);
}

static void call_note(struct line *line, enum line_role role)
{
	char name[CALLER_NAME_MAX];

	caller_name_show(name, line->incoming);
	gw_log(GW_LOG_INFO, line->config->name, "%s calls", name);
	line_leg(line, role)->pattern = pattern_of(line, line->incoming);
	line->calls_in++;
	line_caller_note(line, line->incoming);
}

static int take(struct line *line, enum line_role role)
{
	struct line_leg *place = line_leg(line, role);
	int err = leg_take(&place->leg, &line->leg_config, line->incoming_invite, line->incoming,
		&line_leg_handlers, line);

	if (!err)
		err = leg_ring(place->leg, role == LINE_ROLE_WAITING);
	if (!err) {
		place->came_in = true;
		place->circles = line_turns_in_circles(line->incoming);
		call_note(line, role);
		return 0;
	}
	gw_log(GW_LOG_WARNING, line->config->name, "a call from %s could not be taken: %s",
		line->incoming->caller_user, strerror(err));
	place->over = place->leg != NULL;
	return err;
}

static enum line_event alert(struct line *line)
{
	if (line->offer) {
		call_note(line, LINE_ROLE_ACTIVE);
		return LINE_EVENT_COUNT;
	}
	return take(line, LINE_ROLE_ACTIVE) ? LINE_EV_ENDED : LINE_EVENT_COUNT;
}

static enum line_event alert_waiting(struct line *line)
{
	if (take(line, LINE_ROLE_WAITING))
		return LINE_EV_WAITING_ENDED;
	if (line->state == LINE_TALKING)
		line->tone_serial++;
	loop_timer_start(line->waiting_timer, line_answer_s(line) * 1000u);
	return LINE_EVENT_COUNT;
}

static enum line_event answer(struct line *line)
{
	struct line_leg *place = line_leg(line, LINE_ROLE_ACTIVE);
	int err = line->offer ? line_offer_claim(line) : 0;

	if (!err)
		err = leg_answer(place->leg);
	if (!err)
		return LINE_EVENT_COUNT;
	gw_log(GW_LOG_ERROR, line->config->name, "the call could not be answered: %s", strerror(err));
	place->over = place->leg != NULL;
	return LINE_EV_ENDED_CONGESTION;
}

static enum line_event release(struct line *line)
{
	if (!line->config->profile->autoreoriginate)
		return LINE_EVENT_COUNT;
	return line_gets_dial_tone(line) ? LINE_EV_LIFT : LINE_EV_LIFT_BARRED;
}

static enum line_event howl(struct line *line)
{
	return line->config->profile->howler_s ? LINE_EVENT_COUNT : LINE_EV_TIMEOUT;
}

static enum line_event flash_out(struct line *line)
{
	leg_flash(line_leg(line, LINE_ROLE_ACTIVE)->leg);
	return LINE_EVENT_COUNT;
}

static enum line_event call_give_up(struct line *line)
{
	completion_cancel(line->completion);
	return LINE_EVENT_COUNT;
}

/* The others are services, which move the calls that there are. */
static enum line_event (*const verbs[LINE_VERB_COUNT])(struct line *line) = {
	[LINE_DO_COLLECT] = line_digits_add,
	[LINE_DO_COLLECT_END] = line_digits_end,
	[LINE_DO_FEATURE] = line_feature_do,
	[LINE_DO_CALL] = call_dialled,
	[LINE_DO_CALL_HOTLINE] = call_hotline,
	[LINE_DO_CALL_COMPLETE] = line_completion_dial,
	[LINE_DO_CALL_GIVE_UP] = call_give_up,
	[LINE_DO_ALERT] = alert,
	[LINE_DO_ALERT_WAITING] = alert_waiting,
	[LINE_DO_ANSWER] = answer,
	[LINE_DO_RELEASE] = release,
	[LINE_DO_HOWL] = howl,
	[LINE_DO_NO_ANSWER] = no_answer,
	[LINE_DO_REFUSE] = refuse,
	[LINE_DO_CONFER] = line_conference_begin,
	[LINE_DO_CONFER_DONE] = line_conference_done,
	[LINE_DO_CONFER_FAIL] = line_conference_fail,
	[LINE_DO_CONFER_DROP] = line_conference_drop,
	[LINE_DO_TRANSFER] = line_transfer,
	[LINE_DO_REFER_BLIND] = refer_blind,
	[LINE_DO_REFER_DIALLED] = refer_dialled,
	[LINE_DO_LISTEN] = listen_again,
	[LINE_DO_FLASH_OUT] = flash_out,
	[LINE_DO_WAKEUP_TAKEN] = line_wakeup_taken,
};

enum line_event line_verb_do(struct line *line, enum line_verb verb)
{
	assert(verb < LINE_VERB_COUNT);
	return verbs[verb] ? verbs[verb](line) : line_service_do(line, verb);
}

enum line_readiness line_readiness(const struct line *line)
{
	if (line->fault || !line_may_have_leg(line))
		return LINE_OUT_OF_ORDER;
	if (line_fsm_step(line->state, LINE_EV_CALL_IN).verb == LINE_DO_ALERT)
		return line->off_hook ? LINE_IN_USE : LINE_READY;
	return line_judge_call_in(line) == LINE_EV_CALL_WAITS ? LINE_LETS_WAIT : LINE_IN_USE;
}

bool line_is_in_use(const struct line *line)
{
	static const bool rests[LINE_STATE_COUNT] = {[LINE_IDLE] = true, [LINE_HOWLER] = true, [LINE_PARKED] = true};

	for (unsigned i = 0; i < MEDIA_CALLS; i++) {
		if (line->legs[i].leg)
			return true;
	}
	return !rests[line->state] || line->referred_leg || line_bridges_count(line);
}

static void admit(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	line->incoming_invite = invite;
	line->incoming = incoming;
	line_dispatch(line, line_judge_call_in(line));
	line->incoming_invite = NULL;
	line->incoming = NULL;
}

void line_let_wait(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	admit(line, invite, incoming);
	line_leg(line, LINE_ROLE_WAITING)->for_group = line_has(line, LINE_ROLE_WAITING);
}

void line_incoming(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	if (line_screen(line, invite, incoming))
		return;
	if (!line_may_have_leg(line)) {
		ua_invite_reject(invite, 503, "Service Unavailable");
		return;
	}
	/* A telephone left off-hook whose machine has not heard of it yet is busy too. */
	if (line->state == LINE_IDLE && line->off_hook) {
		if (!line_forward(line, invite, incoming, LINE_FORWARD_BUSY))
			ua_invite_reject(invite, 486, "Busy Here");
		return;
	}
	if (line->fault) {
		ua_invite_reject(invite, 480, "Temporarily Unavailable");
		return;
	}
	admit(line, invite, incoming);
}

void line_leg_retire(struct line *line, struct leg *leg)
{
	if (!leg)
		return;
	leg_hang_up(leg, LINE_NORMAL_CLEARING);
	line_referral_leave(line, leg);
	assert(line->retired_count < LINE_RETIRED_MAX); /* it was asked before this leg was made */
	line->retired[line->retired_count].leg = leg;
	line_wish(line);
	line->retired[line->retired_count++].wish_sequence = line->wish_sequence;
}

struct leg *line_leg_leave(struct line_leg *place)
{
	struct leg *leg = place->leg;

	*place = (struct line_leg){.leg = NULL};
	return leg;
}

void line_legs_retire(struct line *line)
{
	/* It is the active one's all its life: no flash puts it aside. */
	if (line_leg(line, LINE_ROLE_ACTIVE)->leg && line_leg(line, LINE_ROLE_ACTIVE)->over)
		line->emergency = false;
	for (unsigned i = 0; i < MEDIA_CALLS; i++) {
		if (line->legs[i].over)
			line_leg_retire(line, line_leg_leave(&line->legs[i]));
	}
	if (!line_waits(line))
		loop_timer_stop(line->waiting_timer);
}

void line_leg_exchange(struct line *line, enum line_role role, struct leg *next)
{
	struct line_leg *place = line_leg(line, role);
	bool is_focus = place->is_focus;
	struct leg *before = line_leg_leave(place);

	place->leg = next;
	place->is_focus = is_focus;
	line_leg_retire(line, before);
}

/* Sequence numbers grow and wrap. */
static bool reached(uint32_t sequence, uint32_t wanted)
{
	return (int32_t)(sequence - wanted) >= 0;
}

void line_retired_review(struct line *line, uint32_t wish_sequence)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < line->retired_count; i++) {
		if (!reached(wish_sequence, line->retired[i].wish_sequence)) {
			line->retired[kept++] = line->retired[i];
			continue;
		}
		line_quality_log(line, line->retired[i].leg);
		leg_free(line->retired[i].leg);
	}
	line->retired_count = kept;
}
