/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The self-check of the test bed: both ends of one pair in one hand, by raw ioctls and nothing of
 * Tipring, so that what the bed proves does not lean on what it is to test.
 *
 * Calls that the check cannot do without end the program when they fail (a broken bed); what a case
 * judges it says by bed_fail. Time is CLOCK_MONOTONIC in ns. One thread; waiting is done by polling
 * both ends, so that every event is stamped as it comes.
 */
#ifndef TIPRING_TESTS_VM_BED_H
#define TIPRING_TESTS_VM_BED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <dahdi/user.h>
#include "tests/vm/module/tipwire.h"

#define BED_MS         1000000ull /* ns */
#define BED_EVENTS_MAX 1024
#define BED_RATE_HZ    8000
#define BED_BLOCK      80   /* bytes of a buffer: 10 ms */
#define BED_SOUND_MAX  8000 /* samples of one exchange of sound: 1 s */

enum bed_end { BED_PORT, BED_PHONE };

struct bed_event {
	enum bed_end end;
	int event; /* DAHDI_EVENT_* */
	uint64_t at_ns;
};

struct bed {
	int fd[2]; /* by enum bed_end */
	struct bed_event events[BED_EVENTS_MAX];
	size_t event_count; /* of this case; more than BED_EVENTS_MAX end the program */
	bool failed;
	char why[200];
};

struct bed_case {
	const char *name;
	void (*run)(struct bed *bed);
};

/* Tables of bedcheck's cases, ended by an empty row. */
extern const struct bed_case bed_signal_cases[], bed_sound_cases[], bed_pulse_cases[];

/* Opens both ends of pair LINE of LINES and brings it to rest: on-hook, no knob, rxflashtime 3 and
 * debouncetime 1. */
void bed_open(struct bed *bed, int line, int lines);
/* The port alone; another has the telephone. */
void bed_open_port(struct bed *bed, int line);
void bed_close(struct bed *bed);

/* The first reason why the case fails is kept. */
void bed_fail(struct bed *bed, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fails unless LOW <= VALUE <= HIGH. */
void bed_between(struct bed *bed, const char *what, double value, double low, double high);
void bed_is(struct bed *bed, const char *what, long value, long wanted);
/* Fails unless such an event comes LOW to HIGH ms after T. */
void bed_expect(struct bed *bed, enum bed_end end, int event, uint64_t t, double low, double high);

uint64_t bed_now(void);
/* Takes the events that are there. */
void bed_take(struct bed *bed);
/* Takes events as they come until the time. */
void bed_until(struct bed *bed, uint64_t until_ns);
void bed_pause(struct bed *bed, unsigned ms);
/* How many such events came at or after FROM_NS. */
int bed_count(const struct bed *bed, enum bed_end end, int event, uint64_t from_ns);

/* DAHDI_HOOK; returns the time. */
uint64_t bed_hook(struct bed *bed, enum bed_end end, int hook);
uint64_t bed_break(struct bed *bed, bool open);
void bed_control(struct bed *bed, enum bed_end end, unsigned long request, void *arg);
/* The same, giving the errno that came. */
int bed_try(struct bed *bed, enum bed_end end, unsigned long request, void *arg);
struct tipwire_meter bed_meter(struct bed *bed);
struct tipwire_knobs bed_knobs(struct bed *bed);
void bed_set_knobs(struct bed *bed, const struct tipwire_knobs *knobs);
/* Both ends off-hook and settled. */
void bed_talk(struct bed *bed);

/*
 * Sound, as the bytes (mu-law) that DAHDI carries. bed_send says COUNT bytes (at most
 * BED_SOUND_MAX) from one end and keeps what comes out of END in HEARD for as long and 100 ms more;
 * returns how many bytes that were.
 */
size_t bed_send(struct bed *bed, enum bed_end from, const uint8_t *said, size_t count,
	enum bed_end at, uint8_t *heard, size_t heard_max);
/* One write, as much as the buffers take; what the buffers hold. */
long bed_write(struct bed *bed, enum bed_end end, const uint8_t *bytes, size_t count);
size_t bed_read(struct bed *bed, enum bed_end end, uint8_t *bytes, size_t max);
/* Bytes that look like noise and are the same for the same seed. */
void bed_noise(uint8_t *bytes, size_t count, uint32_t seed);
/* Where the bytes begin in HEARD, or -1. */
long bed_find(const uint8_t *heard, size_t heard_count, const uint8_t *said, size_t count);
/* Whether nothing but silence (either zero of mu-law) is in it. */
bool bed_silent(const uint8_t *heard, size_t count);
int bed_linear(uint8_t ulaw);

#endif
