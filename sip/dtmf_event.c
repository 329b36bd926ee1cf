/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "sip/dtmf_event.h"

#define DURATION_MAX 0xffffu
#define ENDS         3
#define END_BIT      0x80
#define LATE_SAMPLES 80000u /* further back than this a timestamp is not late, the peer began anew */

int ua_dtmf_start(struct ua_dtmf_sender *dtmf, const struct ua_rtp_sender *rtp, unsigned event,
	unsigned volume)
{
	if (event > UA_DTMF_EVENT_MAX || volume > UA_DTMF_VOLUME_MAX)
		return EINVAL;
	if (dtmf->busy && !dtmf->ends_sent)
		return EBUSY;
	*dtmf = (struct ua_dtmf_sender){
		.busy = true,
		.event = (uint8_t)event,
		.volume = (uint8_t)volume,
		.timestamp = rtp->timestamp,
	};
	return 0;
}

void ua_dtmf_lengthen(struct ua_dtmf_sender *dtmf, unsigned samples)
{
	if (dtmf->busy && !dtmf->ending)
		dtmf->duration += samples;
}

void ua_dtmf_stop(struct ua_dtmf_sender *dtmf)
{
	dtmf->ending = dtmf->busy;
}

/* An event that was stopped before its first packet still has lasted for one. */
static void grow(struct ua_dtmf_sender *dtmf, unsigned samples)
{
	if (!dtmf->ending || !dtmf->duration)
		dtmf->duration += samples;
}

static void write_payload(uint8_t payload[static UA_DTMF_PAYLOAD_BYTES],
	const struct ua_dtmf_sender *dtmf, bool end, uint32_t duration)
{
	payload[0] = dtmf->event;
	payload[1] = (uint8_t)((end ? END_BIT : 0) | dtmf->volume);
	payload[2] = (uint8_t)(duration >> 8);
	payload[3] = (uint8_t)duration;
}

/* What went out was the last of a full segment; the next begins where it ended, without a
 * marker. */
static void begin_segment(struct ua_dtmf_sender *dtmf)
{
	dtmf->timestamp += DURATION_MAX;
	dtmf->duration -= DURATION_MAX;
}

size_t ua_dtmf_packet(struct ua_dtmf_sender *dtmf, struct ua_rtp_sender *rtp, uint8_t *bytes,
	size_t size, uint8_t payload_type, unsigned samples)
{
	uint8_t payload[UA_DTMF_PAYLOAD_BYTES];
	struct ua_rtp_sender event = *rtp;
	bool full;

	if (!dtmf->busy || size < UA_DTMF_PACKET_BYTES)
		return 0;
	grow(dtmf, samples);
	full = dtmf->duration > DURATION_MAX;
	write_payload(payload, dtmf, dtmf->ending && !full, full ? DURATION_MAX : dtmf->duration);
	event.timestamp = dtmf->timestamp;
	(void)ua_rtp_sender_packet(&event, bytes, size, payload_type, !dtmf->marked, payload,
		sizeof(payload), 0);
	rtp->sequence = event.sequence;
	rtp->timestamp += samples;
	dtmf->marked = true;
	if (full)
		begin_segment(dtmf);
	else if (dtmf->ending && ++dtmf->ends_sent == ENDS)
		dtmf->busy = false;
	return UA_DTMF_PACKET_BYTES;
}

struct report {
	uint8_t event, volume;
	bool end;
	uint32_t duration;
};

static struct report read_payload(const uint8_t *payload)
{
	return (struct report){
		.event = payload[0],
		.volume = payload[1] & UA_DTMF_VOLUME_MAX,
		.end = payload[1] & END_BIT,
		.duration = (uint32_t)payload[2] << 8 | payload[3],
	};
}

static bool is_late(const struct ua_dtmf_receiver *dtmf, const struct ua_rtp_packet *packet)
{
	uint32_t behind = dtmf->timestamp - packet->timestamp;

	return dtmf->known && packet->ssrc == dtmf->ssrc && behind && behind <= LATE_SAMPLES;
}

/* The next segment of a long event (s2.5.1.3). */
static bool continues(const struct ua_dtmf_receiver *dtmf, const struct ua_rtp_packet *packet,
	const struct report *report)
{
	return dtmf->ongoing && packet->ssrc == dtmf->ssrc && report->event == dtmf->event &&
		!packet->marker && packet->timestamp - dtmf->timestamp == DURATION_MAX;
}

static bool is_same(const struct ua_dtmf_receiver *dtmf, const struct ua_rtp_packet *packet)
{
	return dtmf->known && packet->ssrc == dtmf->ssrc && packet->timestamp == dtmf->timestamp;
}

static void begin(struct ua_dtmf_receiver *dtmf, const struct ua_rtp_packet *packet,
	const struct report *report, struct ua_dtmf_heard *heard)
{
	if (dtmf->ongoing) {
		heard->what |= UA_DTMF_ENDED_BEFORE;
		heard->event_before = dtmf->event;
	}
	heard->what |= UA_DTMF_STARTED;
	*dtmf = (struct ua_dtmf_receiver){
		.known = true,
		.ongoing = true,
		.event = report->event,
		.volume = report->volume,
		.ssrc = packet->ssrc,
		.timestamp = packet->timestamp,
	};
}

static void tell(const struct ua_dtmf_receiver *dtmf, struct ua_dtmf_heard *heard)
{
	heard->event = dtmf->event;
	heard->volume = dtmf->volume;
	heard->duration = dtmf->whole + dtmf->duration;
}

int ua_dtmf_receive(struct ua_dtmf_receiver *dtmf, const struct ua_rtp_packet *packet, uint64_t now_ms,
	struct ua_dtmf_heard *heard)
{
	struct report report;

	*heard = (struct ua_dtmf_heard){0};
	if (packet->payload_length < UA_DTMF_PAYLOAD_BYTES)
		return EBADMSG;
	report = read_payload(packet->payload);
	if (is_late(dtmf, packet))
		return 0;
	if (continues(dtmf, packet, &report)) {
		dtmf->whole += DURATION_MAX;
		dtmf->timestamp = packet->timestamp;
		dtmf->duration = 0;
	} else if (!is_same(dtmf, packet)) {
		begin(dtmf, packet, &report, heard);
	}
	if (!dtmf->ongoing)
		return 0;
	dtmf->last_ms = now_ms;
	if (report.duration > dtmf->duration)
		dtmf->duration = report.duration;
	if (report.end) {
		dtmf->ongoing = false;
		heard->what |= UA_DTMF_ENDED;
	}
	tell(dtmf, heard);
	return 0;
}

void ua_dtmf_expire(struct ua_dtmf_receiver *dtmf, uint64_t now_ms, unsigned timeout_ms,
	struct ua_dtmf_heard *heard)
{
	*heard = (struct ua_dtmf_heard){0};
	if (!dtmf->ongoing || now_ms - dtmf->last_ms < timeout_ms)
		return;
	dtmf->ongoing = false;
	heard->what = UA_DTMF_ENDED;
	tell(dtmf, heard);
}
