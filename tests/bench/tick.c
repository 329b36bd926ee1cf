/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The media tick in virtual time, to have its instructions counted (callgrind, --toggle-collect=bench_ticks): LINES lines
 * that are off-hook, each with a stream to itself over sockets of its own, or without, served for TICKS blocks.
 * Nothing in it depends on the clock or on other processes, so that the count repeats.
 *
 * echo: a stream, and echo cancelling of 32 ms.
 * bridged: hung up, and two streams of it talk to each other. held: what is sent is the hold sound. waiting: the stream, and a tone over it that makes it softer.
 *
 * idle: all but the first, which has a stream, are on-hook.
 *
 * usage: tick LINES stream|echo|bridged|held|waiting|silent|dialling|idle TICKS
 * Also tells how much processor time a line takes in 20 ms, which does depend on what else the machine does: the least of ten parts of the ticks.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dsp/dsp.h"
#include "gateway/media/media.h"

#define BLOCK_SAMPLES 80
#define BLOCK_NS      10000000ull
#define START_NS      1000000000ull
#define PTIME_MS      20
#define PLAYOUT_MS    10
#define ECHO_TAIL_MS  32
#define SETTLE_TICKS  20 /* before the counting: playout is full, the tables are made */
#define TIMED_PARTS   10
#define TONE_TEXT     "350+440"
#define TONE_DBM0     (-13)

struct bench {
	struct media *media;
	struct media_line *first;
	uint64_t now_ns;
};

/* A socket that sends to itself: what a line says comes back at the next tick. */
static int socket_open(union address *own)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socklen_t length = sizeof(*own);

	if (fd < 0 || address_set(own, "127.0.0.1", 0) || bind(fd, &own->any, address_size(own)) ||
		getsockname(fd, &own->any, &length)) {
		perror("tick: socket");
		exit(EXIT_FAILURE);
	}
	return fd;
}

static struct stream_wish stream_of(uint32_t id, uint32_t ssrc)
{
	struct stream_wish stream = {.id = id, .codec = DSP_CODEC_PCMA, .payload_type = 8, .ptime_ms = PTIME_MS,
		.sends = true, .receives = true, .playout = {.start_ms = PLAYOUT_MS, .min_ms = PLAYOUT_MS, .max_ms = 400}, .sender = {.ssrc = ssrc}};

	union address reports;

	stream.fd = socket_open(&stream.remote);
	stream.rtcp_fd = socket_open(&reports);
	return stream;
}

static struct media_wish bridge_of(unsigned number)
{
	struct media_wish wish = {.feed = FXS_FEED_IDLE, .tone = MEDIA_TONE_NONE};

	for (unsigned i = 0; i < 2; i++) {
		wish.streams[MEDIA_CALLS + i] = stream_of(1 + i, 2 * number + i);
		wish.hears[MEDIA_CALLS + i] = (uint8_t)(1u << (MEDIA_CALLS + 1 - i));
	}
	return wish;
}

static bool is_idle(const char *kind, unsigned number)
{
	return !strcmp(kind, "idle") && number > 0;
}

static struct media_wish wish_of(const char *kind, unsigned number)
{
	struct media_wish wish = {
		.feed = FXS_FEED_ACTIVE,
		.hook_mode = FXS_HOOK_IN_CALL,
		.tone = MEDIA_TONE_NONE,
		.sound = true,
	};

	if (is_idle(kind, number))
		return (struct media_wish){.feed = FXS_FEED_IDLE, .tone = MEDIA_TONE_NONE};
	if (!strcmp(kind, "bridged"))
		return bridge_of(number);
	if (!strcmp(kind, "dialling")) {
		wish.hook_mode = FXS_HOOK_COLLECTING;
		wish.tone = FXS_TONE_DIAL;
		wish.tone_serial = 1;
	}
	if (!strcmp(kind, "dialling") || !strcmp(kind, "silent"))
		return wish;
	if (!strcmp(kind, "waiting"))
		wish.tone = FXS_TONE_CALL_WAITING;
	wish.streams[0] = stream_of(1, number);
	wish.streams[0].plays_hold = !strcmp(kind, "held");
	return wish;
}

static void lines_add(struct bench *bench, unsigned lines, const char *kind, const struct media_taste *taste)
{
	for (unsigned i = 0; i < lines; i++) {
		struct media_wish wish = wish_of(kind, i);
		struct media_line *line;
		char channel[32];

		snprintf(channel, sizeof(channel), "%s-%u", is_idle(kind, i) ? "idle" : "open", i);
		if (media_line_add(&line, bench->media, "dummy", channel, taste, bench->now_ns)) {
			fputs("tick: a line cannot be added\n", stderr);
			exit(EXIT_FAILURE);
		}
		media_line_wish(line, &wish);
		if (!bench->first)
			bench->first = line;
	}
}

/* What is counted. Not static, so that its name is found. */
void bench_ticks(struct bench *bench, unsigned ticks);

__attribute__((noinline)) void bench_ticks(struct bench *bench, unsigned ticks)
{
	for (unsigned i = 0; i < ticks; i++) {
		bench->now_ns += BLOCK_NS;
		media_step(bench->media, bench->now_ns);
	}
}

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The least of ten parts of the ticks, for one line and 20 ms. */
static double ticks_timed(struct bench *bench, unsigned lines, unsigned ticks)
{
	unsigned part = ticks >= TIMED_PARTS ? ticks / TIMED_PARTS : 1;
	double least = 1e9;

	for (unsigned done = 0; done < ticks; done += part) {
		double start = cpu_us(), spent;

		bench_ticks(bench, part);
		spent = (cpu_us() - start) * PTIME_MS * 1e6 / BLOCK_NS / part / lines;
		least = spent < least ? spent : least;
	}
	return least;
}

static unsigned ticks_served(const struct bench *bench)
{
	struct media_report report;

	media_line_report(bench->first, &report);
	return report.ticks;
}

int main(int argc, char **argv)
{
	struct media_config config = {.block_samples = BLOCK_SAMPLES, .events_size = EVENT_QUEUE_MAX};
	static int16_t hold[1000];
	struct media_taste taste = {.hook = fxs_hook_defaults, .hold = {hold, sizeof(hold) / sizeof(hold[0])}};
	struct bench bench = {.now_ns = START_NS};
	struct dsp_tone_def *tone;
	double line_us;
	unsigned ticks;

	if (argc != 4)
		return 2;
	config.lines_max = (unsigned)atoi(argv[1]);
	ticks = (unsigned)atoi(argv[3]);
	if (dsp_init() || dsp_tone_def_parse(&tone, TONE_TEXT, TONE_DBM0) ||
	    media_alloc(&bench.media, &config, START_NS))
		return EXIT_FAILURE;
	taste.tones[FXS_TONE_DIAL] = taste.waiting_tones[0] = tone;
	taste.echo = strcmp(argv[2], "echo") ? MEDIA_ECHO_OFF : MEDIA_ECHO_SOFTWARE;
	taste.echo_tail_ms = ECHO_TAIL_MS;
	taste.echo_mutes = true;
	taste.hears_fax = true;
	lines_add(&bench, config.lines_max, argv[2], &taste);
	media_step(bench.media, bench.now_ns);
	for (unsigned i = 0; i < SETTLE_TICKS; i++)
		media_step(bench.media, bench.now_ns += BLOCK_NS);
	line_us = ticks_timed(&bench, config.lines_max, ticks);
	printf("served %u\nline_us %.2f\n", ticks_served(&bench), line_us);
	media_free(bench.media);
	dsp_tone_def_free(tone);
	return EXIT_SUCCESS;
}
