/* SPDX-License-Identifier: BSD-3-Clause */
/* A leg's keys where they go by signalling (INFO): one after the other, and those of the peer. Control thread. */
#ifndef TIPRING_GATEWAY_LEG_KEYPAD_H
#define TIPRING_GATEWAY_LEG_KEYPAD_H

#include <stdbool.h>

#include "gateway/media/stream.h"
#include "sip/invite.h"

#define LEG_KEYPAD_MAX 32 /* keys that wait for the answer to the one before; more are lost */

/* How keys go; those that come are taken in each way that there is. */
enum leg_dtmf {
	LEG_DTMF_AUTO,   /* as events (RFC 4733) where the peer wants it, else as sound; events are taken too */
	LEG_DTMF_INFO,   /* by signalling (sip/key_info.h), where the peer takes that, else as sound */
	LEG_DTMF_INBAND, /* as sound */
};

/* Zeroed: no key yet. */
struct leg_keypad {
	struct ua_key_info waiting[LEG_KEYPAD_MAX];
	unsigned waiting_count;
	bool under_way; /* the first of them */
	bool refused;   /* the peer takes none: they go as sound from then on */
	struct stream_press presses[STREAM_PRESSES];
	uint32_t press_count;
};

/* The peer will take no INFO of that kind next time either. */
bool leg_keypad_is_refusal(unsigned status);

/* False: it is lost. */
bool leg_keypad_push(struct leg_keypad *keypad, struct ua_invite *invite, char key, unsigned ms);

/* What the peer said to the last INFO, whatever that was. True: it has refused a key for the first time. */
bool leg_keypad_answered(struct leg_keypad *keypad, struct ua_invite *invite, unsigned status);

void leg_keypad_press(struct leg_keypad *keypad, const struct ua_key_info *key);

/* told: keys are to go by signalling. */
void leg_keypad_wish(const struct leg_keypad *keypad, bool told, struct stream_wish *wish);

#endif
