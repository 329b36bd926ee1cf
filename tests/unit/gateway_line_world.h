/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that is around one line, played by the test: network, timer, and the media plane, which obeys only when told to.
 * Whatever the line does is written down here.
 */
#ifndef TIPRING_TESTS_GATEWAY_LINE_WORLD_H
#define TIPRING_TESTS_GATEWAY_LINE_WORLD_H

#include "gateway/line/line.h"
#include "gateway/line/line_bridge.h"

#define INVITES_MAX 256

struct ua_invite {
	const struct ua_invite_handlers *handlers;
	void *arg;
	char to[64];            /* number or address of one that was sent */
	char proxy[64];         /* that it is to go by; "": none */
	enum ua_forward_cause forwarded; /* refused with 302: why; to is where to */
	bool dead;              /* the line may not touch it any more */
	unsigned refused;       /* status */
	unsigned answers;       /* final ones that the line gave: refusals, 200, and its end */
	bool told_forwarded;    /* 181 */
	bool rings, rings_waiting, progressed, picked_up, given_up, ended;
	const struct ua_invite *instead_of; /* the call that is forwarded by this one */
	bool anonymous;         /* sent without the caller's number */
	uint16_t rung_port, answered_port; /* for sound, as the line said when it rang and when it answered */
	char told_addr[64];     /* ... and where: of its first offer, or of its answer */
	struct ua_sdp described; /* the line's newest description of itself */
	unsigned end_cause;     /* Q.850 */
	bool cancelled;         /* ... before it was answered, by its caller */
	bool came;              /* it was not sent by the line */
	bool offering;          /* the peer has not said anything to the last offer: none but with world.offers_take_time */
	bool unacknowledged;    /* ... nor to our 200: the same */
	bool turned_down;       /* an offer, for want of that: changed comes, without a description, when it is there */
	bool referring;         /* ... nor what has come of its transfer */
	char referred_user[64]; /* ... or number */
	bool referred_by_address;
	const struct ua_invite *focus;       /* ... to call the conference of this one */
	char dropped[64];                    /* ... as a conference, to let go of him */
	const struct ua_invite *referred_to; /* the call that its peer was asked to take over */
	enum ua_direction offered; /* of the last offer in the call, when there was one */
	size_t offered_keys;       /* ... that protect sound: how many it had */
	enum ua_codec offered_first; /* ... its first codec, and how many */
	size_t offered_formats;
	unsigned offers, flashes;
	char informed[64];         /* the body of a key's INFO that the peer has not answered */
};

struct line_world {
	struct line *line;
	struct config_profile profile;
	struct config_account account;
	struct config_line config;
	struct leg_config leg_config;
	struct config whole;
	struct directory directory;
	struct subscriber subscriber;
	struct ua_account *accounts[2];
	const struct ua_account *calling_account; /* of the newest call */
	bool calling_hurries; /* that call */
	const struct ua_account *called_account; /* by the newest call; NULL: through the server */
	enum ua_registration registration;
	const struct ua_account *unregistered; /* that one is not, whatever registration says */
	int send_err;             /* what ua_invite_send_to shall say ... */
	int offer_err;            /* ... and ua_invite_offer */
	int answer_err, ring_err; /* what ua_invite_answer and ua_invite_ring shall say */
	int refer_err;            /* ... and ua_invite_refer */
	bool offers_take_time;    /* EBUSY to another offer until call_has_changed */

	struct media_wish wish; /* the newest */
	uint32_t wish_sequence;
	struct media_report report;
	struct media_event events[1024];
	unsigned queue_size;    /* events that wait for the line, at most; others are lost. 0: no end */
	unsigned event_count, events_taken;

	uint64_t now_ms;        /* time_passes moves it on */
	int64_t wall_s;
	unsigned timer_ms;      /* of the state; 0: does not run */
	unsigned timer_starts;
	unsigned waiting_timer_ms; /* of the call that waits */
	unsigned others_timer_ms; /* of the state of a line that the test has made besides */
	unsigned others_waiting_timer_ms;
	uint32_t others_wish_sequence; /* of such a line where its media line is not NULL; what it wishes is in force at once */
	struct {
		void (*handler)(void *arg);
		void *arg;
	} timers[2 * (3 + LINE_BRIDGES_MAX) + 2]; /* of two lines and what stands between them */
	unsigned bridge_timers_ms[LINE_BRIDGES_MAX];
	unsigned limit_timer_ms; /* of how long calls may last */
	unsigned timer_count;

	void (*on_aside)(int fd, void *arg); /* of the newest leg's handshake */
	int aside_fd;
	void *aside_arg;

	struct completion_of completion; /* number "": nobody is waited for */

	unsigned reported;      /* to the transferor */
	bool report_ended;
	struct ua_invite invites[INVITES_MAX]; /* those that were sent and those that came, in order */
	unsigned invite_count;
};

extern struct line_world world;

void line_world_make(const char *digit_map);
/* Its account is another one now. */
void line_world_account(struct ua_account *account);
void line_world_free(void);
/* The line begins anew, with what the profile says by now. */
void line_world_again(void);

/* Around a test whose line needs nothing special: any number may be dialled. */
int line_test_begin(void **state);
int line_test_end(void **state);
#define LINE_TEST(test) cmocka_unit_test_setup_teardown(test, line_test_begin, line_test_end)

/* A packet of a handshake comes from 127.0.0.1 for the call that was made last. */
void handshake_comes(const uint8_t *bytes, size_t length);

/* The telephone; the line hears of it at once. */
void phone_does(enum media_event_kind kind, char digit);
void phone_dials(const char *digits);
/* It stands in the queue; line_media_changed tells the line. */
void phone_did(enum media_event_kind kind, char digit);
/* The newest wish is in force. */
void media_obeys(void);
void time_is_up(void);
void waiting_time_is_up(void);
void bridge_time_is_up(unsigned bridge);
/* Timers of the line run down as they are due. */
void time_passes(unsigned ms);
/* ... that of how long calls may last, and no other. */
void call_lasts(unsigned ms);

/* The network. NULL: no session description. */
struct ua_invite *call_comes(const char *sdp);
/* ... with caller_user, anonymous and diversions of who. */
struct ua_invite *call_comes_as(const struct ua_incoming *who, const char *sdp);
struct ua_invite *call_sent(void); /* the newest */
void call_progresses(struct ua_invite *invite, unsigned status, const char *sdp);
void call_is_answered(struct ua_invite *invite, const char *sdp);
/* What the peer says to the line's offer; NULL: no. */
void call_has_changed(struct ua_invite *invite, const char *sdp);
/* ... to the line's 200, with a description where that had the offer. */
void call_is_acknowledged(struct ua_invite *invite, const char *sdp);
int call_is_offered(struct ua_invite *invite, const char *sdp);
/* The peer answers what the line offered in the call. */
void call_is_changed(struct ua_invite *invite, const char *sdp);
void call_is_unreachable(struct ua_invite *invite);
/* The peer asks for a transfer; returns what it is answered. */
unsigned call_is_referred(struct ua_invite *invite, const char *uri, const char *user, const char *replaces);
void call_info_is_answered(struct ua_invite *invite, unsigned status);
void call_key_comes(struct ua_invite *invite, char key, unsigned ms);
void call_transfer_is_told(struct ua_invite *invite, unsigned status, bool done);
void call_transfer_done(struct ua_invite *invite, unsigned status);
/* A call comes that is to replace another. */
struct ua_invite *call_replaces(struct ua_invite *replaced, const char *sdp);
void call_ends(struct ua_invite *invite, unsigned status, bool after_answer);
/* 302 to that user there. */
void call_moves(struct ua_invite *invite, const char *user, const char *host);
/* ... to that address, which has them. */
void call_moves_to(struct ua_invite *invite, const char *uri, const char *user, const char *host);
/* ... to several, or by a proxy. */
void call_moves_to_some(struct ua_invite *invite, const struct ua_moved *moved, unsigned count);

/* Descriptions of a peer at 127.0.0.1:4000 that speaks PCMU; attributes are whole lines. */
const char *sdp_with(const char *addr, const char *formats, const char *attributes);

#endif
