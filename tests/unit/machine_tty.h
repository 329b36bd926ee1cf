/* SPDX-License-Identifier: BSD-3-Clause */
/* Text telephones: Baudot at 45.45 bit/s, 1400 and 1800 Hz (TIA-825-A, ITU-T V.18 annex A), SpanDSP's. They take turns, a line of text each. */
#ifndef TIPRING_TESTS_MACHINE_TTY_H
#define TIPRING_TESTS_MACHINE_TTY_H

#include <stdbool.h>

#include "tests/unit/machine_lines.h"

struct tty_result {
	unsigned sent, right; /* characters, of both */
	char heard[LINES][200];
};

struct tty_pair;

void tty_make(struct tty_pair **pairp);
void tty_machines(struct tty_pair *pair, struct machine machines[LINES]);
bool tty_is_over(void *pair);
void tty_result(const struct tty_pair *pair, struct tty_result *result);
void tty_drop(struct tty_pair *pair);

#endif
