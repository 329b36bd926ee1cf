/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An alarm dialler and a monitoring centre that talk Contact ID (SIA DC-05): the centre's handshake is 1400 Hz, 100 ms of nothing and 2300 Hz, 100 ms each;
 * then the dialler sends 16 digits in tones of 50 ms with pauses of 50 ms, the last of them a checksum, and the centre takes leave with 1400 Hz.
 * Where it does not within 1.25 s the dialler says it again, four times in all. Keys are SpanDSP's both ways; the rest is the test's own.
 */
#ifndef TIPRING_TESTS_MACHINE_ALARM_H
#define TIPRING_TESTS_MACHINE_ALARM_H

#include <stdbool.h>

#include "tests/unit/machine_lines.h"

#define ALARM_DIGITS 16
#define ALARM_TRIES  4

struct alarm_result {
	bool whole;            /* the centre has the report as it was sent, and the dialler has heard that */
	unsigned tries;        /* of the dialler */
	unsigned digits_heard; /* by the centre, in all */
	unsigned handshake_ms[2], kiss_off_ms; /* as long as the dialler heard them */
	unsigned answer_ms;    /* from the end of the last digit to the beginning of the kiss-off */
};

struct alarm;

/* The dialler is the first machine. seed: of the report. */
void alarm_make(struct alarm **alarmp, unsigned seed);
void alarm_machines(struct alarm *alarm, struct machine machines[LINES]);
bool alarm_is_over(void *alarm);
void alarm_result(const struct alarm *alarm, struct alarm_result *result);
void alarm_drop(struct alarm *alarm);

#endif
