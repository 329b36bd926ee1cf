/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <sys/socket.h>

#include "gateway/stream.h"

#define SAMPLES_PER_MS      8
#define PAYLOAD_TYPE_PCMU   0
#define PAYLOAD_TYPE_PCMA   8
#define PACKETS_A_TICK_MAX  16 /* a flood must not hold up the other lines */

void stream_update(struct stream *stream, const struct stream_wish *wish)
{
	bool moved = wish->remote.sin_port != stream->wish.remote.sin_port ||
		wish->remote.sin_addr.s_addr != stream->wish.remote.sin_addr.s_addr;

	if (wish->id && wish->id != stream->wish.id) {
		stream_playout_reset(&stream->playout, wish->playout_ms);
		stream->sender = wish->sender;
		stream->frame_fill = 0;
		stream->packets_sent = stream->packets_received = stream->packets_refused = 0;
		moved = true;
	}
	if (moved)
		stream->latched = false;
	if (moved || !stream->wish.sends)
		stream->talkspurt = true;
	stream->wish = *wish;
}

static void send_frame(struct stream *stream)
{
	uint8_t bytes[UA_RTP_HEADER_BYTES + STREAM_FRAME_MAX];
	size_t length = ua_rtp_sender_packet(&stream->sender, bytes, sizeof(bytes),
		stream->wish.payload_type, stream->talkspurt, stream->frame, stream->frame_fill,
		(unsigned)stream->frame_fill);

	stream->talkspurt = false;
	stream->frame_fill = 0;
	if (sendto(stream->wish.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		    (const struct sockaddr *)&stream->wish.remote, sizeof(stream->wish.remote)) >= 0)
		stream->packets_sent++;
}

void stream_send(struct stream *stream, const int16_t *samples, size_t count)
{
	size_t frame_samples = (size_t)stream->wish.ptime_ms * SAMPLES_PER_MS;

	if (!stream->wish.id || !stream->wish.sends || stream->wish.remote.sin_port == 0)
		return;
	if (stream->frame_fill + count > STREAM_FRAME_MAX)
		stream->frame_fill = 0;
	dsp_g711_encode(stream->wish.law, stream->frame + stream->frame_fill, samples, count);
	stream->frame_fill += count;
	if (stream->frame_fill >= frame_samples)
		send_frame(stream);
}

/* The first source that sends good sound is the peer; a stranger who comes later is refused. */
static bool source_is_ours(struct stream *stream, const struct sockaddr_in *source)
{
	if (!stream->latched) {
		stream->source = *source;
		stream->latched = true;
	}
	return stream->source.sin_addr.s_addr == source->sin_addr.s_addr &&
		stream->source.sin_port == source->sin_port;
}

static bool sound_law(uint8_t payload_type, enum dsp_law *law)
{
	*law = payload_type == PAYLOAD_TYPE_PCMA ? DSP_LAW_A : DSP_LAW_MU;
	return payload_type == PAYLOAD_TYPE_PCMU || payload_type == PAYLOAD_TYPE_PCMA;
}

static void take_packet(struct stream *stream, const uint8_t *bytes, size_t length,
	const struct sockaddr_in *source)
{
	int16_t samples[STREAM_FRAME_MAX];
	struct ua_rtp_packet packet;
	enum dsp_law law;

	if (ua_rtp_decode(&packet, bytes, length) != 0 || !sound_law(packet.payload_type, &law) ||
	    packet.payload_length == 0 || packet.payload_length > STREAM_FRAME_MAX ||
	    !source_is_ours(stream, source)) {
		stream->packets_refused++;
		return;
	}
	stream->packets_received++;
	if (!stream->wish.receives)
		return;
	dsp_g711_decode(law, samples, packet.payload, packet.payload_length);
	stream_playout_put(&stream->playout, packet.ssrc, packet.timestamp, samples, packet.payload_length);
}

static void receive(struct stream *stream)
{
	uint8_t bytes[STREAM_PACKET_BYTES_MAX];

	for (int i = 0; i < PACKETS_A_TICK_MAX; i++) {
		struct sockaddr_in source;
		socklen_t source_length = sizeof(source);
		ssize_t length = recvfrom(stream->wish.fd, bytes, sizeof(bytes), MSG_DONTWAIT,
			(struct sockaddr *)&source, &source_length);

		if (length < 0)
			return;
		take_packet(stream, bytes, (size_t)length, &source);
	}
}

void stream_play(struct stream *stream, int16_t *samples, size_t count)
{
	if (!stream->wish.id) {
		memset(samples, 0, count * sizeof(*samples));
		return;
	}
	receive(stream);
	stream_playout_get(&stream->playout, samples, count);
}
