/* SPDX-License-Identifier: BSD-3-Clause */
/* Beds of real processes: the gateway and its SIP server run already, see tests/bed/with-server.sh. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "tests/story/tap.h"

#define LINES_MAX  64
#define CONNECT_NS UINT64_C(3000000000)

struct live {
	struct bed bed;
	struct bed_config config;
	const struct bed_handlers *handlers;
	void *arg;
	struct tap *tap;
	struct phone *phones[LINES_MAX];
	size_t phone_count;
};

static struct live *live_of(struct bed *bed)
{
	return (struct live *)bed;
}

static uint64_t live_now_ns(const struct bed *bed)
{
	struct timespec time;

	(void)bed;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void live_close(struct bed *bed)
{
	struct live *live = live_of(bed);

	if (!live)
		return;
	for (size_t i = 0; i < live->phone_count; i++)
		phone_free(live->phones[i]);
	tap_free(live->tap);
	free(live);
}

static int open_with(struct bed **bedp, const struct bed_ops *ops, const struct bed_config *config,
	const struct bed_handlers *handlers, void *arg)
{
	struct live *live = calloc(1, sizeof *live);
	int err;

	if (!live)
		return ENOMEM;
	live->bed.ops = ops;
	live->config = *config;
	live->handlers = handlers;
	live->arg = arg;
	err = config->lines > LINES_MAX ? EINVAL
					: tap_alloc(&live->tap, config->sip_port, handlers->sip, arg);
	if (err) {
		fprintf(stderr, "the loopback interface cannot be listened to: %s\n", strerror(err));
		live_close(&live->bed);
		return err;
	}
	*bedp = &live->bed;
	return 0;
}

static int live_open(struct bed **bedp, const struct bed_config *config,
	const struct bed_handlers *handlers, void *arg)
{
	return open_with(bedp, &bed_live_ops, config, handlers, arg);
}

static int live_run(struct bed *bed, uint64_t until_ns, bool (*done)(void *arg), void *arg);

/* The exchange knows it, or does not want it. */
static bool phone_settled(void *arg)
{
	const struct phone *phone = arg;

	return phone_is_up(phone) || phone_fd(phone) < 0;
}

static int phone_open(struct live *live, struct phone **phonep, const struct phone_config *config)
{
	uint64_t now_ns = live_now_ns(&live->bed);
	struct phone *phone;
	int err = phone_alloc(&phone, config, now_ns, live->handlers->phone, live->arg);

	if (err)
		return err;
	live->phones[live->phone_count++] = phone;
	err = live_run(&live->bed, now_ns + CONNECT_NS, phone_settled, phone);
	if (!err && !phone_is_up(phone))
		err = ENOTCONN;
	*phonep = phone;
	return err;
}

static int live_phone_add(struct bed *bed, struct phone **phonep, unsigned number)
{
	struct live *live = live_of(bed);
	char name[16];
	struct phone_config config = {.number = number,
		.country = live->config.country,
		.wires = &wires_dummy_ops,
		.wires_config = {live->config.wires, name}};

	if (number < 1 || number > live->config.lines || live->phone_count == LINES_MAX)
		return ENODEV;
	snprintf(name, sizeof name, "%u", number);
	return phone_open(live, phonep, &config);
}

static uint64_t wait_ns(const struct live *live, uint64_t until_ns)
{
	uint64_t now_ns = live_now_ns(&live->bed);

	for (size_t i = 0; i < live->phone_count; i++) {
		uint64_t next_ns = phone_next_ns(live->phones[i]);

		until_ns = next_ns < until_ns ? next_ns : until_ns;
	}
	return until_ns > now_ns ? until_ns - now_ns : 0;
}

/* Waits for the wires, the tap or the next thing due, then serves them all. */
static int serve(struct live *live, uint64_t until_ns)
{
	uint64_t ns = wait_ns(live, until_ns);
	struct timespec timeout = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
	struct pollfd fds[LINES_MAX + 1];
	size_t count = 0;

	for (; count < live->phone_count; count++)
		fds[count] = (struct pollfd){phone_fd(live->phones[count]),
			phone_poll_events(live->phones[count]), 0};
	fds[count++] = (struct pollfd){tap_fd(live->tap), POLLIN, 0};
	if (ppoll(fds, count, &timeout, NULL) < 0 && errno != EINTR)
		return errno;
	for (size_t i = 0; i < live->phone_count; i++)
		phone_step(live->phones[i], live_now_ns(&live->bed));
	tap_step(live->tap);
	return 0;
}

static int live_run(struct bed *bed, uint64_t until_ns, bool (*done)(void *arg), void *arg)
{
	int err;

	do {
		err = serve(live_of(bed), until_ns);
	} while (!err && !done(arg) && live_now_ns(bed) < until_ns);
	return err;
}

static int live_stop(struct bed *bed)
{
	int pid = live_of(bed)->config.daemon_pid;

	if (pid <= 1)
		return ENOTSUP;
	return kill(pid, SIGTERM) ? errno : 0;
}

static int live_server(struct bed *bed, bool up)
{
	int pid = live_of(bed)->config.server_pid;

	if (pid <= 1)
		return ENOTSUP;
	return kill(pid, up ? SIGUSR2 : SIGUSR1) ? errno : 0;
}

/* Other programs live by this clock. */
static int live_clock(struct bed *bed, int64_t wall_s)
{
	(void)bed;
	(void)wall_s;
	return ENOTSUP;
}

static int live_command(struct bed *bed, const char *text, char *reason, size_t reason_size)
{
	(void)bed;
	(void)text;
	snprintf(reason, reason_size, "no peer of this bed is scripted");
	return ENOTSUP;
}

const struct bed_ops bed_live_ops = {
	.name = "live",
	.realtime = true,
	.open = live_open,
	.close = live_close,
	.now_ns = live_now_ns,
	.phone_add = live_phone_add,
	.run = live_run,
	.stop = live_stop,
	.server = live_server,
	.clock = live_clock,
	.command = live_command,
};

#ifdef WITH_DAHDI
static int dahdi_open(struct bed **bedp, const struct bed_config *config,
	const struct bed_handlers *handlers, void *arg)
{
	return open_with(bedp, &bed_dahdi_ops, config, handlers, arg);
}

/* The channel in that place of "5,6,7". */
static int channel_find(const char *channels, unsigned place, char *name, size_t size)
{
	size_t length;

	for (; place > 1 && channels; place--) {
		channels = strchr(channels, ',');
		channels = channels ? channels + 1 : NULL;
	}
	length = channels ? strcspn(channels, ",") : 0;
	if (!length || length >= size)
		return ENODEV;
	memcpy(name, channels, length);
	name[length] = '\0';
	return 0;
}

static int dahdi_phone_add(struct bed *bed, struct phone **phonep, unsigned number)
{
	struct live *live = live_of(bed);
	char name[16];
	struct phone_config config = {.number = number,
		.country = live->config.country,
		.wires = &wires_dahdi_ops,
		.wires_config = {NULL, name}};
	int err = channel_find(live->config.dahdi_channels, number, name, sizeof name);

	if (err || number < 1 || live->phone_count == LINES_MAX)
		return ENODEV;
	return phone_open(live, phonep, &config);
}

/* The guest's, which is nobody else's. */
static int dahdi_clock(struct bed *bed, int64_t wall_s)
{
	const struct timespec time = {.tv_sec = wall_s};

	(void)bed;
	return clock_settime(CLOCK_REALTIME, &time) < 0 ? errno : 0;
}

const struct bed_ops bed_dahdi_ops = {
	.name = "dahdi",
	.open = dahdi_open,
	.close = live_close,
	.now_ns = live_now_ns,
	.phone_add = dahdi_phone_add,
	.run = live_run,
	.stop = live_stop,
	.server = live_server,
	.clock = dahdi_clock,
	.command = live_command,
};
#endif
