/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/leg/leg_keypad.h"

/* Another INFO may be under way, such as a flash: its answer brings us here again. */
static void send_first(struct leg_keypad *keypad, struct ua_invite *invite)
{
	char text[UA_KEY_INFO_TEXT_MAX];

	if (!keypad->waiting_count || keypad->under_way || !invite)
		return;
	ua_key_info_print(&keypad->waiting[0], text);
	keypad->under_way = ua_invite_info(invite, UA_KEY_INFO_TYPE, text) == 0;
}

bool leg_keypad_push(struct leg_keypad *keypad, struct ua_invite *invite, char key, unsigned ms)
{
	if (keypad->refused || keypad->waiting_count == LEG_KEYPAD_MAX)
		return false;
	keypad->waiting[keypad->waiting_count++] = (struct ua_key_info){.key = key, .ms = ms};
	send_first(keypad, invite);
	return true;
}

bool leg_keypad_is_refusal(unsigned status)
{
	return status >= 300 && status != 408 && status != 481 && status != 500 && status != 503;
}

bool leg_keypad_answered(struct leg_keypad *keypad, struct ua_invite *invite, unsigned status)
{
	if (keypad->under_way) {
		keypad->under_way = false;
		keypad->waiting_count--;
		memmove(keypad->waiting, keypad->waiting + 1, keypad->waiting_count * sizeof(keypad->waiting[0]));
		if (leg_keypad_is_refusal(status) && !keypad->refused) {
			keypad->refused = true;
			keypad->waiting_count = 0;
			return true;
		}
	}
	send_first(keypad, invite);
	return false;
}

void leg_keypad_press(struct leg_keypad *keypad, const struct ua_key_info *key)
{
	keypad->presses[keypad->press_count++ % STREAM_PRESSES] = (struct stream_press){.key = key->key, .ms = (uint16_t)key->ms};
}

void leg_keypad_wish(const struct leg_keypad *keypad, bool told, struct stream_wish *wish)
{
	wish->told = told && !keypad->refused;
	memcpy(wish->presses, keypad->presses, sizeof(wish->presses));
	wish->press_count = keypad->press_count;
}
