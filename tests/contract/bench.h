/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench of the driver contract: one port of a driver, the telephone at its far end, and a turn of
 * both each millisecond. The port is served as a media thread would: events at once, a block read and
 * a block written whenever one has come (FXS_CLOCK_PORT) or is due (FXS_CLOCK_TIMER).
 *
 * Time is CLOCK_MONOTONIC with DAHDI, and invented with the dummy driver, so that the machine's own
 * haste or sloth fails nothing.
 */
#ifndef TIPRING_CONTRACT_BENCH_H
#define TIPRING_CONTRACT_BENCH_H

#include <stdio.h>

#include "fxs/fxs.h"

#define MS_NS            UINT64_C(1000000)
#define BENCH_EVENTS_MAX 256
#define BENCH_MOVES_MAX  64
#define TRACK_SAMPLES    (FXS_RATE_HZ * 40)
#define TRACK_BLOCKS     (TRACK_SAMPLES / 40)

/* Sound that went by, with the time of each block. */
struct track {
	int16_t samples[TRACK_SAMPLES];
	size_t count;
	struct {
		size_t first;
		uint64_t at_ns;
	} blocks[TRACK_BLOCKS];
	size_t block_count;
};

/* What one end says: silence, or noise of its own that no other says. */
struct voice {
	bool speaks;
	uint32_t seed;
};

/* Ring voltage coming and going, as the telephone felt it. */
struct ring_move {
	bool on;
	uint64_t at_ns;
};

struct bench;

/* The telephone, by the wire's messages or on a DAHDI channel. Functions are void: what goes wrong
 * with a telephone is a fault of the bench and ends the program. */
struct far_end {
	const char *name;
	const char *absent_channel; /* a name that can be no port */
	int absent_errno;
	bool sound_exact;           /* else within the error of G.711 */
	uint64_t edge_early_ns;     /* how much before the contact moved an edge may be dated */
	void (*connect)(struct bench *bench);
	void (*disconnect)(struct bench *bench);
	void (*lift)(struct bench *bench);
	void (*hang_up)(struct bench *bench);
	void (*loop_break)(struct bench *bench, bool open); /* a dial's contact, while lifted */
	void (*vanish)(struct bench *bench);                /* the wire is cut */
	void (*turn)(struct bench *bench);                  /* once a ms */
	uint64_t (*now_ns)(struct bench *bench);
	void (*wait_ms)(struct bench *bench);               /* until the next ms */
};

struct bench {
	const struct fxs_driver *driver;
	const struct far_end *far;
	const char *channel, *far_channel;
	struct fxs_bus_config bus_config;
	struct fxs_bus *bus;
	struct fxs_port *port; /* NULL while closed */
	unsigned block_samples;
	uint64_t now_ns, next_block_ns;
	bool served; /* false: the media thread hangs */

	struct {
		struct fxs_event event;
		uint64_t seen_ns;
	} events[BENCH_EVENTS_MAX];
	size_t event_count;
	bool audio_on;
	struct voice exchange_voice, phone_voice;
	struct track written, read, said, heard; /* at the port; at the telephone */

	/* what the telephone feels */
	void *phone;
	bool off_hook, ringing, battery, reversed;
	struct ring_move ring_moves[BENCH_MOVES_MAX];
	size_t ring_move_count;

	char why[200]; /* the first failure of this case; empty: none */
	char note[100]; /* a figure worth telling; empty: none */
};

/* The case has failed; only the first reason is kept. */
void bench_fail(struct bench *bench, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define REQUIRE(condition, ...)                     \
	do {                                        \
		if (!(condition)) {                 \
			bench_fail(b, __VA_ARGS__); \
			return;                     \
		}                                   \
	} while (0)

void bench_open(struct bench *bench);  /* bus, port and telephone, on-hook and idle */
void bench_close(struct bench *bench);
void bench_port_open(struct bench *bench);
void bench_port_close(struct bench *bench);
void bench_run_ms(struct bench *bench, unsigned ms);

/* How many events of that kind came; *event is the last of them. */
size_t bench_events(const struct bench *bench, enum fxs_event_kind kind, struct fxs_event *event);
void bench_forget(struct bench *bench); /* events, moves and tracks so far */
/* Audio on and a telephone that was lifted and is fed: a call. */
void bench_talk(struct bench *bench);
void bench_audio(struct bench *bench, bool on);

/* For the far ends. */
void bench_ring_moved(struct bench *bench, bool on, uint64_t at_ns);
void voice_speak(struct voice *voice, int16_t *samples, size_t count);
void track_add(struct track *track, const int16_t *samples, size_t count, uint64_t at_ns);
_Noreturn void bench_broken(const char *what);

/* Where in `to`, not before sample from_to, 2000 samples of `from` beginning at from_from are; -1 nowhere. */
long track_find(const struct track *from, size_t from_from, const struct track *to, size_t from_to,
	bool exact);
bool track_is_silent(const struct track *track, size_t first);
/* When that sample was written or arrived. */
uint64_t track_time(const struct track *track, size_t sample);

extern const struct far_end far_wire;
extern const struct far_end far_dahdi;

/* A case: its name is a sentence of behaviour. */
struct contract_case {
	const char *name;
	void (*run)(struct bench *b);
};

extern const struct contract_case hook_cases[], ring_cases[], sound_cases[], line_cases[];

#endif
