/* SPDX-License-Identifier: BSD-3-Clause */
/* Telephone events: what is sent, packet by packet, and what is heard when packets are lost, late
 * and repeated. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sip/dtmf_event.h"

#define SAMPLES    160 /* of a packet of 20 ms */
#define TIMEOUT_MS 100
#define TYPE       101
#define PACKETS_MAX 2000

static struct ua_rtp_sender rtp;
static struct ua_dtmf_sender sender;
static struct ua_dtmf_receiver receiver;
static char said[1024]; /* what the receiver told: +5 began, -5 ended */
static uint64_t now_ms;

static int begin(void **state)
{
	(void)state;
	rtp = (struct ua_rtp_sender){.ssrc = 7, .timestamp = 0xfffffff0, .sequence = 0xfffe};
	memset(&sender, 0, sizeof(sender));
	memset(&receiver, 0, sizeof(receiver));
	said[0] = '\0';
	now_ms = 1000;
	return 0;
}

struct sent {
	uint8_t bytes[UA_DTMF_PACKET_BYTES];
	struct ua_rtp_packet packet;
};

static struct sent next(unsigned samples)
{
	struct sent sent;

	assert_int_equal(ua_dtmf_packet(&sender, &rtp, sent.bytes, sizeof(sent.bytes), TYPE, samples),
		UA_DTMF_PACKET_BYTES);
	assert_int_equal(ua_rtp_decode(&sent.packet, sent.bytes, sizeof(sent.bytes)), 0);
	return sent;
}

static void assert_next(bool marker, uint32_t timestamp, uint8_t event, bool end, unsigned duration)
{
	uint16_t sequence = rtp.sequence;
	struct sent sent = next(SAMPLES);
	const uint8_t *payload = sent.bytes + UA_RTP_HEADER_BYTES;

	assert_int_equal(sent.packet.payload_type, TYPE);
	assert_int_equal(sent.packet.ssrc, 7);
	assert_int_equal(sent.packet.sequence, sequence);
	assert_int_equal(rtp.sequence, (uint16_t)(sequence + 1));
	assert_int_equal(sent.packet.marker, marker);
	assert_int_equal(sent.packet.timestamp, timestamp);
	assert_int_equal(payload[0], event);
	assert_int_equal(payload[1], (end ? 0x80 : 0) | 10);
	assert_int_equal(payload[2] << 8 | payload[3], duration);
}

static void assert_nothing_to_send(void)
{
	uint8_t bytes[UA_DTMF_PACKET_BYTES];

	assert_int_equal(ua_dtmf_packet(&sender, &rtp, bytes, sizeof(bytes), TYPE, SAMPLES), 0);
}

static void test_a_digit_is_started_updated_and_ended_three_times(void **state)
{
	uint32_t start = rtp.timestamp;

	(void)state;
	assert_nothing_to_send();
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 5, 10), 0);
	assert_next(true, start, 5, false, 160);
	assert_next(false, start, 5, false, 320);
	assert_next(false, start, 5, false, 480);
	ua_dtmf_stop(&sender);
	for (unsigned i = 0; i < 3; i++)
		assert_next(false, start, 5, true, 480);
	assert_nothing_to_send();
	assert_int_equal(rtp.timestamp, start + 6 * SAMPLES);
	assert_int_equal(rtp.sequence, 4);
}

static void test_ends_can_be_sent_beside_sound(void **state)
{
	uint32_t start = rtp.timestamp;

	(void)state;
	ua_dtmf_start(&sender, &rtp, 1, 10);
	next(SAMPLES);
	ua_dtmf_stop(&sender);
	next(0);
	next(0);
	next(0);
	assert_nothing_to_send();
	assert_int_equal(rtp.timestamp, start + SAMPLES);
}

static void test_a_digit_that_stops_before_its_first_packet_is_sent_all_the_same(void **state)
{
	uint32_t start = rtp.timestamp;

	(void)state;
	ua_dtmf_stop(&sender);
	assert_nothing_to_send();
	ua_dtmf_start(&sender, &rtp, 1, 10);
	ua_dtmf_stop(&sender);
	assert_next(true, start, 1, true, 160);
	assert_next(false, start, 1, true, 160);
	assert_next(false, start, 1, true, 160);
	assert_nothing_to_send();
}

static void test_a_digit_waits_for_the_first_end_of_the_one_before(void **state)
{
	uint32_t start;

	(void)state;
	ua_dtmf_start(&sender, &rtp, 1, 10);
	next(SAMPLES);
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 2, 10), EBUSY);
	ua_dtmf_stop(&sender);
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 2, 10), EBUSY);
	next(SAMPLES);
	start = rtp.timestamp;
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 2, 10), 0);
	assert_next(true, start, 2, false, 160);
}

static void test_what_cannot_be_sent_is_refused(void **state)
{
	uint8_t bytes[UA_DTMF_PACKET_BYTES];

	(void)state;
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 17, 10), EINVAL);
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 1, 64), EINVAL);
	assert_int_equal(ua_dtmf_start(&sender, &rtp, 16, 63), 0);
	assert_int_equal(ua_dtmf_packet(&sender, &rtp, bytes, sizeof(bytes) - 1, TYPE, SAMPLES), 0);
}

/* 65535 samples are 409.6 packets: the 410th is full. */
static void test_a_long_digit_becomes_segments(void **state)
{
	uint32_t start = rtp.timestamp, second = start + 0xffff;

	(void)state;
	ua_dtmf_start(&sender, &rtp, 9, 10);
	for (unsigned i = 1; i <= 409; i++)
		assert_next(i == 1, start, 9, false, 160 * i);
	assert_next(false, start, 9, false, 0xffff);
	assert_next(false, second, 9, false, 411 * 160 - 0xffff);
	ua_dtmf_stop(&sender);
	for (unsigned i = 0; i < 3; i++)
		assert_next(false, second, 9, true, 411 * 160 - 0xffff);
	assert_nothing_to_send();
}

static void note(const struct ua_dtmf_heard *heard)
{
	size_t length = strlen(said);

	if (heard->what & UA_DTMF_ENDED_BEFORE)
		length += (size_t)snprintf(said + length, sizeof(said) - length, "-%u ", heard->event_before);
	if (heard->what & UA_DTMF_STARTED)
		length += (size_t)snprintf(said + length, sizeof(said) - length, "+%u ", heard->event);
	if (heard->what & UA_DTMF_ENDED)
		snprintf(said + length, sizeof(said) - length, "-%u ", heard->event);
}

static struct ua_dtmf_heard hear(struct sent *sent)
{
	struct ua_dtmf_heard heard;

	sent->packet.payload = sent->bytes + UA_RTP_HEADER_BYTES;
	assert_int_equal(ua_dtmf_receive(&receiver, &sent->packet, now_ms, &heard), 0);
	note(&heard);
	return heard;
}

static void expire(void)
{
	struct ua_dtmf_heard heard;

	ua_dtmf_expire(&receiver, now_ms, TIMEOUT_MS, &heard);
	note(&heard);
}

/* Sends a digit of so many packets and its three ends into an array, then a pause of one packet. */
static size_t send_digit(struct sent *sent, unsigned event, unsigned packets)
{
	size_t count = 0;

	assert_int_equal(ua_dtmf_start(&sender, &rtp, event, 10), 0);
	while (count < packets)
		sent[count++] = next(SAMPLES);
	ua_dtmf_stop(&sender);
	for (unsigned i = 0; i < 3; i++)
		sent[count++] = next(SAMPLES);
	rtp.timestamp += SAMPLES;
	return count;
}

static void test_a_digit_begins_once_and_ends_once(void **state)
{
	struct ua_dtmf_heard heard = {0};
	struct sent sent[8];
	size_t count = send_digit(sent, 11, 4);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct ua_dtmf_heard now = hear(&sent[i]);

		hear(&sent[i]);
		if (now.what)
			heard = now;
	}
	assert_string_equal(said, "+11 -11 ");
	assert_int_equal(heard.duration, 640);
	assert_int_equal(heard.volume, 10);
}

static void test_equal_digits_in_a_row_stay_two_without_their_ends(void **state)
{
	struct sent sent[8];

	(void)state;
	for (unsigned digit = 0; digit < 3; digit++) {
		send_digit(sent, 5, 4);
		for (size_t i = 0; i < 4; i++)
			hear(&sent[i]);
	}
	assert_string_equal(said, "+5 -5 +5 -5 +5 ");
}

static void test_a_lost_start_is_made_up_for_by_any_packet(void **state)
{
	struct sent sent[8];

	(void)state;
	send_digit(sent, 3, 4);
	hear(&sent[2]);
	assert_string_equal(said, "+3 ");
	send_digit(sent, 4, 4);
	hear(&sent[6]);
	assert_string_equal(said, "+3 -3 +4 -4 ");
}

static void test_lost_ends_are_closed_by_time_and_stay_closed(void **state)
{
	struct sent sent[8];

	(void)state;
	send_digit(sent, 3, 4);
	hear(&sent[0]);
	now_ms += TIMEOUT_MS - 1;
	expire();
	hear(&sent[1]);
	now_ms += TIMEOUT_MS - 1;
	expire();
	assert_string_equal(said, "+3 ");
	now_ms++;
	expire();
	expire();
	hear(&sent[2]);
	hear(&sent[5]);
	assert_string_equal(said, "+3 -3 ");
}

static void test_late_packets_are_nothing_new(void **state)
{
	struct sent first[8], second[8];

	(void)state;
	send_digit(first, 1, 4);
	send_digit(second, 2, 4);
	assert_int_equal(hear(&first[1]).duration, 320);
	assert_int_equal(hear(&first[0]).duration, 320);
	hear(&first[4]);
	hear(&first[3]);
	hear(&second[0]);
	hear(&first[6]);
	hear(&first[2]);
	hear(&second[5]);
	assert_string_equal(said, "+1 -1 +2 -2 ");
}

static void test_a_peer_that_begins_anew_is_heard(void **state)
{
	struct sent sent[8];

	(void)state;
	send_digit(sent, 1, 4);
	hear(&sent[4]);
	rtp.ssrc = 8; /* another sender, a little earlier */
	rtp.timestamp -= 2000;
	send_digit(sent, 1, 4);
	hear(&sent[4]);
	rtp.timestamp -= 0x40000000; /* the same one, restarted */
	send_digit(sent, 1, 4);
	hear(&sent[4]);
	assert_string_equal(said, "+1 -1 +1 -1 +1 -1 ");
}

static void test_segments_of_a_long_digit_are_one(void **state)
{
	struct ua_dtmf_heard heard = {0};
	struct sent sent;

	(void)state;
	ua_dtmf_start(&sender, &rtp, 9, 10);
	for (unsigned i = 0; i < 1000; i++) {
		sent = next(SAMPLES);
		hear(&sent);
	}
	ua_dtmf_stop(&sender);
	sent = next(SAMPLES);
	heard = hear(&sent);
	assert_string_equal(said, "+9 -9 ");
	assert_int_equal(heard.duration, 1000 * SAMPLES);
}

/* A key pressed anew exactly one segment after a full one whose end was lost. */
static void test_a_marker_tells_a_new_digit_from_a_segment(void **state)
{
	struct sent sent;

	(void)state;
	ua_dtmf_start(&sender, &rtp, 9, 10);
	sent = next(SAMPLES);
	hear(&sent);
	sent.packet.timestamp += 0xffff;
	hear(&sent);
	assert_string_equal(said, "+9 -9 +9 ");
}

static void test_a_packet_that_is_too_short_is_refused(void **state)
{
	struct ua_dtmf_heard heard = {.what = 7};
	struct sent sent;

	(void)state;
	ua_dtmf_start(&sender, &rtp, 9, 10);
	sent = next(SAMPLES);
	sent.packet.payload = sent.bytes + UA_RTP_HEADER_BYTES;
	sent.packet.payload_length = 3;
	assert_int_equal(ua_dtmf_receive(&receiver, &sent.packet, now_ms, &heard), EBADMSG);
	assert_int_equal(heard.what, 0);
	sent.packet.payload_length = 8; /* a second block is not ours */
	hear(&sent);
	assert_string_equal(said, "+9 ");
}

static uint32_t random_state;

static unsigned chance(unsigned below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 16) % below;
}

/* A third of all packets is lost, a third of the rest comes in another order or twice. */
static void test_digits_survive_loss_reordering_and_repetition(void **state)
{
	static struct sent sent[PACKETS_MAX];

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		char expected[1024] = "";
		size_t count = 0, length = 0;

		begin(NULL);
		random_state = seed;
		for (unsigned digit = 0; digit < 20; digit++) {
			unsigned event = chance(3), heard = 0;
			size_t all = send_digit(&sent[count], event, 2 + chance(4)), kept = count;

			for (size_t i = count; i < count + all; i++) {
				if (chance(3) && ++heard)
					sent[kept++] = sent[i];
			}
			if (kept > count + 1 && !chance(3)) {
				struct sent swapped = sent[kept - 1];

				sent[kept - 1] = sent[kept - 2];
				sent[kept - 2] = swapped;
			}
			if (heard)
				length += (size_t)snprintf(expected + length, sizeof(expected) - length, "+%u -%u ",
					event, event);
			count = kept;
		}
		for (size_t i = 0; i < count; i++) {
			hear(&sent[i]);
			if (!chance(3))
				hear(&sent[i]);
			now_ms += 20;
			expire();
		}
		now_ms += TIMEOUT_MS;
		expire();
		assert_string_equal(said, expected);
	}
}

#define event_test(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		event_test(test_a_digit_is_started_updated_and_ended_three_times),
		event_test(test_ends_can_be_sent_beside_sound),
		event_test(test_a_digit_that_stops_before_its_first_packet_is_sent_all_the_same),
		event_test(test_a_digit_waits_for_the_first_end_of_the_one_before),
		event_test(test_what_cannot_be_sent_is_refused),
		event_test(test_a_long_digit_becomes_segments),
		event_test(test_a_digit_begins_once_and_ends_once),
		event_test(test_equal_digits_in_a_row_stay_two_without_their_ends),
		event_test(test_a_lost_start_is_made_up_for_by_any_packet),
		event_test(test_lost_ends_are_closed_by_time_and_stay_closed),
		event_test(test_late_packets_are_nothing_new),
		event_test(test_a_peer_that_begins_anew_is_heard),
		event_test(test_segments_of_a_long_digit_are_one),
		event_test(test_a_marker_tells_a_new_digit_from_a_segment),
		event_test(test_a_packet_that_is_too_short_is_refused),
		event_test(test_digits_survive_loss_reordering_and_repetition),
	};

	return cmocka_run_group_tests_name("sip event", tests, NULL, NULL);
}
