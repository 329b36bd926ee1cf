/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "fxs/dahdi.h"

/* How long the kernel is busy with a battery drop: 500 ms without, 300 ms with the first of it. */
#define DROP_NS UINT64_C(800000000)

/*
 * DAHDI_RINGOFF is the plain way to on-hook battery, from ringing, from a call, and out of a battery
 * drop. DAHDI_ONHOOK would drop the battery of an off-hook telephone and throw sound away.
 */
int dahdi_quiet(struct dahdi_port *port)
{
	port->ringing = false;
	return dahdi_ioctl_int(port, DAHDI_HOOK, DAHDI_RINGOFF);
}

/* ---- ring ---- */

static int cadence_set(struct dahdi_port *port, const struct fxs_cadence *cadence)
{
	struct dahdi_ring_cadence ring = {{0}}; /* a 0 ends a shorter one */

	for (size_t i = 0; i < cadence->count; i++)
		ring.ringcadence[i] = (int)cadence->on_off_ms[i];
	return dahdi_ioctl(port, DAHDI_SETCADENCE, &ring);
}

/* The descriptor does not block, so ringing is always "in progress". */
static int ring(struct dahdi_port *port)
{
	int err = dahdi_ioctl_int(port, DAHDI_HOOK, DAHDI_RING);

	return err == EINPROGRESS ? 0 : err;
}

/* A telephone that was lifted is not rung any more; its feed is left alone. */
int dahdi_ring_stop(struct fxs_port *opaque, uint64_t now_ns)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;

	(void)now_ns;
	return port->ringing ? dahdi_quiet(port) : 0;
}

int dahdi_ring_start(struct fxs_port *opaque, const struct fxs_cadence *cadence, uint64_t now_ns)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	bool off_hook;
	int err;

	if (!fxs_cadence_valid(cadence))
		return EINVAL;
	err = dahdi_hook_get(opaque, &off_hook);
	if (!err && off_hook)
		err = EBUSY; /* the kernel would ring it */
	if (!err)
		err = dahdi_feed_set(opaque, FXS_FEED_IDLE, now_ns);
	if (!err)
		err = dahdi_ring_stop(opaque, now_ns);
	if (!err)
		err = cadence_set(port, cadence);
	if (!err)
		err = dahdi_audio_start(opaque, now_ns);
	if (!err)
		err = ring(port);
	if (err)
		return err;
	port->ringing = true;
	dahdi_event_add(port, DAHDI_EVENT_RINGERON); /* the kernel tells only the later bursts */
	return 0;
}

/* ---- feed ---- */

static int polarity_set(struct dahdi_port *port, bool reversed)
{
	int err;

	if (port->reversed == reversed)
		return 0;
	err = dahdi_ioctl_option(port, DAHDI_SETPOLARITY, reversed);
	if (!err)
		port->reversed = reversed;
	return err;
}

/* In a battery drop the kernel refuses to talk; RINGOFF ends the drop. */
static int talk(struct dahdi_port *port)
{
	int err = dahdi_ioctl_int(port, DAHDI_HOOK, DAHDI_OFFHOOK);

	if (err == EBUSY) {
		err = dahdi_quiet(port);
		if (!err)
			err = dahdi_ioctl_int(port, DAHDI_HOOK, DAHDI_OFFHOOK);
	}
	if (!err)
		port->ringing = port->dropping = false;
	return err;
}

/* A drop in progress is left to end by itself: cut short, the kernel would not tell the next seizure. */
static int rest(struct dahdi_port *port, uint64_t now_ns)
{
	return port->dropping && now_ns < port->drop_end_ns ? 0 : dahdi_quiet(port);
}

/* An on-hook telephone is not dropped by the kernel, so there is nothing to wait for. */
static int drop(struct dahdi_port *port, uint64_t now_ns)
{
	int err = dahdi_ioctl_int(port, DAHDI_HOOK, DAHDI_ONHOOK);

	if (err)
		return err;
	port->ringing = false;
	port->dropping = port->off_hook;
	port->drop_end_ns = now_ns + DROP_NS;
	return 0;
}

static bool talks(enum fxs_feed feed)
{
	return feed == FXS_FEED_ACTIVE || feed == FXS_FEED_REVERSED;
}

static int battery_set(struct dahdi_port *port, enum fxs_feed feed, uint64_t now_ns)
{
	switch (feed) {
	case FXS_FEED_IDLE:
		return rest(port, now_ns);
	case FXS_FEED_ACTIVE:
	case FXS_FEED_REVERSED:
		return talks(port->feed) ? 0 : talk(port);
	case FXS_FEED_OPEN:
		return drop(port, now_ns);
	}
	return EINVAL;
}

int dahdi_feed_set(struct fxs_port *opaque, enum fxs_feed feed, uint64_t now_ns)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	int err;

	if (feed == port->feed)
		return 0;
	err = polarity_set(port, feed == FXS_FEED_REVERSED);
	if (!err)
		err = battery_set(port, feed, now_ns);
	if (!err)
		port->feed = feed;
	return err;
}

/* ---- the rest ---- */

int dahdi_onhook_transfer(struct fxs_port *port, unsigned ms)
{
	return dahdi_ioctl_option((struct dahdi_port *)port, DAHDI_ONHOOKTRANSFER, (int)ms);
}

/* Which lamp it is, is only asked of cards that are to light one. */
int dahdi_lamp_set(struct fxs_port *opaque, bool lit)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	struct dahdi_vmwi_info neon = {.vmwi_type = DAHDI_VMWI_HVAC};
	int err;

	if (!port->lamp_ready) {
		err = dahdi_ioctl(port, DAHDI_VMWI_CONFIG, &neon);
		if (err)
			return err == ENOTTY || err == ENOSYS ? ENOTSUP : err;
		port->lamp_ready = true;
	}
	return dahdi_ioctl_option(port, DAHDI_VMWI, lit);
}

int dahdi_echo_cancel_set(struct fxs_port *port, unsigned taps)
{
	return dahdi_ioctl_option((struct dahdi_port *)port, DAHDI_ECHOCANCEL, (int)taps);
}
