/* SPDX-License-Identifier: BSD-3-Clause */
/* What must hold of a line after whatever happened to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "gateway/line/line_private.h"
#include "tests/soak/soak.h"

/* Which calls there are in a state: none, always one, or as it comes. */
enum presence { NONE, ONE, ANY };

static const struct {
	bool off_hook;
	uint8_t active, held;
	bool first_at_ear; /* the held one is heard, and hears */
} expectations[LINE_STATE_COUNT] = {
	[LINE_IDLE] = {0, NONE, NONE, 0},          [LINE_SPLASH] = {0, NONE, NONE, 0},
	[LINE_CALLEE_FREE] = {0, NONE, NONE, 0},   [LINE_TRANSFER_CLEARS] = {0, ONE, ONE, 0},
	[LINE_DIAL_TONE] = {1, NONE, ANY, 0},      [LINE_DIALLING] = {1, NONE, ANY, 0},
	[LINE_CALLING] = {1, ONE, ANY, 0},         [LINE_RINGBACK] = {1, ONE, ANY, 0},
	[LINE_EARLY_MEDIA] = {1, ONE, ANY, 0},     [LINE_RINGING] = {0, ANY, NONE, 0},
	[LINE_TALKING] = {1, ONE, ANY, 0},         [LINE_RECALL] = {1, NONE, ANY, 0},
	[LINE_THREE_WAY] = {1, ONE, ONE, 1},       [LINE_THREE_RINGS] = {1, ONE, ONE, 1},
	[LINE_THREE_EARLY] = {1, ONE, ONE, 1},     [LINE_R_DIGIT] = {1, ONE, ANY, 0},
	[LINE_REFERRING] = {1, ANY, ONE, 0},       [LINE_NOT_REFERRED] = {1, ANY, ONE, 0},
	[LINE_ANNOUNCEMENT] = {1, NONE, ANY, 0},   [LINE_CONFIRMED] = {1, NONE, ANY, 0},
	[LINE_KEPT] = {0, ONE, ANY, 0},            [LINE_SUSPENDED] = {0, ONE, NONE, 0},
	[LINE_RING_BACK] = {0, NONE, ONE, 0},      [LINE_TRANSFER_RINGS] = {0, ONE, ONE, 0},
	[LINE_TRANSFERRING] = {0, ANY, ONE, 0},    [LINE_RELEASED] = {1, NONE, ANY, 0},
	[LINE_BUSY] = {1, NONE, ANY, 0},           [LINE_CONGESTION] = {1, NONE, ANY, 0},
	[LINE_INFO] = {1, NONE, ANY, 0},           [LINE_HOWLER] = {1, NONE, ANY, 0},
	[LINE_PARKED] = {1, NONE, ANY, 0},
};

static void assert_presence(const char *what, bool is_there, uint8_t expected)
{
	if ((expected == ONE && !is_there) || (expected == NONE && is_there))
		fail_msg("%s: the %s call %s", line_state_name(world.line->state), what, is_there ? "is there" : "is not there");
}

static void judge_calls(struct line *line)
{
	assert_presence("active", line_has(line, LINE_ROLE_ACTIVE), expectations[line->state].active);
	assert_presence("held", line_has(line, LINE_ROLE_HELD), expectations[line->state].held);
	if (line->state == LINE_RINGING && !line->offer && !line_has(line, LINE_ROLE_ACTIVE))
		fail_msg("it rings without a call");
	if (line->offer && line->state != LINE_RINGING)
		fail_msg("%s: an offer that does not ring", line_state_name(line->state));
	if (line->state == LINE_R_DIGIT && !line_has(line, LINE_ROLE_HELD) && !line_waits(line))
		fail_msg("r-digit: there is no other call");
	if (line->state == LINE_IDLE && line_has(line, LINE_ROLE_WAITING))
		fail_msg("idle: a call waits");
}

static void judge_timer(const struct line *line)
{
	bool wanted = line_fsm_outputs(line->state)->timer != LINE_TIMER_NONE;

	if (wanted != (world.timer_ms != 0))
		fail_msg("%s: its timer %s", line_state_name(line->state), wanted ? "does not run" : "runs");
	if (line_waits(line) != (world.waiting_timer_ms != 0))
		fail_msg("%s: a call %s, the timer of waiting calls %s", line_state_name(line->state),
			line_waits(line) ? "waits" : "does not wait", world.waiting_timer_ms ? "runs" : "does not run");
}

/* Each end of a bridge is a call. */
static unsigned bridge_legs(const struct line *line, const struct ua_invite *invite)
{
	unsigned count = 0;

	for (int i = 0; i < LINE_BRIDGES_MAX; i++) {
		for (int side = 0; side < 2; side++)
			count += line->bridges[i].legs[side] && (!invite || leg_is(line->bridges[i].legs[side], invite));
	}
	return count;
}

static bool is_owned(const struct line *line, const struct ua_invite *invite)
{
	return line_owns(line, invite) || bridge_legs(line, invite);
}

/* Each call has one owner, each leg a call. */
static void judge_owners(struct line *line)
{
	unsigned owned = 0, legs = 0;

	for (unsigned i = 0; i < world.invite_count; i++) {
		struct ua_invite *invite = &world.invites[i];

		if (invite->answers > 1)
			fail_msg("a call was answered for good %u times", invite->answers);
		if (invite->came && !invite->handlers && !invite->dead)
			fail_msg("a call was neither taken nor refused");
		if (!invite->dead && !is_owned(line, invite) && !is_owned(soak_neighbour.line, invite) && !soak_neighbour.offers.first)
			fail_msg("%s: a call is nobody's", line_state_name(line->state));
		owned += !invite->dead && is_owned(line, invite);
	}
	for (int i = 0; i < MEDIA_CALLS; i++)
		legs += line->legs[i].leg != NULL;
	legs += bridge_legs(line, NULL);
	if (owned != legs)
		fail_msg("%s: %u legs for %u calls", line_state_name(line->state), legs, owned);
}

/* Who is at the ear, and who hears whom. */
static void judge_sound(struct line *line)
{
	const struct line_outputs *outputs = line_fsm_outputs(line->state);
	const struct media_wish *wish = &world.wish;

	if (wish->ring != outputs->ring || wish->sound != outputs->sound || wish->hook_mode != outputs->hook_mode ||
	    (wish->feed == FXS_FEED_ACTIVE) != outputs->active)
		fail_msg("%s: ring, battery or sound are not as its outputs say", line_state_name(line->state));
	for (int role = 0; role < LINE_ROLE_COUNT; role++) {
		const struct stream_wish *stream = &wish->streams[line->place[role]];
		bool at_ear = role == LINE_ROLE_ACTIVE || (role == LINE_ROLE_HELD && expectations[line->state].first_at_ear);

		if (stream->id && !line_leg(line, role)->leg)
			fail_msg("%s: a stream without a leg", line_state_name(line->state));
		if ((stream->sends && !(at_ear && outputs->talks)) || (stream->receives && !(at_ear && outputs->hears)))
			fail_msg("%s: who is not to be at the ear is", line_state_name(line->state));
		if (wish->hears[line->place[role]] && !expectations[line->state].first_at_ear)
			fail_msg("%s: two far ends hear each other", line_state_name(line->state));
	}
}

/* What the peer was told of being held, as far as it can have been. */
static void judge_hold(struct line *line)
{
	for (unsigned i = 0; i < world.invite_count; i++) {
		const struct ua_invite *invite = &world.invites[i];
		bool held = leg_is(line_leg(line, LINE_ROLE_HELD)->leg, invite) && !expectations[line->state].first_at_ear &&
			!(line->state == LINE_R_DIGIT && line->r_digit_from == LINE_THREE_WAY);

		if (invite->dead || invite->offering || invite->unacknowledged || !invite->picked_up || world.offer_err || !line_owns(line, invite))
			continue;
		if (held != (invite->offers && invite->offered == UA_SENDONLY))
			fail_msg("%s: a call %s, and its far end knows %s", line_state_name(line->state),
				held ? "is held" : "is not held", held ? "nothing of it" : "otherwise");
	}
}

/* A bridge has both its ends, a limit to how long its target may ring, and as much sound as there is to be heard. */
static void judge_bridge(const struct line_bridge *bridge, unsigned timer_ms, const struct stream_wish streams[2])
{
	bool both = bridge->legs[0] && bridge->legs[1], runs = timer_ms != 0;

	if (both != (bridge->state != LINE_BRIDGE_NONE) || (!both && (bridge->legs[0] || bridge->legs[1])))
		fail_msg("a bridge has %s", both ? "ended and still its ends" : "one end");
	if (runs != (both && (bridge->state != LINE_BRIDGE_UP || world.profile.max_call_s)))
		fail_msg("a bridge: its timer %s", runs ? "runs" : "does not run");
	if (bridge->state == LINE_BRIDGE_OFFERING && (streams[0].sends || streams[1].sends))
		fail_msg("a bridge: the caller hears something while it only rings");
	for (int side = 0; side < 2; side++) {
		if (!both && streams[side].id)
			fail_msg("no bridge, but its stream");
	}
}

static void judge_bridges(const struct line *line)
{
	for (int i = 0; i < LINE_BRIDGES_MAX; i++)
		judge_bridge(&line->bridges[i], world.bridge_timers_ms[i], &world.wish.streams[MEDIA_CALLS + 2 * i]);
}

static void judge_hook(const struct line *line)
{
	bool known = world.events_taken == world.event_count && line->hang_ups == world.report.hang_ups &&
		line->events_lost == world.report.events_dropped;

	if (known && (line->off_hook != world.report.off_hook || line->off_hook != expectations[line->state].off_hook))
		fail_msg("%s: but the telephone is %s", line_state_name(line->state), world.report.off_hook ? "lifted" : "hung up");
}

static void judge_surprises(const struct line *line)
{
	if (line->surprises)
		fail_msg("%s while %s: the table does not say what then", line_event_name(soak_coverage->surprise),
			line_state_name(soak_coverage->surprised));
}

void soak_judge(void)
{
	judge_surprises(world.line);
	judge_owners(world.line);
	judge_calls(world.line);
	judge_timer(world.line);
	judge_sound(world.line);
	judge_hold(world.line);
	judge_bridges(world.line);
	judge_hook(world.line);
}

void soak_judge_end(void)
{
	const struct line *line = world.line;

	if (line->state != LINE_IDLE)
		fail_msg("hung up long ago, and still %s", line_state_name(line->state));
	if (world.timer_ms || world.waiting_timer_ms)
		fail_msg("idle: a timer runs");
	if (line_bridges_count(line))
		fail_msg("idle: a bridge is left");
	if (line->retired_count)
		fail_msg("idle: %u legs are left", line->retired_count);
	if (line->referral || (world.reported && !world.report_ended))
		fail_msg("who asked for a transfer has not been told of its end");
	for (unsigned i = 0; i < world.invite_count; i++) {
		const struct ua_invite *invite = &world.invites[i];

		if (!invite->dead)
			fail_msg("a call has not ended");
		if (invite->came && !invite->cancelled && invite->answers != 1)
			fail_msg("a call was answered for good %u times", invite->answers);
	}
}
