/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "fxs/dahdi.h"

#define MS_NS            UINT64_C(1000000)
#define ON_HOOK_LATE_NS  (3 * MS_NS) /* rxflashtime: the kernel waits so long before it tells */
#define LOOK_EVERY_NS    (10 * MS_NS)
#define DOUBT_NS         (5 * MS_NS) /* longer than an edge takes to be told */
#define TAKES_MAX        (2 * DAHDI_RAW_EVENTS_MAX)

void dahdi_event_add(struct dahdi_port *port, int raw)
{
	size_t last = (port->raw_first + port->raw_count) % DAHDI_RAW_EVENTS_MAX;

	if (port->raw_count == DAHDI_RAW_EVENTS_MAX) {
		port->counters.events_lost++;
		return;
	}
	port->raw_events[last] = raw;
	port->raw_count++;
}

/* Sound that ran dry or over is mended at once, not when the caller comes to read events. */
static void raw_take(struct dahdi_port *port, int raw)
{
	switch (raw) {
	case DAHDI_EVENT_WRITE_UNDERRUN:
		port->counters.write_lost_blocks++;
		break;
	case DAHDI_EVENT_READ_OVERRUN:
		port->counters.read_lost_blocks++;
		break;
	default:
		dahdi_event_add(port, raw);
		break;
	}
}

int dahdi_events_take(struct dahdi_port *port)
{
	uint64_t lost = port->counters.write_lost_blocks + port->counters.read_lost_blocks;
	int err = 0;

	for (int i = 0; i < TAKES_MAX; i++) {
		int raw = DAHDI_EVENT_NONE;

		err = dahdi_ioctl(port, DAHDI_GETEVENT, &raw);
		if (err || raw == DAHDI_EVENT_NONE)
			break;
		raw_take(port, raw);
	}
	if (lost != port->counters.write_lost_blocks + port->counters.read_lost_blocks)
		dahdi_sound_resume(port);
	return err;
}

/* Without battery no current flows, which is not hanging up. */
int dahdi_hook_get(struct fxs_port *opaque, bool *off_hook)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	struct dahdi_params params = {0};
	int err = dahdi_ioctl(port, DAHDI_GET_PARAMS, &params);

	if (!err)
		*off_hook = port->dropping ? port->off_hook : params.rxisoffhook;
	return err;
}

/* ---- from the kernel's events to ours ---- */

static bool tell(struct fxs_event *event, enum fxs_event_kind kind, uint64_t at_ns)
{
	*event = (struct fxs_event){.kind = kind, .at_ns = at_ns};
	return true;
}

/* Repeated levels are not told. Lifting while it rings takes the voltage away: the kernel does not. */
static bool tell_edge(struct dahdi_port *port, bool off_hook, uint64_t at_ns, struct fxs_event *event)
{
	port->doubtful = false;
	if (off_hook == port->off_hook)
		return false;
	if (off_hook && port->ringing)
		dahdi_quiet(port);
	port->off_hook = off_hook;
	if (port->edge_ns < at_ns)
		port->edge_ns = at_ns;
	return tell(event, off_hook ? FXS_EVENT_OFF_HOOK : FXS_EVENT_ON_HOOK, port->edge_ns);
}

static bool tell_fault(struct dahdi_port *port, bool faulty, uint64_t now_ns, struct fxs_event *event)
{
	if (faulty == port->faulty)
		return false;
	port->faulty = faulty;
	return tell(event, faulty ? FXS_EVENT_FAULT : FXS_EVENT_FAULT_CLEARED, now_ns);
}

static bool raw_tell(struct dahdi_port *port, int raw, uint64_t now_ns, struct fxs_event *event)
{
	switch (raw) {
	case DAHDI_EVENT_ONHOOK:
		return tell_edge(port, false, now_ns > ON_HOOK_LATE_NS ? now_ns - ON_HOOK_LATE_NS : 0,
			event);
	case DAHDI_EVENT_RINGOFFHOOK:
		return tell_edge(port, true, now_ns, event);
	case DAHDI_EVENT_RINGERON:
		return port->ringing && tell(event, FXS_EVENT_RING_BURST, now_ns);
	case DAHDI_EVENT_RINGEROFF:
		return port->ringing && tell(event, FXS_EVENT_RING_PAUSE, now_ns);
	case DAHDI_EVENT_ALARM:
	case DAHDI_EVENT_REMOVED:
		return tell_fault(port, true, now_ns, event);
	case DAHDI_EVENT_NOALARM:
		return tell_fault(port, false, now_ns, event);
	case DAHDI_EVENT_WINKFLASH:
	case DAHDI_EVENT_PULSE_START:
		port->counters.misbehaved++; /* somebody has set our parameters back */
		return false;
	default:
		return false; /* of no concern to a telephone line */
	}
}

/*
 * Edges that the kernel never tells: more than 63 unread, and some in the 800 ms after a battery
 * drop. What the loop is at two looks, further apart than an edge takes to come, is believed.
 */
static bool heal(struct dahdi_port *port, uint64_t now_ns, struct fxs_event *event)
{
	bool off_hook;

	if (port->dropping && now_ns < port->drop_end_ns)
		return false;
	port->dropping = false;
	if (now_ns - port->looked_ns < (port->doubtful ? DOUBT_NS : LOOK_EVERY_NS))
		return false;
	port->looked_ns = now_ns;
	if (dahdi_hook_get(&port->port, &off_hook))
		return false;
	if (off_hook == port->off_hook) {
		port->doubtful = false;
	} else if (!port->doubtful) {
		port->doubtful = true;
		port->doubt_ns = now_ns;
	} else {
		port->counters.events_lost++;
		return tell_edge(port, off_hook, port->doubt_ns, event);
	}
	return false;
}

int dahdi_event_read(struct fxs_port *opaque, uint64_t now_ns, struct fxs_event *event)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	int err = 0;

	if (!port->raw_count)
		err = dahdi_events_take(port);
	while (port->raw_count) {
		int raw = port->raw_events[port->raw_first];

		port->raw_first = (port->raw_first + 1) % DAHDI_RAW_EVENTS_MAX;
		port->raw_count--;
		if (raw_tell(port, raw, now_ns, event))
			return 0;
	}
	if (err == ENODEV || err == ENXIO || err == EIO)
		return tell_fault(port, true, now_ns, event) ? 0 : EAGAIN;
	return heal(port, now_ns, event) ? 0 : EAGAIN;
}
