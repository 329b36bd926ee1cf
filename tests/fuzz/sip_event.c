/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream of telephone events from anywhere: each starts once and ends once, and none is left open.
 * Six bytes a packet: a byte of timestamp steps (80 samples, the top bit backwards), a byte of flags
 * and ms, the payload.
 */
#include <stdint.h>
#include <stdlib.h>

#include "sip/dtmf_event.h"

#define RECORD_BYTES 6
#define TIMEOUT_MS   120

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool open_event;
static uint8_t event;

static void follow(const struct ua_dtmf_heard *heard)
{
	if (heard->what & UA_DTMF_ENDED_BEFORE) {
		if (!open_event || heard->event_before != event)
			abort();
		open_event = false;
	}
	if (heard->what & UA_DTMF_STARTED) {
		if (open_event)
			abort();
		open_event = true;
		event = heard->event;
	}
	if (heard->what & UA_DTMF_ENDED) {
		if (!open_event || heard->event != event)
			abort();
		open_event = false;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_dtmf_receiver receiver = {0};
	struct ua_rtp_packet packet = {0};
	struct ua_dtmf_heard heard;
	uint64_t now_ms = 0;

	open_event = false;
	for (; size; data += packet.payload_length + 2, size -= packet.payload_length + 2) {
		if (size < 2)
			break;
		packet.timestamp += data[0] == 0x7f ? 0xffff :
			80u * (data[0] & 0x7f) * (data[0] & 0x80 ? -1u : 1u);
		packet.ssrc = data[1] & 1;
		packet.marker = data[1] & 2;
		now_ms += data[1] >> 2;
		packet.payload = data + 2;
		packet.payload_length = size >= RECORD_BYTES ? RECORD_BYTES - 2 : size - 2;
		ua_dtmf_expire(&receiver, now_ms, TIMEOUT_MS, &heard);
		follow(&heard);
		if (!ua_dtmf_receive(&receiver, &packet, now_ms, &heard))
			follow(&heard);
	}
	ua_dtmf_expire(&receiver, now_ms + TIMEOUT_MS, TIMEOUT_MS, &heard);
	follow(&heard);
	if (open_event)
		abort();
	return 0;
}
