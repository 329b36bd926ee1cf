/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wires of a telephone (FXO) channel of DAHDI. The kernel tells little of what is on them by
 * events: ring voltage coming, unless the telephone hung up less than 2 s ago, and battery going,
 * while it is off-hook. So each step also looks, which is each 10 ms, since sound always runs.
 */
#include <dahdi/user.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/phone/wires.h"

#define FOLDER_DEFAULT "/dev/dahdi"
#define BLOCK          80 /* samples: 10 ms */
#define BUFFERS        8
#define LATENESS       16  /* samples that wait to be played, so that a step may come 2 ms late */
#define EVENTS_A_STEP  128 /* the kernel keeps 63 */
#define BLOCKS_A_STEP  16

/* What params.rxhooksig says; the kernel's header for programs does not name them. */
enum { WIRES_DEAD = 0, WIRES_RINGING = 3 };

struct wires_dahdi {
	struct wires wires;
	const struct wires_handlers *handlers;
	void *arg;
	int fd;
	bool flowing, lost, broken; /* broken: the flow lost samples */
	bool off_hook;
	bool ringing, reversed, fed; /* fed: a feed was told */
	enum fxs_feed feed;
	uint64_t looked_ns;
};

static struct wires_dahdi *dahdi_of(struct wires *wires)
{
	return (struct wires_dahdi *)wires;
}

static int control(const struct wires_dahdi *dahdi, unsigned long request, void *argument)
{
	int result;

	do
		result = ioctl(dahdi->fd, request, argument);
	while (result < 0 && errno == EINTR);
	return result < 0 ? errno : 0;
}

static int control_int(const struct wires_dahdi *dahdi, unsigned long request, int value)
{
	return control(dahdi, request, &value);
}

static void lose(struct wires_dahdi *dahdi, int err)
{
	if (dahdi->lost)
		return;
	dahdi->lost = true;
	dahdi->handlers->lost(err, dahdi->arg);
}

/* ---- what is on the wires ---- */

/*
 * What was seen at one look and not at the one before changed in between: ring voltage and battery
 * go without an event.
 */
static uint64_t between_ns(const struct wires_dahdi *dahdi, uint64_t now_ns)
{
	return dahdi->looked_ns ? dahdi->looked_ns + (now_ns - dahdi->looked_ns) / 2 : now_ns;
}

static void ring_tell(struct wires_dahdi *dahdi, bool ringing, uint64_t at_ns)
{
	if (dahdi->ringing == ringing)
		return;
	dahdi->ringing = ringing;
	dahdi->handlers->ring(ringing, at_ns, dahdi->arg);
}

static void feed_tell(struct wires_dahdi *dahdi, bool battery, uint64_t at_ns)
{
	enum fxs_feed feed = dahdi->reversed ? FXS_FEED_REVERSED : FXS_FEED_ACTIVE;

	if (!battery)
		feed = FXS_FEED_OPEN;
	if (dahdi->fed && dahdi->feed == feed)
		return;
	dahdi->fed = true;
	dahdi->feed = feed;
	dahdi->handlers->feed(feed, at_ns, dahdi->arg);
}

static void event_take(struct wires_dahdi *dahdi, int event, uint64_t now_ns)
{
	switch (event) {
	case DAHDI_EVENT_RINGBEGIN:
		ring_tell(dahdi, true, now_ns);
		break;
	case DAHDI_EVENT_ONHOOK:
		feed_tell(dahdi, false, now_ns);
		break;
	case DAHDI_EVENT_POLARITY:
		dahdi->reversed = !dahdi->reversed;
		feed_tell(dahdi, true, now_ns);
		break;
	case DAHDI_EVENT_READ_OVERRUN:
	case DAHDI_EVENT_WRITE_UNDERRUN:
		dahdi->broken = true;
		break;
	case DAHDI_EVENT_REMOVED:
		lose(dahdi, ENODEV);
		break;
	default:
		break; /* verdicts that an exchange's channel is for */
	}
}

/* Reading and writing fail while the kernel has events. */
static void events_take(struct wires_dahdi *dahdi, uint64_t now_ns)
{
	for (int i = 0; i < EVENTS_A_STEP && !dahdi->lost; i++) {
		int event = DAHDI_EVENT_NONE;

		if (control(dahdi, DAHDI_GETEVENT, &event) || event == DAHDI_EVENT_NONE)
			return;
		event_take(dahdi, event, now_ns);
	}
}

static void look(struct wires_dahdi *dahdi, uint64_t now_ns)
{
	struct dahdi_params params = {0};
	uint64_t at_ns = between_ns(dahdi, now_ns);
	int err = control(dahdi, DAHDI_GET_PARAMS, &params);

	if (err) {
		lose(dahdi, err);
		return;
	}
	feed_tell(dahdi, params.rxhooksig != WIRES_DEAD, at_ns);
	ring_tell(dahdi, params.rxhooksig == WIRES_RINGING, at_ns);
	dahdi->looked_ns = now_ns;
}

/* ---- sound ---- */

static bool moved(ssize_t bytes, size_t count)
{
	return bytes == (ssize_t)(count * sizeof(int16_t));
}

static void play(struct wires_dahdi *dahdi, const int16_t *samples, size_t count)
{
	if (!moved(write(dahdi->fd, samples, count * sizeof *samples), count) && errno != EAGAIN)
		dahdi->broken = true;
}

/* A block of silence is played while the first block is recorded, and LATENESS more. */
static void flow_begin(struct wires_dahdi *dahdi, uint64_t now_ns)
{
	static const int16_t silence[BLOCK];

	if (dahdi->flowing)
		dahdi->handlers->flow(false, now_ns, dahdi->arg);
	control_int(dahdi, DAHDI_FLUSH, DAHDI_FLUSH_ALL);
	dahdi->broken = false;
	play(dahdi, silence, BLOCK);
	play(dahdi, silence, LATENESS);
	dahdi->flowing = true;
	dahdi->handlers->flow(true, now_ns, dahdi->arg);
}

/* The block is answered at once; an on-hook telephone is silent whatever its handler says. */
static bool block_take(struct wires_dahdi *dahdi, uint64_t now_ns)
{
	int16_t heard[BLOCK], said[BLOCK] = {0};
	ssize_t bytes = read(dahdi->fd, heard, sizeof heard);

	if (bytes < 0 && (errno == ENODEV || errno == ENXIO || errno == EIO))
		lose(dahdi, ENODEV);
	if (!moved(bytes, BLOCK))
		return false;
	dahdi->handlers->sound(heard, said, BLOCK, now_ns, dahdi->arg);
	if (!dahdi->off_hook)
		memset(said, 0, sizeof said);
	play(dahdi, said, BLOCK);
	return true;
}

static void dahdi_step(struct wires *wires, uint64_t now_ns)
{
	struct wires_dahdi *dahdi = dahdi_of(wires);

	if (dahdi->lost)
		return;
	events_take(dahdi, now_ns);
	if (!dahdi->lost)
		look(dahdi, now_ns);
	for (int i = 0; i < BLOCKS_A_STEP && dahdi->flowing && !dahdi->lost; i++)
		if (!block_take(dahdi, now_ns))
			break;
	if (!dahdi->lost && (!dahdi->flowing || dahdi->broken))
		flow_begin(dahdi, now_ns);
}

/*
 * RINGOFF opens the loop of a telephone and nothing else. ONHOOK would empty the buffers too, at each
 * pulse of a dial.
 */
static int dahdi_hook_set(struct wires *wires, bool off_hook, uint64_t at_ns)
{
	struct wires_dahdi *dahdi = dahdi_of(wires);

	(void)at_ns;
	if (dahdi->lost)
		return EPIPE;
	dahdi->off_hook = off_hook;
	return control_int(dahdi, DAHDI_HOOK, off_hook ? DAHDI_OFFHOOK : DAHDI_RINGOFF);
}

static int dahdi_fd(const struct wires *wires)
{
	return ((const struct wires_dahdi *)wires)->fd;
}

static short dahdi_poll_events(const struct wires *wires)
{
	(void)wires;
	return POLLIN | POLLPRI;
}

/* ---- opening and closing ---- */

static void dahdi_close(struct wires *wires)
{
	struct wires_dahdi *dahdi = dahdi_of(wires);

	if (!dahdi)
		return;
	if (dahdi->fd >= 0)
		close(dahdi->fd); /* the kernel opens the loop */
	free(dahdi);
}

static int channel_read(int *channel, const char *line)
{
	char *end;
	long number;

	if (!line || line[0] < '1' || line[0] > '9')
		return EINVAL;
	number = strtol(line, &end, 10);
	if (*end || number > DAHDI_MAX_CHANNELS)
		return EINVAL;
	*channel = (int)number;
	return 0;
}

static int channel_claim(struct wires_dahdi *dahdi, const char *folder, int channel)
{
	char path[128];
	int err;

	snprintf(path, sizeof path, "%s/channel", folder ? folder : FOLDER_DEFAULT);
	dahdi->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (dahdi->fd < 0)
		return errno;
	err = control_int(dahdi, DAHDI_SPECIFY, channel);
	return err == EINVAL || err == ENXIO ? ENODEV : err;
}

/* A telephone speaks FXS signalling. The stock debounce hides battery's end for 600 ms. */
static int params_set(struct wires_dahdi *dahdi)
{
	struct dahdi_params params = {0};
	int err = control(dahdi, DAHDI_GET_PARAMS, &params);

	if (err)
		return err;
	if (params.sigtype != DAHDI_SIG_FXSKS && params.sigtype != DAHDI_SIG_FXSLS)
		return ENODEV;
	params.debouncetime = 1;
	return control(dahdi, DAHDI_SET_PARAMS, &params);
}

static int sound_prepare(struct wires_dahdi *dahdi)
{
	struct dahdi_bufferinfo info = {
		.txbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.numbufs = BUFFERS,
		.bufsize = BLOCK,
	};
	int err = control_int(dahdi, DAHDI_SETLINEAR, 1);

	if (!err)
		err = control(dahdi, DAHDI_SET_BUFINFO, &info);
	if (!err)
		err = control_int(dahdi, DAHDI_BUFFER_EVENTS, 1);
	return err;
}

static int dahdi_open(struct wires **wiresp, const struct wires_config *config,
	const struct wires_handlers *handlers, void *arg)
{
	struct wires_dahdi *dahdi;
	int channel, err = channel_read(&channel, config->line);

	if (err)
		return err;
	dahdi = calloc(1, sizeof *dahdi);
	if (!dahdi)
		return ENOMEM;
	*dahdi = (struct wires_dahdi){
		.wires.ops = &wires_dahdi_ops, .handlers = handlers, .arg = arg, .fd = -1};
	err = channel_claim(dahdi, config->path, channel);
	if (!err)
		err = params_set(dahdi);
	if (!err)
		err = sound_prepare(dahdi);
	if (!err)
		err = control_int(dahdi, DAHDI_HOOK, DAHDI_RINGOFF);
	if (err)
		dahdi_close(&dahdi->wires);
	else
		*wiresp = &dahdi->wires;
	return err;
}

const struct wires_ops wires_dahdi_ops = {
	.name = "dahdi",
	.open = dahdi_open,
	.close = dahdi_close,
	.fd = dahdi_fd,
	.poll_events = dahdi_poll_events,
	.step = dahdi_step,
	.hook_set = dahdi_hook_set,
};
