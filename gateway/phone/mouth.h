/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a telephone's user does to the line but lifting and hanging up: keys and dial, the flash
 * button, talking. Jobs are done one after the other: digits (tones, or breaks of the contact), a
 * flash, sound.
 *
 * Tones are made by an oscillator of the telephone's own (ITU-T Q.23, Q.24). One thread; time is
 * CLOCK_MONOTONIC in ns.
 */
#ifndef TIPRING_GATEWAY_PHONE_MOUTH_H
#define TIPRING_GATEWAY_PHONE_MOUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOUTH_JOBS_MAX 64

struct mouth;

struct mouth_config {
	double dtmf_low_dbm0, dtmf_high_dbm0; /* levels of the two tones; default -9, -7 */
	unsigned dtmf_on_ms, dtmf_off_ms;     /* 20..2000 each; default 80, 80 */
	unsigned pulse_break_ms, pulse_make_ms; /* 1..2000 each, as the gap; default 60, 40: 10 pulses a second */
	unsigned pulse_gap_ms;                /* between digits; default 700 */
};

extern const struct mouth_config mouth_defaults;

enum mouth_event_kind {
	MOUTH_DIGIT,     /* a digit's first sample or first break */
	MOUTH_DIGIT_END, /* its last */
	MOUTH_FLASH,
	MOUTH_SAY,       /* sound begins; seed or 0 */
	MOUTH_SAY_END,
};

struct mouth_event {
	enum mouth_event_kind kind;
	char digit;
	uint32_t seed;
	uint64_t at_ns;
};

struct mouth_handlers {
	void (*event)(const struct mouth_event *event, void *arg);
	/* Opens or closes the loop. */
	void (*hook)(bool off_hook, uint64_t at_ns, void *arg);
};

int mouth_alloc(struct mouth **mouthp, const struct mouth_handlers *handlers, void *arg);
void mouth_free(struct mouth *mouth);

/* For the jobs queued from now on. EINVAL: out of range. */
int mouth_config_set(struct mouth *mouth, const struct mouth_config *config);
const struct mouth_config *mouth_config_get(const struct mouth *mouth);

/* Queue jobs: ENOBUFS too many. Digits 0-9 * # A-D, ',' pauses for 1 s; pulses only 0-9 and ','.
 * EINVAL another. */
int mouth_dial(struct mouth *mouth, const char *digits, uint64_t now_ns);
int mouth_pulse(struct mouth *mouth, const char *digits, uint64_t now_ns);
int mouth_flash(struct mouth *mouth, unsigned ms, uint64_t now_ns); /* 1..5000 ms */
/* Says the seed's voice (voice.h) for so long; 0: until mouth_stop. */
int mouth_say_seed(struct mouth *mouth, uint32_t seed, unsigned ms);
/* Copies the samples. */
int mouth_say_samples(struct mouth *mouth, const int16_t *samples, size_t count);

/* Ends all jobs, the one in progress too; in a break the contact stays open. */
void mouth_stop(struct mouth *mouth, uint64_t now_ns);
/* Ends all sound jobs. */
void mouth_hush(struct mouth *mouth, uint64_t now_ns);
bool mouth_busy(const struct mouth *mouth);

/* What is said next: count samples, the first one at begun_ns. */
void mouth_fill(struct mouth *mouth, int16_t *samples, size_t count, uint64_t begun_ns);
/* Moves the contact when it is time. */
void mouth_step(struct mouth *mouth, uint64_t now_ns);
/* When mouth_step must be called next; UINT64_MAX: no hurry. */
uint64_t mouth_next_ns(const struct mouth *mouth);

#endif
