/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Modems, SpanDSP's, that send each other bits both ways at once. The answering one says 2100 Hz first (V.25), with its phase turned every 450 ms or
 * not. What is sent is a pseudo-random sequence (x^15 + x^14 + 1, ITU-T O.151), so that each bit tells what the next ones must be: one wrong bit
 * counts three times, and a slip some more.
 */
#ifndef TIPRING_TESTS_MACHINE_MODEM_H
#define TIPRING_TESTS_MACHINE_MODEM_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/unit/machine_lines.h"

enum modem_kind {
	MODEM_V21,     /* 300 bit/s */
	MODEM_BELL103, /* 300 bit/s; it answers with 2225 Hz, its own mark */
	MODEM_V22,     /* 1200 bit/s */
	MODEM_V22BIS,  /* 2400 bit/s */
	MODEM_KINDS,
};

/* Of each modem, what it received. */
struct modem_result {
	unsigned bits, wrong; /* since it was in step */
	unsigned drops;       /* carrier or training lost after that */
	int bit_rate;
};

struct modem_pair;

extern const char *const modem_names[MODEM_KINDS];

void modem_make(struct modem_pair **pairp, enum modem_kind kind, bool turns);
void modem_machines(struct modem_pair *pair, struct machine machines[LINES]);
void modem_result(const struct modem_pair *pair, struct modem_result results[LINES]);
void modem_drop(struct modem_pair *pair);

#endif
