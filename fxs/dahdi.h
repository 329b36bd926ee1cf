/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver `dahdi`, for its own files only: FXS channels of the kernel's DAHDI drivers.
 *
 *   dahdi_sys.c    the system calls
 *   dahdi.c        the driver's table, opening and closing
 *   dahdi_event.c  hook edges and other events
 *   dahdi_sound.c  reading and writing
 *   dahdi_line.c   ring, feed and what else a card does to a line
 *
 * The kernel's own judgement of flash, pulse and on-hook is switched off (rxflashtime 3 ms,
 * debouncetime 1 ms): every break of 3 ms and more comes as one ONHOOK, 3 ms late, and its end as
 * one RINGOFFHOOK. hook.c judges.
 */
#ifndef TIPRING_FXS_DAHDI_H
#define TIPRING_FXS_DAHDI_H

#include <dahdi/user.h>

#include "fxs/fxs.h"

#define DAHDI_RAW_EVENTS_MAX 64 /* as many as the kernel keeps */

struct dahdi_bus {
	char channel_path[128];
};

struct dahdi_port {
	struct fxs_port port;
	int fd;
	unsigned block_samples;

	int raw_events[DAHDI_RAW_EVENTS_MAX]; /* taken from the kernel, not yet told */
	size_t raw_first, raw_count;
	bool off_hook; /* as last told */
	uint64_t edge_ns;
	bool faulty;
	bool doubtful; /* the loop was seen otherwise than told, at doubt_ns */
	uint64_t doubt_ns, looked_ns;

	bool sound_on;
	bool ringing;  /* the kernel rings */
	bool reversed;
	bool lamp_ready;
	enum fxs_feed feed;
	bool dropping; /* no battery, or the kernel's 300 ms after it: the hook cannot be seen */
	uint64_t drop_end_ns;
	struct fxs_counters counters;
};

/* dahdi.c */
/* 0 or a positive errno, EINTR retried. */
int dahdi_ioctl(const struct dahdi_port *port, unsigned long request, void *argument);
int dahdi_ioctl_int(const struct dahdi_port *port, unsigned long request, int value);
/* What no card needs to have: ENOTSUP where it has not. */
int dahdi_ioctl_option(const struct dahdi_port *port, unsigned long request, int value);

/* dahdi_event.c */
int dahdi_event_read(struct fxs_port *port, uint64_t now_ns, struct fxs_event *event);
int dahdi_hook_get(struct fxs_port *port, bool *off_hook);
/* Adds a DAHDI_EVENT_ to those to be told. */
void dahdi_event_add(struct dahdi_port *port, int raw);
/* Moves the kernel's events into the port; reading and writing fail while it has any. */
int dahdi_events_take(struct dahdi_port *port);

/* dahdi_sound.c */
int dahdi_buffers_set(struct dahdi_port *port);
int dahdi_audio_start(struct fxs_port *port, uint64_t now_ns);
int dahdi_audio_stop(struct fxs_port *port);
unsigned dahdi_write_overtake(struct fxs_port *port);
int dahdi_read(struct fxs_port *port, int16_t *samples, size_t count);
int dahdi_write(struct fxs_port *port, const int16_t *samples, size_t count);
/* After the buffers ran over or dry: back to the delay of a fresh start. */
void dahdi_sound_resume(struct dahdi_port *port);

/* dahdi_line.c */
int dahdi_ring_start(struct fxs_port *port, const struct fxs_cadence *cadence, uint64_t now_ns);
int dahdi_ring_stop(struct fxs_port *port, uint64_t now_ns);
int dahdi_feed_set(struct fxs_port *port, enum fxs_feed feed, uint64_t now_ns);
int dahdi_onhook_transfer(struct fxs_port *port, unsigned ms);
int dahdi_lamp_set(struct fxs_port *port, bool lit);
int dahdi_echo_cancel_set(struct fxs_port *port, unsigned taps);
unsigned dahdi_echo_delay(const struct fxs_port *port);
/* Ends ring voltage and gives on-hook battery, without the battery drop of DAHDI_ONHOOK. */
int dahdi_quiet(struct dahdi_port *port);

#endif
