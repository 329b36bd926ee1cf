/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sip/red.h"

static struct ua_rtp_packet packet_of(const uint8_t *bytes, size_t length)
{
	return (struct ua_rtp_packet){.payload_type = 121, .marker = true, .sequence = 0, .timestamp = 1000, .ssrc = 7,
		.payload = bytes, .payload_length = length};
}

/* RFC 2198 s4: the heads of the blocks before the data of the blocks, the present one's last | byte by byte */
static void test_a_block_before_the_present_one_is_written_as_the_standard_has_it(void **state)
{
	static const uint8_t before[] = {0x11, 0x22, 0x33}, present[] = {0x44, 0x55};
	static const uint8_t wanted[] = {0x80 | 8, 0x02, 0x80, 0x03, 8, 0x11, 0x22, 0x33, 0x44, 0x55};
	const struct ua_red_block earlier = {before, sizeof(before), 160};
	uint8_t bytes[sizeof(wanted)];

	(void)state;
	assert_int_equal(ua_red_compose(bytes, sizeof(bytes), 8, &earlier, present, sizeof(present)), sizeof(wanted));
	assert_memory_equal(bytes, wanted, sizeof(wanted));
	assert_int_equal(ua_red_compose(bytes, sizeof(bytes) - 1, 8, &earlier, present, sizeof(present)), 0);
}

static void test_what_is_too_old_or_too_long_is_not_sent_again(void **state)
{
	static const uint8_t before[UA_RED_BYTES_MAX + 1], present[] = {0x44};
	const struct ua_red_block rows[] = {{before, 1, UA_RED_OFFSET_MAX + 1}, {before, sizeof(before), 160}, {before, 0, 160}};
	uint8_t bytes[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ua_red_compose(bytes, sizeof(bytes), 0, &rows[i], present, 1), 2);
		assert_memory_equal(bytes, "\x00\x44", 2);
	}
	assert_int_equal(ua_red_compose(bytes, sizeof(bytes), 0, NULL, present, 1), 2);
}

static void test_what_was_written_is_read_again_at_any_age_and_length(void **state)
{
	static uint8_t before[UA_RED_BYTES_MAX], bytes[2000];
	static const uint8_t present[] = {1, 2, 3};

	(void)state;
	for (size_t i = 0; i < sizeof(before); i++)
		before[i] = (uint8_t)i;
	for (size_t length = 1; length <= sizeof(before); length++) {
		const struct ua_red_block earlier = {before, length, (uint32_t)(length * 16)};
		struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX], packet;
		size_t whole = ua_red_compose(bytes, sizeof(bytes), 101, &earlier, present, sizeof(present));

		packet = packet_of(bytes, whole);
		assert_int_equal(ua_red_parse(blocks, &packet), 2);
		assert_int_equal(blocks[0].payload_type, 101);
		assert_int_equal(blocks[0].sequence, 65535);
		assert_int_equal(blocks[0].timestamp, (uint32_t)(1000 - length * 16));
		assert_int_equal(blocks[0].payload_length, length);
		assert_memory_equal(blocks[0].payload, before, length);
		assert_false(blocks[0].marker);
		assert_true(blocks[1].marker);
		assert_int_equal(blocks[1].sequence, 0);
		assert_int_equal(blocks[1].timestamp, 1000);
		assert_int_equal(blocks[1].payload_length, sizeof(present));
		assert_memory_equal(blocks[1].payload, present, sizeof(present));
	}
}

static void test_the_newest_of_many_blocks_are_read(void **state)
{
	uint8_t bytes[7 * 4 + 1 + 8];
	struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX], packet = packet_of(bytes, sizeof(bytes));

	(void)state;
	for (uint8_t i = 0; i < 7; i++)
		memcpy(bytes + 4 * i, (const uint8_t[]){0x80, (uint8_t)(7 - i), 0, 1}, 4);
	bytes[28] = 0;
	for (uint8_t i = 0; i < 8; i++)
		bytes[29 + i] = i;
	assert_int_equal(ua_red_parse(blocks, &packet), UA_RED_BLOCKS_MAX);
	for (uint8_t i = 0; i < UA_RED_BLOCKS_MAX; i++) {
		assert_int_equal(*blocks[i].payload, 3 + i);
		assert_int_equal(blocks[i].timestamp, 1000 - (4 - i) * 64);
		assert_int_equal(blocks[i].sequence, (uint16_t)-(4 - i));
	}
}

/* At the beginning of a talkspurt there is nothing to send again, and some say so. */
static void test_an_empty_block_is_left_out(void **state)
{
	static const uint8_t bytes[] = {0x80, 0x02, 0x80, 0x00, 0, 0x44};
	struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX], packet = packet_of(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(ua_red_parse(blocks, &packet), 1);
	assert_int_equal(*blocks[0].payload, 0x44);
	packet.payload_length--;
	assert_int_equal(ua_red_parse(blocks, &packet), 0);
}

static void test_what_does_not_add_up_is_refused(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t length;
	} rows[] = {
		{{0}, 0},
		{{0x80}, 1},                         /* a head that is cut off */
		{{0x80, 0x02, 0x80, 0x01}, 4},       /* no last head */
		{{0x80, 0x02, 0x80, 0x02, 0, 1}, 6}, /* a block that is cut off */
		{{0x80, 0x02, 0x83, 0xff, 0, 1, 2, 3}, 8},
	};
	struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *exact = malloc(rows[i].length + !rows[i].length); /* whose end is seen */
		struct ua_rtp_packet packet = packet_of(exact, rows[i].length);

		memcpy(exact, rows[i].bytes, rows[i].length);
		if (ua_red_parse(blocks, &packet) != 0)
			fail_msg("row %zu", i);
		free(exact);
	}
}

static void test_no_bytes_do_harm(void **state)
{
	struct ua_rtp_packet blocks[UA_RED_BLOCKS_MAX];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t length = (seed >> 16) % 300;
		uint8_t *exact = malloc(length + 1);
		struct ua_rtp_packet packet = packet_of(exact, length);

		for (size_t i = 0; i < length; i++) {
			seed = seed * 1664525u + 1013904223u;
			exact[i] = (uint8_t)(seed >> 24);
		}
		for (size_t i = ua_red_parse(blocks, &packet); i-- > 0;)
			assert_true(blocks[i].payload >= exact && blocks[i].payload + blocks[i].payload_length <= exact + length);
		free(exact);
		seed = seed * 1664525u + 1013904223u;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_block_before_the_present_one_is_written_as_the_standard_has_it),
		cmocka_unit_test(test_what_is_too_old_or_too_long_is_not_sent_again),
		cmocka_unit_test(test_what_was_written_is_read_again_at_any_age_and_length),
		cmocka_unit_test(test_the_newest_of_many_blocks_are_read),
		cmocka_unit_test(test_an_empty_block_is_left_out),
		cmocka_unit_test(test_what_does_not_add_up_is_refused),
		cmocka_unit_test(test_no_bytes_do_harm),
	};

	return cmocka_run_group_tests_name("sip/red", tests, NULL, NULL);
}
