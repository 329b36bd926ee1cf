/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line: one telephone, its machine (line_fsm.h), its legs and its digits. The only place where a telephone meets a
 * call. Control thread.
 */
#ifndef TIPRING_GATEWAY_LINE_H
#define TIPRING_GATEWAY_LINE_H

#include "gateway/completion.h"
#include "gateway/config/config.h"
#include "gateway/directory.h"
#include "gateway/leg/leg.h"
#include "gateway/line/line_fsm.h"
#include "gateway/loop.h"
#include "gateway/media/media.h"
#include "gateway/offer.h"
#include "gateway/subscriber.h"
#include "sip/message_summary.h"

struct line;

/* Owns none of them; all outlive it. */
int line_alloc(struct line **linep, struct loop *loop, const struct config_line *config,
	const struct leg_config *leg_config, const struct directory *directory, struct subscriber *subscriber,
	struct ua_account *account, struct media_line *media);
void line_free(struct line *line); /* after the media thread stopped */

/* The media thread has something new. */
void line_media_changed(struct line *line);

/* Each second: what the time of day brings (wall_s, loop.h). */
void line_wakeup_review(struct line *line, uint64_t now_ms, int64_t wall_s);

/* A call for this line: takes or refuses it before returning. */
void line_incoming(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming);

/* ... that waits, whatever the subscriber wants otherwise; its own forwarding does not apply. */
void line_let_wait(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming);
/* Neither does the subscriber refuse its caller nor is there do not disturb. */
bool line_may_be_disturbed(const struct line *line, const struct ua_incoming *incoming);

/* Rings, if it is ready to, with a call that others may take (offer.h), for ring_s at the longest; false: it does not. */
bool line_offer(struct line *line, struct offer *offer, const struct ua_incoming *incoming, unsigned ring_s);
/* Somebody else has taken it, or the caller is gone; nothing happens to a line where another call rings. */
void line_offer_gone(struct line *line, const struct offer *offer);

/* Whether a call is one of this line's. */
bool line_owns(const struct line *line, const struct ua_invite *invite);
/* A call that takes the place of one of this line's (incoming->replaces): answered without ringing. */
void line_replace(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming);

/* How it hears that somebody can be reached who could not be; NULL: not at all. */
void line_completion_set(struct line *line, struct completion *completion);
/* He can: the telephone rings, and lifting calls him. false: it is in use. */
bool line_callee_free(struct line *line);

/* Messages wait in the account's mailbox, or no longer: the next dial tone tells. */
void line_messages_set(struct line *line, const struct ua_message_summary *messages);

/* Ends what goes on, politely; the telephone falls silent. */
void line_shut(struct line *line);

/* For the operator. */
struct line_status {
	const char *name;
	const char *state;
	bool off_hook, fault;
	enum ua_registration registration;
	unsigned calls_in, calls_out, flashes, surprises;
	unsigned bridges; /* that there are now */
	struct ua_message_summary messages;
};
void line_status_get(const struct line *line, struct line_status *status);

/* A call of it, as the operator sees it. */
struct line_call {
	const char *line, *codec;
	const char *fax; /* what was heard of one: "calls", "answers" (or a modem); "": nothing */
	bool up; /* answered */
	struct stream_stats stats;
	struct stream_rating rating;
};
bool line_call_get(const struct line *line, unsigned index, struct line_call *call); /* false: there are no more */

/* It is in a call, rings, is being dialled on, or its calls go on without it; one that was left off its hook is not. */
bool line_is_in_use(const struct line *line);

/* It is the line of that section. */
bool line_is(const struct line *line, const struct config_line *config);
/* The short number is this line's. */
bool line_has_number(const struct line *line, const char *number);

/* How well it could take a call now. */
enum line_readiness {
	LINE_OUT_OF_ORDER, /* its port, or the media plane under it */
	LINE_IN_USE,
	LINE_LETS_WAIT,    /* in a call, with call waiting */
	LINE_READY,        /* it would ring */
};
enum line_readiness line_readiness(const struct line *line);

#endif
