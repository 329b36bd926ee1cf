/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The FXS driver interface: what Tipring asks of a port that feeds a telephone.
 *
 * A driver is a struct of functions. Every slot is filled; what a card cannot do answers ENOTSUP.
 * No function may block, and but for bus_open, port_open and the two closes none may allocate:
 * all of them are called from the media thread, port_open and port_close before it starts or
 * while it is held (reload). Functions return 0 or a positive errno; results leave through
 * pointers and are untouched on failure.
 *
 * Sound is linear PCM, 16 bit, FXS_RATE_HZ, where full scale +3.14 dBm0 is 32767. Time is
 * CLOCK_MONOTONIC in nanoseconds and always an argument.
 *
 * Words: towards the telephone is "write", from the telephone is "read". The loop is closed when
 * the telephone is off-hook.
 */
#ifndef TIPRING_FXS_FXS_H
#define TIPRING_FXS_FXS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FXS_RATE_HZ           8000
#define FXS_BLOCK_SAMPLES_MAX 160 /* 20 ms */
#define FXS_CADENCE_MAX       16  /* segments of a ring cadence, DAHDI's limit */
#define FXS_CHANNEL_NAME_MAX  63  /* bytes of a channel or line name without the final zero */

/* Ring voltage on and off in turn, in ms, the first one on; repeated for ever. count is even. */
struct fxs_cadence {
	unsigned on_off_ms[FXS_CADENCE_MAX];
	size_t count;
};

enum fxs_event_kind {
	FXS_EVENT_OFF_HOOK,      /* the loop closed: a raw edge, hook.c judges it */
	FXS_EVENT_ON_HOOK,       /* the loop opened: a raw edge */
	FXS_EVENT_RING_BURST,    /* ring voltage came on */
	FXS_EVENT_RING_PAUSE,    /* ring voltage went off, the cadence goes on */
	FXS_EVENT_FAULT,         /* port or span lost (red alarm, card gone) */
	FXS_EVENT_FAULT_CLEARED,
};

struct fxs_event {
	enum fxs_event_kind kind;
	uint64_t at_ns; /* when it happened, as exactly as the card can tell; never later than now */
};

/* What feeds the loop. */
enum fxs_feed {
	FXS_FEED_IDLE,     /* on-hook battery: a seizure is seen, no sound is carried */
	FXS_FEED_ACTIVE,   /* talking battery, sound both ways */
	FXS_FEED_REVERSED, /* as active, tip and ring swapped (answer supervision) */
	FXS_FEED_OPEN,     /* no battery: disconnect supervision (kewl) */
};

enum fxs_clock {
	FXS_CLOCK_TIMER, /* the caller paces: one read and one write each block */
	FXS_CLOCK_PORT,  /* the card paces: fd() becomes readable (EPOLLIN) when a block has come */
};

/* What all ports of one driver share (the dummy's listening socket). Opaque. */
struct fxs_bus;

struct fxs_bus_config {
	/* dummy: where its SOCK_SEQPACKET socket is bound; dahdi: its folder, NULL is "/dev/dahdi" */
	const char *path;
};

struct fxs_port_config {
	const char *channel;    /* dummy: the line's name on the wire; dahdi: the channel's number */
	unsigned block_samples; /* 40, 80 or 160: how much each read and write moves */
};

/* What went wrong on a port without anybody being told at once; counts since port_open. */
struct fxs_counters {
	uint64_t read_lost_blocks;  /* sound from the telephone that nobody had read in time */
	uint64_t write_lost_blocks; /* sound that the card or the telephone did not take */
	uint64_t events_lost;       /* events that did not fit: ask hook_get */
	uint64_t misbehaved;        /* telephones cut off for breaking the wire's rules; a card's surprises */
};

struct fxs_driver;

/* A port; drivers embed it as their first member. */
struct fxs_port {
	const struct fxs_driver *driver;
};

struct fxs_driver {
	const char *name; /* as configuration writes it: "dahdi", "dummy" */
	enum fxs_clock clock;
	bool one_bus; /* all ports share one bus, which bus_service changes: one thread serves them all */

	/* Opens what the ports share; *busp is freed by bus_close. EADDRINUSE, ENOENT, EACCES ... */
	int (*bus_open)(struct fxs_bus **busp, const struct fxs_bus_config *config);
	void (*bus_close)(struct fxs_bus *bus); /* NULL is fine; every port is closed before */
	/* A descriptor to watch for EPOLLIN and to answer by bus_service, or -1. */
	int (*bus_fd)(const struct fxs_bus *bus);
	/* Takes new telephones and the like; 0 also when there was nothing to do. */
	int (*bus_service)(struct fxs_bus *bus, uint64_t now_ns);

	/* Claims a channel: ENODEV no such channel, EBUSY taken, EINVAL a bad name or block. Starts in
	 * FXS_FEED_IDLE without ring voltage. A telephone that is already off-hook gives no event:
	 * ask hook_get. */
	int (*port_open)(struct fxs_port **portp, struct fxs_bus *bus,
		const struct fxs_port_config *config, uint64_t now_ns);
	void (*port_close)(struct fxs_port *port); /* ring voltage off, feed idle; NULL is fine */

	/* The descriptor, the same for the port's life, readable by EPOLLPRI (dahdi) or EPOLLIN (dummy)
	 * when event_read has something. */
	int (*fd)(const struct fxs_port *port);
	uint32_t (*event_mask)(const struct fxs_port *port); /* EPOLLPRI or EPOLLIN */
	/* The next event, oldest first; EAGAIN when there is none. Off-hook and on-hook come in turn.
	 * dahdi heals here the edges that a card loses: call it at least once a second, and at each
	 * block while sound is on, until EAGAIN. After FXS_EVENT_FAULT do not watch the descriptor until
	 * FXS_EVENT_FAULT_CLEARED: a card that is gone makes it ready for ever. */
	int (*event_read)(struct fxs_port *port, uint64_t now_ns, struct fxs_event *event);
	/* The loop as it is now, which events may not have told yet; while the battery is dropped, as it
	 * was told last. */
	int (*hook_get)(struct fxs_port *port, bool *off_hook);

	/* Sound on and off. After audio_start reads and writes move; what an earlier time left in
	 * the buffers is thrown away. Starting twice is fine. Sound is carried while the loop is closed
	 * and the feed is active or reversed, and towards an on-hook telephone during onhook_transfer;
	 * at other times none may arrive, in either direction. */
	int (*audio_start)(struct fxs_port *port, uint64_t now_ns);
	int (*audio_stop)(struct fxs_port *port);
	/* Exactly block_samples (else EINVAL) from the telephone: EAGAIN when no whole block is there
	 * yet and before audio_start; another errno when the card is gone. read, write
	 * and ring_start can find or make events and keep them: call event_read after them, not only
	 * when the descriptor asks for it. */
	int (*read)(struct fxs_port *port, int16_t *samples, size_t count);
	/* Exactly block_samples to the telephone: EAGAIN when the card takes no more. The cadence of
	 * the dummy driver is counted in what is written: a ringing line is written to. */
	int (*write)(struct fxs_port *port, const int16_t *samples, size_t count);
	/* Throws away what waits to be played, for something that must be heard at once. Returns how many
	 * blocks the caller writes besides those that it owes for what it read, so that as much waits as
	 * before; 0 where nothing waits. */
	unsigned (*write_overtake)(struct fxs_port *port);

	/* Rings by the cadence until ring_stop, beginning with a burst at once; sets the feed idle and
	 * starts sound where it is off. EINVAL a bad cadence, EBUSY the telephone is off-hook
	 * (or the battery was dropped just now), ENODATA DAHDI has no tone zone loaded. Ring-trip (off-hook) ends the voltage within one block; ring_stop
	 * is still to be called. */
	int (*ring_start)(struct fxs_port *port, const struct fxs_cadence *cadence, uint64_t now_ns);
	int (*ring_stop)(struct fxs_port *port, uint64_t now_ns);
	/* An open feed ends by itself after 500 ms on dahdi. ENOTSUP: the card cannot reverse. */
	int (*feed_set)(struct fxs_port *port, enum fxs_feed feed, uint64_t now_ns);

	/* Lets sound pass to an on-hook telephone for so many ms (caller-ID). */
	int (*onhook_transfer)(struct fxs_port *port, unsigned ms);
	int (*lamp_set)(struct fxs_port *port, bool lit);          /* message-waiting lamp */
	int (*echo_cancel_set)(struct fxs_port *port, unsigned taps); /* the card's own; 0 is off */
	/* How much sound, in samples, lies between the first sample of the next block to be written and that sample of what was
	 * written before which was played while the first sample of the block just read was recorded. */
	unsigned (*echo_delay)(const struct fxs_port *port);
	void (*counters_get)(const struct fxs_port *port, struct fxs_counters *counters);
};

extern const struct fxs_driver fxs_dummy_driver;
extern const struct fxs_driver fxs_dahdi_driver; /* not there in a build --without-dahdi */

/* The driver of that name; NULL when this build has none such. */
const struct fxs_driver *fxs_driver_find(const char *name);

/* Whether a cadence can be rung: an even count of 2..16 segments of 20..20000 ms each. */
bool fxs_cadence_valid(const struct fxs_cadence *cadence);

#endif
