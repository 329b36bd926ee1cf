/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of one stream: whose are taken, what is in them, and what is sent. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "gateway/media/stream.h"

#define BLOCK      160
#define BLOCK_MS   20
#define PACKET_MAX 2000

struct end {
	int fd;
	union address addr;
	struct ua_rtp_sender sender;
};

/* The stream's own socket, the peer's, another of the peer's address, and a stranger's. */
static struct end ours, peer, moved_peer, stranger;
static struct stream stream;

static void end_open(struct end *end, const char *addr)
{
	socklen_t length = sizeof(end->addr);

	assert_int_equal(address_set(&end->addr, addr, 0), 0);
	end->fd = socket(end->addr.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(end->fd >= 0);
	assert_int_equal(bind(end->fd, &end->addr.any, address_size(&end->addr)), 0);
	assert_int_equal(getsockname(end->fd, &end->addr.any, &length), 0);
	end->sender = (struct ua_rtp_sender){.ssrc = (uint32_t)end->fd};
}

static struct stream_wish talking(void)
{
	return (struct stream_wish){
		.id = 1, .fd = ours.fd, .remote = peer.addr, .ptime_ms = 20, .sends = true, .receives = true,
	};
}

static int make_with(const char *addr, const char *strange_addr)
{
	struct stream_wish wish;

	assert_int_equal(dsp_init(), 0);
	end_open(&ours, addr);
	end_open(&peer, addr);
	end_open(&moved_peer, addr);
	end_open(&stranger, strange_addr);
	memset(&stream, 0, sizeof(stream));
	assert_int_equal(stream_init(&stream, false), 0);
	wish = talking();
	stream_update(&stream, &wish);
	return 0;
}

static int make(void **state)
{
	(void)state;
	return make_with("127.0.0.1", "127.0.0.2");
}

/* Loopback has one address of IPv6 alone, so the stranger is the peer from a third port. */
static int make_ipv6(void **state)
{
	(void)state;
	return make_with("::1", "::1");
}

static int unmake(void **state)
{
	(void)state;
	stream_free(&stream);
	close(ours.fd);
	close(peer.fd);
	close(moved_peer.fd);
	close(stranger.fd);
	return 0;
}

/* A packet of so many samples, all of them this byte. */
static void say(struct end *from, uint8_t payload_type, uint8_t byte, size_t count)
{
	uint8_t payload[PACKET_MAX], bytes[UA_RTP_HEADER_BYTES + PACKET_MAX];
	size_t length;

	memset(payload, byte, count);
	length = ua_rtp_sender_packet(&from->sender, bytes, sizeof(bytes), payload_type, false, payload, count,
		(unsigned)count);
	assert_int_equal(sendto(from->fd, bytes, length, 0, &ours.addr.any, address_size(&ours.addr)),
		length);
}

/* The last sample of the block that the telephone hears: at the beginning something may be blended over. */
static int heard(void)
{
	int16_t samples[BLOCK];

	stream_play(&stream, samples, BLOCK);
	return samples[BLOCK - 1];
}

static int sound_of(enum dsp_law law, uint8_t byte)
{
	int16_t sample;

	dsp_g711_decode(law, &sample, &byte, 1);
	assert_int_not_equal(sample, 0);
	return sample;
}

static void test_a_stranger_who_is_faster_does_not_keep_the_peer_out(void **state)
{
	(void)state;
	say(&stranger, 0, 0x10, BLOCK);
	(void)heard();
	say(&peer, 0, 0x20, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x20));
	say(&stranger, 0, 0x10, BLOCK);
	say(&peer, 0, 0x30, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x30));
	assert_int_equal(stream.packets_refused, 1);
}

static void test_a_stranger_is_not_heard_beside_the_peer(void **state)
{
	(void)state;
	say(&peer, 0, 0x20, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x20));
	say(&stranger, 0, 0x10, BLOCK);
	say(&moved_peer, 0, 0x11, BLOCK);
	(void)heard();
	assert_int_equal(stream.playout.stats.played, 1);
	assert_int_equal(stream.packets_refused, 2);
}

static void test_a_peer_behind_a_translator_is_heard_at_once(void **state)
{
	(void)state;
	say(&stranger, 0, 0x10, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x10));
}

static void test_a_peer_that_goes_on_from_another_port_is_heard_again(void **state)
{
	(void)state;
	say(&peer, 0, 0x20, BLOCK);
	for (int ms = 0; ms <= LATCH_SILENT_MS; ms += BLOCK_MS)
		(void)heard();
	for (int i = 0; i < LATCH_PACKETS; i++)
		say(&moved_peer, 0, 0x40, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x40));
	assert_int_equal(stream.packets_refused, LATCH_PACKETS - 1);
}

static void pass_ms(unsigned ms)
{
	for (unsigned i = 0; i < ms * 8 / BLOCK; i++)
		(void)heard();
}

static void test_a_second_without_a_packet_is_quiet_and_comfort_noise_is_a_packet(void **state)
{
	(void)state;
	pass_ms(980);
	assert_int_equal(stream_quiet_id(&stream), 0);
	say(&peer, 13, 0x20, 1);
	pass_ms(1000); /* it comes with the first block of them */
	assert_int_equal(stream_quiet_id(&stream), 0);
	pass_ms(20);
	assert_int_equal(stream_quiet_id(&stream), 1);
	say(&peer, 0, 0x20, BLOCK);
	(void)heard();
	assert_int_equal(stream_quiet_id(&stream), 0);
}

static void test_quiet_counts_from_when_sound_is_wished_for(void **state)
{
	struct stream_wish wish = talking();

	(void)state;
	wish.receives = false;
	stream_update(&stream, &wish);
	pass_ms(1500);
	assert_int_equal(stream_quiet_id(&stream), 1);
	wish.receives = true;
	stream_update(&stream, &wish);
	assert_int_equal(stream_quiet_id(&stream), 0);
	pass_ms(1500);
	wish.remote = moved_peer.addr;
	stream_update(&stream, &wish);
	assert_int_equal(stream_quiet_id(&stream), 0);
}

static void test_agreed_dynamic_payload_types_are_understood(void **state)
{
	struct stream_wish wish = talking();

	(void)state;
	wish.takes[0] = (struct stream_type){97, STREAM_SOUND + DSP_CODEC_PCMA};
	stream_update(&stream, &wish);
	say(&peer, 97, 0x20, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_A, 0x20));
	say(&peer, 98, 0x20, BLOCK);
	(void)heard();
	assert_int_equal(stream.packets_refused, 1);
}

static void test_a_packet_of_120_ms_is_played_and_no_longer_one(void **state)
{
	const size_t count = DSP_CODEC_PACKET_SAMPLES_MAX;

	(void)state;
	say(&peer, 0, 0x20, count);
	for (size_t i = 0; i < count / BLOCK; i++)
		assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x20));
	say(&peer, 0, 0x20, count + 1);
	say(&peer, 0, 0x20, STREAM_WIRE_BYTES_MAX + 1 - UA_RTP_HEADER_BYTES);
	(void)heard();
	assert_int_equal(stream.packets_refused, 2);
}

static uint32_t timestamp_sent(void)
{
	uint8_t bytes[PACKET_MAX];
	struct ua_rtp_packet packet;
	ssize_t length = recv(peer.fd, bytes, sizeof(bytes), 0);

	assert_true(length > 0);
	assert_int_equal(ua_rtp_decode(&packet, bytes, (size_t)length), 0);
	return packet.timestamp;
}

static void test_the_clock_goes_on_while_nothing_is_sent(void **state)
{
	static const int16_t silence[BLOCK];
	struct stream_wish wish = talking();
	uint32_t before;

	(void)state;
	stream_send(&stream, silence, BLOCK);
	before = timestamp_sent();
	wish.sends = false;
	stream_update(&stream, &wish);
	for (int i = 0; i < 10; i++)
		stream_send(&stream, silence, BLOCK);
	wish.sends = true;
	stream_update(&stream, &wish);
	stream_send(&stream, silence, BLOCK);
	assert_int_equal(timestamp_sent() - before, 11 * BLOCK);
}

static void test_what_waits_to_be_sent_survives_another_law(void **state)
{
	int16_t samples[BLOCK / 2], heard_samples[BLOCK];
	struct stream_wish wish = talking();
	uint8_t bytes[PACKET_MAX];
	struct ua_rtp_packet packet;
	ssize_t length;

	(void)state;
	for (int i = 0; i < BLOCK / 2; i++)
		samples[i] = 3996;
	stream_send(&stream, samples, BLOCK / 2);
	wish.codec = DSP_CODEC_PCMA;
	wish.payload_type = 8;
	stream_update(&stream, &wish);
	stream_send(&stream, samples, BLOCK / 2);
	length = recv(peer.fd, bytes, sizeof(bytes), 0);
	assert_int_equal(length, UA_RTP_HEADER_BYTES + BLOCK);
	assert_int_equal(ua_rtp_decode(&packet, bytes, (size_t)length), 0);
	assert_int_equal(packet.payload_type, 8);
	dsp_g711_decode(DSP_LAW_A, heard_samples, packet.payload, BLOCK);
	for (int i = 0; i < BLOCK; i++)
		assert_in_range(heard_samples[i], 3800, 4200);
}

static void test_sound_goes_both_ways_over_ipv6(void **state)
{
	static const int16_t silence[BLOCK];

	(void)state;
	stream_send(&stream, silence, BLOCK);
	(void)timestamp_sent();
	say(&peer, 0, 0x20, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x20));
}

static void test_an_ipv6_address_of_another_port_is_not_heard_beside_the_peer(void **state)
{
	(void)state;
	say(&peer, 0, 0x20, BLOCK);
	assert_int_equal(heard(), sound_of(DSP_LAW_MU, 0x20));
	say(&stranger, 0, 0x10, BLOCK);
	(void)heard();
	assert_int_equal(stream.playout.stats.played, 1);
	assert_int_equal(stream.packets_refused, 1);
}

static void test_a_remote_of_another_family_hurts_nobody(void **state)
{
	static const int16_t silence[BLOCK];
	struct stream_wish wish = talking();

	(void)state;
	assert_int_equal(address_set(&wish.remote, "127.0.0.1", 9), 0);
	stream_update(&stream, &wish);
	stream_send(&stream, silence, BLOCK);
	assert_int_equal(stream.packets_sent, 0);
}

/* The peer's packet, protected. */
static void say_protected(struct ua_srtp *key, uint8_t byte)
{
	uint8_t payload[BLOCK], bytes[PACKET_MAX];
	size_t length;

	memset(payload, byte, sizeof(payload));
	length = ua_rtp_sender_packet(&peer.sender, bytes, sizeof(bytes), 0, false, payload, sizeof(payload), BLOCK);
	assert_int_equal(ua_srtp_protect(key, bytes, &length, sizeof(bytes)), 0);
	assert_true(sendto(peer.fd, bytes, length, 0, &ours.addr.any, address_size(&ours.addr)) > 0);
}

static void test_protected_sound_is_taken_and_no_other(void **state)
{
	const uint8_t keys[2][UA_SRTP_KEY_MAX] = {{1}, {2}};
	struct ua_srtp *peers[2], *send, *receive;
	struct stream_wish wish = talking();
	uint8_t bytes[PACKET_MAX];
	size_t length;

	(void)state;
	assert_int_equal(ua_srtp_alloc(&peers[0], 0, keys[0], true), 0);
	assert_int_equal(ua_srtp_alloc(&peers[1], 0, keys[1], false), 0);
	assert_int_equal(ua_srtp_alloc(&receive, 0, keys[0], false), 0);
	assert_int_equal(ua_srtp_alloc(&send, 0, keys[1], true), 0);
	wish.secured = true;
	stream_update(&stream, &wish); /* without keys nothing goes and nothing comes */
	stream_send(&stream, (int16_t[BLOCK]){0}, BLOCK);
	assert_int_equal(recv(peer.fd, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
	say(&peer, 0, 0x10, BLOCK);
	assert_int_equal(heard(), 0);

	wish.send_key = send;
	wish.receive_key = receive;
	stream_update(&stream, &wish);
	for (unsigned i = 0; i < STREAM_FORGED_MAX; i++) {
		assert_int_equal(stream_forged_id(&stream), 0);
		say(&peer, 0, 0x10, BLOCK);
		assert_int_equal(heard(), 0);
	}
	assert_int_equal(stream_forged_id(&stream), 1);
	say_protected(peers[0], 0x20);
	while (heard() == 0 && stream.packets_received == 0)
		;
	assert_int_equal(stream.packets_received, 1);
	stream_send(&stream, (int16_t[BLOCK]){0}, BLOCK);
	length = (size_t)recv(peer.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	assert_int_equal(length, UA_RTP_HEADER_BYTES + BLOCK + 10);
	assert_memory_not_equal(bytes + UA_RTP_HEADER_BYTES, bytes + UA_RTP_HEADER_BYTES + 1, 16); /* silence does not look so */
	assert_int_equal(ua_srtp_unprotect(peers[1], bytes, &length), 0);
	assert_int_equal(bytes[UA_RTP_HEADER_BYTES], 0xff);
	ua_srtp_free(peers[0]);
	ua_srtp_free(peers[1]);
	ua_srtp_free(send);
	ua_srtp_free(receive);
}

static void test_sockets_are_on_even_ports_of_the_range_and_marked(void **state)
{
	const struct stream_socket_config config = {.addr = "127.0.0.9", .port_min = 21001, .port_max = 21007, .dscp = 34,
		.buffer_bytes = 32768};
	int fds[4][STREAM_WIRE_KINDS], value;
	socklen_t length = sizeof(value);
	uint16_t port;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(stream_socket_open(fds[i], &port, &config), 0);
		assert_int_equal(port % 2, 0);
		assert_in_range(port, 21002, 21006);
		assert_int_equal(getsockopt(fds[i][1], IPPROTO_IP, IP_TOS, &value, &length), 0);
		assert_int_equal(value, 34 << 2);
		assert_int_equal(getsockopt(fds[i][0], SOL_SOCKET, SO_RCVBUF, &value, &length), 0);
		assert_int_equal(value, 2 * 32768); /* the kernel doubles it for its own needs */
	}
	assert_int_equal(stream_socket_open(fds[3], &port, &config), EADDRINUSE);
	for (int i = 0; i < 3 * STREAM_WIRE_KINDS; i++)
		close(fds[i / STREAM_WIRE_KINDS][i % STREAM_WIRE_KINDS]);
}

static void test_sockets_of_either_family_are_marked_and_keep_to_an_interface(void **state)
{
	struct stream_socket_config config = {.addr = "::1", .interface = "lo", .port_min = 21001, .port_max = 21007, .dscp = 34};
	int fds[STREAM_WIRE_KINDS], value = 0;
	char name[16] = "";
	socklen_t length = sizeof(value), name_length = sizeof(name);
	uint16_t port;

	(void)state;
	assert_int_equal(stream_socket_open(fds, &port, &config), 0);
	assert_int_equal(getsockopt(fds[0], IPPROTO_IPV6, IPV6_TCLASS, &value, &length), 0);
	assert_int_equal(value, 34 << 2);
	assert_int_equal(getsockopt(fds[1], SOL_SOCKET, SO_BINDTODEVICE, name, &name_length), 0);
	assert_string_equal(name, "lo");
	close(fds[0]);
	close(fds[1]);
	config.interface = "nosuch0";
	assert_int_equal(stream_socket_open(fds, &port, &config), ENODEV);
}

static bool is_loud(void)
{
	int16_t samples[BLOCK];
	long long energy = 0;

	stream_play(&stream, samples, BLOCK);
	for (int i = 0; i < BLOCK; i++)
		energy += samples[i] * samples[i];
	return energy > (long long)BLOCK * 1000 * 1000;
}

/* Of 100 ms each, and apart although they came at once; what was pressed before the stream began was another's. */
static void test_keys_that_come_by_signalling_sound_once_each(void **state)
{
	static const bool expected[] = {true, true, true, true, true, false, false};
	struct stream_wish wish = talking();

	(void)state;
	stream_free(&stream);
	memset(&stream, 0, sizeof(stream));
	assert_int_equal(stream_init(&stream, true), 0);
	wish.presses[0] = (struct stream_press){.key = '5', .ms = 100};
	wish.press_count = 1;
	stream_update(&stream, &wish);
	assert_false(is_loud());
	wish.presses[1] = wish.presses[2] = (struct stream_press){.key = '7', .ms = 100};
	wish.press_count = 3;
	stream_update(&stream, &wish);
	stream_update(&stream, &wish);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(is_loud(), expected[i]);
	for (int i = 0; i < 5; i++) /* from 150 ms on */
		assert_true(is_loud());
	(void)is_loud();
	for (int i = 0; i < 10; i++)
		assert_false(is_loud());
}

#define STREAM_TEST(test)      cmocka_unit_test_setup_teardown(test, make, unmake)
#define STREAM_TEST_IPV6(test) cmocka_unit_test_setup_teardown(test, make_ipv6, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(test_keys_that_come_by_signalling_sound_once_each),
		STREAM_TEST(test_protected_sound_is_taken_and_no_other),
		STREAM_TEST(test_a_stranger_who_is_faster_does_not_keep_the_peer_out),
		STREAM_TEST(test_a_stranger_is_not_heard_beside_the_peer),
		STREAM_TEST(test_a_peer_behind_a_translator_is_heard_at_once),
		STREAM_TEST(test_a_peer_that_goes_on_from_another_port_is_heard_again),
		STREAM_TEST(test_agreed_dynamic_payload_types_are_understood),
		STREAM_TEST(test_a_second_without_a_packet_is_quiet_and_comfort_noise_is_a_packet),
		STREAM_TEST(test_quiet_counts_from_when_sound_is_wished_for),
		STREAM_TEST(test_a_packet_of_120_ms_is_played_and_no_longer_one),
		STREAM_TEST(test_what_waits_to_be_sent_survives_another_law),
		STREAM_TEST(test_the_clock_goes_on_while_nothing_is_sent),
		STREAM_TEST_IPV6(test_sound_goes_both_ways_over_ipv6),
		STREAM_TEST_IPV6(test_an_ipv6_address_of_another_port_is_not_heard_beside_the_peer),
		STREAM_TEST_IPV6(test_a_remote_of_another_family_hurts_nobody),
		STREAM_TEST(test_sockets_are_on_even_ports_of_the_range_and_marked),
		STREAM_TEST(test_sockets_of_either_family_are_marked_and_keep_to_an_interface),
	};

	return cmocka_run_group_tests_name("gateway/stream", tests, NULL, NULL);
}
