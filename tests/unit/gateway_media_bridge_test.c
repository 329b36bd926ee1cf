/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ends that talk past a telephone, and keys that go between them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/g711.h"
#include "tests/unit/gateway_media_world.h"

struct end {
	int fd, ours_fd;
	union address addr, ours;
	struct ua_rtp_sender sender;
	uint8_t bytes[200];
	struct ua_rtp_packet got;
};

static int bound(union address *addr)
{
	socklen_t length = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_int_equal(address_set(addr, "127.0.0.1", 0), 0);
	assert_int_equal(bind(fd, &addr->any, address_size(addr)), 0);
	assert_int_equal(getsockname(fd, &addr->any, &length), 0);
	return fd;
}

static void end_open(struct end *end, uint32_t ssrc)
{
	*end = (struct end){.sender = {.ssrc = ssrc}};
	end->fd = bound(&end->addr);
	end->ours_fd = bound(&end->ours);
}

static void end_close(struct end *end)
{
	close(end->fd);
	close(end->ours_fd);
}

static void end_sends(struct end *end, uint8_t payload_type, const uint8_t *payload, size_t length)
{
	uint8_t bytes[200];
	size_t bytes_length = ua_rtp_sender_packet(&end->sender, bytes, sizeof(bytes), payload_type, false, payload, length, 160);

	assert_int_equal(sendto(end->fd, bytes, bytes_length, 0, &end->ours.any, address_size(&end->ours)), bytes_length);
}

static void end_says(struct end *end, uint8_t payload_type, enum dsp_law law, int16_t sample)
{
	int16_t samples[160];
	uint8_t payload[160];

	for (int i = 0; i < 160; i++)
		samples[i] = sample;
	dsp_g711_encode(law, payload, samples, 160);
	end_sends(end, payload_type, payload, sizeof(payload));
}

static bool end_gets(struct end *end)
{
	ssize_t length = recv(end->fd, end->bytes, sizeof(end->bytes), 0);

	return length > 0 && ua_rtp_decode(&end->got, end->bytes, (size_t)length) == 0;
}

static int16_t end_hears(struct end *end)
{
	int16_t sample = 0;

	if (end_gets(end))
		dsp_g711_decode(end->got.payload_type == 8 ? DSP_LAW_A : DSP_LAW_MU, &sample, end->got.payload + 80, 1);
	return sample;
}

/* The first speaks PCMU, the second PCMA; both take events. */
static struct media_wish bridge_of(const struct end ends[2])
{
	struct media_wish wish = {.feed = FXS_FEED_IDLE, .tone = MEDIA_TONE_NONE};

	for (int i = 0; i < 2; i++) {
		wish.streams[MEDIA_CALLS + i] = (struct stream_wish){
			.id = 7 + (uint32_t)i, .fd = ends[i].ours_fd, .remote = ends[i].addr, .ptime_ms = 20, .sends = true,
			.receives = true, .event_type = 101, .takes = {{101, STREAM_EVENTS}},
		};
		wish.hears[MEDIA_CALLS + i] = (uint8_t)(1u << (MEDIA_CALLS + 1 - i));
	}
	wish.streams[MEDIA_CALLS + 1].codec = DSP_CODEC_PCMA;
	wish.streams[MEDIA_CALLS + 1].payload_type = 8;
	return wish;
}

static struct end ends[2];

static int make_bridge(void **state)
{
	struct media_wish wish;

	media_test_begin(state);
	end_open(&ends[0], 1);
	end_open(&ends[1], 2);
	wish = bridge_of(ends);
	media_line_wish(lines[0], &wish);
	step_after(1);
	return 0;
}

static int unmake_bridge(void **state)
{
	end_close(&ends[0]);
	end_close(&ends[1]);
	return media_test_end(state);
}

static void two_blocks_pass(void)
{
	block_passes();
	block_passes();
}

static void assert_two_hear_each_other(void)
{
	end_says(&ends[0], 0, DSP_LAW_MU, 4000);
	end_says(&ends[1], 8, DSP_LAW_A, -8000);
	two_blocks_pass();
	assert_in_range(end_hears(&ends[1]), 3900, 4100);
	assert_int_equal(ends[1].got.payload_type, 8);
	assert_in_range(-end_hears(&ends[0]), 7500, 8500);
	assert_int_equal(ends[0].got.payload_type, 0);
}

static void test_two_talk_past_a_telephone_that_is_hung_up(void **state)
{
	(void)state;
	assert_true(cards[0].sound_on);
	assert_int_equal(cards[0].feed, FXS_FEED_IDLE);
	cards[0].says = 2000;
	assert_two_hear_each_other();
	assert_int_equal(heard_peak(&cards[0]), 0);
	media_line_wish(lines[0], &(struct media_wish){.tone = MEDIA_TONE_NONE});
	step_after(1);
	assert_false(cards[0].sound_on);
}

static void test_a_telephone_is_used_beside_a_bridge(void **state)
{
	struct media_wish wish = bridge_of(ends);
	struct end third;

	(void)state;
	end_open(&third, 3);
	wish.feed = FXS_FEED_ACTIVE;
	wish.sound = true;
	wish.streams[0] = (struct stream_wish){
		.id = 9, .fd = third.ours_fd, .remote = third.addr, .ptime_ms = 20, .sends = true, .receives = true,
	};
	media_line_wish(lines[0], &wish);
	step_after(1);
	cards[0].says = 2000;
	end_says(&third, 0, DSP_LAW_MU, 1000);
	assert_two_hear_each_other();
	assert_in_range(heard_peak(&cards[0]), 960, 1040);
	assert_in_range(end_hears(&third), 1950, 2050);
	end_close(&third);
}

/* Both take events. */
static struct media_wish three_way_of(const struct end parties[2])
{
	struct media_wish wish = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true, .hook_mode = FXS_HOOK_IN_CALL};

	for (int i = 0; i < 2; i++) {
		wish.streams[i] = (struct stream_wish){
			.id = 20 + (uint32_t)i, .fd = parties[i].ours_fd, .remote = parties[i].addr, .ptime_ms = 20, .sends = true,
			.receives = true, .event_type = 101,
		};
		wish.hears[i] = (uint8_t)(1u << (1 - i));
	}
	return wish;
}

static bool is_silent(const struct end *end)
{
	unsigned silent = 0;

	for (size_t i = 0; i < end->got.payload_length; i++)
		silent += end->got.payload[i] == 0xff;
	return silent >= BLOCK_SAMPLES;
}

/* Too short for digits, but long enough to be suspected; no two begin alike. */
static void test_a_suspected_key_silences_no_other_party(void **state)
{
	struct media_wish wish = three_way_of(ends);
	unsigned packets = 0, suspected = 0;

	(void)state;
	assert_int_equal(dsp_dtmf_tx_alloc(&cards[0].keys), 0);
	assert_int_equal(dsp_dtmf_tx_push(cards[0].keys, "5555555555", 28, 49), 0);
	media_line_wish(lines[0], &wish);
	hook_set(true);
	for (int i = 0; i < 50; i++) {
		end_says(&ends[1], 0, DSP_LAW_MU, 4000);
		for (int half = 0; half < 2; half++) {
			block_passes();
			suspected += dsp_dtmf_rx_suspects(lines[0]->dtmf);
		}
		while (end_gets(&ends[0])) {
			assert_int_equal(ends[0].got.payload_type, 0);
			assert_false(packets++ > 5 && is_silent(&ends[0]));
		}
		while (end_gets(&ends[1]))
			;
	}
	assert_true(suspected > 5);
	assert_true(packets > 40);
	dsp_dtmf_tx_free(cards[0].keys);
	cards[0].keys = NULL;
}

static void test_a_card_out_of_order_still_bridges(void **state)
{
	struct media_wish wish = bridge_of(ends);

	(void)state;
	cards[0].fault_untold = true;
	cards[0].audio_err = ENODEV;
	media_line_wish(lines[0], &talk);
	step_after(1);
	media_line_wish(lines[0], &(struct media_wish){.tone = MEDIA_TONE_NONE});
	step_after(1);
	media_line_wish(lines[0], &wish);
	for (int i = 0; i < 200 && !end_gets(&ends[0]); i++)
		step_after(10);
	assert_int_equal(ends[0].got.ssrc, lines[0]->streams[MEDIA_CALLS].sender.ssrc);
	assert_true(ends[0].got.payload_length == 160);
}

static void event_comes(uint8_t end_bit, uint16_t duration)
{
	const uint8_t payload[] = {5, (uint8_t)(end_bit | 10), (uint8_t)(duration >> 8), (uint8_t)duration};
	uint32_t began = ends[0].sender.timestamp;

	end_sends(&ends[0], 101, payload, sizeof(payload));
	ends[0].sender.timestamp = began;
}

static void test_a_key_goes_on_as_an_event(void **state)
{
	bool ended = false;

	(void)state;
	event_comes(0, 160);
	two_blocks_pass();
	assert_true(end_gets(&ends[1]));
	assert_int_equal(ends[1].got.payload_type, 101);
	assert_int_equal(ends[1].got.payload[0], 5);
	event_comes(0x80, 640);
	for (int i = 0; i < 20; i++) {
		two_blocks_pass();
		while (end_gets(&ends[1])) {
			ended = ended || (ends[1].got.payload_type == 101 && ends[1].got.payload[1] & 0x80 &&
				ends[1].got.payload[2] * 256 + ends[1].got.payload[3] == 640);
			if (ends[1].got.payload_type == 8)
				assert_int_equal(end_hears(&ends[1]), 0);
		}
	}
	assert_true(ended);
}

static void test_a_key_of_a_party_that_is_replaced_ends(void **state)
{
	struct media_wish wish = bridge_of(ends);
	int16_t last = 0;

	(void)state;
	event_comes(0, 400);
	two_blocks_pass();
	wish.streams[MEDIA_CALLS].id = 17;
	media_line_wish(lines[0], &wish);
	step_after(1);
	for (int i = 0; i < 20; i++) {
		end_says(&ends[0], 0, DSP_LAW_MU, 4000);
		two_blocks_pass();
		while (end_gets(&ends[1])) {
			if (ends[1].got.payload_type == 8)
				dsp_g711_decode(DSP_LAW_A, &last, ends[1].got.payload + 80, 1);
		}
	}
	assert_in_range(last, 3900, 4100);
}

static void test_a_key_whose_end_is_lost_ends(void **state)
{
	bool ended = false;

	(void)state;
	event_comes(0, 400);
	for (int i = 0; i < 20; i++) {
		two_blocks_pass();
		while (end_gets(&ends[1]))
			ended = ended || (ends[1].got.payload_type == 101 && ends[1].got.payload[1] & 0x80);
	}
	assert_true(ended);
}

static void test_a_key_becomes_a_tone_for_an_end_without_events(void **state)
{
	struct media_wish wish = bridge_of(ends);
	bool sounds = false;

	(void)state;
	wish.streams[MEDIA_CALLS + 1].event_type = 0;
	media_line_wish(lines[0], &wish);
	step_after(1);
	event_comes(0, 160);
	for (int i = 0; i < 5; i++) {
		two_blocks_pass();
		while (end_gets(&ends[1])) {
			assert_int_equal(ends[1].got.payload_type, 8);
			for (size_t j = 0; j < ends[1].got.payload_length; j++)
				sounds = sounds || (ends[1].got.payload[j] & 0x7f) < 0x40;
		}
	}
	assert_true(sounds);
}

static void test_a_stream_that_becomes_an_end_of_a_bridge_goes_on(void **state)
{
	struct media_wish wish = bridge_of(ends), call = talk;
	uint16_t sequence;

	(void)state;
	media_line_wish(lines[0], &talk);
	step_after(1);
	call.streams[1] = wish.streams[MEDIA_CALLS];
	media_line_wish(lines[0], &call);
	step_after(1);
	two_blocks_pass();
	assert_true(end_gets(&ends[0]));
	sequence = ends[0].got.sequence;
	media_line_wish(lines[0], &wish);
	step_after(1);
	two_blocks_pass();
	assert_true(end_gets(&ends[0]));
	assert_int_equal(ends[0].got.sequence, (uint16_t)(sequence + 1));
	assert_int_equal(lines[0]->streams[1].wish.id, 0);
	while (end_gets(&ends[1]))
		;
	assert_two_hear_each_other();
}

#define BRIDGE_TEST(test) cmocka_unit_test_setup_teardown(test, make_bridge, unmake_bridge)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRIDGE_TEST(test_two_talk_past_a_telephone_that_is_hung_up),
		BRIDGE_TEST(test_a_telephone_is_used_beside_a_bridge),
		BRIDGE_TEST(test_a_card_out_of_order_still_bridges),
		BRIDGE_TEST(test_a_suspected_key_silences_no_other_party),
		BRIDGE_TEST(test_a_key_goes_on_as_an_event),
		BRIDGE_TEST(test_a_key_of_a_party_that_is_replaced_ends),
		BRIDGE_TEST(test_a_key_whose_end_is_lost_ends),
		BRIDGE_TEST(test_a_key_becomes_a_tone_for_an_end_without_events),
		BRIDGE_TEST(test_a_stream_that_becomes_an_end_of_a_bridge_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
