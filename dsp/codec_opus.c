/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opus (RFC 6716) at a telephone's 8 kHz, each packet with a spare copy of the one before (in-band FEC), without DTX:
 * the far end's playout and its address translator like packets that keep coming. What comes may be of any mode and
 * width, one channel or two: the library gives it as 8 kHz, one channel.
 */
#include <errno.h>
#include <opus.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/codec_private.h"

#define RATE_HZ       8000
#define BITS_PER_S    20000 /* the least round number at which the library makes spare copies ... */
#define BITS_PER_S_10 22000 /* ... of frames of 10 ms */
#define LOSS_PERCENT  10    /* that is counted on */
#define COMPLEXITY    5     /* of 10: beyond it nothing is heard at 8 kHz, but half as much again is to be computed */
#define FRAME_SAMPLES 80    /* the shortest in which there are spare copies */
#define FRAMES_MAX    12
#define FRAME_BYTES   1275  /* RFC 6716 s3.2.1 */
#define STEP_SAMPLES  20    /* 2.5 ms: losses are filled in whole steps */

struct encoder {
	OpusEncoder *opus;
	OpusRepacketizer *packer; /* for packets of several frames */
	uint8_t frames[FRAMES_MAX * FRAME_BYTES];
};

static void encoder_free(void *arg)
{
	struct encoder *state = arg;

	if (state->opus)
		opus_encoder_destroy(state->opus);
	if (state->packer)
		opus_repacketizer_destroy(state->packer);
	free(state);
}

static void encoder_set(OpusEncoder *opus)
{
	opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY(COMPLEXITY));
	opus_encoder_ctl(opus, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_NARROWBAND));
	opus_encoder_ctl(opus, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
	opus_encoder_ctl(opus, OPUS_SET_INBAND_FEC(1));
	opus_encoder_ctl(opus, OPUS_SET_PACKET_LOSS_PERC(LOSS_PERCENT));
	opus_encoder_ctl(opus, OPUS_SET_DTX(0));
}

static int encoder_make(void **statep)
{
	struct encoder *state = calloc(1, sizeof(*state));
	int err;

	if (!state)
		return ENOMEM;
	state->opus = opus_encoder_create(RATE_HZ, 1, OPUS_APPLICATION_VOIP, &err);
	state->packer = opus_repacketizer_create();
	if (!state->opus || !state->packer) {
		encoder_free(state);
		return ENOMEM;
	}
	encoder_set(state->opus);
	*statep = state;
	return 0;
}

static void encoder_reset(void *arg)
{
	struct encoder *state = arg;

	opus_encoder_ctl(state->opus, OPUS_RESET_STATE);
}

static int encode_frame(OpusEncoder *opus, uint8_t *bytes, size_t size, const int16_t *samples, size_t count)
{
	opus_encoder_ctl(opus, OPUS_SET_BITRATE(count == FRAME_SAMPLES ? BITS_PER_S_10 : BITS_PER_S));
	return opus_encode(opus, samples, (int)count, bytes, (opus_int32)size);
}

static bool is_one_frame(size_t count)
{
	return count == 80 || count == 160 || count == 320 || count == 480;
}

/* 30 and 50 ms are no frame of Opus, but a packet may hold several. */
static size_t encode_frames(struct encoder *state, uint8_t *bytes, size_t size, const int16_t *samples, size_t count)
{
	uint8_t *frame = state->frames;
	int length;

	opus_repacketizer_init(state->packer);
	for (size_t i = 0; i < count; i += FRAME_SAMPLES) {
		length = encode_frame(state->opus, frame, FRAME_BYTES, samples + i, FRAME_SAMPLES);
		if (length <= 0 || opus_repacketizer_cat(state->packer, frame, length) != OPUS_OK)
			return 0;
		frame += length;
	}
	length = opus_repacketizer_out(state->packer, bytes, (opus_int32)size);
	return length > 0 ? (size_t)length : 0;
}

static size_t encode(void *arg, uint8_t *bytes, size_t size, const int16_t *samples, size_t count)
{
	struct encoder *state = arg;
	int length;

	if (count % FRAME_SAMPLES || count > FRAMES_MAX * FRAME_SAMPLES)
		return 0;
	if (!is_one_frame(count))
		return encode_frames(state, bytes, size, samples, count);
	length = encode_frame(state->opus, bytes, size, samples, count);
	return length > 0 ? (size_t)length : 0;
}

static int decoder_make(void **statep)
{
	int err;
	OpusDecoder *opus = opus_decoder_create(RATE_HZ, 1, &err);

	if (!opus)
		return ENOMEM;
	*statep = opus;
	return 0;
}

static void decoder_free(void *state)
{
	opus_decoder_destroy(state);
}

static void decoder_reset(void *state)
{
	opus_decoder_ctl(state, OPUS_RESET_STATE);
}

/* Told by the whole packet's shape: one that would fail to decode is malformed here already. */
static size_t count(const uint8_t *bytes, size_t length)
{
	const uint8_t *frames[48];
	opus_int16 sizes[48];
	int samples;

	if (length == 0 || length > FRAMES_MAX * FRAME_BYTES || opus_packet_parse(bytes, (opus_int32)length, NULL, frames, sizes, NULL) <= 0)
		return 0;
	samples = opus_packet_get_nb_samples(bytes, (opus_int32)length, RATE_HZ);
	return samples > 0 ? (size_t)samples : 0;
}

static void decode(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	int decoded = opus_decode(state, bytes, (opus_int32)length, samples, (int)samples_count, 0);

	if (decoded < (int)samples_count) {
		size_t good = decoded > 0 ? (size_t)decoded : 0;

		memset(samples + good, 0, (samples_count - good) * sizeof(*samples));
	}
}

/* Whether the first frame has a spare copy: the bit behind one bit of activity for each 20 ms of a SILK frame
 * (RFC 6716 s4.2.3), of which the first channel's comes first. */
static bool has_spare(const uint8_t *bytes, size_t length)
{
	const uint8_t *frames[48];
	opus_int16 sizes[48];
	uint8_t toc;
	int samples, parts;

	if (opus_packet_parse(bytes, (opus_int32)length, &toc, frames, sizes, NULL) <= 0 || toc & 0x80 || sizes[0] == 0)
		return false;
	samples = opus_packet_get_samples_per_frame(bytes, RATE_HZ);
	parts = samples <= 160 ? 1 : samples / 160;
	return frames[0][0] >> (7 - parts) & 1;
}

static bool is_in_steps(size_t samples)
{
	return samples > 0 && samples % STEP_SAMPLES == 0 && samples <= DSP_CODEC_PACKET_SAMPLES_MAX;
}

static bool decode_spare(void *state, int16_t *samples, size_t samples_count, const uint8_t *bytes, size_t length)
{
	if (!is_in_steps(samples_count) || !count(bytes, length) || !has_spare(bytes, length) ||
		samples_count < (size_t)opus_packet_get_samples_per_frame(bytes, RATE_HZ))
		return false;
	return opus_decode(state, bytes, (opus_int32)length, samples, (int)samples_count, 1) == (int)samples_count;
}

static bool decode_lost(void *state, int16_t *samples, size_t samples_count)
{
	return is_in_steps(samples_count) && opus_decode(state, NULL, 0, samples, (int)samples_count, 0) == (int)samples_count;
}

const struct dsp_codec_def dsp_codec_opus = {
	.shape = {"opus", 48000, FRAME_SAMPLES},
	.encoder_make = encoder_make, .encoder_free = encoder_free, .encoder_reset = encoder_reset, .encode = encode,
	.decoder_make = decoder_make, .decoder_free = decoder_free, .decoder_reset = decoder_reset, .count = count,
	.decode = decode, .decode_spare = decode_spare, .decode_lost = decode_lost,
};
