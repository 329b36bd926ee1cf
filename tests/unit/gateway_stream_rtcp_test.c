/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stream reports, to whom and when, by the datagrams at the far end's sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "gateway/media/stream.h"

#define BLOCK     160
#define TICK_NS   20000000ull
#define OUR_SSRC  0x1000u
#define PEER_SSRC 0x2000u
#define FIRST_REPORT_MS 3760
#define REPORT_MS       7520 /* the longest */

enum who { PEER, STRANGER, WHO_COUNT };

static int ours[STREAM_WIRE_KINDS], theirs[WHO_COUNT][STREAM_WIRE_KINDS];
static union address addrs[STREAM_WIRE_KINDS];
static uint16_t peer_port;
static struct ua_rtp_sender senders[WHO_COUNT];
static struct stream stream;
static struct stream_wish wish;
static uint64_t now_ns;

/* The newest report that came to the peer, and how many did. */
static struct ua_rtcp_report report;
static unsigned reports;

static void begin(const char *peer_addr, const char *said_addr)
{
	uint16_t port;

	assert_int_equal(stream_socket_open(ours, &port, &(const struct stream_socket_config){.addr = "127.0.0.1", .port_min = 22000, .port_max = 23999}), 0);
	assert_int_equal(address_set(&addrs[STREAM_WIRE_RTP], "127.0.0.1", port), 0);
	assert_int_equal(address_set(&addrs[STREAM_WIRE_RTCP], "127.0.0.1", (uint16_t)(port + 1)), 0);
	assert_int_equal(stream_socket_open(theirs[STRANGER], &port, &(const struct stream_socket_config){.addr = "127.0.0.9", .port_min = 22000, .port_max = 23999}), 0);
	assert_int_equal(stream_socket_open(theirs[PEER], &peer_port, &(const struct stream_socket_config){.addr = peer_addr, .port_min = 22000, .port_max = 23999}), 0);
	senders[PEER] = (struct ua_rtp_sender){.ssrc = PEER_SSRC, .sequence = 65530};
	senders[STRANGER] = (struct ua_rtp_sender){.ssrc = 0x3000};
	assert_int_equal(dsp_init(), 0);
	memset(&stream, 0, sizeof(stream));
	assert_int_equal(stream_init(&stream, false), 0);
	now_ns = 50000000000ull;
	reports = 0;
	wish = (struct stream_wish){
		.id = 1, .fd = ours[0], .rtcp_fd = ours[1], .rtcp_port = (uint16_t)(peer_port + 1), .cname = "somebody",
		.sender = {.ssrc = OUR_SSRC}, .ptime_ms = 20, .sends = true, .receives = true,
		.playout = {.start_ms = 40, .max_ms = 200},
	};
	assert_int_equal(address_set(&wish.remote, said_addr, peer_port), 0);
	stream_update(&stream, &wish);
}

static int make(void **state)
{
	(void)state;
	begin("127.0.0.1", "127.0.0.1");
	return 0;
}

/* The peer's packets come from another host than the one that it said. */
static int make_translated(void **state)
{
	(void)state;
	begin("127.0.0.1", "10.1.2.3");
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	stream_free(&stream);
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++) {
		close(ours[kind]);
		close(theirs[PEER][kind]);
		close(theirs[STRANGER][kind]);
	}
	return 0;
}

static void send_from(enum who who, enum stream_wire_kind kind, enum stream_wire_kind to, const uint8_t *bytes, size_t length)
{
	assert_int_equal(sendto(theirs[who][kind], bytes, length, 0, &addrs[to].any, address_size(&addrs[to])), length);
}

static void say(enum who who)
{
	uint8_t payload[BLOCK], bytes[UA_RTP_HEADER_BYTES + BLOCK];

	memset(payload, 0x20, sizeof(payload));
	send_from(who, STREAM_WIRE_RTP, STREAM_WIRE_RTP, bytes,
		ua_rtp_sender_packet(&senders[who], bytes, sizeof(bytes), 0, false, payload, BLOCK, BLOCK));
}

/* What of the stream came to this socket of somebody's; counts RTP, and keeps the newest report. */
static unsigned take(enum who who, enum stream_wire_kind kind)
{
	uint8_t bytes[2000];
	unsigned packets = 0;
	ssize_t length;

	while ((length = recv(theirs[who][kind], bytes, sizeof(bytes), 0)) > 0) {
		if (!ua_rtcp_is(bytes, (size_t)length)) {
			packets++;
			continue;
		}
		assert_int_equal(ua_rtcp_parse(&report, bytes, (size_t)length, PEER_SSRC), 0);
		reports++;
	}
	return packets;
}

static void tick(void)
{
	static const int16_t silence[BLOCK];
	int16_t samples[BLOCK];

	now_ns += TICK_NS;
	stream_tick(&stream, now_ns);
	stream_send(&stream, silence, BLOCK);
	stream_play(&stream, samples, BLOCK);
}

/* The peer talks, but for one packet in lose. Returns the packets that it got. */
static unsigned talk_ms(unsigned ms, unsigned lose)
{
	unsigned packets = 0;

	for (unsigned i = 0; i < ms / 20; i++) {
		if (lose && i % lose == lose - 1) {
			senders[PEER].sequence++;
			senders[PEER].timestamp += BLOCK;
		} else {
			say(PEER);
		}
		tick();
		packets += take(PEER, STREAM_WIRE_RTP);
		take(PEER, STREAM_WIRE_RTCP);
	}
	return packets;
}

static void test_a_report_tells_what_was_sent_and_what_was_lost(void **state)
{
	unsigned got = 0;

	(void)state;
	while (!reports)
		got += talk_ms(100, 5);
	/* RFC 3550 s6.4.1: packets and octets since the beginning, without headers | so */
	assert_true(report.sends);
	assert_int_equal(report.ssrc, OUR_SSRC);
	assert_in_range(report.packets, got - 5, got);
	assert_int_equal(report.octets, report.packets * BLOCK);
	assert_string_equal(report.cname, "somebody");
	assert_true(report.has_block);
	assert_int_equal(report.block.ssrc, PEER_SSRC);
	assert_in_range(report.block.lost, got / 5 - 1, got / 5);
	assert_in_range(report.block.fraction, 256 / 5 - 2, 256 / 5 + 1);
	assert_int_equal(report.block.jitter, 0);
	assert_int_equal(report.block.last_sr, 0);
	assert_true(report.has_voip);
	assert_int_equal(report.voip.ssrc, PEER_SSRC);
	assert_in_range(report.voip.loss, 256 / 5 - 3, 256 / 5 + 1);
	assert_in_range(report.voip.mos_cq, 20, 35);
	assert_in_range(report.voip.r, 40, 60);
	assert_int_equal(report.voip.buffer_limit_ms, 200);
	assert_false(report.bye);
}

static void test_reports_are_five_seconds_apart_on_average(void **state)
{
	(void)state;
	(void)talk_ms(FIRST_REPORT_MS, 0);
	/* RFC 3550 s6.2: the first within half the time | 1.25 s to 3.75 s */
	assert_int_equal(reports, 1);
	(void)talk_ms(500000, 0);
	assert_in_range(reports, 80, 120);
	/* ... and it sounds well. */
	assert_in_range(report.voip.mos_cq, 43, 45);
	assert_int_equal(report.block.lost, 0);
}

static void report_from(enum who who, enum stream_wire_kind kind, uint32_t ssrc)
{
	struct ua_rtcp_report theirs_is = {.ssrc = ssrc, .sends = true, .ntp = 0x1234567800000000ull, .cname = "x", .has_block = true,
		.block = {.ssrc = OUR_SSRC, .lost = 7, .jitter = 16, .last_sr = ua_rtcp_ntp_middle(ua_rtcp_ntp(now_ns - 400 * 1000000ull)),
			.delay = 0x4ccd}}; /* 300 ms */
	uint8_t bytes[UA_RTCP_BYTES_MAX];

	send_from(who, kind, kind, bytes, ua_rtcp_compose(&theirs_is, bytes, sizeof(bytes)));
}

static void test_the_far_ends_report_is_heard_and_told_of(void **state)
{
	struct stream_stats stats;
	struct stream_rating rating;

	(void)state;
	(void)talk_ms(200, 0);
	report_from(PEER, STREAM_WIRE_RTCP, PEER_SSRC);
	stream_tick(&stream, now_ns);
	stream_stats_get(&stream, &stats);
	assert_in_range(stats.round_trip_ms, 99, 101);
	assert_true(stats.far_told);
	assert_int_equal(stats.far_lost, 7);
	assert_int_equal(stats.far_due, 10);
	assert_int_equal(stats.far_jitter_us, 2000);
	stream_stats_rate(&stats, &rating);
	assert_true(rating.far_mos < 2 && rating.mos > 4);
	reports = 0;
	while (!reports)
		(void)talk_ms(20, 0);
	/* RFC 3550 s6.4.1: LSR and DLSR of the newest SR | so */
	assert_int_equal(report.block.last_sr, 0x56780000);
	assert_in_range(report.block.delay, 0x10000, 0x40000);
}

static void test_a_strangers_report_tells_nothing(void **state)
{
	struct stream_stats stats;

	(void)state;
	(void)talk_ms(200, 0);
	report_from(STRANGER, STREAM_WIRE_RTCP, PEER_SSRC);
	report_from(PEER, STREAM_WIRE_RTCP, PEER_SSRC + 1);
	report_from(PEER, STREAM_WIRE_RTCP, OUR_SSRC);
	stream_tick(&stream, now_ns);
	stream_stats_get(&stream, &stats);
	assert_false(stats.far_told);
	assert_int_equal(stream.rtcp.reports_refused, 3);
}

static void test_a_codec_that_sounds_worse_is_rated_worse(void **state)
{
	struct stream_rating g711, g729, g726;
	struct stream_stats stats;

	(void)state;
	(void)talk_ms(1000, 0);
	stream_stats_get(&stream, &stats);
	stream_stats_rate(&stats, &g711);
	stream.playout.last_codec = DSP_CODEC_G729;
	stream_stats_get(&stream, &stats);
	stream_stats_rate(&stats, &g729);
	stream.playout.last_codec = DSP_CODEC_G726;
	stream_stats_get(&stream, &stats);
	stream_stats_rate(&stats, &g726);
	/* ITU-T G.113 table I.1: 11 for G.729, 7 for G.726 at 32 kbit/s */
	assert_true(g711.r - g729.r > 10.9 && g711.r - g729.r < 11.1);
	assert_true(g711.r - g726.r > 6.9 && g711.r - g726.r < 7.1);
}

static void test_delay_from_mouth_to_ear_is_rated_and_left_out_of_the_listening_score(void **state)
{
	struct stream_rating near, far;
	struct stream_stats stats;

	(void)state;
	(void)talk_ms(1000, 0);
	stream_stats_get(&stream, &stats);
	stream_stats_rate(&stats, &near);
	stats.round_trip_ms = 500;
	stream_stats_rate(&stats, &far);
	assert_true(near.r - far.r > 15 && far.mos < 4 && near.mos_lq - far.mos_lq == 0);
	stats.round_trip_ms = 0;
	stats.delay_ms += 250;
	stream_stats_rate(&stats, &near);
	assert_true(near.r - far.r < 0.001 && far.r - near.r < 0.001);
}

static void test_the_end_is_told(void **state)
{
	static const struct stream_wish none;

	(void)state;
	(void)talk_ms(200, 0);
	stream_update(&stream, &none);
	(void)take(PEER, STREAM_WIRE_RTCP);
	assert_int_equal(reports, 1);
	/* RFC 3550 s6.3.7: who leaves says BYE, in a compound with a report | so */
	assert_true(report.bye);
	assert_true(report.sends);
	assert_int_equal(report.packets, 10);
}

static void test_nobody_reports_of_a_stream_in_which_nothing_was(void **state)
{
	static const struct stream_wish none;

	(void)state;
	wish.sends = false;
	stream_update(&stream, &wish);
	for (unsigned ms = 0; ms < REPORT_MS; ms += 20)
		tick();
	stream_update(&stream, &none);
	(void)take(PEER, STREAM_WIRE_RTCP);
	/* RFC 3550 s6.3.7: who never sent anything sends no BYE | nor a report */
	assert_int_equal(reports, 0);
}

static void test_reports_go_on_while_the_call_is_held_but_not_to_nowhere(void **state)
{
	(void)state;
	(void)talk_ms(200, 0);
	wish.sends = wish.receives = false;
	stream_update(&stream, &wish);
	reports = 0;
	for (unsigned ms = 0; ms < 30000; ms += 20)
		tick();
	assert_int_equal(take(PEER, STREAM_WIRE_RTP), 0);
	(void)take(PEER, STREAM_WIRE_RTCP);
	/* RFC 3264 s8.4: with sendonly, recvonly or inactive RTCP goes on | it does */
	assert_in_range(reports, 3, 12);
	/* RFC 3550 s6.4: who has sent nothing in two intervals is a receiver | RR */
	assert_false(report.sends);
	memset(&wish.remote, 0, sizeof(wish.remote));
	wish.rtcp_port = 0;
	stream_update(&stream, &wish);
	reports = 0;
	for (unsigned ms = 0; ms < 30000; ms += 20)
		tick();
	/* RFC 3264 s8.4: 0.0.0.0 gets neither RTP nor RTCP | so */
	assert_int_equal(take(PEER, STREAM_WIRE_RTP), 0);
	(void)take(PEER, STREAM_WIRE_RTCP);
	assert_int_equal(reports, 0);
}

static void test_a_stranger_is_no_peer_while_the_call_is_held_by_an_address_of_zeros(void **state)
{
	const union address said = wish.remote;

	(void)state;
	(void)talk_ms(200, 0);
	memset(&wish.remote, 0, sizeof(wish.remote));
	stream_update(&stream, &wish);
	for (int i = 0; i < 20; i++) {
		say(STRANGER);
		tick();
	}
	assert_int_equal(stream.packets_received, 10);
	wish.remote = said;
	stream_update(&stream, &wish);
	(void)talk_ms(200, 0);
	assert_int_equal(stream.packets_received, 20);
	assert_int_equal(ua_rtp_source_received(&stream.rtcp.source), 20);
}

static void test_both_share_one_port_where_that_was_agreed(void **state)
{
	struct stream_stats stats;

	(void)state;
	wish.rtcp_port = peer_port;
	stream_update(&stream, &wish);
	(void)talk_ms(200, 0);
	report_from(PEER, STREAM_WIRE_RTP, PEER_SSRC);
	(void)talk_ms(FIRST_REPORT_MS, 0);
	/* RFC 5761 s5.1.1: RTCP goes to the port of RTP | and comes there */
	assert_int_equal(reports, 1);
	stream_stats_get(&stream, &stats);
	assert_int_equal(stats.far_lost, 7);
	assert_int_equal(stats.refused, 0);
	reports = 0;
	(void)take(PEER, STREAM_WIRE_RTCP);
	assert_int_equal(reports, 0);
}

static void test_who_takes_our_name_makes_us_take_another(void **state)
{
	uint32_t taken;

	(void)state;
	(void)talk_ms(200, 0);
	senders[PEER] = (struct ua_rtp_sender){.ssrc = OUR_SSRC, .sequence = 40000, .timestamp = 7};
	reports = 0;
	(void)talk_ms(200, 0);
	/* RFC 3550 s8.2: BYE under the old SSRC, and a new one | so */
	assert_int_equal(reports, 1);
	assert_true(report.bye);
	assert_int_equal(report.ssrc, OUR_SSRC);
	taken = stream.sender.ssrc;
	assert_int_not_equal(taken, OUR_SSRC);
	(void)talk_ms(1000, 0);
	assert_int_equal(stream.sender.ssrc, taken);
}

static void test_what_an_echo_sends_back_is_no_other_of_our_name(void **state)
{
	uint8_t bytes[2000];
	ssize_t length;

	(void)state;
	for (int i = 0; i < 50; i++) {
		tick();
		while ((length = recv(theirs[PEER][0], bytes, sizeof(bytes), 0)) > 0)
			send_from(PEER, STREAM_WIRE_RTP, STREAM_WIRE_RTP, bytes, (size_t)length);
	}
	assert_int_equal(stream.sender.ssrc, OUR_SSRC);
	assert_in_range(stream.packets_received, 48, 50);
}

static void translated_run(enum stream_symmetric symmetric, const char *said, bool reached)
{
	unsigned got;

	wish.symmetric = symmetric;
	assert_int_equal(address_set(&wish.remote, said, peer_port), 0);
	stream_update(&stream, &wish);
	got = talk_ms(1000, 0);
	if (reached)
		assert_in_range(got, 50 - LATCH_PACKETS - 2, 50);
	else
		assert_int_equal(got, 0);
}

/* Nobody but the latched one gets what the telephone says, and its reports. */
static void test_a_peer_behind_a_translator_gets_packets_where_its_own_come_from(void **state)
{
	(void)state;
	translated_run(STREAM_SYMMETRIC_PRIVATE, "10.1.2.3", true);
	for (int i = 0; i < 50; i++) {
		say(STRANGER);
		(void)talk_ms(20, 0);
	}
	assert_int_equal(take(STRANGER, STREAM_WIRE_RTP), 0);
	reports = 0;
	report_from(PEER, STREAM_WIRE_RTCP, PEER_SSRC);
	(void)talk_ms(REPORT_MS, 0);
	assert_in_range(reports, 1, 4);
	/* A packet alone is not enough to be sent to. */
	translated_run(STREAM_SYMMETRIC_PRIVATE, "192.168.3.4", true);
	translated_run(STREAM_SYMMETRIC_OFF, "10.1.2.3", false);
	translated_run(STREAM_SYMMETRIC_PRIVATE, "127.0.0.8", false);
	translated_run(STREAM_SYMMETRIC_ON, "127.0.0.8", true);
}

/* ---- theft: packets as the peer's, of the agreed format, from elsewhere ---- */

/* Both send for so long, the stranger twice as much; then the peer got all that it should, the stranger nothing, and none of his was taken. */
static void steal_in_vain(unsigned ms)
{
	uint64_t received = stream.packets_received;
	unsigned got = 0;

	(void)take(PEER, STREAM_WIRE_RTP);
	for (unsigned i = 0; i < ms / 20; i++) {
		say(STRANGER);
		got += talk_ms(20, 0);
		say(STRANGER);
	}
	assert_int_equal(got, ms / 20);
	assert_int_equal(take(STRANGER, STREAM_WIRE_RTP), 0);
	assert_int_equal(take(STRANGER, STREAM_WIRE_RTCP), 0);
	assert_int_equal(stream.packets_received - received, ms / 20);
}

static void peer_is_said_at(const char *addr, uint16_t port)
{
	assert_int_equal(address_set(&wish.remote, addr, port), 0);
	stream_update(&stream, &wish);
}

static void test_nothing_is_stolen_once_the_peer_was_heard(void **state)
{
	static const enum stream_symmetric ways[] = {STREAM_SYMMETRIC_OFF, STREAM_SYMMETRIC_PRIVATE, STREAM_SYMMETRIC_ON};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		wish.symmetric = ways[i];
		stream_update(&stream, &wish);
		(void)talk_ms(200, 0);
		steal_in_vain(2000);
	}
}

static void test_nothing_is_stolen_from_behind_a_translator_once_it_was_heard(void **state)
{
	(void)state;
	wish.symmetric = STREAM_SYMMETRIC_PRIVATE;
	stream_update(&stream, &wish);
	(void)talk_ms(200, 0);
	steal_in_vain(2000);
}

/* Who is where it said needs not be first: until then he is heard, as anybody behind a translator would be, but is sent nothing. */
static void test_nothing_is_stolen_before_the_peers_first_packet(void **state)
{
	(void)state;
	wish.symmetric = STREAM_SYMMETRIC_PRIVATE;
	stream_update(&stream, &wish);
	for (int i = 0; i < 50; i++) {
		say(STRANGER);
		tick();
	}
	assert_int_equal(take(STRANGER, STREAM_WIRE_RTP), 0);
	assert_int_equal(take(PEER, STREAM_WIRE_RTP), 50);
	(void)talk_ms(20, 0);
	steal_in_vain(1000);
}

/* Who cannot be told from him yet, and has not shown a sequence, is not sent to either. */
static void test_nothing_is_stolen_from_behind_a_translator_by_packets_here_and_there(void **state)
{
	(void)state;
	wish.symmetric = STREAM_SYMMETRIC_PRIVATE;
	stream_update(&stream, &wish);
	for (int i = 0; i < 50; i++) {
		senders[STRANGER].sequence = (uint16_t)(i % 2 ? senders[STRANGER].sequence : rand());
		say(STRANGER);
		tick();
	}
	assert_int_equal(take(STRANGER, STREAM_WIRE_RTP), 0);
	(void)talk_ms(200, 0);
	steal_in_vain(1000);
}

static void test_nothing_is_stolen_by_a_reinvite(void **state)
{
	static const struct {
		const char *said;
		unsigned port; /* 0: the peer's; 1: none, the old way of hold */
		uint8_t payload_type; /* of what is sent */
	} reinvites[] = {
		{"10.1.2.3", 0, 0},  /* that refreshes */
		{"10.1.2.3", 0, 8},  /* ... with another codec */
		{"10.1.2.3", 1, 0},
		{"10.1.2.3", 0, 0},
		{"10.1.2.3", 4002, 0}, /* another port behind the translator */
		{"10.9.9.9", 4002, 0},
	};

	(void)state;
	wish.symmetric = STREAM_SYMMETRIC_PRIVATE;
	stream_update(&stream, &wish);
	(void)talk_ms(200, 0);
	for (size_t i = 0; i < sizeof(reinvites) / sizeof(reinvites[0]); i++) {
		wish.payload_type = reinvites[i].payload_type;
		wish.codec = wish.payload_type == 8 ? DSP_CODEC_PCMA : DSP_CODEC_PCMU;
		peer_is_said_at(reinvites[i].said, reinvites[i].port == 1 ? 0 : reinvites[i].port ? (uint16_t)reinvites[i].port : peer_port);
		for (int k = 0; k < 5; k++)
			say(STRANGER);
		if (reinvites[i].port == 1)
			(void)talk_ms(200, 0);
		else
			steal_in_vain(2000);
		assert_int_equal(take(STRANGER, STREAM_WIRE_RTP), 0);
	}
}

static void test_private_addresses_are_those_of_the_rfcs(void **state)
{
	static const struct {
		const char *addr;
		bool is_private;
	} rows[] = {
		{"10.0.0.1", true}, {"10.255.255.255", true}, {"9.255.255.255", false}, {"11.0.0.0", false}, {"172.16.0.1", true},
		{"172.31.255.254", true}, {"172.32.0.1", false}, {"172.15.0.1", false}, {"192.168.1.1", true}, {"192.169.1.1", false},
		{"100.64.0.1", true}, {"100.127.255.255", true}, {"100.128.0.1", false}, {"192.0.2.1", false}, {"fd00::1", true},
		{"fc00::1", true}, {"2001:db8::1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		union address address;

		assert_int_equal(address_set(&address, rows[i].addr, 5004), 0);
		if (address_is_private(&address) != rows[i].is_private)
			fail_msg("%s", rows[i].addr);
	}
}

#define TRANSLATED_TEST(test) cmocka_unit_test_setup_teardown(test, make_translated, unmake)
#define RTCP_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RTCP_TEST(test_a_report_tells_what_was_sent_and_what_was_lost),
		RTCP_TEST(test_reports_are_five_seconds_apart_on_average),
		RTCP_TEST(test_the_far_ends_report_is_heard_and_told_of),
		RTCP_TEST(test_a_strangers_report_tells_nothing),
		RTCP_TEST(test_a_codec_that_sounds_worse_is_rated_worse),
		RTCP_TEST(test_delay_from_mouth_to_ear_is_rated_and_left_out_of_the_listening_score),
		RTCP_TEST(test_the_end_is_told),
		RTCP_TEST(test_nobody_reports_of_a_stream_in_which_nothing_was),
		RTCP_TEST(test_reports_go_on_while_the_call_is_held_but_not_to_nowhere),
		RTCP_TEST(test_a_stranger_is_no_peer_while_the_call_is_held_by_an_address_of_zeros),
		RTCP_TEST(test_both_share_one_port_where_that_was_agreed),
		RTCP_TEST(test_who_takes_our_name_makes_us_take_another),
		RTCP_TEST(test_what_an_echo_sends_back_is_no_other_of_our_name),
		TRANSLATED_TEST(test_a_peer_behind_a_translator_gets_packets_where_its_own_come_from),
		RTCP_TEST(test_nothing_is_stolen_once_the_peer_was_heard),
		TRANSLATED_TEST(test_nothing_is_stolen_from_behind_a_translator_once_it_was_heard),
		RTCP_TEST(test_nothing_is_stolen_before_the_peers_first_packet),
		TRANSLATED_TEST(test_nothing_is_stolen_from_behind_a_translator_by_packets_here_and_there),
		TRANSLATED_TEST(test_nothing_is_stolen_by_a_reinvite),
		cmocka_unit_test(test_private_addresses_are_those_of_the_rfcs),
	};

	return cmocka_run_group_tests_name("gateway/stream_rtcp", tests, NULL, NULL);
}
