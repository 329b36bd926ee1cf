/* SPDX-License-Identifier: BSD-3-Clause */
/* Events in a user's words. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "gateway/phone/phone.h"

static const char *const plain[PHONE_EVENT_KINDS] = {
	[PHONE_UP] = "connected",
	[PHONE_LIFT] = "lifts",
	[PHONE_HANGUP] = "hangs up",
	[PHONE_FLASH] = "flashes",
	[PHONE_SAY_END] = "stops talking",
	[PHONE_RING] = "rings",
	[PHONE_RING_END] = "ring voltage off",
	[PHONE_FLOW] = "sound on",
	[PHONE_FLOW_END] = "sound off",
};

static const char *const feeds[] = {
	[FXS_FEED_IDLE] = "battery on",
	[FXS_FEED_ACTIVE] = "talking battery",
	[FXS_FEED_REVERSED] = "battery reversed",
	[FXS_FEED_OPEN] = "battery off",
};

static void tone_text(char *text, size_t size, const struct phone_event *event)
{
	unsigned long ms = (unsigned long)((event->at_ns - event->begun_ns) / 1000000);
	char hz[32];

	tones_hz_text(hz, sizeof hz, event->hz);
	if (event->kind == PHONE_SCRAP)
		snprintf(text, size, "heard %lu ms of %s", ms, event->hz[0] ? hz : "sound");
	else if (event->kind == PHONE_TONE_END)
		snprintf(text, size, "%s ends after %lu ms", tones_name_text(event->tone), ms);
	else if (event->tone == TONES_VOICE)
		snprintf(text, size, "hears a voice, %.0f dBm0", event->level_dbm0);
	else
		snprintf(text, size, "hears %s, %s Hz, %.0f dBm0", tones_name_text(event->tone), hz,
			event->level_dbm0);
}

const char *phone_event_text(char *text, size_t size, const struct phone_event *event)
{
	switch (event->kind) {
	case PHONE_LOST:
		snprintf(text, size, "wires cut: %s", strerror(event->err));
		break;
	case PHONE_DIGIT:
		snprintf(text, size, "dials %c", event->digit);
		break;
	case PHONE_DIGIT_END:
		snprintf(text, size, "%c ends", event->digit);
		break;
	case PHONE_SAY:
		snprintf(text, size, event->seed ? "talks, voice %u" : "plays a file", event->seed);
		break;
	case PHONE_FEED:
		snprintf(text, size, "%s", feeds[event->feed]);
		break;
	case PHONE_TONE:
	case PHONE_TONE_END:
	case PHONE_SCRAP:
		tone_text(text, size, event);
		break;
	default:
		assert(plain[event->kind]);
		snprintf(text, size, "%s", plain[event->kind]);
		break;
	}
	return text;
}
