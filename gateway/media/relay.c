/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/relay.h"

#define SAMPLES_PER_MS 8

/* dsp/dtmf.h tells of a tone's end so long after it at worst, with a block of 10 ms. */
#define ENDED_AFTER_SAMPLES    (48 * SAMPLES_PER_MS)
#define FIRST_SAMPLES          (20 * SAMPLES_PER_MS) /* told at once: no tone that was detected is shorter */

/* A tone is written ahead of what was told by this, so that a lost or late packet leaves no gap in it. */
#define AHEAD_SAMPLES   (120 * SAMPLES_PER_MS)
#define BEHIND_SAMPLES  (100 * SAMPLES_PER_MS) /* what is further back is not played any more */
#define CHUNK_SAMPLES   80

static const char keys[] = "0123456789*#ABCD"; /* RFC 4733 s3.2 */

static void send_packet(struct relay *relay, const struct relay_out *out, uint32_t grown_samples)
{
	uint8_t bytes[UA_DTMF_PACKET_BYTES];
	uint32_t timestamp = out->rtp->timestamp;
	size_t length = ua_dtmf_packet(&relay->sender, out->rtp, bytes, sizeof(bytes), out->payload_type,
		grown_samples * out->event_factor);

	out->rtp->timestamp = timestamp;
	relay->since_packet_samples = 0;
	relay->told_samples += grown_samples;
	if (length)
		out->handler(bytes, length, out->arg);
}

void relay_key_down(struct relay *relay, const struct relay_out *out, char digit, unsigned volume, uint32_t age_samples)
{
	const char *key = strchr(keys, digit);
	struct ua_rtp_sender begun = *out->rtp;

	if (!digit || !key)
		return;
	if (relay->down)
		relay_key_up(relay, out, relay->told_samples);
	while (relay->sender.busy)
		send_packet(relay, out, 0);
	begun.timestamp -= age_samples * out->clock_factor;
	if (ua_dtmf_start(&relay->sender, &begun, (unsigned)(key - keys), volume) != 0)
		return;
	relay->down = true;
	relay->age_samples = age_samples;
	relay->told_samples = 0;
	send_packet(relay, out, FIRST_SAMPLES);
}

void relay_key_up(struct relay *relay, const struct relay_out *out, uint32_t duration_samples)
{
	if (!relay->down)
		return;
	relay->down = false;
	if (duration_samples > relay->told_samples)
		ua_dtmf_lengthen(&relay->sender, (duration_samples - relay->told_samples) * out->event_factor);
	ua_dtmf_stop(&relay->sender);
	send_packet(relay, out, 0);
}

/* What the tone is sure to have lasted and was not told yet. */
static uint32_t untold(const struct relay *relay)
{
	uint32_t sure_samples = relay->age_samples - ENDED_AFTER_SAMPLES;

	if (!relay->down || relay->age_samples < ENDED_AFTER_SAMPLES || sure_samples < relay->told_samples)
		return 0;
	return sure_samples - relay->told_samples;
}

void relay_tick(struct relay *relay, const struct relay_out *out, size_t count, size_t packet_samples)
{
	if (!relay->sender.busy)
		return;
	relay->age_samples += (uint32_t)count;
	relay->since_packet_samples += count;
	if (relay->since_packet_samples >= packet_samples)
		send_packet(relay, out, untold(relay));
}

static unsigned clock_factor(const struct playout *playout)
{
	return playout->started ? playout->clock_factor : 1;
}

/* How much of the event's time is over, as it is played; 0: nothing, or it is not known. */
static uint32_t played_samples(const struct relay *relay, const struct playout *playout)
{
	uint32_t now = relay->written_samples ? stream_playout_tone_now(playout) : stream_playout_now(playout);
	int32_t played = (int32_t)(now - relay->timestamp) / (int32_t)clock_factor(playout);

	return playout->started && playout->ssrc == relay->receiver.ssrc && played > 0 ? (uint32_t)played : 0;
}

/* An event that is first heard of late, or whose duration jumps, goes on from where the playout is. */
static void write_tone(struct relay *relay, struct playout *playout, struct dsp_dtmf_tx *tones, uint32_t until_samples)
{
	int16_t samples[CHUNK_SAMPLES];
	uint32_t played = played_samples(relay, playout);

	if ((int32_t)(played - relay->written_samples) > BEHIND_SAMPLES)
		relay->written_samples = played;
	if (until_samples > played + PLAYOUT_AHEAD_SAMPLES)
		until_samples = played + PLAYOUT_AHEAD_SAMPLES;
	while (relay->written_samples < until_samples) {
		size_t count = until_samples - relay->written_samples;

		if (count > CHUNK_SAMPLES)
			count = CHUNK_SAMPLES;
		(void)dsp_dtmf_tx_fill(tones, samples, count);
		stream_playout_put(playout, relay->receiver.ssrc, relay->timestamp + relay->written_samples * clock_factor(playout), samples,
			count);
		relay->written_samples += (uint32_t)count;
	}
}

static void tone_end(struct relay *relay, struct playout *playout, uint32_t duration_samples)
{
	if (relay->sounding && relay->written_samples > duration_samples) {
		stream_playout_erase(playout, relay->timestamp + duration_samples * clock_factor(playout),
			relay->written_samples - duration_samples);
		relay->written_samples = duration_samples;
	}
	relay->sounding = false;
}

bool relay_covers(const struct relay *relay, const struct playout *playout, const struct ua_rtp_packet *packet)
{
	return relay->receiver.known && packet->ssrc == relay->receiver.ssrc &&
		packet->timestamp - relay->timestamp < relay->written_samples * clock_factor(playout);
}

/* Of an event; also notes it. */
static bool is_second(struct relay *relay, char key)
{
	return twins_is_second(&relay->twins, TWINS_EVENT, key, relay->played_samples / SAMPLES_PER_MS);
}

bool relay_is_news(struct relay *relay, char key)
{
	return !twins_is_second(&relay->twins, TWINS_INFO, key, relay->played_samples / SAMPLES_PER_MS);
}

static void tone_start(struct relay *relay, struct dsp_dtmf_tx *tones, const struct ua_rtp_packet *packet, unsigned event, unsigned volume)
{
	char digit[2] = {0};

	if (event >= sizeof(keys) - 1)
		return;
	digit[0] = keys[event];
	dsp_dtmf_tx_reset(tones);
	dsp_dtmf_tx_volume(tones, volume);
	relay->sounding = !is_second(relay, digit[0]) && dsp_dtmf_tx_push(tones, digit, DSP_DTMF_MS_MAX, 0) == 0;
	relay->timestamp = packet->timestamp;
	relay->written_samples = 0;
}

static unsigned event_factor_of(const struct relay *relay)
{
	return relay->event_factor ? relay->event_factor : 1;
}

/* Durations in samples, whatever the events' clock; told_before: of the event before. */
static bool receive(struct relay *relay, const struct ua_rtp_packet *packet, unsigned event_factor, uint32_t *told_before,
	struct ua_dtmf_heard *heard)
{
	*told_before = (relay->receiver.whole + relay->receiver.duration) / event_factor_of(relay);
	if (ua_dtmf_receive(&relay->receiver, packet, relay->played_samples / SAMPLES_PER_MS, heard) != 0)
		return false;
	relay->event_factor = event_factor;
	heard->duration /= event_factor;
	return true;
}

void relay_hear(struct relay *relay, struct playout *playout, struct dsp_dtmf_tx *tones,
	const struct ua_rtp_packet *packet, unsigned event_factor)
{
	struct ua_dtmf_heard heard;
	uint32_t told_before;

	if (!receive(relay, packet, event_factor, &told_before, &heard))
		return;
	if (heard.what & UA_DTMF_ENDED_BEFORE)
		tone_end(relay, playout, told_before);
	if (heard.what & UA_DTMF_STARTED)
		tone_start(relay, tones, packet, heard.event, heard.volume);
	if (!relay->sounding || !heard.duration)
		return;
	write_tone(relay, playout, tones, heard.duration + (heard.what & UA_DTMF_ENDED ? 0 : AHEAD_SAMPLES));
	if (heard.what & UA_DTMF_ENDED)
		tone_end(relay, playout, heard.duration);
}

/* No tone is written, but sound of the same time counts as covered by it all the same. */
void relay_pass(struct relay *relay, const struct ua_rtp_packet *packet, unsigned event_factor, relay_key_h *handler, void *arg)
{
	struct ua_dtmf_heard heard;
	uint32_t told_before;

	if (!receive(relay, packet, event_factor, &told_before, &heard))
		return;
	if (heard.what & UA_DTMF_ENDED_BEFORE)
		handler(0, false, 0, told_before, arg);
	if (heard.what & UA_DTMF_STARTED) {
		relay->sounding = false;
		relay->timestamp = packet->timestamp;
		if (heard.event < sizeof(keys) - 1 && !is_second(relay, keys[heard.event]))
			handler(keys[heard.event], true, heard.volume, heard.duration, arg);
	}
	if (heard.duration)
		relay->written_samples = heard.duration;
	if (heard.what & UA_DTMF_ENDED)
		handler(0, false, 0, heard.duration, arg);
}

uint32_t relay_play(struct relay *relay, struct playout *playout, size_t count)
{
	struct ua_dtmf_heard heard;

	relay->played_samples += count;
	ua_dtmf_expire(&relay->receiver, relay->played_samples / SAMPLES_PER_MS, RELAY_EXPIRE_MS, &heard);
	if (!(heard.what & UA_DTMF_ENDED))
		return 0;
	tone_end(relay, playout, heard.duration / event_factor_of(relay));
	return heard.duration / event_factor_of(relay);
}
