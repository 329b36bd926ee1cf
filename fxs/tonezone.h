/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A zone as libtonezone 2 keeps it in memory, for zone.c and its test only. Declared here because the
 * library's own header cannot be read without <dahdi/user.h>, which builds without DAHDI need not
 * have; where it is there, the unit test compares the two layouts.
 */
#ifndef TIPRING_FXS_TONEZONE_H
#define TIPRING_FXS_TONEZONE_H

#include "fxs/fxs.h"

#define TONEZONE_TONES      16
#define TONEZONE_TEXT_BYTES 256

/* What tonezone_tone.id says; the order in the table is not the same for all zones. */
enum tonezone_tone_id {
	TONEZONE_DIAL = 0,
	TONEZONE_BUSY = 1,
	TONEZONE_RINGBACK = 2,
	TONEZONE_CONGESTION = 3,
	TONEZONE_CALL_WAITING = 4,
	TONEZONE_RECALL_DIAL = 5,
	TONEZONE_INFO = 7,
	TONEZONE_STUTTER = 10,
};

struct tonezone_tone {
	int id;
	char text[TONEZONE_TEXT_BYTES]; /* empty: no tone in this row */
};

struct tonezone {
	int number; /* -1 ends the library's table */
	char country[10];
	char description[40];
	int ring_ms[FXS_CADENCE_MAX]; /* on and off in turn, a 0 ends it */
	struct tonezone_tone tones[TONEZONE_TONES];
	int dtmf_high_dbm0, dtmf_low_dbm0;
	int mfr1_dbm0, mfr2_dbm0;
};

#endif
