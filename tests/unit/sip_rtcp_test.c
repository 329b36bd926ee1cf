/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sip/rtcp.h"

#define OURS   0x0a0b0c0du
#define THEIRS 0x01020304u
#define MS     1000000ull

/* In a block of its own size, so that AddressSanitizer sees one byte too far. */
static int parse(struct ua_rtcp_report *report, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);
	int err;

	memcpy(copy, bytes, length);
	err = ua_rtcp_parse(report, copy, length, OURS);
	free(copy);
	return err;
}

/* Laid down by hand from RFC 3550 s6.4.1, s6.5 and s6.6: one sender, who has heard us with losses. */
static const uint8_t compound[] = {
	0x81, 200, 0, 12, 1, 2, 3, 4, /* SR with one block, 13 words */
	0, 0, 0, 7, 0x80, 0, 0, 0,    /* 7.5 s */
	0, 0, 0x10, 0, 0, 0, 0, 50, 0, 0, 0x1f, 0x40,
	0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xff, 0xff, 0xfe, 0, 1, 0, 9, 0, 0, 0, 12, 0, 3, 0x40, 0, 0, 1, 0x80, 0,
	0x81, 202, 0, 4, 1, 2, 3, 4, 2, 1, 'n', 1, 3, 'a', '@', 'b', 0, 0, 0, 0, /* NAME, CNAME */
	0x81, 203, 0, 3, 1, 2, 3, 4, 3, 'e', 'n', 'd', 0, 0, 0, 0,
};

static void test_a_report_of_another_is_read(void **state)
{
	struct ua_rtcp_report report;

	(void)state;
	assert_int_equal(parse(&report, compound, sizeof(compound)), 0);
	assert_int_equal(report.ssrc, THEIRS);
	assert_true(report.sends);
	assert_true(report.ntp == 0x780000000ull);
	assert_int_equal(report.timestamp, 0x1000);
	assert_int_equal(report.packets, 50);
	assert_int_equal(report.octets, 8000);
	assert_true(report.has_block);
	assert_int_equal(report.block.fraction, 32);
	assert_int_equal(report.block.lost, -2);
	assert_int_equal(report.block.highest, 0x10009);
	assert_int_equal(report.block.jitter, 12);
	assert_int_equal(report.block.last_sr, 0x34000);
	assert_int_equal(report.block.delay, 0x18000);
	assert_string_equal(report.cname, "a@b");
	assert_true(report.bye);
}

static void test_what_is_about_others_is_passed_over(void **state)
{
	struct ua_rtcp_report report;

	(void)state;
	assert_int_equal(ua_rtcp_parse(&report, compound, sizeof(compound), THEIRS), 0);
	assert_false(report.has_block);
}

static void test_every_cut_and_every_wrong_length_is_refused_or_read_within_bounds(void **state)
{
	struct ua_rtcp_report report;
	uint8_t bytes[sizeof(compound)];

	(void)state;
	for (size_t length = 0; length < sizeof(compound); length++) {
		bool whole = length == 52 || length == 72;

		/* RFC 3550 A.2: the lengths of the packets add up to the datagram's | else it is ignored */
		assert_int_equal(parse(&report, compound, length), whole ? 0 : EBADMSG);
	}
	for (size_t at = 0; at < sizeof(compound); at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(bytes, compound, sizeof(bytes));
			bytes[at] ^= (uint8_t)(1u << bit);
			(void)parse(&report, bytes, sizeof(bytes));
		}
	}
}

static void test_what_does_not_begin_with_a_report_is_refused(void **state)
{
	static const uint8_t bye_alone[] = {0x81, 203, 0, 1, 1, 2, 3, 4};
	static const uint8_t padded_first[] = {0xa0, 201, 0, 2, 1, 2, 3, 4, 0, 0, 0, 4, 0x81, 203, 0, 1, 1, 2, 3, 4};
	struct ua_rtcp_report report;

	(void)state;
	/* RFC 3550 s6.1: a compound begins with a report | else it is ignored */
	assert_int_equal(parse(&report, bye_alone, sizeof(bye_alone)), EBADMSG);
	/* RFC 3550 s6.4.1: only the last packet is padded | else it is ignored */
	assert_int_equal(parse(&report, padded_first, sizeof(padded_first)), EBADMSG);
}

static void test_padding_and_a_goodbye_of_nobody_are_read(void **state)
{
	static const uint8_t bytes[] = {0x80, 201, 0, 1, 1, 2, 3, 4, 0x80, 203, 0, 0, 0xa0, 204, 0, 3, 1, 2, 3, 4,
		'n', 'a', 'm', 'e', 0, 0, 0, 4};
	struct ua_rtcp_report report;

	(void)state;
	assert_int_equal(parse(&report, bytes, sizeof(bytes)), 0);
	assert_false(report.sends || report.bye || report.has_block);
}

static struct ua_rtcp_report full_report(void)
{
	return (struct ua_rtcp_report){
		.ssrc = THEIRS, .sends = true, .ntp = 0x123456789abcdef0ull, .timestamp = 160, .packets = 7, .octets = 1120,
		.has_block = true,
		.block = {.ssrc = OURS, .fraction = 3, .lost = -5, .highest = 70000, .jitter = 9, .last_sr = 1, .delay = 2},
		.cname = "abcdefghijklmnopqrst",
		.has_voip = true,
		.voip = {.ssrc = OURS, .loss = 1, .discard = 2, .burst_density = 3, .gap_density = 4, .burst_ms = 500, .gap_ms = 6000,
			.round_trip_ms = 70, .end_system_ms = 80, .signal_dbm0 = UA_RTCP_UNKNOWN, .noise_dbm0 = UA_RTCP_UNKNOWN,
			.echo_return_loss_db = UA_RTCP_UNKNOWN, .gmin = 16, .r = 90, .external_r = UA_RTCP_UNKNOWN, .mos_lq = 44,
			.mos_cq = 43, .config = UA_RTCP_CONFIG(2, 3, 1), .buffer_ms = 40, .buffer_max_ms = 60, .buffer_limit_ms = 200},
		.bye = true,
	};
}

static void test_what_is_written_is_read_the_same(void **state)
{
	struct ua_rtcp_report report = full_report(), again;
	uint8_t bytes[UA_RTCP_BYTES_MAX], bytes_again[UA_RTCP_BYTES_MAX];
	size_t length = ua_rtcp_compose(&report, bytes, sizeof(bytes));

	(void)state;
	assert_int_not_equal(length, 0);
	assert_int_equal(length % 4, 0);
	assert_true(ua_rtcp_is(bytes, length));
	assert_int_equal(parse(&again, bytes, length), 0);
	assert_true(again.ntp == report.ntp);
	assert_int_equal(again.packets, report.packets);
	assert_int_equal(again.octets, report.octets);
	assert_int_equal(again.block.lost, report.block.lost);
	assert_int_equal(again.voip.buffer_limit_ms, report.voip.buffer_limit_ms);
	assert_string_equal(again.cname, report.cname);
	assert_true(again.bye);
	assert_int_equal(ua_rtcp_compose(&again, bytes_again, sizeof(bytes_again)), length);
	assert_memory_equal(bytes, bytes_again, length);
}

static void test_the_metrics_lie_where_the_rfc_has_them(void **state)
{
	struct ua_rtcp_report report = full_report();
	uint8_t bytes[UA_RTCP_BYTES_MAX];

	(void)state;
	report.cname[0] = 0;
	report.has_block = report.sends = report.bye = false;
	/* RFC 3611 s4.7: block type 7, reserved, length 8, and the metrics | so */
	assert_int_equal(ua_rtcp_compose(&report, bytes, sizeof(bytes)), 8 + 8 + 36);
	assert_memory_equal(bytes + 8, ((const uint8_t[]){0x80, 207, 0, 10, 1, 2, 3, 4, 7, 0, 0, 8, 0x0a, 0x0b, 0x0c, 0x0d,
		1, 2, 3, 4, 500 >> 8, 500 & 255, 6000 >> 8, 6000 & 255, 0, 70, 0, 80, 127, 127, 127, 16, 90, 127, 44, 43,
		0xb1, 0, 0, 40, 0, 60, 0, 200}), 44);
}

static void test_a_receiver_writes_no_senders_part(void **state)
{
	struct ua_rtcp_report report = {.ssrc = THEIRS}, again;
	uint8_t bytes[UA_RTCP_BYTES_MAX];

	(void)state;
	assert_int_equal(ua_rtcp_compose(&report, bytes, sizeof(bytes)), 8);
	assert_memory_equal(bytes, ((const uint8_t[]){0x80, 201, 0, 1, 1, 2, 3, 4}), 8);
	assert_int_equal(parse(&again, bytes, 8), 0);
	assert_int_equal(ua_rtcp_compose(&report, bytes, UA_RTCP_BYTES_MAX - 1), 0);
}

static void test_losses_are_held_within_their_24_bits(void **state)
{
	struct ua_rtcp_report report = full_report(), again;
	uint8_t bytes[UA_RTCP_BYTES_MAX];

	(void)state;
	report.block.lost = 0x1234567;
	(void)parse(&again, bytes, ua_rtcp_compose(&report, bytes, sizeof(bytes)));
	assert_int_equal(again.block.lost, 0x7fffff);
	report.block.lost = -0x1234567;
	(void)parse(&again, bytes, ua_rtcp_compose(&report, bytes, sizeof(bytes)));
	assert_int_equal(again.block.lost, -0x800000);
}

static void test_rtp_is_not_taken_for_rtcp(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 128; type++) {
		const uint8_t marked[] = {0x80, (uint8_t)(type | 0x80), 0, 1}, unmarked[] = {0x80, (uint8_t)type, 0, 1};

		/* RFC 5761 s4: RTP payload types 64-95 are RTCP's | with and without marker */
		assert_int_equal(ua_rtcp_is(marked, sizeof(marked)), type >= 64 && type <= 95);
		assert_false(ua_rtcp_is(unmarked, sizeof(unmarked)));
	}
}

static void test_the_round_trip_is_what_the_peer_did_not_wait(void **state)
{
	struct ua_rtcp_block block = {.last_sr = ua_rtcp_ntp_middle(ua_rtcp_ntp(100000 * MS)), .delay = 0x8000};

	(void)state;
	/* RFC 3550 s6.4.1: now - LSR - DLSR | so */
	assert_int_equal(ua_rtcp_round_trip_ms(&block, 100620 * MS), 120);
	assert_int_equal(ua_rtcp_round_trip_ms(&block, 100499 * MS), 0);
	block.last_sr = 0;
	assert_int_equal(ua_rtcp_round_trip_ms(&block, 100620 * MS), 0);
	/* RFC 3550's own example */
	block = (struct ua_rtcp_block){.last_sr = 0xb7052000, .delay = 0x00054000};
	assert_int_equal(ua_rtcp_round_trip_ms(&block, 0xb710ull * 1000 * MS + 500 * MS), 6125);
}

static void test_reports_are_five_seconds_apart_and_never_in_step(void **state)
{
	(void)state;
	/* RFC 3550 s6.2: at least 5 s on average, half of it before the first | s6.3.1: times 0.5 to 1.5 */
	assert_int_equal(ua_rtcp_interval_ns(false, 0) / MS, 2500);
	assert_in_range(ua_rtcp_interval_ns(false, 0x80000000u) / MS, 4999, 5000);
	assert_in_range(ua_rtcp_interval_ns(false, 0xffffffffu) / MS, 7499, 7500);
	assert_in_range(ua_rtcp_interval_ns(true, 0x80000000u) / MS, 2499, 2500);
}

static void test_names_are_of_one_stream_alone(void **state)
{
	char one[UA_RTCP_CNAME_BYTES], other[UA_RTCP_CNAME_BYTES];

	(void)state;
	ua_rtcp_cname(one);
	ua_rtcp_cname(other);
	assert_string_not_equal(one, other);
	/* RFC 7022 s4.2: 96 bits or more that are random | 100, five a letter */
	assert_int_equal(strlen(one), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_report_of_another_is_read),
		cmocka_unit_test(test_what_is_about_others_is_passed_over),
		cmocka_unit_test(test_every_cut_and_every_wrong_length_is_refused_or_read_within_bounds),
		cmocka_unit_test(test_what_does_not_begin_with_a_report_is_refused),
		cmocka_unit_test(test_padding_and_a_goodbye_of_nobody_are_read),
		cmocka_unit_test(test_what_is_written_is_read_the_same),
		cmocka_unit_test(test_the_metrics_lie_where_the_rfc_has_them),
		cmocka_unit_test(test_a_receiver_writes_no_senders_part),
		cmocka_unit_test(test_losses_are_held_within_their_24_bits),
		cmocka_unit_test(test_rtp_is_not_taken_for_rtcp),
		cmocka_unit_test(test_the_round_trip_is_what_the_peer_did_not_wait),
		cmocka_unit_test(test_reports_are_five_seconds_apart_and_never_in_step),
		cmocka_unit_test(test_names_are_of_one_stream_alone),
	};

	return cmocka_run_group_tests_name("sip rtcp", tests, NULL, NULL);
}
