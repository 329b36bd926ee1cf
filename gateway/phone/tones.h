/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tones of a country sound like, typed from ITU-T E.180 and its Supplement 2 (national
 * networks), and how its telephones ring. The judge's own table: the gateway takes its tones from
 * libtonezone, so a mistake there is not repeated here.
 *
 * Pure code, any thread.
 */
#ifndef TIPRING_GATEWAY_PHONE_TONES_H
#define TIPRING_GATEWAY_PHONE_TONES_H

#include <stdbool.h>
#include <stddef.h>

#define TONES_HZ_MAX    4  /* frequencies at once */
#define TONES_STEPS_MAX 40 /* of one pattern */
#define TONES_MAX       24 /* patterns of one country */

enum tones_name {
	TONES_DIAL,
	TONES_RECALL,
	TONES_STUTTER,
	TONES_CONFIRM,
	TONES_RINGBACK,
	TONES_BUSY,
	TONES_CONGESTION,
	TONES_INFO,
	TONES_WAITING,
	TONES_WAITING_DR2, /* GR-506's for distinctive ringing; in the table of us alone */
	TONES_WAITING_DR3,
	TONES_WAITING_DR4,
	TONES_HOWLER,
	TONES_MILLIWATT, /* the test tone of 0 dBm0 */
	TONES_HOLD, /* as doc/sounds.md has it: nobody has standardised one; in the table of us alone */
	TONES_BEEP, /* a short one over a call */
	TONES_VOICE, /* sound that is no tone */
	TONES_OTHER, /* a tone that the country does not have, or a scrap of one */
	TONES_NAMES,
};

/* One sound and how long it lasts; all hz 0 is silence, ms 0 is for ever. */
struct tones_step {
	unsigned hz[TONES_HZ_MAX];
	unsigned ms;
};

struct tones_pattern {
	enum tones_name name;
	struct tones_step steps[TONES_STEPS_MAX];
	size_t count;
	size_t loop; /* the step that follows the last */
};

#define TONES_RING_MAX 8 /* segments of a ring */

/* Voltage on and off in turn. */
struct tones_ring {
	unsigned ms[TONES_RING_MAX];
	size_t count;
};

struct tones_country {
	struct tones_pattern patterns[TONES_MAX];
	size_t count;
	struct tones_ring ring;
};

/* ENOENT: a country that the table has not. Names are libtonezone's: see tones_countries. */
int tones_country_find(struct tones_country *country, const char *name);
/* How a distinctive pattern rings: dr1 to dr8; ENOENT. */
int tones_ring_find(struct tones_ring *ring, const char *name);
/* What may be given to it, for messages: "us, uk, de ...". */
const char *tones_countries(void);

/* "dial", "recall", "stutter", "confirm", "ringback", "busy", "congestion", "info", "waiting", "waiting-dr2" to "waiting-dr4",
 * "howler", "milliwatt", "hold", "beep", "voice", "other". */
const char *tones_name_text(enum tones_name name);
/* ENOENT: no such name. */
int tones_name_find(enum tones_name *name, const char *text);

/* Whether both are the same frequencies. */
bool tones_hz_equal(const unsigned *a, const unsigned *b);
/* "350+440" */
void tones_hz_text(char *text, size_t size, const unsigned *hz);

#endif
