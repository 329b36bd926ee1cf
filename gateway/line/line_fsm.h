/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The telephone's machine: what a line does at each event, as a table. Pure: state and event in, next state and verb
 * out. What the subscriber hears and feels hangs on states (struct line_outputs); what the peer is owed hangs on
 * transitions (enum line_verb). gateway/line/line.c carries both out.
 */
#ifndef TIPRING_GATEWAY_LINE_FSM_H
#define TIPRING_GATEWAY_LINE_FSM_H

#include <stdbool.h>
#include <stdint.h>

enum line_state {
	LINE_IDLE,
	LINE_DIAL_TONE,   /* off-hook, no digit yet */
	LINE_DIALLING,    /* digits are coming */
	LINE_CALLING,     /* INVITE is out, nothing heard of the far end */
	LINE_RINGBACK,    /* the far end rings, we make the tone */
	LINE_EARLY_MEDIA, /* the far end's network makes the sound */
	LINE_RINGING,     /* our telephone rings */
	LINE_CALLEE_FREE, /* ... since somebody can be reached now who could not: lifting calls him */
	LINE_SPLASH,      /* a short ring: a call has been forwarded */
	LINE_TALKING,
	LINE_RECALL,      /* dial tone after a flash, a call is held */
	LINE_THREE_WAY,
	LINE_THREE_RINGS, /* talking to the first, while the second that was called still rings */
	LINE_THREE_EARLY, /* ... and its network makes the sound */
	LINE_CONFERRING,  /* talking to the second call, while the network makes a conference of both */
	LINE_R_DIGIT,     /* a flash between two calls: a digit says what it means */
	LINE_REFERRING,   /* off-hook; the held party is calling the other one */
	LINE_NOT_REFERRED, /* ... and could not: a tone before its call is back */
	LINE_WAKEUP,      /* our telephone rings because its subscriber wanted to be woken */
	LINE_AWAKE,       /* ... and was lifted: dial tone, unless there are words to be said */
	LINE_ANNOUNCEMENT, /* off-hook without a call: a test number, or words (line_announce.c) */
	LINE_CONFIRMED,   /* what was dialled has been done: a tone, then dial tone */
	LINE_KEPT,        /* hung up in an emergency call, which goes on: it rings */
	LINE_SUSPENDED,   /* hung up by the called party, who may lift another telephone of the line: the call goes on */
	LINE_RING_BACK,   /* hung up on a held call: it rings */
	LINE_TRANSFER_RINGS, /* hung up: the held call is transferred when the other one answers */
	LINE_TRANSFER_CLEARS, /* hung up: the other one is given up, and then the held party calls him */
	LINE_TRANSFERRING,   /* hung up: the held party is calling the other one */
	LINE_RELEASED,    /* the far end hung up, we did not */
	LINE_BUSY,
	LINE_CONGESTION,
	LINE_INFO,        /* number unknown or unusable */
	LINE_HOWLER,      /* left off-hook too long */
	LINE_PARKED,      /* off-hook and silent until hung up */
	LINE_STATE_COUNT,
};

enum line_event {
	LINE_EV_LIFT,
	LINE_EV_LIFT_BARRED, /* lifted, but the line may not call: not registered */
	LINE_EV_HOTLINE,     /* lifted, or heard dial tone long enough, where that calls a fixed number */
	LINE_EV_HANG_UP,
	LINE_EV_FLASH,
	LINE_EV_HANG_UP_HELD,    /* ... while a call is held */
	LINE_EV_HANG_UP_WAITING, /* ... while a call waits, and none is held */
	LINE_EV_HANG_UP_TRANSFER, /* ... between two calls: those two shall talk */
	LINE_EV_HANG_UP_TRANSFER_BLIND, /* ... while the second rings: the first shall call it anew */
	LINE_EV_HANG_UP_KEPT,     /* ... in a call that only the other side may end */
	LINE_EV_HANG_UP_SUSPEND,  /* ... in a call that came in and may be taken up again */
	LINE_EV_FLASH_BARRED, /* a flash on a line that may not call */
	LINE_EV_FLASH_BACK,   /* a flash while a call is held and none is talked in */
	LINE_EV_FLASH_SWAP,   /* a flash between two calls: the other one */
	LINE_EV_FLASH_JOIN,   /* ... both at once, or only one again */
	LINE_EV_FLASH_CONFER, /* ... both at once, in a conference of the network's */
	LINE_EV_FLASH_DROP,   /* a flash in such a conference: without whom it got last */
	LINE_EV_FLASH_TAKE,   /* a flash while a call waits, and none is held */
	LINE_EV_FLASH_R,      /* a flash that a digit explains */
	LINE_EV_FLASH_OUT,    /* a flash that is the network's */
	LINE_EV_R_BACK,       /* no digit, or none that means anything: the calls as they were */
	LINE_EV_R_BACK_ALL,   /* ... all three */
	LINE_EV_R_RELEASE,    /* the held call ends, the other goes on */
	LINE_EV_R_TAKE,       /* the active call ends, the held one is back */
	LINE_EV_R_SWAP,
	LINE_EV_R_JOIN,
	LINE_EV_R_TRANSFER,   /* those two shall talk */
	LINE_EV_R_REJECT,     /* the waiting call is refused */
	LINE_EV_R_ACCEPT,     /* the active call ends, the waiting one is taken */
	LINE_EV_R_HOLD,       /* the active call is held, the waiting one is taken */
	LINE_EV_R_JOIN_WAITING,
	LINE_EV_DIGIT,
	LINE_EV_NUMBER,      /* a number is complete and can be called */
	LINE_EV_FEATURE,     /* a feature code is complete */
	LINE_EV_DONE,        /* what it says is done */
	LINE_EV_ANNOUNCE,    /* ... is to be told, or a test number */
	LINE_EV_REFUSED,     /* ... cannot be done */
	LINE_EV_PICKED_UP,   /* ... was to take a call that rang elsewhere: it is ours */
	LINE_EV_REFER_BLIND, /* ... is to connect the held call with a number */
	LINE_EV_NO_NUMBER,   /* the digits can become no number */
	LINE_EV_DIGIT_LOST,  /* one did not arrive: the others are not what was dialled */
	LINE_EV_TIMEOUT,     /* the state's own timer */
	LINE_EV_CALL_IN,
	LINE_EV_CALL_FORWARDED,
	LINE_EV_CALL_WAITS,  /* a call that may wait until the subscriber takes it */
	LINE_EV_WAKEUP,      /* it is time */
	LINE_EV_HELD_LEFT,   /* hung up and done with the active call: the held one is left */
	LINE_EV_CALL_LEFT,   /* hung up and done with all other calls: the one that waits is left */
	LINE_EV_CALLEE_FREE, /* whom the subscriber wants to reach can be */
	LINE_EV_HELD_ENDED,
	LINE_EV_WAITING_ENDED,
	LINE_EV_TRANSFERRED,
	LINE_EV_TRANSFER_FAILED,
	LINE_EV_CONFERENCED, /* both are in it */
	LINE_EV_CONFERENCE_FAILED,
	LINE_EV_REFERRED,    /* who transferred us has left, the new call has not been answered yet */
	LINE_EV_ALERTED,     /* 180 without sound */
	LINE_EV_EARLY_MEDIA, /* 18x with sound */
	LINE_EV_EARLY_ENDED, /* ... which has ended, or does not come */
	LINE_EV_ANSWERED,
	LINE_EV_ENDED,       /* the peer ended the call, or it was lost; it had been answered */
	LINE_EV_ENDED_BUSY,  /* it had not: the tone is chosen by its cause (cause.h) */
	LINE_EV_ENDED_CONGESTION,
	LINE_EV_ENDED_INFO,
	LINE_EVENT_COUNT,
};

enum line_verb {
	LINE_DO_NOTHING,
	LINE_DO_COLLECT,     /* add the digit, look at the digit map */
	LINE_DO_COLLECT_END, /* no more digits come: judge what is there */
	LINE_DO_FEATURE,
	LINE_DO_CALL,        /* INVITE */
	LINE_DO_CALL_HOTLINE,
	LINE_DO_CALL_COMPLETE,  /* whom the subscriber wanted to reach */
	LINE_DO_CALL_GIVE_UP,   /* ... and does not want any more */
	LINE_DO_ALERT,       /* take the call that came in: 180 */
	LINE_DO_ANSWER,      /* 200 */
	LINE_DO_HANG_UP,     /* CANCEL or BYE or 480 */
	LINE_DO_RELEASE,     /* the far end hung up: begin anew where the profile says so */
	LINE_DO_HOWL,        /* not where the profile has no howler */
	LINE_DO_NO_ANSWER,   /* forward it, else 480 */
	LINE_DO_REFUSE,      /* forward it, else 486 to the call that came in, the other one goes on */
	LINE_DO_ALERT_WAITING, /* 180 to a call that waits */
	LINE_DO_HOLD,
	LINE_DO_RESUME,        /* the held call; what was dialled meanwhile ends */
	LINE_DO_SWAP,
	LINE_DO_TAKE_WAITING,  /* hold, and 200 to the one that waits */
	LINE_DO_RING_WAITING,  /* all others end, the telephone rings with the one that waits */
	LINE_DO_JOIN,          /* both calls at once */
	LINE_DO_CONFER,        /* call the conference */
	LINE_DO_CONFER_DONE,   /* its call takes the place of the two */
	LINE_DO_CONFER_FAIL,   /* ... ends, and the two stay */
	LINE_DO_CONFER_DROP,   /* ask it to let go of whom it got last */
	LINE_DO_DROP_LAST,     /* the call added last ends, the other goes on */
	LINE_DO_GO_ON,         /* one of three has ended, the other goes on */
	LINE_DO_HANG_UP_ALL,   /* but a call that waits */
	LINE_DO_TRANSFER,      /* the held party to the active one */
	LINE_DO_REFER_BLIND,   /* ... to the number that was dialled */
	LINE_DO_GIVE_UP,       /* the second: an event tells when that is done; the first is held */
	LINE_DO_REFER_DIALLED, /* the held party to the number that was dialled last */
	LINE_DO_LISTEN,        /* what the second makes heard is heard again */
	LINE_DO_TAKE_BACK,     /* the held call, where no other one is left */
	LINE_DO_HOLD_FIRST,    /* the held party is at the ear and shall not be any more */
	LINE_DO_FLASH_OUT,     /* tell the peer */
	LINE_DO_RELEASE_HELD,
	LINE_DO_REJECT_WAITING,
	LINE_DO_ACCEPT_WAITING, /* the active call ends, 200 to the one that waits */
	LINE_DO_JOIN_WAITING,   /* 200 to the one that waits, and all three talk */
	LINE_DO_WAKEUP_TAKEN,
	LINE_VERB_COUNT,
};

/* Which of the line's timers runs in a state. */
enum line_timer {
	LINE_TIMER_NONE,
	LINE_TIMER_FIRST_DIGIT,
	LINE_TIMER_INTER_DIGIT,
	LINE_TIMER_RING,
	LINE_TIMER_RING_BACK,
	LINE_TIMER_TONE,
	LINE_TIMER_HOWLER,
	LINE_TIMER_TRANSFER,
	LINE_TIMER_R_DIGIT,
	LINE_TIMER_CONFIRM,
	LINE_TIMER_ANSWER,
	LINE_TIMER_WAKEUP,
	LINE_TIMER_ANNOUNCEMENT,
	LINE_TIMER_SPLASH,
	LINE_TIMER_CALLEE_FREE,
	LINE_TIMER_NOT_REFERRED,
	LINE_TIMER_KEPT,
	LINE_TIMER_SUSPENDED,
};

struct line_step {
	uint8_t known; /* 0: this event cannot come in this state; when it does, it is counted and nothing done */
	uint8_t next;  /* enum line_state */
	uint8_t verb;  /* enum line_verb */
};

#define LINE_TONE_RELEASE 0xff /* the one that the profile names */
#define LINE_TONE_R_DIGIT 0xfe /* recall dial tone or none, as it says */

struct line_outputs {
	uint8_t tone;      /* enum fxs_tone, or FXS_TONE_COUNT for none, or LINE_TONE_RELEASE */
	uint8_t hook_mode; /* enum fxs_hook_mode */
	uint8_t timer;     /* enum line_timer */
	bool active;       /* talking battery */
	bool sound;        /* blocks move */
	bool ring;
	bool talks;        /* the stream carries the telephone's sound to the peer */
	bool hears;        /* ... and the peer's to the telephone */
};

struct line_step line_fsm_step(enum line_state state, enum line_event event);
const struct line_outputs *line_fsm_outputs(enum line_state state);

const char *line_state_name(enum line_state state);
const char *line_event_name(enum line_event event);

#endif
