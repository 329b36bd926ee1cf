/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver `dummy`, for its own files only. Lines whose telephones are other processes, or other
 * threads of a test, at the far end of a socket (wire.h).
 *
 *   dummy_bus.c   the listening socket: takes telephones, hears their HELLO, hands them to their line
 *   dummy_link.c  the connection to one telephone: what it says, what it is told, its time
 *   dummy_port.c  the line: the driver's slots, sound and ring cadence
 *
 * All ports of one bus belong to one thread. Nothing here reads a clock, and nothing that a
 * telephone does or leaves undone makes a call block or memory grow.
 */
#ifndef TIPRING_FXS_DUMMY_H
#define TIPRING_FXS_DUMMY_H

#include <sys/types.h>

#include "fxs/fxs.h"
#include "fxs/wire.h"

#define DUMMY_UNFINISHED_MAX 16  /* connections without a HELLO; one more pushes the oldest out */
#define DUMMY_EVENTS_MAX     64
#define DUMMY_RECEIVED_MAX   5   /* blocks from the telephone that wait to be read, at 5 ms each */
#define DUMMY_HOOKS_PER_S    500 /* more of them are no contact, not even a bouncing one */
#define DUMMY_UNANSWERED_MAX 8000 /* samples: a telephone 1 s behind gets no more sound */
#define DUMMY_LAG_MAX_NS     250000000

struct dummy_port;

struct dummy_unfinished {
	int fd; /* -1: free */
	uint64_t serial; /* the lowest is the oldest */
};

struct dummy_bus {
	int epoll_fd, listen_fd;
	int spare_fd; /* given up when descriptors run out, so that a caller can be turned away */
	char *path;
	dev_t path_device;
	ino_t path_inode;
	uint64_t serial;
	struct dummy_unfinished unfinished[DUMMY_UNFINISHED_MAX];
	struct dummy_port *ports;
};

struct dummy_event {
	enum fxs_event_kind kind;
	uint64_t sample; /* on the wire's count since sound went on, or FXS_WIRE_SAMPLE_NOW */
};

/* The connection, and what the telephone has been told, so that a full socket loses no state. */
struct dummy_link {
	int fd; /* -1: no telephone */
	bool feed_told_valid, ring_told;
	enum fxs_feed feed_told;
	unsigned sound_told; /* the sound_on that it knows of; 0: sound is off */
	uint64_t sent_samples, skipped_samples; /* since sound went on; skipped: not taken, time went on */
	uint64_t unanswered_samples, stale_samples; /* stale: answers to an earlier sound_on */
	uint64_t sound_start_ns; /* the time of sample 0 */
	unsigned hooks_in_window;
	uint64_t hook_window_ns;
};

struct dummy_port {
	struct fxs_port port;
	struct dummy_bus *bus;
	struct dummy_port *next;
	char name[FXS_CHANNEL_NAME_MAX + 1];
	unsigned block_samples;
	int epoll_fd;  /* what fd() tells: the telephone's socket and event_fd, as they come and go */
	int event_fd;  /* readable while events wait */
	struct dummy_link link;

	bool off_hook;
	enum fxs_feed feed;
	unsigned sound_on; /* 0: off; else a number that grows with each audio_start */
	unsigned sound_starts;
	uint64_t sound_on_ns;
	uint64_t transfer_samples; /* left of onhook_transfer */

	bool ringing; /* from ring_start to ring_stop */
	bool tripped; /* lifted meanwhile: no voltage any more */
	struct fxs_cadence cadence;
	size_t segment; /* even: voltage on */
	uint64_t segment_samples; /* left */

	struct dummy_event events[DUMMY_EVENTS_MAX];
	size_t event_first, event_count;
	uint64_t edge_ns; /* the last one told */

	int16_t received[DUMMY_RECEIVED_MAX][FXS_BLOCK_SAMPLES_MAX];
	size_t received_first, received_count, received_max;
	struct fxs_counters counters;
};

/* dummy_bus.c */
int dummy_bus_open(struct fxs_bus **busp, const struct fxs_bus_config *config);
void dummy_bus_close(struct fxs_bus *bus);
int dummy_bus_fd(const struct fxs_bus *bus);
int dummy_bus_service(struct fxs_bus *bus, uint64_t now_ns);

/* dummy_link.c */

/* A telephone has come; the port owns the descriptor then, also on failure. */
int dummy_link_attach(struct dummy_port *port, int fd, uint64_t now_ns);
/* Hangs the telephone up and closes; fine without one. */
void dummy_link_drop(struct dummy_port *port);
/* Reads what the telephone has said into the port's queues. */
void dummy_link_receive(struct dummy_port *port);
/* Tells feed, ring and sound where the telephone does not know them yet. */
void dummy_link_tell(struct dummy_port *port);
void dummy_link_sound(struct dummy_port *port, const int16_t *samples);
/* Makes the wire's time and the caller's agree; before times are asked. */
void dummy_link_clock(struct dummy_link *link, uint64_t now_ns);
/* The time of an edge, never after now. */
uint64_t dummy_link_time(const struct dummy_link *link, uint64_t sample, uint64_t now_ns);

/* dummy_port.c, for the link */
void dummy_port_event(struct dummy_port *port, enum fxs_event_kind kind, uint64_t sample);
void dummy_port_hook(struct dummy_port *port, bool off_hook, uint64_t sample);
void dummy_port_received(struct dummy_port *port, const int16_t *samples);
bool dummy_port_has_voltage(const struct dummy_port *port);

#endif
