/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/stream.h"
#include "gateway/media/stream_private.h"
#include "sip/red.h"

#define SAMPLES_PER_MS      8
#define PAYLOAD_TYPE_CN     13 /* RFC 3389 */
#define PACKETS_WAITING_MAX 1000 /* more than a socket holds */
#define EVENTS_48_FACTOR    6 /* of their clock to samples */
#define PACKETS_A_TICK_MAX  16 /* a flood must not hold up the other lines */

static bool same_address(const union address *a, const union address *b)
{
	return address_port(a) == address_port(b) && address_same_host(a, b);
}

int stream_init(struct stream *stream, bool tones)
{
	int err = tones ? dsp_dtmf_tx_alloc(&stream->tones) : 0;

	if (!err && tones)
		err = dsp_dtmf_tx_alloc(&stream->pressed);
	for (enum dsp_codec i = 0; i < STREAM_OWN_CODECS && !err; i++) {
		err = dsp_encoder_alloc(&stream->encoders[i], i);
		if (!err)
			err = dsp_decoder_alloc(&stream->playout.decoders[i], i);
	}
	return err;
}

void stream_keys_usual(struct stream *stream, int low_dbm0, int high_dbm0)
{
	if (!stream->tones)
		return;
	dsp_dtmf_tx_usual(stream->tones, low_dbm0, high_dbm0);
	dsp_dtmf_tx_usual(stream->pressed, low_dbm0, high_dbm0);
}

void stream_free(struct stream *stream)
{
	dsp_dtmf_tx_free(stream->tones);
	dsp_dtmf_tx_free(stream->pressed);
	for (unsigned i = 0; i < STREAM_OWN_CODECS; i++) {
		dsp_encoder_free(stream->encoders[i]);
		dsp_decoder_free(stream->playout.decoders[i]);
	}
}

/* Those that are control's may be gone soon after a wish without them. */
static void coders_take(struct stream *stream, const struct stream_wish *wish)
{
	for (unsigned i = STREAM_OWN_CODECS; i < DSP_CODEC_COUNT; i++)
		stream->playout.decoders[i] = wish->decoders[i];
	if (wish->encoder && wish->encoder != stream->wish.encoder)
		dsp_encoder_reset(wish->encoder);
	if (wish->payload_type != stream->wish.payload_type)
		stream->spare.length = 0;
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

/* A new stream may come from anywhere, and one with another address soon; no address at all is a hold, and says nothing of the source. */
static void latch_review(struct stream *stream, const struct stream_wish *wish)
{
	if (wish->id == stream->wish.id && (address_port(&wish->remote) == 0 || same_address(&wish->remote, &stream->latch.said)))
		return;
	if (wish->id == stream->wish.id)
		latch_describe(&stream->latch, &wish->remote);
	else
		latch_reset(&stream->latch, &wish->remote);
	stream->rtcp_source_port = 0;
}

static bool may_send(const struct stream *stream)
{
	return stream->wish.id && stream->wish.sends && address_port(&stream->wish.remote) != 0;
}

static bool passes_events(const struct stream *stream)
{
	return stream->onward && may_send(stream->onward) && stream->onward->wish.event_type;
}

/* Who pressed it is gone, and will not tell its end. */
static void passed_key_end(struct stream *stream)
{
	if (stream->relay.receiver.ongoing && passes_events(stream))
		stream_key(stream->onward, 0, false, 0, 0);
	stream->relay.receiver.ongoing = false;
}

/* A new stream plays what comes from now on. */
static void presses_take(struct stream *stream, const struct stream_wish *wish)
{
	uint32_t news = wish->press_count - stream->wish.press_count;

	if (!stream->pressed || !wish->id)
		return;
	if (wish->id != stream->wish.id) {
		dsp_dtmf_tx_reset(stream->pressed);
		stream->pressing = false;
		return;
	}
	for (news = news < STREAM_PRESSES ? news : STREAM_PRESSES; news; news--) {
		const struct stream_press *press = &wish->presses[(wish->press_count - news) % STREAM_PRESSES];
		const char key[] = {press->key, 0};

		if (!relay_is_news(&stream->relay, press->key))
			continue;
		stream->pressing = dsp_dtmf_tx_push(stream->pressed, key, press->ms, STREAM_PRESS_GAP_MS) == 0 || stream->pressing;
	}
}

/* Another call's: nothing of the one before goes on. */
static void begin(struct stream *stream, const struct stream_wish *wish)
{
	stream_rtcp_begin(&stream->rtcp, wish->cname, wish->sender.ssrc);
	stream_playout_reset(&stream->playout, &wish->playout);
	stream->sender = wish->sender;
	stream->frame_fill = 0;
	stream->spare.length = 0;
	stream->relay = (struct relay){0};
	stream->hold = (struct hold_player){0};
	stream->fax = DSP_FAX_NONE;
	stream->fax_tone = (struct dsp_fax_tone){0};
	stream->packets_sent = stream->packets_received = stream->packets_refused = 0;
	stream->silent_samples = 0;
}

static void listening_review(struct stream *stream, const struct stream_wish *wish)
{
	if (wish->id && wish->receives && !stream->wish.receives)
		begin_to_listen(stream);
	else if (!wish->receives && stream->wish.receives)
		stream_playout_interrupt(&stream->playout);
}

void stream_update(struct stream *stream, const struct stream_wish *wish)
{
	bool begins = wish->id && wish->id != stream->wish.id;
	bool moved = begins || !same_address(&wish->remote, &stream->wish.remote);

	if (wish->id != stream->wish.id) {
		stream_report(stream, true);
		passed_key_end(stream);
	}
	if (begins)
		begin(stream, wish);
	else
		listening_review(stream, wish);
	if (wish->id && wish->playout.fixed != stream->playout.config.fixed)
		stream_playout_config(&stream->playout, &wish->playout);
	latch_review(stream, wish);
	if (moved || (wish->receives && !stream->wish.receives))
		stream->silent_samples = 0;
	coders_take(stream, wish);
	presses_take(stream, wish);
	stream->key_down = stream->key_down && wish->id == stream->wish.id && wish->told && wish->sends;
	if (moved || !stream->wish.sends)
		stream->talkspurt = true;
	if (!wish->sends || !wish->event_type || wish->plays_hold || address_port(&wish->remote) == 0)
		stream->relay.down = stream->relay.sender.busy = false;
	stream->wish = *wish;
	stream_aim(stream);
}

void stream_fax(struct stream *stream, enum dsp_fax heard, bool repeated, bool far)
{
	if (!heard || stream->fax)
		return;
	if (heard == DSP_FAX_CALLING && !repeated && far != stream->wish.peer_called)
		return; /* an answering machine's beep */
	stream->fax = (uint8_t)heard;
	stream->fax_far = far;
}

uint32_t stream_silent_id(const struct stream *stream)
{
	return stream->silent_samples >= STREAM_SILENT_MS * SAMPLES_PER_MS ? stream->wish.id : 0;
}

uint32_t stream_forged_id(const struct stream *stream)
{
	return stream->wire.forged >= STREAM_FORGED_MAX ? stream->wish.id : 0;
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

static unsigned clock_factor(const struct stream *stream)
{
	return stream->wish.clock_factor ? stream->wish.clock_factor : 1;
}

static void spare_keep(struct stream *stream, const uint8_t *payload, size_t length)
{
	struct stream_spare *spare = &stream->spare;

	spare->length = length <= sizeof(spare->bytes) ? length : 0;
	memcpy(spare->bytes, payload, spare->length);
	spare->payload_type = stream->wish.payload_type;
	spare->timestamp = stream->sender.timestamp;
}

/* Sound with what was sent before it. */
static size_t red_payload(struct stream *stream, uint8_t *bytes, size_t size, const uint8_t *payload, size_t length)
{
	const struct stream_spare *spare = &stream->spare;
	const struct ua_red_block earlier = {spare->bytes, spare->length, stream->sender.timestamp - spare->timestamp};
	bool fits = spare->payload_type == stream->wish.payload_type;
	size_t whole = ua_red_compose(bytes, size, stream->wish.payload_type, fits ? &earlier : NULL, payload, length);

	spare_keep(stream, payload, length);
	return whole;
}

static void send_payload(struct stream *stream, uint8_t payload_type, const uint8_t *payload, size_t length, size_t samples)
{
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
	size_t whole = ua_rtp_sender_packet(&stream->sender, bytes, sizeof(bytes), payload_type, stream->talkspurt, payload, length,
		(unsigned)samples * clock_factor(stream));

	stream->talkspurt = false;
	send_packet(bytes, whole, stream);
}

static void send_sound(struct stream *stream, const int16_t *samples, size_t count)
{
	struct dsp_encoder *encoder = stream->wish.encoder ? stream->wish.encoder : stream->encoders[stream->wish.codec];
	uint8_t payload[STREAM_WIRE_BYTES_MAX - UA_RTP_HEADER_BYTES], red[sizeof(payload)];
	size_t length = dsp_encode(encoder, payload, sizeof(payload), samples, count), whole = 0;

	if (length && stream->wish.red_type)
		whole = red_payload(stream, red, sizeof(red), payload, length);
	if (whole)
		send_payload(stream, stream->wish.red_type, red, whole, count);
	else if (length)
		send_payload(stream, stream->wish.payload_type, payload, length, count);
	else
		stream->sender.timestamp += (uint32_t)count * clock_factor(stream);
}

/* What waits may be of a longer packet than is wished now: then it is several. */
static void send_frames(struct stream *stream, size_t packet_samples)
{
	size_t sent = 0;

	for (; stream->frame_fill - sent >= packet_samples; sent += packet_samples)
		send_sound(stream, stream->frame + sent, packet_samples);
	stream->frame_fill -= sent;
	memmove(stream->frame, stream->frame + sent, stream->frame_fill * sizeof(*stream->frame));
}

/* The clock goes on while nothing is sent (RFC 3550 s5.1): what follows a hold would else look late by its length. */
static void send_nothing(struct stream *stream, size_t count)
{
	stream->sender.timestamp += (uint32_t)(stream->frame_fill + count) * clock_factor(stream);
	stream->frame_fill = 0;
}

static struct relay_out relay_out(struct stream *stream)
{
	return (struct relay_out){
		.rtp = &stream->sender,
		.payload_type = stream->wish.event_type,
		.clock_factor = clock_factor(stream),
		.event_factor = stream->wish.event_factor ? stream->wish.event_factor : 1,
		.handler = send_packet,
		.arg = stream,
	};
}

bool stream_tells_keys(const struct stream *stream)
{
	return stream->wish.told && may_send(stream) && !stream->wish.plays_hold;
}

void stream_key(struct stream *stream, char digit, bool down, unsigned volume, unsigned duration_samples)
{
	struct relay_out out = relay_out(stream);

	stream->key_down = down && stream_tells_keys(stream);
	if (!may_send(stream) || !stream_sends_events(stream))
		return;
	if (!down) {
		relay_key_up(&stream->relay, &out, duration_samples);
		return;
	}
	send_nothing(stream, 0);
	stream->talkspurt = true;
	relay_key_down(&stream->relay, &out, digit, volume, duration_samples);
}

bool stream_mutes_keys(const struct stream *stream)
{
	return (stream_sends_events(stream) || stream->wish.told) && !stream->wish.plays_hold;
}

bool stream_sends_events(const struct stream *stream)
{
	return stream->wish.event_type && !stream->wish.plays_hold;
}

void stream_suspect(struct stream *stream, bool suspected)
{
	stream->suspected = suspected;
}

static size_t packet_samples(const struct stream_wish *wish)
{
	const struct dsp_codec_shape *shape = dsp_codec_shape(wish->codec);
	size_t frame = shape ? shape->frame_samples : 1, frames = ((size_t)wish->ptime_ms * SAMPLES_PER_MS + frame - 1) / frame;

	return frames * frame <= STREAM_FRAME_MAX ? frames * frame : STREAM_FRAME_MAX;
}

void stream_send(struct stream *stream, const int16_t *samples, size_t count)
{
	static const int16_t silence[STREAM_FRAME_MAX];
	size_t wanted = packet_samples(&stream->wish);
	struct relay_out out = relay_out(stream);
	bool suspected = stream->suspected;

	/* Who suspects says so for each block: a stream that leaves the telephone, for a bridge, is suspected by nobody. */
	stream->suspected = false;
	if (!stream->wish.id)
		return;
	if (may_send(stream))
		relay_tick(&stream->relay, &out, count, wanted);
	if (!may_send(stream) || stream->relay.down) {
		send_nothing(stream, count);
		return;
	}
	if (suspected && stream_mutes_keys(stream))
		samples = silence;
	if (!wanted || stream->frame_fill + count > sizeof(stream->frame) / sizeof(*stream->frame))
		stream->frame_fill = 0;
	memcpy(stream->frame + stream->frame_fill, samples, count * sizeof(*samples));
	stream->frame_fill += count;
	if (wanted)
		send_frames(stream, wanted);
}

static bool source_is_ours(struct stream *stream, const struct ua_rtp_packet *packet, const union address *source)
{
	const struct latch_packet latching = {.source = *source, .ssrc = packet->ssrc, .sequence = packet->sequence};

	if (!latch_take(&stream->latch, &latching))
		return false;
	if (latch_source(&stream->latch))
		stream_heard(stream, packet);
	stream->silent_samples = 0;
	return true;
}

static uint8_t take_of(const struct stream_wish *wish, uint8_t payload_type)
{
	for (unsigned i = 0; i < STREAM_TYPES_MAX && wish->takes[i].take != STREAM_REFUSES; i++) {
		if (wish->takes[i].payload_type == payload_type)
			return wish->takes[i].take;
	}
	return payload_type == 0 ? STREAM_SOUND + DSP_CODEC_PCMU : payload_type == 8 ? STREAM_SOUND + DSP_CODEC_PCMA : STREAM_REFUSES;
}

static bool is_event(uint8_t take)
{
	return take == STREAM_EVENTS || take == STREAM_EVENTS_48;
}

static void pass_key(char digit, bool down, unsigned volume, uint32_t duration_samples, void *arg)
{
	stream_key(arg, digit, down, volume, duration_samples);
}

static void event_take(struct stream *stream, const struct ua_rtp_packet *packet, uint8_t take)
{
	unsigned factor = take == STREAM_EVENTS_48 ? EVENTS_48_FACTOR : 1;

	if (passes_events(stream))
		relay_pass(&stream->relay, packet, factor, pass_key, stream->onward);
	else if (stream->tones)
		relay_hear(&stream->relay, &stream->playout, stream->tones, packet, factor);
}

/* What was taken from whom it was expected of. */
static void packet_play(struct stream *stream, const struct ua_rtp_packet *packet, uint8_t take)
{
	if (is_event(take)) {
		stream_playout_other(&stream->playout, packet);
		event_take(stream, packet, take);
	} else if (take < STREAM_SOUND || relay_covers(&stream->relay, &stream->playout, packet)) {
		stream_playout_other(&stream->playout, packet);
	} else if (stream_playout_packet(&stream->playout, packet, (enum dsp_codec)(take - STREAM_SOUND)) != 0) {
		stream->packets_refused++;
	}
}

static void spare_play(struct stream *stream, const struct ua_rtp_packet *packet, uint8_t take)
{
	if (is_event(take))
		event_take(stream, packet, take);
	else if (take >= STREAM_SOUND && !relay_covers(&stream->relay, &stream->playout, packet))
		stream_playout_spare(&stream->playout, packet, (enum dsp_codec)(take - STREAM_SOUND));
}

/* The oldest first, as a decoder wants them. Redundancy within redundancy there is not. */
static void red_play(struct stream *stream, const struct ua_rtp_packet *packet)
{
	struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX];
	size_t count = ua_red_parse(blocks, packet);

	if (!count) {
		stream->packets_refused++;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		uint8_t take = take_of(&stream->wish, blocks[i].payload_type);

		if (blocks[i].sequence == packet->sequence)
			packet_play(stream, &blocks[i], take);
		else
			spare_play(stream, &blocks[i], take);
	}
	stream_playout_other(&stream->playout, packet);
}

static void comfort_take(struct stream *stream, const struct ua_rtp_packet *packet, const union address *source)
{
	if (!source_is_ours(stream, packet, source))
		return;
	stream->packets_received++;
	if (stream->wish.receives)
		stream_playout_comfort(&stream->playout, packet);
}

static void take_packet(struct stream *stream, const uint8_t *bytes, size_t length,
	const union address *source)
{
	struct ua_rtp_packet packet;
	uint8_t take;

	if (length > STREAM_WIRE_BYTES_MAX || ua_rtp_decode(&packet, bytes, length) != 0) {
		stream->packets_refused++;
		return;
	}
	if (packet.payload_type == PAYLOAD_TYPE_CN) { /* who is silent says so: he is there */
		comfort_take(stream, &packet, source);
		return;
	}
	take = take_of(&stream->wish, packet.payload_type);
	if (take == STREAM_REFUSES || packet.payload_length == 0 || !source_is_ours(stream, &packet, source)) {
		stream->packets_refused++;
		return;
	}
	stream->packets_received++;
	if (!stream->wish.receives)
		return;
	if (take == STREAM_RED)
		red_play(stream, &packet);
	else
		packet_play(stream, &packet, take);
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
		stream_key(stream->onward, 0, false, 0, ended_samples);
	stream_playout_get(&stream->playout, samples, count);
	if (stream->pressing && stream->wish.receives)
		stream->pressing = dsp_dtmf_tx_fill(stream->pressed, samples, count);
}
