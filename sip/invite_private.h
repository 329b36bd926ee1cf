/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of an invite. Its life is the table in invite_fsm.c; what goes out for a caller is in
 * invite_uac.c, for a called one in invite_uas.c, and what is posted to the user in invite_post.c.
 * Private to sip/.
 */
#ifndef TIPRING_SIP_INVITE_PRIVATE_H
#define TIPRING_SIP_INVITE_PRIVATE_H

#include "sip/agent_private.h"
#include "sip/invite.h"

#define UA_Q850_PROTOCOL_ERROR 111 /* unspecified: of a BYE after an answer that is none */

#define UA_FORKS_MAX 8 /* dialogs of one INVITE that are followed at a time */

enum ua_invite_state {
	UA_INVITE_CALLING,    /* caller: no final response yet */
	UA_INVITE_CANCELLING, /* caller: the user gave up, no final response yet */
	UA_INVITE_OFFERED,    /* called: no final response yet */
	UA_INVITE_ACCEPTED,   /* called: 2xx sent, no ACK yet */
	UA_INVITE_CLOSING,    /* called: 2xx sent, no ACK yet, and the user hung up */
	UA_INVITE_TALKING,
	UA_INVITE_ENDED,      /* kept to answer what is still under way */
	UA_INVITE_STATES,
};

enum ua_invite_event {
	/* from the peer */
	UA_EV_PROGRESS,   /* 1xx but 100 */
	UA_EV_ANSWER,     /* the first 2xx */
	UA_EV_UNFIT,      /* ... that makes no call; it has its ACK */
	UA_EV_CHALLENGED, /* 401 or 407 that we can answer */
	UA_EV_REFUSED,    /* another final response */
	UA_EV_CANCEL,
	UA_EV_ACK,        /* to our 2xx */
	UA_EV_BYE,
	UA_EV_REINVITE,
	UA_EV_GONE,       /* 481 to a request of ours in the call */
	/* from the user */
	UA_EV_RING,
	UA_EV_PICK_UP,
	UA_EV_REJECT,
	UA_EV_HANG_UP,
	/* from here */
	UA_EV_UNREACHED,  /* the INVITE could not be sent, or was not answered, or so that it makes no dialog */
	UA_EV_EXPIRED,    /* the INVITE's Expires */
	UA_EV_NO_ACK,     /* for 64*T1 */
	UA_EV_NO_PRACK,   /* ... */
	UA_EV_SESSION_OVER, /* nobody refreshed it (RFC 4028) */
	UA_EV_BROKEN,     /* the peer answered what we cannot use */
	UA_EVENTS,
};

/* What came with an event; what does not apply is zero. */
struct ua_event {
	enum ua_invite_event type;
	const struct sip_msg *msg;
	struct ua_fork *fork;
	unsigned status;
	const char *phrase;
	const char *headers; /* of our refusal; NULL: none */
	const char *text;    /* of our session description */
	bool offers;         /* the text is an offer */
	unsigned q850_cause;
	int err;
};

/* One of the dialogs that our INVITE made, told apart by the To tag. */
struct ua_fork {
	struct le le;      /* in invite->forks, the one that described itself last at the end */
	struct ua_dialog *dialog;
	uint32_t rseq;     /* of its last reliable response; 0: none yet */
	bool described;    /* answer is there ... */
	bool answered;     /* ... and settled, by a reliable response */
	bool silenced;     /* the network lets none of its sound through */
	bool over;         /* it has ended without a final response */
	struct ua_sdp answer;
	struct mbuf *ack;  /* NULL: no 2xx yet */
	struct ua_hop hop; /* where the ACK went */
};

/* A 2xx of ours that has no ACK yet. */
struct ua_accepting {
	struct mbuf *message; /* NULL: none */
	struct ua_hop hop;
	uint32_t cseq;
	unsigned interval_ms;
	bool offers;          /* the ACK brings the answer */
};

/* A provisional response of ours that must be acknowledged. */
struct ua_reliable {
	struct mbuf *message; /* NULL: none waits for its PRACK */
	struct ua_hop hop;
	uint32_t rseq;        /* of the last one; 0: none yet */
	uint32_t cseq;        /* of the INVITE */
	unsigned interval_ms;
	struct tmr resend, give_up;
	bool describes;       /* it brings a description of ours: no 2xx before its PRACK (RFC 3262 s3) ... */
	bool offers;          /* ... an offer: its PRACK brings the answer */
	bool settled;         /* offer and answer were exchanged before the 200 */
	bool pick_up_waits;   /* until that has been done */
};

/* An UPDATE or PRACK with an offer that the user is to answer. */
struct ua_update {
	struct sip_msg *msg;
	struct sip_strans *strans; /* NULL: none */
	struct ua_fork *fork;      /* the early dialog that it came in; NULL: the call's own */
};

#define UA_TIMER_LINES_MAX 96 /* bytes of header lines with their final zero */

struct ua_session_timer {
	unsigned expires_s;  /* 0: the session does not expire */
	unsigned min_se_s;   /* that a 422 asked for; 0: none */
	unsigned raises;     /* how often */
	bool we_refresh;
	bool peer_updates;   /* it takes UPDATE */
	struct tmr refresh, expiry;
	struct ua_request *request;
	struct ua_attempt attempt;
};

/* A re-INVITE of ours. */
struct ua_reoffer {
	struct ua_request *request; /* NULL: none is under way */
	struct ua_attempt attempt;
	char *text, *credentials;
	uint32_t cseq;
	struct mbuf *ack;  /* kept for repetitions of the 2xx */
	struct ua_hop hop; /* where the ACK went */
	struct tmr again;  /* after 491 */
	unsigned glares;
	bool turned_down;  /* the user's, while an ACK was due: it hears when that has come */
};

/* A transfer that we asked the peer for. */
struct ua_refer {
	struct ua_request *request;
	struct ua_attempt attempt;
	char *refer_to; /* NULL: none is under way */
	uint32_t cseq;  /* of the REFER: what its NOTIFYs may call it by */
	bool waits;     /* until an offer of ours has come to its end */
};

/* An INFO of ours. */
struct ua_info {
	struct ua_request *request;
	struct ua_attempt attempt;
	const char *type;
	char *body; /* NULL: none is under way */
};

/* What the user is to hear, in order. */
enum ua_post_type {
	UA_POST_INCOMING,
	UA_POST_PROGRESS,
	UA_POST_ANSWERED,
	UA_POST_OFFERED,
	UA_POST_CHANGED,
	UA_POST_UNREACHABLE,
	UA_POST_TRANSFER,
	UA_POST_TRANSFERRED,
	UA_POST_REFERRED,
	UA_POST_ENDED,
};

struct ua_invite {
	struct le he; /* in agent->invites */
	struct ua_agent *agent; /* NULL: the agent is gone */
	struct ua_account *account;
	struct ua_invite_handlers handlers;
	void *arg;
	bool owned; /* the user holds a pointer */
	enum ua_invite_state state;
	bool answered; /* there was a 2xx */
	unsigned q850_cause; /* for the BYE of CLOSING */
	struct list posts;
	struct post *last_post; /* kept for the end, which the user must hear of also when there is no memory */
	struct tmr deliver, expires, ring, resend, give_up, linger;

	struct ua_dialog *dialog; /* NULL: not made yet */

	/* caller */
	struct ua_dialog *started; /* what the INVITE said; its CSeq is the INVITE's */
	struct ua_request *request;
	struct ua_attempt attempt;
	struct list forks;
	struct ua_fork *heard;    /* whose early media the user was told last; NULL: nobody's */
	bool past_servers;        /* the INVITE goes straight to its address */
	char *call_lines; /* Replaces, Referred-By, Diversion, History-Info, Privacy, whole lines; NULL: none */
	char *from;       /* value of From without its tag */
	bool anonymous;   /* the called party is not told who calls */
	bool hurries;     /* the last server too is waited for no longer than the others */
	struct ua_moved_set *moved; /* of a 3xx, until the user heard of it; NULL: none */
	char *credentials; /* lines of the INVITE that its ACK repeats (RFC 3261 s13.2.2.4) */

	/* called, and re-INVITEs */
	struct sip_msg *first;      /* the INVITE until the user heard of it */
	struct sip_msg *msg;        /* the INVITE or re-INVITE without final response */
	bool waiting;               /* the subscriber is in another call */
	char *early_text;           /* our answer in 183; NULL: 180 is what is told */
	bool early_due;             /* ... as soon as the response before it has its PRACK */
	struct sip_strans *strans;  /* its transaction */
	struct ua_accepting accepting;
	struct ua_reliable reliable;
	struct ua_update update;
	struct ua_session_timer timer;
	struct ua_reoffer reoffer;
	struct ua_refer refer;
	struct ua_info info;
	struct sip_msg *referred;  /* a REFER until the user heard of it */
	struct sip_strans *referred_strans;

	/* our session description: o= and the text last sent */
	uint64_t sdp_id, sdp_version;
	char *sdp_text;
	struct ua_sdp shape; /* of the last description either way: its m= lines stay (RFC 3264 s8) */
};

int ua_invite_new(struct ua_invite **invitep, struct ua_account *account);
/* The INVITE is one that an account of the agent sent past every server. */
bool ua_invite_is_ours(const struct ua_agent *agent, const struct sip_msg *msg);
/* Once its dialog is there: messages find it. */
void ua_invite_enter(struct ua_invite *invite);
/* The one place where the state changes. Events that a state has no row for do nothing; false then. */
bool ua_invite_event(struct ua_invite *invite, const struct ua_event *event);
/* Frees it, soon, when it has ended and nobody is to hear of it any more. */
void ua_invite_settle(struct ua_invite *invite);

/* ... but not before UA_TIMEOUT_MS have passed. */
void ua_invite_linger(struct ua_invite *invite);

/* Actions of the table. */
void ua_uac_progress(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_answered(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_unfit(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_answered_too_late(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_given_up(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_challenged(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_refused(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_unreached(struct ua_invite *invite, const struct ua_event *event);
void ua_uac_cancel(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_ring(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_pick_up(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_reject(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_cancelled(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_expired(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_failed(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_no_prack(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_bye_early(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_acked(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_reinvite_acked(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_reinvite_cancelled(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_unacknowledged(struct ua_invite *invite, const struct ua_event *event);
void ua_uas_reinvited(struct ua_invite *invite, const struct ua_event *event);

/* invite_uac.c */
/* proxy: as of ua_call_to. max_forwards: 0: as usual. */
int ua_uac_start(struct ua_invite *invite, const char *uri, const char *to_uri, const char *proxy, unsigned max_forwards,
	const struct ua_sdp *offer);
/* Any 2xx to our INVITE, also a repeated one or another fork's. */
void ua_uac_2xx(struct ua_invite *invite, const struct sip_msg *msg);
bool ua_uac_owns(const struct ua_invite *invite, const struct sip_msg *response);

/* invite_forks.c */
struct ua_fork *ua_fork_find(const struct ua_invite *invite, const struct sip_msg *msg);
/* ... or makes it. NULL: more forks than we follow, but for a 2xx, or a response that makes no dialog. */
struct ua_fork *ua_fork_get(struct ua_invite *invite, const struct sip_msg *msg);
/* Acknowledges a 1xx that is reliable; false: a repeated one, or one whose turn has not come. */
bool ua_fork_is_new(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg);
/* What a 1xx means for what is heard. */
void ua_fork_progress(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg);
/* The peer's description is another now. */
void ua_fork_redescribed(struct ua_invite *invite, struct ua_fork *fork, const struct ua_sdp *sdp);

/* invite_reoffer.c */
int ua_reoffer_start(struct ua_invite *invite, const struct ua_sdp *offer);
/* Offers what was said last once more. */
int ua_reoffer_refresh(struct ua_invite *invite);
/* It is to be made again, and another one may take its place until then. */
bool ua_reoffer_waits(const struct ua_invite *invite);
int ua_reoffer_replace(struct ua_invite *invite, const struct ua_sdp *offer);
bool ua_reoffer_is_busy(const struct ua_invite *invite);
void ua_reoffer_may_begin(struct ua_invite *invite); /* no ACK is due any more */
bool ua_reoffer_owns(const struct ua_invite *invite, const struct sip_msg *response);
void ua_reoffer_acknowledge_again(struct ua_invite *invite);
void ua_reoffer_stop(struct ua_invite *invite);
/* A refusal within the call that says that the far end cannot be found any more. */
bool ua_reoffer_is_lost(unsigned status);

/* invite_reliable.c */
bool ua_reliable_is_wanted(const struct ua_invite *invite);
/* A provisional response, repeated until its PRACK comes; none other meanwhile. reply->headers are not NULL. */
int ua_reliable_reply(struct ua_invite *invite, const struct ua_reply *reply);
void ua_reliable_acknowledged(struct ua_invite *invite, const struct sip_msg *msg);
/* Not repeated any more, but its PRACK is still taken. */
void ua_reliable_silence(struct ua_invite *invite);
void ua_reliable_stop(struct ua_invite *invite);

/* invite_update.c */
/* An UPDATE, or a PRACK that was found to be one; fork: the early dialog of ours that it came in. */
void ua_update_received(struct ua_invite *invite, struct ua_fork *fork, const struct sip_msg *msg);
/* 200 without a description; dialog: whose target it may move, or NULL. */
void ua_update_accept(struct ua_invite *invite, const struct sip_msg *msg, struct ua_dialog *dialog);
void ua_update_answer(struct ua_invite *invite, const struct ua_sdp *answer);
void ua_update_refuse(struct ua_invite *invite, unsigned status, const char *phrase);
void ua_update_stop(struct ua_invite *invite);

/* session_timer.c */
/* Header lines of an INVITE, re-INVITE or UPDATE of ours; "": none. */
void ua_timer_ask(const struct ua_invite *invite, char lines[UA_TIMER_LINES_MAX]);
/* The 2xx to it. */
void ua_timer_answered(struct ua_invite *invite, const struct sip_msg *msg);
/* A 422 to it: true: it may be asked for again, with more. */
bool ua_timer_raise(struct ua_invite *invite, const struct sip_msg *msg);
/* 422 to a request that asks for too short an interval; true: it was. */
bool ua_timer_refuses(struct ua_agent *agent, const struct sip_msg *msg);
/* A request is answered with 2xx: begins the time anew and writes the header lines of the response. */
void ua_timer_accept(struct ua_invite *invite, const struct sip_msg *msg, char lines[UA_TIMER_LINES_MAX]);
void ua_timer_stop(struct ua_invite *invite);

/* replaces.c: the status that refuses an INVITE with Replaces; 0: it may pass, and *invitep is what it replaces, NULL
 * when that is nothing. */
unsigned ua_replaces_find(struct ua_invite **invitep, const struct ua_account *account, const struct sip_msg *msg);

/* invite_refer.c */
void ua_refer_notified(struct ua_invite *invite, const struct sip_msg *msg);
void ua_refer_stop(struct ua_invite *invite);
/* An offer of ours has come to its end: the REFER that waited for it goes out. */
void ua_refer_go_on(struct ua_invite *invite);

/* invite_info.c */
void ua_info_stop(struct ua_invite *invite);
void ua_info_received(struct ua_invite *invite, const struct sip_msg *msg);

/* referral.c */
void ua_referral_received(struct ua_invite *invite, const struct sip_msg *msg);
void ua_referral_deliver(struct ua_invite *invite);
void ua_referral_forget(struct ua_invite *invite);
/* A REFER that the user will not hear of any more. */
void ua_referral_decline(struct ua_invite *invite);

/* invite_uas.c */
void ua_uas_answer_offer(struct ua_invite *invite, const struct ua_sdp *answer);
void ua_uas_refuse_offer(struct ua_invite *invite, unsigned status, const char *phrase);
void ua_uas_tell_forwarded(struct ua_invite *invite); /* 181 */
void ua_uas_refuse_busy(struct ua_invite *invite, const struct sip_msg *msg);
/* Answers a description that ua_message_sdp refused so; true: it did. */
bool ua_uas_refuses_description(struct ua_agent *agent, const struct sip_msg *msg, int err);
void ua_accepting_stop(struct ua_invite *invite);

/* invite_post.c */
int ua_post_reserve(struct ua_invite *invite);
int ua_post(struct ua_invite *invite, enum ua_post_type type, unsigned status, const struct ua_sdp *sdp);
void ua_post_ended(struct ua_invite *invite, const struct ua_end *end);
void ua_post_drop(struct ua_invite *invite);

/* invite_session.c: the text of a description in this session; NULL without memory or room. mem_deref it. */
char *ua_session_text(struct ua_invite *invite, const struct ua_sdp *sdp);
/* Of a description that went either way. */
void ua_session_note(struct ua_invite *invite, const struct ua_sdp *sdp);

#endif
