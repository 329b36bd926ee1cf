/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names what is heard: takes steps (silence, these frequencies, other sound) as they begin and end,
 * and follows every pattern of the country's table at once until only one name is left.
 *
 *   idle --sound--> open --one name left--> named --pattern broken--> idle or open anew
 *                     '----no pattern left----> scrap
 *
 * A step may last 5 % + 10 ms longer or shorter than the table says. Pure code, one thread; time is
 * CLOCK_MONOTONIC in ns.
 */
#ifndef TIPRING_GATEWAY_PHONE_CADENCE_H
#define TIPRING_GATEWAY_PHONE_CADENCE_H

#include <stdint.h>

#include "gateway/phone/tones.h"

#define CADENCE_VOICE_MS 100 /* other sound shorter than this is a scrap */
#define CADENCE_PAUSE_MS 300 /* silence that ends a voice */

enum cadence_kind {
	CADENCE_SILENCE,
	CADENCE_TONE,
	CADENCE_SOUND,   /* sound that is no tone of the table */
	CADENCE_UNKNOWN, /* sound not yet long enough to tell */
};

enum cadence_event_kind {
	CADENCE_NAMED, /* begun_ns is when its first sound began, which may be long ago */
	CADENCE_ENDED, /* ended_ns is when its last sound ended */
	CADENCE_SCRAP, /* sound that came and went without being anything; name is TONES_OTHER */
};

/* How far a tone was from its pattern at worst. */
struct cadence_accuracy {
	double hz_off;     /* share of a frequency: 0.005 is 0.5 %; negative: sounds too short to be measured */
	double ms_off;     /* of a segment's length */
	unsigned segments; /* measured; one that the user cut short by hanging up is none of them */
	unsigned wanted;   /* so many segments are all of the cadence, but for a pause at its end */
};

struct cadence_event {
	enum cadence_event_kind kind;
	enum tones_name name;
	unsigned might_be; /* bits 1 << enum tones_name: what begins with these frequencies */
	unsigned hz[TONES_HZ_MAX]; /* of its first step; all 0: no tone */
	double level_dbm0;
	uint64_t begun_ns, ended_ns;
	struct cadence_accuracy accuracy; /* when it ended */
};

typedef void cadence_h(const struct cadence_event *event, void *arg);

struct cadence_step {
	enum cadence_kind kind;
	unsigned hz[TONES_HZ_MAX];
	double level_dbm0;
	uint64_t begun_ns;
	double hz_off; /* measured so far; negative: not yet */
	bool hung_up;  /* the telephone's user ended what was before it */
};

enum cadence_state {
	CADENCE_IDLE,
	CADENCE_OPEN,
	CADENCE_FOLLOWING, /* named by a pattern */
	CADENCE_ORPHAN,    /* tone of the table that begins nothing: TONES_OTHER until it ends */
};

/* To be embedded; its members are cadence.c's. */
struct cadence {
	const struct tones_country *country;
	cadence_h *handler;
	void *arg;
	struct cadence_step step; /* the one in progress */
	enum cadence_state state;
	struct {
		bool alive;
		size_t at;
		uint64_t worst_ns; /* segment */
		unsigned segments;
	} follow[TONES_MAX];
	struct cadence_event tone;  /* the one open or named */
	bool voice_open, voice_named;
	struct cadence_event voice;
};

void cadence_init(struct cadence *cadence, const struct tones_country *country, uint64_t now_ns,
	cadence_h *handler, void *arg);
/* The step in progress ended at at_ns and another began. */
void cadence_begin(struct cadence *cadence, const struct cadence_step *step);
/* What the unknown step in progress turned out to be. */
void cadence_classify(struct cadence *cadence, const struct cadence_step *step, uint64_t now_ns);
/* How far the frequencies of the tone in progress are from the table's, measured over all of this step. */
void cadence_frequency(struct cadence *cadence, double hz_off);
/* Time goes on in the step in progress. */
void cadence_tick(struct cadence *cadence, uint64_t now_ns);

#endif
