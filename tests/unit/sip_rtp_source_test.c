/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "sip/rtp_source.h"

#define MS 1000000ull
#define PACKET_MS 20
#define CLOCK_HZ 8000

static struct ua_rtp_source source;

static int begin(void **state)
{
	(void)state;
	memset(&source, 0, sizeof(source));
	return 0;
}

/* The packet of this place in the stream comes so late. */
static void come(uint32_t ssrc, unsigned place, uint64_t late_ms)
{
	const struct ua_rtp_packet packet = {.ssrc = ssrc, .sequence = (uint16_t)(65500 + place), .timestamp = place * 160};

	ua_rtp_source_take(&source, &packet, (place * PACKET_MS + late_ms) * MS, CLOCK_HZ);
}

static void run(unsigned from, unsigned to)
{
	for (unsigned place = from; place < to; place++)
		come(1, place, 0);
}

static void test_losses_are_counted_over_the_turn_of_the_sequence(void **state)
{
	struct ua_rtcp_block block;

	(void)state;
	run(0, 30);
	run(32, 100);
	ua_rtp_source_block(&source, &block);
	/* RFC 3550 s6.4.1: packets lost in all and the share since the last report; the highest sequence with its turns | so */
	assert_int_equal(block.lost, 2);
	assert_int_equal(block.fraction, 2 * 256 / 100);
	assert_int_equal(block.highest, 65500 + 99);
	assert_int_equal(block.ssrc, 1);
	run(100, 150);
	run(200, 250);
	ua_rtp_source_block(&source, &block);
	assert_int_equal(block.lost, 52);
	/* 85.33 of 256, cut off; RFC 3550 A.3 */
	assert_in_range(block.fraction, 84, 85);
	run(250, 300);
	ua_rtp_source_block(&source, &block);
	assert_int_equal(block.fraction, 0);
	assert_int_equal(block.lost, 52);
	assert_int_equal(ua_rtp_source_lost(&source), 52);
	assert_int_equal(ua_rtp_source_received(&source), 248);
}

static void test_a_packet_that_comes_twice_or_late_is_not_a_loss(void **state)
{
	struct ua_rtcp_block block;

	(void)state;
	run(0, 10);
	come(1, 11, 0);
	come(1, 10, 25);
	come(1, 11, 5);
	ua_rtp_source_block(&source, &block);
	/* RFC 3550 s6.4.1: duplicates make the number of packets lost negative | it is */
	assert_int_equal(block.lost, -1);
	assert_int_equal(block.fraction, 0);
	assert_int_equal(ua_rtp_source_lost(&source), 0);
}

static void test_jitter_is_that_of_the_rfc(void **state)
{
	double jitter = 0;

	(void)state;
	/* Each second packet 10 ms late: all differences are 80. */
	for (unsigned place = 0; place < 400; place++) {
		come(1, place, place % 2 * 10);
		if (place)
			jitter += (80 - jitter) / 16; /* RFC 3550 s6.4.1: J += (|D| - J) / 16 | so */
		assert_in_range(ua_rtp_source_jitter(&source), jitter > 1 ? (uint32_t)jitter - 1 : 0, (uint32_t)jitter + 1);
	}
	assert_in_range(ua_rtp_source_jitter(&source), 79, 80);
}

static void test_a_steady_stream_has_no_jitter_and_an_event_makes_none(void **state)
{
	(void)state;
	run(0, 50);
	for (unsigned i = 0; i < 10; i++) {
		const struct ua_rtp_packet event = {.ssrc = 1, .sequence = (uint16_t)(65550 + i), .timestamp = 50 * 160};

		ua_rtp_source_take(&source, &event, (50 + i) * PACKET_MS * MS, CLOCK_HZ);
	}
	assert_int_equal(ua_rtp_source_jitter(&source), 0);
	assert_int_equal(ua_rtp_source_lost(&source), 0);
}

static void test_a_sender_that_starts_again_has_lost_nothing(void **state)
{
	const struct ua_rtp_packet again[] = {{.ssrc = 1, .sequence = 30000}, {.ssrc = 1, .sequence = 30001, .timestamp = 160}};

	(void)state;
	run(0, 50);
	/* RFC 3550 A.1: a jump is believed when a second packet goes on from it | so */
	ua_rtp_source_take(&source, &again[0], 1000 * MS, CLOCK_HZ);
	assert_int_equal(ua_rtp_source_received(&source), 50);
	ua_rtp_source_take(&source, &again[1], 1020 * MS, CLOCK_HZ);
	assert_int_equal(ua_rtp_source_received(&source), 51);
	assert_int_equal(ua_rtp_source_lost(&source), 0);
}

static void test_losses_of_a_source_before_count_on(void **state)
{
	struct ua_rtcp_block block;

	(void)state;
	run(0, 10);
	run(15, 20);
	come(2, 40000, 0);
	ua_rtp_source_block(&source, &block);
	assert_int_equal(block.ssrc, 2);
	assert_int_equal(block.lost, 0);
	assert_int_equal(ua_rtp_source_lost(&source), 5);
	assert_int_equal(ua_rtp_source_received(&source), 16);
}

static void test_a_clock_that_jumps_half_around_is_no_jitter(void **state)
{
	struct ua_rtp_packet packet = {.ssrc = 1};

	(void)state;
	for (int i = 0; i < 4; i++) {
		packet.sequence++;
		packet.timestamp += UINT32_C(1) << 31;
		ua_rtp_source_take(&source, &packet, 0, CLOCK_HZ);
	}
	assert_int_equal(ua_rtp_source_received(&source), 4);
	assert_int_equal(ua_rtp_source_jitter(&source), 0);
}

#define SOURCE_TEST(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOURCE_TEST(test_losses_are_counted_over_the_turn_of_the_sequence),
		SOURCE_TEST(test_a_packet_that_comes_twice_or_late_is_not_a_loss),
		SOURCE_TEST(test_jitter_is_that_of_the_rfc),
		SOURCE_TEST(test_a_steady_stream_has_no_jitter_and_an_event_makes_none),
		SOURCE_TEST(test_a_sender_that_starts_again_has_lost_nothing),
		SOURCE_TEST(test_losses_of_a_source_before_count_on),
		SOURCE_TEST(test_a_clock_that_jumps_half_around_is_no_jitter),
	};

	return cmocka_run_group_tests_name("sip rtp_source", tests, NULL, NULL);
}
