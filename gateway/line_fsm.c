/* SPDX-License-Identifier: BSD-3-Clause */
#include "fxs/hook.h"
#include "fxs/zone.h"
#include "gateway/line_fsm.h"

#define TO(state, verb)  { 1, LINE_##state, LINE_DO_##verb }
#define STAY(state, verb) TO(state, verb)

/* With another call that is held or waits: a flash brings it to the ear, hanging up makes it ring. */
#define WITH_OTHER(verb)                                         \
	[LINE_EV_FLASH_TAKE] = TO(TALKING, TAKE_WAITING),        \
	[LINE_EV_HANG_UP_WAITING] = TO(RINGING, RING_WAITING),   \
	[LINE_EV_FLASH_BACK] = TO(TALKING, RESUME),              \
	[LINE_EV_HANG_UP_HELD] = TO(RING_BACK, verb)

/* A flash where there is nothing to hold begins anew: dial tone, or what lifting gives instead. */
#define OFF_HOOK_ALONE                                           \
	WITH_OTHER(NOTHING),                                     \
	[LINE_EV_HANG_UP] = TO(IDLE, HANG_UP_ALL),               \
	[LINE_EV_FLASH] = TO(DIAL_TONE, NOTHING),                \
	[LINE_EV_FLASH_BARRED] = TO(CONGESTION, NOTHING)

#define CALLING_OUT                                              \
	[LINE_EV_HANG_UP_TRANSFER] = TO(TRANSFER_RINGS, NOTHING), \
	WITH_OTHER(HANG_UP),                                     \
	[LINE_EV_HANG_UP] = TO(IDLE, HANG_UP),                   \
	[LINE_EV_FLASH] = TO(DIAL_TONE, HANG_UP),                \
	[LINE_EV_FLASH_BARRED] = TO(CONGESTION, HANG_UP),        \
	[LINE_EV_EARLY_MEDIA] = TO(EARLY_MEDIA, NOTHING),        \
	[LINE_EV_ANSWERED] = TO(TALKING, NOTHING),               \
	[LINE_EV_ENDED] = TO(CONGESTION, NOTHING),               \
	[LINE_EV_ENDED_BUSY] = TO(BUSY, NOTHING),                \
	[LINE_EV_ENDED_CONGESTION] = TO(CONGESTION, NOTHING),    \
	[LINE_EV_ENDED_INFO] = TO(INFO, NOTHING)

static const struct line_step table[LINE_STATE_COUNT][LINE_EVENT_COUNT] = {
	[LINE_IDLE] = {
		[LINE_EV_LIFT] = TO(DIAL_TONE, NOTHING),
		[LINE_EV_LIFT_BARRED] = TO(CONGESTION, NOTHING),
		[LINE_EV_HOTLINE] = TO(CALLING, CALL_HOTLINE),
		[LINE_EV_CALL_IN] = TO(RINGING, ALERT),
	},
	[LINE_DIAL_TONE] = {
		OFF_HOOK_ALONE,
		[LINE_EV_DIGIT] = TO(DIALLING, COLLECT),
		[LINE_EV_DIGIT_LOST] = TO(CONGESTION, NOTHING),
		[LINE_EV_TIMEOUT] = TO(CONGESTION, NOTHING),
		[LINE_EV_HOTLINE] = TO(CALLING, CALL_HOTLINE),
		[LINE_EV_CALL_IN] = STAY(DIAL_TONE, REFUSE),
	},
	[LINE_DIALLING] = {
		OFF_HOOK_ALONE,
		[LINE_EV_DIGIT] = STAY(DIALLING, COLLECT),
		[LINE_EV_TIMEOUT] = STAY(DIALLING, COLLECT_END),
		[LINE_EV_NUMBER] = TO(CALLING, CALL),
		[LINE_EV_NO_NUMBER] = TO(INFO, NOTHING),
		[LINE_EV_DIGIT_LOST] = TO(CONGESTION, NOTHING),
		[LINE_EV_CALL_IN] = STAY(DIALLING, REFUSE),
	},
	[LINE_CALLING] = {
		CALLING_OUT,
		[LINE_EV_ALERTED] = TO(RINGBACK, NOTHING),
		[LINE_EV_DIGIT] = STAY(CALLING, NOTHING),
		[LINE_EV_TIMEOUT] = TO(BUSY, HANG_UP),
		[LINE_EV_CALL_IN] = STAY(CALLING, REFUSE),
	},
	[LINE_RINGBACK] = {
		CALLING_OUT,
		[LINE_EV_ALERTED] = STAY(RINGBACK, NOTHING),
		[LINE_EV_DIGIT] = STAY(RINGBACK, NOTHING),
		[LINE_EV_TIMEOUT] = TO(BUSY, HANG_UP),
		[LINE_EV_CALL_IN] = STAY(RINGBACK, REFUSE),
	},
	[LINE_EARLY_MEDIA] = {
		CALLING_OUT,
		/* A later 180 without session description keeps the network's sound. */
		[LINE_EV_ALERTED] = STAY(EARLY_MEDIA, NOTHING),
		[LINE_EV_DIGIT] = STAY(EARLY_MEDIA, NOTHING),
		[LINE_EV_TIMEOUT] = TO(BUSY, HANG_UP),
		[LINE_EV_CALL_IN] = STAY(EARLY_MEDIA, REFUSE),
	},
	[LINE_RINGING] = {
		[LINE_EV_LIFT] = TO(TALKING, ANSWER),
		[LINE_EV_LIFT_BARRED] = TO(TALKING, ANSWER),
		[LINE_EV_HOTLINE] = TO(TALKING, ANSWER),
		[LINE_EV_TIMEOUT] = TO(IDLE, HANG_UP),
		[LINE_EV_ENDED] = TO(IDLE, NOTHING),
		[LINE_EV_ENDED_BUSY] = TO(IDLE, NOTHING),
		[LINE_EV_ENDED_CONGESTION] = TO(IDLE, NOTHING),
		[LINE_EV_ENDED_INFO] = TO(IDLE, NOTHING),
		[LINE_EV_CALL_IN] = STAY(RINGING, REFUSE),
	},
	[LINE_TALKING] = {
		[LINE_EV_HANG_UP] = TO(IDLE, HANG_UP),
		[LINE_EV_HANG_UP_HELD] = TO(RING_BACK, HANG_UP),
		[LINE_EV_HANG_UP_WAITING] = TO(RINGING, RING_WAITING),
		[LINE_EV_HANG_UP_TRANSFER] = TO(TRANSFERRING, TRANSFER),
		[LINE_EV_TRANSFERRED] = TO(RELEASED, HANG_UP_ALL),
		[LINE_EV_TRANSFER_FAILED] = STAY(TALKING, NOTHING),
		[LINE_EV_REFERRED] = TO(CALLING, NOTHING),
		[LINE_EV_FLASH] = TO(RECALL, HOLD),
		[LINE_EV_FLASH_BARRED] = TO(RECALL, HOLD),
		[LINE_EV_FLASH_SWAP] = STAY(TALKING, SWAP),
		[LINE_EV_FLASH_TAKE] = STAY(TALKING, TAKE_WAITING),
		[LINE_EV_FLASH_JOIN] = TO(THREE_WAY, JOIN),
		[LINE_EV_CALL_WAITS] = STAY(TALKING, ALERT_WAITING),
		[LINE_EV_DIGIT] = STAY(TALKING, NOTHING),
		[LINE_EV_ENDED] = TO(RELEASED, RELEASE),
		[LINE_EV_ENDED_BUSY] = TO(RELEASED, RELEASE),
		[LINE_EV_ENDED_CONGESTION] = TO(CONGESTION, NOTHING),
		[LINE_EV_ENDED_INFO] = TO(RELEASED, RELEASE),
		[LINE_EV_CALL_IN] = STAY(TALKING, REFUSE),
	},
	[LINE_RECALL] = {
		OFF_HOOK_ALONE,
		[LINE_EV_DIGIT] = TO(DIALLING, COLLECT),
		[LINE_EV_DIGIT_LOST] = TO(CONGESTION, NOTHING),
		[LINE_EV_TIMEOUT] = TO(CONGESTION, NOTHING),
		[LINE_EV_CALL_IN] = STAY(RECALL, REFUSE),
	},
	[LINE_THREE_WAY] = {
		[LINE_EV_HANG_UP] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_HANG_UP_HELD] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_FLASH_JOIN] = TO(TALKING, DROP_LAST),
		[LINE_EV_DIGIT] = STAY(THREE_WAY, NOTHING),
		[LINE_EV_ENDED] = TO(TALKING, GO_ON),
		[LINE_EV_ENDED_BUSY] = TO(TALKING, GO_ON),
		[LINE_EV_ENDED_CONGESTION] = TO(TALKING, GO_ON),
		[LINE_EV_ENDED_INFO] = TO(TALKING, GO_ON),
		[LINE_EV_HELD_ENDED] = TO(TALKING, NOTHING),
		[LINE_EV_CALL_IN] = STAY(THREE_WAY, REFUSE),
	},
	[LINE_RING_BACK] = {
		[LINE_EV_LIFT] = TO(TALKING, RESUME),
		[LINE_EV_LIFT_BARRED] = TO(TALKING, RESUME),
		[LINE_EV_HOTLINE] = TO(TALKING, RESUME),
		[LINE_EV_TIMEOUT] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_HELD_ENDED] = TO(IDLE, NOTHING),
		[LINE_EV_TRANSFERRED] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_TRANSFER_FAILED] = STAY(RING_BACK, NOTHING),
		[LINE_EV_CALL_IN] = STAY(RING_BACK, REFUSE),
	},
	[LINE_TRANSFER_RINGS] = {
		[LINE_EV_LIFT] = TO(RINGBACK, NOTHING),
		[LINE_EV_LIFT_BARRED] = TO(RINGBACK, NOTHING),
		[LINE_EV_HOTLINE] = TO(RINGBACK, NOTHING),
		[LINE_EV_ALERTED] = STAY(TRANSFER_RINGS, NOTHING),
		[LINE_EV_EARLY_MEDIA] = STAY(TRANSFER_RINGS, NOTHING),
		[LINE_EV_ANSWERED] = TO(TRANSFERRING, TRANSFER),
		[LINE_EV_TIMEOUT] = TO(RING_BACK, HANG_UP),
		[LINE_EV_ENDED] = TO(RING_BACK, NOTHING),
		[LINE_EV_ENDED_BUSY] = TO(RING_BACK, NOTHING),
		[LINE_EV_ENDED_CONGESTION] = TO(RING_BACK, NOTHING),
		[LINE_EV_ENDED_INFO] = TO(RING_BACK, NOTHING),
		[LINE_EV_HELD_ENDED] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_CALL_IN] = STAY(TRANSFER_RINGS, REFUSE),
	},
	[LINE_TRANSFERRING] = {
		[LINE_EV_LIFT] = TO(TALKING, NOTHING),
		[LINE_EV_LIFT_BARRED] = TO(TALKING, NOTHING),
		[LINE_EV_HOTLINE] = TO(TALKING, NOTHING),
		[LINE_EV_TRANSFERRED] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_TRANSFER_FAILED] = TO(RING_BACK, HANG_UP),
		[LINE_EV_TIMEOUT] = TO(RING_BACK, HANG_UP),
		/* The other one's call with us is over when the new one has taken its place. */
		[LINE_EV_ENDED] = STAY(TRANSFERRING, NOTHING),
		[LINE_EV_ENDED_BUSY] = STAY(TRANSFERRING, NOTHING),
		[LINE_EV_ENDED_CONGESTION] = STAY(TRANSFERRING, NOTHING),
		[LINE_EV_ENDED_INFO] = STAY(TRANSFERRING, NOTHING),
		[LINE_EV_HELD_ENDED] = TO(IDLE, HANG_UP_ALL),
		[LINE_EV_CALL_IN] = STAY(TRANSFERRING, REFUSE),
	},
#define TONE_ALONE(state)                                        \
	OFF_HOOK_ALONE,                                          \
	[LINE_EV_DIGIT] = STAY(state, NOTHING),                  \
	[LINE_EV_TIMEOUT] = TO(HOWLER, HOWL),                    \
	[LINE_EV_CALL_IN] = STAY(state, REFUSE)

	[LINE_RELEASED] = {
		TONE_ALONE(RELEASED),
		/* Dial tone again, as if it had been lifted. */
		[LINE_EV_LIFT] = TO(DIAL_TONE, NOTHING),
		[LINE_EV_LIFT_BARRED] = TO(CONGESTION, NOTHING),
	},
	[LINE_BUSY] = { TONE_ALONE(BUSY) },
	[LINE_CONGESTION] = { TONE_ALONE(CONGESTION) },
	[LINE_INFO] = { TONE_ALONE(INFO) },
	[LINE_HOWLER] = {
		OFF_HOOK_ALONE,
		[LINE_EV_DIGIT] = STAY(HOWLER, NOTHING),
		[LINE_EV_TIMEOUT] = TO(PARKED, NOTHING),
		[LINE_EV_CALL_IN] = STAY(HOWLER, REFUSE),
	},
	[LINE_PARKED] = {
		OFF_HOOK_ALONE,
		[LINE_EV_CALL_IN] = STAY(PARKED, REFUSE),
	},
};

#define NO_TONE FXS_TONE_COUNT

static const struct line_outputs outputs[LINE_STATE_COUNT] = {
	/*                     tone                 hook mode            timer                  active sound  ring  talks hears */
	[LINE_IDLE]        = { NO_TONE,             FXS_HOOK_IDLE,       LINE_TIMER_NONE,        0, 0, 0, 0, 0 },
	[LINE_DIAL_TONE]   = { FXS_TONE_DIAL,       FXS_HOOK_COLLECTING, LINE_TIMER_FIRST_DIGIT, 1, 1, 0, 0, 0 },
	[LINE_DIALLING]    = { NO_TONE,             FXS_HOOK_COLLECTING, LINE_TIMER_INTER_DIGIT, 1, 1, 0, 0, 0 },
	[LINE_CALLING]     = { NO_TONE,             FXS_HOOK_IN_CALL,    LINE_TIMER_RING,        1, 1, 0, 0, 0 },
	[LINE_RINGBACK]    = { FXS_TONE_RINGBACK,   FXS_HOOK_IN_CALL,    LINE_TIMER_RING,        1, 1, 0, 0, 0 },
	[LINE_EARLY_MEDIA] = { NO_TONE,             FXS_HOOK_IN_CALL,    LINE_TIMER_RING,        1, 1, 0, 1, 1 },
	[LINE_RINGING]     = { NO_TONE,             FXS_HOOK_IDLE,       LINE_TIMER_RING,        0, 1, 1, 0, 0 },
	[LINE_TALKING]     = { NO_TONE,             FXS_HOOK_IN_CALL,    LINE_TIMER_NONE,        1, 1, 0, 1, 1 },
	[LINE_RECALL]      = { FXS_TONE_RECALL_DIAL, FXS_HOOK_COLLECTING, LINE_TIMER_FIRST_DIGIT, 1, 1, 0, 0, 0 },
	[LINE_THREE_WAY]   = { NO_TONE,             FXS_HOOK_IN_CALL,    LINE_TIMER_NONE,        1, 1, 0, 1, 1 },
	[LINE_RING_BACK]   = { NO_TONE,             FXS_HOOK_IDLE,       LINE_TIMER_RING,        0, 1, 1, 0, 0 },
	[LINE_TRANSFER_RINGS] = { NO_TONE,          FXS_HOOK_IDLE,       LINE_TIMER_RING,        0, 0, 0, 0, 0 },
	[LINE_TRANSFERRING] = { NO_TONE,            FXS_HOOK_IDLE,       LINE_TIMER_TRANSFER,    0, 0, 0, 0, 0 },
	[LINE_RELEASED]    = { LINE_TONE_RELEASE,   FXS_HOOK_IN_CALL,    LINE_TIMER_TONE,        1, 1, 0, 0, 0 },
	[LINE_BUSY]        = { FXS_TONE_BUSY,       FXS_HOOK_IN_CALL,    LINE_TIMER_TONE,        1, 1, 0, 0, 0 },
	[LINE_CONGESTION]  = { FXS_TONE_CONGESTION, FXS_HOOK_IN_CALL,    LINE_TIMER_TONE,        1, 1, 0, 0, 0 },
	[LINE_INFO]        = { FXS_TONE_INFO,       FXS_HOOK_IN_CALL,    LINE_TIMER_TONE,        1, 1, 0, 0, 0 },
	[LINE_HOWLER]      = { FXS_TONE_HOWLER,     FXS_HOOK_IN_CALL,    LINE_TIMER_HOWLER,      1, 1, 0, 0, 0 },
	[LINE_PARKED]      = { NO_TONE,             FXS_HOOK_IN_CALL,    LINE_TIMER_NONE,        1, 0, 0, 0, 0 },
};

/* A held or waiting call that ends changes nothing but that it is gone, where the table says no more. */
struct line_step line_fsm_step(enum line_state state, enum line_event event)
{
	struct line_step step = table[state][event];

	if (!step.known && (event == LINE_EV_HELD_ENDED || event == LINE_EV_WAITING_ENDED))
		step = (struct line_step){1, (uint8_t)state, LINE_DO_NOTHING};
	return step;
}

const struct line_outputs *line_fsm_outputs(enum line_state state)
{
	return &outputs[state];
}

const char *line_state_name(enum line_state state)
{
	static const char *const names[LINE_STATE_COUNT] = {
		"idle", "dial-tone", "dialling", "calling", "ringback", "early-media", "ringing",
		"talking", "recall", "three-way", "ring-back", "transfer-rings", "transferring", "released", "busy", "congestion", "info", "howler",
		"parked",
	};

	return names[state];
}

const char *line_event_name(enum line_event event)
{
	static const char *const names[LINE_EVENT_COUNT] = {
		"lift", "lift-barred", "hotline", "hang-up", "flash", "hang-up-held", "hang-up-waiting", "hang-up-transfer",
		"flash-barred", "flash-back", "flash-swap", "flash-join", "flash-take", "digit", "number", "no-number", "digit-lost",
		"timeout", "call-in", "call-waits", "held-ended", "waiting-ended", "transferred", "transfer-failed", "referred", "alerted", "early-media", "answered", "ended", "ended-busy",
		"ended-congestion", "ended-info",
	};

	return names[event];
}
