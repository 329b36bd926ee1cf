/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sip/rtp.h"

static const uint8_t plain[] = {
	0x80, 0x88, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe, 1, 2, 3, 4,
};

/* In a block of its own size, so that AddressSanitizer sees one byte too far. The payload is checked here. */
static int decode(struct ua_rtp_packet *packet, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);
	int err;

	memcpy(copy, bytes, length);
	err = ua_rtp_decode(packet, copy, length);
	if (!err)
		assert_in_range(packet->payload - copy + packet->payload_length, 12, length);
	free(copy);
	return err;
}

static void test_a_plain_packet_is_read(void **state)
{
	struct ua_rtp_packet packet;

	(void)state;
	assert_int_equal(ua_rtp_decode(&packet, plain, sizeof(plain)), 0);
	assert_int_equal(packet.payload_type, 8);
	assert_true(packet.marker);
	assert_int_equal(packet.sequence, 0x1234);
	assert_int_equal(packet.timestamp, 0xdeadbeef);
	assert_int_equal(packet.ssrc, 0xcafebabe);
	assert_ptr_equal(packet.payload, plain + 12);
	assert_int_equal(packet.payload_length, 4);
}

static void test_padding_sources_and_extension_are_taken_off(void **state)
{
	static const uint8_t full[] = {
		0xb1, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
		9, 9, 9, 9,             /* one contributing source */
		0xbe, 0xde, 0, 1, 7, 7, 7, 7, /* extension of one word */
		0x55, 0x66,             /* payload */
		0, 0, 3,                /* padding */
	};
	struct ua_rtp_packet packet;

	(void)state;
	assert_int_equal(ua_rtp_decode(&packet, full, sizeof(full)), 0);
	assert_int_equal(packet.payload_length, 2);
	assert_int_equal(packet.payload[0], 0x55);
	for (size_t length = 0; length < 24; length++)
		assert_int_equal(decode(&packet, full, length), EBADMSG);
}

static void test_an_empty_payload_is_a_packet(void **state)
{
	struct ua_rtp_packet packet;

	(void)state;
	assert_int_equal(decode(&packet, plain, 12), 0);
	assert_int_equal(packet.payload_length, 0);
}

static void test_what_is_no_rtp_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = {
		{0, 0x40}, /* version 1 */
		{0, 0x00}, /* STUN, version 0 */
		{0, 0x8f}, /* 15 sources that are not there */
		{0, 0x90}, /* an extension that is not there */
		{1, 200},  /* RTCP */
		{1, 204},
	};
	static const uint8_t bad_padding[] = {0, 5, 255};
	struct ua_rtp_packet packet;
	uint8_t bytes[sizeof(plain)];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(bytes, plain, sizeof(bytes));
		bytes[rows[i].at] = rows[i].byte;
		assert_int_equal(decode(&packet, bytes, sizeof(bytes)), EBADMSG);
	}
	for (size_t i = 0; i < sizeof(bad_padding); i++) {
		memcpy(bytes, plain, sizeof(bytes));
		bytes[0] = 0xa0;
		bytes[sizeof(bytes) - 1] = bad_padding[i];
		assert_int_equal(decode(&packet, bytes, sizeof(bytes)), EBADMSG);
	}
	for (size_t length = 0; length < 12; length++)
		assert_int_equal(decode(&packet, plain, length), EBADMSG);
}

static void test_a_sender_counts_packets_and_samples(void **state)
{
	struct ua_rtp_sender sender = {.ssrc = 0x11223344, .timestamp = 0xffffffb0, .sequence = 0xffff};
	uint8_t bytes[32], payload[4] = {1, 2, 3, 4};
	struct ua_rtp_packet packet;

	(void)state;
	assert_int_equal(ua_rtp_sender_packet(&sender, bytes, sizeof(bytes), 0, true, payload, 4, 160), 16);
	assert_int_equal(ua_rtp_decode(&packet, bytes, 16), 0);
	assert_true(packet.marker);
	assert_int_equal(packet.payload_type, 0);
	assert_int_equal(packet.sequence, 0xffff);
	assert_int_equal(packet.timestamp, 0xffffffb0);
	assert_int_equal(packet.ssrc, 0x11223344);
	assert_memory_equal(packet.payload, payload, 4);
	assert_int_equal(ua_rtp_sender_packet(&sender, bytes, 16, 101, false, payload, 4, 160), 16);
	assert_int_equal(ua_rtp_decode(&packet, bytes, 16), 0);
	assert_false(packet.marker);
	assert_int_equal(packet.payload_type, 101);
	assert_int_equal(packet.sequence, 0);
	assert_int_equal(packet.timestamp, 80);
}

static void test_a_packet_that_does_not_fit_is_not_counted(void **state)
{
	struct ua_rtp_sender sender = {.sequence = 5, .timestamp = 6};
	uint8_t bytes[15], payload[4] = {0};

	(void)state;
	assert_int_equal(ua_rtp_sender_packet(&sender, bytes, sizeof(bytes), 0, false, payload, 4, 160), 0);
	assert_int_equal(sender.sequence, 5);
	assert_int_equal(sender.timestamp, 6);
}

static void test_two_senders_start_differently(void **state)
{
	struct ua_rtp_sender one, two;

	(void)state;
	ua_rtp_sender_init(&one);
	ua_rtp_sender_init(&two);
	assert_true(one.ssrc != two.ssrc || one.timestamp != two.timestamp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_plain_packet_is_read),
		cmocka_unit_test(test_padding_sources_and_extension_are_taken_off),
		cmocka_unit_test(test_an_empty_payload_is_a_packet),
		cmocka_unit_test(test_what_is_no_rtp_is_refused),
		cmocka_unit_test(test_a_sender_counts_packets_and_samples),
		cmocka_unit_test(test_a_packet_that_does_not_fit_is_not_counted),
		cmocka_unit_test(test_two_senders_start_differently),
	};

	return cmocka_run_group_tests_name("sip rtp", tests, NULL, NULL);
}
