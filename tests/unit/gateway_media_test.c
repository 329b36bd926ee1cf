/* SPDX-License-Identifier: BSD-3-Clause */
/* The media plane on cards that refuse and fail: step by step, over a driver of the test's own. */
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "gateway/media/media.h"
#include "gateway/media/media_line.h"
#include "gateway/media/media_pool.h"
#include "gateway/media/pages.h"

#define NS_PER_MS 1000000ull
#define CARDS     2
#define BLOCK_SAMPLES 80
#define TONE_PEAK 7000

static struct card {
	struct fxs_port port;
	int fd; /* readable: a block has come */
	bool off_hook, sound_on, ringing, fault_untold;
	unsigned first_burst_ms; /* of the cadence that it rings in */
	int feed_err, audio_err, ring_err, echo_err;
	bool echoes;        /* says what it heard in the block before */
	unsigned echo_taps; /* of its own canceller */
	enum fxs_feed feed;
	unsigned written, overtaken;
	int16_t says; /* in every sample */
	double hz;    /* ... or this tone, -10 dBm0; 0: not */
	unsigned said; /* samples of it */
	struct dsp_dtmf_tx *keys; /* what it says instead; NULL: none */
	int16_t heard[FXS_BLOCK_SAMPLES_MAX]; /* the newest block that was written */
} cards[CARDS];

static struct media *media;
static struct media_line *lines[CARDS];
static uint64_t now_ns;

/* What no step may do: allocate, free, or wait for a lock. */
static unsigned forbidden;

#ifndef __SANITIZE_ADDRESS__ /* which has its own */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

void *malloc(size_t size)
{
	forbidden++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	forbidden++;
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	forbidden++;
	return __libc_realloc(memory, size);
}

void free(void *memory)
{
	forbidden++;
	__libc_free(memory);
}

static int (*mutex_lock)(pthread_mutex_t *mutex);

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	forbidden++;
	if (!mutex_lock)
		*(void **)&mutex_lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
	return mutex_lock(mutex);
}
#endif

/* Pages that a step had to wait for. The sanitizer's shadow has its own. */
static long faults;

static long faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static void step(void)
{
	unsigned before = forbidden;
	long faults_before = faults_so_far();

	media_step(media, now_ns);
	faults += faults_so_far() - faults_before;
	assert_int_equal(forbidden, before);
}

/* ---- the driver ---- */

static int bus_open(struct fxs_bus **busp, const struct fxs_bus_config *config)
{
	(void)config;
	*busp = (struct fxs_bus *)cards;
	return 0;
}

static void bus_close(struct fxs_bus *bus)
{
	(void)bus;
}

static int bus_fd(const struct fxs_bus *bus)
{
	(void)bus;
	return -1;
}

static int port_open(struct fxs_port **portp, struct fxs_bus *bus, const struct fxs_port_config *config,
	uint64_t at_ns)
{
	struct card *card = &cards[atoi(config->channel)];

	(void)bus;
	(void)at_ns;
	card->port.driver = &fxs_dummy_driver;
	card->fd = eventfd(0, EFD_NONBLOCK | EFD_SEMAPHORE);
	*portp = &card->port;
	return 0;
}

static void port_close(struct fxs_port *port)
{
	close(((struct card *)port)->fd);
}

static int port_fd(const struct fxs_port *port)
{
	return ((const struct card *)port)->fd;
}

static uint32_t event_mask(const struct fxs_port *port)
{
	(void)port;
	return EPOLLPRI;
}

static int event_read(struct fxs_port *port, uint64_t at_ns, struct fxs_event *event)
{
	struct card *card = (struct card *)port;

	if (!card->fault_untold)
		return EAGAIN;
	card->fault_untold = false;
	*event = (struct fxs_event){.kind = FXS_EVENT_FAULT, .at_ns = at_ns};
	return 0;
}

static int hook_get(struct fxs_port *port, bool *off_hook)
{
	*off_hook = ((struct card *)port)->off_hook;
	return 0;
}

static int audio_start(struct fxs_port *port, uint64_t at_ns)
{
	struct card *card = (struct card *)port;

	(void)at_ns;
	card->sound_on = !card->audio_err;
	return card->audio_err;
}

static int audio_stop(struct fxs_port *port)
{
	((struct card *)port)->sound_on = false;
	return 0;
}

static int sound_read(struct fxs_port *port, int16_t *samples, size_t count)
{
	struct card *card = (struct card *)port;
	uint64_t one;

	for (size_t i = 0; i < count; i++)
		samples[i] = card->echoes ? card->heard[i] : card->says;
	for (size_t i = 0; i < count && card->hz > 0; i++)
		samples[i] = (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * card->hz * card->said++ / FXS_RATE_HZ));
	if (card->keys)
		(void)dsp_dtmf_tx_fill(card->keys, samples, count);
	return read(((struct card *)port)->fd, &one, sizeof(one)) == sizeof(one) ? 0 : EAGAIN;
}

static int sound_write(struct fxs_port *port, const int16_t *samples, size_t count)
{
	struct card *card = (struct card *)port;

	card->written++;
	memcpy(card->heard, samples, count * sizeof(*samples));
	return 0;
}

static unsigned write_overtake(struct fxs_port *port)
{
	((struct card *)port)->overtaken++;
	return 2;
}

static int echo_cancel_set(struct fxs_port *port, unsigned taps)
{
	struct card *card = (struct card *)port;

	if (!card->echo_err)
		card->echo_taps = taps;
	return card->echo_err;
}

static unsigned echo_delay(const struct fxs_port *port)
{
	(void)port;
	return BLOCK_SAMPLES;
}

static int ring_start(struct fxs_port *port, const struct fxs_cadence *cadence, uint64_t at_ns)
{
	struct card *card = (struct card *)port;

	(void)at_ns;
	if (card->ring_err)
		return card->ring_err;
	card->first_burst_ms = cadence->on_off_ms[0];
	card->ringing = true;
	card->feed = FXS_FEED_IDLE;
	return 0;
}

static int ring_stop(struct fxs_port *port, uint64_t at_ns)
{
	(void)at_ns;
	((struct card *)port)->ringing = false;
	return 0;
}

/* As a real card does, it stops to ring when its feed is set. */
static int feed_set(struct fxs_port *port, enum fxs_feed feed, uint64_t at_ns)
{
	struct card *card = (struct card *)port;

	(void)at_ns;
	if (card->feed_err)
		return card->feed_err;
	card->feed = feed;
	card->ringing = false;
	return 0;
}

#define CARD_DRIVER \
	.name = "card", .clock = FXS_CLOCK_PORT, .bus_open = bus_open, .bus_close = bus_close, .bus_fd = bus_fd, \
	.port_open = port_open, .port_close = port_close, .fd = port_fd, .event_mask = event_mask, \
	.event_read = event_read, .hook_get = hook_get, .audio_start = audio_start, .audio_stop = audio_stop, \
	.read = sound_read, .write = sound_write, .write_overtake = write_overtake, .ring_start = ring_start, .ring_stop = ring_stop, \
	.feed_set = feed_set, .echo_cancel_set = echo_cancel_set, .echo_delay = echo_delay

const struct fxs_driver fxs_dummy_driver = {CARD_DRIVER};
static const struct fxs_driver bus_driver = {CARD_DRIVER, .one_bus = true};

const struct fxs_driver *fxs_driver_find(const char *name)
{
	return strcmp(name, "bus") ? &fxs_dummy_driver : &bus_driver;
}

/* ---- */

static struct media_taste taste;
static struct prompts prompts;

static int make(void **state)
{
	const struct media_config config = {.block_samples = BLOCK_SAMPLES, .events_size = 1, .prompts = &prompts, .lines_max = CARDS};

	(void)state;
	assert_int_equal(dsp_init(), 0);
	memset(cards, 0, sizeof(cards));
	now_ns = 1000 * NS_PER_MS;
	taste.hook = fxs_hook_defaults;
	assert_int_equal(media_alloc(&media, &config, now_ns), 0);
	assert_int_equal(media_line_add(&lines[0], media, "card", "0", &taste, now_ns), 0);
	assert_int_equal(media_line_add(&lines[1], media, "card", "1", &taste, now_ns), 0);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	media_free(media);
	return 0;
}

static void step_after(unsigned ms)
{
	now_ns += ms * NS_PER_MS;
	step();
}

static void block_comes(struct card *card)
{
	const uint64_t one = 1;

	assert_int_equal(write(card->fd, &one, sizeof(one)), sizeof(one));
}

static const struct media_wish talk = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true};
static const struct media_wish ring = {.feed = FXS_FEED_IDLE, .tone = MEDIA_TONE_NONE, .sound = true, .ring = true};

/* Digits may come: somebody hears what the telephone says. */
static const struct media_wish dialling = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true,
	.hook_mode = FXS_HOOK_COLLECTING};

/* Found within a second. */
static void hook_set(bool off_hook)
{
	cards[0].off_hook = off_hook;
	step_after(1100);
}

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
		unmake(state);
		taste.echo = MEDIA_ECHO_SOFTWARE;
		taste.echo_tail_ms = 32;
		taste.echo_mutes = true;
		make(state);
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

/* Without the tones, which have no mean. */
static int heard_mean(const struct card *card)
{
	int sum = 0;

	for (int i = 0; i < 80; i++)
		sum += card->heard[i];
	return sum / 80;
}

static int heard_peak(const struct card *card)
{
	int peak = 0;

	for (int i = 0; i < 80; i++)
		peak = abs(card->heard[i]) > peak ? abs(card->heard[i]) : peak;
	return peak;
}

/* In every block the far end says this, which the mu-law tells exactly. */
#define FAR_SAMPLE 7932
static void call_begins(void)
{
	struct media_wish call = talk;
	int16_t samples[2000];

	for (size_t i = 0; i < 2000; i++)
		samples[i] = FAR_SAMPLE;
	call.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	media_line_wish(lines[0], &call);
	step_after(1);
	stream_playout_put(&lines[0]->streams[0].playout, 1, 0, samples, 2000);
}

static void block_passes(void)
{
	block_comes(&cards[0]);
	step_after(1);
}

static void assert_softer_under_a_tone(void)
{
	block_passes();
	assert_in_range(heard_mean(&cards[0]), 4860, 5110); /* on the way to a quarter */
	block_passes();
	assert_in_range(heard_mean(&cards[0]), 1973, 1993);
	assert_true(heard_peak(&cards[0]) > 4000);
	block_passes();
	assert_in_range(heard_mean(&cards[0]), 4850, 5150);
	block_passes();
	assert_int_equal(heard_mean(&cards[0]), FAR_SAMPLE);
	assert_int_equal(heard_peak(&cards[0]), FAR_SAMPLE);
}

static void test_a_beep_is_heard_once_over_the_call(void **state)
{
	struct media_wish beep = talk;
	struct dsp_tone_def *def;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "!1400/20", -10), 0);
	taste.tones[MEDIA_TONE_BEEP] = def;
	call_begins();
	block_passes();
	assert_int_equal(heard_peak(&cards[0]), FAR_SAMPLE);
	beep.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	beep.beep_serial = 1;
	media_line_wish(lines[0], &beep);
	assert_softer_under_a_tone();
	media_line_wish(lines[0], &beep); /* the same */
	block_passes();
	assert_int_equal(heard_peak(&cards[0]), FAR_SAMPLE);
	taste.tones[MEDIA_TONE_BEEP] = NULL;
	dsp_tone_def_free(def);
}

static void test_a_call_is_softer_in_the_bursts_of_the_call_waiting_tone(void **state)
{
	struct media_wish waiting = talk;
	struct dsp_tone_def *def;

	(void)state;
	assert_int_equal(dsp_tone_def_parse(&def, "400/20,0/20", -10), 0);
	taste.waiting_tones[RING_COUNTRY] = def;
	call_begins();
	waiting.streams[0] = (struct stream_wish){.id = 1, .fd = -1, .receives = true};
	waiting.tone = FXS_TONE_CALL_WAITING;
	media_line_wish(lines[0], &waiting);
	assert_softer_under_a_tone();
	assert_softer_under_a_tone();
	taste.waiting_tones[RING_COUNTRY] = NULL;
	media_line_wish(lines[0], &talk);
	step_after(1);
	dsp_tone_def_free(def);
}

static void assert_heard(int16_t first, int16_t last)
{
	block_passes();
	assert_int_equal(cards[0].heard[0], first);
	assert_int_equal(cards[0].heard[79], last);
}

static void test_an_echo_is_what_the_telephone_says(void **state)
{
	struct media_wish echo = talk;

	(void)state;
	cards[0].says = 77;
	media_line_wish(lines[0], &talk);
	assert_heard(0, 0);
	echo.echo = true;
	media_line_wish(lines[0], &echo);
	step_after(1);
	cards[0].says = 78;
	assert_heard(78, 78);
	media_line_wish(lines[0], &talk);
	step_after(1);
	assert_heard(0, 0);
}

/* What it says comes back: louder by the one gain, softer by the other, each alone. */
static void assert_gains(int rx_gain_db, int tx_gain_db, int16_t heard)
{
	struct media_wish echo = talk;

	taste.rx_gain_db = rx_gain_db;
	taste.tx_gain_db = tx_gain_db;
	make(NULL);
	echo.echo = true;
	media_line_wish(lines[0], &echo);
	step_after(1);
	cards[0].says = 1000;
	assert_heard(heard, heard);
	unmake(NULL);
	taste.rx_gain_db = taste.tx_gain_db = 0;
}

static void test_gains_change_what_is_said_and_what_is_heard(void **state)
{
	(void)state;
	assert_gains(0, 0, 1000);
	assert_gains(6, 0, 1995);
	assert_gains(0, -20, 100);
	assert_gains(6, -6, 1000);
}

static void test_a_soft_voice_becomes_louder_where_that_is_wished(void **state)
{
	(void)state;
	taste.level_control = true;
	make(NULL);
	media_line_wish(lines[0], &dialling);
	hook_set(true);
	cards[0].says = 500;
	for (int i = 0; i < 100; i++)
		block_passes();
	assert_in_range(lines[0]->said[BLOCK_SAMPLES - 1], 550, 570); /* 1 dB in a second */
	unmake(NULL);
	taste.level_control = false;
}

static const struct media_fax *fax_reported(void)
{
	static struct media_report report;

	media_line_report(lines[0], &report);
	return &report.faxes[0];
}

static void telephone_sounds(double hz, unsigned ms)
{
	cards[0].hz = hz;
	for (unsigned i = 0; i < ms / 10; i++) {
		now_ns += 10 * NS_PER_MS - NS_PER_MS;
		block_passes();
	}
	cards[0].hz = 0;
}

static void call_of(uint32_t id, bool machine)
{
	struct media_wish call = talk;

	call.hook_mode = FXS_HOOK_IN_CALL;
	call.streams[0] = (struct stream_wish){.id = id, .fd = -1, .sends = true, .receives = true, .ptime_ms = 20, .machine = machine};
	media_line_wish(lines[0], &call);
	step_after(1);
}

static int make_hearing_fax(void **state)
{
	taste.hears_fax = true;
	return make(state);
}

static int unmake_hearing_fax(void **state)
{
	taste.hears_fax = false;
	return unmake(state);
}

static void test_a_fax_at_the_telephone_is_reported_once_for_a_call(void **state)
{
	(void)state;
	call_of(7, false);
	telephone_sounds(440, 1000);
	telephone_sounds(0, 500);
	assert_int_equal(fax_reported()->id, 0);
	telephone_sounds(1100, 500);
	telephone_sounds(0, 400);
	assert_int_equal(fax_reported()->id, 7);
	assert_int_equal(fax_reported()->heard, DSP_FAX_CALLING);
	assert_false(fax_reported()->far);
	telephone_sounds(2100, 1500);
	assert_int_equal(fax_reported()->heard, DSP_FAX_CALLING);
	call_of(8, false); /* another call */
	telephone_sounds(0, 200);
	assert_int_equal(fax_reported()->id, 0);
	telephone_sounds(2100, 1500);
	assert_int_equal(fax_reported()->id, 8);
	assert_int_equal(fax_reported()->heard, DSP_FAX_ANSWERING);
}

static void test_a_fax_at_the_far_end_is_reported(void **state)
{
	int16_t samples[BLOCK_SAMPLES];
	uint32_t timestamp = 0;

	(void)state;
	call_of(7, false);
	for (unsigned i = 0; i < 150; i++) {
		for (unsigned k = 0; k < BLOCK_SAMPLES; k++)
			samples[k] = (int16_t)lrint(TONE_PEAK * sin(2 * M_PI * 2100 * (timestamp + k) / FXS_RATE_HZ));
		stream_playout_put(&lines[0]->streams[0].playout, 1, timestamp, samples, BLOCK_SAMPLES);
		timestamp += BLOCK_SAMPLES;
		now_ns += 9 * NS_PER_MS;
		block_passes();
	}
	assert_int_equal(fax_reported()->id, 7);
	assert_int_equal(fax_reported()->heard, DSP_FAX_ANSWERING);
	assert_true(fax_reported()->far);
}

static void test_half_of_a_tone_in_a_call_and_half_in_the_next_are_no_fax(void **state)
{
	(void)state;
	call_of(7, false);
	telephone_sounds(0, 500);
	telephone_sounds(1100, 500);
	telephone_sounds(0, 100);
	media_line_wish(lines[0], &talk);
	telephone_sounds(0, 1000);
	call_of(8, false);
	telephone_sounds(0, 500);
	assert_int_equal(fax_reported()->id, 0);
}

static void test_where_it_is_off_no_fax_is_heard(void **state)
{
	(void)state;
	call_of(7, false);
	telephone_sounds(1100, 500);
	telephone_sounds(0, 400);
	telephone_sounds(2100, 1500);
	assert_int_equal(fax_reported()->id, 0);
}

static void test_a_machines_sound_is_not_levelled(void **state)
{
	(void)state;
	taste.level_control = taste.high_pass = true;
	make(NULL);
	hook_set(true);
	call_of(7, true);
	cards[0].says = 500;
	for (int i = 0; i < 100; i++)
		block_passes();
	assert_int_equal(lines[0]->said[BLOCK_SAMPLES - 1], 500);
	unmake(NULL);
	taste.level_control = taste.high_pass = false;
}

static void test_words_are_said_once_and_anew_with_another_serial(void **state)
{
	int16_t one[120], two[80];
	struct media_wish say = talk;

	(void)state;
	for (int i = 0; i < 120; i++)
		one[i] = 11;
	for (int i = 0; i < 80; i++)
		two[i] = 22;
	prompts.sounds[1] = (struct sound){one, 120};
	prompts.sounds[2] = (struct sound){two, 80};
	say.prompts = (struct prompt_list){.serial = 1, .count = 2, .prompts = {1, 2}};
	media_line_wish(lines[0], &say);
	step_after(1);
	assert_heard(11, 11);
	say.beep_serial++;
	media_line_wish(lines[0], &say); /* the same words: they go on */
	step_after(1);
	assert_heard(11, 22);
	assert_heard(22, 0);
	assert_heard(0, 0);
	say.prompts.serial = 2;
	media_line_wish(lines[0], &say);
	step_after(1);
	assert_heard(11, 11);
	media_line_wish(lines[0], &talk); /* enough */
	step_after(1);
	assert_heard(0, 0);
}

/* ---- a bridge: two ends, each with its socket and ours ---- */

struct end {
	int fd, ours_fd;
	union address addr, ours;
	struct ua_rtp_sender sender;
	uint8_t bytes[200];
	struct ua_rtp_packet got;
};

static int bound(union address *addr)
{
	socklen_t length = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_int_equal(address_set(addr, "127.0.0.1", 0), 0);
	assert_int_equal(bind(fd, &addr->any, address_size(addr)), 0);
	assert_int_equal(getsockname(fd, &addr->any, &length), 0);
	return fd;
}

static void end_open(struct end *end, uint32_t ssrc)
{
	*end = (struct end){.sender = {.ssrc = ssrc}};
	end->fd = bound(&end->addr);
	end->ours_fd = bound(&end->ours);
}

static void end_close(struct end *end)
{
	close(end->fd);
	close(end->ours_fd);
}

static void end_sends(struct end *end, uint8_t payload_type, const uint8_t *payload, size_t length)
{
	uint8_t bytes[200];
	size_t bytes_length = ua_rtp_sender_packet(&end->sender, bytes, sizeof(bytes), payload_type, false, payload, length, 160);

	assert_int_equal(sendto(end->fd, bytes, bytes_length, 0, &end->ours.any, address_size(&end->ours)), bytes_length);
}

static void end_says(struct end *end, uint8_t payload_type, enum dsp_law law, int16_t sample)
{
	int16_t samples[160];
	uint8_t payload[160];

	for (int i = 0; i < 160; i++)
		samples[i] = sample;
	dsp_g711_encode(law, payload, samples, 160);
	end_sends(end, payload_type, payload, sizeof(payload));
}

static bool end_gets(struct end *end)
{
	ssize_t length = recv(end->fd, end->bytes, sizeof(end->bytes), 0);

	return length > 0 && ua_rtp_decode(&end->got, end->bytes, (size_t)length) == 0;
}

static int16_t end_hears(struct end *end)
{
	int16_t sample = 0;

	if (end_gets(end))
		dsp_g711_decode(end->got.payload_type == 8 ? DSP_LAW_A : DSP_LAW_MU, &sample, end->got.payload + 80, 1);
	return sample;
}

/* The first speaks PCMU, the second PCMA; both take events. */
static struct media_wish bridge_of(const struct end ends[2])
{
	struct media_wish wish = {.feed = FXS_FEED_IDLE, .tone = MEDIA_TONE_NONE};

	for (int i = 0; i < 2; i++) {
		wish.streams[MEDIA_CALLS + i] = (struct stream_wish){
			.id = 7 + (uint32_t)i, .fd = ends[i].ours_fd, .remote = ends[i].addr, .ptime_ms = 20, .sends = true,
			.receives = true, .event_type = 101, .takes = {{101, STREAM_EVENTS}},
		};
		wish.hears[MEDIA_CALLS + i] = (uint8_t)(1u << (MEDIA_CALLS + 1 - i));
	}
	wish.streams[MEDIA_CALLS + 1].codec = DSP_CODEC_PCMA;
	wish.streams[MEDIA_CALLS + 1].payload_type = 8;
	return wish;
}

static struct end ends[2];

static int make_bridge(void **state)
{
	struct media_wish wish;

	make(state);
	end_open(&ends[0], 1);
	end_open(&ends[1], 2);
	wish = bridge_of(ends);
	media_line_wish(lines[0], &wish);
	step_after(1);
	return 0;
}

static int unmake_bridge(void **state)
{
	end_close(&ends[0]);
	end_close(&ends[1]);
	return unmake(state);
}

static void two_blocks_pass(void)
{
	block_passes();
	block_passes();
}

static void assert_two_hear_each_other(void)
{
	end_says(&ends[0], 0, DSP_LAW_MU, 4000);
	end_says(&ends[1], 8, DSP_LAW_A, -8000);
	two_blocks_pass();
	assert_in_range(end_hears(&ends[1]), 3900, 4100);
	assert_int_equal(ends[1].got.payload_type, 8);
	assert_in_range(-end_hears(&ends[0]), 7500, 8500);
	assert_int_equal(ends[0].got.payload_type, 0);
}

static void test_two_talk_past_a_telephone_that_is_hung_up(void **state)
{
	(void)state;
	assert_true(cards[0].sound_on);
	assert_int_equal(cards[0].feed, FXS_FEED_IDLE);
	cards[0].says = 2000;
	assert_two_hear_each_other();
	assert_int_equal(heard_peak(&cards[0]), 0);
	media_line_wish(lines[0], &(struct media_wish){.tone = MEDIA_TONE_NONE});
	step_after(1);
	assert_false(cards[0].sound_on);
}

static void test_a_telephone_is_used_beside_a_bridge(void **state)
{
	struct media_wish wish = bridge_of(ends);
	struct end third;

	(void)state;
	end_open(&third, 3);
	wish.feed = FXS_FEED_ACTIVE;
	wish.sound = true;
	wish.streams[0] = (struct stream_wish){
		.id = 9, .fd = third.ours_fd, .remote = third.addr, .ptime_ms = 20, .sends = true, .receives = true,
	};
	media_line_wish(lines[0], &wish);
	step_after(1);
	cards[0].says = 2000;
	end_says(&third, 0, DSP_LAW_MU, 1000);
	assert_two_hear_each_other();
	assert_in_range(heard_peak(&cards[0]), 960, 1040);
	assert_in_range(end_hears(&third), 1950, 2050);
	end_close(&third);
}

/* Both take events. */
static struct media_wish three_way_of(const struct end parties[2])
{
	struct media_wish wish = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true, .hook_mode = FXS_HOOK_IN_CALL};

	for (int i = 0; i < 2; i++) {
		wish.streams[i] = (struct stream_wish){
			.id = 20 + (uint32_t)i, .fd = parties[i].ours_fd, .remote = parties[i].addr, .ptime_ms = 20, .sends = true,
			.receives = true, .event_type = 101,
		};
		wish.hears[i] = (uint8_t)(1u << (1 - i));
	}
	return wish;
}

static bool is_silent(const struct end *end)
{
	unsigned silent = 0;

	for (size_t i = 0; i < end->got.payload_length; i++)
		silent += end->got.payload[i] == 0xff;
	return silent >= BLOCK_SAMPLES;
}

/* Too short for digits, but long enough to be suspected; no two begin alike. */
static void test_a_suspected_key_silences_no_other_party(void **state)
{
	struct media_wish wish = three_way_of(ends);
	unsigned packets = 0, suspected = 0;

	(void)state;
	assert_int_equal(dsp_dtmf_tx_alloc(&cards[0].keys), 0);
	assert_int_equal(dsp_dtmf_tx_push(cards[0].keys, "5555555555", 28, 49), 0);
	media_line_wish(lines[0], &wish);
	hook_set(true);
	for (int i = 0; i < 50; i++) {
		end_says(&ends[1], 0, DSP_LAW_MU, 4000);
		for (int half = 0; half < 2; half++) {
			block_passes();
			suspected += dsp_dtmf_rx_suspects(lines[0]->dtmf);
		}
		while (end_gets(&ends[0])) {
			assert_int_equal(ends[0].got.payload_type, 0);
			assert_false(packets++ > 5 && is_silent(&ends[0]));
		}
		while (end_gets(&ends[1]))
			;
	}
	assert_true(suspected > 5);
	assert_true(packets > 40);
	dsp_dtmf_tx_free(cards[0].keys);
	cards[0].keys = NULL;
}

static void test_a_card_out_of_order_still_bridges(void **state)
{
	struct media_wish wish = bridge_of(ends);

	(void)state;
	cards[0].fault_untold = true;
	cards[0].audio_err = ENODEV;
	media_line_wish(lines[0], &talk);
	step_after(1);
	media_line_wish(lines[0], &(struct media_wish){.tone = MEDIA_TONE_NONE});
	step_after(1);
	media_line_wish(lines[0], &wish);
	for (int i = 0; i < 200 && !end_gets(&ends[0]); i++)
		step_after(10);
	assert_int_equal(ends[0].got.ssrc, lines[0]->streams[MEDIA_CALLS].sender.ssrc);
	assert_true(ends[0].got.payload_length == 160);
}

static void event_comes(uint8_t end_bit, uint16_t duration)
{
	const uint8_t payload[] = {5, (uint8_t)(end_bit | 10), (uint8_t)(duration >> 8), (uint8_t)duration};
	uint32_t began = ends[0].sender.timestamp;

	end_sends(&ends[0], 101, payload, sizeof(payload));
	ends[0].sender.timestamp = began;
}

static void test_a_key_goes_on_as_an_event(void **state)
{
	bool ended = false;

	(void)state;
	event_comes(0, 160);
	two_blocks_pass();
	assert_true(end_gets(&ends[1]));
	assert_int_equal(ends[1].got.payload_type, 101);
	assert_int_equal(ends[1].got.payload[0], 5);
	event_comes(0x80, 640);
	for (int i = 0; i < 20; i++) {
		two_blocks_pass();
		while (end_gets(&ends[1])) {
			ended = ended || (ends[1].got.payload_type == 101 && ends[1].got.payload[1] & 0x80 &&
				ends[1].got.payload[2] * 256 + ends[1].got.payload[3] == 640);
			if (ends[1].got.payload_type == 8)
				assert_int_equal(end_hears(&ends[1]), 0);
		}
	}
	assert_true(ended);
}

static void test_a_key_of_a_party_that_is_replaced_ends(void **state)
{
	struct media_wish wish = bridge_of(ends);
	int16_t last = 0;

	(void)state;
	event_comes(0, 400);
	two_blocks_pass();
	wish.streams[MEDIA_CALLS].id = 17;
	media_line_wish(lines[0], &wish);
	step_after(1);
	for (int i = 0; i < 20; i++) {
		end_says(&ends[0], 0, DSP_LAW_MU, 4000);
		two_blocks_pass();
		while (end_gets(&ends[1])) {
			if (ends[1].got.payload_type == 8)
				dsp_g711_decode(DSP_LAW_A, &last, ends[1].got.payload + 80, 1);
		}
	}
	assert_in_range(last, 3900, 4100);
}

static void test_a_key_whose_end_is_lost_ends(void **state)
{
	bool ended = false;

	(void)state;
	event_comes(0, 400);
	for (int i = 0; i < 20; i++) {
		two_blocks_pass();
		while (end_gets(&ends[1]))
			ended = ended || (ends[1].got.payload_type == 101 && ends[1].got.payload[1] & 0x80);
	}
	assert_true(ended);
}

static void test_a_key_becomes_a_tone_for_an_end_without_events(void **state)
{
	struct media_wish wish = bridge_of(ends);
	bool sounds = false;

	(void)state;
	wish.streams[MEDIA_CALLS + 1].event_type = 0;
	media_line_wish(lines[0], &wish);
	step_after(1);
	event_comes(0, 160);
	for (int i = 0; i < 5; i++) {
		two_blocks_pass();
		while (end_gets(&ends[1])) {
			assert_int_equal(ends[1].got.payload_type, 8);
			for (size_t j = 0; j < ends[1].got.payload_length; j++)
				sounds = sounds || (ends[1].got.payload[j] & 0x7f) < 0x40;
		}
	}
	assert_true(sounds);
}

static void test_a_stream_that_becomes_an_end_of_a_bridge_goes_on(void **state)
{
	struct media_wish wish = bridge_of(ends), call = talk;
	uint16_t sequence;

	(void)state;
	media_line_wish(lines[0], &talk);
	step_after(1);
	call.streams[1] = wish.streams[MEDIA_CALLS];
	media_line_wish(lines[0], &call);
	step_after(1);
	two_blocks_pass();
	assert_true(end_gets(&ends[0]));
	sequence = ends[0].got.sequence;
	media_line_wish(lines[0], &wish);
	step_after(1);
	two_blocks_pass();
	assert_true(end_gets(&ends[0]));
	assert_int_equal(ends[0].got.sequence, (uint16_t)(sequence + 1));
	assert_int_equal(lines[0]->streams[1].wish.id, 0);
	while (end_gets(&ends[1]))
		;
	assert_two_hear_each_other();
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

/* ---- echo ---- */

static int make_echo(enum media_echo echo, void **state)
{
	int err;

	taste.echo = (uint8_t)echo;
	taste.echo_tail_ms = 8;
	err = make(state);
	cards[0].echoes = true;
	taste.echo = MEDIA_ECHO_OFF;
	return err;
}

static int make_software(void **state)
{
	return make_echo(MEDIA_ECHO_SOFTWARE, state);
}

/* What the telephone says, as the line takes it, after two seconds of a tone that its hybrid sends back: its largest sample. */
static int echo_of_a_tone(void)
{
	struct media_wish wish = dialling;
	struct dsp_tone_def *tone;
	int largest = 0;

	assert_int_equal(dsp_tone_def_parse(&tone, "350+440", -13), 0);
	taste.tones[FXS_TONE_DIAL] = tone;
	wish.tone = FXS_TONE_DIAL;
	media_line_wish(lines[0], &wish);
	hook_set(true);
	for (int i = 0; i < 200; i++) {
		step_after(10);
		block_comes(&cards[0]);
		step();
	}
	for (int i = 0; i < BLOCK_SAMPLES; i++)
		largest = abs(lines[0]->said[i]) > largest ? abs(lines[0]->said[i]) : largest;
	taste.tones[FXS_TONE_DIAL] = NULL;
	dsp_tone_def_free(tone);
	return largest;
}

static void test_what_comes_back_of_what_the_telephone_hears_is_taken_out(void **state)
{
	(void)state;
	assert_in_range(echo_of_a_tone(), 0, 20);
}

static void test_with_echo_off_it_is_not(void **state)
{
	(void)state;
	cards[0].echoes = true;
	assert_in_range(echo_of_a_tone(), 1000, INT16_MAX);
}

/* Hung up after a call, which may still become a flash: no stream, and digits only over a closed loop. */
static void test_what_nobody_hears_is_not_cleaned(void **state)
{
	struct media_wish echo = dialling;

	(void)state;
	media_line_wish(lines[0], &dialling);
	hook_set(true);
	block_passes();
	assert_false(lines[0]->echo.skipped);
	hook_set(false);
	block_passes();
	assert_true(lines[0]->echo.skipped);
	echo.echo = true;
	media_line_wish(lines[0], &echo);
	block_passes();
	assert_false(lines[0]->echo.skipped);
}

/* Whose tail is a power of two of taps, 64 for 8 ms. */
static void test_the_cards_own_canceller_is_on_while_sound_is(void **state)
{
	struct media_report report;

	(void)state;
	taste.echo = MEDIA_ECHO_KERNEL;
	taste.echo_tail_ms = 33;
	media_line_wish(lines[0], &talk);
	step_after(1);
	assert_int_equal(cards[0].echo_taps, 512);
	media_line_wish(lines[0], &(struct media_wish){.tone = MEDIA_TONE_NONE});
	step_after(1);
	assert_int_equal(cards[0].echo_taps, 0);
	cards[1].echo_err = ENOTSUP;
	media_line_wish(lines[1], &talk);
	step_after(1);
	media_line_report(lines[1], &report);
	assert_int_equal(report.refusal, ENOTSUP);
	taste.echo = MEDIA_ECHO_OFF;
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

#define ECHO_TEST(test) cmocka_unit_test_setup_teardown(test, make_software, unmake)
#define MEDIA_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)
#define BRIDGE_TEST(test) cmocka_unit_test_setup_teardown(test, make_bridge, unmake_bridge)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEDIA_TEST(test_no_tick_of_a_lines_first_call_waits_for_a_page),
		MEDIA_TEST(test_what_a_card_refuses_is_tried_again),
		MEDIA_TEST(test_a_line_without_calls_takes_half_of_its_memory_at_most),
		MEDIA_TEST(test_trying_again_does_not_disturb_a_line_that_rings),
		MEDIA_TEST(test_what_a_card_refuses_is_reported_until_the_next_wish),
		MEDIA_TEST(test_a_line_rings_in_the_pattern_that_was_wished),
		MEDIA_TEST(test_a_waiting_call_sounds_in_the_pattern_that_was_wished),
		MEDIA_TEST(test_a_tone_overtakes_what_waits_but_not_speech),
		MEDIA_TEST(test_a_beep_is_heard_once_over_the_call),
		MEDIA_TEST(test_a_call_is_softer_in_the_bursts_of_the_call_waiting_tone),
		MEDIA_TEST(test_an_echo_is_what_the_telephone_says),
		cmocka_unit_test(test_gains_change_what_is_said_and_what_is_heard),
		cmocka_unit_test(test_a_soft_voice_becomes_louder_where_that_is_wished),
		cmocka_unit_test(test_a_machines_sound_is_not_levelled),
		cmocka_unit_test_setup_teardown(test_a_fax_at_the_telephone_is_reported_once_for_a_call, make_hearing_fax, unmake_hearing_fax),
		cmocka_unit_test_setup_teardown(test_a_fax_at_the_far_end_is_reported, make_hearing_fax, unmake_hearing_fax),
		cmocka_unit_test_setup_teardown(test_half_of_a_tone_in_a_call_and_half_in_the_next_are_no_fax, make_hearing_fax, unmake_hearing_fax),
		cmocka_unit_test_setup_teardown(test_where_it_is_off_no_fax_is_heard, make, unmake),
		MEDIA_TEST(test_words_are_said_once_and_anew_with_another_serial),
		BRIDGE_TEST(test_two_talk_past_a_telephone_that_is_hung_up),
		BRIDGE_TEST(test_a_telephone_is_used_beside_a_bridge),
		BRIDGE_TEST(test_a_card_out_of_order_still_bridges),
		BRIDGE_TEST(test_a_suspected_key_silences_no_other_party),
		BRIDGE_TEST(test_a_key_goes_on_as_an_event),
		BRIDGE_TEST(test_a_key_of_a_party_that_is_replaced_ends),
		BRIDGE_TEST(test_a_key_whose_end_is_lost_ends),
		BRIDGE_TEST(test_a_key_becomes_a_tone_for_an_end_without_events),
		BRIDGE_TEST(test_a_stream_that_becomes_an_end_of_a_bridge_goes_on),
		MEDIA_TEST(test_a_card_out_of_order_does_not_pace_the_others),
		MEDIA_TEST(test_a_card_that_falls_silent_is_replaced_by_the_timer),
		MEDIA_TEST(test_a_lost_edge_heals_within_a_second),
		ECHO_TEST(test_what_comes_back_of_what_the_telephone_hears_is_taken_out),
		MEDIA_TEST(test_with_echo_off_it_is_not),
		ECHO_TEST(test_what_nobody_hears_is_not_cleaned),
		MEDIA_TEST(test_the_cards_own_canceller_is_on_while_sound_is),
		cmocka_unit_test(test_workers_share_the_lines_out),
		cmocka_unit_test(test_lines_of_one_bus_have_one_worker),
		MEDIA_TEST(test_a_tick_that_begins_late_is_counted),
	};

	return cmocka_run_group_tests_name("gateway/media", tests, NULL, NULL);
}
