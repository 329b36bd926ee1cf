/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/stream_private.h"
#include "sip/voice_quality.h"

#define REPORTS_A_TICK_MAX 4 /* a flood must not hold up the other lines */
#define SPEECH_CLOCK_HZ    8000
#define ECHO_PACKETS_MAX   500 /* one of ours that comes back is not older */

static bool goes_where_it_comes_from(const struct stream *stream)
{
	const union address *source = latch_source(&stream->latch), *said = &stream->wish.remote;

	if (!source || address_port(said) == 0)
		return false;
	return stream->wish.symmetric == STREAM_SYMMETRIC_ON ||
		(stream->wish.symmetric == STREAM_SYMMETRIC_PRIVATE && address_is_private(said) &&
		!address_same_host(source, said));
}

static uint16_t rtcp_port(const struct stream *stream, const union address *remote, bool moved)
{
	if (!moved || stream->wish.rtcp_port == 0)
		return stream->wish.rtcp_port;
	if (stream->wish.rtcp_port == address_port(&stream->wish.remote))
		return address_port(remote);
	return stream->rtcp_source_port ? stream->rtcp_source_port : (uint16_t)(address_port(remote) + UA_RTCP_PORT_AFTER);
}

static void keys_take(struct stream_wire *wire, const struct stream_wish *wish)
{
	if (wire->receive_key != wish->receive_key)
		wire->forged = wire->repeated = 0;
	wire->aside_fd = wish->aside_fd;
	wire->secured = wish->secured;
	wire->send_key = wish->send_key;
	wire->receive_key = wish->receive_key;
}

void stream_aim(struct stream *stream)
{
	bool moved = goes_where_it_comes_from(stream), muxed = stream->wish.rtcp_port == address_port(&stream->wish.remote);
	const union address *remote = moved ? latch_source(&stream->latch) : &stream->wish.remote;
	struct stream_wire *wire = &stream->wire;

	keys_take(wire, &stream->wish);
	wire->fds[STREAM_WIRE_RTP] = stream->wish.fd;
	wire->fds[STREAM_WIRE_RTCP] = muxed ? stream->wish.fd : stream->wish.rtcp_fd;
	wire->remotes[STREAM_WIRE_RTP] = wire->remotes[STREAM_WIRE_RTCP] = *remote;
	address_port_set(&wire->remotes[STREAM_WIRE_RTCP], address_port(remote) ? rtcp_port(stream, remote, moved) : 0);
}

/* What we sent ourselves may come back, from a number that echoes; it is no other who took the same SSRC. */
static bool is_echo(const struct ua_rtp_sender *sender, const struct ua_rtp_packet *packet)
{
	return (uint16_t)(sender->sequence - 1u - packet->sequence) < ECHO_PACKETS_MAX;
}

/* RFC 3550 s8.2: who finds its SSRC with another says goodbye under it and takes a new one. */
static void collision_avoid(struct stream *stream, const struct ua_rtp_packet *packet)
{
	if (packet->ssrc != stream->sender.ssrc || is_echo(&stream->sender, packet))
		return;
	stream_report(stream, true);
	stream->rtcp.packets = stream->rtcp.octets = 0;
	stream->rtcp.packets_told[0] = stream->rtcp.packets_told[1] = 0;
	stream->rtcp.dice ^= (uint32_t)(stream->now_ns ^ packet->timestamp);
	stream->sender.ssrc = stream->rtcp.dice * 1664525u + 1013904223u;
}

void stream_heard(struct stream *stream, const struct ua_rtp_packet *packet)
{
	unsigned clock_factor = stream->playout.started ? stream->playout.clock_factor : 1;

	collision_avoid(stream, packet);
	stream_rtcp_arrived(&stream->rtcp, packet, stream->now_ns, SPEECH_CLOCK_HZ * clock_factor);
}

/* By what it was coded in; what nobody has published a value for counts as G.711. */
static const struct ua_quality_codec *codec_quality(const struct playout *playout)
{
	static const struct ua_quality_codec *const qualities[DSP_CODEC_COUNT] = {
		[DSP_CODEC_G726] = &ua_quality_g726,
		[DSP_CODEC_G729] = &ua_quality_g729,
	};
	const struct ua_quality_codec *quality = playout->last_codec < DSP_CODEC_COUNT ? qualities[playout->last_codec] : NULL;

	return quality ? quality : &ua_quality_g711_concealed;
}

void stream_stats_get(const struct stream *stream, struct stream_stats *stats)
{
	const struct playout_stats *playout = stream_playout_stats(&stream->playout);

	if (!stream->wish.id) {
		memset(stats, 0, sizeof(*stats));
		return;
	}
	*stats = (struct stream_stats){
		.id = stream->wish.id,
		.sent = (uint32_t)stream->packets_sent,
		.refused = (uint32_t)stream->packets_refused,
		.late = playout->discarded,
		.duplicates = playout->duplicates,
		.delay_ms = playout->delay_ms,
		.ptime_ms = stream->wish.ptime_ms,
		.payload_type = stream->wish.payload_type,
		.ie = (uint8_t)codec_quality(&stream->playout)->ie,
		.bpl = (uint8_t)codec_quality(&stream->playout)->bpl,
		.played = playout->played,
		.missed = playout->lost + playout->discarded,
	};
	stream_rtcp_stats(&stream->rtcp, stats);
}

void stream_report(struct stream *stream, bool bye)
{
	uint8_t bytes[UA_RTCP_BYTES_MAX];
	struct stream_stats stats;
	const struct stream_rtcp_view view = {
		.sender = &stream->sender,
		.playout = stream_playout_stats(&stream->playout),
		.stats = &stats,
		.fixed = stream->wish.playout.fixed,
	};
	size_t length;

	if (!stream->wish.id || address_port(&stream->wire.remotes[STREAM_WIRE_RTCP]) == 0) {
		stream_rtcp_skip(&stream->rtcp, stream->now_ns);
		return;
	}
	stream_stats_get(stream, &stats);
	length = stream_rtcp_write(&stream->rtcp, &view, bye, stream->now_ns, bytes, sizeof(bytes));
	if (length)
		(void)stream_wire_send(&stream->wire, STREAM_WIRE_RTCP, bytes, length);
}

/* From the host that sound comes from, or that the peer named: else a stranger could tell lies. */
static bool is_peers(const struct stream *stream, const union address *source)
{
	const union address *latched = latch_source(&stream->latch);

	return (latched && address_same_host(source, latched)) ||
		(address_port(&stream->wish.remote) && address_same_host(source, &stream->wish.remote));
}

bool stream_report_take(struct stream *stream, const uint8_t *bytes, size_t length, const union address *source)
{
	const union address *latched = latch_source(&stream->latch);

	if (length > STREAM_WIRE_BYTES_MAX || !ua_rtcp_is(bytes, length))
		return false;
	if (!is_peers(stream, source)) {
		stream->rtcp.reports_refused++;
		return true;
	}
	if (latched && address_same_host(source, latched))
		stream->rtcp_source_port = address_port(source);
	stream_rtcp_take(&stream->rtcp, bytes, length, stream->sender.ssrc, stream->now_ns);
	return true;
}

static void reports_receive(struct stream *stream)
{
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];

	if (stream->wire.fds[STREAM_WIRE_RTCP] == stream->wire.fds[STREAM_WIRE_RTP])
		return; /* they come with the sound */
	for (int i = 0; i < REPORTS_A_TICK_MAX; i++) {
		union address source;
		ssize_t length = stream_wire_receive(&stream->wire, STREAM_WIRE_RTCP, bytes, sizeof(bytes), &source);

		if (length < 0)
			return;
		(void)stream_report_take(stream, bytes, (size_t)length, &source);
	}
}

void stream_tick(struct stream *stream, uint64_t now_ns)
{
	stream->now_ns = now_ns;
	if (stream->wish.id)
		reports_receive(stream);
	stream_tick_unheard(stream, now_ns);
}

void stream_tick_unheard(struct stream *stream, uint64_t now_ns)
{
	stream->now_ns = now_ns;
	if (!stream->wish.id)
		return;
	stream_aim(stream);
	if (stream_rtcp_due(&stream->rtcp, now_ns))
		stream_report(stream, false);
}
