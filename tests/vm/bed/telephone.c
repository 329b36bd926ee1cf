/* SPDX-License-Identifier: BSD-3-Clause */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/vm/bed/telephone.h"

static void on_ring(bool on, uint64_t at_ns, void *arg)
{
	struct telephone *t = arg;

	if (t->ring_count == MOVES_MAX)
		return;
	t->rings[t->ring_count].on = on;
	t->rings[t->ring_count++].at_ns = at_ns;
}

static void on_feed(enum fxs_feed feed, uint64_t at_ns, void *arg)
{
	struct telephone *t = arg;

	if (t->feed_count == MOVES_MAX)
		return;
	t->feeds[t->feed_count].feed = feed;
	t->feeds[t->feed_count++].at_ns = at_ns;
}

static void on_flow(bool on, uint64_t at_ns, void *arg)
{
	struct telephone *t = arg;

	t->flow_count += on;
	if (on) {
		t->flow_ns = at_ns;
		t->heard_count = 0;
	}
}

static void on_sound(const int16_t *heard, int16_t *said, size_t count, uint64_t at_ns, void *arg)
{
	struct telephone *t = arg;

	(void)at_ns;
	for (size_t i = 0; i < count; i++) {
		if (t->heard_count < HEARD_MAX)
			t->heard[t->heard_count++] = heard[i];
		said[i] = t->said_count < t->says_count
				  ? (int16_t)bed_linear(t->says[t->said_count++])
				  : 0;
	}
}

static void on_lost(int err, void *arg)
{
	((struct telephone *)arg)->lost = err;
}

static const struct wires_handlers handlers = {
	.ring = on_ring, .feed = on_feed, .flow = on_flow, .sound = on_sound, .lost = on_lost};

/* Steps only when the wires ask for it, as the telephone's program does. */
static void live_until(struct telephone *t, uint64_t until_ns)
{
	uint64_t now_ns;

	while ((now_ns = bed_now()) < until_ns) {
		struct pollfd p[2] = {{.fd = wires_dahdi_ops.fd(t->wires),
					      .events = wires_dahdi_ops.poll_events(t->wires)},
			{.fd = t->bed.fd[BED_PORT], .events = POLLPRI}};
		struct timespec left = {.tv_sec = (time_t)((until_ns - now_ns) / 1000000000),
			.tv_nsec = (long)((until_ns - now_ns) % 1000000000)};

		ppoll(p, 2, &left, NULL);
		bed_take(&t->bed);
		if (p[0].revents)
			wires_dahdi_ops.step(t->wires, bed_now());
	}
}

void telephone_live(struct telephone *t, unsigned ms)
{
	live_until(t, bed_now() + ms * BED_MS);
}

uint64_t telephone_hook(struct telephone *t, bool off_hook)
{
	uint64_t now = bed_now();

	bed_is(&t->bed, "errno of hook_set", wires_dahdi_ops.hook_set(t->wires, off_hook, now), 0);
	return now;
}

int telephone_try(const char *channel)
{
	struct wires_config config = {.line = channel};
	struct wires *wires = NULL;
	int err = wires_dahdi_ops.open(&wires, &config, &handlers, NULL);

	if (!err)
		wires_dahdi_ops.close(wires);
	return err;
}

void telephone_open(struct telephone *t, int lines)
{
	char channel[16];
	struct wires_config config = {.line = channel};
	int err;

	*t = (struct telephone){.lines = lines};
	snprintf(channel, sizeof(channel), "%d", lines + 1);
	bed_open_port(&t->bed, 1);
	err = wires_dahdi_ops.open(&t->wires, &config, &handlers, t);
	if (err)
		bed_fail(&t->bed, "open: %s", strerror(err));
}

void telephone_close(struct telephone *t)
{
	if (t->wires)
		wires_dahdi_ops.close(t->wires);
	bed_pause(&t->bed, 1500); /* the kernel is done with a battery drop */
	bed_close(&t->bed);
}
