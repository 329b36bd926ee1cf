/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys from the telephone's tone to events and back to a tone on the far line, over packets that get lost and come late.
 * usage: gateway_relay_test [KEYS [SEED]]: so many keys over a network that loses 5 % and delays by up to 60 ms (500, 1)
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "gateway/media/stream.h"

#define BLOCK          80
#define SAMPLES_PER_MS 8
#define EVENT_TYPE     97
#define KEYS           100
#define ON_MS          100
#define OFF_MS         100
#define DRAIN_MS       600
#define PACKETS_MAX    10000
#define TRUTH_MS       2 /* how far a duration may be off */
#define LATE_MAX       64 /* packets on their way at a time */

/* The near end's detector drives one stream; the test carries its packets to the other. */
static struct stream near, far;
static struct dsp_dtmf_rx *near_rx, *far_rx;
static struct dsp_dtmf_tx *telephone;
static int near_fd, far_fd, wire_fd;
static union address wire_addr, far_addr;

static char heard[KEYS * 2 + 1];
static unsigned heard_samples[KEYS * 2];
static size_t heard_count;
static unsigned far_volume; /* of the key that was heard last */

static struct sent {
	struct ua_rtp_packet rtp;
	uint8_t payload[UA_DTMF_PAYLOAD_BYTES];
} sent[PACKETS_MAX];
static size_t sent_count;
static unsigned loss_percent, seed;
static bool events_lost, sound_beside, leaks;

/* The network: what is on its way, and when it comes. */
static unsigned jitter_ms, now_ms;
static struct late {
	unsigned due_ms;
	size_t length; /* 0: free */
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
} late[LATE_MAX];

static unsigned keys_wanted = 500, first_seed = 1;

static int open_socket(union address *addr)
{
	socklen_t length = sizeof(addr->in);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memset(addr, 0, sizeof(*addr));
	addr->in.sin_family = AF_INET;
	addr->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, &addr->any, length), 0);
	assert_int_equal(getsockname(fd, &addr->any, &length), 0);
	return fd;
}

static void near_heard(char digit, bool on, unsigned duration_samples, void *arg)
{
	(void)arg;
	stream_key(&near, digit, on, dsp_dtmf_rx_volume(near_rx), duration_samples);
}

static void far_heard(char digit, bool on, unsigned duration_samples, void *arg)
{
	(void)arg;
	assert_true(heard_count < KEYS * 2);
	far_volume = dsp_dtmf_rx_volume(far_rx);
	if (on)
		heard[heard_count] = digit;
	else
		heard_samples[heard_count++] = duration_samples;
}

static int make(void **state)
{
	union address near_addr;
	struct stream_wish wish = {.id = 1, .ptime_ms = 20, .playout = {.start_ms = 60, .min_ms = 60, .max_ms = 400}, .sends = true, .receives = true,
		.event_type = EVENT_TYPE, .takes = {{EVENT_TYPE, STREAM_EVENTS}, {101, STREAM_EVENTS}}};

	(void)state;
	assert_int_equal(dsp_init(), 0);
	near_fd = open_socket(&near_addr);
	far_fd = open_socket(&far_addr);
	wire_fd = open_socket(&wire_addr);
	memset(&near, 0, sizeof(near));
	memset(&far, 0, sizeof(far));
	assert_int_equal(dsp_dtmf_rx_alloc(&near_rx, near_heard, NULL), 0);
	assert_int_equal(dsp_dtmf_rx_alloc(&far_rx, far_heard, NULL), 0);
	assert_int_equal(dsp_dtmf_tx_alloc(&telephone), 0);
	assert_int_equal(stream_init(&near, false), 0);
	assert_int_equal(stream_init(&far, true), 0);
	wish.remote = wire_addr;
	wish.fd = near_fd;
	stream_update(&near, &wish);
	wish.fd = far_fd;
	stream_update(&far, &wish);
	memset(heard, 0, sizeof(heard));
	heard_count = sent_count = 0;
	loss_percent = jitter_ms = 0;
	memset(late, 0, sizeof(late));
	events_lost = sound_beside = leaks = false;
	seed = 4733;
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	dsp_dtmf_rx_free(near_rx);
	dsp_dtmf_rx_free(far_rx);
	dsp_dtmf_tx_free(telephone);
	stream_free(&near);
	stream_free(&far);
	close(near_fd);
	close(far_fd);
	close(wire_fd);
	return 0;
}

/* Silence of the time that an event's packet has told last, as from a peer that sends its microphone too. */
static void send_silence(const struct sent *event)
{
	uint8_t bytes[UA_RTP_HEADER_BYTES + 160], silence[160];
	uint32_t duration = (uint32_t)event->payload[2] << 8 | event->payload[3];
	struct ua_rtp_sender sender = {.ssrc = event->rtp.ssrc, .sequence = event->rtp.sequence,
		.timestamp = event->rtp.timestamp + duration - sizeof(silence)};
	size_t length;

	memset(silence, 0xff, sizeof(silence));
	length = ua_rtp_sender_packet(&sender, bytes, sizeof(bytes), 0, false, silence, sizeof(silence),
		sizeof(silence));
	assert_int_equal(sendto(wire_fd, bytes, length, 0, &far_addr.any, sizeof(far_addr.in)), length);
}

static void deliver(const uint8_t *bytes, size_t length)
{
	assert_int_equal(sendto(wire_fd, bytes, length, 0, &far_addr.any, sizeof(far_addr.in)), length);
}

/* Each packet is delayed for itself, so that they overtake each other. */
static void delay(const uint8_t *bytes, size_t length)
{
	struct late *packet = late;

	while (packet->length)
		assert_true(++packet < late + LATE_MAX);
	packet->due_ms = now_ms + (unsigned)rand_r(&seed) % (jitter_ms + 1);
	packet->length = length;
	memcpy(packet->bytes, bytes, length);
}

static void deliver_due(void)
{
	for (struct late *packet = late; packet < late + LATE_MAX; packet++) {
		if (!packet->length || packet->due_ms > now_ms)
			continue;
		deliver(packet->bytes, packet->length);
		packet->length = 0;
	}
}

static void carry(void)
{
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
	ssize_t length;

	while ((length = recv(wire_fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		struct sent *packet = &sent[sent_count];

		assert_true(sent_count < PACKETS_MAX);
		assert_int_equal(ua_rtp_decode(&packet->rtp, bytes, (size_t)length), 0);
		memcpy(packet->payload, packet->rtp.payload, sizeof(packet->payload));
		sent_count++;
		if ((unsigned)rand_r(&seed) % 100 < loss_percent ||
		    (events_lost && packet->rtp.payload_type == EVENT_TYPE))
			continue;
		if (jitter_ms)
			delay(bytes, (size_t)length);
		else
			deliver(bytes, (size_t)length);
		if (sound_beside && packet->rtp.payload_type == EVENT_TYPE)
			send_silence(packet);
	}
}

static void run_ms(unsigned ms)
{
	int16_t samples[BLOCK];

	for (unsigned i = 0; i < ms * SAMPLES_PER_MS / BLOCK; i++) {
		dsp_dtmf_tx_fill(telephone, samples, BLOCK);
		dsp_dtmf_rx_feed(near_rx, samples, BLOCK);
		stream_suspect(&near, dsp_dtmf_rx_suspects(near_rx) && !leaks);
		stream_send(&near, samples, BLOCK);
		carry();
		deliver_due();
		now_ms += BLOCK / SAMPLES_PER_MS;
		stream_play(&far, samples, BLOCK);
		dsp_dtmf_rx_feed(far_rx, samples, BLOCK);
	}
}

static void press(const char *digits, unsigned on_ms, unsigned off_ms)
{
	char digit[2] = {0};

	for (; *digits; digits++) {
		digit[0] = *digits;
		assert_int_equal(dsp_dtmf_tx_push(telephone, digit, on_ms, off_ms), 0);
		run_ms(on_ms + off_ms);
	}
	run_ms(DRAIN_MS);
}

/* Random keys, of which every third is the one before again. */
static void random_keys(char digits[KEYS + 1])
{
	for (size_t i = 0; i < KEYS; i++)
		digits[i] = i % 3 == 2 ? digits[i - 1] : "0123456789*#ABCD"[rand_r(&seed) % 16];
	digits[KEYS] = 0;
}

static void assert_durations(unsigned wanted_ms, unsigned tolerance_ms)
{
	for (size_t i = 0; i < heard_count; i++)
		assert_in_range(heard_samples[i], (wanted_ms - tolerance_ms) * SAMPLES_PER_MS,
			(wanted_ms + tolerance_ms) * SAMPLES_PER_MS);
}

static void test_every_key_arrives_once_and_with_its_length(void **state)
{
	char digits[KEYS + 1];

	(void)state;
	random_keys(digits);
	press(digits, ON_MS, OFF_MS);
	assert_string_equal(heard, digits);
	assert_durations(ON_MS, TRUTH_MS);
}

static void delay_is(unsigned ms)
{
	struct stream_wish wish = far.wish;

	wish.id++;
	wish.playout = (struct playout_config){.start_ms = (uint16_t)ms, .min_ms = (uint16_t)ms, .max_ms = 400};
	stream_update(&far, &wish);
}

/* It waits for its end to be known, and the sound does not. */
static void test_a_key_has_its_length_at_a_short_delay_too(void **state)
{
	char digits[KEYS + 1];

	(void)state;
	delay_is(10);
	run_ms(500);
	random_keys(digits);
	press(digits, ON_MS, OFF_MS);
	assert_string_equal(heard, digits);
	assert_durations(ON_MS, TRUTH_MS);
	assert_in_range(far.playout.stats.delay_max_ms, 1, 12);
}

/* Equal keys in a row that are as short as may be. */
static void test_short_keys_with_short_pauses_stay_apart(void **state)
{
	(void)state;
	delay_is(10);
	run_ms(500);
	press("5555555555", 40, 40);
	assert_string_equal(heard, "5555555555");
	assert_durations(40, TRUTH_MS);
}

/* Of each some 30 ms go out as sound before it is known for a key. */
static void test_what_leaks_of_a_key_is_no_key_of_its_own(void **state)
{
	char digits[KEYS + 1];

	for (unsigned delay_ms = 10; delay_ms <= 120; delay_ms += 10) {
		unmake(state);
		make(state);
		leaks = true;
		delay_is(delay_ms);
		run_ms(500);
		random_keys(digits);
		press(digits, ON_MS, OFF_MS);
		assert_string_equal(heard, digits);
	}
}

static void test_keys_survive_five_percent_of_loss(void **state)
{
	char digits[KEYS + 1];

	(void)state;
	random_keys(digits);
	loss_percent = 5;
	press(digits, ON_MS, OFF_MS);
	assert_string_equal(heard, digits);
}

static void test_no_key_is_missed_doubled_or_merged_with_loss_and_jitter(void **state)
{
	char digits[KEYS + 1];

	for (unsigned done = 0; done < keys_wanted; done += KEYS) {
		unmake(state);
		make(state);
		delay_is(20);
		seed = first_seed + done;
		random_keys(digits);
		loss_percent = 5;
		jitter_ms = 60;
		press(digits, ON_MS, OFF_MS);
		assert_string_equal(heard, digits);
	}
}

static void test_a_key_is_heard_when_the_peer_sends_sound_beside(void **state)
{
	(void)state;
	sound_beside = true;
	press("1590", ON_MS, OFF_MS);
	assert_string_equal(heard, "1590");
	assert_durations(ON_MS, TRUTH_MS);
}

/* What leaks of a tone before it is known for one is too short for a digit. */
static void test_no_key_arrives_where_its_events_do_not(void **state)
{
	(void)state;
	events_lost = true;
	press("1234567890", ON_MS, OFF_MS);
	assert_string_equal(heard, "");
}

static void test_an_event_has_one_marker_three_ends_and_no_sound_beside(void **state)
{
	unsigned markers = 0, ends = 0, duration = 0;
	size_t first = 0, last = 0;

	(void)state;
	run_ms(200);
	press("5", ON_MS, OFF_MS);
	for (size_t i = 0; i < sent_count; i++) {
		const struct sent *packet = &sent[i];

		assert_int_equal(packet->rtp.sequence, (uint16_t)(sent[0].rtp.sequence + i));
		if (packet->rtp.payload_type != EVENT_TYPE)
			continue;
		if (!markers)
			first = i;
		assert_int_equal(packet->payload[0], 5);
		assert_int_equal(packet->rtp.timestamp, sent[first].rtp.timestamp);
		assert_true((unsigned)(packet->payload[2] << 8 | packet->payload[3]) >= duration);
		duration = (unsigned)(packet->payload[2] << 8 | packet->payload[3]);
		markers += packet->rtp.marker;
		ends += packet->payload[1] >> 7;
		if (!(packet->payload[1] >> 7))
			last = i;
	}
	assert_int_equal(markers, 1);
	assert_int_equal(ends, 3);
	assert_in_range(duration, (ON_MS - TRUTH_MS) * SAMPLES_PER_MS, (ON_MS + TRUTH_MS) * SAMPLES_PER_MS);
	for (size_t i = first; i <= last; i++)
		assert_int_equal(sent[i].rtp.payload_type, EVENT_TYPE);
}

static void test_a_suspicion_is_of_one_block_alone(void **state)
{
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
	struct ua_rtp_packet packet;
	int16_t loud[BLOCK];
	ssize_t length;

	(void)state;
	for (int i = 0; i < BLOCK; i++)
		loud[i] = 8000;
	stream_suspect(&near, true);
	stream_send(&near, loud, BLOCK);
	stream_send(&near, loud, BLOCK);
	length = recv(wire_fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	assert_true(length > 0);
	assert_int_equal(ua_rtp_decode(&packet, bytes, (size_t)length), 0);
	assert_int_equal(packet.payload_length, 2 * BLOCK);
	assert_int_equal(packet.payload[0], 0xff);
	assert_int_not_equal(packet.payload[BLOCK], 0xff);
}

/* Its release could be told to nobody. */
static void test_a_key_that_was_down_when_the_address_went_leaves_no_silence(void **state)
{
	struct stream_wish nowhere = near.wish, back = near.wish;
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
	struct ua_rtp_packet packet = {0};
	int16_t loud[BLOCK];
	ssize_t length;

	(void)state;
	for (int i = 0; i < BLOCK; i++)
		loud[i] = 8000;
	address_port_set(&nowhere.remote, 0);
	stream_key(&near, '5', true, 7, 0);
	stream_update(&near, &nowhere);
	stream_key(&near, '5', false, 7, 800);
	stream_update(&near, &back);
	for (int i = 0; i < 4; i++)
		stream_send(&near, loud, BLOCK);
	while ((length = recv(wire_fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		assert_int_equal(ua_rtp_decode(&packet, bytes, (size_t)length), 0);
	assert_int_equal(packet.payload_type, 0);
	assert_int_equal(packet.payload_length, 2 * BLOCK);
}

static void test_a_peer_without_events_gets_the_tone_in_band(void **state)
{
	(void)state;
	near.wish.event_type = 0;
	press("159", ON_MS, OFF_MS);
	assert_string_equal(heard, "159");
	for (size_t i = 0; i < sent_count; i++)
		assert_int_equal(sent[i].rtp.payload_type, 0);
}

/* RFC 4733 s2.3.4 is where the volume stands. */
static void test_a_key_is_as_loud_there_as_here_within_what_telephones_stand(void **state)
{
	static const struct {
		unsigned here, told, there;
	} rows[] = {{7, 7, 7}, {12, 12, 12}, {19, 19, 19}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t before = sent_count;
		bool any = false;

		dsp_dtmf_tx_volume(telephone, rows[i].here);
		press("5", ON_MS, OFF_MS);
		for (size_t k = before; k < sent_count; k++) {
			if (sent[k].rtp.payload_type != EVENT_TYPE)
				continue;
			any = true;
			assert_in_range(sent[k].payload[1] & 63, rows[i].told - 1, rows[i].told + 1);
		}
		assert_true(any);
		assert_in_range(far_volume, rows[i].there - 1, rows[i].there + 1);
	}
	assert_string_equal(heard, "555");
}

/* From the same sender as the sound, and in its time. */
static void event_comes(unsigned event, unsigned volume, unsigned ms)
{
	struct ua_dtmf_sender dtmf = {0};
	uint8_t bytes[UA_DTMF_PACKET_BYTES];

	assert_int_equal(ua_dtmf_start(&dtmf, &near.sender, event, volume), 0);
	ua_dtmf_lengthen(&dtmf, ms * SAMPLES_PER_MS);
	ua_dtmf_stop(&dtmf);
	for (int i = 0; i < 3; i++)
		deliver(bytes, ua_dtmf_packet(&dtmf, &near.sender, bytes, sizeof(bytes), EVENT_TYPE, 0));
	run_ms(400);
}

static void test_an_event_of_any_volume_is_played_within_what_telephones_stand(void **state)
{
	static const unsigned told[] = {0, 3, 7, 10, 20, 36, 63}, played[] = {7, 7, 7, 10, 20, 20, 20};

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		event_comes(5, told[i], 100);
		assert_int_equal(heard_count, i + 1);
		assert_in_range(far_volume, played[i] - 1, played[i] + 1);
	}
}

static void info_comes(char key)
{
	struct stream_wish wish = far.wish;

	wish.presses[wish.press_count++ % STREAM_PRESSES] = (struct stream_press){key, 100};
	stream_update(&far, &wish);
}

static void test_a_key_that_comes_both_ways_is_one(void **state)
{
	(void)state;
	info_comes('5');
	event_comes(5, 10, 100);
	assert_string_equal(heard, "5");
	event_comes(7, 10, 100);
	info_comes('7');
	run_ms(400);
	assert_string_equal(heard, "57");
	event_comes(8, 10, 100); /* equal keys in a row, both ways */
	event_comes(8, 10, 100);
	info_comes('8');
	info_comes('8');
	run_ms(600);
	assert_string_equal(heard, "5788");
}

static void test_keys_of_one_way_alone_stay_as_many_as_they_are(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		event_comes(1, 10, 100);
	info_comes('2');
	run_ms(300);
	info_comes('2');
	run_ms(300);
	assert_string_equal(heard, "11122");
	run_ms(3000);
	event_comes(2, 10, 100); /* long after: another one */
	assert_string_equal(heard, "111222");
}

/* The number that is dialled meanwhile is none of his business. */
static void test_who_hears_the_hold_sound_gets_no_keys(void **state)
{
	(void)state;
	near.wish.plays_hold = true;
	press("159", ON_MS, OFF_MS);
	assert_true(sent_count > 0);
	for (size_t i = 0; i < sent_count; i++)
		assert_int_equal(sent[i].rtp.payload_type, 0);
}

/* Both ends speak Opus, whose clock is 48 kHz; so is that of the events, or not. */
static void keys_beside_opus(unsigned event_factor)
{
	struct dsp_encoder *encoder;
	struct dsp_decoder *decoder;
	struct stream_wish wish = near.wish;
	unsigned duration = 0;

	assert_int_equal(dsp_encoder_alloc(&encoder, DSP_CODEC_OPUS), 0);
	assert_int_equal(dsp_decoder_alloc(&decoder, DSP_CODEC_OPUS), 0);
	wish.codec = DSP_CODEC_OPUS;
	wish.encoder = encoder;
	wish.clock_factor = 6;
	wish.event_factor = (uint8_t)event_factor;
	wish.payload_type = 107;
	wish.decoders[DSP_CODEC_OPUS] = decoder;
	wish.takes[0].take = event_factor == 6 ? STREAM_EVENTS_48 : STREAM_EVENTS;
	wish.takes[1] = (struct stream_type){107, STREAM_SOUND + DSP_CODEC_OPUS};
	stream_update(&near, &wish);
	wish.fd = far_fd;
	wish.encoder = NULL;
	wish.sends = false;
	stream_update(&far, &wish);
	run_ms(500);
	press("1590", ON_MS, OFF_MS);
	assert_string_equal(heard, "1590");
	assert_durations(ON_MS, TRUTH_MS);
	for (size_t i = 0; i < sent_count; i++) {
		if (sent[i].rtp.payload_type == EVENT_TYPE)
			duration = (unsigned)(sent[i].payload[2] << 8 | sent[i].payload[3]);
	}
	assert_in_range(duration, (ON_MS - TRUTH_MS) * SAMPLES_PER_MS * event_factor, (ON_MS + TRUTH_MS) * SAMPLES_PER_MS * event_factor);
	stream_update(&far, &(struct stream_wish){0});
	stream_update(&near, &(struct stream_wish){0});
	dsp_encoder_free(encoder);
	dsp_decoder_free(decoder);
}

static void test_keys_beside_opus_have_its_clock(void **state)
{
	(void)state;
	keys_beside_opus(6);
}

static void test_keys_beside_opus_may_have_a_clock_of_their_own(void **state)
{
	(void)state;
	keys_beside_opus(1);
}

#define RELAY_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RELAY_TEST(test_every_key_arrives_once_and_with_its_length),
		RELAY_TEST(test_a_key_has_its_length_at_a_short_delay_too),
		RELAY_TEST(test_short_keys_with_short_pauses_stay_apart),
		RELAY_TEST(test_what_leaks_of_a_key_is_no_key_of_its_own),
		RELAY_TEST(test_keys_survive_five_percent_of_loss),
		RELAY_TEST(test_no_key_is_missed_doubled_or_merged_with_loss_and_jitter),
		RELAY_TEST(test_a_key_is_heard_when_the_peer_sends_sound_beside),
		RELAY_TEST(test_no_key_arrives_where_its_events_do_not),
		RELAY_TEST(test_an_event_has_one_marker_three_ends_and_no_sound_beside),
		RELAY_TEST(test_a_suspicion_is_of_one_block_alone),
		RELAY_TEST(test_a_key_that_was_down_when_the_address_went_leaves_no_silence),
		RELAY_TEST(test_a_peer_without_events_gets_the_tone_in_band),
		RELAY_TEST(test_a_key_is_as_loud_there_as_here_within_what_telephones_stand),
		RELAY_TEST(test_an_event_of_any_volume_is_played_within_what_telephones_stand),
		RELAY_TEST(test_a_key_that_comes_both_ways_is_one),
		RELAY_TEST(test_keys_of_one_way_alone_stay_as_many_as_they_are),
		RELAY_TEST(test_who_hears_the_hold_sound_gets_no_keys),
		RELAY_TEST(test_keys_beside_opus_have_its_clock),
		RELAY_TEST(test_keys_beside_opus_may_have_a_clock_of_their_own),
	};

	if (argc > 1)
		keys_wanted = (unsigned)atoi(argv[1]);
	if (argc > 2)
		first_seed = (unsigned)atoi(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
