/* SPDX-License-Identifier: BSD-3-Clause */
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
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "tests/unit/gateway_media_world.h"

struct card cards[CARDS];
struct media *media;
struct media_line *lines[CARDS];
uint64_t now_ns;
struct media_taste taste;
struct prompts prompts;
long faults;

const struct media_wish talk = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true};
const struct media_wish ring = {.feed = FXS_FEED_IDLE, .tone = MEDIA_TONE_NONE, .sound = true, .ring = true};
const struct media_wish dialling = {.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true,
	.hook_mode = FXS_HOOK_COLLECTING};

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

static long faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

void step(void)
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

int media_test_begin(void **state)
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

int media_test_end(void **state)
{
	(void)state;
	media_free(media);
	return 0;
}

void step_after(unsigned ms)
{
	now_ns += ms * NS_PER_MS;
	step();
}

void block_comes(struct card *card)
{
	const uint64_t one = 1;

	assert_int_equal(write(card->fd, &one, sizeof(one)), sizeof(one));
}

void hook_set(bool off_hook)
{
	cards[0].off_hook = off_hook;
	step_after(1100);
}

void block_passes(void)
{
	block_comes(&cards[0]);
	step_after(1);
}

int heard_peak(const struct card *card)
{
	int peak = 0;

	for (int i = 0; i < 80; i++)
		peak = abs(card->heard[i]) > peak ? abs(card->heard[i]) : peak;
	return peak;
}
