/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

enum bridge_event {
	BRIDGE_EV_ALERTED, /* the target rings */
	BRIDGE_EV_EARLY_MEDIA,
	BRIDGE_EV_EARLY_ENDED, /* nobody makes any more */
	BRIDGE_EV_ANSWERED,
	BRIDGE_EV_CALLER_ENDED,
	BRIDGE_EV_TARGET_ENDED,
	BRIDGE_EV_TIMEOUT,
	BRIDGE_EV_SHUT, /* the line ends all that goes on */
	BRIDGE_EVENTS,
};

enum bridge_verb {
	BRIDGE_DO_NOTHING,
	BRIDGE_DO_RING,     /* 180 to the caller */
	BRIDGE_DO_PROGRESS, /* 183 */
	BRIDGE_DO_ANSWER,   /* 200 */
	BRIDGE_DO_REFUSE,   /* the caller, as the target did */
	BRIDGE_DO_NO_ANSWER, /* 480 */
	BRIDGE_DO_END,      /* both have talked for as long as they may */
	BRIDGE_DO_LET_GO,   /* of whoever is still there */
};

#define TO(state, verb) {1, LINE_BRIDGE_##state, BRIDGE_DO_##verb}

#define BEFORE_ANSWER                                  \
	[BRIDGE_EV_ANSWERED] = TO(UP, ANSWER),         \
	[BRIDGE_EV_CALLER_ENDED] = TO(NONE, LET_GO),   \
	[BRIDGE_EV_TARGET_ENDED] = TO(NONE, REFUSE),   \
	[BRIDGE_EV_TIMEOUT] = TO(NONE, NO_ANSWER),     \
	[BRIDGE_EV_SHUT] = TO(NONE, LET_GO)

static const struct bridge_step {
	uint8_t known, next, verb;
} table[LINE_BRIDGE_STATES][BRIDGE_EVENTS] = {
	[LINE_BRIDGE_OFFERING] = {
		BEFORE_ANSWER,
		[BRIDGE_EV_ALERTED] = TO(OFFERING, RING),
		[BRIDGE_EV_EARLY_MEDIA] = TO(EARLY, PROGRESS),
		[BRIDGE_EV_EARLY_ENDED] = TO(OFFERING, NOTHING),
	},
	[LINE_BRIDGE_EARLY] = {
		BEFORE_ANSWER,
		/* A later 180 without session description keeps the network's sound. */
		[BRIDGE_EV_ALERTED] = TO(EARLY, NOTHING),
		[BRIDGE_EV_EARLY_MEDIA] = TO(EARLY, NOTHING),
		/* The caller makes his own ringback tone when he is sent no sound. */
		[BRIDGE_EV_EARLY_ENDED] = TO(OFFERING, RING),
	},
	[LINE_BRIDGE_UP] = {
		[BRIDGE_EV_CALLER_ENDED] = TO(NONE, LET_GO),
		[BRIDGE_EV_TARGET_ENDED] = TO(NONE, LET_GO),
		[BRIDGE_EV_TIMEOUT] = TO(NONE, END),
		[BRIDGE_EV_SHUT] = TO(NONE, LET_GO),
	},
};

enum { CALLER, TARGET };

static const char *const state_names[] = {
	[LINE_BRIDGE_NONE] = "none", [LINE_BRIDGE_OFFERING] = "offering", [LINE_BRIDGE_EARLY] = "early",
	[LINE_BRIDGE_UP] = "up",
};

static const char *const event_names[] = {
	[BRIDGE_EV_ALERTED] = "the target rings", [BRIDGE_EV_EARLY_MEDIA] = "the target's network is heard",
	[BRIDGE_EV_EARLY_ENDED] = "... no more",
	[BRIDGE_EV_ANSWERED] = "the target answers", [BRIDGE_EV_CALLER_ENDED] = "the caller ends",
	[BRIDGE_EV_TARGET_ENDED] = "the target ends", [BRIDGE_EV_TIMEOUT] = "its time is over", [BRIDGE_EV_SHUT] = "the line is shut",
};

/* Some statuses mean us rather than the caller, who would act on them. */
static unsigned refusal(const struct line_bridge *bridge)
{
	static const uint16_t ours[] = {401, 407, 408, 422, 481, 487, 491};
	unsigned status = leg_end(bridge->legs[TARGET])->status;

	if (status < 400 || bridge->cause == UA_FORWARD_NO_ANSWER)
		return 480;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (status == ours[i])
			return 480;
	}
	return status;
}

static void refuse(struct line_bridge *bridge)
{
	unsigned status = refusal(bridge);
	const struct ua_end *end = leg_end(bridge->legs[TARGET]);

	leg_refuse(bridge->legs[CALLER], status, status == end->status && end->reason ? end->reason : "Temporarily Unavailable");
}

static void progress(struct line_bridge *bridge)
{
	if (leg_ring_early(bridge->legs[CALLER]) != 0)
		(void)leg_ring(bridge->legs[CALLER], false);
}

/* What one side wants of the stream is what the other one is offered. */
static void directions_pass(struct line_bridge *bridge)
{
	for (int i = CALLER; i <= TARGET && bridge->state == LINE_BRIDGE_UP; i++)
		leg_narrow(bridge->legs[i], leg_peer_direction(bridge->legs[CALLER + TARGET - i]));
}

/* BRIDGE_EVENTS: nothing follows. */
static enum bridge_event answer(struct line_bridge *bridge)
{
	int err = leg_answer(bridge->legs[CALLER]);

	if (err) {
		gw_log(GW_LOG_ERROR, bridge->line->config->name, "a call that is forwarded could not be answered: %s", strerror(err));
		return BRIDGE_EV_CALLER_ENDED;
	}
	directions_pass(bridge);
	return BRIDGE_EVENTS;
}

static enum bridge_event verb_do(struct line_bridge *bridge, enum bridge_verb verb)
{
	switch (verb) {
	case BRIDGE_DO_NOTHING:
		break;
	case BRIDGE_DO_RING:
		(void)leg_ring(bridge->legs[CALLER], false);
		break;
	case BRIDGE_DO_PROGRESS:
		progress(bridge);
		break;
	case BRIDGE_DO_ANSWER:
		return answer(bridge);
	case BRIDGE_DO_REFUSE:
		refuse(bridge);
		break;
	case BRIDGE_DO_NO_ANSWER:
		leg_refuse(bridge->legs[CALLER], 480, "Temporarily Unavailable");
		break;
	case BRIDGE_DO_END:
		for (int i = CALLER; i <= TARGET; i++)
			leg_hang_up(bridge->legs[i], LINE_RECOVERY_ON_TIMER);
		break;
	case BRIDGE_DO_LET_GO:
		break; /* by line_leg_retire */
	}
	return BRIDGE_EVENTS;
}

/* The one place where a bridge's state changes. */
static void state_set(struct line_bridge *bridge, enum line_bridge_state next, const char *why)
{
	unsigned max_call_s = bridge->line->config->profile->max_call_s;

	if (next != bridge->state)
		gw_log(GW_LOG_INFO, bridge->line->config->name, "bridge: %s, %s -> %s", why, state_names[bridge->state],
			state_names[next]);
	if (next == LINE_BRIDGE_NONE || (next == LINE_BRIDGE_UP && next != bridge->state))
		loop_timer_stop(bridge->timer);
	if (next == LINE_BRIDGE_UP && next != bridge->state && max_call_s)
		loop_timer_start(bridge->timer, max_call_s * 1000u);
	bridge->state = next;
}

static void clear(struct line_bridge *bridge)
{
	struct leg *legs[] = {bridge->legs[CALLER], bridge->legs[TARGET]};

	bridge->legs[CALLER] = bridge->legs[TARGET] = NULL;
	for (int i = CALLER; i <= TARGET; i++)
		line_leg_retire(bridge->line, legs[i]);
}

static void dispatch(struct line_bridge *bridge, enum bridge_event event)
{
	const struct bridge_step *step = &table[bridge->state][event];
	enum bridge_event follow;

	if (!step->known) {
		bridge->line->surprises++;
		return;
	}
	state_set(bridge, step->next, event_names[event]);
	follow = verb_do(bridge, step->verb);
	if (follow != BRIDGE_EVENTS)
		dispatch(bridge, follow);
	else if (bridge->state == LINE_BRIDGE_NONE)
		clear(bridge);
	else
		line_wish(bridge->line);
}

static void on_timer(void *arg)
{
	dispatch(arg, BRIDGE_EV_TIMEOUT);
}

static const struct leg_handlers handlers;

/* The target is elsewhere (3xx), and is called there where this line may. */
static bool follow(struct line_bridge *bridge)
{
	struct line *line = bridge->line;
	struct leg *before = bridge->legs[TARGET], *next;
	const struct ua_call_to as = {
		.replaces = "", .referred_by = "", .forwards = leg_invite(bridge->legs[CALLER]), .cause = bridge->cause,
	};

	if (bridge->state == LINE_BRIDGE_UP || !as.forwards)
		return false;
	next = line_moves_call(line, &bridge->moves, before, &as, &handlers, bridge);
	if (!next)
		return false;
	bridge->legs[TARGET] = next;
	line_leg_retire(line, before);
	if (bridge->state == LINE_BRIDGE_EARLY)
		dispatch(bridge, BRIDGE_EV_EARLY_ENDED); /* where that sound came from nothing comes any more */
	return true;
}

static void on_leg(struct leg *leg, enum line_event event, void *arg)
{
	struct line_bridge *bridge = arg;

	if (event >= LINE_EV_ENDED && event != LINE_EVENT_COUNT) {
		if (leg == bridge->legs[TARGET] && follow(bridge))
			return;
		dispatch(bridge, leg == bridge->legs[CALLER] ? BRIDGE_EV_CALLER_ENDED : BRIDGE_EV_TARGET_ENDED);
	} else if (event == LINE_EV_ALERTED) {
		dispatch(bridge, BRIDGE_EV_ALERTED);
	} else if (event == LINE_EV_EARLY_MEDIA) {
		dispatch(bridge, BRIDGE_EV_EARLY_MEDIA);
	} else if (event == LINE_EV_EARLY_ENDED) {
		dispatch(bridge, BRIDGE_EV_EARLY_ENDED);
	} else if (event == LINE_EV_ANSWERED) {
		dispatch(bridge, BRIDGE_EV_ANSWERED);
	} else {
		directions_pass(bridge);
		line_wish(bridge->line);
	}
}

/* Its telephone is no part of the call: neither end is connected with somebody else. */
static unsigned on_refer(struct leg *leg, const struct ua_refer_request *request, struct ua_referral *referral, void *arg)
{
	(void)leg;
	(void)request;
	(void)referral;
	(void)arg;
	return 603;
}

static const struct leg_handlers handlers = {.event = on_leg, .refer = on_refer};

/* NULL: none is free. */
static struct line_bridge *free_bridge(struct line *line)
{
	for (int i = 0; i < LINE_BRIDGES_MAX && line_may_have_leg(line); i++) {
		if (line->bridges[i].state == LINE_BRIDGE_NONE)
			return &line->bridges[i];
	}
	gw_log(GW_LOG_WARNING, line->config->name, "no bridge is free: %d at once are the most", LINE_BRIDGES_MAX);
	return NULL;
}

/* The caller's leg is there already. */
static int offer(struct line_bridge *bridge, struct leg *caller, const struct line_target *target)
{
	struct line *line = bridge->line;
	struct ua_call_to to = target->call;
	int err;

	to.forwards = leg_invite(caller);
	to.cause = target->redirect.cause;
	if (!to.account && !line_may_call(line))
		return ENOTCONN;
	err = leg_call(&bridge->legs[TARGET], &line->leg_config, line->account, &to, &handlers, bridge);
	if (err)
		return err;
	bridge->legs[CALLER] = caller;
	bridge->cause = target->redirect.cause;
	line_moves_forget(&bridge->moves);
	line->calls_out++;
	leg_hand_over(caller, &handlers, bridge);
	state_set(bridge, LINE_BRIDGE_OFFERING, "a call is forwarded");
	loop_timer_start(bridge->timer, line->config->profile->ring_s * 1000u);
	leg_tell_forwarded(caller);
	line_wish(line);
	return 0;
}

static void offer_failed(struct line *line, int err)
{
	gw_log(GW_LOG_WARNING, line->config->name, "a call cannot be forwarded from here: %s", err == ELOOP ? "it has no hop left"
		: err == ENOTCONN ? "not registered" : strerror(err));
}

bool line_bridge_forward(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming,
	const struct line_target *target)
{
	struct line_bridge *bridge = free_bridge(line);
	struct leg *caller;
	int err;

	if (!bridge) {
		ua_invite_reject(invite, 486, "Busy Here");
		return false;
	}
	if (leg_take(&caller, &line->leg_config, invite, incoming, &handlers, bridge) != 0)
		return false;
	line->calls_in++;
	err = offer(bridge, caller, target);
	if (!err)
		return true;
	offer_failed(line, err);
	if (err == ELOOP)
		leg_refuse(caller, 483, "Too Many Hops");
	else
		leg_refuse(caller, 480, "Temporarily Unavailable");
	leg_free(caller); /* the media thread has not heard of it */
	return false;
}

bool line_bridge_forward_ringing(struct line *line, struct line_leg *place, const struct line_target *target)
{
	struct line_bridge *bridge = free_bridge(line);
	const struct line_leg rang = *place;
	int err;

	if (!bridge)
		return false;
	err = offer(bridge, line_leg_leave(place), target);
	if (!err)
		return true;
	offer_failed(line, err);
	*place = rang;
	return false;
}

bool line_bridge_join(struct line *line, struct line_leg *first, struct line_leg *second)
{
	struct line_bridge *bridge = free_bridge(line);

	if (!bridge)
		return false;
	bridge->legs[CALLER] = line_leg_leave(first);
	bridge->legs[TARGET] = line_leg_leave(second);
	for (int i = CALLER; i <= TARGET; i++)
		leg_hand_over(bridge->legs[i], &handlers, bridge);
	state_set(bridge, LINE_BRIDGE_UP, "two calls are connected from here");
	directions_pass(bridge);
	line_wish(line);
	return true;
}

int line_bridges_init(struct line *line, struct loop *loop)
{
	int err = 0;

	for (int i = 0; i < LINE_BRIDGES_MAX && !err; i++) {
		line->bridges[i].line = line;
		err = loop_timer_alloc(&line->bridges[i].timer, loop, on_timer, &line->bridges[i]);
	}
	return err;
}

void line_bridges_free(struct line *line)
{
	for (int i = 0; i < LINE_BRIDGES_MAX; i++) {
		loop_timer_free(line->bridges[i].timer);
		leg_free(line->bridges[i].legs[CALLER]);
		leg_free(line->bridges[i].legs[TARGET]);
	}
}

/* The caller hears nothing before there is something to hear: his own ringback tone would end. */
void line_bridges_wish(const struct line *line, struct media_wish *wish)
{
	for (unsigned i = 0; i < LINE_BRIDGES_MAX; i++) {
		const struct line_bridge *bridge = &line->bridges[i];
		unsigned places[] = {MEDIA_CALLS + 2 * i, MEDIA_CALLS + 2 * i + 1};
		bool sounds = bridge->state >= LINE_BRIDGE_EARLY;

		for (int side = CALLER; side <= TARGET && bridge->legs[side]; side++) {
			leg_stream_wish(bridge->legs[side], sounds, sounds || side == TARGET, &wish->streams[places[side]]);
			wish->hears[places[side]] = (uint8_t)(1u << places[CALLER + TARGET - side]);
		}
	}
}

void line_bridges_silence(struct line *line, const struct media_report *report)
{
	for (int i = 0; i < LINE_BRIDGES_MAX; i++) {
		for (int side = CALLER; side <= TARGET; side++) {
			if (line->bridges[i].legs[side])
				leg_silence(line->bridges[i].legs[side], report->silent_ids, MEDIA_STREAMS);
			if (line->bridges[i].legs[side] && report->wish_sequence == line->wish_sequence)
				leg_quiet(line->bridges[i].legs[side], report->quiet_ids, MEDIA_STREAMS);
		}
	}
}

void line_bridges_shut(struct line *line)
{
	for (int i = 0; i < LINE_BRIDGES_MAX; i++) {
		if (line->bridges[i].state != LINE_BRIDGE_NONE)
			dispatch(&line->bridges[i], BRIDGE_EV_SHUT);
	}
}

unsigned line_bridges_count(const struct line *line)
{
	unsigned count = 0;

	for (int i = 0; i < LINE_BRIDGES_MAX; i++)
		count += line->bridges[i].state != LINE_BRIDGE_NONE;
	return count;
}
