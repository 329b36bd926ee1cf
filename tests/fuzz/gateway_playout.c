/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a far end sends in a call, packet by packet, and what the telephone hears of it meanwhile. A packet is told by eight bytes: what it holds, how
 * far its sequence and its timestamp are from the last one's, its source, how much of it there is, and how much is played after it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/media/playout.h"
#include "gateway/media/relay.h"

#define TOLD_BYTES 8
#define PLAYED_MAX 4 /* blocks after one packet */

enum { EVENT = 6, COMFORT, OTHER, SPARE, PASSED, INTERRUPT, KINDS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct playout playout;
static struct relay relay;
static struct dsp_dtmf_tx *tones;

static void on_key(char digit, bool down, unsigned volume, uint32_t duration_samples, void *arg)
{
	(void)volume;
	(void)duration_samples;
	(void)arg;
	if (down && !strchr("0123456789*#ABCD", digit))
		abort();
}

static void begin(void)
{
	static const struct playout_config config = {.start_ms = 20, .min_ms = 10, .max_ms = 200};

	if (!tones && dsp_dtmf_tx_alloc(&tones))
		abort();
	for (enum dsp_codec i = 0; i < DSP_CODEC_COUNT; i++) {
		if (!playout.decoders[i])
			(void)dsp_decoder_alloc(&playout.decoders[i], i);
	}
	stream_playout_reset(&playout, &config);
	dsp_dtmf_tx_reset(tones);
	relay = (struct relay){0};
}

static void take(const struct ua_rtp_packet *packet, unsigned kind)
{
	unsigned factor = packet->marker ? 6 : 1;

	if (kind == EVENT)
		relay_hear(&relay, &playout, tones, packet, factor);
	else if (kind == PASSED)
		relay_pass(&relay, packet, factor, on_key, NULL);
	else if (kind == COMFORT)
		stream_playout_comfort(&playout, packet);
	else if (kind == OTHER)
		stream_playout_other(&playout, packet);
	else if (kind == SPARE)
		stream_playout_spare(&playout, packet, packet->payload_type % DSP_CODEC_COUNT);
	else if (kind == INTERRUPT)
		stream_playout_interrupt(&playout);
	else if (!relay_covers(&relay, &playout, packet))
		(void)stream_playout_packet(&playout, packet, kind % DSP_CODEC_COUNT);
}

static void play(unsigned blocks)
{
	int16_t samples[PLAYOUT_GET_MAX];

	for (unsigned i = 0; i < blocks; i++) {
		(void)relay_play(&relay, &playout, PLAYOUT_GET_MAX);
		stream_playout_get(&playout, samples, PLAYOUT_GET_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ua_rtp_packet packet = {.ssrc = 1};

	begin();
	while (size >= TOLD_BYTES) {
		size_t length = data[6] < size - TOLD_BYTES ? data[6] : size - TOLD_BYTES;

		packet.sequence = (uint16_t)(packet.sequence + (int8_t)data[1]);
		packet.timestamp += (uint32_t)(int32_t)(int16_t)(data[2] << 8 | data[3]) << (data[4] & 0x0f);
		packet.ssrc = data[5] & 3;
		packet.marker = data[5] & 4;
		packet.payload_type = data[4] >> 4;
		packet.payload = data + TOLD_BYTES;
		packet.payload_length = length;
		if (length || data[0] % KINDS == INTERRUPT)
			take(&packet, data[0] % KINDS);
		play(data[7] % (PLAYED_MAX + 1));
		data += TOLD_BYTES + length;
		size -= TOLD_BYTES + length;
	}
	return 0;
}
