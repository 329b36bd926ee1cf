/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An offer: a call that came in and rings at several telephones, at once or one after the other, until one of them claims it. It owns
 * the call's leg so long: one INVITE, one dialog, one final answer. Control thread.
 *
 *   line_offer    a telephone rings with it ------------------.
 *   offer_claim   one was lifted: its line has the call now    |--> the others are told: line_offer_gone
 *   offer_decline one does not ring any more: the next, or 480 |
 *   the caller gives up --------------------------------------'
 */
#ifndef TIPRING_GATEWAY_OFFER_H
#define TIPRING_GATEWAY_OFFER_H

#include "gateway/leg/leg.h"
#include "gateway/loop.h"

struct line;
struct offer;

/* All that are under way. Zeroed: none. */
struct offers {
	struct offer *first;
};

struct offer_plan {
	const char *name;     /* whose call it is, for the log */
	struct line **lines;  /* in the order in which they ring; copied */
	unsigned line_count;
	bool at_once;         /* all of them ring; else one after the other, step_s each */
	unsigned ring_s, step_s;
};

/* Takes the call and rings; refuses it where that cannot be (as leg_take), and with 480 when no line rings. */
void offer_begin(struct offers *offers, struct loop *loop, const struct offer_plan *plan, const struct leg_config *config,
	struct ua_invite *invite, const struct ua_incoming *incoming);

/* The call goes to a line, any line: the leg is made anew for it (leg_move) and the offer is over. The lines that ring hear
 * line_offer_gone; one that claims has left the offer before. An errno: nothing has changed. */
int offer_claim(struct offer *offer, struct leg **legp, const struct leg_config *config, const struct leg_handlers *handlers, void *arg);

/* A line has left: nobody answered there, or its port is out of order. The offer may be over then. */
void offer_decline(struct offer *offer);

/* Ends all, 480. */
void offers_end(struct offers *offers);
/* ... without telling the lines. */
void offers_free(struct offers *offers);

#endif
