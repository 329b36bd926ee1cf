/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds in what one party heard what another one said, and tells how it came through. Pure code, any
 * thread; takes some ms of time for each second of sound.
 */
#ifndef TIPRING_GATEWAY_PHONE_RECOGNISE_H
#define TIPRING_GATEWAY_PHONE_RECOGNISE_H

#include <stddef.h>
#include <stdint.h>

#define RECOGNISE_DELAY_MAX   8000 /* samples */
#define RECOGNISE_SAMPLES_MIN 4000 /* of what was said */

struct recognition {
	double correlation;      /* 0..1, over all of it; a change of delay on the way does not hurt */
	double delay_ms;         /* most of the time */
	double level_dbm0;       /* as heard */
	unsigned longest_gap_ms; /* where 5 ms pieces are missing or spoilt */
	unsigned gap_at_ms;      /* where it is, from the beginning of what was said */
	unsigned slips;          /* how often the delay changed */
	size_t count;            /* samples compared */
	double likeness;         /* -1..1, of the sound whatever becomes of its wave (likeness.h); hearing.h fills it in */
};

/* heard[0] is what was heard at the moment at which said[0] was said. EINVAL: too little of either.
 * ENOMEM. */
int recognise(struct recognition *recognition, const int16_t *said, size_t said_count,
	const int16_t *heard, size_t heard_count);

#endif
