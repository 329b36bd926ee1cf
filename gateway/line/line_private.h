/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the line: its struct, and what its files (line_*.c) are to each other. */
#ifndef TIPRING_GATEWAY_LINE_PRIVATE_H
#define TIPRING_GATEWAY_LINE_PRIVATE_H

#include <stdio.h>

#include "gateway/line/line.h"
#include "gateway/line/line_bridge.h"
#include "gateway/wakeup.h"

#define LINE_DIGITS_MAX  CONFIG_DIGITS_MAX
#define LINE_RETIRED_MAX (15 + MEDIA_STREAMS)
#define LINE_EMERGENCY_TRIES_MAX 8 /* accounts that an emergency call goes over, one after the other */
#define LINE_NUMBER_MAX  (LINE_DIGITS_MAX + DIGITMAP_SENT_MAX + 1) /* as it is sent, with the final zero */
#define LINE_URI_MAX     256
#define LINE_WARMLINE_S  5
#define LINE_NORMAL_CLEARING 16 /* Q.850 */
#define LINE_RECOVERY_ON_TIMER 102

/* What a leg is to the subscriber. */
enum line_role {
	LINE_ROLE_ACTIVE,  /* the call that is dialled, rings, or is talked in */
	LINE_ROLE_HELD,    /* the call that was left for another; in a three-way call its other party */
	LINE_ROLE_WAITING, /* a call that came in during another */
	LINE_ROLE_COUNT,
};

struct line_leg {
	struct leg *leg; /* NULL: none */
	uint8_t pattern; /* it rings or sounds in while it waits (ring_pattern.h) */
	bool for_group;  /* one of several may take it: this subscriber's own forwarding does not apply */
	bool came_in;    /* was not made from here */
	bool circles;    /* it came in and has been forwarded enough */
	bool is_focus;   /* a conference of the network's */
	bool confers;    /* it was asked to go to one, or one was asked to let go of somebody: no answer yet */
	bool joined;     /* it is in the one that is being made */
	bool over;       /* it has ended or was hung up: it leaves after this event */
	bool warned;     /* ... that it has lasted long */
	bool is_timed;   /* it is up since ... */
	uint64_t since_ms;
};

/* What LINE_ANNOUNCEMENT lets the telephone hear. */
struct line_announcement {
	uint8_t tone; /* enum media_tone */
	bool echo;
	struct prompt_list prompts;
	unsigned ms;  /* how long */
};

struct line {
	const struct loop *loop;
	const struct config_line *config;
	struct leg_config leg_config;
	const struct directory *directory;
	struct subscriber *subscriber;
	struct ua_account *account;
	struct media_line *media;
	struct loop_timer *timer;

	enum line_state state;
	uint32_t events_read; /* from the media line's queue, in all */
	uint32_t events_lost; /* by it, in all, as far as line_dispatch was told */
	uint32_t hang_ups;    /* heard of or healed, in all */
	bool off_hook; /* as events and reports told last */
	bool fault;
	int refusal; /* that was logged */
	uint8_t tone_serial, beep_serial;
	char digit; /* of the event that is being dispatched */
	char digits[LINE_DIGITS_MAX + 1];
	bool is_feature; /* the digits are a code, and this is it */
	struct feature_match feature;
	struct line_announcement announcement;
	char last_dialled[LINE_DIGITS_MAX + 1];
	char last_caller[LINE_DIGITS_MAX + 1]; /* as the network told; "": hidden, or nobody called */
	struct completion *completion; /* NULL: there is none for this line */
	struct completion_of unreached; /* whom the last call from here did not reach; number "": it reached him, or there was none */
	char conferee[LINE_URI_MAX]; /* whom the conference got last; "": nobody who could be let go of */
	bool calls_back; /* the digits are a caller's: nothing to rewrite */
	struct {
		bool hide, show;  /* for the next call from here */
		bool no_waiting;  /* until the line is idle again */
	} once;

	struct {
		char text[SUBSCRIBER_TEXT_MAX + 1]; /* the item that rang, or could not */
		unsigned rings;    /* so often */
		uint64_t rang_ms;  /* last */
		uint64_t again_ms; /* nothing before that */
	} wakeup;

	/* A leg keeps its place, which is that of its stream, while roles change hands. */
	struct line_leg legs[MEDIA_CALLS];
	uint8_t place[LINE_ROLE_COUNT];
	struct loop_timer *waiting_timer, *limit_timer;
	struct line_bridge bridges[LINE_BRIDGES_MAX];
	/* A transfer that we were asked for: the new call, until it is answered, and whom to report to. */
	struct leg *referred_leg;
	struct ua_referral *referral;
	struct line_moves moves; /* of the newest call from here */
	unsigned times_referred; /* by whom we were connected with, one after the other, since the line was idle */
	char blind_number[LINE_NUMBER_MAX]; /* whom the held party is to be connected with; "": with the active one */
	bool second_came_in;  /* of two calls, the newer was not made from here */
	bool emergency;       /* the newest call from here is one */
	char emergency_number[LINE_NUMBER_MAX];
	struct ua_account *emergency_tried[LINE_EMERGENCY_TRIES_MAX]; /* accounts that it has gone over */
	unsigned emergency_tried_count;
	char routed_number[LINE_NUMBER_MAX]; /* of the newest call from here, when routes carry it; "": they do not */
	unsigned route_place; /* of the account in its row that comes next */
	uint64_t emergency_back_by_ms; /* until then the emergency centre may call back; 0: it was not called */
	enum line_state r_digit_from; /* in LINE_R_DIGIT: what the calls were before */
	uint64_t flash_at_ns; /* of the last flash, for a hang-up that bounces */
	struct offer *offer;  /* in LINE_RINGING: what rings is not ours yet */
	unsigned offer_s;     /* how long it rings here */
	struct ua_invite *incoming_invite; /* while LINE_EV_CALL_IN is dispatched */
	const struct ua_incoming *incoming;

	/* Legs whose socket the media thread may still use, until the wish without them is in force. */
	struct {
		struct leg *leg;
		uint32_t wish_sequence;
	} retired[LINE_RETIRED_MAX];
	unsigned retired_count;
	uint32_t wish_sequence;

	unsigned calls_in, calls_out, flashes, surprises;
	struct ua_message_summary messages; /* in the mailbox */
};

void line_dispatch(struct line *line, enum line_event event);
void line_wish(struct line *line);
void line_timer_again(struct line *line); /* what the state waits for has begun anew */
void line_beep(struct line *line); /* the subscriber hears a short tone over the call, once; the far end does not; not where that would disturb (use.h) */
unsigned line_answer_s(const struct line *line); /* how long a call may ring here */
bool line_gets_dial_tone(const struct line *line); /* it may call somebody, if only a line beside it */
bool line_may_call(const struct line *line); /* through its account: registered, or needs no registration */

/* Carries a verb out; returns the event that follows from it, or LINE_EVENT_COUNT. */
enum line_event line_verb_do(struct line *line, enum line_verb verb);

static inline struct line_leg *line_leg(struct line *line, enum line_role role)
{
	return &line->legs[line->place[role]];
}

static inline bool line_has(const struct line *line, enum line_role role)
{
	return line->legs[line->place[role]].leg && !line->legs[line->place[role]].over;
}

/* A call that came in and waits for the subscriber. */
static inline bool line_waits(const struct line *line)
{
	const struct line_leg *place = &line->legs[line->place[LINE_ROLE_WAITING]];

	return line_has(line, LINE_ROLE_WAITING) && place->leg != line->referred_leg && !place->is_focus;
}

extern const struct leg_handlers line_leg_handlers;
/* Something has happened to the call of that role; ENDED*: it is over. */
void line_leg_event(struct line *line, enum line_role role, enum line_event event);
/* No more calls than the media thread can let go of: a socket would be closed under it. */
bool line_may_have_leg(const struct line *line);

/* line_call.c: as dialled in the network's form, from the active place. LINE_EVENT_COUNT: it is under way. */
enum line_event line_call_out(struct line *line, const char *number);

/* As dialled in the network's form, over an account. */
int line_call_over(struct leg **legp, struct line *line, struct ua_account *account, const char *number);
/* ... or over the next of the route, or for the emergency call, that can begin one at all: the address of the first may be gone. *accountp is the
 * one that does. */
int line_call_over_next(struct leg **legp, struct line *line, struct ua_account **accountp, const char *number);

/* line_route.c */
/* The number is one of routes. */
bool line_route_has(const struct line *line, const char *number);
/* The next account that may call; NULL: none is left. */
struct ua_account *line_route_account(struct line *line, const char *number);
/* A call that the network failed to carry goes over the next account of its row, in the same place; false: it is none, or none is left. */
bool line_route_goes_on(struct line *line, struct leg *leg, enum line_role role);

/* line_emergency.c */
void line_emergency_begin(struct line *line);
/* The next account that the emergency call may go over: the line's own before others, registered ones before those that are not; NULL: none
 * is left. */
struct ua_account *line_emergency_account(struct line *line);
/* Whether there would be one. */
bool line_emergency_has_more(const struct line *line);
/* An emergency call that was refused, or that nobody answers for, goes over another account, in the same place; false: it is none, the centre
 * itself has spoken, or no account is left. */
bool line_emergency_goes_on(struct line *line, struct leg *leg, enum line_role role);

/* line_redirect.c: the called one is elsewhere and is called there, in the same place, or at the next of several places; false: may not be,
 * or cannot. */
bool line_follow(struct line *line, struct leg *leg, enum line_role role);
/* Another call begins. */
void line_moves_forget(struct line_moves *moves);
/* Calls the next place for a leg that has ended, as of there: who calls on for whom; NULL: it leads nowhere. */
struct leg *line_moves_call(struct line *line, struct line_moves *moves, const struct leg *ended, const struct ua_call_to *as,
	const struct leg_handlers *handlers, void *arg);

/* line_transfer.c */
/* This subscriber pays: others send him only where his telephone could dial now, at the domains that they may, and not to himself.
 * hosts: others that are as good as the account's domain, with blanks between them. */
bool line_may_be_sent_to(const struct line *line, enum config_reach reach, const char *hosts, const char *user, const char *host);
/* Not where a sips: URI is to be called and the account does not speak TLS; the log says so. */
bool line_can_reach(const struct line *line, const char *uri);
/* Where others send a call to: to->uri, and to->user where it is a number of ours. */
void line_call_where(const struct line *line, struct ua_call_to *to, const char *user, const char *host);
/* The held party is to talk to the active one, or to a number in the network's form and as dialled. Returns what
 * follows, LINE_EVENT_COUNT when the far end has been asked, TRANSFER_FAILED when it could not be. */
enum line_event line_transfer(struct line *line);
enum line_event line_transfer_blind(struct line *line, const char *number, const char *dialled);
/* What an event of a leg is while a transfer is under way. */
enum line_event line_transfer_judge(struct line *line, enum line_role role, enum line_event event);
unsigned line_refer(struct leg *leg, const struct ua_refer_request *request, struct ua_referral *referral,
	void *arg);
/* What the new call of a transfer has come to; true: the event is dealt with. */
bool line_referral_event(struct line *line, struct leg *leg, enum line_event event);
/* The subscriber gave up. */
void line_referral_drop(struct line *line);
/* The leg leaves the line: was it the new call, then nothing comes of it any more. */
void line_referral_leave(struct line *line, const struct leg *leg);
/* The new call has no place of its own yet. */
bool line_referral_waits(const struct line *line);

void line_roles_swap(struct line *line, enum line_role one, enum line_role other);
void line_role_hang_up(struct line *line, enum line_role role);
enum line_role line_role_of(struct line *line, const struct leg *leg); /* LINE_ROLE_COUNT: none */

/* line_services.c: hold, swap, call waiting, three-way, and the end of it all. As line_verb_do. */
enum line_event line_service_do(struct line *line, enum line_verb verb);

/* line_judge.c: what an event is to the table, by what calls there are. */
enum line_event line_judge_timeout(const struct line *line);
enum line_event line_judge_flash(const struct line *line);
enum line_event line_judge_hang_up(const struct line *line, uint64_t at_ns);
enum line_event line_judge_call_in(const struct line *line);

/* line_limit.c: how long calls may last (max_call_s). */
void line_limit_review(struct line *line);  /* one may be up, or is over */
void line_limit_reached(struct line *line); /* the timer that it started has run down */

/* line_quality.c: how a call sounded whose stream has ended. */
void line_quality_log(struct line *line, const struct leg *leg);

/* line_pickup.c */
bool line_offer_leave(struct line *line); /* false: there was none */
int line_offer_claim(struct line *line);  /* the active leg is its call then; in any case the offer is left */
enum line_event line_pick_up(struct line *line, const char *number); /* "": anybody's */

/* line_digits.c */
enum line_event line_digits_add(struct line *line); /* LINE_EVENT_COUNT: more may come */
enum line_event line_digits_end(struct line *line); /* no more come */
bool line_number_is_emergency(const struct line *line, const char *digits);
bool line_number_is_barred(const struct line *line, const char *dialled); /* always, or now */
/* What is called for it, number, in the network's form; false: it is none that this line may call. */
bool line_number_sent(const struct line *line, const char *dialled, char number[LINE_NUMBER_MAX]);

/* line_feature.c: does what the code says; DONE, ANNOUNCE, REFUSED, NUMBER (then digits is one to be called) or REFER_BLIND. */
enum line_event line_feature_do(struct line *line);

/* line_wakeup.c */
enum line_event line_wakeup_set(struct line *line, const char *hhmm, bool daily); /* DONE, or REFUSED: no such time */
enum line_event line_wakeup_taken(struct line *line); /* ANNOUNCE, or LINE_EVENT_COUNT where there are no words for it */

/* line_announce.c. What shall be heard: each returns the event that leads there, ANNOUNCE, or REFUSED where prompts are missing. */
enum line_event line_announce_milliwatt(struct line *line);
enum line_event line_announce_echo(struct line *line);
enum line_event line_announce_quiet(struct line *line);
enum line_event line_announce_number(struct line *line); /* and whether it is registered */
enum line_event line_announce_prompts(struct line *line, const struct prompt_list *list); /* serial does not matter */
enum line_event line_announced(const struct line *line); /* what follows when its time is over */

/* line_conference.c: three-way calls by a conference of the network's (RFC 4579). */
bool line_confers(const struct line *line); /* the profile names one */
bool line_conference_can_drop(const struct line *line);
bool line_conference_event(struct line *line, struct leg *leg, enum line_event event); /* true: it is dealt with */
enum line_event line_conference_begin(struct line *line); /* LINE_DO_CONFER */
enum line_event line_conference_done(struct line *line);  /* ... _DONE */
enum line_event line_conference_fail(struct line *line);  /* ... _FAIL */
enum line_event line_conference_drop(struct line *line);  /* ... _DROP */

/* line_completion.c: calls that did not reach anybody. */
void line_completion_call(struct line *line, const struct ua_call_to *to); /* one begins */
void line_completion_note(struct line *line, enum line_event event, const struct leg *leg); /* what became of it */
bool line_completion_begin(struct line *line); /* false: there is nobody to be reached */
enum line_event line_completion_dial(struct line *line);
bool line_completion_is_barred(const struct line *line); /* whom it waits for may not be called now */

/* line_screen.c: what the subscriber's settings make of calls. true: the call is dealt with. */
bool line_screen(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming);
enum line_forward {
	LINE_FORWARD_SELECTIVE, /* because of its caller */
	LINE_FORWARD_ALWAYS,
	LINE_FORWARD_BUSY,
	LINE_FORWARD_NO_ANSWER,
};
bool line_forward(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming,
	enum line_forward why);
/* It has been forwarded often enough, or by this line already. */
bool line_turns_in_circles(const struct ua_incoming *incoming);
/* Nobody has taken the call that rings or waits at this place: true: it goes on elsewhere, and has left the place or is over. */
bool line_forward_ringing(struct line *line, struct line_leg *place);
/* Where a call goes on: sent back to its caller's server, or called from here. */
struct line_target {
	struct ua_redirect redirect;
	struct ua_call_to call;
	char number[LINE_NUMBER_MAX]; /* what the texts of both may point to */
};
bool line_call_waiting(const struct line *line);
/* What the line is used for: as it is configured, or a fax where one was heard in the call. */
const struct use_traits *line_traits(const struct line *line);
bool line_hides_number(const struct line *line);
const char *line_hotline(const struct line *line, unsigned *delay_s); /* "": none */
void line_caller_note(struct line *line, const struct ua_incoming *incoming);

/* line_r_digit.c */
enum line_event line_r_digit_back(const struct line *line);
enum line_event line_r_digit_event(const struct line *line, char digit);
void line_r_digit_abandon(struct line *line); /* something else happened to a call */

struct leg *line_leg_leave(struct line_leg *place); /* nothing of it stays behind for the next one there */
void line_legs_retire(struct line *line); /* those that are over */
void line_leg_exchange(struct line *line, enum line_role role, struct leg *next); /* for one that has ended */
void line_leg_retire(struct line *line, struct leg *leg); /* that has left its place; NULL: nothing */
void line_retired_review(struct line *line, uint32_t wish_sequence);

#endif
