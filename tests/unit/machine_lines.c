/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "gateway/media/media.h"
#include "gateway/media/media_line.h"
#include "gateway/taste.h"
#include "tests/unit/machine_lines.h"

#define NS_PER_MS     1000000ull
#define BLOCK_NS      (10 * NS_PER_MS)
#define TAPS          96
#define ERL_DB        12.0
#define LOOP_GAIN     0.708 /* 3 dB */
#define NOISE_PEAK    2.0
#define SIDE_TONE     0.1
#define PACKETS_MAX   64
#define PACKET_BYTES  500
#define EVENT_TYPE    101
#define RED_TYPE      102
#define SECOND_PHASE_NS (3 * NS_PER_MS) /* the gateways' ticks are not at one time */

struct card {
	struct fxs_port port;
	int fd;
	const struct machine *machine;
	double history[TAPS + LINES_BLOCK]; /* what went to the machine */
	double taps[TAPS];
	uint32_t noise;
	int16_t written[LINES_BLOCK]; /* the newest block: it goes to the machine during the next one */
	int16_t says[LINES_BLOCK];
};

struct gateway_end {
	struct card card;
	struct media *media;
	struct media_line *line;
	struct taste *taste;
	struct media_taste media_taste;
	struct media_wish wish;
	bool machine;
	int fd, network_fd;          /* its socket, and the network's where it sends to */
	union address addr, network_addr;
	uint64_t ticks;
	struct packet {
		uint64_t due_ns;
		size_t length;           /* 0: free */
		uint8_t bytes[PACKET_BYTES];
	} packets[PACKETS_MAX];      /* on their way to it, in order */
	unsigned first, count;
	uint64_t last_due_ns;
	unsigned lost;
};

struct lines {
	struct lines_config config;
	struct gateway_end ends[LINES];
	uint64_t now_ns;
	uint32_t seed;
};

static struct lines *the_lines; /* the driver's */

static double random_share(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) / (double)(1 << 24);
}

/* ---- the line ---- */

/* Some damped waves, as a hybrid that is matched to the line but for a few of its frequencies. */
static void hybrid_make(double *taps, uint32_t seed)
{
	double energy = 0;

	for (int i = 0; i < TAPS; i++)
		taps[i] = 0;
	for (int wave = 0; wave < 4; wave++) {
		double hz = 300 + 2800 * random_share(&seed), phase = 2 * M_PI * random_share(&seed), decay = 6 + 10 * random_share(&seed);

		for (int i = 4; i < TAPS; i++)
			taps[i] += exp(-(i - 4) / decay) * cos(2 * M_PI * hz * i / FXS_RATE_HZ + phase);
	}
	for (int i = 0; i < TAPS; i++)
		energy += taps[i] * taps[i];
	for (int i = 0; i < TAPS; i++)
		taps[i] *= pow(10, -ERL_DB / 20) / sqrt(energy);
}

static int16_t within(double sample)
{
	return (int16_t)lrint(sample < -32768 ? -32768 : sample > 32767 ? 32767 : sample);
}

static void law_round(int16_t *samples, size_t count)
{
	uint8_t codes[LINES_BLOCK];

	dsp_g711_encode(DSP_LAW_MU, codes, samples, count);
	dsp_g711_decode(DSP_LAW_MU, samples, codes, count);
}

static double echo_at(const struct card *card, int i)
{
	double sum = 0;

	for (int tap = 0; tap < TAPS; tap++)
		sum += card->taps[tap] * card->history[TAPS + i - tap];
	return sum;
}

/* One block passes on the wires. */
static void wires_pass(struct card *card)
{
	int16_t hears[LINES_BLOCK], says[LINES_BLOCK] = {0};

	memmove(card->history, card->history + LINES_BLOCK, TAPS * sizeof(*card->history));
	card->machine->say(card->machine->arg, says, LINES_BLOCK);
	for (int i = 0; i < LINES_BLOCK; i++) {
		card->history[TAPS + i] = card->written[i];
		hears[i] = within(card->written[i] * LOOP_GAIN + says[i] * SIDE_TONE);
	}
	card->machine->hear(card->machine->arg, hears, LINES_BLOCK);
	for (int i = 0; i < LINES_BLOCK; i++)
		card->says[i] = within(says[i] * LOOP_GAIN + echo_at(card, i) + NOISE_PEAK * 2 * (random_share(&card->noise) - 0.5));
	law_round(card->says, LINES_BLOCK);
}

/* ---- the driver ---- */

static int bus_open(struct fxs_bus **busp, const struct fxs_bus_config *config)
{
	(void)config;
	*busp = (struct fxs_bus *)the_lines;
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

static int port_open(struct fxs_port **portp, struct fxs_bus *bus, const struct fxs_port_config *config, uint64_t at_ns)
{
	struct card *card = &the_lines->ends[atoi(config->channel)].card;

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
	(void)port;
	(void)at_ns;
	(void)event;
	return EAGAIN;
}

static int hook_get(struct fxs_port *port, bool *off_hook)
{
	(void)port;
	*off_hook = true;
	return 0;
}

static int audio_set(struct fxs_port *port, uint64_t at_ns)
{
	(void)port;
	(void)at_ns;
	return 0;
}

static int audio_stop(struct fxs_port *port)
{
	(void)port;
	return 0;
}

static int sound_read(struct fxs_port *port, int16_t *samples, size_t count)
{
	struct card *card = (struct card *)port;
	uint64_t one;

	memcpy(samples, card->says, count * sizeof(*samples));
	return read(card->fd, &one, sizeof(one)) == sizeof(one) ? 0 : EAGAIN;
}

static int sound_write(struct fxs_port *port, const int16_t *samples, size_t count)
{
	struct card *card = (struct card *)port;

	memcpy(card->written, samples, count * sizeof(*samples));
	law_round(card->written, count);
	return 0;
}

static unsigned write_overtake(struct fxs_port *port)
{
	(void)port;
	return 0;
}

static unsigned echo_delay(const struct fxs_port *port)
{
	(void)port;
	return LINES_BLOCK;
}

static int ring_start(struct fxs_port *port, const struct fxs_cadence *cadence, uint64_t at_ns)
{
	(void)cadence;
	return audio_set(port, at_ns);
}

static int feed_set(struct fxs_port *port, enum fxs_feed feed, uint64_t at_ns)
{
	(void)feed;
	return audio_set(port, at_ns);
}

const struct fxs_driver fxs_dummy_driver = {
	.name = "dummy", .clock = FXS_CLOCK_PORT, .bus_open = bus_open, .bus_close = bus_close, .bus_fd = bus_fd,
	.port_open = port_open, .port_close = port_close, .fd = port_fd, .event_mask = event_mask, .event_read = event_read,
	.hook_get = hook_get, .audio_start = audio_set, .audio_stop = audio_stop, .read = sound_read, .write = sound_write,
	.write_overtake = write_overtake, .ring_start = ring_start, .ring_stop = audio_set, .feed_set = feed_set, .echo_delay = echo_delay,
};

/* ---- the network ---- */

static int socket_open(union address *addr)
{
	socklen_t length = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_int_equal(address_set(addr, "127.0.0.1", 0), 0);
	assert_int_equal(bind(fd, &addr->any, address_size(addr)), 0);
	assert_int_equal(getsockname(fd, &addr->any, &length), 0);
	return fd;
}

static uint64_t jitter_ns(struct lines *lines)
{
	if (lines->config.jitter_ms <= 0)
		return 0;
	return (uint64_t)(-log(1 - random_share(&lines->seed)) * lines->config.jitter_ms / 2 * (double)NS_PER_MS);
}

static void packet_enter(struct lines *lines, struct gateway_end *to, const uint8_t *bytes, size_t length)
{
	struct packet *packet = &to->packets[(to->first + to->count) % PACKETS_MAX];
	uint64_t due_ns = lines->now_ns + lines->config.delay_ms * NS_PER_MS + jitter_ns(lines);

	if (random_share(&lines->seed) < lines->config.loss) {
		to->lost++;
		return;
	}
	assert_true(to->count++ < PACKETS_MAX && length <= PACKET_BYTES);
	to->last_due_ns = due_ns > to->last_due_ns ? due_ns : to->last_due_ns;
	packet->due_ns = to->last_due_ns;
	packet->length = length;
	memcpy(packet->bytes, bytes, length);
}

/* Takes what an end has sent. */
static void network_take(struct lines *lines, int from)
{
	uint8_t bytes[PACKET_BYTES];
	ssize_t length;

	while ((length = recv(lines->ends[from].network_fd, bytes, sizeof(bytes), 0)) > 0)
		packet_enter(lines, &lines->ends[!from], bytes, (size_t)length);
}

static void network_give(const struct lines *lines, struct gateway_end *end)
{
	for (; end->count && end->packets[end->first].due_ns <= lines->now_ns; end->count--) {
		const struct packet *packet = &end->packets[end->first];

		(void)sendto(end->network_fd, packet->bytes, packet->length, 0, &end->addr.any, address_size(&end->addr));
		end->first = (end->first + 1) % PACKETS_MAX;
	}
}

/* ---- control ---- */

static struct config_profile profile_of(const struct lines_config *config)
{
	return (struct config_profile){
		.country = {"us"}, .tone_level_dbm0 = -16, .use = config->use, .hold_sound = {CONFIG_HOLD_SILENCE}, .echo = MEDIA_ECHO_SOFTWARE,
		.echo_tail_ms = 32, .fax_detect = config->fax_detect, .flash_min_ms = 80, .flash_max_ms = 1200,
	};
}

/* As gateway/line/line.c and gateway/leg/leg.c have it, with the defaults of playout_ms, playout_min_ms, playout_max_ms and playout_machine_ms. */
static struct playout_config playout_of(enum use use, bool machine)
{
	bool fixed = use_traits(use)->fixed_playout || machine;

	return (struct playout_config){.start_ms = fixed ? 80 : 10, .min_ms = 10, .max_ms = 400, .fixed = fixed};
}

static struct stream_wish stream_of(const struct lines_config *config, const struct gateway_end *end)
{
	return (struct stream_wish){
		.id = 1, .fd = end->fd, .rtcp_fd = -1, .remote = end->network_addr, .codec = DSP_CODEC_PCMU, .ptime_ms = 20, .sends = true,
		.receives = true, .sender = {.ssrc = (uint32_t)end->fd}, .machine = end->machine,
		.event_type = config->key_events && !end->machine ? EVENT_TYPE : 0, .takes = {{EVENT_TYPE, STREAM_EVENTS}, {RED_TYPE, STREAM_RED}},
		.red_type = config->redundant ? RED_TYPE : 0,
		.playout = playout_of(config->use, end->machine),
	};
}

static void control_wish(const struct lines_config *config, struct gateway_end *end)
{
	end->wish = (struct media_wish){.feed = FXS_FEED_ACTIVE, .tone = MEDIA_TONE_NONE, .sound = true, .hook_mode = FXS_HOOK_IN_CALL};
	end->wish.streams[0] = stream_of(config, end);
	media_line_wish(end->line, &end->wish);
}

static void control_serve(const struct lines_config *config, struct gateway_end *end)
{
	struct media_report report;

	if (!media_changed(end->media))
		return;
	media_line_report(end->line, &report);
	if (!report.faxes[0].id || end->machine)
		return;
	end->machine = true;
	control_wish(config, end);
}

/* ---- all together ---- */

static void end_make(struct lines *lines, int n, const struct machine *machine)
{
	const struct media_config config = {.block_samples = LINES_BLOCK, .events_size = 16, .lines_max = 1};
	struct gateway_end *end = &lines->ends[n];
	const struct config_profile profile = profile_of(&lines->config);
	const char channel[] = {(char)('0' + n), 0};

	end->card.machine = machine;
	end->card.noise = lines->config.seed + (uint32_t)n;
	hybrid_make(end->card.taps, lines->config.seed * 2 + (uint32_t)n);
	end->fd = socket_open(&end->addr);
	end->network_fd = socket_open(&end->network_addr);
	assert_int_equal(taste_alloc(&end->taste, &profile), 0);
	assert_int_equal(media_alloc(&end->media, &config, lines->now_ns), 0);
	assert_int_equal(media_line_add(&end->line, end->media, "dummy", channel, taste_media(end->taste), lines->now_ns), 0);
	control_wish(&lines->config, end);
	media_step(end->media, lines->now_ns);
}

void lines_make(struct lines **linesp, const struct lines_config *config, const struct machine machines[LINES])
{
	struct lines *lines = calloc(1, sizeof(*lines));

	assert_non_null(lines);
	assert_int_equal(dsp_init(), 0);
	the_lines = lines;
	lines->config = *config;
	lines->seed = config->seed;
	lines->now_ns = 1000 * NS_PER_MS;
	for (int i = 0; i < LINES; i++)
		end_make(lines, i, &machines[i]);
	*linesp = lines;
}

void lines_free(struct lines *lines)
{
	for (int i = 0; i < LINES && lines; i++) {
		media_free(lines->ends[i].media);
		taste_free(lines->ends[i].taste);
		close(lines->ends[i].fd);
		close(lines->ends[i].network_fd);
	}
	free(lines);
}

static uint64_t tick_ns(const struct lines *lines, int n)
{
	double block_ns = n ? BLOCK_NS / (1 + lines->config.drift_ppm * 1e-6) : BLOCK_NS;

	return 1000 * NS_PER_MS + (n ? SECOND_PHASE_NS : 0) + (uint64_t)((double)(lines->ends[n].ticks + 1) * block_ns);
}

static void end_tick(struct lines *lines, int n)
{
	struct gateway_end *end = &lines->ends[n];
	const uint64_t one = 1;

	lines->now_ns = tick_ns(lines, n);
	end->ticks++;
	network_give(lines, end);
	wires_pass(&end->card);
	assert_int_equal(write(end->card.fd, &one, sizeof(one)), sizeof(one));
	media_step(end->media, lines->now_ns);
	network_take(lines, n);
	control_serve(&lines->config, end);
}

bool lines_run(struct lines *lines, unsigned ms, bool (*done)(void *arg), void *arg)
{
	uint64_t until_ns = lines->now_ns + ms * NS_PER_MS;

	while (lines->now_ns < until_ns) {
		if (done && done(arg))
			return true;
		end_tick(lines, tick_ns(lines, 1) < tick_ns(lines, 0));
		end_tick(lines, tick_ns(lines, 1) < tick_ns(lines, 0));
	}
	return false;
}

unsigned lines_now_ms(const struct lines *lines)
{
	return (unsigned)(lines->now_ns / NS_PER_MS - 1000);
}

void lines_result(struct lines *lines, struct lines_result results[LINES])
{
	for (int i = 0; i < LINES; i++) {
		const struct gateway_end *end = &lines->ends[i];
		const struct dsp_echo *canceller = end->line->echo.canceller;

		results[i] = (struct lines_result){
			.machine = end->machine, .lost = end->lost, .playout = end->line->streams[0].playout.stats,
			.echo = canceller ? dsp_echo_state(canceller) : DSP_ECHO_OFF,
		};
	}
}
