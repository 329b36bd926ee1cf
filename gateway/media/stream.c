/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/stream.h"
#include "gateway/media/stream_private.h"

#define SAMPLES_PER_MS      8
#define PAYLOAD_TYPE_CN     13 /* RFC 3389 */
#define PACKETS_WAITING_MAX 1000 /* more than a socket holds */
#define PACKETS_A_TICK_MAX  16 /* a flood must not hold up the other lines */

static bool same_address(const union address *a, const union address *b)
{
	return address_port(a) == address_port(b) && address_same_host(a, b);
}

/* What waits for its packet to be full was said in the old law. */
static void frame_recode(struct stream *stream, enum dsp_law law)
{
	int16_t samples[STREAM_FRAME_MAX];

	dsp_g711_decode(stream->wish.law, samples, stream->frame, stream->frame_fill);
	dsp_g711_encode(law, stream->frame, samples, stream->frame_fill);
}

int stream_init(struct stream *stream, bool tones)
{
	static const enum dsp_codec always[] = {DSP_CODEC_PCMU, DSP_CODEC_PCMA};
	static const struct playout_config config;
	int err = tones ? dsp_dtmf_tx_alloc(&stream->tones) : 0;

	for (unsigned i = 0; i < sizeof(always) / sizeof(always[0]) && !err; i++)
		err = dsp_decoder_alloc(&stream->playout.decoders[always[i]], always[i]);
	stream_playout_reset(&stream->playout, &config);
	return err;
}

void stream_free(struct stream *stream)
{
	dsp_dtmf_tx_free(stream->tones);
	for (unsigned i = 0; i < DSP_CODEC_COUNT; i++)
		dsp_decoder_free(stream->playout.decoders[i]);
}

/* What came while nobody listened is not heard: the line may not have been served meanwhile. */
static void begin_to_listen(struct stream *stream)
{
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
	union address source;

	for (int i = 0; i < PACKETS_WAITING_MAX; i++) {
		if (stream_wire_receive(&stream->wire, STREAM_WIRE_RTP, bytes, sizeof(bytes), &source) < 0)
			break;
	}
	stream_playout_interrupt(&stream->playout);
}

void stream_update(struct stream *stream, const struct stream_wish *wish)
{
	bool moved = !same_address(&wish->remote, &stream->wish.remote);

	if (wish->id != stream->wish.id)
		stream_report(stream, true);
	if (wish->id && wish->id != stream->wish.id) {
		stream_rtcp_begin(&stream->rtcp, wish->cname, wish->sender.ssrc);
		stream_playout_reset(&stream->playout, &wish->playout);
		stream->sender = wish->sender;
		stream->frame_fill = 0;
		stream->relay = (struct relay){0};
		stream->hold = (struct hold_player){0};
		stream->packets_sent = stream->packets_received = stream->packets_refused = 0;
		stream->silent_samples = 0;
		moved = true;
	} else if (wish->id && wish->receives && !stream->wish.receives) {
		begin_to_listen(stream);
	} else if (!wish->receives && stream->wish.receives) {
		stream_playout_interrupt(&stream->playout);
	}
	if (moved) {
		latch_reset(&stream->latch, &wish->remote);
		stream->rtcp_source_port = 0;
	}
	if (moved || (wish->receives && !stream->wish.receives))
		stream->silent_samples = 0;
	if (wish->law != stream->wish.law)
		frame_recode(stream, wish->law);
	if (moved || !stream->wish.sends)
		stream->talkspurt = true;
	if (!wish->sends || !wish->event_type || wish->plays_hold)
		stream->relay.down = stream->relay.sender.busy = false;
	stream->wish = *wish;
	stream_aim(stream);
}

uint32_t stream_silent_id(const struct stream *stream)
{
	return stream->silent_samples >= STREAM_SILENT_MS * SAMPLES_PER_MS ? stream->wish.id : 0;
}

uint32_t stream_quiet_id(const struct stream *stream)
{
	return stream->silent_samples >= STREAM_QUIET_MS * SAMPLES_PER_MS ? stream->wish.id : 0;
}

static void send_packet(const uint8_t *bytes, size_t length, void *arg)
{
	struct stream *stream = arg;

	if (!stream_wire_send(&stream->wire, STREAM_WIRE_RTP, bytes, length))
		return;
	stream->packets_sent++;
	stream_rtcp_sent(&stream->rtcp, length - UA_RTP_HEADER_BYTES);
}

static void send_frame(struct stream *stream)
{
	uint8_t bytes[UA_RTP_HEADER_BYTES + STREAM_FRAME_MAX];
	size_t length = ua_rtp_sender_packet(&stream->sender, bytes, sizeof(bytes),
		stream->wish.payload_type, stream->talkspurt, stream->frame, stream->frame_fill,
		(unsigned)stream->frame_fill);

	stream->talkspurt = false;
	stream->frame_fill = 0;
	send_packet(bytes, length, stream);
}

/* The clock goes on while nothing is sent (RFC 3550 s5.1): what follows a hold would else look late by its length. */
static void send_nothing(struct stream *stream, size_t count)
{
	stream->sender.timestamp += (uint32_t)(stream->frame_fill + count);
	stream->frame_fill = 0;
}

static bool may_send(const struct stream *stream)
{
	return stream->wish.id && stream->wish.sends && address_port(&stream->wish.remote) != 0;
}

static struct relay_out relay_out(struct stream *stream)
{
	return (struct relay_out){
		.rtp = &stream->sender,
		.payload_type = stream->wish.event_type,
		.handler = send_packet,
		.arg = stream,
	};
}

void stream_key(struct stream *stream, char digit, bool down, unsigned duration_samples)
{
	struct relay_out out = relay_out(stream);

	if (!may_send(stream) || !stream->wish.event_type || stream->wish.plays_hold)
		return;
	if (!down) {
		relay_key_up(&stream->relay, &out, duration_samples);
		return;
	}
	send_nothing(stream, 0);
	stream->talkspurt = true;
	relay_key_down(&stream->relay, &out, digit);
}

void stream_send(struct stream *stream, const int16_t *samples, size_t count)
{
	size_t frame_samples = (size_t)stream->wish.ptime_ms * SAMPLES_PER_MS;

	struct relay_out out = relay_out(stream);

	if (!stream->wish.id)
		return;
	if (may_send(stream))
		relay_tick(&stream->relay, &out, count, frame_samples);
	if (!may_send(stream) || stream->relay.down) {
		send_nothing(stream, count);
		return;
	}
	if (stream->frame_fill + count > STREAM_FRAME_MAX)
		stream->frame_fill = 0;
	dsp_g711_encode(stream->wish.law, stream->frame + stream->frame_fill, samples, count);
	stream->frame_fill += count;
	if (stream->frame_fill >= frame_samples)
		send_frame(stream);
}

static bool source_is_ours(struct stream *stream, const struct ua_rtp_packet *packet, const union address *source)
{
	const struct latch_packet latching = {.source = *source, .ssrc = packet->ssrc, .sequence = packet->sequence};

	if (!latch_take(&stream->latch, &latching))
		return false;
	stream_heard(stream, packet);
	stream->silent_samples = 0;
	return true;
}

static bool sound_codec(const struct stream_wish *wish, uint8_t payload_type, enum dsp_codec *codec)
{
	static const enum dsp_codec codecs[] = {[DSP_LAW_MU] = DSP_CODEC_PCMU, [DSP_LAW_A] = DSP_CODEC_PCMA};
	static const uint8_t fixed[] = {[DSP_LAW_MU] = 0, [DSP_LAW_A] = 8}; /* RFC 3551 s6 */

	for (unsigned i = 0; i < sizeof(fixed); i++) {
		if (payload_type != wish->receive_types[i] && payload_type != fixed[i])
			continue;
		*codec = codecs[i];
		return true;
	}
	return false;
}

static bool is_event(const struct stream_wish *wish, uint8_t payload_type)
{
	return payload_type != 0 && (payload_type == wish->receive_event_types[0] ||
		payload_type == wish->receive_event_types[1]);
}

static bool passes_events(const struct stream *stream)
{
	return stream->onward && may_send(stream->onward) && stream->onward->wish.event_type;
}

static void pass_key(char digit, bool down, uint32_t duration_samples, void *arg)
{
	stream_key(arg, digit, down, duration_samples);
}

static void event_take(struct stream *stream, const struct ua_rtp_packet *packet)
{
	if (passes_events(stream))
		relay_pass(&stream->relay, packet, pass_key, stream->onward);
	else if (stream->tones)
		relay_hear(&stream->relay, &stream->playout, stream->tones, packet);
}

/* What was taken from whom it was expected of. */
static void packet_play(struct stream *stream, const struct ua_rtp_packet *packet, bool sound, enum dsp_codec codec)
{
	if (!stream->wish.receives)
		return;
	if (!sound) {
		stream_playout_other(&stream->playout, packet);
		event_take(stream, packet);
	} else if (relay_covers(&stream->relay, packet)) {
		stream_playout_other(&stream->playout, packet);
	} else if (stream_playout_packet(&stream->playout, packet, codec) != 0) {
		stream->packets_refused++;
	}
}

static void take_packet(struct stream *stream, const uint8_t *bytes, size_t length,
	const union address *source)
{
	enum dsp_codec codec = DSP_CODEC_PCMU;
	struct ua_rtp_packet packet;
	bool sound;

	if (length > STREAM_WIRE_BYTES_MAX || ua_rtp_decode(&packet, bytes, length) != 0) {
		stream->packets_refused++;
		return;
	}
	if (packet.payload_type == PAYLOAD_TYPE_CN) { /* who is silent says so: he is there */
		if (!source_is_ours(stream, &packet, source))
			return;
		stream->packets_received++;
		if (stream->wish.receives)
			stream_playout_comfort(&stream->playout, &packet);
		return;
	}
	sound = sound_codec(&stream->wish, packet.payload_type, &codec);
	if ((!sound && !is_event(&stream->wish, packet.payload_type)) || packet.payload_length == 0 ||
	    !source_is_ours(stream, &packet, source)) {
		stream->packets_refused++;
		return;
	}
	stream->packets_received++;
	packet_play(stream, &packet, sound, codec);
}

static void receive(struct stream *stream)
{
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];

	for (int i = 0; i < PACKETS_A_TICK_MAX; i++) {
		union address source;
		ssize_t length = stream_wire_receive(&stream->wire, STREAM_WIRE_RTP, bytes, sizeof(bytes), &source);

		if (length < 0)
			return;
		if (stream_report_take(stream, bytes, (size_t)length, &source))
			continue;
		take_packet(stream, bytes, (size_t)length, &source);
	}
}

void stream_play(struct stream *stream, int16_t *samples, size_t count)
{
	uint32_t ended_samples;

	if (!stream->wish.id) {
		memset(samples, 0, count * sizeof(*samples));
		return;
	}
	stream->silent_samples += (uint32_t)count;
	latch_pass(&stream->latch, (uint32_t)count);
	receive(stream);
	ended_samples = relay_play(&stream->relay, &stream->playout, count);
	if (ended_samples && passes_events(stream))
		stream_key(stream->onward, 0, false, ended_samples);
	stream_playout_get(&stream->playout, samples, count);
}
