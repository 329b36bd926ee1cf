/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bridge: two legs of a line that talk to each other here, past the telephone, which is free meanwhile. A call that is forwarded
 * from here is one from its first moment, a transfer that cannot be the network's becomes one. It has a table of states of its own:
 *
 *   offering   the target is called; the caller hears nothing yet, or that it rings
 *   early      ... and what the target's network says
 *   up         both talk, and what either wants of the stream (hold) is passed on to the other
 *
 * When one end leaves, the other one is let go too. Control thread; private to the line.
 */
#ifndef TIPRING_GATEWAY_LINE_BRIDGE_H
#define TIPRING_GATEWAY_LINE_BRIDGE_H

#include "gateway/config/config.h"
#include "gateway/leg/leg.h"
#include "gateway/loop.h"
#include "gateway/media/media.h"

#define LINE_BRIDGES_MAX MEDIA_BRIDGES

struct line;
struct line_leg;
struct line_target;

enum line_bridge_state {
	LINE_BRIDGE_NONE,
	LINE_BRIDGE_OFFERING,
	LINE_BRIDGE_EARLY,
	LINE_BRIDGE_UP,
	LINE_BRIDGE_STATES,
};

#define LINE_MOVES_MAX 5   /* as often as a call may be forwarded: more is a loop */
#define LINE_MOVED_MAX 256 /* bytes of an address; a longer one is not called */

/* A place that a 3xx named. */
struct line_moved {
	char uri[LINE_MOVED_MAX], user[CONFIG_DIGITS_MAX + 1], host[LINE_MOVED_MAX];
	char proxy[LINE_MOVED_MAX], proxy_host[LINE_MOVED_MAX]; /* "": none */
};

/* How a call is sent on. */
struct line_moves {
	unsigned count;      /* how often it was */
	struct line_moved to[LINE_MOVES_MAX];   /* ... and where */
	struct line_moved next[LINE_MOVES_MAX]; /* places that were not tried yet, the most wanted first */
	unsigned next_count;
	uint32_t stream_id;  /* of the leg that is at such a place now, whose failure leads to the next; 0: none */
};

struct line_bridge {
	struct line *line;
	enum line_bridge_state state;
	struct leg *legs[2]; /* of the caller, or the party that was held, and of the target */
	enum ua_forward_cause cause; /* while it is not up */
	struct line_moves moves;     /* of the target */
	struct loop_timer *timer; /* how long the target may ring, then how long both may talk */
};

int line_bridges_init(struct line *line, struct loop *loop);
void line_bridges_free(struct line *line);

/* Forwards a call that came in: it is taken, or refused (false), before this returns. */
bool line_bridge_forward(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming,
	const struct line_target *target);
/* ... or one that the telephone has been ringing for, which leaves its place. false: no bridge is free, or the target cannot be
 * called; it is where it was. */
bool line_bridge_forward_ringing(struct line *line, struct line_leg *place, const struct line_target *target);
/* Two calls that are up leave their places and talk to each other. false: no bridge is free. */
bool line_bridge_join(struct line *line, struct line_leg *first, struct line_leg *second);

void line_bridges_wish(const struct line *line, struct media_wish *wish);
void line_bridges_silence(struct line *line, const struct media_report *report);
void line_bridges_shut(struct line *line);
unsigned line_bridges_count(const struct line *line);

#endif
