/* SPDX-License-Identifier: BSD-3-Clause */
/* What is connected to a line, and what that means for its calls. Pure. */
#ifndef TIPRING_GATEWAY_USE_H
#define TIPRING_GATEWAY_USE_H

#include <stdbool.h>

enum use {
	USE_PHONE,
	USE_FAX,
	USE_MODEM,
	USE_ALARM, /* a dialler that talks to a monitoring centre in tones */
	USE_TTY,   /* a text telephone: a person types */
	USE_COUNT,
};

struct use_traits {
	bool tones_over_call; /* call waiting, and a beep in the call; without it no call waits */
	bool hold_sound;      /* who is held may hear something */
	bool fixed_playout;   /* sound that goes on is never made longer or shorter */
	bool any_codec;       /* else only those that keep a machine's signals as they are */
	bool echo_cancelled;
	bool echo_muted;      /* what the canceller leaves over too, and noise put in its place */
	bool shaped;          /* high_pass may take hum out, and level_control make it louder or softer */
	/* Where the profile does not say. */
	bool flash;           /* a break of the loop means something */
	bool key_events;      /* keys go out as events rather than as they sound */
};

const struct use_traits *use_traits(enum use use);

#endif
