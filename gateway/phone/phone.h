/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulated telephone: two wires, a hook, a bell, an ear and a mouth. It runs wherever someone
 * calls phone_step: in a process over real time, or in one thread with the exchange over virtual
 * time.
 *
 * All that it does and all that happens to it becomes an event with its time: handed to the handler
 * and kept, so that a judge can ask later. One thread; time is CLOCK_MONOTONIC in ns and always an
 * argument.
 */
#ifndef TIPRING_GATEWAY_PHONE_PHONE_H
#define TIPRING_GATEWAY_PHONE_PHONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/phone/ear.h"
#include "gateway/phone/mouth.h"
#include "gateway/phone/wires.h"

#define PHONE_EVENTS_MAX 4096         /* kept, then the oldest is forgotten */
#define PHONE_HEARD_MAX  (8000 * 120) /* samples kept: 2 minutes */

enum phone_event_kind {
	PHONE_UP,       /* the exchange knows the telephone */
	PHONE_LOST,     /* the wires are cut: err */
	PHONE_LIFT,
	PHONE_HANGUP,
	PHONE_FLASH,
	PHONE_DIGIT,    /* its first sample or first break */
	PHONE_DIGIT_END,
	PHONE_SAY,      /* the user begins to talk: seed, or 0 for a file */
	PHONE_SAY_END,
	PHONE_RING,     /* ring voltage on */
	PHONE_RING_END,
	PHONE_FEED,     /* what feeds the loop: feed */
	PHONE_FLOW,     /* sound flows */
	PHONE_FLOW_END,
	PHONE_TONE,     /* named; at_ns is when it began, told_ns when it was sure */
	PHONE_TONE_END, /* at_ns is when it ended */
	PHONE_SCRAP,    /* a sound of begun_ns..at_ns that was nothing */
	PHONE_EVENT_KINDS,
};

struct phone_event {
	enum phone_event_kind kind;
	uint64_t at_ns;   /* when it happened */
	uint64_t told_ns; /* when the telephone knew */
	uint64_t begun_ns; /* of tones and scraps */
	enum tones_name tone;
	unsigned might_be; /* cadence.h */
	unsigned hz[TONES_HZ_MAX];
	double level_dbm0;
	struct cadence_accuracy accuracy; /* of a tone that ended */
	char digit;
	uint32_t seed;
	enum fxs_feed feed;
	int err;
};

struct phone;
typedef void phone_h(const struct phone *phone, const struct phone_event *event, void *arg);

struct phone_config {
	unsigned number;     /* how scripts call it */
	const char *country; /* whose tones it knows, tones.h */
	const struct wires_ops *wires;
	struct wires_config wires_config;
};

/* On-hook. ENOENT: no such country, or no exchange there. Other errors: see wires.h. */
int phone_alloc(struct phone **phonep, const struct phone_config *config, uint64_t now_ns,
	phone_h *handler, void *arg);
void phone_free(struct phone *phone); /* hangs up; NULL is fine */

/* Takes what came over the wires and does what is due. */
void phone_step(struct phone *phone, uint64_t now_ns);
/* When phone_step must be called next if nothing comes over the wires. */
uint64_t phone_next_ns(const struct phone *phone);
int phone_fd(const struct phone *phone); /* -1: the wires are cut */
short phone_poll_events(const struct phone *phone);

/* What its user does. EALREADY: the hook is there already; ENOTCONN: wires cut or, but for lift,
 * on-hook. */
int phone_lift(struct phone *phone, uint64_t now_ns);
int phone_hangup(struct phone *phone, uint64_t now_ns);
struct mouth *phone_mouth(struct phone *phone); /* for all else, see mouth.h */

/* A machine in the user's place, of which only lifting and hanging up is left: while the telephone is off-hook it says each block that goes out (which is silence
 * before), then hears the one that came. */
struct phone_machine {
	void (*hear)(void *arg, const int16_t *samples, size_t count);
	void (*say)(void *arg, int16_t *samples, size_t count);
	void *arg;
};
void phone_machine_set(struct phone *phone, const struct phone_machine *machine); /* NULL: none any more */

/* How it is. */
unsigned phone_number(const struct phone *phone);
bool phone_is_up(const struct phone *phone);
bool phone_is_off_hook(const struct phone *phone);
bool phone_is_ringing(const struct phone *phone); /* voltage is on at this moment */
/* The tone or voice heard now; false: none that has a name yet. */
bool phone_tone(const struct phone *phone, enum tones_name *tone);
uint64_t phone_silent_since_ns(const struct phone *phone); /* UINT64_MAX: there is sound */
const struct tones_country *phone_country(const struct phone *phone);

/* Events are numbered from 0. NULL: not yet, or no more kept. */
uint64_t phone_event_count(const struct phone *phone);
const struct phone_event *phone_event(const struct phone *phone, uint64_t number);
const char *phone_event_text(char *text, size_t size, const struct phone_event *event);

/* What was heard from from_ns on, silence where nothing was. */
void phone_heard(const struct phone *phone, uint64_t from_ns, int16_t *samples, size_t count);

/* For the judge's own test: what the user says is spoilt on its way to the wires. */
enum phone_spoil {
	PHONE_SPOIL_NOTHING,
	PHONE_SPOIL_MUTE,   /* silence instead of voices */
	PHONE_SPOIL_GAP_60, /* 60 ms of silence, 1 s after a voice began */
};
void phone_spoil_set(struct phone *phone, enum phone_spoil spoil);

#endif
