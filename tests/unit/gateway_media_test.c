/* SPDX-License-Identifier: BSD-3-Clause */
/* The media plane on cards that refuse and fail: what is tried again, what a tick may cost, and who paces it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "gateway/media/media_pool.h"
#include "gateway/media/pages.h"
#include "tests/unit/gateway_media_world.h"

static void test_what_a_card_refuses_is_tried_again(void **state)
{
	(void)state;
	cards[0].feed_err = cards[0].audio_err = EIO;
	media_line_wish(lines[0], &talk);
	step_after(1);
	cards[0].feed_err = cards[0].audio_err = 0;
	step_after(1100);
	assert_int_equal(cards[0].feed, FXS_FEED_ACTIVE);
	assert_true(cards[0].sound_on);
	block_comes(&cards[0]);
	step_after(1);
	assert_int_equal(lines[0]->report.ticks, 1);
}

/* Of the pages that a line has for seven streams, those are there that were written to. */
static void test_a_line_without_calls_takes_half_of_its_memory_at_most(void **state)
{
	unsigned char there[64];
	unsigned pages = (sizeof(struct media_line) + 4095) / 4096, count = 0;

	(void)state;
	step_after(1100);
	assert_in_range(pages, 2, sizeof(there));
	assert_int_equal(mincore(lines[0], sizeof(struct media_line), there), 0);
	for (unsigned i = 0; i < pages; i++)
		count += there[i] & 1;
	print_message("# %u of %u pages\n", count, pages);
	assert_in_range(count, 1, pages / 2);
}

static struct stream_wish own_echo(uint32_t id)
{
	struct stream_wish wish = {.id = id, .codec = DSP_CODEC_PCMA, .payload_type = 8, .ptime_ms = 20, .event_type = 101, .sends = true,
		.receives = true, .playout = {.start_ms = 10, .min_ms = 10, .max_ms = 400}, .takes = {{101, STREAM_EVENTS}}, .rtcp_fd = -1};
	socklen_t length = sizeof(wish.remote.in);

	wish.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(address_set(&wish.remote, "127.0.0.1", 0), 0);
	assert_int_equal(bind(wish.fd, &wish.remote.any, length), 0);
	assert_int_equal(getsockname(wish.fd, &wish.remote.any, &length), 0);
	return wish;
}

/* At the stream's socket for reports, from its own host. */
static void report_arrives(const struct stream_wish *stream)
{
	const struct ua_rtcp_report report = {.ssrc = 7, .cname = "peer"};
	uint8_t bytes[UA_RTCP_BYTES_MAX];
	size_t length = ua_rtcp_compose(&report, bytes, sizeof(bytes));
	union address to;
	socklen_t to_length = sizeof(to);

	assert_int_equal(getsockname(stream->rtcp_fd, &to.any, &to_length), 0);
	assert_int_equal(sendto(stream->fd, bytes, length, 0, &to.any, to_length), length);
}

/* By one look for all streams of a worker, also where the socket of another stream had the same number before. */
static void test_a_report_is_heard_in_the_next_tick(void **state)
{
	int fd = -1;

	(void)state;
	for (uint32_t id = 1; id <= 2; id++) {
		struct media_wish wish = talk;
		struct stream_wish *stream = &wish.streams[0];

		*stream = own_echo(id);
		stream->rtcp_fd = own_echo(id).fd;
		stream->rtcp_port = 9; /* of the peer, who is not there */
		stream->sends = false;
		assert_true(fd < 0 || fd == stream->rtcp_fd);
		fd = stream->rtcp_fd;
		media_line_wish(lines[0], &wish);
		block_passes();
		assert_int_equal(lines[0]->streams[0].rtcp.reports_received, 0);
		for (unsigned i = 1; i <= 3; i++) {
			report_arrives(stream);
			block_passes();
			assert_int_equal(lines[0]->streams[0].rtcp.reports_received, i);
			block_passes();
			assert_int_equal(lines[0]->streams[0].rtcp.reports_received, i);
		}
		media_line_wish(lines[0], &talk);
		block_passes();
		close(stream->fd);
		close(stream->rtcp_fd);
	}
}

static void blocks_pass(unsigned count)
{
	for (; count; count--) {
		block_comes(&cards[0]);
		step_after(10);
	}
}

/* Dial tone, a call that keys are pressed in, another one: its sound comes back, and so do its keys. */
static void call_goes_on(void)
{
	struct media_wish wish = dialling;
	struct dsp_tone_def *def;

	assert_int_equal(dsp_tone_def_parse(&def, "440", -10), 0);
	taste.tones[0] = def;
	wish.tone = 0;
	media_line_wish(lines[0], &wish);
	blocks_pass(50);
	wish.tone = MEDIA_TONE_NONE;
	wish.hook_mode = FXS_HOOK_IN_CALL;
	for (unsigned i = 0; i < 2; i++) {
		wish.streams[i] = own_echo(1 + i);
		media_line_wish(lines[0], &wish);
		blocks_pass(50);
		assert_int_equal(dsp_dtmf_tx_push(cards[0].keys, "15", 80, 80), 0);
		blocks_pass(100);
	}
	assert_true(lines[0]->streams[1].packets_received > 50);
	media_line_wish(lines[0], &talk);
	blocks_pass(2);
	for (unsigned i = 0; i < 2; i++)
		close(wish.streams[i].fd);
	taste.tones[0] = NULL;
	dsp_tone_def_free(def);
}

/* What the program does for the first time costs pages of its libraries too: that is another line's call. */
static void test_no_tick_of_a_lines_first_call_waits_for_a_page(void **state)
{
	pages_run();
	pages_stack();
	for (int round = 0; round < 2; round++) {
		media_test_end(state);
		taste.echo = MEDIA_ECHO_SOFTWARE;
		taste.echo_tail_ms = 32;
		taste.echo_mutes = true;
		media_test_begin(state);
		assert_int_equal(dsp_dtmf_tx_alloc(&cards[0].keys), 0);
		step_after(1100);
		cards[0].off_hook = true;
		cards[0].says = 1000;
		step_after(1100);
		faults = 0;
		call_goes_on();
		print_message("# %ld pages\n", faults);
		dsp_dtmf_tx_free(cards[0].keys);
	}
	taste.echo = MEDIA_ECHO_OFF;
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(faults, 0);
#endif
}

static void test_trying_again_does_not_disturb_a_line_that_rings(void **state)
{
	(void)state;
	media_line_wish(lines[0], &talk);
	step_after(1);
	cards[0].feed_err = EIO;
	media_line_wish(lines[0], &ring);
	step_after(1);
	cards[0].feed_err = 0;
	block_comes(&cards[0]);
	step_after(1);
	assert_true(cards[0].ringing);
	step_after(1100);
	assert_true(cards[0].ringing);
}

static void test_what_a_card_refuses_is_reported_until_the_next_wish(void **state)
{
	struct media_report report;

	(void)state;
	cards[0].ring_err = ENODATA; /* no tone zone */
	media_line_wish(lines[0], &ring);
	step_after(1);
	media_line_report(lines[0], &report);
	assert_int_equal(report.refusal, ENODATA);
	cards[0].ring_err = EBUSY; /* it is being lifted */
	media_line_wish(lines[0], &ring);
	step_after(1);
	media_line_report(lines[0], &report);
	assert_int_equal(report.refusal, 0);
}

static void test_a_line_rings_in_the_pattern_that_was_wished(void **state)
{
	struct media_wish wish = ring;

	(void)state;
	taste.rings[RING_COUNTRY] = (struct fxs_cadence){{1000, 4000}, 2};
	taste.rings[2] = (struct fxs_cadence){{800, 400}, 2};
	wish.pattern = 2;
	media_line_wish(lines[0], &wish);
	step_after(1);
	assert_true(cards[0].ringing);
	assert_int_equal(cards[0].first_burst_ms, 800);
	media_line_wish(lines[0], &ring);
	step_after(1);
	assert_true(cards[0].ringing);
	assert_int_equal(cards[0].first_burst_ms, 1000);
}

static void test_a_waiting_call_sounds_in_the_pattern_that_was_wished(void **state)
{
	struct media_wish wish = talk;
	struct dsp_tone_def *def;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "440", -10), 0);
	taste.waiting_tones[3] = def;
	wish.tone = FXS_TONE_CALL_WAITING;
	media_line_wish(lines[0], &wish);
	step_after(1);
	assert_false(dsp_tone_is_playing(lines[0]->tone));
	wish.pattern = 3;
	wish.tone_serial++;
	media_line_wish(lines[0], &wish);
	step_after(1);
	assert_true(dsp_tone_is_playing(lines[0]->tone));
	taste.waiting_tones[3] = NULL;
	dsp_tone_start(lines[0]->tone, NULL);
	dsp_tone_def_free(def);
}

static void test_a_tone_overtakes_what_waits_but_not_speech(void **state)
{
	struct media_wish tone = talk;
	struct dsp_tone_def *def;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "440", -10), 0);
	taste.tones[0] = def;
	tone.tone = 0;
	media_line_wish(lines[0], &talk);
	step_after(1);
	block_comes(&cards[0]);
	step_after(1);
	assert_int_equal(cards[0].written, 1);
	media_line_wish(lines[0], &tone);
	block_comes(&cards[0]);
	step_after(1);
	assert_int_equal(cards[0].overtaken, 1);
	assert_int_equal(cards[0].written, 1 + 1 + 2);
	block_comes(&cards[0]);
	step_after(1);
	assert_int_equal(cards[0].written, 1 + 1 + 2 + 1);
	tone.tone_serial++;
	tone.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	media_line_wish(lines[0], &tone);
	block_comes(&cards[0]);
	step_after(1);
	assert_int_equal(cards[0].overtaken, 1);
	taste.tones[0] = NULL;
	media_line_wish(lines[0], &talk);
	step_after(1);
	dsp_tone_def_free(def);
}

static void test_a_card_out_of_order_does_not_pace_the_others(void **state)
{
	(void)state;
	media_line_wish(lines[0], &talk);
	media_line_wish(lines[1], &talk);
	step_after(1);
	block_comes(&cards[0]);
	step_after(1);
	assert_int_equal(lines[1]->report.ticks, 1);
	cards[0].fault_untold = true;
	block_comes(&cards[0]);
	step_after(1);
	assert_true(lines[0]->report.fault);
	block_comes(&cards[1]);
	step_after(1);
	assert_int_equal(lines[1]->report.ticks, 3);
}

static void test_a_card_that_falls_silent_is_replaced_by_the_timer(void **state)
{
	(void)state;
	media_line_wish(lines[0], &talk);
	step_after(1);
	step_after(99);
	assert_int_equal(lines[0]->report.ticks, 0);
	step_after(1);
	assert_int_equal(lines[0]->report.ticks, 1);
	step_after(10);
	assert_int_equal(lines[0]->report.ticks, 2);
}

static void test_a_lost_edge_heals_within_a_second(void **state)
{
	struct media_report report;

	(void)state;
	step_after(1);
	cards[1].off_hook = true;
	step_after(1000);
	media_line_report(lines[1], &report);
	assert_true(report.off_hook);
}

/* Two workers for two cards; the lines of each. */
static void share_out(const char *driver, unsigned counts[2])
{
	const struct media_config config = {.block_samples = BLOCK_SAMPLES, .events_size = 1, .prompts = &prompts, .lines_max = CARDS};
	struct media_pool *pool;

	assert_int_equal(dsp_init(), 0);
	memset(cards, 0, sizeof(cards));
	taste.hook = fxs_hook_defaults;
	assert_int_equal(media_pool_alloc(&pool, &config, 2, now_ns), 0);
	assert_int_equal(media_pool_line_add(&lines[0], pool, driver, "0", &taste, now_ns), 0);
	assert_int_equal(media_pool_line_add(&lines[1], pool, driver, "1", &taste, now_ns), 0);
	for (unsigned i = 0; i < 2; i++)
		counts[i] = media_line_count(media_pool_worker(pool, i));
	assert_null(media_pool_worker(pool, 2));
	media_pool_free(pool);
}

static void test_workers_share_the_lines_out(void **state)
{
	unsigned counts[2];

	(void)state;
	share_out("card", counts);
	assert_int_equal(counts[0], 1);
	assert_int_equal(counts[1], 1);
}

static void test_lines_of_one_bus_have_one_worker(void **state)
{
	unsigned counts[2];

	(void)state;
	share_out("bus", counts);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 0);
}

static void block_comes_after(unsigned ms)
{
	now_ns += (ms - 1) * NS_PER_MS;
	block_passes();
}

/* The card's blocks come 0, 5 and 0 ms late. */
static void test_a_tick_that_begins_late_is_counted(void **state)
{
	struct media_wish wish = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true};
	struct lateness_view view;

	(void)state;
	media_line_wish(lines[0], &wish);
	step_after(1);
	for (unsigned i = 0; i < 10; i++)
		block_comes_after(10);
	media_lateness(media, &view);
	assert_int_equal(view.ticks, 10);
	assert_int_equal(view.worst_us, 0);
	block_comes_after(15);
	block_comes_after(5);
	media_lateness(media, &view);
	assert_int_equal(view.ticks, 12);
	assert_int_equal(view.worst_us, 5000);
	assert_int_equal(view.p50_us, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEDIA_TEST(test_no_tick_of_a_lines_first_call_waits_for_a_page),
		MEDIA_TEST(test_what_a_card_refuses_is_tried_again),
		MEDIA_TEST(test_a_report_is_heard_in_the_next_tick),
		MEDIA_TEST(test_a_line_without_calls_takes_half_of_its_memory_at_most),
		MEDIA_TEST(test_trying_again_does_not_disturb_a_line_that_rings),
		MEDIA_TEST(test_what_a_card_refuses_is_reported_until_the_next_wish),
		MEDIA_TEST(test_a_line_rings_in_the_pattern_that_was_wished),
		MEDIA_TEST(test_a_waiting_call_sounds_in_the_pattern_that_was_wished),
		MEDIA_TEST(test_a_tone_overtakes_what_waits_but_not_speech),
		MEDIA_TEST(test_a_card_out_of_order_does_not_pace_the_others),
		MEDIA_TEST(test_a_card_that_falls_silent_is_replaced_by_the_timer),
		MEDIA_TEST(test_a_lost_edge_heals_within_a_second),
		cmocka_unit_test(test_workers_share_the_lines_out),
		cmocka_unit_test(test_lines_of_one_bus_have_one_worker),
		MEDIA_TEST(test_a_tick_that_begins_late_is_counted),
	};

	return cmocka_run_group_tests_name("gateway/media", tests, NULL, NULL);
}
