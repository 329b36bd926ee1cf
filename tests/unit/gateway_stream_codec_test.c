/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stream sends and takes in each codec, when the codec changes, and with redundancy. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "gateway/media/stream.h"
#include "sip/red.h"
#include "tests/unit/dsp_help.h"

#define PACKET_MAX 1600
#define SOUND      MS(3000)
#define RED_TYPE   121

/* The stream under test, and the peer's socket and coders. */
static struct stream stream;
static struct stream_wish wish;
static int peer_fd;
static union address ours;
static struct dsp_encoder *our_encoders[DSP_CODEC_COUNT], *peer_encoders[DSP_CODEC_COUNT];
static struct dsp_decoder *our_decoders[DSP_CODEC_COUNT], *peer_decoders[DSP_CODEC_COUNT];
static struct ua_rtp_sender peer;
static int16_t said[SOUND], heard[SOUND];

static int socket_open(union address *addr)
{
	socklen_t length = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(address_set(addr, "127.0.0.1", 0), 0);
	assert_int_equal(bind(fd, &addr->any, address_size(addr)), 0);
	assert_int_equal(getsockname(fd, &addr->any, &length), 0);
	return fd;
}

/* One number each, which is no number of RFC 3551's. */
static uint8_t type_of(enum dsp_codec codec)
{
	return (uint8_t)(110 + codec);
}

static void sends_in(enum dsp_codec codec)
{
	wish.codec = (uint8_t)codec;
	wish.encoder = our_encoders[codec];
	wish.payload_type = type_of(codec);
	wish.clock_factor = (uint8_t)(dsp_codec_shape(codec)->clock_hz / 8000);
}

static int make(void **state)
{
	(void)state;
	assert_int_equal(dsp_init(), 0);
	memset(&stream, 0, sizeof(stream));
	memset(&wish, 0, sizeof(wish));
	assert_int_equal(stream_init(&stream, false), 0);
	wish.id = 1;
	wish.fd = socket_open(&ours);
	peer_fd = socket_open(&wish.remote);
	wish.ptime_ms = 20;
	wish.sends = wish.receives = true;
	wish.playout = (struct playout_config){.start_ms = 40, .min_ms = 40, .max_ms = 400};
	for (int i = 0; i < DSP_CODEC_COUNT; i++) {
		our_encoders[i] = NULL;
		our_decoders[i] = NULL;
		peer_encoders[i] = NULL;
		peer_decoders[i] = NULL;
		wish.takes[i] = (struct stream_type){type_of(i), (uint8_t)(STREAM_SOUND + i)};
		if (!dsp_codec_shape(i))
			continue;
		assert_int_equal(dsp_encoder_alloc(&peer_encoders[i], i), 0);
		assert_int_equal(dsp_decoder_alloc(&peer_decoders[i], i), 0);
		if (i < STREAM_OWN_CODECS)
			continue;
		assert_int_equal(dsp_encoder_alloc(&our_encoders[i], i), 0);
		assert_int_equal(dsp_decoder_alloc(&our_decoders[i], i), 0);
		wish.decoders[i] = our_decoders[i];
	}
	peer = (struct ua_rtp_sender){.ssrc = 7, .sequence = 65530, .timestamp = UINT32_MAX - 3000};
	memset(said, 0, sizeof(said));
	help_add_sine(said, SOUND, 700, -13, 0);
	memset(heard, 0, sizeof(heard));
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	stream_free(&stream);
	for (int i = 0; i < DSP_CODEC_COUNT; i++) {
		dsp_encoder_free(our_encoders[i]);
		dsp_decoder_free(our_decoders[i]);
		dsp_encoder_free(peer_encoders[i]);
		dsp_decoder_free(peer_decoders[i]);
	}
	close(wish.fd);
	close(peer_fd);
	return 0;
}

/* Another call. */
static void again(void)
{
	unmake(NULL);
	make(NULL);
}

/* The next packet that the peer gets, in bytes; false: there is none. */
static bool packet_comes(struct ua_rtp_packet *packet, uint8_t bytes[PACKET_MAX])
{
	ssize_t length = recv(peer_fd, bytes, PACKET_MAX, 0);

	if (length < 0)
		return false;
	assert_int_equal(ua_rtp_decode(packet, bytes, (size_t)length), 0);
	return true;
}

static void peer_sends(uint8_t payload_type, const uint8_t *payload, size_t length, unsigned clock)
{
	uint8_t bytes[PACKET_MAX];
	size_t whole = ua_rtp_sender_packet(&peer, bytes, sizeof(bytes), payload_type, false, payload, length, clock);

	assert_int_equal(sendto(peer_fd, bytes, whole, 0, &ours.any, address_size(&ours)), (ssize_t)whole);
}

static void peer_says(enum dsp_codec codec, const int16_t *samples, size_t count)
{
	uint8_t payload[PACKET_MAX];
	size_t length = dsp_encode(peer_encoders[codec], payload, sizeof(payload), samples, count);

	assert_true(length > 0);
	peer_sends(type_of(codec), payload, length, (unsigned)count * (dsp_codec_shape(codec)->clock_hz / 8000));
}

/* How loud the loudest thing beside the tone is in any 20 ms, in dB below it. A click is wide. */
static double click_below_db(const int16_t *samples, size_t count)
{
	double worst = 100;

	for (size_t i = 0; i + MS(20) <= count; i += MS(5)) {
		double whole = 0, tone = pow(10, (help_level_at(samples + i, MS(20), 700) - 3.14) / 10) * 32767 * 32767 / 2;

		for (size_t k = 0; k < MS(20); k++)
			whole += (double)samples[i + k] * samples[i + k] / MS(20);
		worst = fmin(worst, 10 * log10(tone / fmax(whole - tone, 1)));
	}
	return worst;
}

static bool is_built(enum dsp_codec codec)
{
	return dsp_codec_shape(codec);
}

static void test_each_codec_goes_both_ways_in_packets_of_any_length(void **state)
{
	(void)state;
	for (int codec = 0; codec < DSP_CODEC_COUNT; codec++) {
		for (uint8_t ms = 10; ms <= 60 && is_built(codec); ms = (uint8_t)(ms + 10)) {
			unsigned factor = dsp_codec_shape(codec)->clock_hz / 8000, packets = 0;
			static int16_t got[SOUND];
			uint8_t bytes[PACKET_MAX];
			struct ua_rtp_packet packet;
			uint32_t timestamp = 0;
			size_t told = 0;

			again();
			wish.ptime_ms = ms;
			sends_in(codec);
			stream_update(&stream, &wish);
			for (size_t i = 0; i < SOUND; i += MS(20)) { /* blocks of 20 ms, whatever the packets */
				for (; told + MS(ms) <= i + MS(20); told += MS(ms))
					peer_says(codec, said + told, MS(ms));
				stream_send(&stream, said + i, MS(20));
				stream_play(&stream, heard + i, MS(20));
				while (packet_comes(&packet, bytes)) {
					assert_int_equal(packet.payload_type, type_of(codec));
					assert_true(!packets || packet.timestamp - timestamp == MS(ms) * factor);
					timestamp = packet.timestamp;
					assert_int_equal(dsp_decode(peer_decoders[codec], got + packets++ * MS(ms), packet.payload,
						packet.payload_length), MS(ms));
				}
			}
			assert_int_equal(packets, SOUND / MS(ms));
			assert_int_equal(stream.packets_refused, 0);
			assert_true(fabs(help_level_at(got + MS(1000), MS(1000), 700) + 13) < 2.5);
			assert_true(fabs(help_level_at(heard + MS(1000), MS(1000), 700) + 13) < 2.5);
			assert_true(click_below_db(got + MS(1000), MS(1000)) > 6);
			assert_true(click_below_db(heard + MS(1000), MS(1000)) > 6);
		}
	}
}

/* What it was before and what it is afterwards sounds on through the change, in both directions. 20 dB below a tone of
 * its own frequency a change cannot be told from the noise of the poorer codec. */
static const struct change {
	enum dsp_codec from, to;
	double click_below_db;
} changes[] = {
	{DSP_CODEC_PCMU, DSP_CODEC_PCMA, 30}, {DSP_CODEC_PCMA, DSP_CODEC_PCMU, 30}, {DSP_CODEC_PCMU, DSP_CODEC_G726, 12},
	{DSP_CODEC_G726, DSP_CODEC_PCMA, 15}, {DSP_CODEC_PCMA, DSP_CODEC_G722, 15}, {DSP_CODEC_G722, DSP_CODEC_PCMU, 15},
};

static void test_a_codec_changes_without_a_click(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(changes) / sizeof(changes[0]); c++) {
		static int16_t got[SOUND];
		enum dsp_codec codec = changes[c].from;
		uint8_t bytes[PACKET_MAX];
		struct ua_rtp_packet packet;
		double sent, came;
		size_t at = 0;

		again();
		sends_in(codec);
		stream_update(&stream, &wish);
		for (size_t i = 0; i < SOUND; i += MS(10)) {
			if (i == MS(1510)) { /* between two packets' ends */
				codec = changes[c].to;
				sends_in(codec);
				stream_update(&stream, &wish);
			}
			if (i % MS(20) == 0)
				peer_says(codec, said + i, MS(20));
			stream_send(&stream, said + i, MS(10));
			stream_play(&stream, heard + i, MS(10));
			while (packet_comes(&packet, bytes)) {
				enum dsp_codec its = packet.payload_type == type_of(changes[c].from) ? changes[c].from : changes[c].to;

				at += dsp_decode(peer_decoders[its], got + at, packet.payload, packet.payload_length);
			}
		}
		assert_int_equal(at, SOUND);
		sent = click_below_db(got + MS(1400), MS(300));
		came = click_below_db(heard + MS(1400), MS(300));
		print_message("%s to %s: sent %.1f dB below the tone, heard %.1f\n", dsp_codec_shape(changes[c].from)->name,
			dsp_codec_shape(changes[c].to)->name, sent, came);
		assert_true(sent > changes[c].click_below_db);
		assert_true(came > changes[c].click_below_db);
	}
}

static void test_a_shorter_packet_that_is_wished_for_begins_with_what_waits(void **state)
{
	uint8_t bytes[PACKET_MAX];
	struct ua_rtp_packet packet;

	(void)state;
	wish.ptime_ms = 60;
	sends_in(DSP_CODEC_PCMU);
	stream_update(&stream, &wish);
	for (int i = 0; i < 5; i++)
		stream_send(&stream, said, MS(10));
	assert_false(packet_comes(&packet, bytes));
	wish.ptime_ms = 20;
	stream_update(&stream, &wish);
	stream_send(&stream, said, MS(10));
	for (uint16_t i = 0; i < 3; i++) {
		assert_true(packet_comes(&packet, bytes));
		assert_int_equal(packet.payload_length, MS(20));
	}
	assert_false(packet_comes(&packet, bytes));
}

static void test_each_packet_repeats_the_one_before_it(void **state)
{
	uint8_t bytes[PACKET_MAX], last[MS(20)] = {0};
	struct ua_rtp_packet packet, blocks[UA_RED_BLOCKS_MAX];
	uint32_t last_timestamp = 0;

	(void)state;
	sends_in(DSP_CODEC_PCMA);
	wish.red_type = RED_TYPE;
	stream_update(&stream, &wish);
	for (int i = 0; i < 10; i++) {
		size_t count;

		stream_send(&stream, said + i * 123, MS(20));
		assert_true(packet_comes(&packet, bytes));
		assert_int_equal(packet.payload_type, RED_TYPE);
		count = ua_red_parse(blocks, &packet);
		/* RFC 2198 s4: what was sent before comes again in the next packet | every packet but the first holds it */
		assert_int_equal(count, i ? 2 : 1);
		if (i) {
			assert_memory_equal(blocks[0].payload, last, sizeof(last));
			assert_int_equal(blocks[0].timestamp, last_timestamp);
		}
		assert_int_equal(blocks[count - 1].payload_type, type_of(DSP_CODEC_PCMA));
		memcpy(last, blocks[count - 1].payload, sizeof(last));
		last_timestamp = packet.timestamp;
	}
	wish.red_type = 0;
	stream_update(&stream, &wish);
	stream_send(&stream, said, MS(20));
	assert_true(packet_comes(&packet, bytes));
	assert_int_equal(packet.payload_type, type_of(DSP_CODEC_PCMA));
}

/* Every third packet is lost. */
static void lose(enum dsp_codec codec, bool red)
{
	struct ua_red_block earlier = {0};
	static uint8_t before[PACKET_MAX];
	size_t length = 0;

	for (size_t i = 0; i < SOUND; i += MS(20)) {
		uint8_t payload[PACKET_MAX], whole[PACKET_MAX];
		struct ua_red_block again = {before, length, (uint32_t)MS(20)};

		earlier = again;
		length = dsp_encode(peer_encoders[codec], payload, sizeof(payload), said + i, MS(20));
		if (i / MS(20) % 3 == 2) {
			peer.sequence++;
			peer.timestamp += (uint32_t)MS(20);
		} else if (red) {
			size_t red_length = ua_red_compose(whole, sizeof(whole), type_of(codec), &earlier, payload, length);

			peer_sends(RED_TYPE, whole, red_length, (unsigned)MS(20));
		} else {
			peer_sends(type_of(codec), payload, length, (unsigned)MS(20));
		}
		memcpy(before, payload, length);
		stream_play(&stream, heard + i, MS(20));
	}
}

static void test_redundancy_makes_up_for_lost_packets(void **state)
{
	(void)state;
	for (int codec = 0; codec <= DSP_CODEC_G722; codec++) {
		double with, without;

		again();
		wish.takes[DSP_CODEC_COUNT] = (struct stream_type){RED_TYPE, STREAM_RED};
		stream_update(&stream, &wish);
		lose(codec, true);
		with = click_below_db(heard + MS(1000), MS(1900));
		assert_int_equal(stream.packets_refused, 0);
		again();
		stream_update(&stream, &wish);
		for (size_t i = 0; i < SOUND; i++) /* so that what is lost cannot be guessed */
			said[i] = (int16_t)(said[i] * (i / MS(20) % 3 == 2 ? 1 : 0.2));
		lose(codec, false);
		without = click_below_db(heard + MS(1000), MS(1900));
		print_message("%s: with %.1f dB, without %.1f dB\n", dsp_codec_shape(codec)->name, with, without);
		assert_true(with > 20);
	}
}

static void test_a_packet_of_redundancy_that_does_not_add_up_is_refused(void **state)
{
	static const uint8_t wrong[] = {0x80 | 110, 0, 0xff, 0xff, 110, 1, 2};
	static const uint8_t strange[] = {99, 1, 2, 3};

	(void)state;
	wish.takes[DSP_CODEC_COUNT] = (struct stream_type){RED_TYPE, STREAM_RED};
	stream_update(&stream, &wish);
	peer_sends(RED_TYPE, wrong, sizeof(wrong), 160);
	stream_play(&stream, heard, MS(20));
	assert_int_equal(stream.packets_refused, 1);
	peer_sends(RED_TYPE, strange, sizeof(strange), 160); /* of what is no type of ours: passed over */
	stream_play(&stream, heard, MS(20));
	assert_int_equal(stream.packets_refused, 1);
	assert_false(stream.playout.started);
}

/* As long as control may have freed them. */
static void test_coders_are_forgotten_with_the_stream(void **state)
{
	static const struct stream_wish none;

	(void)state;
	sends_in(DSP_CODEC_OPUS);
	stream_update(&stream, &wish);
	assert_non_null(stream.playout.decoders[DSP_CODEC_OPUS]);
	stream_update(&stream, &none);
	for (int i = STREAM_OWN_CODECS; i < DSP_CODEC_COUNT; i++)
		assert_null(stream.playout.decoders[i]);
	assert_null(stream.wish.encoder);
}

#define CODEC_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC_TEST(test_each_codec_goes_both_ways_in_packets_of_any_length),
		CODEC_TEST(test_a_codec_changes_without_a_click),
		CODEC_TEST(test_a_shorter_packet_that_is_wished_for_begins_with_what_waits),
		CODEC_TEST(test_each_packet_repeats_the_one_before_it),
		CODEC_TEST(test_redundancy_makes_up_for_lost_packets),
		CODEC_TEST(test_a_packet_of_redundancy_that_does_not_add_up_is_refused),
		CODEC_TEST(test_coders_are_forgotten_with_the_stream),
	};

	return cmocka_run_group_tests_name("gateway/stream, codecs", tests, NULL, NULL);
}
